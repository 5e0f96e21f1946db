"""What TRL calls to score completions; :mod:`persona_env.adapters.trl` makes it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from persona_env.adapters.figures import batch_means, parts, reply_cells
from persona_env.adapters.named_replies import CASE, Text
from persona_env.adapters.scoring import Scorer
from persona_env.adapters.talks import Talk
from persona_env.adapters.trl_environment import Conversing, ended
from persona_env.rewards import Verdict

GATES_ALONE = "gates_alone"
"""The last of :func:`~persona_env.adapters.trl.reward_columns`: the reward of replies of which no
term counts."""


class RewardFunction:
    """A function for ``reward_funcs`` of TRL: what each completion earns, or a part of it."""

    def __init__(self, scorer: Scorer, part: str = "", logs: bool = True) -> None:
        self.scorer, self.part, self.logs = scorer, part, logs
        self.__name__ = part or "persona_reward"

    def __call__(
        self,
        completions: Sequence[Text],
        prompts: Sequence[Text] | None = None,
        *,
        log_metric: Callable[[str, float], None] | None = None,
        log_extra: Callable[[str, list[Any]], None] | None = None,
        talk: Sequence[Talk] | None = None,
        environments: Sequence[Conversing] | None = None,
        **columns: Any,
    ) -> list[float | None]:
        """``None`` masks a completion; see :func:`~persona_env.adapters.trl.reward`.

        ``talk`` comes from :class:`~persona_env.adapters.trl_rollout.Rollout`, ``environments`` are
        those of :func:`~persona_env.adapters.trl_environment.environment`: conversations, which
        earn their return, and of which verdicts are on the last reply.
        """
        if environments is not None:
            talk = ended(environments, completions)
        if talk is None:
            verdicts = self.scorer.verdicts(completions, prompts, columns)
            rewards = [None if one is None else one.reward for one in verdicts]
        else:
            verdicts, rewards = [one.verdict for one in talk], [one.earned for one in talk]
        if self.logs and log_metric is not None:
            cases = [*zip(*(columns[name] for name in CASE if name in columns), strict=True)]
            for name, mean in batch_means(self.scorer.terms, verdicts, rewards, cases).items():
                log_metric(name, mean)
        if self.logs and log_extra is not None:
            for name, cells in reply_cells(verdicts).items():
                log_extra(name, cells)
        if not self.part:
            return rewards
        return [None if one is None else self._earned(one) for one in verdicts]

    def _earned(self, verdict: Verdict) -> float | None:
        each = parts(verdict)
        if self.part == GATES_ALONE:
            return None if each else verdict.reward
        return each.get(self.part)
