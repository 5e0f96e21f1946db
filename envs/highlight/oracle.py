"""The reference reply: the honest marks, or the quotes that this user has time for."""

from __future__ import annotations

from persona_env.languages import Language
from persona_env.scenarios.case import prompt_language_or_first
from persona_env.users.profile import UserProfile

from .scenario import HighlightScenario
from .task import Asked, best_picks, is_reliable, of
from .wishes import Form, Task, wishes_of
from .words import SAYS


def oracle(scenario: HighlightScenario, user: UserProfile) -> str:
    """The reply of who has read the sources and knows the user."""
    asked_in = prompt_language_or_first(scenario, user)
    case = of(scenario, asked_in, wishes_of(user.value))
    if case.wishes.task is Task.PICK:
        return quoted_reply(case, best_picks(case), asked_in)
    return marked_reply(case, case.chances, _language(user, asked_in))


def marked_reply(case: Asked, stated: tuple[float, ...], language: str) -> str:
    """A line for each statement, with these confidences."""
    lines = []
    threshold = case.wishes.threshold
    for number, chance in zip(case.numbers, stated, strict=True):
        parts = [f"{number}: {written(chance, case.wishes.form)}"]
        if threshold is not None and is_reliable(chance, threshold):
            parts.append(SAYS[language]["reliable"])
        lines.append(" ".join([*parts, *_sources(case, number)]))
    return "\n".join(lines)


def quoted_reply(case: Asked, numbers: list[int], language: str) -> str:
    """These statements in quotation marks, a line each."""
    lines = []
    for number in numbers:
        quote = f'"{case.document.sentences[number - 1]}"'
        lines.append(" ".join([quote, *_sources(case, number)]))
    return "\n".join(lines) or SAYS[language]["nothing"]


def written(chance: float, form: Form | None) -> str:
    """A confidence as this user wants it.

    >>> written(0.9, Form.DECIMALS), written(0.9, None)
    ('0.90', '90 %')
    """
    return f"{chance:.2f}" if form is Form.DECIMALS else f"{100 * chance:.0f} %"


def _sources(case: Asked, number: int) -> list[str]:
    """The sources that speak of a statement, for a user who wants them named."""
    named = ", ".join(sorted(case.scenario.statements[number - 1].says))
    return [f"({named or '-'})"] if case.wishes.sources else []


def _language(user: UserProfile, asked_in: str) -> Language | str:
    wish = user.preferences.language
    return wish.target if wish is not None and wish.target in SAYS else asked_in
