"""PersonaTitle-v0 in the natural register: titles in words that no reference has, and their faults.

The titles and sessions are those of ``titles.py`` and of the families; the texts of other hands are
in ``benchmarks/fresh``.
"""

from __future__ import annotations

from collections import Counter
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from persona_env import UserProfile
from persona_env.auditor.given_texts import given_cases
from persona_env.envs.title.choice import habits_for, language_for
from persona_env.envs.title.draws import make
from persona_env.envs.title.env import PersonaTitleEnv
from persona_env.envs.title.evidence import evidence, known_of
from persona_env.envs.title.facts import facts_of
from persona_env.envs.title.heap import APART, heap, joint_weights
from persona_env.envs.title.invented import is_odd
from persona_env.envs.title.points import named_points
from persona_env.envs.title.stems import is_kin
from persona_env.envs.title.titles import read_title
from persona_env.evaluation.evaluate import draw_cases
from persona_env.registration import make_agent
from persona_env.scenarios.case import Case, prompt_language_or_first

from .titles import CHAIN, titler

FRESH = Path(__file__).parents[3] / "benchmarks" / "fresh"
ENGLISH, SPANISH, CHINESE = titler("mara"), titler("lola", "es"), titler("mei", "zh")
KNOWN = {code: known_of(CHAIN, code) for code in ("en", "es", "zh")}


@cache
def made(split: str = "all") -> PersonaTitleEnv:
    return PersonaTitleEnv(split=split)


def gates(title: str, user: UserProfile) -> dict[str, float]:
    """The gates of a title that are not open."""
    return {n: v for n, v in made().score(title, CHAIN, user).gates.items() if v < 1}


# --- titles in other words ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "user"),
    [
        ("Squeaky chain after rain", ENGLISH),
        ("A quick guide to a squeaking bike chain", ENGLISH),
        ("Silencing a squeaking chain", ENGLISH),
        ("Bike chain squeaks: cleaning tips", ENGLISH),
        ("Cadena de bici que chirría al subir", SPANISH),
        ("Remedio para una cadena que chirría", SPANISH),
        ("链条淋雨后吱吱响的处理", CHINESE),
        ("消除链条吱吱响", CHINESE),
    ],
)
def test_synonyms_forms_and_compounds_cost_nothing(title, user):
    assert gates(title, user) == {}


@pytest.mark.parametrize(
    ("title", "user", "value"),
    [
        ("Bike chain", ENGLISH, 0.4),  # one point of two, and the topic
        ("Oil for a chain", ENGLISH, 0.8),  # one point of two, and the oil
        ("Noisy chain", ENGLISH, 0.8),  # the other point may be said in other words
        ("Cadena ruidosa", SPANISH, 0.8),
        ("链条有杂音", CHINESE, 0.8),
        ("Oil on each link", ENGLISH, 0.65),  # no point, but three words of a title
        ("Wet rides once a month", ENGLISH, 0.45),  # no point, but the messages' words
        ("Cycling", ENGLISH, 0.1),
    ],
)
def test_points_by_hand(title, user, value):
    assert gates(title, user).get("title_points", 1.0) == pytest.approx(value)


# --- what stays hard ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "user", "gate", "value"),
    [
        ("Squeaking bike chain in Madrid", ENGLISH, "title_grounded", 0.3),  # a listed name
        ("Squeaking bike chain for Ottokar", ENGLISH, "title_grounded", 0.3),  # by its capital
        ("squeaking bike chain for ottokar", ENGLISH, "title_grounded", 0.5),  # in no dictionary
        ("Squeaking bike chain in Madrid with Kevin", ENGLISH, "title_grounded", 0.09),
        ("Squeaking bike chain for 12 months", ENGLISH, "title_grounded", 0.3),
        ("Squeaking bike chain for twelve months", ENGLISH, "title_grounded", 0.3),
        ("Cadena que chirría en Reikiavik", SPANISH, "title_grounded", 0.3),
        ("雷克雅未克的自行车链条吱吱响", CHINESE, "title_grounded", 0.3),
        ("La cadena de la bici chirría", ENGLISH, "title_grounded", 0.0),  # another language
        ("Bike chain squeaks", SPANISH, "title_grounded", 0.0),
        ("Cheap hotels for the summer", ENGLISH, "title_grounded", 0.0),  # another matter
        ("夏天的便宜酒店", CHINESE, "title_grounded", 0.0),
        ("Squeaking bike chain of Orla", ENGLISH, "title_private", 0.0),
        ("Cycling: Sure, here is a title: chain squeaks", ENGLISH, "title_form", 0.0),
        ("After every wet ride, or once a month", ENGLISH, "title_form", 0.0),  # an answer
        ("squeaks chain bike link oil drop", ENGLISH, "title_phrase", 0.0),
        ("Chain, squeaks, oil, link", ENGLISH, "title_phrase", 0.3),
        ("链条 吱吱响", CHINESE, "title_phrase", 0.3),
        ("Oil of for a bike chain that squeaks", ENGLISH, "title_phrase", 0.3),
        ("a Oil for chain bike that squeaks", ENGLISH, "title_phrase", 0.3),  # its title, shuffled
        ("Squeaking chain of the", ENGLISH, "title_phrase", 0.0),
    ],
)
def test_faults_by_hand(title, user, gate, value):
    assert gates(title, user)[gate] == pytest.approx(value)


def test_the_subject_of_another_session_is_wrong():
    session = make("music", 1)  # of an instrument that the title does not name
    thing = session.sessions["en"].points[0][0]
    other = next(one for one in ("cello", "ukulele", "piano") if one != thing)
    known = known_of(session, "en")
    assert evidence(read_title(f"Practising the {thing}"), known).invented == ()
    assert len(evidence(read_title(f"Practising the {other}"), known).invented) == 1


def test_a_part_of_a_message_is_no_copy():
    first = CHAIN.sessions["en"].messages[0].split(". ")[1]
    assert "title_form" not in gates(
        "Bike chain that squeaks on every hill since the rain", ENGLISH
    )
    assert gates(first, ENGLISH)["title_form"] == 0.0
    assert gates(CHAIN.sessions["en"].messages[1], ENGLISH)["title_form"] == 0.0


# --- the parts ----------------------------------------------------------------------------------


def test_what_counts_as_evidence():
    found = evidence(read_title("Silencing a squeaky bike chain"), KNOWN["en"])
    # 'squeaky', 'bike' and 'chain' of four; all three are words of its titles
    assert (found.own, found.size, found.core) == (3, 4, {"squeaky", "bike", "chain"})
    found = evidence(read_title("自行车链条杂音"), KNOWN["zh"])
    assert (found.own, found.size) == (5, 7)  # characters


def test_points_are_named_by_a_part():
    known = known_of(make("health", 545), "en")
    assert known.facts.session.points[0] == ("left knee",)
    assert len(named_points(read_title("A knee that stiffens"), known)) == 2
    assert named_points(read_title("A left turn"), known) != []  # a half is a half


@pytest.mark.parametrize(
    ("one", "other", "kin"),
    [
        ("stiffens", "stiff", True), ("punctuality", "punctual", True),
        ("impuntual", "puntualidad", True), ("vecinales", "vecinos", True),
        ("cello", "cellar", False), ("car", "carpet", False), ("plan", "planet", True),
    ],
)  # fmt: skip
def test_stems(one, other, kin):
    assert is_kin(one, [other]) is kin


def test_words_of_no_dictionary():
    assert [word for word in ("lookup", "workflow", "tardón", "ottokar") if is_odd(word)] == [
        "ottokar"
    ]


def test_heaps_grow_with_their_rows():
    values = [
        heap(read_title(title), KNOWN["en"].facts)
        for title in (
            "Bike chain",
            "Bike chain oil",
            "Rag bike chain oil",
            "Month rag bike chain oil",
        )
    ]
    assert values == sorted(values, reverse=True)
    assert (values[0], values[-1]) == (1.0, 0.0)


def test_measures_by_hand():
    def read(title: str) -> dict[str, float]:
        return made().read(Case(CHAIN, ENGLISH), title)

    assert read("Silencing a squeaky chain") == {
        "in_language": 1, "informative": 1, "leaks": 0, "made_up": 0,
    }  # fmt: skip
    found = read("Squeaky chain in Madrid")
    assert (found["made_up"], found["in_language"]) == (1, 1)
    assert read("La cadena que chirría")["in_language"] == 0


# --- whole titles -------------------------------------------------------------------------------


def test_references():
    env = made("heldout")
    drawn = draw_cases(env, 64, seed=0)
    means = {}
    for name in ("oracle", "blind"):
        replies = make_agent(name, env).answer(drawn)
        scored = zip(replies, drawn, strict=True)
        means[name] = float(np.mean([env.score(r, *case).reward for r, case in scored]))
    assert means["oracle"] > 0.98
    assert means["blind"] <= 0.7 * means["oracle"]


@pytest.mark.parametrize("name", ["PersonaTitle-v0", "PersonaTitle-v0_second"])
def test_titles_of_other_hands(name):
    env = made("heldout")
    good, first, over_bad = [], [], []
    for case, texts in given_cases(env, FRESH / f"{name}.jsonl"):
        own, other, bad = (env.score(text, *case).reward for text in texts[:3])
        good.append(own)
        first.append((own > other) + 0.5 * (own == other))
        over_bad.append((own > bad) + 0.5 * (own == bad))
    assert np.mean(good) > 0.85
    assert np.mean(first) > 0.95
    assert np.mean(over_bad) > 0.95


def test_good_titles_have_the_joints_of_keywords():
    """Why a pair of keywords is open: many a good title has one, which no sentence has so."""
    env, seen, paired = made("heldout").audited(), Counter(), Counter()
    for name in ("PersonaTitle-v0", "PersonaTitle-v0_second"):
        for case, texts in given_cases(env, FRESH / f"{name}.jsonl"):
            habits = habits_for(case.scenario, case.user.value, prompt_language_or_first(*case))
            code = language_for(habits, case.scenario, prompt_language_or_first(*case))
            facts = facts_of(case.scenario.sessions[code], code)
            weights = joint_weights(read_title(texts.good), facts)
            seen[code] += 1
            paired[code] += max(weights, default=0.0) >= APART
    assert {code: round(paired[code] / seen[code], 2) for code in ("en", "es", "zh")} == {
        "en": 0.43, "es": 0.03, "zh": 0.58,
    }  # fmt: skip
