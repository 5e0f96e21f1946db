"""PersonaLatent-v0 with replies as people write them: the author's own, four users each."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from persona_env.auditor.given_texts import given_cases
from persona_env.envs.latent import PersonaLatentEnv

from .small import RICE

BRIEF_WARM = (
    "Hey, good one! Just rinse the rice until the water runs clear, that's the sticky stuff gone. "
    "Then it behaves better than my dog, haha."
)
DETAILED_FORMAL = """What a pleasure to help with this. Please proceed as follows:
1. Place the rice in a sieve and rinse it under cold water until the water runs clear, which \
removes the loose starch.
2. Add one and a half cups of water for each cup of rice and bring it to the boil.
3. Lower the heat, cover the pan and let it simmer gently for twelve minutes.
4. Remove it from the heat and let it rest, covered, for ten minutes.
5. Kindly loosen the grains with a fork before serving. I wish you a lovely meal."""


def test_who_asked_for_it_likes_it_best():
    env = PersonaLatentEnv(scenarios=["written"])
    for mine, other, users in (
        (BRIEF_WARM, DETAILED_FORMAL, ("abby", "cedric")),
        (DETAILED_FORMAL, BRIEF_WARM, ("doris", "aline")),
    ):
        for name in users:
            assert env.score(mine, RICE, name).reward > env.score(other, RICE, name).reward + 0.3


FRESH = Path(__file__).parents[3] / "benchmarks" / "fresh" / "PersonaLatent-v0.jsonl"
SUM = "seats/1500"  # 23 rows with 48 seats each


@pytest.mark.parametrize(
    ("reply", "value"),
    [
        ("There is room for 1,104 people.", 1), ("Caben 1.104 personas.", 1), ("能坐1104人。", 1),
        ("Not 71, but 1104.", 1), ("Not 1104, but 71.", 0), ("I do not know.", 0),
        ("A hall has 23 rows with 48 seats each.", 0), ("", 0), ("1104", 0.3), ("1104, 1,104", 0.3),
        ("There are seats for 1104 people. There are seats for 1112 people.", 0),  # as the author
        ("It holds 1104 people in all, and it holds 1112 people in all.", 0),  # as the reply itself
        ("There are seats for 1104 people, not for 1112 people.", 1),
        ("There are seats for 1104 people. If there were seats for 1112 people, fine.", 1),
        ("20 x 48 makes 960, 3 x 48 makes 144, and 23 x 48 makes 1104.", 1),
        ("There are seats for 1104 people, and for 48 people in each row.", 1),
    ],
)  # fmt: skip
def test_a_sum_has_one_right_number(reply, value):
    env = made()
    verdict = env.score(reply, SUM, env.users[0])
    assert verdict.gates["right_number"] == value
    assert "factuality" not in verdict.gates


@pytest.mark.parametrize("refusal", ["I cannot help with this.", "I won't answer that."])
def test_an_answer_beside_a_refusal_is_none(refusal):
    env, answer = made(), "There is room for 1,104 people."
    for reply in (f"{refusal} {answer}", f"{answer} {refusal}"):
        assert env.score(reply, SUM, env.users[0]).gates["answered"] == 0
    for reply in (answer, "I can't believe it, but there is room for 1,104 people."):
        assert env.score(reply, SUM, env.users[0]).gates["answered"] == 1


def test_good_replies_of_another_hand_give_one_number_and_refuse_nothing():
    env = made()
    for case, texts in given_cases(env, FRESH):
        gates = env.score(texts.good, *case).gates
        assert gates["answered"] == gates["right_number"] == 1, texts.good


def test_a_number_in_words_and_a_question_without_one():
    env = made()
    scenario = next(s for i in range(2000) if (s := env.scenarios.find(f"share/{i}"))
                    and s.texts["es"].reference == (("47",),))  # fmt: skip
    gates = env.score("A cada uno le tocan cuarenta y siete.", scenario, env.users[0]).gates
    assert gates["right_number"] == 1
    written = env.score("In autumn.", "latent/grow-garlic", env.users[0]).gates
    assert written["right_number"] == 1
    assert written["factuality"] < 1


@cache
def made() -> PersonaLatentEnv:
    return PersonaLatentEnv(split="heldout")


def test_a_chat_model_can_ask_and_then_answer():
    env = PersonaLatentEnv(scenarios=["written"])
    env.reset(seed=0, options={"user": "abby", "scenario": RICE})
    assert "you may ask me up to 4 short questions" in env.messages()[-1]["content"]
    asked = (
        "Sure, happy to! Before I answer: would you prefer a quick summary or the full details?",
        "Got it, thanks. And should I keep it casual?",
    )
    said = []
    for question in asked:
        assert env.step(question)[1:3] == (-env.price, False)
        said.append(env.messages()[-1]["content"])
    assert said[0] in ("Short, please.", "Just the short version.")
    assert said[1] in ("Casual, please.", "Nice and casual.")
    assert env.step(BRIEF_WARM)[1] > 0.6
    assert env.ended == "content"


def test_a_full_answer_by_another_hand_makes_points_of_its_own():
    natural, tiny = made(), PersonaLatentEnv(split="heldout", register="tiny")
    wants_detail = next(u for u in tiny.users if u.preferences.length.target == "detailed")
    assert "key_points" in tiny.score("There is room for 1104 people.", SUM, wants_detail).terms
    told = natural.score("There is room for 1104 people.", SUM, wants_detail).terms
    assert "key_points" not in told
    assert "length" in told
