"""The reference reply: what this reader wants to know, in their form and length."""

from __future__ import annotations

from persona_env.scenarios.case import prompt_language_or_first
from persona_env.users.profile import UserProfile

from .compose import joined
from .due import due
from .facts import known
from .scenario import SummaryScenario
from .wishes import wishes_of


def language_of(scenario: SummaryScenario, user: UserProfile) -> str:
    """The language of the summary: the one that the reader wants, else that of the post."""
    wish = user.preferences.language
    if wish is not None and wish.target in scenario.posts:
        return str(wish.target)
    return prompt_language_or_first(scenario, user)


def oracle(scenario: SummaryScenario, user: UserProfile) -> str:
    """The reference summary: of the post, for this reader."""
    language = language_of(scenario, user)
    post = next(one for code, one in scenario.posts.items() if code == language)
    wishes = wishes_of(user.value)
    clauses = [one.says for one in due(known(post), wishes).fit]
    return joined(clauses, wishes.form or "prose", language)
