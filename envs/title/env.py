"""PersonaTitle-v0: name a chat session the way this user names things.

A session of two to twelve messages in English, Spanish or Chinese, and earlier titles of this user.
A good title makes the session's key points, makes nothing up and tells nothing private; the
best one has this user's language, case, length, emoji, tags, date and marks, as the profile states
them or the earlier titles show them.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache, lru_cache, partial

from persona_env.env import PersonaEnv
from persona_env.errors import ProfileError
from persona_env.rewards.facts import Term
from persona_env.rewards.term import Terms
from persona_env.scenarios.case import Case, CaseView, prompt_language_or_first, view_case
from persona_env.scenarios.library import load_scenarios
from persona_env.scenarios.pools import GeneratedPool, ListPool, Pool, written_and_generated
from persona_env.scenarios.schema import Scenario
from persona_env.users.library import load_profiles
from persona_env.users.profile import UserProfile
from persona_env.users.words import LengthBounds

from . import terms
from .choice import habits_for, language_for, past_titles
from .compose import compose
from .draws import make
from .families import families
from .habits import PAST
from .metrics import read_reply
from .session import SESSION, TitleScenario
from .stated import check_habits, title_length

N = 2_000  # sessions of each generated family
EARLIER = "Earlier titles:"
WRITTEN = 3.0  # how often a written session is drawn, beside 1 for each family


class Sessions(ListPool):
    """Written sessions, each in one language: users who title in another do not meet them."""

    def readable(self, user: UserProfile) -> ListPool:
        """Those in a language that the user reads and titles in."""
        return ListPool([s for s in super().readable(user) if _is_titled_in(s, user)])


def _is_titled_in(scenario: Scenario, user: UserProfile) -> bool:
    if not isinstance(scenario, TitleScenario):
        return True
    habit = habits_for(scenario, user.value, prompt_language_or_first(scenario, user))["language"]
    return habit is None or habit.value in scenario.sessions


@cache
def generators() -> dict[str, GeneratedPool]:
    """The families of ``templates/``, by name."""
    return {name: GeneratedPool(name, partial(make, name), N) for name in families()}


class PersonaTitleEnv(PersonaEnv):
    """Title a session for this user: its key points, nothing made up, nothing private, their form.

    Every option is that of :class:`PersonaEnv`; ``scenarios=`` also takes ``"written"`` and the
    families (``"bread"``, ``"python"``). The description of the user ends in those earlier titles
    that belong to this session; ``user_visibility="partial"`` hides what is stated and keeps them.
    Measures: see :func:`persona_env.envs.title.metrics.read_reply`.
    """

    group = "product"
    categories = (SESSION,)
    scenario_class = TitleScenario
    own_terms = terms.OWN
    replaced_terms = terms.REPLACED
    # Its own gates and terms read titles by exact rules.
    tiny_terms = ("factuality", "safety", "stands", "substance", "piece")
    max_new_tokens, context_length = 72, 512

    @property
    def length_bounds(self) -> LengthBounds:
        """That of titles."""
        return title_length

    def choose_terms(self, terms: Terms | None, gates: Terms | None) -> tuple[Term, ...]:
        """See :class:`PersonaEnv`; by now the users are known, and their habits are checked."""
        for user in self.users:
            try:
                check_habits(user)
            except ProfileError as error:
                raise ProfileError(f"user {user.id!r}: {error}") from error
        return super().choose_terms(terms, gates)

    def audience(self, split: str) -> tuple[UserProfile, ...]:
        """The users of ``user_profiles/title``."""
        return load_profiles(split, "title")

    def bundled(self, split: str) -> Pool:
        """The written sessions of the split, and its families."""
        written = Sessions(load_scenarios(split, folder="title"))
        splits = {name: family.split for name, family in families().items()}
        return written_and_generated(split, written, generators(), splits, {"written": WRITTEN})

    def oracle(self, scenario: Scenario, user: UserProfile) -> str:
        """See :mod:`persona_env.envs.title.compose`."""
        if not isinstance(scenario, TitleScenario):
            raise TypeError(f"scenario {scenario.id!r} is no session to be titled")
        asked = prompt_language_or_first(scenario, user)
        habits = habits_for(scenario, user.value, asked)
        return compose(scenario, habits, language_for(habits, scenario, asked))

    def read(self, case: Case, reply: str) -> dict[str, float]:
        """See :mod:`persona_env.envs.title.metrics`."""
        return read_reply(case, reply, natural=self.readers is not None)

    def _meeting(self, scenario: Scenario, user: UserProfile) -> CaseView:
        """The user as seen beside this session: with the earlier titles that belong to it."""
        seen = without_titles(user)
        met = replace(view_case(scenario, seen, self.user_visibility, self.profile_text), user=user)
        if self.user_visibility == "hidden" or not isinstance(scenario, TitleScenario):
            return met
        titles = past_titles(scenario, user.value)
        shown = "\n".join([f"{met.shown} {EARLIER}".strip(), *titles])
        return replace(met, shown=shown) if titles else met


@lru_cache(maxsize=4096)
def without_titles(user: UserProfile) -> UserProfile:
    """``user`` without the list of all earlier titles, of which few are shown at a time."""
    kept = {name: one for name, one in user.extensions.items() if f"extensions.{name}" != PAST}
    return user.model_copy(update={"extensions": kept})
