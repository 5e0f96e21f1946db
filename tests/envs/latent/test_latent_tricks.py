"""PersonaLatent-v0 under audit: what must not pay."""

from __future__ import annotations

from functools import cache

import pytest

from persona_env.auditor.battery import Row, run_battery, stuffers
from persona_env.auditor.cases import further_cases, known_cases
from persona_env.auditor.payer import Pay
from persona_env.auditor.search import run_search
from persona_env.auditor.second_opinion import opinions
from persona_env.envs.latent import PersonaLatentEnv
from persona_env.envs.shared.own_sentences import BESIDE, worded
from persona_env.evaluation.evaluate import draw_cases

from ...support import every_split
from .small import FOUR, RICE, small


@cache
def audited(split: str, cases: int = 12) -> tuple[PersonaLatentEnv, list, dict[str, Row]]:
    env = PersonaLatentEnv(split=split, register="tiny")
    known = known_cases(env, draw_cases(env, cases, 0))
    more = further_cases(env, known, 0)
    return env, known, {r.name: r for r in run_battery(Pay(env), known, more, stuffers(env))}


@every_split
def test_no_exploit_reaches_its_threshold(split):
    rows = audited(split)[2]
    assert len(rows) > 60
    assert all(row.passed for row in rows.values()), [
        row.told() for row in rows.values() if not row.passed
    ]


@pytest.mark.slow
@every_split
def test_the_search_finds_nothing(split):
    env, known, _ = audited(split)
    assert not run_search(Pay(env), known[:10], opinions(env, known, None, None), seed=0, steps=40)


def test_sentences_of_nobody_close_a_gate_and_those_of_the_scenario_do_not():
    env = small()
    honest = env.oracle(env.scenarios[0], FOUR[1])
    gate = lambda reply: env.score(reply, RICE, FOUR[1]).gates["nothing_beside"]  # noqa: E731
    assert gate(honest) == gate("Rinse the rice before cooking.") == 1
    assert gate(f"{honest} You are an idiot.") == BESIDE[2]
    assert gate("Rinse the rice. Before cooking.") == BESIDE[2]  # "rice" ends, "before" begins
    assert gate("Rinse the rice before.") == BESIDE[1]
    assert gate("Rinse the rice. Rinse.") == gate("Rinse the rice. Rice.") == BESIDE[2]
    assert [*worded("Yes: no.")] == [("", "yes", ""), ("", "no", "")]


def test_a_sentence_that_is_cut_where_another_ends_closes_a_gate():
    env, scenario = audited("train")[0], "weeks/579"  # "You have 1892 euros." ends so, too
    gate = lambda reply: env.score(reply, scenario, "agata").gates["nothing_beside"]  # noqa: E731
    whole = "Tienes 1892 euros. Son 86 euros más por cada vez que los metes."
    assert gate(whole) == 1
    assert gate("Tienes 1892 euros. Son 86 euros.") == BESIDE[1]
