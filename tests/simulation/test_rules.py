"""The rule-based user: each rule by hand, in three languages."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys

import pytest

from persona_env import UserProfile, load_scenarios
from persona_env.errors import ArgumentError, LanguageError, ProfileError
from persona_env.languages import language_data
from persona_env.rewards.exchange import Turn
from persona_env.scenarios.case import prompt_language
from persona_env.simulation.changes import clarified, in_language, meant_reading, other_languages
from persona_env.simulation.phrases import say
from persona_env.simulation.questions import kind_of_question
from persona_env.simulation.rules import RuleBasedUser
from persona_env.users.toml_format import parse_profile

from .talks import LANGUAGES, LONG, SHORT, complaints, converse, oracle, person, phrases, talking

AMBIGUOUS = load_scenarios("all", "ambiguous")


def ambiguous(language):
    return next(s for s in AMBIGUOUS if language in s.texts)


# --- what is said -------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_miss_is_named(language):
    env = talking(person(language))
    said = {converse(env, [LONG[language]], seed)[0] for seed in range(12)}
    assert said == set(complaints("length=brief", language))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_content_user_thanks_and_leaves(language):
    env = talking(person(language))
    said = {converse(env, [LONG[language], SHORT[language], "..."], seed)[-1] for seed in range(12)}
    assert said == set(phrases("content", language))
    assert env.ended == "content"
    assert len(env.turns) == 4
    assert env.turn_info()["ended"] == "content"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_user_gives_up_when_patience_ends(language):
    env = talking(person(language))
    last = set()
    for seed in range(12):
        said = converse(env, [LONG[language]] * 5, seed)
        assert len(said) == 3
        assert set(said[:2]) <= set(complaints("length=brief", language))
        last.add(said[-1])
        assert env.ended == "left"
    assert last == set(phrases("gives_up", language))


@pytest.mark.parametrize(("patience", "turns"), [(1, 1), (2, 2), (4, 4)])
def test_patience_is_that_of_the_profile(patience, turns):
    env = talking(person("en", patience=patience))
    assert len(converse(env, [LONG["en"]] * 5)) == turns
    assert env.ended == "left"


def test_the_limit_ends_a_conversation_before_patience_does():
    env = talking(person("en", patience=9), max_turns=2)
    assert converse(env, [LONG["en"]] * 5)[-1] == ""
    assert env.ended == "limit"
    converse(env, [LONG["en"], SHORT["en"]])
    assert env.ended == "content"


def test_the_threshold_of_content_is_an_option():
    def reply(words):
        return "word " * words

    eager = talking(person("en"), rules={"content_at": 0.5})
    assert converse(eager, [reply(24)])[-1] in phrases("content", "en")  # (34 - 24) / 16 = 0.625
    assert eager.ended == "content"
    assert converse(eager, [reply(27)])[-1] in complaints("length=brief", "en")  # 0.44


# --- questions ----------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_which_reading_is_meant(language):
    scenario = ambiguous(language)
    text = scenario.text(language)
    env = talking(
        person(language, clarification="ask"),
        scenarios=[scenario],
        terms=["length", "clarification"],
        max_topics=2,
    )
    said = converse(env, [text.question])
    assert said == [phrases("reading", language)[0].format(reading=text.reference[0][0])]
    assert env.scenario.id == f"{scenario.id}/clarified"
    assert said[0] in env.exchange("").question
    assert text.prompt in env.exchange("").question
    assert env.turn_info()["topic"] == 2


@pytest.mark.parametrize("scenario", AMBIGUOUS, ids=lambda s: s.id)
def test_every_bundled_reading_can_be_asked_and_told(scenario):
    for language, text in scenario.texts.items():
        assert kind_of_question(text.question) == "reading"
        meant = meant_reading(scenario, language)
        assert text.reference[0][0] in meant
        assert meant in clarified(scenario).text(language).prompt
    assert scenario.is_ambiguous
    assert not clarified(scenario).is_ambiguous
    assert clarified(scenario) is clarified(scenario)


def test_after_its_reading_an_answer_is_due_to_every_user():
    for scenario in AMBIGUOUS:
        for wish in ("ask", "assume"):
            for language in scenario.texts:
                user = person(language, clarification=wish)
                env = talking(user, scenarios=[scenario], terms=None, gates=None)
                told = clarified(scenario)
                asked = env.score(scenario.text(language).question, told, user)
                assert env.score(env.oracle(told, user), told, user).reward >= 0.9
                assert asked.reward < 0.6


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_another_topic_a_question_that_was_wanted_is_the_end(language):
    scenario = ambiguous(language)
    env = talking(
        person(language, clarification="ask"), scenarios=[scenario], terms=["clarification"]
    )
    assert converse(env, [scenario.text(language).question])[-1] in phrases("content", language)


QUESTIONS = {
    "en": (
        "Should I answer in English or in Spanish?",
        "How much do you know about it?",
        "What do you mean by that?",
    ),
    "es": (
        "¿Prefieres la respuesta en inglés o en español?",
        "¿Eres principiante o experto?",
        "¿Qué quieres decir con eso?",
    ),
    "zh": ("你要用英文还是用中文回答？", "你的水平是初学还是专家？", "你是指什么？"),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_language_and_level_are_told_once_and_nothing_is_made_up(language):
    in_what, level, else_ = QUESTIONS[language]
    assert [kind_of_question(q) for q in QUESTIONS[language]] == ["language", "level", "reading"]
    env = talking(person(language, reading_level="expert", avoid=["?", "？"]), terms=["avoid"])
    said = converse(env, [in_what, level, else_, in_what, in_what])
    assert said[0] in complaints(f"language={language}", language)
    assert said[1] in phrases("level_expert", language)
    assert said[2] in phrases("nothing_more", language)
    assert said[3] in complaints("avoid", language)  # asked already: a miss


@pytest.mark.parametrize(
    ("user", "level"),
    [
        (person("en", reading_level="simple"), "simple"),
        (person("en", expertise=["law"]), "expert"),
        (UserProfile(id="kid", context={"age_band": "child", "languages": ["en"]}), "simple"),
        (person("en"), "standard"),
    ],
    ids=["wish", "expertise", "child", "nothing known"],
)
def test_the_level_is_that_of_the_profile(user, level):
    env = talking(user.prefer(avoid=["?"]), terms=["avoid"])
    assert converse(env, [QUESTIONS["en"][1]])[0] in phrases(f"level_{level}", "en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_wants_no_questions_complains(language):
    user = person(language, clarification="assume", avoid=["?", "？"])
    env = talking(user, terms=["avoid"])
    for question in QUESTIONS[language]:
        assert converse(env, [question])[0] in complaints("avoid", language)
    env = talking(user, terms=["clarification"])
    assert converse(env, [QUESTIONS[language][2]])[0] in complaints(
        "clarification=assume", language
    )


# --- topics and languages -----------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_content_user_turns_to_another_topic(language):
    env = talking(person(language), max_topics=3)
    asked, leads = [], set()
    for seed in range(12):
        env.reset(seed=seed)
        first = env.scenario
        observation, reward, over, _, info = env.step(SHORT[language])
        assert not over
        assert info["topic"] == 2
        assert reward == pytest.approx(1 / 3)
        assert env.scenario is not first
        question = env.scenario.text(language).prompt
        assert observation["prompt"].endswith(question)
        assert env.exchange("").question == question
        assert env.exchange("").prompt == observation["prompt"]
        leads.add(observation["prompt"].removesuffix(question).strip())
        env.step(SHORT[language])
        env.step(SHORT[language])
        asked.append([turn.text for turn in env.turns if turn.role == "user"])
        assert env.ended == "content"
    joiner = "" if language == "zh" else " "
    wanted = {
        t + joiner + n for t in phrases("thanks", language) for n in phrases("next_topic", language)
    }
    assert leads <= wanted
    assert len(leads) > 1
    for talk in asked:
        assert len(set(talk)) == 3


def test_topics_are_neither_repeated_nor_made_up():
    two = ["highest-mountain-taiwan", "smallest-country"]
    env = talking(person("en"), scenarios=two, max_topics=3)
    said = converse(env, [SHORT["en"]] * 5)
    assert len(said) == 2
    assert said[-1] in phrases("content", "en")


def test_who_does_not_change_the_topic():
    env = talking(person("en"), max_topics=3, rules={"change_topic": 0.0})
    assert converse(env, [SHORT["en"]])[-1] in phrases("content", "en")


@pytest.mark.parametrize(
    ("first", "then"), [("en", "es"), ("es", "en"), ("zh", "en"), ("en", "zh")]
)
def test_a_user_goes_on_in_another_language(first, then):
    both = [s for s in load_scenarios("all", "know_how") if {first, then} <= set(s.texts)]
    env = talking(
        person(first, then),
        scenarios=both,
        gates=["readable"],
        rules={"switch_language": 1.0},
    )
    env.reset(seed=0)
    observation, *_ = env.step(LONG[first])
    assert any(observation["prompt"].endswith(words) for words in phrases("switch", then))
    assert any(observation["prompt"].startswith(c) for c in complaints("length=brief", then))
    assert env.language == then
    assert prompt_language(env.scenario, env.user) == then
    good = env.score(SHORT[then], env.scenario, env.user)
    same = env.score(SHORT[first], env.scenario, env.user)
    assert good.reward == 1.0
    assert same.gates["readable"] < 0.5
    assert set(env.score(SHORT[first], env.scenario, person(first, then)).gates.values()) == {1.0}


def test_a_switch_only_takes_away():
    user = person("en", "es")
    spoken = in_language(user, "es")
    env = talking(user, terms=None, gates=None)
    for scenario in load_scenarios("all", "know_how")[:10]:
        if {"en", "es"} <= set(scenario.texts):
            for reply in (env.oracle(scenario, user), env.oracle(scenario, spoken), "No.", ""):
                before = env.score(reply, scenario, user).reward
                assert env.score(reply, scenario, spoken).reward <= before + 1e-12


def test_a_topic_may_be_changed_in_another_language():
    both = [s for s in load_scenarios("all", "know_how") if {"en", "es"} <= set(s.texts)]
    env = talking(person("en", "es"), scenarios=both, max_topics=2, rules={"switch_language": 1.0})
    said = converse(env, [SHORT["en"]])[0]
    assert env.language == "es"
    assert said.endswith(env.scenario.text("es").prompt)
    assert any(words in said for words in phrases("switch", "es"))


def test_who_stays_with_a_language():
    scenario = next(s for s in load_scenarios("all", "know_how") if len(s.texts) == 3)
    assert other_languages(scenario, person("en", "zh"), "en") == ["zh"]
    for user in (
        person("en"),
        person("en", "es", language="es"),
        person("en", "es", language="mix"),
    ):
        assert other_languages(scenario, user, "en") == []
    unknown = UserProfile(id="who")
    assert other_languages(scenario, unknown, "en") == []


# --- data, options, seeds -----------------------------------------------------------------------


def test_every_language_has_all_phrases():
    known = {code: language_data(code, "conversation") for code in LANGUAGES}
    assert set(known["en"]) == set(known["es"]) == set(known["zh"])
    for bank in known.values():
        assert all(phrase.strip() for phrases in bank.values() for phrase in phrases)


def test_a_language_without_phrases_is_named():
    with pytest.raises(LanguageError, match=r"languages/en/conversation.toml has no 'thank'"):
        say("thank", "en")


@pytest.mark.parametrize(
    "options",
    [
        {"patience": 0},
        {"content_at": 1.5},
        {"change_topic": -0.1},
        {"switch_language": float("nan")},
    ],
    ids=str,
)
def test_options_out_of_range(options):
    with pytest.raises(ArgumentError, match=next(iter(options))):
        RuleBasedUser(**options)


@pytest.mark.parametrize(
    ("value", "role", "match"),
    [
        (0, "context", "whole number"),
        (2.5, "context", "whole number"),
        (True, "context", "whole number"),
        ("much", "context", "whole number"),
        (2, "preference", "role 'context'"),
    ],
)
def test_patience_is_checked_in_the_profile(value, role, match):
    with pytest.raises(ValueError, match=match):
        UserProfile(id="ana", extensions={"patience": {"role": role, "value": value}})


def test_patience_in_a_profile_file():
    text = 'id = "ana"\n\n[extensions.patience]\nrole = "context"\nvalue = {}\n'
    assert parse_profile(text.replace("{}", "2"), "ana.toml").value("extensions.patience") == 2
    with pytest.raises(ProfileError, match=r"ana.toml.*patience is a whole number from 1, not 0"):
        parse_profile(text.replace("{}", "0"), "ana.toml")


def conversations(env, seeds):
    found = []
    for seed in seeds:
        env.reset(seed=seed)
        turn = 0
        while env.ended is None:
            wanted = (LONG["en"], "Which one do you mean?", oracle(env))[(seed + turn) % 3]
            env.step(wanted)
            turn += 1
        found.append([list(map(list, env.turns)), env.ended])
    return found


SCRIPT = """
import json
from tests.simulation.test_rules import conversations, wide
print(json.dumps(conversations(wide(), range(12))))
"""


def wide():
    users = [
        person("en", "zh"),
        person("es", "en", name="eva", clarification="ask"),
        person("zh", name="li"),
    ]
    simulator = RuleBasedUser(switch_language=0.5)
    env = talking(users[0], max_topics=2)
    return type(env)(
        profiles=users, split="all", max_turns=4, max_topics=2, user_simulator=simulator
    )


def test_the_same_seed_gives_the_same_conversation_in_any_process():
    here = conversations(wide(), range(12))
    assert here == conversations(wide(), range(12))
    assert here == conversations(pickle.loads(pickle.dumps(wide())), range(12))  # noqa: S301
    for seed in ("1", "2"):
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True,
            env={"PYTHONHASHSEED": seed, "PATH": "", "PYTHONPATH": ":".join(sys.path)},
        )  # fmt: skip
        assert json.loads(done.stdout) == here
    assert {end for _, end in here} >= {"content", "limit"}


def test_a_protected_field_moves_no_conversation():
    plain = person("en", "zh")
    twin = plain.twin(gender="x", nationality="y", religion="z", name="n")
    rules = {"switch_language": 0.5}
    for seed in range(20):
        talks = [
            converse(
                talking(user, max_topics=2, rules=rules, terms=None, gates=None),
                [LONG["en"], "Which?", SHORT["en"], oracle],
                seed,
            )
            for user in (plain, twin)
        ]
        assert talks[0] == talks[1]


def test_a_conversation_goes_on_alike_in_a_copy():
    env = wide()
    env.reset(seed=5)
    env.step(LONG["en"])
    other = pickle.loads(pickle.dumps(env))  # noqa: S301
    for one in (env, other):
        one.step("Which one do you mean?")
    assert env.turns == other.turns
    assert env.turns[-1] == Turn("assistant", "Which one do you mean?")
