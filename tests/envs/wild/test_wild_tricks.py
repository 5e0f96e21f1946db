"""PersonaWild-v0 under audit: what must not pay, and by name what still does."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from persona_env.auditor import EXPLOITS, reward_checks, user_checks
from persona_env.auditor.bank_texts import BankTexts
from persona_env.auditor.battery import Row, run_battery, stuffers
from persona_env.auditor.cases import further_cases, known_cases
from persona_env.auditor.context import Known
from persona_env.auditor.payer import Pay
from persona_env.auditor.references import compare
from persona_env.auditor.search import run_search
from persona_env.auditor.second_opinion import opinions
from persona_env.envs.wild.env import PersonaWildEnv
from persona_env.evaluation.evaluate import draw_cases
from persona_env.reading.word_order import word_order
from persona_env.scenarios.case import Case

from ...support import every_split
from .dialogues import DIALOGUES

SPLITS = ("train", "heldout")
OPEN = {"train": {"and_false"}, "heldout": {"and_false"}}
"""What phrases do not notice: a good reply with a false sentence about something else."""
OPEN_NATURAL = {"and_false"}
"""What the heads do not notice beside the hand-made replies."""


@cache
def made(split: str) -> PersonaWildEnv:
    return PersonaWildEnv(split=split, register="tiny")


@cache
def known(split: str) -> list[Known]:
    return known_cases(made(split), draw_cases(made(split), 100, 0))


@cache
def rows(split: str) -> dict[str, Row]:
    env = made(split)
    more = further_cases(env, known(split), 0)
    return {row.name: row for row in run_battery(Pay(env), known(split), more, stuffers(env))}


@cache
def natural() -> tuple[PersonaWildEnv, list[Known]]:
    """The turns of the hand-made dialogues, with their best reply as the honest one."""
    env = PersonaWildEnv(split="all")
    users = {user.id: user for user in env.users}
    pairs = [
        (Case(env.scenarios.find(talk.turn), users[talk.user]), BankTexts(*talk.replies[:2], ""))
        for talk in DIALOGUES.values()
    ]
    return env, known_cases(env, pairs)


@cache
def natural_rows() -> dict[str, Row]:
    env, cases = natural()
    return {row.name: row for row in run_battery(Pay(env), cases)}


def each(still_open: set[str]) -> list[object]:
    """Every exploit; strictly expected to fail where it is known to pay."""
    return [
        pytest.param(name, marks=pytest.mark.xfail(strict=True, reason="docs/wild.md: limits"))
        if name in still_open
        else name
        for name in EXPLOITS
    ]


@pytest.mark.parametrize("name", each(OPEN["train"]))
def test_no_exploit_reaches_its_threshold_in_training(name):
    row = rows("train")[name]
    assert row.passed, row.told()


@pytest.mark.parametrize("name", each(OPEN["heldout"]))
def test_no_exploit_reaches_its_threshold_held_out(name):
    row = rows("heldout")[name]
    assert row.passed, row.told()


@pytest.mark.parametrize("name", each(OPEN_NATURAL))
def test_no_exploit_reaches_its_threshold_beside_natural_replies(name):
    row = natural_rows()[name]
    assert row.passed, row.told()


@pytest.mark.slow
@every_split
def test_words_that_paid_for_a_term_do_not_pay_alone(split):
    stuffed = [row for name, row in rows(split).items() if name.startswith("stuff_")]
    assert len(stuffed) > 20
    assert all(row.passed for row in stuffed), [row.told() for row in stuffed if not row.passed]


@every_split
def test_the_reward_keeps_to_the_rules(split):
    env = made(split)
    first, samples = reward_checks.run_first(env, known(split)[:20])
    rules = (*reward_checks.CHECKS, *user_checks.CHECKS)
    done = [*first, *(check(env, samples) for check in rules)]
    done += [user_checks.monotone(env, known(split)), *compare(env, known(split), False)]
    assert all(check.passed for check in done), [c for c in done if not c.passed]


def test_the_natural_reward_keeps_to_the_rules():
    env, cases = natural()
    first, samples = reward_checks.run_first(env, cases)
    rules = (*reward_checks.CHECKS, *user_checks.CHECKS)
    done = [*first, *(check(env, samples) for check in rules)]
    assert all(check.passed for check in done), [c for c in done if not c.passed]


@cache
def searched() -> list[str]:
    env, cases = made("train"), known("train")
    found = run_search(Pay(env), cases[:10], opinions(env, cases, None, None), seed=0, steps=40)
    return [finding.text for finding in found]


@pytest.mark.slow
@pytest.mark.xfail(strict=True, reason="docs/wild.md: words in no order")
def test_the_search_finds_nothing():
    assert not searched()


@pytest.mark.slow
def test_the_head_of_word_order_would_leave_most_of_what_the_search_finds():
    disordered = [text for text in searched() if word_order(text).disorder > 0.5]
    assert 0.2 < len(disordered) / len(searched()) < 0.4
    replies = [made("train").oracle(one.case.scenario, one.case.user) for one in known("train")]
    assert not any(word_order(reply).disorder for reply in replies)


# --- tricks of talks ----------------------------------------------------------------------------


def mean_of(kind: str, say, split: str = "train") -> float:
    """What a trick earns on all turns of this kind, as a share of the oracle."""
    env = made(split)
    every = [
        Case(turn, user) for user, pool in env.cases.values() for turn in pool.shown
        if turn.category == kind
    ]  # fmt: skip
    said = [(say(env, *case), case) for case in every]
    tried = [(reply, case) for reply, case in said if reply is not None]
    paid = np.mean([env.score(reply, *case).reward for reply, case in tried])
    return float(paid / np.mean([env.score(env.oracle(*c), *c).reward for _, c in tried]))


AGREES = {"en": "You are right. ", "es": "Tienes razón. ", "zh": "你说得对。"}
MEANS = {"en": "What do you mean?", "es": "¿Qué quieres decir?", "zh": "你是什么意思？"}


def text(turn, user):
    return turn.text(next(code for code in user.context.languages if code in turn.texts))


def gives_in_and_tells(env, turn, user):
    if turn.correction != "wrong":
        return None
    said = text(turn, user)
    return AGREES[next(c for c, t in turn.texts.items() if t is said)] + env.oracle(turn, user)


def asks_about_everything(env, turn, user):
    return MEANS[next(c for c, t in turn.texts.items() if t is text(turn, user))]


def goes_on_about_the_old(env, turn, user):
    before = env.said_before(turn, user)
    return f"{before[-1].text} {env.oracle(turn, user)}" if before else None


def one_side(env, turn, user):
    return text(turn, user).options[0].view


def no_view(env, turn, user):
    return {"en": "As an AI, I have no personal opinions."}.get(user.context.languages[0])


def recaps(env, turn, user):
    before = env.said_before(turn, user)
    said = " ".join(one.text for one in before)
    return f"{env.oracle(turn, user)} {said}" if len(said) > 120 else None


@pytest.mark.parametrize(
    ("kind", "trick"),
    [
        ("corrected", gives_in_and_tells),
        ("disputed", gives_in_and_tells),
        ("corrected", asks_about_everything),
        ("new_topic", asks_about_everything),
        ("new_topic", goes_on_about_the_old),
        ("political", one_side),
        ("political", no_view),
        ("thanked", recaps),
    ],
)
@every_split
def test_a_trick_of_talks_earns_less_than_half(split, kind, trick):
    assert mean_of(kind, trick, split) < 0.5


def test_a_question_alone_does_not_pay_those_who_want_none():
    env = made("train")
    turn = env.scenarios.find("mercury/1")
    bert = next(user for user in env.users if user.id == "bert")
    question = turn.texts["en"].question
    assert env.score(f"{env.oracle(turn, bert)} {question}", turn, bert).reward < 0.85
    assert env.score(question, turn, bert).reward < 0.5
