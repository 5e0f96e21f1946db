"""How many comparisons a reward model needs: ``python benchmarks/reward_models.py``.

    python benchmarks/reward_models.py --output runs/reward_models --page   # 2 seeds
    python benchmarks/reward_models.py --quick                              # to see that it runs

Replies of a policy at temperature 1 to the prompts of ``PersonaChat-v0`` in the tiny register are
compared by a simulated annotator, whose labels are noisy; a fifth of the prompts is held out, and
on their pairs a reward model is right where it prefers what the user's own reward prefers. Users
contradict each other about a pair where at least a third of those who read its language prefer one
reply, and at least a third the other. Policy accuracy is Kendall's tau, over the models of a seed,
between accuracy and what the best of 16 replies by the model earns from the users' own rewards on
held-out prompts: 1 where a better reward model always makes a better policy, 0 by chance.

Prints Markdown: accuracy as the mean over seeds, with the lowest and the highest; ``--page`` writes
it into ``docs/preferences.md`` as well. A seed draws the replies, the labels, the held-out prompts
and the head. What is in the folder is not measured again.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import textwrap
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from _pages import DOCS, put

from persona_env.adapters.named_envs import name_of
from persona_env.agent import Agent, ask
from persona_env.agents.learning.collect import sample_candidates
from persona_env.agents.learning.overopt.curves import Samples, by_prompt, judged
from persona_env.agents.learning.overopt.proxies import learnt, scores_of
from persona_env.agents.learning.reward_model import RewardModel, Sees
from persona_env.agents.learning.reward_training import (
    RewardTraining,
    fit_reward_model,
    judge_reward_model,
)
from persona_env.env import PersonaEnv
from persona_env.evaluation.named import sampling_agent
from persona_env.outputs import write_text
from persona_env.preferences import Candidates, Comparison, SimulatedAnnotator
from persona_env.preferences.held_out import hold_out
from persona_env.text_envs import make_text_env

ENV, POLICY = "PersonaChat-v0", "persona-tiny"
SIZES = (50, 200, 800, 2000)
BATCH = 16
HELD_OUT = 400  # pairs, at most
MINORITY = 1 / 3
KINDS: tuple[Sees, ...] = ("blind", "prompt", "factorised")
WIDTH = 120  # of a line of a page
BEST, PROMPTS = 16, 60  # of the policies that models make


class Measured(NamedTuple):
    """Comparisons to learn from, the true preferences among held-out pairs, and samples."""

    learnt: list[Comparison]
    every: list[Comparison]
    contradicted: list[Comparison]
    samples: Samples
    users: tuple[str, ...]


class Right(NamedTuple):
    """The accuracy on all pairs and on contradicted ones, and the reward of best-of-16."""

    every: float
    contradicted: float
    reward: float


class Seed(NamedTuple):
    """What was found by model and comparisons; how many pairs; the reward of a single reply."""

    found: dict[tuple[Sees, int], Right]
    every: int
    contradicted: int
    start: float


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--output", type=Path, help="a folder that goes on; default: one that goes")
    parser.add_argument("--page", action="store_true", help="write the tables into the page")
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    sizes, steps = ((8, 16), 2) if options.quick else (SIZES, RewardTraining.least_steps)
    seeds = range(1 if options.quick else options.seeds)
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.output or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        measured = [measure(folder / f"seed-{n}.json", n, sizes, steps) for n in seeds]
    told = shown(measured, sizes)
    print(told)
    if options.page:
        put(DOCS / "preferences.md", "reward models", told)


def measure(path: Path, seed: int, sizes: Sequence[int], steps: int) -> Seed:
    """All that is measured with one seed; what its file holds is not measured again."""
    torch.set_num_threads(1)
    kept = json.loads(path.read_text("utf-8")) if path.exists() else {"found": {}}
    found = {key_of(name): Right(*values) for name, values in kept["found"].items()}
    missing = [(sees, n) for sees in KINDS for n in sizes if (sees, n) not in found]
    if missing:
        measured = compared(max(sizes), seed)
        pairs = {"every": len(measured.every), "contradicted": len(measured.contradicted)}
        kept |= pairs | {"start": float(measured.samples.gold.mean())}
        for sees, size in missing:
            found[sees, size] = right(sees, size, seed, steps, measured)
            kept["found"] = {f"{sees} {n}": one for (sees, n), one in found.items()}
            write_text(path, json.dumps(kept, indent=1))
    own = {(sees, n): found[sees, n] for sees in KINDS for n in sizes}
    return Seed(own, kept["every"], kept["contradicted"], kept["start"])


def key_of(name: str) -> tuple[Sees, int]:
    """What ``"blind 50"`` stands for."""
    sees, _, size = name.partition(" ")
    return next(one for one in KINDS if one == sees), int(size)


def compared(most: int, seed: int) -> Measured:
    """Replies to prompts, compared; enough of them that ``most`` are left to learn from."""
    _, env = make_text_env(ENV, register="tiny")
    agent = sampling_agent(POLICY, env, seed)
    sampled = sample_candidates(agent, env, round(1.35 * most) + 20, seed=seed, policy=POLICY)
    labels = SimulatedAnnotator(env).annotate(sampled, seed)
    parts = hold_out([one for one in labels if one is not None], 0.2, seed)
    if len(parts.learnt) < most:
        raise RuntimeError(f"{len(parts.learnt)} comparisons are left to learn from, not {most}")
    exact = SimulatedAnnotator(env, temperature=0.0)
    held = [one.candidates for one in parts.held_out]
    true = [one for one in exact.annotate(held) if one is not None and one.preferred]
    rewards = exact.rewards(held)
    clear = {c.id for c, r in zip(held, rewards, strict=True) if r is not None and r[0] != r[1]}
    every = [one for one in true if one.candidates.id in clear][:HELD_OUT]
    tell(f"seed {seed}: {len(parts.learnt)} comparisons, {len(every)} held-out pairs")
    hard = [one for one in every if contradicted(one, env, exact)]
    samples = drawn(held, agent, env, exact)
    return Measured(parts.learnt, every, hard, samples, tuple(user.id for user in env.users))


def drawn(
    held: Sequence[Candidates], agent: Agent, env: PersonaEnv, exact: SimulatedAnnotator
) -> Samples:
    """Replies to some held-out prompts, and their true rewards."""
    users = {user.id: user for user in env.users}
    some = [*{(one.scenario, one.user): one for one in held}.values()][:PROMPTS]
    asked = [env.handed(env.scenarios.find(one.scenario), users[one.user]) for one in some]
    replies = ask(agent, [seen for seen in asked for _ in range(BEST)])
    parts = [tuple(replies[i : i + BEST]) for i in range(0, len(replies), BEST)]
    made = [one.model_copy(update={"replies": r}) for one, r in zip(some, parts, strict=True)]
    return judged(made, exact)


def contradicted(one: Comparison, env: PersonaEnv, exact: SimulatedAnnotator) -> bool:
    """Whether many users prefer the one reply, and many the other."""
    readers = [user.id for user in env.users if one.language in user.context.languages]
    asked = [
        Candidates(prompt=one.prompt, replies=one.replies, env=name_of(env), scenario=one.scenario,
                   user=user)
        for user in readers
    ]  # fmt: skip
    gaps = [r[0] - r[1] for r in exact.rewards(asked) if r is not None]
    first, second = sum(gap > 0 for gap in gaps), sum(gap < 0 for gap in gaps)
    return min(first, second) >= MINORITY * len(gaps) > 0


def right(sees: Sees, size: int, seed: int, steps: int, measured: Measured) -> Right:
    """How good a model is that learnt from ``size`` comparisons in so many steps or more."""
    begun = time.perf_counter()
    how = RewardTraining(batch=BATCH, least_steps=steps, seed=seed)
    epochs = how.epochs_over(size)
    model = RewardModel.fresh(POLICY, sees=sees, users=measured.users, seed=seed)
    fit_reward_model(model, measured.learnt[:size], how)
    every, hard = (
        judge_reward_model(model, pairs).accuracy.mean
        for pairs in (measured.every, measured.contradicted)
    )
    scores = scores_of(measured.samples, learnt(model))
    reward = float(by_prompt(measured.samples.gold, scores, BEST).mean())
    took = time.perf_counter() - begun
    tell(f"  {sees}, {size}, {epochs} epochs: {every:.3f}, {hard:.3f}, {reward:.3f} ({took:.0f} s)")
    return Right(every, hard, reward)


def tau(found: Sequence[Right]) -> float:
    """Kendall's tau-b between accuracies and rewards; 0 where all of one are alike."""
    signs = [
        np.sign(np.subtract.outer(values, values))
        for values in ([one.every for one in found], [one.reward for one in found])
    ]
    both, first, second = (float((a * b).sum()) for a, b in (signs, signs[:1] * 2, signs[1:] * 2))
    return both / (first * second) ** 0.5 if first * second else 0.0


def shown(seeds: Sequence[Seed], sizes: Sequence[int]) -> str:
    """The tables."""
    every, hard = (
        statistics.mean(getattr(one, name) for one in seeds) for name in ("every", "contradicted")
    )
    columns = [f"{sees}, {which}" for which in ("all", "contradicted") for sees in KINDS]
    start = spread([one.start for one in seeds])
    taus = [tau([*one.found.values()]) for one in seeds]
    count = len(seeds[0].found)
    above = (
        f"Accuracy in per cent on {every:.0f} pairs of held-out prompts a seed, of which users "
        f"contradict each other about {hard:.0f}; {len(seeds)} seed{'s' * (len(seeds) > 1)}. Its "
        f"standard error is at most {most(every):.1f} on all pairs, {most(hard):.1f} on "
        "contradicted ones."
    )
    between = (
        f"Reward of the best of {BEST}, in per cent, over {PROMPTS} prompts (standard error at "
        f"most {most(PROMPTS):.1f}); of one reply: {start}."
    )
    below = (
        f"Kendall's tau of accuracy and reward, over the {count} models of a seed: "
        f"{', '.join(f'{one:.2f}' for one in taus)}. By chance it is 0 ± {by_chance(count):.2f}."
    )
    first, second = table(seeds, sizes, columns, (0, 1)), table(seeds, sizes, KINDS, (2,))
    wrapped = [textwrap.fill(text, WIDTH) for text in (above, between, below)]
    return "\n\n".join([wrapped[0], "\n".join(first), wrapped[1], "\n".join(second), wrapped[2]])


def most(count: float) -> float:
    """The standard error of a mean of so many numbers from 0 to 100, at most."""
    return 50 / count**0.5


def by_chance(count: int) -> float:
    """The standard deviation of Kendall's tau of two independent orders of so many things."""
    return ((4 * count + 10) / (9 * count * (count - 1))) ** 0.5


def table(
    seeds: Sequence[Seed], sizes: Sequence[int], columns: Sequence[str], places: Sequence[int]
) -> Iterator[str]:
    """A row for each number of comparisons, of some of the figures of :class:`Right`."""
    yield f"| comparisons | {' | '.join(columns)} |"
    yield f"|{' --- |' * (1 + len(columns))}"
    for size in sizes:
        cells = [
            spread([one.found[sees, size][place] for one in seeds])
            for place in places
            for sees in KINDS
        ]
        yield f"| {size:,} | {' | '.join(cells)} |"


def spread(values: Sequence[float]) -> str:
    """The mean, the lowest and the highest, in per cent; of one value this alone."""
    low, high = 100 * min(values), 100 * max(values)
    apart = f" ({low:.0f} to {high:.0f})" if len(values) > 1 else ""
    return f"{100 * statistics.mean(values):.0f}{apart}"


def tell(line: str) -> None:
    """How far it is, on standard error."""
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
