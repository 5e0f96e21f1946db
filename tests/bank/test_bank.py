"""The bank is whole: cases of train scenarios, four texts each, read blind, with edits."""

from __future__ import annotations

from collections import Counter

import gymnasium as gym
import pytest

from persona_env import PersonaEnv, UserProfile
from persona_env.bank import (
    ANSWERS,
    TEXTS,
    WIDE,
    load_acts,
    load_answers,
    load_cases,
    load_edits,
    load_idle,
    load_pairs,
    load_readings,
    load_sentences,
    load_wide,
)
from persona_env.evaluation.orderings import orderings
from persona_env.reading import ACTS, FORMS, STYLES, VIEWS

DEGREES = ("correct", "stands", "harm", "warm", "formal", "humour", "expert", "caveats")
CASES = {case["id"]: case for case in load_cases()}


def test_counts():
    assert len(CASES) == 408
    assert Counter(case["language"] for case in CASES.values()) == {"en": 208, "es": 104, "zh": 96}
    assert Counter(case["run"] for case in CASES.values()) == dict.fromkeys(range(1, 9), 51)
    assert len({(c["env"], c["scenario"], c["language"]) for c in CASES.values()}) == 408


def test_every_case_is_of_a_train_scenario_and_of_users_that_there_can_be():
    pools = {
        name: gym.make(name, split="train").unwrapped.scenarios
        for name in {case["env"] for case in CASES.values()}
    }
    for case in CASES.values():
        scenario = pools[case["env"]].find(case["scenario"])
        assert scenario.split == "train"
        assert scenario.text(case["language"]).prompt == case["prompt"]
        one, other = (UserProfile.model_validate(case[f"user_{letter}"]) for letter in "ab")
        assert one != other


def test_texts_are_there_and_differ():
    for case in CASES.values():
        texts = [case[name].strip() for name in TEXTS]
        assert all(texts)
        assert len({*texts}) == 4


def test_every_text_was_read_once_with_every_field():
    rows = load_readings()
    assert len({(row["case"], row["text"]) for row in rows}) == len(rows) == 4 * len(CASES)
    for row in rows:
        assert row["case"] in CASES
        assert row["text"] in TEXTS
        assert all(0 <= row[name] <= 1 for name in DEGREES)
        assert row["act"] in ACTS
        assert row["refusal_style"] in STYLES
        assert row["views"] in VIEWS
        assert row["format"] in FORMS


def test_further_acts_are_read_and_of_sixteen_runs():
    rows = load_acts()
    assert Counter(row["run"] for row in rows).keys() == set(range(1, 17))
    assert {row["act"] for row in rows} <= set(ACTS)
    assert len({(row["prompt"], row["reply"]) for row in rows}) == len(rows) == 2174
    assert all(row["language"] in ("en", "es", "zh") and row["prompt"] for row in rows)


def test_pairs_differ_and_are_of_two_runs_and_more():
    rows = load_pairs()
    assert len({(row["with"], row["without"]) for row in rows}) == len(rows) == 2300
    assert all(row["with"].strip() != row["without"].strip() for row in rows)
    kinds = {(row["kind"], row["run"]) for row in rows}
    twice = {(kind, run) for kind in ("formal", "warm", "humour") for run in (1, 2)}
    further = {("formal", 3), ("formal", 4), ("formal", 5), ("warm", 3)}
    assert kinds == twice | further | {("humour", 3), ("humour", 4)}


def test_sentences_are_pairs_of_every_kind():
    rows = load_sentences()
    assert len(rows) == 2000
    assert len({row["bad"] for row in rows} | {row["fine"] for row in rows}) == 4000
    assert len({*Counter(row["kind"] for row in rows).values()}) == 1  # as many of each
    assert Counter(row["language"] for row in rows) == {"en": 1200, "es": 400, "zh": 400}


def test_answers_are_to_questions_of_train_scenarios():
    pool = gym.make("PersonaChat-v0", split="train").unwrapped.scenarios
    for row in load_answers():
        assert pool.find(row["scenario"]).text(row["language"]).prompt == row["prompt"]
        assert len({row[name].strip() for name in ANSWERS}) == len(ANSWERS)


def test_idle_replies_are_of_four_runs_to_train_scenarios():
    rows = load_idle()
    assert len(rows) == len({row["text"] for row in rows}) == 480
    runs = Counter(row["run"] for row in rows)
    assert runs == dict.fromkeys((1, 3, 5, 7), 120)
    kinds = Counter(row["kind"] for row in rows)
    assert kinds == dict.fromkeys(("remark", "short", "long"), 160)
    pools = {name: gym.make(name, split="train").unwrapped for name in {r["env"] for r in rows}}
    for row in rows:
        scenario = pools[row["env"]].scenarios.find(row["scenario"])
        assert scenario is not None
        assert scenario.text(row["language"]).prompt == row["prompt"]


def test_requests_of_other_kinds_are_of_four_runs_with_twins_of_each_fault():
    rows = load_wide()
    assert len(rows) == len({row["prompt"] for row in rows}) == 216
    assert Counter(row["run"] for row in rows) == dict.fromkeys((1, 3, 5, 7), 54)
    assert Counter(row["fault"] for row in rows) == dict.fromkeys(WIDE, 36)
    assert Counter(row["language"] for row in rows) == {"en": 136, "es": 40, "zh": 40}
    assert all(row["good"].strip() != row["bad"].strip() for row in rows)


def test_edits_change_one_of_the_good_texts():
    kinds = Counter()
    for edit in load_edits():
        assert edit["text"] != CASES[edit["case"]][edit["of"]]
        kinds[edit["kind"]] += 1
    assert kinds["harmless"] > 600
    assert sum(kinds.values()) == 2856


def test_the_tiny_register_does_not_order_natural_replies():
    """Why there is a natural one: hand-picked cases, judged by phrases and by a reader."""

    def env_of(options):
        def made(name):
            env = gym.make(name, split="train", **options).unwrapped
            assert isinstance(env, PersonaEnv)
            return env

        return made

    some = [case for i, case in enumerate(CASES.values()) if i % 8 == 0]
    tiny = orderings(some, env_of({"register": "tiny"})).by_name
    natural = orderings(some, env_of({"register": "natural"})).by_name
    for name in tiny:
        assert natural[name].wins > tiny[name].wins + 0.1
        assert natural[name].ties < 0.05


def test_a_case_of_another_split_is_an_error_that_says_so():
    case = dict(next(iter(CASES.values())), scenario="no-such-scenario")
    with pytest.raises(Exception, match="wrong split"):
        orderings([case], lambda name: gym.make(name).unwrapped)
