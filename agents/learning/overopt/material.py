"""What a laboratory is made from, kept in its folder: samples, comparisons, reward models."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from persona_env.adapters.named_envs import text_env
from persona_env.env import PersonaEnv
from persona_env.errors import PersonaEnvError
from persona_env.evaluation.evaluate import draw_cases, replies_of
from persona_env.files import parse_json, read_text
from persona_env.metrics.statistics import Mean
from persona_env.outputs import write_text
from persona_env.preferences.annotators import SimulatedAnnotator
from persona_env.preferences.cases import candidates_of
from persona_env.preferences.comparison import Candidates, Comparison
from persona_env.preferences.formats import read_comparisons, write_comparisons
from persona_env.registration import is_entry, load, register_of
from persona_env.reporting.progress import Job
from persona_env.text_envs import who_reads

from ...language_model import load_agent
from ...sizes import parameters_of, reward_rate_for
from ..collect import sample_candidates
from ..reward_model import RewardModel
from ..reward_training import RewardTraining, fit_reward_model, judge_reward_model
from .curves import Samples, judged
from .options import OveroptOptions

SAMPLES, PAIRS, MODELS = "samples.jsonl", "comparisons", "reward_models"
CARE = 0.1  # the temperature of the simulated annotator
TESTED = 400  # held-out comparisons, at most
A_LEARNT = 10  # and so many for each that is learnt from
READER = "second reader"
BATCH = 256  # replies that are sampled together
MANY = 2000  # comparisons, above which a proxy reads each once: more of them, not more often


def gold_env(options: OveroptOptions) -> PersonaEnv:
    """The environment whose reward is the gold one, with the cases of all splits."""
    default = register_of(options.policy)
    return text_env(
        options.env, profiles=options.profiles, scenarios=options.scenarios, terms=options.terms,
        gates=options.gates, split="all",
        **who_reads(options.register, options.reader, default=default),
    )  # fmt: skip


@dataclass(frozen=True)
class Material:
    """The material of one seed, made when it is first asked for, and read after that.

    Comparisons are of replies drawn anew, mostly to other prompts than those of the samples.
    """

    options: OveroptOptions
    env: PersonaEnv
    folder: Path
    seed: int
    job: Job

    @property
    def annotator(self) -> SimulatedAnnotator:
        """Who compares by the gold reward, with some noise."""
        return SimulatedAnnotator(self.env, temperature=CARE)

    @cached_property
    def samples(self) -> Samples:
        """Independent draws of the policy, so that best-of-n is what it says."""
        path = self.folder / SAMPLES
        if not path.exists():
            made = judged(self._drawn(), self.annotator)
            rows = zip(made.candidates, made.gold.tolist(), strict=True)
            lines = [json.dumps({**c.model_dump(mode="json"), "gold": g}) for c, g in rows]
            write_text(path, "\n".join(lines) + "\n")
        known = [parse_json(line, str(path)) for line in read_text(path).split("\n") if line]
        golds = np.array([row.pop("gold") for row in known])
        return Samples(tuple(Candidates(**row) for row in known), golds)

    @cached_property
    def asked(self) -> list[Candidates]:
        """The prompts of the samples, of which a policy that learns is asked."""
        cases = draw_cases(self.env, None, self.seed)[: self.options.prompts]
        return [candidates_of(self.env, case, ["", ""]) for case in cases]

    def _drawn(self) -> list[Candidates]:
        options, agent = self.options, self._agent()
        cases = draw_cases(self.env, None, self.seed)[: options.prompts]
        asked = [case for case in cases for _ in range(options.samples)]
        replies: list[str] = []
        with self.job.stage("sampling", len(asked)) as stage:
            for first in range(0, len(asked), BATCH):
                part = asked[first : first + BATCH]
                replies += map(str, replies_of(agent, self.env, part))
                stage.mark(len(replies))
        parts = [replies[i : i + options.samples] for i in range(0, len(asked), options.samples)]
        return [candidates_of(self.env, *one) for one in zip(cases, parts, strict=True)]

    def _agent(self) -> Any:
        """What the samples are of."""
        options = self.options
        if not is_entry(options.policy):
            return load_agent(options.policy, temperature=options.temperature, seed=self.seed)
        try:
            return load(options.policy)(self.env, self.seed)
        except (ImportError, AttributeError, ValueError) as error:
            raise PersonaEnvError(f"cannot load --policy {options.policy!r}: {error}") from error

    def model(self, size: int, member: int = 0, kind: str = "proxy", base: str = "") -> RewardModel:
        """A reward model of so many comparisons; a second reader has comparisons of its own.

        Members of an ensemble have heads of their own, and those after the first a resample of the
        comparisons with replacement: what they agree on is not the luck of some. ``base`` is one of
        ``options.bases``.
        """
        named = "-".join(
            one for one in (kind.replace(" ", "-"), str(size), base, str(member)) if one
        )
        folder = self.folder / MODELS / named
        if not folder.exists():
            start = self.options.bases.get(base, self.options.policy)
            said = resampled(self._pairs(kind, size), self.seed, member)
            rate = reward_rate_for(parameters_of(start))
            how = RewardTraining(epochs=1 if size > MANY else 2, seed=member, lr=rate)
            with self.job.stage(f"learning from {size} comparisons", 1) as stage:
                fit_reward_model(
                    RewardModel.fresh(start, seed=member), said, how,
                    lambda done, of, loss: stage.move(done / of, f"loss {loss:.3f}"),
                ).save(folder)  # fmt: skip
        return RewardModel.load(folder)

    def accuracy(self, model: RewardModel) -> Mean:
        """How often a model prefers what the annotator preferred, on held-out comparisons."""
        count = min(TESTED, A_LEARNT * max(self.options.sizes))
        return judge_reward_model(model, self._pairs("held out", count)).accuracy

    def _pairs(self, kind: str, size: int) -> list[Comparison]:
        """The first ``size`` comparisons of their kind."""
        path = self.folder / PAIRS / f"{kind.replace(' ', '-')}.jsonl"
        most = max((size, *self.options.sizes)) if kind == "proxy" else size
        found = read_comparisons(path) if path.exists() else []
        if len(found) < size:
            found = self._compared(most, _number(self.seed, kind))
            write_comparisons(path, found)
        return found[:size]

    def _compared(self, count: int, seed: int) -> list[Comparison]:
        agent = load_agent(self.options.policy, temperature=self.options.temperature, seed=seed)
        found: list[Comparison] = []
        with self.job.stage(f"comparing {count} pairs", count) as stage:
            for part in _parts(count, seed):
                pairs = sample_candidates(
                    agent, self.env, part[0], seed=part[1], policy=self.options.policy
                )
                said = self.annotator.annotate(pairs, part[1])
                found += [one for one in said if one is not None]
                stage.mark(min(count, len(found)))
                if len(found) >= count:
                    return found[:count]
        raise PersonaEnvError(
            f"the policy gave {len(found)} pairs of different replies where {count} are asked for: "
            "its replies are alike; sample with a higher --temperature"
        )


def resampled(said: Sequence[Comparison], seed: int, member: int) -> list[Comparison]:
    """What a member of an ensemble learns from: as many comparisons, drawn with replacement; the
    first member has them as they are."""
    if not member:
        return [*said]
    rng = np.random.default_rng(np.random.SeedSequence([seed, member]))
    return [said[place] for place in rng.integers(len(said), size=len(said)).tolist()]


def _parts(count: int, seed: int, size: int = 256) -> Iterator[tuple[int, int]]:
    """How many pairs at a time, and a seed for each; more than needed, since some are alike."""
    parts = 2 + 2 * -(-count // size)
    for one in np.random.SeedSequence(seed).generate_state(parts).tolist():
        yield min(size, count), one


def _number(seed: int, kind: str) -> int:
    """A seed of its own for each use."""
    kinds = ("proxy", READER, "held out")
    drawn = np.random.SeedSequence([seed, kinds.index(kind)]).generate_state(1)
    return int(drawn[0])
