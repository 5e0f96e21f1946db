"""PersonaLatent-v0: what an episode pays, and that nothing but what is said tells who asks."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import numpy as np
import pytest

from persona_env import PersonaEnvError, evaluate, load_profiles
from persona_env.envs.latent import PersonaLatentEnv
from persona_env.envs.latent.agents import AnswerAgent, BayesAgent
from persona_env.envs.latent.asking import KINDS, answers, heaviest, kind_asked
from persona_env.envs.latent.curves import cold_start
from persona_env.envs.latent.draws import chance, scenarios
from persona_env.envs.latent.tables import question
from persona_env.envs.latent.words import SAYS, WORDS
from persona_env.languages import LANGUAGES, language_data
from persona_env.reporting.cold_start import plot_cold_start
from persona_env.vector import PersonaVectorEnv

from ...support import every_split
from .small import FOUR, RICE, small, user

LENGTH = question("length", "en")
BRIEF = "Rinse the rice before cooking."
WRONG = "No."


def told(env, *replies, who="one"):
    """What each reply of an episode pays, and what the user says to it."""
    env.reset(seed=0, options={"user": who, "scenario": RICE})
    return [(step[1], env.messages()[-1]["content"], step[2]) for step in map(env.step, replies)]


# --- what an episode pays ------------------------------------------------------------------------


def test_a_question_costs_its_price_and_the_answer_earns_its_reward():
    env = small(price=0.1)
    reply = env.oracle(env.scenarios[0], FOUR[0])
    (asked, said, goes_on), (earned, _, over) = told(env, LENGTH, reply)
    assert asked == -0.1
    assert said in SAYS["en"]["length"]["brief"]
    assert (goes_on, over) == (False, True)
    assert earned == env.score(reply, RICE, FOUR[0]).reward == 1.0
    assert env.ended == "content"


def test_after_the_budget_the_user_answers_nothing_more_and_it_still_costs():
    env = small(questions=1, price=0.1)
    first, second = told(env, LENGTH, question("tone", "en"))
    assert first[:2] == (-0.1, first[1])
    assert second[:2] == (-0.1, WORDS["en"]["enough"][0])


def test_a_miss_costs_a_complaint_and_the_last_one_is_what_counts():
    env = small(patience=2)
    (first, said, goes_on), (second, words, over) = told(env, BRIEF, WRONG)
    assert first == -0.05
    assert said in language_data("en", "complaints")["tone=warm"]
    assert second == env.score(WRONG, RICE, FOUR[0]).reward < 0.2
    assert (goes_on, over, env.ended) == (False, True, "left")
    assert words in language_data("en", "conversation")["gives_up"]


def test_a_question_is_no_answer_however_good_what_stands_beside_it():
    env = small(max_turns=2, questions=8)
    reply = env.oracle(env.scenarios[0], FOUR[0])
    both = f"{reply} {LENGTH}"
    assert [pay for pay, _, _ in told(env, both, both)] == [-0.05, 0.0]
    assert env.ended == "limit"
    assert env.score(both, RICE, FOUR[0]).gates["answered"] == 0


def test_a_question_about_the_matter_is_one_too_and_learns_nothing():
    (pay, said, _), _ = told(small(), "Do you mean white rice or brown rice?", LENGTH)
    assert pay == -0.05
    assert said in language_data("en", "conversation")["nothing_more"]


def test_one_question_is_answered_at_a_time():
    asked = f"{question('tone', 'en')} {LENGTH}"
    assert told(small(), asked)[0][1] in SAYS["en"]["tone"]["warm"]


def test_rows_of_a_vector_pay_as_single_episodes():
    rows = PersonaVectorEnv(small(), 2)
    rows.reset(seed=[3, 4])
    reply = BRIEF, LENGTH
    rewards = rows.step((LENGTH, BRIEF))[1].tolist() + rows.step(reply)[1].tolist()
    alone = []
    for seed, replies in ((3, (LENGTH, BRIEF)), (4, (BRIEF, LENGTH))):
        env = small()
        env.reset(seed=seed)
        alone.append([env.step(one)[1] for one in replies])
    assert rewards == [alone[0][0], alone[1][0], alone[0][1], alone[1][1]]


@pytest.mark.parametrize("wrong", [
    {"questions": -1}, {"patience": 0}, {"price": 1.5}, {"price": True}, {"discount": 0},
    {"past": -1}, {"shaping": "informations"},
    {"shaping": "value", "user_simulator": "complaints"},
])  # fmt: skip
def test_options_out_of_their_range_are_errors_at_construction(wrong):
    with pytest.raises(PersonaEnvError):
        small(**wrong)


# --- who asks ------------------------------------------------------------------------------------


def test_before_the_first_word_all_users_look_alike_and_after_it_only_their_words_differ():
    env = small(render_mode="ansi")
    for replies in ((), (LENGTH,), (BRIEF,), (question("most", "en"), LENGTH)):
        shown = {}
        for one in FOUR:
            told(env, *replies, who=one.id)
            info = env.turn_info()
            said = tuple(m["content"] for m in info["messages"] if m["role"] == "user")[1:]
            seen = env.observe_turn()
            rest = (env.render(), str(info), seen["user"], seen["user_vector"].tobytes())
            shown.setdefault(said, set()).add(rest)
            assert not re.search(r"reward|term |gate ", env.render())
        assert all(len(rest) == 1 for rest in shown.values()), replies


def test_rewards_before_the_last_are_the_same_for_everybody():
    env = small()
    for reply in (LENGTH, WRONG, "Do you mean this or that?"):
        assert {told(env, reply, who=one.id)[0][0] for one in FOUR} == {-env.price}


def test_past_talks_tell_by_what_the_user_said_alone():
    env = small(past=2, scenarios=["written"])
    scenario = env.scenarios.find(RICE)
    before = {one.id: env.said_before(scenario, one) for one in FOUR}
    assert {len(turns) for turns in before.values()} == {8}
    others = {
        tuple(turn for place, turn in enumerate(turns) if place % 4 != 2)
        for turns in before.values()
    }
    assert len(others) == 1
    assert len({turns[2::4] for turns in before.values()}) > 1
    observation, _ = env.reset(seed=0, options={"user": "one", "scenario": RICE})
    assert observation["transcript"].count("assistant: Noted.") == 2


# --- questions in words --------------------------------------------------------------------------

ASKED = {
    "Should I answer in Spanish or in English?": "language",
    "How much do you already know about this?": "reading_level",
    "Can I use jargon, or should I stick to plain words?": "reading_level",
    "Sure! How long would you like the answer to be?": "length",
    "Quick question first: do you want just a brief summary?": "length",
    "Would a bulleted or numbered list work for you?": "format",
    "Shall I lay it out step by step?": "format",
    "Would you prefer a friendly tone?": "tone",
    "Should I keep things casual?": "formality",
    "Do you mind if I throw in a joke?": "humour",
    "What is most important to you in my reply?": "most",
    "¿Prefieres que sea breve?": "length",
    "¿Te gustan los chistes?": "humour",
    "¿Lo quieres con viñetas?": "format",
    "¿Te trato de usted?": "formality",
    "要不要我说得详细一点？": "length",
    "可以开个玩笑吗？": "humour",
    "用中文还是英文？": "language",
    "What kind of rice is it?": None,
    "It gets 40 km far.": None,
    "Let me keep this short: rinse it.": None,
    "Is there anything else I can help with?": None,
    "She asked 'how long is it?'.": None,
}


@pytest.mark.parametrize("said", ASKED)
def test_questions_are_told_in_natural_words(said):
    assert kind_asked(said) == ASKED[said]


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_agents_questions_ask_what_they_mean(code):
    assert [kind_asked(question(kind, code)) for kind in KINDS] == list(KINDS)


@pytest.mark.parametrize("code", LANGUAGES)
def test_no_two_answers_share_a_phrase_and_none_is_a_question(code):
    phrases = [p for kind in SAYS[code].values() for listed in kind.values() for p in listed]
    assert len(phrases) == len(set(phrases))
    assert not set("?？") & set("".join(phrases))
    complaints = [tuple(v) for v in language_data(code, "complaints").values()]
    heard = [p for listed in {*complaints} for p in listed]
    assert len(heard) == len(set(heard))  # complaints are equal or have nothing in common


def test_a_user_without_a_preference_says_so():
    plain = user("plain", length="brief")
    assert answers(plain, "tone", "en") == tuple(SAYS["en"]["any"]["any"])
    assert answers(plain, "language", "en") == tuple(SAYS["en"]["language"]["en"])
    assert answers(plain, "most", "en") == tuple(SAYS["en"]["most"]["length"])
    assert heaviest(user("nobody")) is None


# --- the environment -----------------------------------------------------------------------------


@every_split
def test_no_reference_reply_is_a_question_or_has_a_strange_sentence(split):
    env = PersonaLatentEnv(split=split, register="tiny")
    for scenario in env.scenarios.shown[::31]:
        for one in env.users[::3]:
            if scenario in env.cases[one.id][1]:
                reply = env.oracle(scenario, one)
                gates = env.score(reply, scenario, one).gates
                assert gates["answered"] == gates["nothing_beside"] == 1


def test_the_chances_of_a_pool_are_those_of_its_draws():
    pool = scenarios("train")
    assert sum(chance(pool, s) for s in pool.parts["written"]) == pytest.approx(2 / 6)
    assert chance(pool, pool.parts["ride"][7]) == pytest.approx(1 / 6 / len(pool.parts["ride"]))
    assert chance(pool, scenarios("heldout")[0]) == 0


def test_each_split_has_twins_who_differ_in_protected_fields_alone():
    for split in ("train", "heldout"):
        users = load_profiles(split, "latent")
        same = [
            (one, other) for one in users for other in users
            if one.id < other.id and one.preferences == other.preferences
            and one.context == other.context
        ]  # fmt: skip
        assert same
        assert all(one.protected != other.protected for one, other in same)


def test_languages_have_the_same_entries():
    folder = Path(WORDS.source)
    found = {p.stem: tomllib.loads(p.read_text("utf-8")) for p in folder.glob("*.toml")}
    keys = {code: {(a, *b) for a, b in shape(data)} for code, data in found.items()}
    assert keys["en"] == keys["es"] == keys["zh"]


def shape(data):
    for name, entry in data.items():
        if isinstance(entry, dict):
            yield from ((name, rest) for rest in ((a, *b) for a, b in shape(entry)))
        else:
            yield name, ()


# --- measures ------------------------------------------------------------------------------------


def test_the_report_has_the_measures_of_conversations():
    env = small(scenarios=["written"])
    report = evaluate(BayesAgent(env), env, episodes=24, turns=8, cross=False)
    measures = report.measures
    assert {"questions", "bits", "regret"} <= measures.keys()
    assert 0 < measures["bits"].mean <= 2  # of four users
    assert abs(measures["regret"].mean) < 3 * measures["regret"].se + 1e-9


def test_the_cold_start_gets_warmer_with_questions_and_stays_cold_without():
    options = {"profiles": FOUR, "scenarios": [RICE], "register": "tiny"}
    asking = cold_start(BayesAgent, (0, 1, 2), 4, **options)
    silent = cold_start(AnswerAgent, (0, 2), 4, **options)
    warm = [one.reward.mean for one in asking]
    assert warm[0] < warm[1] <= warm[2]
    assert silent[0].reward == silent[1].reward == asking[0].reward
    points = [(one.turns, one.reward.mean, one.reward.se) for one in asking]
    axes = plot_cold_start({"bayes": points}).axes[0]
    assert np.allclose(axes.lines[0].get_ydata(), warm)
    with pytest.raises(ValueError, match="no curves"):
        plot_cold_start({})
