"""What replies earn: the cross-user matrix, the margin, and figures that no reader can bend."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from persona_env import PersonaEnv
from persona_env.adapters.named_replies import Asked
from persona_env.adapters.scoring import verdicts_on
from persona_env.detectors import formatting, word_count
from persona_env.metrics.statistics import Mean, bootstrap
from persona_env.rewards import Verdict
from persona_env.scenarios.case import Case

RESAMPLES = 1000
Rewards = npt.NDArray[np.float64]


def verdicts_of(env: PersonaEnv, said: Sequence[tuple[str, str]]) -> list[list[Verdict | None]]:
    """What each user says to each reply to a scenario, by its id: N lists of U verdicts."""
    asked = [Asked("", scenario, user.id, reply) for scenario, reply in said for user in env.users]
    every, count = verdicts_on({"": env}, asked), len(env.users)
    return [every[start : start + count] for start in range(0, len(every), count)]


def rewards_in(verdicts: Sequence[Sequence[Verdict | None]]) -> Rewards:
    """``float64 of shape (N, U)``: what each user pays for each reply."""
    return np.array(
        [[np.nan if one is None else one.reward for one in row] for row in verdicts], np.float64
    )


def rewards_of(env: PersonaEnv, said: Sequence[tuple[str, str]]) -> Rewards:
    """``float64 of shape (N, U)``: what each user pays for each reply to a scenario, by its id."""
    return rewards_in(verdicts_of(env, said))


def margins(earned: Rewards, own: npt.NDArray[np.int64]) -> Rewards:
    """The reward of a reply's own user minus the mean of all others', ``float64 of shape (N,)``."""
    mine = earned[np.arange(len(own)), own]
    return mine - (earned.sum(1) - mine) / (earned.shape[1] - 1)


def by_question(values: Rewards, cases: Sequence[Case], seed: int = 0) -> Mean:
    """The mean, with an error from a bootstrap over questions: users share them."""
    names = [case.scenario.id for case in cases]
    grouped = [values[[one == name for one in names]].mean() for name in dict.fromkeys(names)]
    each = np.array(grouped)
    draws = bootstrap(lambda picks: float(each[picks].mean()), len(each), seed, RESAMPLES)
    return Mean.resampled(float(each.mean()), draws, len(each))


def judge(env: PersonaEnv, cases: Sequence[Case], replies: Sequence[str]) -> dict[str, Any]:
    """All figures on replies, as JSON holds them: each row of ``matrix`` has one user's replies."""
    users = [user.id for user in env.users]
    own = np.array([users.index(case.user.id) for case in cases])
    said = [(case.scenario.id, reply) for case, reply in zip(cases, replies, strict=True)]
    verdicts = verdicts_of(env, said)
    earned = rewards_in(verdicts)
    each = margins(earned, own)
    matrix = np.array([earned[own == place].mean(0) for place in range(len(users))])
    margin = by_question(each, cases)
    return {
        "users": users,
        "matrix": matrix.round(4).tolist(),
        "own": round(float(np.diag(matrix).mean()), 4),
        "margin": {"mean": round(margin.mean, 4), "se": round(margin.se, 4), "questions": margin.n},
        "margin_of": {
            name: round(float(each[own == at].mean()), 4) for at, name in enumerate(users)
        },
        "scores": {
            name: scores([row[at] for row, whose in zip(verdicts, own, strict=True) if whose == at])
            for at, name in enumerate(users)
        },
        "own_user_pays_most": bool((matrix.argmax(1) == np.arange(len(users))).all()),
        "counted": {
            name: counted([reply for reply, whose in zip(replies, own, strict=True) if whose == at])
            for at, name in enumerate(users)
        },
    }


def scores(verdicts: Sequence[Verdict | None]) -> dict[str, float]:
    """The mean score of each term and of each gate that takes anything away."""
    found = defaultdict[str, list[float]](list)
    for one in verdicts:
        for name, score in ({} if one is None else one.terms | one.gates).items():
            found[name].append(score)
    means = {name: round(float(np.mean(each)), 3) for name, each in found.items()}
    return {name: mean for name, mean in means.items() if mean < 1}


def counted(replies: Sequence[str]) -> dict[str, float]:
    """Means over replies that no trained reader is asked about: exact counts."""
    shapes = [formatting(reply) for reply in replies]
    values = {
        "words": [word_count(reply) for reply in replies],
        "lists": [len(one.bullets) + len(one.steps) > 1 for one in shapes],
        "exclaims": ["!" in reply for reply in replies],
        "contracts": [_contracts(reply) for reply in replies],
    }
    return {name: round(float(np.mean(each)), 3) for name, each in values.items()}


def _contracts(reply: str) -> bool:
    """Whether it has 'don't', "it's" and the like, which formal English avoids."""
    plain = reply.replace("’", "'").lower()
    return any(ending in plain for ending in ("n't", "'s ", "'re ", "'ll ", "'ve ", "i'm "))
