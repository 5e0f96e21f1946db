"""What answers: any callable from a batch of observations to a batch of replies."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol

from persona_env.errors import AgentError
from persona_env.scenarios.case import Case

Observation = dict[str, Any]
BATCH = 64
"""How many observations an agent is asked at a time."""

RAISED = "raised by the agent"
"""How the note begins that an exception of an agent gets."""

Tell = Callable[[int, int], None]
"""Is told after each part of some work how much is done, and of how much: whole numbers."""


def tell_nobody(done: int, of: int) -> None:
    """Where nobody waits for progress."""


class Agent(Protocol):
    """``agent(observations) -> replies``, as many replies as observations."""

    def __call__(self, observations: Sequence[Observation], /) -> Sequence[str]:
        """Answer a batch."""


class ReferenceAgent(ABC):
    """An agent that is told the case: it marks what can be reached, and is no policy."""

    @abstractmethod
    def answer(self, cases: Sequence[Case]) -> list[str]:
        """Replies to these cases."""


def ask(agent: Agent, observations: Sequence[Observation], tell: Tell = tell_nobody) -> list[str]:
    """The replies of an agent, which is asked in batches of :data:`BATCH`.

    Raises :class:`AgentError` if they are not texts, one for each observation. An exception of the
    agent itself is passed on, with a note that says at which observations.
    """
    replies: list[str] = []
    for first in range(0, len(observations), BATCH):
        batch = observations[first : first + BATCH]
        replies += checked_replies(_asked(agent, batch, first), len(batch), first)
        tell(len(replies), len(observations))
    return replies


def ask_reference(agent: ReferenceAgent, cases: Sequence[Case]) -> list[str]:
    """The replies of an agent that is told the cases; errors are those of :func:`ask`."""
    return checked_replies(_asked(agent.answer, cases, 0), len(cases))


def _asked(agent: Callable[[Sequence[Any]], object], batch: Sequence[Any], first: int) -> object:
    try:
        return agent(batch)
    except Exception as error:  # with a note, and raised again
        last = first + len(batch) - 1
        error.add_note(f"{RAISED} at observations {first} to {last}: nothing is judged")
        raise


def checked_replies(replies: object, wanted: int, first: int = 0) -> list[str]:
    """``replies`` as a list, if it holds ``wanted`` texts; else raises :class:`AgentError`."""
    if not isinstance(replies, Iterable) or isinstance(replies, str | bytes | Mapping):
        raise AgentError(
            f"the agent gave {_named(replies)}, not a list of {wanted} texts, one for each "
            "observation"
        )
    found = list(replies)
    if len(found) != wanted:
        raise AgentError(
            f"the agent gave {_counted(len(found), 'reply', 'replies')} to "
            f"{_counted(wanted, 'observation', 'observations')}"
        )
    for number, reply in enumerate(found, start=first):
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


def _counted(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def _named(thing: object) -> str:
    return "None" if thing is None else f"a {type(thing).__name__}"
