"""This library's own ways, which stand beside those of each peer."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from itertools import cycle
from typing import Any

import gymnasium as gym
from stepping import CODEC, OFF, ROWS, SIZE, TINY, Way, make_vector, replies, single, text, vector
from training import learning, ppo

from persona_env.wrappers import TokenActions

TOKENS, REPLIES = "Token steps per second", "Whole replies per second"
TRAINING = "Training, 0.2 M, replies per second"
NEW = 24  # tokens of a reply in training, as in benchmarks/training.py
CHAT, VECTOR = "PersonaChat-v0", "vector_entry_point"
Made = dict[str, Callable[[], Way]]


def ways(few: int) -> dict[str, Made]:
    """How our ways are made, by table."""
    tokens = "PersonaChatTokens-v0"

    def one(**options: Any) -> gym.Env[Any, Any]:
        return TokenActions(gym.make(CHAT, **TINY | options), **SIZE)

    def rows(name: str, **options: Any) -> Any:
        return make_vector(name, VECTOR, **options)

    return {
        TOKENS: {
            "one environment, reward off": lambda: single(one(**OFF), few),
            "one environment, full reward": lambda: single(one(), few),
            f"{ROWS} rows, reward off": lambda: vector(rows(tokens, **SIZE, **OFF), few * 10),
            f"{ROWS} rows, full reward": lambda: vector(rows(tokens, **SIZE), few),
        },
        REPLIES: {
            "gym.make, reward off": lambda: text(gym.make(CHAT, **OFF), 0, few * 10),
            "gym.make, full reward": lambda: text(gym.make(CHAT, **TINY), 0, few),
            f"{ROWS} rows, reward off": lambda: text(rows(CHAT, **OFF), ROWS, few),
            f"{ROWS} rows, full reward": lambda: text(rows(CHAT), ROWS, 1),
        },
    }


def texts() -> Iterator[str]:
    """Replies of 24 tokens, for ever."""
    order = replies()
    return cycle([CODEC.decode(next(order)[:-1]) for _ in range(256)])


def ppo_rates(folder: str, repeats: int) -> dict[str, list[float]]:
    """Replies a second of PPO from here: 128 a rollout, two epochs on them."""
    found = {}
    for name, options in {"": {}, ", float32": {"precision": "float32"}}.items():
        way, rates = learning(ppo(folder, plain=False, epochs=2, **options)), []
        for _ in range(repeats + 1):
            began = time.process_time()
            rates.append(way() / NEW / (time.process_time() - began))
        found[f"PPO from here{name}"] = rates[1:]
    return found
