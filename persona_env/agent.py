"""What answers: any callable from a batch of observations to a batch of replies."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from persona_env.errors import AgentError, counted
from persona_env.scenarios.case import Case

T = TypeVar("T")
Observation = dict[str, Any]
BATCH = 64
"""How many observations an agent is asked at a time."""

RAISED = "raised by the agent"
"""How the note begins that an exception of an agent gets."""

Tell = Callable[[int, int], None]
"""Is told after each part of some work how much is done, and of how much: whole numbers."""


Stages = Callable[[str, int, int], None]
"""Is told what goes on, and as :data:`Tell` how much of it is done."""


def tell_nobody(done: int, of: int) -> None:
    """Where nobody waits for progress."""


def no_stages(name: str, done: int, of: int) -> None:
    """Where nobody waits for progress."""


def each(things: Sequence[T], tell: Tell) -> Iterator[T]:
    """The things in order; ``tell`` hears how many are done whenever the next is asked for.

    >>> [*each("ab", lambda done, of: print(done, "of", of))]
    0 of 2
    1 of 2
    2 of 2
    ['a', 'b']
    """
    for done, thing in enumerate(things):
        tell(done, len(things))
        yield thing
    tell(len(things), len(things))


@dataclass(frozen=True, slots=True)
class Failed:
    """In place of a reply: there is none, and why. It is left out with its count, never scored."""

    why: str


class Cut(str):
    """A reply that reached the most tokens it may have, and is not finished."""

    __slots__ = ()


Reply = str | Failed


class Agent(Protocol):
    """``agent(observations) -> replies``, as many replies as observations.

    A reply is a text: :class:`Cut` if it is known to be unfinished. Where none could be had,
    :class:`Failed` stands in its place.
    """

    def __call__(self, observations: Sequence[Observation], /) -> Sequence[Reply]:
        """Answer a batch."""


class StreamingAgent(ABC):
    """An agent that is asked for all observations at once and gives replies as they come."""

    @abstractmethod
    def stream(self, observations: Sequence[Observation]) -> Iterator[tuple[int, Reply]]:
        """The place of each observation and the reply to it, in any order."""

    def __call__(self, observations: Sequence[Observation], /) -> list[Reply]:
        """Answer a batch."""
        found = dict(self.stream(observations))
        return [found[place] for place in range(len(observations))]


class ReferenceAgent(ABC):
    """An agent that is told the case: it marks what can be reached, and is no policy."""

    @abstractmethod
    def answer(self, cases: Sequence[Case]) -> list[str]:
        """Replies to these cases."""


def answered(
    agent: Agent, observations: Sequence[Observation], batch: int = BATCH
) -> Iterator[tuple[int, Reply]]:
    """The place and the reply of each observation, as they come.

    A :class:`StreamingAgent` is asked for all of them, another agent for ``batch`` at a time.

    Raises :class:`AgentError` if a reply is no text. An exception of the agent itself is passed on,
    with a note that says at which observations.
    """
    if isinstance(agent, StreamingAgent):
        yield from _streamed(agent, observations)
        return
    for first in range(0, len(observations), batch):
        part = observations[first : first + batch]
        yield from enumerate(checked_replies(_asked(agent, part, first), len(part), first), first)


def ask(agent: Agent, observations: Sequence[Observation]) -> list[str]:
    """The replies of an agent to all observations; see :func:`answered`.

    Raises :class:`AgentError` also if there is none to one of them.
    """
    found = dict(answered(agent, observations))
    return _texts([found[place] for place in range(len(observations))])


def ask_reference(agent: ReferenceAgent, cases: Sequence[Case]) -> list[str]:
    """The replies of an agent that is told the cases; errors are those of :func:`ask`."""
    return _texts(checked_replies(_asked(agent.answer, cases, 0), len(cases)))


def _texts(replies: Sequence[Reply]) -> list[str]:
    for place, reply in enumerate(replies):
        if isinstance(reply, Failed):
            raise AgentError(f"the agent has no reply to observation {place}: {reply.why}")
    return [str(reply) for reply in replies]


def _streamed(agent: StreamingAgent, observations: Sequence[Any]) -> Iterator[tuple[int, Reply]]:
    left = set(range(len(observations)))
    for place, reply in agent.stream(observations):
        left.discard(place)
        yield place, checked_replies([reply], 1, place)[0]
    if left:
        checked_replies([""] * (len(observations) - len(left)), len(observations))


def _asked(agent: Callable[[Sequence[Any]], object], batch: Sequence[Any], first: int) -> object:
    try:
        return agent(batch)
    except Exception as error:  # with a note, and raised again
        last = first + len(batch) - 1
        error.add_note(f"{RAISED} at observations {first} to {last}: nothing is judged")
        raise


def checked_replies(replies: object, wanted: int, first: int = 0) -> list[Reply]:
    """``replies`` as a list, if it holds ``wanted`` of them; else raises :class:`AgentError`."""
    if not isinstance(replies, Iterable) or isinstance(replies, str | bytes | Mapping):
        raise AgentError(
            f"the agent gave {_named(replies)}, not a list of {wanted} texts, one for each "
            "observation"
        )
    found = list(replies)
    if len(found) != wanted:
        raise AgentError(
            f"the agent gave {counted(len(found), 'reply', 'replies')} to "
            f"{counted(wanted, 'observation')}: it must give one to each, in their order"
        )
    for number, reply in enumerate(found, start=first):
        if isinstance(reply, Failed):
            continue
        if not isinstance(reply, str):
            raise AgentError(
                f"the agent gave {_named(reply)} for observation {number}, not a text; of a chat "
                "message give the content"
            )
        _check_characters(reply, number)
    return found


def _check_characters(reply: str, number: int) -> None:
    try:
        reply.encode("utf-8")
    except UnicodeEncodeError as error:
        raise AgentError(
            f"the agent's reply to observation {number} holds {reply[error.start]!r} at position "
            f"{error.start}, which no UTF-8 text can hold; decode bytes with errors='replace'"
        ) from error


def _named(thing: object) -> str:
    return "None" if thing is None else f"a {type(thing).__name__}"
