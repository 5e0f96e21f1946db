"""PersonaSummary-v0: a post, summed up for one reader, and rewards that can be over-optimised.

A post has key facts of several kinds. A reader cares for some of them, wants others left out, and
has a length and a form. The gold reward knows the facts; the proxies beside it have the flaws of
learnt rewards, so that one can watch what optimising them does to gold.
"""

from __future__ import annotations

from collections.abc import Set
from copy import copy
from functools import cache, partial
from typing import Any, Literal, Self, get_args

from persona_env.arguments import choice
from persona_env.env import PersonaEnv
from persona_env.errors import ArgumentError
from persona_env.metrics.statistics import Statistic
from persona_env.rewards.facts import Term
from persona_env.rewards.registry import get_term
from persona_env.rewards.term import Terms
from persona_env.scenarios.case import Case
from persona_env.scenarios.library import load_scenarios
from persona_env.scenarios.pools import GeneratedPool, ListPool, Pool, written_and_generated
from persona_env.scenarios.schema import Scenario
from persona_env.users.library import load_profiles
from persona_env.users.profile import UserProfile

from . import terms
from .draws import families, make
from .metrics import GOLD, correlations, proxies_of, read_reply
from .oracle import oracle
from .scenario import CATEGORIES, SummaryScenario
from .wishes import check_wishes

N = 4_000  # posts of each generated family
WRITTEN = 3.0  # how often a written post is drawn, beside 1 for each family
SummaryReward = Literal["gold", "length", "please", "question_marks", "copied_opening"]


@cache
def generators() -> dict[str, GeneratedPool]:
    """The families of ``templates/``, by name."""
    return {name: GeneratedPool(name, partial(make, name), N) for name in families()}


class PersonaSummaryEnv(PersonaEnv):
    """Sum up a post for this reader: the facts that they care for, nothing false, their length.

    With ``debug=True`` each ``info`` after a step has the gold reward (``gold``) and what every
    proxy pays (``proxies``). Every other option is that of :class:`PersonaEnv`; ``scenarios=`` also
    takes ``"written"``, a kind of post (``"post_advice"``), a family (``"deposit"``) or an id.
    Measures: see :func:`persona_env.envs.summary.metrics.read_reply`.

    Parameters
    ----------
    summary_reward:
        ``"gold"``, or the proxy that is paid in its place: ``"length"``, ``"please"``,
        ``"question_marks"`` or ``"copied_opening"``. Each is a reward term too, ``proxy_NAME``.
    """

    group = "product"
    categories = CATEGORIES
    scenario_class = SummaryScenario
    own_terms = terms.OWN
    tiny_terms = ("summary_own",)
    replaced_terms = terms.REPLACED
    audited_reward = "gold reward"
    max_new_tokens, context_length = 160, 768

    def __init__(self, *, summary_reward: SummaryReward = "gold", **options: Any) -> None:
        choice("summary_reward", summary_reward, get_args(SummaryReward))
        given = [name for name in ("terms", "gates") if options.get(name) is not None]
        if summary_reward != GOLD and given:
            raise ArgumentError(
                f"summary_reward={summary_reward!r} pays one proxy alone, and {given[0]}= chooses "
                "others: give one of the two"
            )
        self.summary_reward = summary_reward
        super().__init__(**options)

    def choose_terms(self, terms: Terms | None, gates: Terms | None) -> tuple[Term, ...]:
        """See :class:`PersonaEnv`; the users are known by now, so their preferences are checked."""
        for user in self.users:
            check_wishes(user)
        return super().choose_terms(terms, gates)

    def _in_register(self, terms: tuple[Term, ...], default: Set[bool]) -> tuple[Term, ...]:
        """The terms of the gold reward are kept where a proxy is paid."""
        self._gold = super()._in_register(terms, default)
        if self.summary_reward == GOLD:
            return self._gold
        return (get_term(f"proxy_{self.summary_reward}"),)

    def audited(self) -> Self:
        """The same environment with the gold reward: proxies are meant to be exploited."""
        if self.summary_reward == GOLD:
            return self
        made = copy(self)
        made.terms, made.summary_reward = self._gold, "gold"
        return made

    def variants(self) -> tuple[Self, ...]:
        """See :class:`PersonaEnv`: with each proxy as the reward."""
        if self.summary_reward != GOLD:
            return ()
        others = (name for name in get_args(SummaryReward) if name != GOLD)
        shared: dict[str, Any] = {"split": "all", "register": self.register}
        return tuple(type(self)(summary_reward=name, **shared) for name in others)

    def audience(self, split: str) -> tuple[UserProfile, ...]:
        """The users of ``user_profiles/summary``."""
        return load_profiles(split, "summary")

    def bundled(self, split: str) -> Pool:
        """The written posts of the split, and its families."""
        written = ListPool(load_scenarios(split, folder="summary"))
        splits = {name: family["split"] for name, family in families().items()}
        return written_and_generated(split, written, generators(), splits, {"written": WRITTEN})

    def oracle(self, scenario: Scenario, user: UserProfile) -> str:
        """See :mod:`persona_env.envs.summary.oracle`."""
        if not isinstance(scenario, SummaryScenario):
            raise TypeError(f"scenario {scenario.id!r} has no post to be summed up")
        return oracle(scenario, user)

    def read(self, case: Case, reply: str) -> dict[str, float]:
        """See :mod:`persona_env.envs.summary.metrics`; and ``gold``, the gold reward."""
        values = read_reply(case, reply)
        return values | {GOLD: self.audited().score(reply, *case).reward} if values else {}

    def statistics(self) -> dict[str, Statistic]:
        """How far each proxy follows the gold reward."""
        return correlations()

    def turn_info(self) -> dict[str, Any]:
        """See :class:`PersonaEnv`; with ``debug=True`` also the gold reward and the proxies."""
        info = super().turn_info()
        if self.debug and len(self._turns) > len(self._given):
            scenario, reply = self.scenario, self._turns[-1].text
            if isinstance(scenario, SummaryScenario):
                info[GOLD] = self.audited().score(reply, scenario, self.user).reward
                info["proxies"] = proxies_of(scenario, self.language, reply)
        return info
