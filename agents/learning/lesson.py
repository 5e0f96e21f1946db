"""What every method through TRL is made of: the policy, the rows, the settings they share."""

from __future__ import annotations

import logging
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

from persona_env.adapters.rows import Kind, make_rows
from persona_env.env import PersonaEnv
from persona_env.errors import PersonaEnvError
from persona_env.preferences.comparison import Comparison
from persona_env.preferences.formats import read_comparisons
from persona_env.reporting.progress import Stage
from persona_env.wrappers.tokenizers import Codec

from ..device import wants_half
from ..lora import ALPHA, peft
from ..sizes import LARGE
from ..training.options import TrainOptions

_LOG = logging.getLogger(__name__)
AT_ONCE = 8
"""Rows of a step that are held at once, of large models, at most."""
PIP = "pip install 'persona_env[learning]'"


def library(name: str = "trl") -> Any:
    """TRL, or what it learns with; raises :class:`PersonaEnvError` with what to install."""
    try:
        return import_module(name)
    except ImportError as error:
        raise PersonaEnvError(
            f"every method but ppo needs {error.name or name!r}: {PIP}"
        ) from error


@dataclass(slots=True)
class Sampled:
    """How many tokens of replies were sampled to learn from."""

    tokens: int = 0


@dataclass(frozen=True)
class Lesson:
    """A training that is to be: ``env`` has the reward that is trained on.

    ``stage`` is told what is sampled before the training; ``sampled`` counts tokens where a method
    samples them.
    """

    options: TrainOptions
    env: PersonaEnv
    model: Any
    codec: Codec
    tokenizer: Any
    folder: Path
    stage: Stage
    sampled: Sampled = field(default_factory=Sampled)

    def rows(self, kind: Kind) -> list[dict[str, Any]]:
        """Replies that the environment knows; see :func:`~persona_env.adapters.rows.make_rows`."""
        return make_rows(self.env, kind, seed=self.options.seed)

    def comparisons(self, path: Path) -> list[Comparison]:
        """Those in a file; of a run that names its users those that are theirs.

        What names no user of this library, such as published comparisons, is anybody's. Raises
        :class:`PersonaEnvError` where nothing is left.
        """
        found = read_comparisons(path)
        if self.options.profiles is None:
            return found
        named = {user.id for user in self.env.users}
        kept = [one for one in found if not one.env or one.user in named]
        if found and not kept:
            others = ", ".join(sorted({one.user for one in found}))
            raise PersonaEnvError(
                f"{path} has comparisons by {others}, and none by {', '.join(sorted(named))}: name "
                "other users as --profiles, or leave them out to learn from all"
            )
        if left := len(found) - len(kept):
            _LOG.info(
                "%s: %d comparisons by the users of --profiles; %d by others are left out",
                path, len(kept), left,
            )  # fmt: skip
        return kept

    def dataset(self, rows: Iterable[Mapping[str, Any]], *columns: str) -> Any:
        """Rows for TRL; of ``columns`` alone, if there are any."""
        kept = [{name: row[name] for name in columns or row} for row in rows]
        if not kept:
            raise PersonaEnvError(
                "there is nothing to learn from: no reply is preferred to another"
            )
        return library("datasets").Dataset.from_list(kept)

    def tokens_of(self, rows: Sequence[Mapping[str, Any]], *columns: str) -> float:
        """The tokens of the replies of a row, on average, their ends with them."""
        said = [row[name][-1]["content"] for row in rows for name in columns]
        return sum(len(self.codec.encode(one)) + 1 for one in said) / len(rows)

    def config(self, kind: str, *, tokens: float, **own: Any) -> Any:
        """The settings of TRL's trainer ``kind`` for ``options.steps`` tokens, ``tokens`` a row."""
        options, large = self.options, self.model.num_parameters() > LARGE
        at_once = parts_of(options.batch) if large else options.batch
        return getattr(library(), f"{kind}Config")(
            output_dir=str(self.folder),
            max_steps=math.ceil(options.steps / (tokens * options.batch)),
            per_device_train_batch_size=at_once,
            gradient_accumulation_steps=options.batch // at_once,
            gradient_checkpointing=options.gradient_checkpointing,
            learning_rate=options.lr,
            lr_scheduler_type="constant",  # as PPO's: a run can be resumed and made longer
            weight_decay=0.0,
            adam_beta2=0.95,
            max_grad_norm=1.0,
            logging_steps=1,
            save_strategy="no",  # the callback says when
            save_total_limit=1,
            seed=options.seed,
            use_cpu=options.device == "cpu",
            bf16=self._half(large),
            report_to=[],  # the callback tells the trackers
            disable_tqdm=True,
            **own,
        )

    def _half(self, large: bool) -> bool:
        """Whether products are in bfloat16: of small models, which gain nothing by it, where it is
        asked for alone."""
        precision = self.options.precision
        return (large or precision != "auto") and wants_half(precision, self.model.device)

    def made(self, kind: str, config: Any, rows: Any, **own: Any) -> Any:
        """TRL's trainer ``kind``, of adapters where the options say so."""
        if rank := self.options.rank:
            own["peft_config"] = peft().LoraConfig(
                r=rank, lora_alpha=ALPHA * rank, target_modules="all-linear", task_type="CAUSAL_LM"
            )
        trainer = getattr(library(), f"{kind}Trainer")
        return trainer(
            model=self.model,
            args=config,
            train_dataset=rows,
            processing_class=self.tokenizer,
            **own,
        )


def parts_of(batch: int) -> int:
    """How many rows of a step are held at once: equal parts of it, of two rows at least.

    KTO compares rows of a part with each other. A step that has no such parts is held whole.

    >>> [parts_of(batch) for batch in (4, 8, 12, 64, 13)]
    [4, 8, 6, 8, 13]
    """
    return max((n for n in range(2, AT_ONCE + 1) if batch % n == 0), default=batch)
