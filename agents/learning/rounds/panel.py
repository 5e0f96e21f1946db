"""What people say of a policy that learns in rounds, on scenarios that are held out from it.

Those who judge are not those whose comparisons are learnt from, unless a run names its users: then
there are no others. They see a greedy reply of the newest policy beside one of the initial policy,
and say which is better, with the noise that annotators have here.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from persona_env.adapters.named_envs import name_of
from persona_env.agent import ask
from persona_env.detectors import refusal
from persona_env.detectors.refusals.refusal import RefusalReading
from persona_env.env import PersonaEnv
from persona_env.evaluation.evaluate import draw_cases, persona_env_of
from persona_env.messages import as_messages
from persona_env.metrics.statistics import Mean
from persona_env.preferences.annotators import SimulatedAnnotator
from persona_env.preferences.comparison import Candidates
from persona_env.text.spans import word_count

from ...language_model import LanguageModelAgent
from ...training.options import TrainOptions
from ...training.run_envs import TextEnv
from ...training.showcase import SEED, Policy

EPISODES_A_USER = 4
NOISE = 0.1
"""The temperature of those who judge, in units of reward."""
EVASIVE = frozenset({"plain", "evasive"})
"""Styles of a refusal that gives neither a reason nor an alternative."""


class Panel:
    """Judges the policies of a run, each beside the initial one.

    ``envs`` are those of :func:`~persona_env.agents.training.run_envs.judged_envs`; the held-out
    users judge where there are any.
    """

    def __init__(
        self, options: TrainOptions, envs: Mapping[str, TextEnv], initial: Policy
    ) -> None:  # fmt: skip
        self.options = options
        self.env: PersonaEnv = persona_env_of(envs.get("_heldout", envs[""]))
        self.held_out = "_heldout" in envs
        most = EPISODES_A_USER * len(self.env.users)
        self.cases = draw_cases(self.env, min(most, options.judge_episodes or most), SEED)
        self.seen = [self.env.handed(*case) for case in self.cases]
        self.before = self._replies(initial)
        self.annotator = SimulatedAnnotator(self.env, temperature=NOISE)

    def judge(self, policy: Policy) -> dict[str, Any]:
        """The mean reward of both policies, how often the newer one is preferred (a tie counts
        half), its words, and how many of its replies refuse, and evade."""
        after = self._replies(policy)
        pairs = [
            Candidates(
                prompt=seen["prompt"], messages=tuple(as_messages(seen)), replies=both,
                env=name_of(self.env), scenario=case.scenario.id, user=case.user.id,
            )
            for case, seen, both in zip(
                self.cases, self.seen, zip(after, self.before, strict=True), strict=True
            )
        ]  # fmt: skip
        rewards = [one for one in self.annotator.rewards(pairs) if one is not None]
        said = [one for one in self.annotator.annotate(pairs, SEED) if one is not None]
        won = [
            0.5 if both[0] == both[1] else one.soft or 0.0
            for one, both in zip(said, rewards, strict=True)
        ]
        read = [
            refusal(reply, seen["prompt"]) for reply, seen in zip(after, self.seen, strict=True)
        ]
        refused = [one.kind == "full" for one in read]
        return {
            "judges": "held-out users" if self.held_out else "the users of the training",
            "reward": _mean([after for after, _ in rewards]),
            "reward of the initial policy": _mean([before for _, before in rewards]),
            "preferred to the initial policy": _mean(won),
            "words": _mean([float(word_count(reply)) for reply in after]),
            "refuses": _mean([float(one) for one in refused]),
            "evades": _mean([float(evades(one)) for one in read]),
        }

    def _replies(self, policy: Policy) -> list[str]:
        most = self.options.lengths_in(self.env)[0]
        return ask(LanguageModelAgent(*policy, most), self.seen)


def evades(read: RefusalReading) -> bool:
    """Whether a reply refuses wholly, and gives neither a reason nor an alternative."""
    return read.kind == "full" and read.styles <= EVASIVE


def _mean(values: list[float]) -> dict[str, Any]:
    found = asdict(Mean.of(values))
    return {name: None if math.isnan(value) else value for name, value in found.items()}
