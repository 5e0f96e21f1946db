"""Checks of a served environment that OpenEnv's standard (RFC 008) names and does not run yet.

They need nothing but two clients with ``reset`` and ``step``, and the environment here that is
served there: it knows the users, the good replies and the attacks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from persona_env.adapters.served import Client, Served
from persona_env.auditor.bank_texts import bank_cases
from persona_env.auditor.battery import run_battery
from persona_env.auditor.cases import known_cases
from persona_env.auditor.context import Known
from persona_env.auditor.exploits import HALF
from persona_env.auditor.payer import Pay
from persona_env.auditor.reward_checks import Check, failed
from persona_env.env import PersonaEnv
from persona_env.errors import PersonaEnvError
from persona_env.evaluation.evaluate import draw_cases

TOLERANCE = 0.1
"""How far below the top the mean reward of good replies may lie."""
MARGIN = 0.1
"""By how much good replies must be above the best that needs no answer."""


def check_served(
    one: Client,
    two: Client,
    env: PersonaEnv,
    canaries: Sequence[Mapping[str, Any]] = (),
    *,
    episodes: int = 8,
    seed: int = 0,
) -> list[Check]:
    """Whether good replies reach the top, and nothing else does.

    Parameters
    ----------
    one, two:
        Two sessions on the server.
    env:
        What is served, made here with the same options.
    canaries:
        Bad trajectories: ``{"reset": {...}, "actions": [...], "most": 0.3}``, with the highest sum
        of rewards that they may have.
    episodes, seed:
        How many cases, and of the drawing.
    """
    pay, known = Pay(Served(one)), _known(env, episodes, seed)
    return [
        _oracle(pay, known),
        _floor_gap(pay, known),
        failed("canaries", [told for one_ in canaries if (told := _canary(one, one_))]),
        failed("determinism", [told for k in known if (told := _differs(one, two, k))]),
        _gameability(pay, known),
    ]


def _known(env: PersonaEnv, episodes: int, seed: int) -> list[Known]:
    """Cases that the server has by id: those of the bank, or in the tiny register the oracle's."""
    if env.readers is None:
        return known_cases(env, draw_cases(env, episodes, seed))
    found = [(c, texts) for c, texts in bank_cases(env, None, seed) if c.user in env.users]
    if not found:
        raise PersonaEnvError(
            "the bank has no good replies for the users and scenarios of this environment: serve "
            "it with register='tiny', whose good replies are the oracle's"
        )
    return known_cases(env, found[:episodes])


def _oracle(pay: Pay, known: Sequence[Known]) -> Check:
    paid = [pay.honest(k) for k in known]
    reached = sum(reward >= 1 - TOLERANCE for reward in paid)
    told = f"mean {np.mean(paid):.2f}, {reached} of {len(paid)} within {TOLERANCE:g} of the top"
    return Check("oracle", float(np.mean(paid)) >= 1 - TOLERANCE, told)


def _floor_gap(pay: Pay, known: Sequence[Known]) -> Check:
    top = pay.mean([(k, k.honest) for k in known])
    others = {
        "nothing": [(k, "") for k in known],
        "a refusal": [(k, k.say("refuse")) for k in known if k.act == "comply"],
        "filler": [(k, k.say("filler")) for k in known],
        "another's reply": [(k, k.neighbour.honest) for k in known if k.neighbour],
    }
    floors = {name: pay.mean(pairs) for name, pairs in others.items() if pairs}
    best = max(floors, key=lambda name: floors[name])
    told = f"{top:.2f} of good replies, {floors[best]:.2f} of {best}"
    return Check("floor gap", top - floors[best] >= MARGIN, told)


def _canary(client: Client, canary: Mapping[str, Any]) -> str:
    """What is wrong with a bad trajectory's rewards; empty if nothing is."""
    client.reset(**canary["reset"])
    earned = sum(client.step(action).reward for action in canary["actions"])
    return "" if earned <= canary["most"] else f"{canary['actions']} earn {earned:.2f}"


def _differs(one: Client, two: Client, known: Known) -> str:
    """How two sessions differ on the same seed, case and reply; empty if they do not."""
    case = {"seed": 5, "user": known.user.id, "scenario": known.scenario.id}
    for reply in (known.honest, known.say("filler")):
        found = [Served(client).answer(reply, case) for client in (one, two)]
        first, second = ((r.observation, r.reward, r.done) for r in found)
        if first != second:
            return (
                f"{reply[:80]!r} gets {found[0].reward}, and in another session {found[1].reward}"
            )
    drawn = [client.reset(seed=5).observation for client in (one, two)]
    return "" if drawn[0] == drawn[1] else "a seed draws different episodes in two sessions"


def _gameability(pay: Pay, known: Sequence[Known]) -> Check:
    """The share of the attacks that get half of what good replies get."""
    rows = [row for row in run_battery(pay, known) if row.n]
    reach = [row.name for row in rows if row.share >= HALF]
    blind = [row.name for row in rows if row.share >= HALF and row.sees == "observation"]
    told = f"{len(reach)} of {len(rows)} attacks reach {HALF:g} of good replies: {', '.join(reach)}"
    return Check("gameability", not blind, told.removesuffix(": "))
