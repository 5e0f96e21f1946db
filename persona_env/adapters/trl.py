"""TRL: data sets for its trainers, and reward functions for GRPO and RLOO; see ``docs/trl.md``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any

from persona_env.adapters.named_envs import Given, envs_by_name, reading_options
from persona_env.adapters.rows import Kind, make_rows
from persona_env.adapters.scoring import Scorer
from persona_env.adapters.trl_reward import GATES_ALONE, RewardFunction
from persona_env.errors import PersonaEnvError
from persona_env.judges import Judge
from persona_env.reading import Readers


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
    of all is the reward. It is ``None`` where the term does not count. The last,
    :data:`~persona_env.adapters.trl_reward.GATES_ALONE`, is of replies of which no term counts.
    """
    scorer = reward(envs, reader=reader, judge=judge, **options).scorer
    names = [*(term.name for term in scorer.terms if not term.gate), GATES_ALONE]
    return [RewardFunction(scorer, name, logs=name == names[0]) for name in names]
