"""Whether memory stays flat over many episodes: ``python benchmarks/memory.py --episodes 1000000``.

Every reply is new, in 64 rows at once, with full reward. What is remembered of replies is bounded,
so memory grows until the caches are full (some twenty thousand episodes) and then stays. Prints the
most memory the process has held, ten times, as Markdown.
"""

from __future__ import annotations

import argparse
import resource
import sys
from collections.abc import Iterator

import numpy as np

from persona_env import load_scenarios
from persona_env.envs.chat.env import PersonaChatEnv
from persona_env.vector import PersonaVectorEnv

ROWS, WORDS = 64, 16
UNIT = 2**20 if sys.platform == "darwin" else 2**10  # of ru_maxrss, per MB


def replies() -> Iterator[tuple[str, ...]]:
    """New replies for all rows, without end: words of the scenarios' answers in random order."""
    texts = [t.answer for s in load_scenarios("train") for t in s.texts.values()]
    words = np.array([word for text in texts for word in text.split()])
    rng = np.random.default_rng(0)
    while True:
        yield tuple(" ".join(row) for row in rng.choice(words, (ROWS, WORDS)))


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--episodes", type=int, default=40_000)
    parser.add_argument("--quick", action="store_true", help="a few hundred episodes")
    options = parser.parse_args()
    steps = (640 if options.quick else options.episodes) // ROWS
    env = PersonaVectorEnv(PersonaChatEnv(register="tiny"), ROWS, autoreset_mode="SameStep")
    env.reset(seed=0)
    print("| episodes | most memory so far, MB |\n|---|---|")
    for step, written in zip(range(1, steps + 1), replies(), strict=False):
        env.step(written)
        if step % max(1, steps // 10) == 0:
            most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / UNIT
            print(f"| {step * ROWS:,} | {most:,.0f} |", flush=True)


if __name__ == "__main__":
    main()
