"""PersonaWild-v0: talk as people have it, in two to six turns.

People ask what can be read in two ways, mix languages, drop one topic for another, say whom they
vote for, correct what they were told (rightly or not) and say thanks. What is right then for
everybody is a gate; whether to ask back, and how to speak, is for the user.
"""

from __future__ import annotations

from functools import partial
from typing import Any, ClassVar

from persona_env.env import PersonaEnv
from persona_env.metrics.statistics import Statistic
from persona_env.rewards.exchange import Turn
from persona_env.scenarios.case import Case, prompt_language_or_first
from persona_env.scenarios.pools import Pool
from persona_env.scenarios.schema import Scenario
from persona_env.simulation.user import UserSimulator
from persona_env.users.library import load_profiles
from persona_env.users.profile import UserProfile
from persona_env.users.words import Also

from . import draws, talks, terms
from .draws import TURNS, families, make
from .metrics import facts_unmoved, mirrored_views, read_reply
from .oracle import oracle, plain_reply
from .pool import Drawn, Mixture, Talks, following
from .scenario import CATEGORIES, LONGEST, WildScenario
from .simulator import TalkingUser
from .talks import turns_of, written
from .values import FACTUAL
from .words import also_wanted

N = 300  # generated talks of each family
WRITTEN = 6.0  # how often a written talk is drawn, beside 1 for each family


class PersonaWildEnv(PersonaEnv):
    """Talks of two to six turns: unclear, mixed, political, corrected, or at their end.

    An episode is a talk. The user says every turn of it, whatever the replies are (after a bad one
    with a complaint in front), and each turn is a topic of its own: the return is the mean of the
    rewards of all turns. With ``max_turns=1`` an episode is one reply at any turn of a talk: the
    turns before are in the transcript, with plain replies.

    Every other option is that of :class:`PersonaEnv`; ``scenarios=`` also takes ``"talks"`` (the
    first turns of the written talks, for an evaluation of whole talks), ``"written"``, a family of
    generated talks (``"minutes"``) and the id of a turn (``"mercury/3"``).

    Parameters
    ----------
    max_turns:
        Replies in an episode, at most; by default as many as the longest talk has turns.
    max_topics:
        Turns of a talk that are asked, at most; ``None``: ``max_turns``.
    user_simulator:
        ``None``: :class:`~persona_env.envs.wild.simulator.TalkingUser`, who says the talk's turns.
        Another one does not know them.
    """

    categories = CATEGORIES
    scenario_class = WildScenario
    own_terms = terms.OWN
    replaced_terms = terms.REPLACED
    oracle_registers = ("tiny",)
    # Where thanks are due nothing is right or wrong, and a courtesy is all that there is to say;
    # whether a fact is told is for `named_facts`.
    unjudged: ClassVar = dict.fromkeys(("piece", "substance"), frozenset({"thanked"})) | {
        "factuality": frozenset({"thanked", "unclear", *FACTUAL})
    }
    also_wanted: ClassVar[Also] = staticmethod(also_wanted)
    turns_before = LONGEST - 1
    max_new_tokens, context_length = 128, 896

    def __init__(
        self,
        *,
        max_turns: int = LONGEST,
        max_topics: int | None = None,
        user_simulator: str | UserSimulator | None = None,
        **options: Any,
    ) -> None:
        self._whole = max_turns != 1  # bundled() is asked while the environment is made
        super().__init__(
            max_turns=max_turns,
            max_topics=max_turns if max_topics is None else max_topics,
            user_simulator=TalkingUser() if user_simulator is None else user_simulator,
            **options,
        )

    def audience(self, split: str) -> tuple[UserProfile, ...]:
        """The users of ``user_profiles/wild``."""
        return load_profiles(split, "wild")

    def bundled(self, split: str) -> Pool:
        """The written talks of the split, and its generated families."""
        made: dict[str, Pool] = {
            name: Drawn(name, partial(make, name), N * TURNS, TURNS, self._whole)
            for name, family in families().items()
            if split in ("all", family.split)
        }
        weights = dict.fromkeys(made, 1.0) | {"written": WRITTEN}
        return Mixture(made | {"written": Talks(turns_of(written(split)), self._whole)}, weights)

    def said_before(self, scenario: Scenario, user: UserProfile) -> tuple[Turn, ...]:
        """The turns before this one, with a plain reply to each: it tells nothing of the user."""
        said: list[Turn] = []
        while (before := self._before_it(scenario)) is not None:
            language = prompt_language_or_first(before, user)
            asked = Turn("user", before.text(language).prompt)
            said = [asked, Turn("assistant", plain_reply(before, language)), *said]
            scenario = before
        return tuple(said)

    def _before_it(self, turn: Scenario) -> WildScenario | None:
        if not isinstance(turn, WildScenario) or turn.turn == 1:
            return None
        name = turn.beside(-1)
        found = self.scenarios.find(name) or talks.find(name) or draws.find(name)
        return found if isinstance(found, WildScenario) else None

    def topics_of(self, scenario: Scenario, user: UserProfile) -> int:
        """How many turns the talk has from this one on, as far as they are asked."""
        _, pool = self.cases.get(user.id, (None, self.scenarios))
        turn: Scenario | None = scenario
        count, most = 0, min(self.max_topics, self.max_turns)
        while turn is not None and count < most:
            count, turn = count + 1, following(pool, turn)
        return count

    def oracle(self, scenario: Scenario, user: UserProfile) -> str:
        """See :mod:`persona_env.envs.wild.oracle`."""
        return oracle(scenario, user)

    def read(self, case: Case, reply: str) -> dict[str, float]:
        """See :mod:`persona_env.envs.wild.metrics`."""
        return read_reply(case, reply)

    def statistics(self) -> dict[str, Statistic]:
        """Of the same political question, asked by either side."""
        return {"mirrored_views": mirrored_views, "facts_unmoved": facts_unmoved}
