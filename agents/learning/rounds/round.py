"""A round: what its steps are made of. Each leaves a file or a folder, and is not made again."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from persona_env.agent import Agent
from persona_env.env import PersonaEnv
from persona_env.evaluation.agent_options import AgentOptions
from persona_env.evaluation.named import find_agent, sampling_agent
from persona_env.files import parse_json, read_text
from persona_env.outputs import write_text
from persona_env.preferences.annotators import Annotator
from persona_env.preferences.comparison import Candidates, Comparison
from persona_env.preferences.formats import read_comparisons, write_comparisons
from persona_env.preferences.store import ComparisonStore
from persona_env.reporting.progress import Job

from ...sizes import parameters_of, rank_for, reward_rate_for
from ...training.judged_run import train_alone
from ...training.methods import one_training
from ...training.options import TrainOptions
from ...training.run_folder import POLICY, STATE
from ...training.train import way_of
from ..collect import sample_candidates
from ..collecting import Collection, collect
from ..reward_folder import FACTS
from ..reward_job import FIGURES, RewardJob, run_reward_job


@dataclass(frozen=True)
class Round:
    """One round of a run in rounds.

    ``policy`` is the newest, by name or folder, ``folder`` what the round leaves its files in,
    ``env`` has the environment's own reward, and ``earlier`` are the folders of the rounds before.
    ``figures`` takes what the steps say of themselves.
    """

    options: TrainOptions
    env: PersonaEnv
    number: int
    folder: Path
    policy: str
    job: Job
    earlier: tuple[Path, ...] = ()
    figures: dict[str, Any] = field(default_factory=dict)

    @property
    def seed(self) -> int:
        """Of what is drawn in this round."""
        mixed = np.random.SeedSequence([self.options.seed, self.number])
        return int(mixed.generate_state(1)[0] >> 1)

    @property
    def asked_by(self) -> AgentOptions:
        """How the policy is sampled."""
        options = self.options
        return AgentOptions(
            temperature=options.temperature, device=options.device, end_token=options.end_token,
            max_new_tokens=options.lengths_in(self.env)[0],
            chat_template_arg=options.template_arguments,
        )  # fmt: skip

    def after(self, policy: Path) -> Round:
        """The same round, with a newer policy."""
        return replace(self, policy=str(policy))

    def compared(self, annotator: Annotator, name: str = "comparisons") -> Path:
        """``options.pairs`` comparisons of the newest policy's replies, in a store."""
        path, count = self.folder / f"{name}.db", self.options.pairs
        what = Collection(
            policy=self.policy, pairs=count, asked_by=self.asked_by, seed=self.seed
        )  # fmt: skip
        with (
            ComparisonStore(path) as store,
            self.job.stage(f"round {self.number}: {name}", float(count)) as stage,
        ):
            collect(store, self.env, what, annotator, lambda now, of: stage.mark(now * count / of))
            self.figures[name] = len(store)
        return path

    def sampled(self, candidates: int) -> list[Candidates]:
        """``options.pairs`` prompts with so many replies of the newest policy each."""
        agent = sampling_agent(self.policy, self.env, self.seed, self.asked_by)
        named = f"round {self.number}: sampling"
        with self.job.stage(named, 1.0) as stage:
            return sample_candidates(
                agent, self.env, self.options.pairs, candidates=candidates, seed=self.seed,
                policy=self.policy, tell=lambda now, of: stage.move(now / of),
            )  # fmt: skip

    def agent(self, name: str) -> Agent:
        """An agent that is asked in words, greedily. A model writes no more than the policy may."""
        own, found = name == self.policy, find_agent(name)
        if found.kind == "model":
            asked_by = replace(self.asked_by, temperature=None)
            if not own:
                asked_by = replace(asked_by, end_token=None, chat_template_arg=None)
            found = find_agent(name, asked_by)
        made: Agent = found.make(self.env)  # type: ignore[assignment]
        return made

    def kept(self, name: str, make: Callable[[], Sequence[Comparison]]) -> Path:
        """Comparisons in a file, made if it is not there."""
        path = self.folder / f"{name}.jsonl"
        if not path.is_file():
            write_comparisons(path, make())
        self.figures[name] = len(read_comparisons(path))
        return path

    def rows(self, name: str, make: Callable[[], Iterable[Mapping[str, Any]]]) -> Path:
        """Rows in a file, made if it is not there."""
        path = self.folder / f"{name}.jsonl"
        if not path.is_file():
            write_text(path, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in make()))
        self.figures[name] = read_text(path).count("\n")
        return path

    def reward_model(self, comparisons: str = "comparisons", name: str = "reward") -> Path:
        """A reward model of these comparisons and those of earlier rounds, on the initial policy.

        A fifth of the prompts is held out, and its accuracy on them is noted.
        """
        folder = self.folder / name
        if not (folder / FACTS).is_file():
            found = [
                one
                for place in (*self.earlier, self.folder)
                for one in read_comparisons(place / f"{comparisons}.db")
            ]
            with self.job.stage(f"round {self.number}: fitting the {name} model", 1.0) as stage:
                run_reward_job(
                    self._reward_job(folder), found,
                    lambda done, of, loss: stage.mark(done / of, f"loss {loss:.3f}"),
                )  # fmt: skip
        figures = parse_json(read_text(folder / FIGURES), str(folder / FIGURES))
        self.figures[f"{name} accuracy"] = figures["held_out"]["accuracy"]
        return folder

    def _reward_job(self, folder: Path) -> RewardJob:
        start, size = self.options.start, parameters_of(self.options.start)
        rate = reward_rate_for(size, rank_for(size))
        batch = min(RewardJob.batch, self.options.batch)
        begun = (folder / STATE).is_file()
        return RewardJob(
            folder, start, batch=batch, lr=rate, seed=self.options.seed, resume=begun
        )  # fmt: skip

    def trained(self, method: str, name: str = "training", **own: Any) -> Path:
        """Train the newest policy by a method; the folder of the policy after it."""
        folder = self.folder / name
        given = one_training(
            self.options, method, policy=self.policy, seed=self.seed, output=folder, **own
        )  # fmt: skip
        facts = train_alone(given, self.job, way_of)
        self.figures["tokens"] = self.figures.get("tokens", 0) + facts["steps"]
        return folder / POLICY
