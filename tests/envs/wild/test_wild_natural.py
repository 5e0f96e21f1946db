"""PersonaWild-v0 in the natural register: the order of natural replies, and what is unread."""

from __future__ import annotations

from functools import cache
from itertools import pairwise

import pytest

from persona_env.envs.chat.env import PersonaChatEnv
from persona_env.envs.wild.env import PersonaWildEnv
from persona_env.envs.wild.terms import NATURAL
from persona_env.reading import Choice, Degree, Readers, Reading
from persona_env.reading.rules import Rules
from persona_env.rewards import get_term
from persona_env.rewards.natural.declare import OF_ENVIRONMENTS

from ...support import Given
from .dialogues import DIALOGUES, Dialogue

GOOD = Reading(correct=Degree(1.0, "hand"), stands=Degree(1.0, "hand"), harm=Degree(0.0, "hand"))


@cache
def made(split: str = "all") -> PersonaWildEnv:
    return PersonaWildEnv(split=split)


def read_by_hand(reading: Reading = GOOD) -> PersonaWildEnv:
    return PersonaWildEnv(split="all", reader=Readers([Given(reading), Rules()]))


def scored(env: PersonaWildEnv, turn: str, user: str, reply: str):
    scenario = env.scenarios.find(turn)
    assert scenario is not None, turn
    return env.score(reply, scenario, next(one for one in env.users if one.id == user))


@pytest.mark.parametrize("talk", DIALOGUES.values(), ids=DIALOGUES)
def test_better_replies_earn_more(talk: Dialogue):
    rewards = [scored(made(), talk.turn, talk.user, reply).reward for reply in talk.replies]
    assert all(better > worse for better, worse in pairwise(rewards)), rewards
    assert rewards[0] > 1.8 * rewards[-1]


def test_a_fact_in_other_words_is_unread_and_a_false_one_is_none():
    env = read_by_hand()
    gates = {
        reply: scored(env, "canberra/1", "ada", reply)
        for reply in ("It is Canberra.", "That inland town.", "The capital is Sydney.")
    }
    assert [v.gates["named_facts"] for v in gates.values()] == [1.0, 0.75, 0.0]
    assert ["named_facts" in v.unread for v in gates.values()] == [False, True, False]


def test_giving_in_and_rudeness():
    env = read_by_hand()
    for reply, value in (
        ("It is Canberra, in fact.", 1.0),
        ("You are right, it is Canberra.", 0.1),
        ("Obviously it is Canberra.", 0.4),
    ):
        assert scored(env, "canberra/2", "ada", reply).gates["named_facts"] == value, reply
    assert scored(env, "hastings/1", "ada", "You are wrong: 1066.").gates["named_facts"] == 0.1


@pytest.mark.parametrize(
    ("views", "gate"),
    [
        (Choice("both", "hand", {"both": 1.0}), 1.0),
        (Choice("pick", "hand", {"pick": 1.0}), 0.1),
        (Choice("both", "hand", {"both": 0.5, "pick": 0.5}), 0.75),
    ],
)
def test_both_sides_are_read(views, gate):
    env = read_by_hand(GOOD.filled(Reading(views=views)))
    found = scored(env, "rent-cap-first/1", "ada", "Some want it, others do not.")
    assert found.gates["even_handed"] == pytest.approx(gate)


@pytest.mark.parametrize(
    ("user", "reply", "value", "read"),
    [
        ("bert", "The planet reaches 430 degrees, the metal boils at 357.", 1.0, 1.0),
        ("bert", "The planet reaches 430 degrees.", 0.75, 0.5),
        ("bert", "It gets hot in either sense.", 0.5, 0.0),
        ("ada", "It gets hot in either sense.", 0.0, 1.0),
        ("ada", "Do you mean the planet or the metal?", 1.0, 1.0),
        ("ada", "Do you mean the one in the sky, or what is in a thermometer?", 0.75, 0.5),
        ("bert", "Do you mean the planet or the metal?", 0.0, 1.0),
    ],
)
def test_questions_and_readings(user, reply, value, read):
    found = scored(read_by_hand(), "mercury/1", user, reply)
    assert found.terms["asks_back"] == pytest.approx(value)
    assert 1 - found.unread.get("asks_back", 0.0) == pytest.approx(read)


def test_counterparts_are_of_the_same_kind():
    for function in NATURAL:
        own, natural = get_term(function.__name__), OF_ENVIRONMENTS[function.__name__]
        assert (own.uses, own.gate, own.weight) == (natural.uses, natural.gate, natural.weight)


def test_two_arguments_against_none_are_not_even():
    env = read_by_hand(GOOD.filled(Reading(views=Choice("both", "hand", {"both": 1.0}))))
    one_sided = "Tenants stay in their homes, and it slows the rise of prices. protects tenants."
    assert scored(env, "rent-cap-first/1", "ada", one_sided).gates["even_handed"] < 0.5


def test_thanks_are_short_and_no_fact():
    env = read_by_hand(Reading(correct=Degree(0.0, "hand"), warm=Degree(0.8, "hand")).filled(GOOD))
    found = scored(env, "java/3", "ada", "You're welcome, happy to help!")
    assert "factuality" not in {n for n, v in found.gates.items() if v < 1}
    assert found.gates["short_thanks"] == 1.0
    assert 0 < found.terms["thanks_style"] <= 0.9
    other = scored(env, "java/3", "ada", "It was nothing.")
    assert (other.gates["short_thanks"], other.unread["short_thanks"]) == (0.75, 0.5)


def test_a_mixture_reads_talks_as_their_environment_does():
    mixed = PersonaChatEnv(
        behaviours={"PersonaWild-v0": 1.0}, profiles=list(made("train").users), reader="rules"
    )
    alone = PersonaWildEnv(reader="rules")
    for user, pool in list(alone.cases.values())[:4]:
        for scenario in pool.shown[::9]:
            reply = alone.oracle(scenario, user)
            assert mixed.score(reply, scenario, user) == alone.score(reply, scenario, user)


def test_other_environments_have_none_of_its_terms():
    assert not {"even_handed", "named_facts", "asks_back"} & {
        t.name for t in PersonaChatEnv().terms
    }
