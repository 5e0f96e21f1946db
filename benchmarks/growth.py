"""How speed grows with what there is more of: one figure of six curves, ``docs/growth.png``.

``python benchmarks/growth.py`` measures, prints every point as Markdown (median, lowest, highest)
and draws. Token steps are those of the native vector environment, 64 rows unless said otherwise,
with replies that end in turn; one thread. Ratios within one curve hold better than the figures.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

import gymnasium as gym
import matplotlib.pyplot as plt
import numpy as np
import torch
from _tables import show
from stepping import CODEC, OFF, Way, rate
from training import learning, make_model, ppo, samplers

from persona_env import load_profiles, load_scenarios, registered_terms
from persona_env.envs.chat.env import PersonaChatEnv
from persona_env.vector import TokenVectorEnv

FIGURE = Path(__file__).parents[1] / "docs" / "growth.png"
ROWS, CONTEXT, NEW = 64, 192, 24
FASTER, PATIENCE, LONGEST = 1.03, 3, 40  # rounds of warming up
SHAPES = {"0.05 M": (16, 1), "0.2 M": (64, 2), "1 M": (128, 4), "3.5 M": (224, 5)}
Curve = dict[str, dict[str, Callable[[], Way]]]  # by line, then by point


def steps(
    rows: int = ROWS, context: int = CONTEXT, new: int = NEW, many: int = 50, **options: Any
) -> Way:
    """Token steps: random text, and rows that end one after the other."""
    env = TokenVectorEnv(
        PersonaChatEnv(**{"register": "tiny"} | options), rows, max_new_tokens=new,
        context_length=context, autoreset_mode="SameStep",
    )  # fmt: skip
    env.reset(seed=0)
    texts = [t.answer for s in load_scenarios("train") for t in s.texts.values()]
    ids = np.array([i for text in texts for i in CODEC.encode(text)])
    rng, place = np.random.default_rng(0), [np.arange(rows) % new]

    def way() -> int:
        for _ in range(many):
            actions = ids[rng.integers(len(ids), size=rows)]
            actions[place[0] == new - 1] = CODEC.end_id
            place[0] = (place[0] + 1) % new
            env.step(actions)
        return many * rows

    return way


def crowd(count: int) -> list[Any]:
    """The bundled users, again and again under other names."""
    known = load_profiles("train")
    return [
        known[i % len(known)].model_copy(update={"id": f"{known[i % len(known)].id}{i}"})
        for i in range(count)
    ]


def judged(count: int) -> Way:
    """Whole replies, scored by the first ``count`` of all gates and terms."""
    chosen = list(registered_terms().values())[:count]
    terms, gates = ([t.name for t in chosen if t.gate is kind] for kind in (False, True))
    env = gym.make("PersonaChat-v0", register="tiny", terms=terms, gates=gates)
    answers = [s.text(next(iter(s.texts))).answer for s in load_scenarios("train")]
    env.reset(seed=0)

    def way() -> int:
        for answer in answers:
            env.step(answer)
            env.reset()
        return len(answers)

    return way


def model(shape: tuple[int, int], folder: Path, kind: str) -> Way:
    """Sampling or training, tokens."""
    made = make_model(folder / f"{kind}{shape[0]}", width=shape[0], layers=shape[1])
    if kind == "PPO":
        return learning(ppo(made, plain=False, epochs=2))
    return samplers(made, ROWS)["agents.lm.generate"]


def both(make: Callable[..., Way], points: Iterable[int], **fixed: Any) -> Curve:
    """Reward off and full reward, by point."""
    kinds: dict[str, dict[str, Any]] = {"reward off": OFF, "full reward": {}}
    return {
        kind: {str(n): lambda n=n, o=options: make(n, **o, **fixed) for n in points}
        for kind, options in kinds.items()
    }


def curves(folder: Path, quick: bool) -> dict[str, Curve]:
    """What is measured, by panel."""
    some = slice(2) if quick else slice(None)
    many = 2 if quick else 50
    return {
        "environments, token steps/s": both(steps, (1, 4, 16, 64, 256)[some], many=many),
        "context length, token steps/s": both(
            lambda n, **o: steps(context=n, **o), (64, 128, 256, 512, 1024)[some], many=many
        ),
        "reply length, token steps/s": both(
            lambda n, **o: steps(context=n + 128, new=n, **o), (8, 16, 32, 64, 128)[some], many=many
        ),
        "users, token steps/s": both(
            lambda n, **o: steps(profiles=crowd(n), **o), (1, 8, 64, 512)[some], many=many
        ),
        "terms, replies/s": {
            "scored": {
                str(n): lambda n=n: judged(n)
                for n in (0, 1, 2, 4, 8, 16, len(registered_terms()))[some]
            }
        },
        "parameters, tokens/s": {
            kind: {
                name: lambda s=shape, k=kind: model(s, folder, k)
                for name, shape in list(SHAPES.items())[some]
            }
            for kind in ("sampling", "PPO")
        },
    }  # fmt: skip


def measure(curve: Curve, repeats: int, seconds: float) -> dict[str, dict[str, list[float]]]:
    """Rates of every point, in turns once they have settled."""
    ways = {line: {at: make() for at, make in points.items()} for line, points in curve.items()}
    found: dict[str, dict[str, list[float]]] = {
        line: {at: [] for at in points} for line, points in ways.items()
    }
    for points in ways.values():
        for way in points.values():
            settle(way, seconds)
    for _ in range(repeats):
        for line, points in ways.items():
            for at, way in points.items():
                found[line][at].append(rate(way, seconds))
    return found


def settle(way: Way, seconds: float) -> None:
    """Until it gets no faster for some rounds: what is met for the first time costs more."""
    best, slower = 0.0, 0
    for _ in range(LONGEST if seconds > 0.1 else 1):
        now = rate(way, seconds)
        slower = 0 if now > best * FASTER else slower + 1
        best = max(best, now)
        if slower == PATIENCE:
            return


def draw(found: dict[str, dict[str, dict[str, list[float]]]], path: Path) -> None:
    """Six panels; a line is the median, a bar the range."""
    figure, axes = plt.subplots(2, 3, figsize=(9, 5.2), layout="constrained")
    for axis, (title, curve) in zip(axes.flat, found.items(), strict=True):
        for line, points in curve.items():
            middle = [statistics.median(values) for values in points.values()]
            spread = [
                [m - min(v) for m, v in zip(middle, points.values(), strict=True)],
                [max(v) - m for m, v in zip(middle, points.values(), strict=True)],
            ]
            axis.errorbar(list(points), middle, spread, label=line, marker="o", markersize=3)
        axis.set(yscale="log", xlabel=title.split(",")[0], ylabel=title.split(", ")[1])
        axis.grid(alpha=0.3)
        if len(curve) > 1:
            axis.legend(fontsize=7)
    figure.savefig(path, dpi=72, pil_kwargs={"optimize": True})
    plt.close(figure)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="two points a curve, no figure")
    options = parser.parse_args()
    torch.set_num_threads(1)
    repeats, seconds = (1, 0.01) if options.quick else (options.repeats, 0.3)
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        for title, curve in curves(Path(folder), options.quick).items():
            found[title] = measure(curve, repeats, seconds)
            for line, points in found[title].items():
                what, unit = title.split(", ")
                show(f"Number or size of {what}: {line}", points, unit)
    if not options.quick:
        draw(found, FIGURE)
        print(f"\nwrote docs/{FIGURE.name}")


if __name__ == "__main__":
    main()
