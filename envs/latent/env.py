"""PersonaLatent-v0: whose preferences are hidden, and become known by asking and by reactions.

The user asks something whose answer is known. How they want the answer told is hidden: the agent
may ask, or show a reply and see what the user says of it. Every message that the user has to write
costs; what is earned is the reward of the last reply.
"""

from __future__ import annotations

from dataclasses import replace
from numbers import Real
from typing import Any, ClassVar, Literal

from persona_env.arguments import choice, whole_number
from persona_env.env import Observation, PersonaEnv
from persona_env.errors import ArgumentError, shown
from persona_env.memo import Memo
from persona_env.rewards import Verdict
from persona_env.rewards.exchange import Turn
from persona_env.scenarios.case import Case, CaseView, Visibility
from persona_env.scenarios.pools import Pool
from persona_env.scenarios.schema import Scenario
from persona_env.users.library import load_profiles
from persona_env.users.profile import UserProfile

from ..shared.oracle import oracle
from . import terms
from .draws import LATENT, NAMES, NUMBER, scenarios
from .history import past_turns
from .metrics import read_reply, read_talk
from .planning import Table
from .shaping import SHAPINGS, potential
from .simulator import HiddenUser
from .words import rules

Shaping = Literal["none", "information", "value"]


class PersonaLatentEnv(PersonaEnv):
    """Ask, or answer: the user is hidden, and everything they have to write costs.

    A reply that asks about the user's preferences is a question, and they answer it; any other
    reply is an answer, and a user whom it does not satisfy complains of what was missed most. The
    episode ends when the user is content, after ``patience`` answers, or after ``max_turns``
    replies.

    Reward
        ``-price`` for each reply after which the user writes a message; for the last reply its
        reward under the hidden profile, in [0, 1]. So an episode returns from ``-price *
        (max_turns - 1)`` to 1. With ``shaping`` a potential is added, which changes the return of
        every policy by the same amount.

    Every other option is that of :class:`PersonaEnv`; ``scenarios=`` also takes ``"written"`` and
    the generated families (``"ride"``).

    Parameters
    ----------
    questions:
        How many questions the user answers, at least 0.
    patience:
        How many answers the user reads before they leave, at least 1.
    price:
        Of each message that the user has to write, in [0, 1].
    past:
        How many earlier conversations of this user the transcript begins with.
    shaping:
        ``"none"``; ``"information"``, by how much of the uncertainty about the user is gone;
        ``"value"``, by what the exact Bayes agent expects from there. See
        :mod:`persona_env.envs.latent.shaping`.
    discount:
        Of whoever learns from the shaped reward, in (0, 1].
    user_visibility:
        ``"hidden"``; another one shows the user, for comparison.

    Raises
    ------
    PersonaEnvError
        At construction, for an option that is out of its range.
    """

    group = "product"
    categories = (LATENT, NUMBER)
    own_terms = (terms.answered, terms.right_number, terms.nothing_beside)
    tiny_terms = ("nothing_beside",)
    unjudged: ClassVar = {"factuality": frozenset({NUMBER.name}), "key_points": NAMES}
    oracle_registers = ("tiny",)
    max_new_tokens: ClassVar[int] = 128
    context_length: ClassVar[int] = 896

    def __init__(
        self,
        *,
        questions: int = 4,
        patience: int = 2,
        price: float = 0.05,
        past: int = 0,
        shaping: Shaping = "none",
        discount: float = 1.0,
        max_turns: int = 8,
        user_visibility: Visibility = "hidden",
        **options: Any,
    ) -> None:
        self.questions = whole_number("questions", questions, least=0)
        self.patience = whole_number("patience", patience, least=1)
        self.price = _share("price", price, positive=False)
        self.past = whole_number("past", past, least=0)
        self.shaping = choice("shaping", shaping, SHAPINGS)
        self.discount = _share("discount", discount, positive=True)
        self.hidden_user = HiddenUser(self.questions, self.patience)
        self.turns_before = 2 * self.past
        self.tables: Memo[tuple[str, str], Table] = Memo()
        options.setdefault("user_simulator", self.hidden_user)
        super().__init__(max_turns=max_turns, user_visibility=user_visibility, **options)
        if self.shaping != "none" and self.user_simulator is not self.hidden_user:
            raise ArgumentError(
                f"shaping={shaping!r} needs the exact posterior, and so the environment's own user "
                "simulator: leave out user_simulator="
            )

    def audience(self, split: str) -> tuple[UserProfile, ...]:
        """The users of ``user_profiles/latent``."""
        return load_profiles(split, "latent")

    def bundled(self, split: str) -> Pool:
        """See :mod:`persona_env.envs.latent.draws`."""
        return scenarios(split)

    def said_before(self, scenario: Scenario, user: UserProfile) -> tuple[Turn, ...]:
        """The earlier conversations, if there are to be any."""
        return past_turns(self, scenario, user) if self.past else ()

    def begin(self, scenario: Scenario, user: UserProfile) -> tuple[Observation, dict[str, Any]]:
        """See :class:`PersonaEnv`."""
        begun = super().begin(scenario, user)
        self._potential = potential(self, self._shown_turns())
        return begun

    def conclude(self, reply: str, verdict: Verdict) -> tuple[float, bool]:
        """See :class:`PersonaEnv`; the reward is that of the class."""
        _, over = super().conclude(reply, verdict)
        reward = verdict.reward if over else -self.price
        if not over and not self.tells_user:
            self._verdict = None  # nor does a picture tell what an answer would have earned
        before = self._potential
        self._potential = 0.0 if over else potential(self, self._shown_turns())
        return reward + self.discount * self._potential - before, over

    def oracle(self, scenario: Scenario, user: UserProfile) -> str:
        """See :mod:`persona_env.envs.shared.oracle`."""
        return oracle(scenario, user)

    def read(self, case: Case, reply: str) -> dict[str, float]:
        """See :mod:`persona_env.envs.latent.metrics`."""
        return read_reply(case, reply)

    def read_talk(self) -> dict[str, float]:
        """See :mod:`persona_env.envs.latent.metrics`; nothing with another user simulator."""
        if self._verdict is None or self.user_simulator is not self.hidden_user:
            return {}
        return read_talk(self, self._verdict.reward)

    def _shown_turns(self) -> tuple[Turn, ...]:
        """All that was said so far, and what the user says now."""
        return (*self._turns, Turn("user", self._message))

    def _meeting(self, scenario: Scenario, user: UserProfile) -> CaseView:
        """With the rules of asking behind the question."""
        met = super()._meeting(scenario, user)
        asked = f"{met.prompt}\n{rules(met.language, self.questions)}"
        return replace(met, prompt=asked)


def _share(name: str, value: float, *, positive: bool) -> float:
    """A number in [0, 1], or in (0, 1]."""
    is_number = isinstance(value, Real) and not isinstance(value, bool)
    if not is_number or not 0 <= value <= 1 or (positive and value == 0):
        allowed = "(0, 1]" if positive else "[0, 1]"
        raise ArgumentError(f"{name} must be a number in {allowed}, not {shown(value)}")
    return float(value)
