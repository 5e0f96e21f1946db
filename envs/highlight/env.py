"""PersonaHighlight-v0: how sure each statement of a document is, or what this user should read.

A document with numbered statements, and sources of stated reliability that confirm them, deny
them, or do not speak of them; so the honest confidence in each follows. Whether a user wants every
statement marked or a few quoted, from where on one is reliable to them, what they read about and
how much time they have, is for the user.
"""

from __future__ import annotations

from functools import cache, partial

from persona_env.env import PersonaEnv
from persona_env.errors import ProfileError
from persona_env.metrics.statistics import Statistic
from persona_env.rewards.facts import Term
from persona_env.rewards.term import Terms
from persona_env.scenarios.case import Case
from persona_env.scenarios.library import load_scenarios
from persona_env.scenarios.pools import GeneratedPool, ListPool, Pool
from persona_env.scenarios.schema import Scenario
from persona_env.users.library import load_profiles
from persona_env.users.profile import UserProfile

from . import terms
from .draws import FAMILIES, make
from .metrics import STATISTICS, read_reply
from .oracle import oracle
from .scenario import DOCUMENT, HighlightScenario
from .shelf import Shelf
from .wishes import check_wishes

N, LONG = 4_000, 200  # documents of each generated family, and of each family of long ones
WRITTEN = 1.0  # how often a written document is drawn, beside 1 for each family


@cache
def generators() -> dict[str, GeneratedPool]:
    """The generated families, by name."""
    return {
        name: GeneratedPool(name, partial(make, name), LONG if family.is_long else N)
        for name, family in FAMILIES.items()
    }


class PersonaHighlightEnv(PersonaEnv):
    """Mark the statements of a document with a confidence, or quote what this user should read.

    Every option is that of :class:`PersonaEnv`; ``scenarios=`` also takes ``"written"`` and the
    families (``"report"``), among them those of 10,000 words and more (``"long_report"``,
    ``"long_minutes"``), which are drawn only if they are named. Measures: see
    :mod:`persona_env.envs.highlight.metrics`.
    """

    group = "product"
    categories = (DOCUMENT,)
    scenario_class = HighlightScenario
    own_terms = terms.OWN
    replaced_terms = terms.REPLACED
    max_new_tokens, context_length = 320, 2048

    def choose_terms(self, terms: Terms | None, gates: Terms | None) -> tuple[Term, ...]:
        """See :class:`PersonaEnv`; by now the users are known, and what they say is checked."""
        for user in self.users:
            try:
                check_wishes(user)
            except ProfileError as error:
                raise ProfileError(f"user {user.id!r}: {error}") from error
        return super().choose_terms(terms, gates)

    def audience(self, split: str) -> tuple[UserProfile, ...]:
        """The users of ``user_profiles/highlight``."""
        return load_profiles(split, "highlight")

    def bundled(self, split: str) -> Pool:
        """The written documents of the split, and its families; the long ones by name."""
        written = ListPool(load_scenarios(split, folder="highlight"))
        here = {n: p for n, p in generators().items() if split in ("all", FAMILIES[n].split)}
        long = {name: pool for name, pool in here.items() if FAMILIES[name].is_long}
        drawn: dict[str, Pool] = {n: pool for n, pool in here.items() if n not in long}
        return Shelf({**drawn, "written": written}, {"written": WRITTEN}, long)

    def oracle(self, scenario: Scenario, user: UserProfile) -> str:
        """See :mod:`persona_env.envs.highlight.oracle`."""
        if not isinstance(scenario, HighlightScenario):
            raise TypeError(f"scenario {scenario.id!r} is no document")
        return oracle(scenario, user)

    def read(self, case: Case, reply: str) -> dict[str, float]:
        """See :mod:`persona_env.envs.highlight.metrics`."""
        return read_reply(case, reply)

    def statistics(self) -> dict[str, Statistic]:
        """Of all statements that are marked."""
        return dict(STATISTICS)
