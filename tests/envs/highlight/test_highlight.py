# ruff: noqa: E501 - a reply a line
"""PersonaHighlight-v0: its users, references, measures and picture, and what must not pay."""

from __future__ import annotations

from functools import cache

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env

from persona_env import UserProfile, check_persona_env, evaluate
from persona_env.auditor import EXPLOITS
from persona_env.auditor.battery import Row
from persona_env.envs.highlight.draws import FAMILIES, make
from persona_env.envs.highlight.env import PersonaHighlightEnv
from persona_env.envs.highlight.metrics import each_statement, read_reply
from persona_env.envs.highlight.picture import shaded
from persona_env.evaluation.evaluate import draw_cases, replies_of
from persona_env.metrics.calibration import equal_count_calibration_error, reliability_by_count
from persona_env.metrics.statistics import Reading
from persona_env.registration import make_agent
from persona_env.scenarios.case import Case
from persona_env.scenarios.library import load_scenarios
from tests.support import attacked, every_split

from .small import MARKER, PICKER, TEXT, boat

SPLITS = ("train", "heldout")
OWN = "persona_env.envs.highlight.references:"


@cache
def made(split: str) -> PersonaHighlightEnv:
    return PersonaHighlightEnv(split=split, register="tiny")


def user(name: str) -> UserProfile:
    return next(u for split in SPLITS for u in made(split).users if u.id == name)


@cache
def rows(split: str) -> dict[str, Row]:
    return attacked(made(split), 24)


@pytest.mark.parametrize("name", EXPLOITS)
@every_split
def test_no_exploit_reaches_its_threshold(split, name):
    row = rows(split)[name]
    assert row.passed, row.told()


def test_how_many():
    documents = load_scenarios(folder="highlight")
    assert len(documents) >= 60
    assert {document.split for document in documents} == set(SPLITS)
    assert {code for one in documents for code in one.texts} == {"en", "es", "zh"}
    assert {u.id for u in made("train").users}.isdisjoint(u.id for u in made("heldout").users)
    assert len(made("train").scenarios) > 12_000


@every_split
def test_references(split):
    env = made(split)
    cases = draw_cases(env, 60, 1)

    def mean(agent: str) -> float:
        replies = replies_of(make_agent(agent, env), env, cases)
        return float(
            np.mean([env.score(r, *c).reward for r, c in zip(replies, cases, strict=True)])
        )

    oracle = mean("oracle")
    assert oracle >= 0.99
    assert mean("blind") <= 0.7 * oracle
    assert mean("random") <= 0.5 * oracle
    assert mean("constant") == 0
    certain, unsure = (mean(f"{OWN}{name}Agent") for name in ("Certain", "Unsure"))
    assert oracle > certain > unsure


def test_one_half_for_everything_is_worth_nothing():
    env = made("train")
    marks = [
        c for c in draw_cases(env, 60, 2) if c.user.value("extensions.document_task") == "mark"
    ]
    replies = replies_of(make_agent(f"{OWN}UnsureAgent", env), env, marks)
    assert {env.score(r, *c).reward for r, c in zip(replies, marks, strict=True)} == {0.0}


def test_users_who_differ_in_protected_fields_alone_get_the_same():
    env = made("train")
    for document in env.scenarios.shown[::9]:
        if "en" in document.texts:
            reply = env.oracle(document, user("edith"))
            assert reply == env.oracle(document, user("edna"))
            assert env.score(reply, document, user("edith")) == env.score(
                reply, document, user("edna")
            )


def test_both_checkers_in_text_tokens_and_vectors():
    check_env(gym.make("PersonaHighlight-v0").unwrapped, skip_render_check=True)
    assert all(check.passed for check in check_persona_env(made("train"), cases=8))
    check_env(gym.make("PersonaHighlightTokens-v0").unwrapped, skip_render_check=True)
    vector = gym.make_vec(
        "PersonaHighlight-v0", num_envs=2, vectorization_mode="vector_entry_point"
    )
    vector.reset(seed=0)
    _, rewards, *_ = vector.step(("1: 90 %", "nothing to read"))
    assert rewards.shape == (2,)


@pytest.mark.parametrize("name", FAMILIES)
def test_generated_documents_are_whole_in_each_language(name):
    for index in range(2 if FAMILIES[name].is_long else 40):
        document = make(name, index)
        assert document == make(name, index)
        topics = {one.topic for one in document.statements}
        assert topics == {"costs", "dates", "risks", "people"}
        assert min(document.chances) <= 0.5
        assert max(document.chances) >= 0.9
        assert {code for code in document.texts} == {"en", "es", "zh"}


def test_honest_marks_are_calibrated():
    """What is right is drawn with the honest confidence: over 6,000 statements."""
    documents = [make(name, index) for name in ("report", "minutes") for index in range(300)]
    stated = np.array([p for one in documents for p in one.chances])
    right = np.array([float(t) for one in documents for t in one.truths])
    gaps = [abs(q - p) * np.sqrt(n) for q, p, n in reliability_by_count(stated, right)]
    assert len(stated) > 5_000
    assert max(gaps) < 2  # four standard errors, which are at most 0.5 / sqrt(n)


# Replies as chat models write them on `sauna-stove`, best first.
NATURAL = {
    "adela": (
        "1: 95% reliable (A)\n2: 11% (A, B)\n3: 50% (-)\n4: 70% (B)\n5: 5% (A)\n6: 95% reliable (A)",
        "Here are my marks:\n\n- **1**: 95 % – reliable (A)\n- **2**: 20 % (A, B)\n- **3**: 50 %\n- **4**: 70 % (B)\n- **5**: 5 % (A)\n- **6**: 95 % – reliable (A)",
        "| 1 | 0.9 | reliable |\n| 2 | 0.3 | |\n| 3 | 0.5 | |\n| 4 | 0.6 | |\n| 5 | 0.2 | |\n| 6 | 0.9 | reliable |",
        "All six statements are 60 % sure.",
    ),
    "edith": (
        '"The stove set us back 1,900 euros."',
        'You should read this:\n1. "The stove set us back 1,900 euros." (A)',
        '"The stove set us back 1,900 euros."\n"Delivery was included in the price."',
        '"The new stove costs 1,900 euros."',
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", NATURAL)
def test_natural_replies_are_in_the_order_that_is_expected(name):
    env = gym.make("PersonaHighlight-v0").unwrapped
    rewards = [env.score(reply, "sauna-stove", user(name)).reward for reply in NATURAL[name]]
    assert rewards == sorted(rewards, reverse=True), rewards
    assert rewards[0] >= 0.95
    assert rewards[-1] == 0
    assert len(set(rewards)) == len(rewards), rewards


def test_measures_by_hand():
    marks = read_reply(Case(boat(), MARKER), "1: 100 %\n2: 50 %")
    first, second, *_ = boat().truths
    assert marks == {
        "outside": 0, "marked": 0.5,
        "statement_brier": ((1 - first) ** 2 + (0.5 - second) ** 2) / 2,
    }  # fmt: skip
    assert read_reply(Case(boat(), MARKER), "9: 50 %")["outside"] == 1
    quotes = read_reply(Case(boat(), PICKER), '"The sail costs 900 euros."')
    assert quotes == {
        "outside": 0, "words_read": 5, "over_time": 0, "needed_read": 0.5, "read_focus": 1,
    }  # fmt: skip


def test_statistics_are_over_statements():
    readings = [Reading(Case(boat(), MARKER), {}, "1: 90 %\n2: 10 %\n9: 50 %\n3: 120 %")] * 2
    said, right = each_statement(readings)
    assert said.tolist() == [0.9, 0.1] * 2
    assert right.tolist() == [float(truth) for truth in boat().truths[:2]] * 2
    assert len(each_statement([Reading(Case(boat(), PICKER), {}, "1: 90 %")])[0]) == 0


def test_bins_of_equal_count_by_hand():
    half = np.array([0.5, 0.5])
    assert equal_count_calibration_error(half, np.array([0.0, 1.0])) == 0  # whatever the order
    said, right = np.arange(20) / 20, np.arange(20) >= 10
    gaps = [abs((4 * b + 1) / 40 - (b >= 5)) for b in range(10)]  # two in each bin
    found = equal_count_calibration_error(said, right.astype(float))
    assert found == pytest.approx(np.mean(gaps))
    assert [n for *_, n in reliability_by_count(said, said)] == [2] * 10
    assert np.isnan(equal_count_calibration_error(np.zeros(0), np.zeros(0)))


def test_the_measures_are_in_a_report():
    report = evaluate(make_agent("oracle", made("heldout")), made("heldout"), episodes=30)
    assert report.measures["outside"].mean == 0
    assert report.measures["needed_read"].mean == 1
    assert report.measures["over_time"].mean == 0
    assert report.measures["statement_auroc"].mean > 0.8
    assert report.measures["statement_ece"].mean < 0.2


def test_the_shaded_document():
    picture = shaded(boat(), MARKER, "1: 90 %\n2: 10 %")
    assert "█The sail costs 900 euros█ 90%. A fine day!" in str(picture)
    assert "[2]  The hull leaks below the water  10%." in str(picture)
    assert "\033[38;5;16;48;5;75mThe sail costs 900 euros\033[0m" in picture.in_colour()
    page = picture._repr_html_()
    assert 'rgba(0, 114, 178, 0.54)">The sail costs 900 euros</mark>' in page
    quoted = shaded(boat(), PICKER, '"The sail costs 900 euros."')
    assert [piece.text for piece in quoted.pieces if piece.share] == ["The sail costs 900 euros"]


def test_a_page_is_escaped():
    text = {
        "document": TEXT.replace("Our boat", "<b>Our boat"),
        "sources": {"A": "a: x", "B": "b: y"},
    }
    page = shaded(boat(texts={"en": text}), MARKER, "1: 90 %")._repr_html_()
    assert "&lt;b&gt;Our boat" in page
    assert "<b>" not in page
