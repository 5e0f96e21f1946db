"""Comparisons to learn from and others to be judged on, which share no prompt."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from persona_env.arguments import whole_number
from persona_env.errors import ArgumentError
from persona_env.preferences.comparison import Comparison


class Parts(NamedTuple):
    """Comparisons to learn from, and held-out ones."""

    learnt: list[Comparison]
    held_out: list[Comparison]


def hold_out(comparisons: Sequence[Comparison], share: float, seed: int = 0) -> Parts:
    """Hold out all comparisons of a ``share`` of the prompts, which are drawn by ``seed``.

    By prompts, not by comparisons: of a prompt that both parts hold, a model can learn by heart
    what it is then asked. A prompt is what the user said last, in whatever language, and whoever
    asked it.

    Raises :class:`ArgumentError` for a share outside [0, 1), and where it leaves nothing.
    """
    if not 0 <= share < 1:
        raise ArgumentError(f"the held-out share must be at least 0 and below 1, not {share!r}")
    prompts = sorted({one.prompt for one in comparisons})
    rng = np.random.default_rng(whole_number("seed", seed, least=0))
    count = round(share * len(prompts))
    if share and not 0 < count < len(prompts):
        raise ArgumentError(
            f"a share of {share:g} of {len(prompts)} prompts is {count}: give comparisons of more "
            "prompts, or hold out 0"
        )
    held = {prompts[place] for place in rng.permutation(len(prompts))[:count]}
    learnt = [one for one in comparisons if one.prompt not in held]
    return Parts(learnt, [one for one in comparisons if one.prompt in held])
