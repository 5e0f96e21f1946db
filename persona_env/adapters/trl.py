"""TRL: data sets for its trainers, and reward functions for GRPO and RLOO; see ``docs/trl.md``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any

from persona_env.adapters.figures import batch_means, parts, reply_cells
from persona_env.adapters.named_envs import Given, envs_by_name, reading_options
from persona_env.adapters.named_replies import CASE, Text
from persona_env.adapters.rows import Kind, make_rows
from persona_env.adapters.scoring import Scorer
from persona_env.adapters.talks import Talk
from persona_env.errors import PersonaEnvError
from persona_env.judges import Judge
from persona_env.reading import Readers
from persona_env.rewards import Verdict

GATES_ALONE = "gates_alone"
"""The last of :func:`reward_columns`: the reward of replies of which no term counts."""


def dataset(
    envs: Given | Sequence[Given],
    kind: Kind = "prompts",
    episodes: int | None = None,
    seed: int = 0,
    *,
    replies: Sequence[Mapping[str, Any]] | None = None,
) -> Any:
    """The rows of :func:`~persona_env.adapters.rows.make_rows` as a ``datasets.Dataset``."""
    try:
        datasets = import_module("datasets")
    except ImportError as error:
        raise PersonaEnvError(
            "dataset needs 'datasets': pip install 'persona_env[learning]'"
        ) from error
    return datasets.Dataset.from_list(make_rows(envs, kind, episodes, seed, replies=replies))


class RewardFunction:
    """A function for ``reward_funcs`` of TRL: what each completion earns, or a part of it."""

    def __init__(self, scorer: Scorer, part: str = "", logs: bool = True) -> None:
        self.scorer, self.part, self.logs = scorer, part, logs
        self.__name__ = part or "persona_reward"

    def __call__(
        self,
        completions: Sequence[Text],
        prompts: Sequence[Text] | None = None,
        log_metric: Callable[[str, float], None] | None = None,
        log_extra: Callable[[str, list[Any]], None] | None = None,
        talk: Sequence[Talk] | None = None,
        **columns: Any,
    ) -> list[float | None]:
        """``None`` masks a completion; see :func:`reward` and :func:`reward_columns`.

        ``talk`` comes from :class:`~persona_env.adapters.trl_rollout.Rollout`: conversations, which
        earn their return, and of which verdicts are on the last reply.
        """
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


def reward(
    envs: Given | Sequence[Given],
    *,
    reader: str | Readers | None = None,
    judge: str | Judge | None = None,
    **options: Any,
) -> RewardFunction:
    """A reward function of TRL: each reply scored for the user of its row, with figures in the log.

    ``None``, which TRL masks, stands for a reply that a judge could not read
    (:func:`~persona_env.judges.judge_failed`); it is in no mean.

    Parameters
    ----------
    envs:
        Environments, or ids; the column ``env`` of a row names its own.
    reader, judge:
        The reader of environments by id, in the natural register: a reader, or exact
        rules and behind them a judge, ``"MODEL@URL"`` or one itself.
    options:
        Further ones of environments by id; ``split`` is ``"all"`` by default.

    Raises
    ------
    PersonaEnvError
        For what cannot be made, and for options of an environment that is made already.
    """
    given = {**options, **reading_options(reader, judge)}
    return RewardFunction(Scorer(envs_by_name(envs, **given)))


def reward_columns(
    envs: Given | Sequence[Given],
    *,
    reader: str | Readers | None = None,
    judge: str | Judge | None = None,
    **options: Any,
) -> list[RewardFunction]:
    """:func:`reward` in parts, one for each term of the environments, in a fixed order.

    A part is the term's share of the reward, with the gates and the user's weights in it: the sum
    of all is the reward. It is ``None`` where the term does not count. :data:`GATES_ALONE` is last.
    """
    scorer = reward(envs, reader=reader, judge=judge, **options).scorer
    names = [*(term.name for term in scorer.terms if not term.gate), GATES_ALONE]
    return [RewardFunction(scorer, name, logs=name == names[0]) for name in names]
