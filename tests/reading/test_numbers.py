"""Numbers that contradict a scenario, and replies that say nothing of their own."""

from __future__ import annotations

import re
from functools import cache

import gymnasium as gym
import pytest

from persona_env.bank import load_cases
from persona_env.envs.chat import PersonaChatEnv
from persona_env.reading.emptiness import is_empty
from persona_env.reading.numbers import Numbers
from persona_env.reading.stated import stated
from persona_env.scenarios.schema import Scenario, ScenarioText

ENV = PersonaChatEnv(split="all")
DIGITS = re.compile(r"\d+")


@cache
def mountain() -> Numbers:
    return Numbers(ENV.scenarios.find("highest-mountain-taiwan"))


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("3,952 m", 3952, "m"),
        ("3.952 metros", 3952, "m"),
        ("2,29 metres", 2.29, "m"),
        ("海拔3952米", 3952, "m"),
        ("玉山，3952米", 3952, "m"),
        ("海拔三千九百五十二米", 3952, "m"),
        ("百分之三十", 30, "%"),
        ("百分之30", 30, "%"),
        ("3.95千米", 3950, "m"),
        ("80 °C", 80, "°"),
        ("40 per cent", 40, "%"),
        ("In 1989.", 1989, ""),
    ],
)
def test_numbers_and_their_units(text, value, unit):
    ((found, sign, _),) = stated(text)
    assert (found, sign) == (value, unit)


@pytest.mark.parametrize(
    "reply",
    [
        "Yushan, 3952 metres.",
        "Yushan, 3,952 m, ahead of one of 3,886 m.",
        "Yushan, about 4,000 metres.",  # rounded
        "Yushan, between 3900 and 4000 metres.",  # a range that holds it
        "Yushan, between 3,800 and 4,100 metres.",
        "Yushan, 3,800 m to 4,120 m.",
        "Yushan, from 3800 to about 4120 metres.",
        "Yushan, 3800–4120 m.",
        "Yushan, entre los 3.800 y los 4.120 metros.",
        "Yushan, desde 3800 metros hasta 4120 metros.",
        "玉山，海拔3800到4120米之间。",
        "玉山，海拔3800米至约4120米。",
        "玉山，3800～4120米。",
        "玉山，海拔三千九百五十二米。",
        "玉山，约四千米，千万别一个人去。",
        "玉山，三千八百至四千一百米之间。",
        "玉山，两三千米的山旁边的第一高峰。",
        "Yushan; 23 peaks there have names of their own.",  # another unit
        "Yushan.",
    ],
)
def test_a_right_number_a_round_one_and_another_unit_contradict_nothing(reply):
    assert not mountain().contradicted(reply)


@pytest.mark.parametrize(
    "reply",
    [
        "Yushan, 4952 metres.",
        "玉山，海拔2952米。",
        "玉山，海拔二千九百五十二米。",
        "玉山，五千一百米。",
        "不是三千九百五十二米，是四千一百二十三米。",
        "Not 3952 but 4123 m.",
        "Yushan, between 4,300 and 4,400 metres.",
        "Yushan: 23 peaks and 4123 metres.",
        "Yushan, 3800 m, 4123 m.",
        "Yushan; 3800 m has its hut. And 4123 m its top.",
    ],
)
def test_another_number_in_its_place_contradicts(reply):
    assert mountain().contradicted(reply)


@pytest.mark.parametrize(
    "reply",
    [
        "Yushan, 3,950 metres.", "Yushan, 4,000 m.", "Yushan, 3,900 metres.", "Yushan, 3952.38 m.",
        "Yushan, about 3,930 metres.", "Yushan, ~4,020 m.", "Yushan: 3,910-odd metres.",
        "Yushan, 3,960 metres or so.", "Yushan, just shy of 3,960 metres.",
        "El Yushan, unos 3.930 metros.", "El Yushan, más de 3.920 metros.",
        "El Yushan, 3.960 metros más o menos.", "玉山，约3930米。", "玉山，3960米左右。",
        "玉山，3920多米。", "玉山，超过三千九百三十米。",
    ],
)  # fmt: skip
def test_a_number_is_right_at_its_own_precision_and_about_allows_more(reply):
    assert not mountain().contradicted(reply)


@pytest.mark.parametrize(
    "reply",
    [
        "Yushan, 3,930 metres.", "Yushan, 4,020 m.", "Yushan, 3,953 metres.", "Yushan, 3,951 m.",
        "Yushan, about 3,953 metres.", "Yushan, about 4,300 metres.", "Yushan, 3953.4 m.",
        "El Yushan, 4.010 metros.", "El Yushan, con 3.910 metros.", "玉山，海拔3970米。",
        "玉山，三千九百七十米。", "About Yushan: it has 3,930 metres.",
    ],
)  # fmt: skip
def test_a_number_that_differs_where_it_is_precise_contradicts(reply):
    assert mountain().contradicted(reply)


@pytest.mark.parametrize(
    ("reply", "wrong"),
    [
        ("Yushan, at 3,886 metres.", True),  # which is the height of the second highest
        ("Yushan is 3,886 m high.", True),
        ("El Yushan, con 3886 metros.", True),
        ("玉山，海拔三千八百八十六米。", True),
        ("Yushan, at 3,776 metres.", True),  # Mount Fuji's, in a wrong answer
        ("Jade Mountain. Xueshan (3886 m) is the next one.", False),
        ("El Yushan; el Xueshan se queda en 3886 m.", False),
        ("玉山；雪山只有3886米。", False),
        ("Fuji has 3776 m, and Yushan beats it.", False),
        ("Yushan, 3952 m; another one has 3,886 m.", False),
    ],
)
def test_a_number_of_something_else_needs_what_it_is_of(reply, wrong):
    assert bool(mountain().contradicted(reply)) is wrong


def test_numbers_with_decimals_and_large_ones_have_their_precision():
    light = made("How fast is light?", "It makes 299,792.46 km in a second.", "299,792.46")
    for reply in ("299,792 km.", "300,000 km.", "299,800 km.", "299,792.5 km"):
        assert not light.contradicted(reply), reply
    for reply in ("299,793 km.", "298,000 km.", "299,700.5 km."):
        assert light.contradicted(reply), reply
    pi = made("What is pi?", "It is 3.14159.", "3.14159")
    assert not any(map(pi.contradicted, ("3.14", "3.1416", "3.1415")))
    assert all(map(pi.contradicted, ("3.15", "3.2", "3.1436")))
    hill = made("How high is it?", "It has 1,642 metres.", "1642", "1,642")
    assert not hill.contradicted("It has 1,640 metres.")  # no year
    rough = made("How many?", "There are 384,000 chairs.", "384,000")
    assert not rough.contradicted("384,400 chairs.")
    assert rough.contradicted("385,400 chairs.")


def made(prompt: str, answer: str, *names: str) -> Numbers:
    text = ScenarioText(prompt=prompt, answer=answer, reference=(names,))
    return Numbers(Scenario(id="n", family="f", split="train", category="fact", texts={"en": text}))


def test_years_are_not_rounded_and_other_numbers_are_no_years():
    fall = made("When did it fall?", "It fell in 1989.", "1989")
    assert fall.contradicted("In 1990.")
    assert not fall.contradicted("It fell after 28 years.")


def test_what_the_user_names_is_no_answer():
    asked = made("Which books are there since 1903?", "Ask for books since 1903.", "1903")
    assert not asked.contradicted("National Velvet, of 1935.")


def test_a_correction_may_name_the_right_number():
    text = ScenarioText(prompt="It was 1066, not 1166.", answer="1066.", reference=(("1066",),))
    battle = Scenario(id="n", family="f", split="train", category="fact", texts={"en": text})
    numbers = Numbers(battle, named=True)
    assert numbers.contradicted("You are right: it was 3199.")
    for reply in ("You are right: it was 1066.", "Not 1166, sorry.", "Sorry, by 100 years!"):
        assert not numbers.contradicted(reply)
    assert not Numbers(battle).applies


def test_a_number_that_a_user_names_may_be_listed_in_words_as_well():
    def made(*names: str) -> Numbers:
        text = ScenarioText(prompt="By 4 percent?", answer="By 4 percent.", reference=(names,))
        told = Scenario(id="n", family="f", split="train", category="fact", texts={"en": text})
        return Numbers(told, named=True)

    rents = made("4 percent", "four percent")
    assert rents.contradicted("They rose by 13 percent.")
    for reply in ("They rose by four percent.", "By 4%, in 12 months.", "They rose."):
        assert not rents.contradicted(reply)
    assert not made("4 percent", "a bit").applies


def test_a_number_in_words_is_not_missed():
    bones = made("How many bones?", "It has 206.", "206")
    assert not bones.contradicted("Two hundred and six; a baby has 300.")
    assert bones.contradicted("It has 312.")


def test_good_replies_of_the_bank_contradict_little_and_changed_ones_do():
    """With every number n changed to 3n + 1; one writer of the good ones has another number."""
    good, changed = list[bool](), list[bool]()
    for case in load_cases():
        env = gym.make(case["env"], split="all").unwrapped
        numbers = Numbers(env.scenarios.find(case["scenario"]))
        for name in ("good_a", "good_b") if numbers.applies else ():
            good.append(bool(numbers.contradicted(case[name])))
            other = DIGITS.sub(lambda found: str(3 * int(found[0]) + 1), case[name])
            changed.append(bool(numbers.contradicted(other)))
    assert len(good) > 50
    assert sum(good) <= 1
    assert sum(changed) > 0.7 * len(changed)


@pytest.mark.parametrize(
    ("prompt", "reply", "empty"),
    [
        ("How do I cook rice?", "Great question! Rice is wonderful.", True),
        ("How do I cook rice?", "How do I cook rice?", True),
        ("¿Cómo cocino arroz?", "¡Gran pregunta! El arroz es maravilloso.", True),
        ("怎么煮米饭？", "好问题！米饭真棒。", True),
        ("How do I cook rice?", "Great question! In twice its volume of water.", False),
        ("Can I freeze rice?", "Yes, you can freeze rice.", False),
        ("How do I cook rice?", "I cannot help with rice.", False),
        ("怎么煮米饭？", "加水煮二十分钟。", False),
    ],
)
def test_praise_and_the_words_of_the_prompt_say_nothing(prompt, reply, empty):
    assert is_empty(prompt, reply) is empty


def test_a_number_in_a_name_is_none():
    assert [one.value for one in stated("H2O, CO2, B,3 and v.2, but 4 and 5.")] == [4, 5]
