"""TRL: training of the same small model."""

from __future__ import annotations

import tempfile
import time
from importlib import import_module
from itertools import pairwise
from typing import Any

from stepping import CODEC, ROWS, replies

from .ours import NEW


def rates(kind: str, folder: str, repeats: int) -> list[float]:
    """Replies a second of TRL's ``GRPO`` or ``RLOO``: 64 a generation, two updates on each."""
    trl, hub = import_module("trl"), import_module("transformers")
    rows_of: Any = import_module("datasets").Dataset
    times: list[float] = []

    class Clock(hub.TrainerCallback):  # type: ignore[misc, name-defined]
        """Notes when an update ends."""

        def on_step_end(self, *args: Any, **kwargs: Any) -> None:
            """One more."""
            times.append(time.process_time())

    def even(completion_ids: list[list[int]], **_: Any) -> list[float]:
        return [sum(i % 2 == 0 for i in ids) / max(1, len(ids)) for ids in completion_ids]

    with tempfile.TemporaryDirectory() as output:
        config = getattr(trl, f"{kind}Config")(
            output_dir=output, per_device_train_batch_size=ROWS, num_generations=8,
            num_iterations=2, max_completion_length=NEW, beta=0.0, max_steps=2 * (repeats + 2),
            generation_kwargs={"min_new_tokens": NEW}, use_cpu=True, bf16=False, fp16=False,
            report_to=[], save_strategy="no", logging_strategy="no", disable_tqdm=True,
        )  # fmt: skip
        order = replies()
        prompts = [{"prompt": CODEC.decode(next(order)[:-1])} for _ in range(256)]
        trainer = getattr(trl, f"{kind}Trainer")(
            model=folder, args=config, reward_funcs=even, train_dataset=rows_of.from_list(prompts),
            processing_class=hub.AutoTokenizer.from_pretrained(folder), callbacks=[Clock()],
        )  # fmt: skip
        trainer.remove_callback(hub.PrinterCallback)
        trainer.train()
    pairs = times[1::2]  # a generation and the two updates on it end here
    return [ROWS / (after - before) for before, after in pairwise(pairs)]
