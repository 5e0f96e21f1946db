"""A user simulator: what the user says after a reply, or that they leave."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, Protocol, runtime_checkable

import numpy as np
from gymnasium import spaces

from persona_env.errors import SimulatorError, shown, user_named
from persona_env.rewards import Verdict
from persona_env.rewards.exchange import Turn
from persona_env.scenarios.case import prompt_language, view_case
from persona_env.scenarios.pools import ListPool, Pool
from persona_env.scenarios.schema import Scenario
from persona_env.users.description import describe
from persona_env.users.profile import UserProfile
from persona_env.users.system_text import Writer

SATISFIED = {"natural": 0.6, "tiny": 0.9}
"""The reward of a reply from which the user is content, unless their simulator says otherwise, by
register. Even a good natural reply seldom has 0.9: what is read of it is never quite certain."""
NO_TOPICS = ListPool(())


class UserCase(NamedTuple):
    """Who speaks, and about what.

    ``language`` is the one the scenario was asked in. ``begun`` is the place in the turns where
    this scenario was asked. ``topics`` are the scenarios that this user can ask in the environment,
    and ``topics_left`` is how many more the conversation may have. ``register`` is that of the
    environment.
    """

    scenario: Scenario
    user: UserProfile
    language: str
    begun: int = 0
    topics: Pool = NO_TOPICS
    topics_left: int = 0
    register: str = "natural"


@dataclass(frozen=True, slots=True)
class Utterance:
    """What the user says, where something changes with it.

    ``scenario`` is the one they ask about from now on: it is a new topic, judged apart from the one
    before. ``user`` is the profile that holds from now on, with the id it had. ``leaves`` tells
    that these are the last words, and whether the user is content or leaves unsatisfied;
    they may be empty.
    """

    text: str
    scenario: Scenario | None = None
    user: UserProfile | None = None
    leaves: Literal["content", "left"] | None = None


@runtime_checkable
class UserSimulator(Protocol):
    """Speaks for a user: ``PersonaEnv(user_simulator=...)``.

    One simulator speaks in many episodes at once, so it keeps nothing of an episode: all that it
    may go by is given. It draws from ``rng`` alone, which makes episodes repeatable.
    """

    def reply(
        self, case: UserCase, turns: tuple[Turn, ...], verdict: Verdict, rng: np.random.Generator
    ) -> str | Utterance | None:
        """What the user says to the last of ``turns``, which ``verdict`` judges.

        ``None``: the user leaves without a word.
        """


def next_utterance(
    simulator: UserSimulator,
    case: UserCase,
    turns: tuple[Turn, ...],
    verdict: Verdict,
    *,
    rng: np.random.Generator,
    space: spaces.Dict,
    write: Writer = describe,
) -> Utterance | None:
    """What the simulator says, checked; ``space`` is that of the observations that show it, and
    ``write`` writes what they show of a user.

    Raises :class:`SimulatorError`, which names the simulator, if it fails or returns what is no
    utterance; ``rng`` is then as it was.
    """
    before = rng.bit_generator.state
    try:
        return _checked(simulator.reply(case, turns, verdict, rng), case, space, write)
    except Exception as error:  # a broken simulator must never become a turn
        rng.bit_generator.state = before
        kind = type(error).__name__
        told = str(error) if isinstance(error, SimulatorError) else f"{kind}: {error}"
        raise SimulatorError(
            f"user simulator {type(simulator).__qualname__!r} failed on scenario "
            f"{case.scenario.id!r}, {user_named(case.user.id)}: {told}"
        ) from error


def _checked(said: Any, case: UserCase, space: spaces.Dict, write: Writer) -> Utterance | None:
    if said is None:
        return None
    made = Utterance(said) if isinstance(said, str) else said
    if not isinstance(made, Utterance):
        raise SimulatorError(
            f"it returned a value of type {type(said).__name__}; it must return a text, an "
            "Utterance, or None where the user leaves"
        )
    _check_text(made, space["prompt"])
    if made.leaves not in (None, "content", "left"):
        raise SimulatorError(f"leaves= is 'content', 'left' or None, not {made.leaves!r}")
    if made.scenario is not None or made.user is not None:
        _check_change(made, case, space["user"], write)
    return made


def _check_text(said: Utterance, space: spaces.Space[Any]) -> None:
    if not space.contains(said.text):
        given = f"{len(said.text)} characters" if isinstance(said.text, str) else shown(said.text)
        raise SimulatorError(
            f"it said what no observation can show, {given}: the space is {space}, texts of at "
            "most so many characters that UTF-8 can write"
        )
    if not said.text.strip() and said.leaves is None:
        raise SimulatorError("it said an empty text; a user who leaves is None")


def _check_change(said: Utterance, case: UserCase, space: spaces.Space[Any], write: Writer) -> None:
    scenario, user = said.scenario or case.scenario, said.user or case.user
    if not isinstance(scenario, Scenario) or not isinstance(user, UserProfile):
        raise SimulatorError("scenario= is a Scenario and user= a UserProfile")
    if said.leaves is not None:
        raise SimulatorError("a user who leaves changes neither the topic nor the profile")
    if said.scenario is not None and case.topics_left < 1:
        raise SimulatorError(
            "it changes the topic, and the conversation may have no more topics: make the "
            "environment with a higher max_topics=, or change it only where case.topics_left > 0"
        )
    if user.id != case.user.id:
        raise SimulatorError(
            f"it made {user_named(user.id)} of {user_named(case.user.id)}: a profile that changes "
            "keeps its id"
        )
    named = user_named(user.id)
    if prompt_language(scenario, user) is None:
        raise SimulatorError(f"{named} cannot ask scenario {scenario.id!r}: no language")
    if not space.contains(view_case(scenario, user, "full", write).shown):
        raise SimulatorError(f"the description of its {named} does not fit into {space}")
