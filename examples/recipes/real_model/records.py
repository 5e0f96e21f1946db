"""What a run writes: figures of each stage, all replies, and what the stages took."""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from accelerate import PartialState
from accelerate.utils import gather_object
from cases import Worlds, cases_of, make
from judged import judge
from sampling import Sampler

from persona_env.scenarios.case import Case

JUDGING = 1
"""The seed of samples that are judged: the same for every stage and run."""


class Record:
    """Judges a model at each stage, and writes what it found at once."""

    def __init__(
        self, options: argparse.Namespace, found: Worlds, seed: int, model: Any, tokenizer: Any
    ) -> None:
        self.options, self.found, self.model, self.tokenizer = options, found, model, tokenizer
        self.folder: Path = options.output / f"seed_{seed}"
        self.folder.mkdir(parents=True, exist_ok=True)
        if PartialState().is_main_process:
            (self.folder / "replies.jsonl").unlink(missing_ok=True)
        told = {name: _plain(value) for name, value in vars(options).items()}
        self.figures: dict[str, Any] = {"options": told, "seed": seed, "seconds": {}}

    def note(self, name: str, value: Any) -> None:
        """Keep a figure, and write all of them."""
        self.figures[name] = value
        if not PartialState().is_main_process:
            return
        text = json.dumps(self.figures, indent=1, ensure_ascii=False)
        (self.folder / "figures.json").write_text(text, encoding="utf-8")

    @contextmanager
    def timed(self, name: str) -> Iterator[None]:
        """Note the seconds of processor time, of all threads and processes, and by the clock."""
        cpu, clock = time.process_time(), time.monotonic()
        yield
        every = gather_object([time.process_time() - cpu])
        spent = {"cpu": sum(every), "clock": time.monotonic() - clock}
        self.figures["seconds"][name] = {key: round(value) for key, value in spent.items()}

    def keep(self) -> None:
        """Write the adapters as they stand, in place of those before."""
        if PartialState().is_main_process:
            self.model.save_pretrained(self.folder / "adapter")
            self.tokenizer.save_pretrained(self.folder / "adapter")

    def judge(self, stage: str) -> None:
        """Let the model answer the held-out questions, and note what every user pays."""
        with self.timed(f"judge_{stage}"):
            found = {"trained": self._judged(stage, self.found.held)}
            if self.found.new is not None:
                found["new"] = self._judged(stage, self.found.new)
        self.note(stage, found)
        for group, figures in found.items():
            mean, se = figures["margin"]["mean"], figures["margin"]["se"]
            told = f"own {figures['own']:.3f}, margin {mean:.3f} ± {se:.3f}"
            if PartialState().is_main_process:
                print(f"{stage}, {group} users: {told}, {figures['matrix']}", flush=True)

    def _judged(self, stage: str, env: Any) -> dict[str, Any]:
        options, cases = self.options, cases_of(env, self.options.questions)
        sampler = Sampler(options, options.judge_temperature, JUDGING, self.model.device)
        replies = sampler.replies(self.model, self.tokenizer, env, cases)
        self._keep(stage, cases, replies)
        figures = judge(env, cases, replies)
        if options.second_reader:
            scenarios = [*env.scenarios.shown]
            other = make(env.users, scenarios, "all", options.second_reader)
            figures["second_reader"] = judge(other, cases, replies)
        return figures

    def _keep(self, stage: str, cases: Sequence[Case], replies: Sequence[str]) -> None:
        if not PartialState().is_main_process:
            return
        with (self.folder / "replies.jsonl").open("a", encoding="utf-8") as file:
            for case, reply in zip(cases, replies, strict=True):
                row = {"stage": stage, "user": case.user.id, "scenario": case.scenario.id}
                text = json.dumps({**row, "reply": reply}, ensure_ascii=False)
                file.write(f"{text}\n")


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, Path) else value
