"""How fast the environments step, against bare ones that do nothing, in one run.

``python benchmarks/stepping.py`` prints median, minimum and maximum of several repetitions as
Markdown, per second of processor time. Replies have 24 tokens and an end token, after 24 prompt
tokens; the vector environments have 64 rows, whose replies end at different steps. Each repetition
measures every way once, so that ratios within one run hold better than the figures.
"""

from __future__ import annotations

import argparse
import time
import warnings
from collections.abc import Callable, Iterator
from itertools import cycle
from typing import Any

import gymnasium as gym
import numpy as np
from _tables import show

import persona_env
from persona_env.wrappers import TokenActions
from persona_env.wrappers.tokenizers import bundled_codec

warnings.filterwarnings("ignore", "a prompt of")  # short ones are meant
PROMPT, REPLY, ROWS = 24, 25, 64
LENGTH = PROMPT + REPLY
SIZE = {"max_new_tokens": REPLY, "context_length": LENGTH}
TINY: dict[str, Any] = {"register": "tiny"}
OFF: dict[str, Any] = {"terms": (), "gates": (), **TINY}
CODEC = bundled_codec()
Way = Callable[[], int]  # does some steps or episodes, and says how many


class Bare(gym.Env[Any, Any]):
    """The least a token environment can do: write a token, hand out a copy."""

    def __init__(self) -> None:
        self.action_space = gym.spaces.Discrete(CODEC.size)
        self.observation_space = gym.spaces.Box(0, CODEC.size, (LENGTH,), np.int64)

    def reset(self, *, seed: int | None = None, options: Any = None) -> tuple[Any, dict[str, Any]]:
        """An empty prompt."""
        super().reset(seed=seed)
        self.tokens, self.end = np.zeros(LENGTH, np.int64), PROMPT
        return self.tokens.copy(), {}

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        """Write one token."""
        self.tokens[self.end] = action
        self.end += 1
        return self.tokens.copy(), 0.0, self.end == LENGTH, False, {}


class BareVector:
    """The same for 64 rows, in numpy."""

    def __init__(self) -> None:
        self.tokens = np.zeros((ROWS, LENGTH), np.int64)
        self.flat, self.first = self.tokens.ravel(), np.arange(ROWS) * LENGTH + PROMPT
        self.place, self.count = self.first.copy(), 0

    def step(self, actions: Any) -> tuple[Any, Any, Any, Any, dict[str, Any]]:
        """Write one token in each row; all begin again together."""
        self.flat[self.place] = actions
        self.place += 1
        self.count += 1
        if self.count == REPLY:
            self.place[:], self.count = self.first, 0
        zeros = np.zeros(ROWS), np.zeros(ROWS, bool), np.zeros(ROWS, bool)
        return self.tokens.copy(), *zeros, {}


def replies() -> Iterator[list[int]]:
    """Token replies of 24 ids and the end, cut from the scenarios' answers, for ever."""
    texts = [t for s in persona_env.load_scenarios("train") for t in s.texts.values()]
    found = [CODEC.encode(" ".join([t.answer, *t.plain, *t.expert, t.prompt]) * 4) for t in texts]
    order = np.random.default_rng(0).permutation(len(found))
    return cycle([[*found[i][: REPLY - 1], CODEC.end_id] for i in order])


def single(env: gym.Env[Any, Any], episodes: int) -> Way:
    """Token steps of one environment."""
    written = replies()
    env.reset(seed=0)

    def way() -> int:
        for _ in range(episodes):
            for token in np.array(next(written)):
                env.step(token)
            env.reset()
        return episodes * REPLY

    return way


def vector(env: Any, steps: int) -> Way:
    """Token steps of 64 rows, each in another place of its reply."""
    written = replies()
    rows = [np.roll([next(written) for _ in range(8)], row % REPLY) for row in range(ROWS)]
    actions = np.array(rows).reshape(ROWS, -1).T.copy()
    order = cycle(actions)

    def way() -> int:
        for _ in range(steps):
            env.step(next(order))
        return steps * ROWS

    return way


def text(env: Any, rows: int, episodes: int) -> Way:
    """Text episodes of one environment (``rows`` 0) or of a vector of them."""
    order, many = replies(), 256
    written = cycle([CODEC.decode(next(order)[:-1]) for _ in range(many)])
    env.reset(seed=0)

    def way() -> int:
        for _ in range(episodes):
            if rows:
                env.step(tuple(next(written) for _ in range(rows)))
            else:
                env.step(next(written))
                env.reset()
        return episodes * max(1, rows)

    return way


def make_vector(name: str, mode: str, **options: Any) -> Any:
    """64 rows, native or under SyncVectorEnv, reset."""
    extra = {"vector_kwargs": {"autoreset_mode": "SameStep"}}
    native = {"autoreset_mode": "SameStep"}
    env = gym.make_vec(name, ROWS, mode, **(extra if mode == "sync" else native), **TINY | options)
    env.reset(seed=0)
    return env


def ways(quick: bool) -> dict[str, dict[str, Way]]:
    """What is measured, by table; ratios are to the first of each."""
    gym.register("Bare-v0", Bare)
    tokens, native, sync = "PersonaChatTokens-v0", "vector_entry_point", "sync"
    few = 2 if quick else 40

    def wrapped(**options: Any) -> gym.Env[Any, Any]:
        return TokenActions(gym.make("PersonaChat-v0", **TINY | options), **SIZE)

    return {
        "Token steps per second, one environment": {
            "bare, gym.make": single(gym.make("Bare-v0"), few * 10),
            "gym.make + TokenActions, reward off": single(wrapped(**OFF), few * 4),
            "gym.make + TokenActions, full reward": single(wrapped(), few),
        },
        f"Token steps per second, {ROWS} rows": {
            "bare, numpy": vector(BareVector(), few * 100),
            "native vector, reward off": vector(
                make_vector(tokens, native, **SIZE, **OFF), few * 10
            ),
            "native vector, full reward": vector(make_vector(tokens, native, **SIZE), few),
            "SyncVectorEnv, reward off": vector(
                make_vector(tokens, sync, **SIZE, **OFF), few * 2
            ),
            "SyncVectorEnv, full reward": vector(make_vector(tokens, sync, **SIZE), few),
        },
        "Text episodes per second": {
            "gym.make, reward off": text(gym.make("PersonaChat-v0", **OFF), 0, few * 20),
            "gym.make, full reward": text(gym.make("PersonaChat-v0", **TINY), 0, few * 2),
            f"native vector, {ROWS} rows, reward off": text(
                make_vector("PersonaChat-v0", native, **OFF), ROWS, max(1, few // 4)
            ),
            f"native vector, {ROWS} rows, full reward": text(
                make_vector("PersonaChat-v0", native), ROWS, max(1, few // 20)
            ),
        },
    }  # fmt: skip


def measure(found: dict[str, Way], repeats: int, seconds: float) -> dict[str, list[float]]:
    """Rates of every way, in turn, after a while that is not counted: new cases cost more."""
    for way in found.values():
        rate(way, 4 * seconds)
    rates: dict[str, list[float]] = {name: [] for name in found}
    for _ in range(repeats):
        for name, way in found.items():
            rates[name].append(rate(way, seconds))
    return rates


def rate(way: Way, seconds: float) -> float:
    """What ``way`` does in a second of processor time, which other programs disturb least."""
    began, done = time.process_time(), 0
    while time.process_time() - began < seconds:
        done += way()
    return done / (time.process_time() - began)


def arguments(about: str | None) -> tuple[int, float, bool]:
    """Repetitions, the seconds of each, and whether it is a brief try, from the command line."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1.0, help="of each repetition")
    parser.add_argument("--quick", action="store_true", help="once, and briefly")
    options = parser.parse_args()
    return (1, 0.02, True) if options.quick else (options.repeats, options.seconds, False)


def main() -> None:
    """The command line."""
    repeats, seconds, quick = arguments(__doc__)
    for title, found in ways(quick).items():
        show(title, measure(found, repeats, seconds), "median")


if __name__ == "__main__":
    main()
