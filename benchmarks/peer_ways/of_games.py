"""TextArena and GEM: turns of a game in which a number of 1 to 20 is guessed."""

from __future__ import annotations

import random
from collections.abc import Callable
from importlib import import_module

from stepping import Way


def game(turns: Callable[[list[str]], int], guess: str) -> Way:
    """Fifty guesses, handed to ``turns``."""
    drawn = random.Random(0)

    def way() -> int:
        return turns([guess.format(drawn.randint(1, 20)) for _ in range(50)])

    return way


def text_arena() -> Way:
    """TextArena's GuessTheNumber, made anew for each game: reused, it slows down."""
    arena = import_module("textarena")

    def turns(guesses: list[str]) -> int:
        done = True
        for guess in guesses:
            if done:
                env = arena.make("GuessTheNumber-v0")
                env.reset(num_players=1)
            env.get_observation()
            done, _ = env.step(guess)
        return len(guesses)

    return game(turns, "My next guess after some thought is [{}].")


def gem() -> Way:
    """GEM's GuessTheNumber."""
    env = import_module("gem").make("game:GuessTheNumber-v0-easy")
    env.reset()

    def turns(guesses: list[str]) -> int:
        for guess in guesses:
            _, _, terminated, truncated, _ = env.step(guess)
            if terminated or truncated:
                env.reset()
        return len(guesses)

    return game(turns, "My next guess after some thought is \\boxed{{{}}}.")
