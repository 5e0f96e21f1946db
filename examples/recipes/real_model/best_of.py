"""Rejection sampling from the model itself: SFT on the best of several replies to each question.

Also called RAFT (Dong et al., 2023) or expert iteration: every user asks every train question, the
model answers each several times, and of these replies it learns the one that the user pays most,
unless it pleases another user more. Cheaper than GRPO on a CPU: one update for each case, instead
of one for each reply.
"""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np
import numpy.typing as npt
from accelerate.utils import broadcast_object_list
from cases import Worlds, cases_of
from judged import rewards_of
from sampling import Sampler
from stages import imitate
from warm_up import row

LEARNED = 1.0
"""Epochs on the best replies of a round."""


def best_of(
    model: Any, tokenizer: Any, found: Worlds, options: argparse.Namespace, seed: int
) -> list[dict[str, float]]:
    """``options.rounds`` rounds of sampling and SFT. Returns what the replies of each earned."""
    told = []
    sampler = Sampler(options, options.temperature, seed, model.device)
    for number in range(options.rounds):
        rows, earned = _sampled(sampler, model, tokenizer, found, options)
        if rows:
            imitate(
                model, tokenizer, rows, options, seed + number,
                learning_rate=options.round_lr, num_train_epochs=LEARNED,
            )  # fmt: skip
        told.append(earned)
    return told


def _sampled(
    sampler: Sampler, model: Any, tokenizer: Any, found: Worlds, options: argparse.Namespace
) -> tuple[list[dict[str, Any]], dict[str, float]]:
    """The best replies to every case as rows for SFT, and what all of them and these earned."""
    env = found.train
    cases = cases_of(env)
    asked = [case for case in cases for _ in range(options.group)]
    replies = sampler.replies(model, tokenizer, env, asked)
    replies = broadcast_object_list([replies])[0]
    said = [(case.scenario.id, reply) for case, reply in zip(asked, replies, strict=True)]
    earned = rewards_of(env, said).reshape(len(cases), options.group, -1)
    users = [user.id for user in env.users]
    own = np.array([users.index(case.user.id) for case in cases])
    picked = best(earned, own)
    kept = np.flatnonzero(picked >= 0)
    rows = [row(env, cases[at], replies[at * options.group + picked[at]]) for at in kept.tolist()]
    mine = earned[np.arange(len(cases)), :, own]
    chosen = mine[kept, picked[kept]]
    return rows, {
        "cases": len(cases), "learned": len(rows),
        "reward": round(float(mine.mean()), 4), "best": round(float(chosen.mean()), 4),
    }  # fmt: skip


def best(earned: npt.NDArray[np.float64], own: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The place of the reply to learn of each group, -1 for none: ``int64 of shape (N,)``.

    Of the replies that earn anything and that no other user pays more than the one who asked, the
    one with the highest reward from this user. ``earned`` is ``float64 of shape (N, G, U)``,
    ``own`` the users' places.

    >>> earned = np.array([[[0.9, 0.95], [0.6, 0.2]], [[0.9, 0.5], [0.7, 0.3]]])
    >>> best(earned, np.array([0, 1])).tolist()
    [1, -1]
    """
    mine = earned[np.arange(len(own)), :, own]
    allowed = np.where(mine >= earned.max(2), mine, 0.0)
    found: npt.NDArray[np.int64] = np.where(allowed.max(1) > 0, allowed.argmax(1), -1)
    return found
