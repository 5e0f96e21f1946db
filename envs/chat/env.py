"""PersonaChat-v0: thirteen kinds of request, each answered for the user who asks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import replace
from typing import Any

from persona_env.arguments import choice, mapping
from persona_env.env import PersonaEnv
from persona_env.metrics.statistics import Reading, Statistic
from persona_env.registration import ENVIRONMENTS, load
from persona_env.rewards.exchange import Turn
from persona_env.rewards.facts import Term, leaving_out
from persona_env.rewards.registry import get_term, in_order
from persona_env.rewards.term import Terms
from persona_env.scenarios.case import Case
from persona_env.scenarios.library import load_scenarios
from persona_env.scenarios.pools import ListPool, MixturePool, Pool
from persona_env.scenarios.schema import Category, Scenario
from persona_env.users.profile import UserProfile

from ..shared.categories import HAZARD, SAFE_SCARY
from ..shared.oracle import oracle

OWN = "PersonaChat-v0"
CATEGORIES = (
    Category("know_how"),
    Category("fact"),
    SAFE_SCARY,
    HAZARD,
    Category("opinion", needs_text=("options", "both")),
    Category("settled"),
    Category("uncertain", needs_text=("unknown",), needs=("chance",)),
    Category("capability", needs_text=("cannot",), needs=("needs",)),
    Category("ambiguous", needs_text=("question",)),
    Category("code_switched"),
    Category("premise"),
    Category("secrets", needs=("secret",), reply_kind="piece"),
    Category("creative", reply_kind="piece"),
)


class PersonaChatEnv(PersonaEnv):
    """All bundled scenarios and users, alone or in a mixture with other environments' scenarios.

    Parameters
    ----------
    behaviours:
        Weights by environment id, such as ``{"PersonaChat-v0": 2, "PersonaCalibration-v0": 1}``:
        each reset draws one of them by weight, then one of its scenarios. Default: its own alone.
        Every other option is that of :class:`PersonaEnv`.

    Raises
    ------
    PersonaEnvError
        For an unknown id, and for weights that are negative or all zero.
    """

    categories = CATEGORIES
    oracle_registers = ("tiny",)

    def __init__(self, *, behaviours: Mapping[str, float] | None = None, **options: Any) -> None:
        given = {OWN: 1.0} if behaviours is None else behaviours
        self._weights = mapping("behaviours", given, "environment ids to weights")
        for name in self._weights:
            choice("behaviour", name, tuple(ENVIRONMENTS))
        self._others: dict[str, PersonaEnv] = {
            name: load(ENVIRONMENTS[name])(profiles=options.get("profiles"))
            for name in self._weights
            if name != OWN
        }
        self.turns_before = max((env.turns_before for env in self._others.values()), default=0)
        super().__init__(**options)

    def bundled(self, split: str) -> Pool:
        """Its own scenarios, or the mixture."""
        own = ListPool(load_scenarios(split))
        if self._weights == {OWN: 1.0}:
            return own
        others = {name: other.bundled(split) for name, other in self._others.items()}
        return MixturePool(
            {**({OWN: own} if OWN in self._weights else {}), **others}, self._weights
        )

    @property
    def token_lengths(self) -> tuple[int, int]:
        """See :class:`PersonaEnv`: with room for the longest prompt and reply of the mixture."""
        own, context = super().token_lengths
        more = context - self.context_length
        mixed = [(e.max_new_tokens, e.context_length) for e in self._others.values()]
        if OWN in self._weights:
            mixed.append((own, self.context_length))
        reply = max(new for new, _ in mixed)
        return reply, reply + max(length - new for new, length in mixed) + more

    def oracle(self, scenario: Scenario, user: UserProfile) -> str:
        """That of the environment whose scenario it is (:mod:`persona_env.envs.shared.oracle`)."""
        other = self._owner(scenario)
        return oracle(scenario, user) if other is None else other.oracle(scenario, user)

    def said_before(self, scenario: Scenario, user: UserProfile) -> tuple[Turn, ...]:
        """What the environment whose scenario it is says."""
        other = self._owner(scenario)
        if other is None:
            return super().said_before(scenario, user)
        return other.said_before(scenario, user)

    def read(self, case: Case, reply: str) -> dict[str, float]:
        """The measures of the environment whose scenario it is."""
        other = self._owner(case.scenario)
        return {} if other is None else other.read(case, reply)

    def statistics(self) -> dict[str, Statistic]:
        """Those of all behaviours, each over its own scenarios."""
        return {
            name: _Over(other, statistic)
            for other in self._others.values()
            for name, statistic in other.statistics().items()
        }

    def choose_terms(self, terms: Terms | None, gates: Terms | None) -> tuple[Term, ...]:
        """Its own; each behaviour's own terms for its scenarios, without those they replace.

        What ``terms`` or ``gates`` name is for all scenarios.
        """
        found = super().choose_terms(terms, gates)
        default = {True: gates is None, False: terms is None}
        for other in self._others.values():
            found = tuple(
                replace(term, not_in=term.not_in | _names(other))
                if default[term.gate] and term.name in other.replaced_in(self.register)
                else term
                for term in found
            )
            own = [term for term in map(get_term, other.own_terms) if default[term.gate]]
            found += tuple(replace(term, only_in=_names(other)) for term in own)
        return in_order(found)

    def _in_register(self, terms: tuple[Term, ...], default: Set[bool]) -> tuple[Term, ...]:
        """What a behaviour leaves out of the natural register does not judge its scenarios."""
        found = super()._in_register(terms, default)
        for other in self._others.values() if self.readers is not None else ():
            found = tuple(
                replace(term, not_in=term.not_in | _names(other))
                if term.name in other.tiny_terms
                else term
                for term in found
            )
            found = leaving_out(found, other.unjudged)
        return found

    def _owner(self, scenario: Scenario) -> PersonaEnv | None:
        owners = (env for env in self._others.values() if scenario.category in _names(env))
        return next(owners, None)


def _names(env: PersonaEnv) -> frozenset[str]:
    return frozenset(category.name for category in env.categories)


class _Over:
    """A statistic over the scenarios of one behaviour."""

    def __init__(self, env: PersonaEnv, statistic: Statistic) -> None:
        self.categories, self.statistic = _names(env), statistic

    def __call__(self, readings: Sequence[Reading]) -> float:
        return self.statistic([r for r in readings if r.case.scenario.category in self.categories])
