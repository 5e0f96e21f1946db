"""Reference agents: what no learning, no user, a blurred user, and full knowledge reach."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from persona_env.agent import ReferenceAgent
from persona_env.env import PersonaEnv
from persona_env.evaluation.scores import Answer, rewards_of
from persona_env.languages import Language
from persona_env.scenarios.case import Case, prompt_language
from persona_env.scenarios.schema import Scenario
from persona_env.simulation.changes import in_language
from persona_env.users.profile import TARGETS, UserProfile


def asked_by(env: PersonaEnv, scenario: Scenario, language: Language | None) -> list[UserProfile]:
    """The users who ask this scenario in this language.

    Where none does, a user has changed the language in a conversation: then all, as if each had.
    """
    first = [user for user in env.users if prompt_language(scenario, user) == language]
    if first or language is None:
        return first
    return [in_language(user, language) for user in env.users]


class OracleAgent(ReferenceAgent):
    """The environment's own reply for each case: the upper reference."""

    def __init__(self, env: PersonaEnv) -> None:
        self.env = env

    def answer(self, cases: Sequence[Case]) -> list[str]:
        """The oracle's replies."""
        return [self.env.oracle(case.scenario, case.user) for case in cases]


class BlindAgent(ReferenceAgent):
    """The best that can be done without the user: the lower reference of the gain.

    For each scenario, and each language it can be asked in (which is plain to see), it replies
    with that of the oracle's replies for the users who ask it so which has the highest mean reward
    over these users.
    """

    def __init__(self, env: PersonaEnv) -> None:
        self.env = env
        self._best: dict[tuple[str, Language | None], str] = {}

    def answer(self, cases: Sequence[Case]) -> list[str]:
        """The best user-blind reply to each prompt."""
        return [self._reply(case.scenario, prompt_language(*case)) for case in cases]

    def _reply(self, scenario: Scenario, language: Language | None) -> str:
        key = (scenario.id, language)
        if key not in self._best:
            users = asked_by(self.env, scenario, language)
            replies = sorted({self.env.oracle(scenario, user) for user in users})
            crossed = [Answer(Case(scenario, user), r) for r in replies for user in users]
            given = rewards_of(self.env, crossed)
            totals = [sum(row) for row in given.reshape(len(replies), len(users)).tolist()]
            self._best[key] = replies[int(np.argmax(totals))]
        return self._best[key]


class NoisyProfileAgent(ReferenceAgent):
    """The oracle for a user whose preferences were misread, each with probability ``noise``."""

    def __init__(self, env: PersonaEnv, noise: float = 0.3, seed: int = 0) -> None:
        self.env = env
        self.noise = noise
        self.rng = np.random.default_rng(seed)

    def answer(self, cases: Sequence[Case]) -> list[str]:
        """The oracle's replies to the misread users."""
        return [self.env.oracle(c.scenario, self._blur(c.user)) for c in cases]

    def _blur(self, user: UserProfile) -> UserProfile:
        wishes = user.preferences.model_dump(exclude_none=True)
        for name in sorted(wishes):
            # The language stays: a misread one could make the case impossible.
            if name in TARGETS and name != "language" and self.rng.random() < self.noise:
                targets = TARGETS[name]
                wishes[name] = targets[int(self.rng.integers(len(targets)))]
        own = user.model_dump()["extensions"]
        for name, targets in self.env.own_targets.items():
            if name in own and self.rng.random() < self.noise:
                own[name]["value"] = targets[int(self.rng.integers(len(targets)))]
        changed = {"preferences": wishes, "extensions": own}
        return UserProfile.model_validate({**user.model_dump(), **changed})


class RandomAgent(ReferenceAgent):
    """The oracle's reply for a user drawn at random from those who can ask this prompt."""

    def __init__(self, env: PersonaEnv, seed: int = 0) -> None:
        self.env = env
        self.rng = np.random.default_rng(seed)

    def answer(self, cases: Sequence[Case]) -> list[str]:
        """Replies in a style drawn at random."""
        return [self._reply(case) for case in cases]

    def _reply(self, case: Case) -> str:
        users = asked_by(self.env, case.scenario, prompt_language(*case))
        user = users[int(self.rng.integers(len(users)))]
        return self.env.oracle(case.scenario, user)


class ConstantAgent:
    """The same words to everybody."""

    def __init__(self, env: PersonaEnv, reply: str = "I cannot help with this.") -> None:
        self.env = env
        self.reply = reply

    def __call__(self, observations: Sequence[object]) -> list[str]:
        """The constant, once per observation."""
        return [self.reply for _ in observations]
