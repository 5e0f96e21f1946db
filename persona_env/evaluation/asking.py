"""Asking an agent for the replies of an evaluation: kept as they come, and told by kind."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple, Protocol

from persona_env.agent import (
    BATCH,
    Agent,
    Cut,
    Failed,
    Observation,
    ReferenceAgent,
    Reply,
    Tell,
    answered,
    ask_reference,
    tell_nobody,
)
from persona_env.errors import AgentError
from persona_env.messages import Message, as_messages
from persona_env.rewards.exchange import see_reply
from persona_env.scenarios.case import Case
from persona_env.text.thoughts import thinks_to_the_end


class Key(NamedTuple):
    """Which reply it is: the ids of the case it began with, the sample and the turn, from 1 on."""

    scenario: str
    user: str
    sample: int = 1
    turn: int = 1


class Wanted(NamedTuple):
    """A reply that is wanted: by its key, with what a reference agent and others are handed."""

    key: Key
    case: Case
    observation: Observation

    @property
    def messages(self) -> list[Message]:
        """What a language model is handed."""
        return as_messages(self.observation)


class Kept(Protocol):
    """Where replies are kept as they come, and found again."""

    def get(self, wanted: Wanted) -> str | None:
        """The reply that is kept already."""

    def add(self, wanted: Wanted, reply: Reply) -> None:
        """Keep a reply, or that it failed."""


class Recorded(ABC):
    """Replies that were made before: nobody is asked."""

    @abstractmethod
    def find(self, wanted: Wanted) -> Reply | None:
        """The reply, that it failed, or ``None`` where there is none."""

    @abstractmethod
    def unused(self) -> list[Key]:
        """The replies that no case wanted."""


class Asker:
    """Asks an agent in batches, and counts what came.

    Parameters
    ----------
    agent:
        Who is asked, or replies that were made before.
    kept:
        Replies that are there are taken from it; each that comes is added at once.
    batch:
        How many observations the agent is asked at a time.

    Attributes
    ----------
    asked:
        How many replies were wanted.
    counts:
        How many of them are ``failed`` or ``missing`` (left out), ``cut`` at the most tokens,
        ``empty`` (nothing of them is seen), and of these ``unfinished thought``: such a reply ends
        before its reasoning does.
    whys:
        Why replies failed, with how many did so.
    """

    def __init__(
        self,
        agent: Agent | ReferenceAgent | Recorded,
        kept: Kept | None = None,
        batch: int = BATCH,
    ) -> None:
        self.agent, self.kept, self.batch = agent, kept, batch
        self.asked = 0
        self.counts: Counter[str] = Counter()
        self.whys: Counter[str] = Counter()

    def replies(self, wanted: Sequence[Wanted], tell: Tell = tell_nobody) -> list[str | None]:
        """The replies; ``None`` where there is none."""
        found: list[Reply | None] = [None] * len(wanted)
        left = list(range(len(wanted)))
        if self.kept is not None:
            for place in left:
                found[place] = self.kept.get(wanted[place])
            left = [place for place in left if found[place] is None]
        done = len(wanted) - len(left)
        for place, reply in self._asked([wanted[place] for place in left]):
            found[left[place]] = reply
            if self.kept is not None and reply is not None:
                self.kept.add(wanted[left[place]], reply)
            done += 1
            tell(done, len(wanted))
        return [self._counted(one, reply) for one, reply in zip(wanted, found, strict=True)]

    def _asked(self, wanted: Sequence[Wanted]) -> Iterator[tuple[int, Reply | None]]:
        if not wanted:
            return iter(())
        if isinstance(self.agent, ReferenceAgent):
            return enumerate(ask_reference(self.agent, [one.case for one in wanted]))
        if isinstance(self.agent, Recorded):
            return enumerate(map(self.agent.find, wanted))
        return answered(self.agent, [one.observation for one in wanted], self.batch)

    def _counted(self, wanted: Wanted, reply: Reply | None) -> str | None:
        self.asked += 1
        if reply is None or isinstance(reply, Failed):
            self.counts["missing" if reply is None else "failed"] += 1
            self.whys.update([] if reply is None else [reply.why])
            return None
        self.counts["cut"] += isinstance(reply, Cut)
        if not see_reply(wanted.case.scenario, reply).text:
            self.counts["empty"] += 1
            self.counts["unfinished thought"] += thinks_to_the_end(reply)
        return str(reply)

    def check(self) -> None:
        """Raise :class:`AgentError` if no reply came at all."""
        if self.asked > self.counts["failed"] + self.counts["missing"]:
            return
        why = "".join(f"; {n} times: {said}" for said, n in self.whys.most_common(3))
        raise AgentError(
            f"there is no reply to judge: of {self.asked} wanted {self.counts['failed']} failed "
            f"and {self.counts['missing']} are missing{why}{self._of_others()}"
        )

    def _of_others(self) -> str:
        unused = self.agent.unused() if isinstance(self.agent, Recorded) else []
        if not unused:
            return ""
        return (
            f"; those that are there are for other cases, such as scenario {unused[0].scenario!r} "
            f"for user {unused[0].user!r}: the commands 'scenarios' and 'profiles' list the names"
        )
