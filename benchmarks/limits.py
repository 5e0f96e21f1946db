"""Where the time goes in what is slower than we want: ``python benchmarks/limits.py [--quick]``.

Profiles the work of ``stepping.py``, ``scoring.py`` and ``training.py`` and prints, as Markdown,
the share that each module (with the built-in functions it calls) or each torch operation takes of
it. The profiler itself costs time for each call, so what calls much is shown somewhat too large.
"""

from __future__ import annotations

import argparse
import cProfile
import pstats
import tempfile
from collections import Counter
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import scoring
import stepping
import torch
import training
from torch.profiler import ProfilerActivity, profile

import persona_env
from persona_env.envs.chat.env import PersonaChatEnv
from persona_env.rewards import judge

TOP = 14  # rows of a table
HOME = Path(persona_env.__file__).parent
BUILT_IN = "~"  # as cProfile names the file of a function in C


def by_module(work: Callable[[], object]) -> Counter[str]:
    """Seconds of ``work`` by module; what a function in C takes is its callers'."""
    profiler = cProfile.Profile()
    profiler.runcall(work)
    spent: Counter[str] = Counter()
    found: Any = pstats.Stats(profiler)
    for (file, _, _), (_, _, own, _, callers) in found.stats.items():
        if file == BUILT_IN:
            for (caller, _, _), (_, _, seconds, _) in callers.items():
                spent[_module(caller)] += seconds
        else:
            spent[_module(file)] += own
    return spent


def _module(file: str) -> str:
    path = Path(file)
    if path.is_relative_to(HOME):
        return path.relative_to(HOME).with_suffix("").as_posix()
    parts = path.parts
    if "site-packages" in parts:
        return parts[parts.index("site-packages") + 1]
    return "this benchmark" if path.parent == Path(__file__).parent else "Python's own library"


def by_operation(work: Callable[[], object]) -> Counter[str]:
    """Seconds of ``work`` by torch operation."""
    with profile(activities=[ProfilerActivity.CPU], acc_events=True) as profiler:
        work()
    events = profiler.key_averages()
    return Counter({event.key: event.self_cpu_time_total / 1e6 for event in events})


def table(title: str, spent: Counter[str]) -> str:
    """The largest shares, as Markdown."""
    whole, rows = spent.total(), spent.most_common(TOP)
    lines = [f"| {name} | {seconds / whole:.1%} |" for name, seconds in rows]
    rest = whole - sum(seconds for _, seconds in rows)
    lines.append(f"| {len(spent) - len(rows)} more | {rest / whole:.1%} |")
    return "\n".join([f"\n### {title}", "", "| part | share |", "|---|---|", *lines])


def vector_steps(count: int, **options: Any) -> Callable[[], object]:
    """Token steps of 64 rows; the cases and replies have been met before."""
    native = "vector_entry_point"
    env = stepping.make_vector("PersonaChatTokens-v0", native, **stepping.SIZE, **options)
    work = stepping.vector(env, count)
    work()
    return work


def new_replies(count: int) -> Callable[[], object]:
    """Verdicts on replies that were never met, of users who have asked every scenario before."""
    env = PersonaChatEnv(register="tiny")
    scoring.ask_everything(env)
    endless = scoring.exchanges(env, np.random.default_rng(0))
    for item in islice(endless, count):
        judge(item, env.terms)
    items = list(islice(endless, count))
    return lambda: [judge(item, env.terms) for item in items]


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="tiny runs")
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    many = 4 if options.quick else 2000
    ends = by_module(vector_steps(10 * many, **stepping.OFF))
    print(table(f"Token steps, {stepping.ROWS} rows, reward off, by module", ends))
    known = by_module(vector_steps(many))
    print(table(f"Token steps, {stepping.ROWS} rows, full reward, by module", known))
    print(table("Scoring a new reply, by module", by_module(new_replies(many))))
    with tempfile.TemporaryDirectory() as temporary:
        folder = training.make_model(Path(temporary), **training.SIZES["0.2 M"])
        few = training.samplers(folder, 16)["agents.lm.generate"]
        learn = training.learning(training.ppo(folder, plain=False, epochs=2))
        for title, work in {"Sampling, 0.2 M, batch 16": few, "PPO, 0.2 M": learn}.items():
            work()
            print(table(f"{title}, by operation", by_operation(work)))


if __name__ == "__main__":
    main()
