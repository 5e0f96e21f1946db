"""PersonaDigest-v0: the week of a group channel, digested for the member who asks, or for all.

A week of 30 to 300 messages in threads and several languages, with small talk, corrections,
private circles and secrets. A good digest tells the decisions, owners and days that this member
wants, each with the message that says so, invents nothing, and shows nothing to who may not see it.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache, partial
from typing import Any, Literal, Self, get_args

from persona_env.arguments import choice
from persona_env.env import PersonaEnv
from persona_env.rewards.facts import Term
from persona_env.rewards.term import TermFunction, Terms
from persona_env.scenarios.case import Case, CaseView, prompt_language_or_first
from persona_env.scenarios.library import load_scenarios
from persona_env.scenarios.pools import GeneratedPool, ListPool, Pool, written_and_generated
from persona_env.scenarios.schema import Scenario
from persona_env.users.library import load_profiles
from persona_env.users.profile import UserProfile
from persona_env.users.words import LengthBounds

from . import terms as own
from .content import Served
from .draws import families, make
from .gates import Said, Shown
from .metrics import read_reply
from .oracle import oracle, oracle_for_all
from .page import prompt
from .people import check_user, digest_length
from .picture import Matrix, matrix
from .scenario import WEEK, DigestScenario
from .welfare import Welfare

N = 4_000  # weeks of each generated family
KEPT = 256  # weeks of a family that are remembered: each takes up to 0.3 MB
WRITTEN = 2.0  # how often a written week is drawn, beside 1 for each family
Readers = Literal["member", "all"]


@cache
def generators() -> dict[str, GeneratedPool]:
    """The families of ``templates/``, by name."""
    return {name: GeneratedPool(name, partial(make, name), N, KEPT) for name in families()}


class PersonaDigestEnv(PersonaEnv):
    """Write the digest of a channel's week for one member, or one for all.

    Every option but the two below is that of :class:`PersonaEnv`; ``scenarios=`` also takes
    ``"written"``, a family (``"club"``) or an id (``"club/17"``). Measures: see
    :func:`persona_env.envs.digest.metrics.read_reply`.

    Parameters
    ----------
    digest_for:
        ``"member"``: the digest is for the user, who has a role in the group; ``"all"``: one for
        all members, in the form that the user wants, and without anything private.
    welfare:
        What a digest for all is paid for: the ``"mean"`` of the members' utilities, the least of
        them (``"min"``), or their geometric mean (``"nash"``).
    """

    group = "product"
    categories = (WEEK,)
    scenario_class = DigestScenario
    own_terms = own.OWN
    replaced_terms = own.REPLACED
    prompt_length = 32_768
    max_new_tokens, context_length = 768, 16_384

    def __init__(
        self, *, digest_for: Readers = "member", welfare: Welfare = "mean", **options: Any
    ) -> None:
        choice("digest_for", digest_for, get_args(Readers))
        choice("welfare", welfare, get_args(Welfare))
        self.digest_for, self.welfare = digest_for, welfare
        super().__init__(**options)

    @property
    def length_bounds(self) -> LengthBounds:
        """See :class:`PersonaEnv`."""
        return partial(digest_length, for_all=self.for_all)

    @property
    def for_all(self) -> bool:
        """Whether a digest is for all members."""
        return self.digest_for == "all"

    def choose_terms(self, terms: Terms | None, gates: Terms | None) -> tuple[Term, ...]:
        """See :class:`PersonaEnv`: with the gate of one member, or the one of all; by now the
        users are known, and what they say is checked."""
        for user in self.users:
            check_user(user)
        found = super().choose_terms(terms, gates)
        if gates is None:
            unused = "digest_content" if self.for_all else "digest_welfare"
            found = tuple(term for term in found if term.name != unused)
        by_option: dict[str, TermFunction] = {
            "digest_welfare": Served(self.welfare),
            "digest_private": Shown(self.for_all),
            "digest_true": Said(self.for_all),
            "digest_length": own.Long(self.for_all),
        }
        return tuple(
            replace(term, function=by_option[term.name]) if term.name in by_option else term
            for term in found
        )

    def variants(self) -> tuple[Self, ...]:
        """See :class:`PersonaEnv`: with one digest for all."""
        if self.for_all:
            return ()
        return (type(self)(digest_for="all", split="all", register=self.register),)

    def audience(self, split: str) -> tuple[UserProfile, ...]:
        """The users of ``user_profiles/digest``."""
        return load_profiles(split, "digest")

    def bundled(self, split: str) -> Pool:
        """The written weeks of the split, and its families."""
        written = ListPool(load_scenarios(split, folder="digest"))
        splits = {name: family.split for name, family in families().items()}
        return written_and_generated(split, written, generators(), splits, {"written": WRITTEN})

    def oracle(self, scenario: Scenario, user: UserProfile) -> str:
        """See :mod:`persona_env.envs.digest.oracle`."""
        if not isinstance(scenario, DigestScenario):
            raise TypeError(f"scenario {scenario.id!r} is no week of a channel")
        code = prompt_language_or_first(scenario, user)
        wish = user.preferences.language
        code = code if wish is None or wish.target == "mix" else wish.target
        if self.for_all:
            return oracle_for_all(scenario, user.value, code, self.welfare)
        return oracle(scenario, user.value, code)

    def matrix(self, reply: str, scenario: str | Scenario) -> Matrix:
        """What ``reply`` tells each member of ``scenario``: a row for each, a column for each
        item."""
        week = scenario if isinstance(scenario, Scenario) else self._find_scenario(scenario)
        if not isinstance(week, DigestScenario):
            raise TypeError(f"scenario {week.id!r} is no week of a channel")
        return matrix(week, reply)

    def read(self, case: Case, reply: str) -> dict[str, float]:
        """See :mod:`persona_env.envs.digest.metrics`."""
        return read_reply(case, reply, for_all=self.for_all)

    def _meeting(self, scenario: Scenario, user: UserProfile) -> CaseView:
        """The week, with what is asked of a digest for all where that is the option."""
        met = super()._meeting(scenario, user)
        if not self.for_all or not isinstance(scenario, DigestScenario):
            return met
        fields = {name: getattr(scenario, name) for name in PAGE}
        return replace(met, prompt=prompt(met.language, fields, for_all=True))


PAGE = ("channel", "monday", "members", "messages")
