"""PRISM's and WildChat's files: prompts, users and comparisons, worked by hand."""

from __future__ import annotations

import json

import pytest

from persona_env.envs.chat import PersonaChatEnv
from persona_env.errors import PersonaEnvError, UnknownNameError
from persona_env.preferences.formats import read_comparisons
from persona_env.scenarios.prompts import read_prompts
from persona_env.suites import read_conversations
from persona_env.users.description import describe
from persona_env.users.toml_format import format_profile, parse_profile
from persona_env.users.words import in_words

from .shapes import PERSON, TALK, WILD, asked, message, reply, talk, utterances, wild, write


@pytest.fixture
def prism(tmp_path):
    return write(tmp_path / "conversations.jsonl", [TALK])


def test_every_two_rated_replies_are_a_comparison(prism):
    found = read_conversations(prism).comparisons(margin=5)
    assert [(one.label, one.degree, one.scores, one.chosen) for one in found] == [
        ("first", "significantly", (80, 20), 0),
        ("same", None, (80, 78), 0),
        ("first", "significantly", (80, 1), 0),
        ("second", "significantly", (20, 78), None),
        ("first", "slightly", (20, 1), None),  # 19 / 99 = 0.19
        ("first", "significantly", (78, 1), None),
        ("first", "significantly", (90, 50), 0),  # 40 / 99 = 0.404
    ]
    first, last = found[0], found[-1]
    assert (first.user, first.annotator, first.policy) == ("user7", "user7", "m1, m2")
    assert first.time.isoformat() == "2023-12-02T09:30:00+00:00"
    assert found[2].replies[1] == ""  # EMPTY STRING
    assert [one["content"] for one in last.messages] == [
        "How do I move a hive at night?",
        "Close the entrance after dusk and strap it.",
        "How far at least?",
    ]
    assert last.prompt == "How far at least?"
    assert (first.scenario, last.scenario) == ("prism-c1-1", "prism-c1-2")


def test_both_files_of_prism_say_the_same(tmp_path, prism):
    rows = utterances(TALK)
    long = read_conversations(write(tmp_path / "utterances.jsonl", rows)).comparisons(margin=5)
    whole = read_conversations(prism).comparisons(margin=5)
    assert [one.model_dump(exclude={"time"}) for one in long] == [
        one.model_dump(exclude={"time"}) for one in whole
    ]


def test_ranked_a_turn_is_one_comparison(prism):
    first, second = read_conversations(prism).comparisons(ranked=True)
    assert (first.ranks, first.scores, first.chosen) == ((1, 3, 2, 4), (80, 20, 78, 1), 0)
    assert second.label == "first"


def test_the_survey_is_a_user(tmp_path):
    user = read_conversations(write(tmp_path / "s.jsonl", [PERSON])).users["user7"]
    assert user.preferences.views.target == "both"
    assert user.preferences.views.weight == 0.6  # (80 - 50) / 50
    assert user.preferences.length is None
    assert user.context.age_band == "adult"
    protected = user.protected.model_dump(exclude_none=True)
    assert protected == {"gender": "Female", "religion": "quaker"}
    by_role = {
        role: {name: e.value for name, e in user.extensions.items() if e.role == role}
        for role in ("preference", "context", "protected", "secret")
    }
    assert by_role == {
        "preference": {
            "importance_values": 40, "importance_creativity": 20, "importance_fluency": 90,
            "importance_factuality": 97, "importance_diversity": 80, "importance_safety": 55,
            "importance_helpfulness": 95,
            "instructions": "Answer in plain words and say where a claim comes from.",
        },
        "context": {
            "self_description": "I keep bees and like to be told things straight.",
            "familiar_with_models": "Somewhat familiar", "uses_models": "Every week",
            "asks_models_for": ("research", "daily productivity"),
        },
        "protected": {
            "age_group": "45-54 years old", "education": "Vocational",
            "employment": "Working full-time", "english_proficiency": "Native speaker",
            "country_of_birth": "Ireland", "country_of_residence": "United Kingdom",
        },
        "secret": {},
    }  # fmt: skip
    assert parse_profile(format_profile(user)) == user


def test_no_demographic_is_told(tmp_path):
    user = read_conversations(write(tmp_path / "s.jsonl", [PERSON])).users["user7"]
    for text in (describe(user), in_words(user)):
        assert "keep bees" in text
        for value in ("Female", "quaker", "45-54", "Ireland", "Vocational", "full-time", "Native"):
            assert value not in text


def test_who_does_not_find_viewpoints_important_has_no_preference(tmp_path):
    for value in (50, 10, None):
        prefs = PERSON["stated_prefs"] | {"diversity": value}
        path = write(tmp_path / "s.jsonl", [PERSON | {"stated_prefs": prefs}])
        assert read_conversations(path).users["user7"].preferences.views is None


def test_survey_and_talks_belong_together(tmp_path, prism):
    survey = write(tmp_path / "survey.jsonl", [PERSON])
    found = read_conversations(prism, survey)
    (user,) = found.users.values()
    assert user.context.languages == ("en",)
    told, *_ = found.comparisons(described=True)[0].messages
    assert told["role"] == "system"
    assert "keep bees" in told["content"]
    assert "quaker" not in told["content"]
    scenarios = found.scenarios("all")
    env = PersonaChatEnv(scenarios=scenarios, profiles=[user])
    observation, info = env.reset(seed=0, options={"scenario": "prism-c1-2"})
    assert observation["prompt"] == "How far at least?"
    assert len(info["messages"]) == 4


def test_wildchat_has_turns_languages_and_users(tmp_path):
    found = read_conversations(write(tmp_path / "w.jsonl", WILD))
    assert [one["id"] for one in found.prompts("all")] == [
        "wildchat-h1-1", "wildchat-h1-2", "wildchat-h3-1",
    ]  # fmt: skip
    assert [one["language"] for one in found.prompts("all")] == ["en", "es", "zh"]
    assert [len(one["messages"]) for one in found.prompts("last")] == [3, 1]
    assert found.elsewhere() == {"French": 1}
    assert found.left_out == {"marked as toxic": 1}
    assert found.comparisons() == []
    first, other = found.talks[0].user, found.talks[2].user
    assert first != other
    assert "ab12" not in first
    assert found.users[first].context.languages == ("en", "es")
    assert found.users[first].extensions["country"].role == "protected"
    assert len(read_conversations(tmp_path / "w.jsonl", toxic=True).talks) == 4


def test_prompts_are_read_as_prompts(tmp_path):
    found = read_conversations(write(tmp_path / "w.jsonl", WILD))
    path = write(tmp_path / "prompts.jsonl", found.prompts("all", "heldout"))
    read = read_prompts(path)
    assert read == found.scenarios("all", "heldout")
    assert {one.users for one in read} == {(talk.user,) for talk in found.talks[::2]}
    assert read[1].texts["es"].before[1].content.startswith("Morning")


def test_without_an_address_everybody_asks(tmp_path):
    row = {"conversation": [{"role": "user", "content": "Why is the sky blue?"}]}
    found = read_conversations(write(tmp_path / "w.jsonl", [row]))
    (scenario,) = found.scenarios()
    assert scenario.users == ()
    assert found.users == {}


BROKEN = [
    (talk(conversation_id=None), r"line 2: lacks \['conversation_id'\]"),
    (talk(conversation_history="x"), "line 2: 'conversation_history' is a list of messages"),
    (talk(conversation_history=[asked(0, " "), reply(0, "a", 1)]), "line 2: turn 0 has no prompt"),
    (
        talk(conversation_history=[asked(0, "Why?"), reply(0, "a", 101, chosen=True)]),
        "line 2: 'score' is a number from 1 to 100, not 101",
    ),
    (
        talk(conversation_history=[asked(0, "Why?"), reply(0, "a", True, chosen=True)]),
        "line 2: 'score' is a number from 1 to 100, not True",
    ),
    (
        talk(conversation_history=[asked(0, "a"), reply(0, "b", 3), asked(1, "c")]),
        "line 2: turn 0 has no chosen reply",
    ),
    (
        talk(conversation_history=[asked(0, "a"), reply(0, "b", 3, chosen=True), asked(2, "c")]),
        "line 2: the turns are numbered from 0 on without a gap",
    ),
    (talk(conversation_history=[{"turn": 0, "role": "bot"}]), "role 'user' or 'model', not 'bot'"),
    (
        talk(conversation_history=[asked(0, "a"), reply(0, "b", 3) | {"if_chosen": "yes"}]),
        "line 2: 'if_chosen' is true or false, not 'yes'",
    ),
    (TALK, "line 2: the conversation 'prism-c1' is there already"),
    ("{", "line 2: not JSON"),
    ("[1]", "line 2: not an object but list"),
]


@pytest.mark.parametrize(("row", "said"), BROKEN)
def test_a_bad_row_is_named_and_the_others_are_read(tmp_path, row, said):
    other = talk(conversation_id="c2")
    found = read_conversations(write(tmp_path / "c.jsonl", [TALK, row, other]))
    assert [one.id for one in found.talks] == ["prism-c1", "prism-c2"]
    (error,) = found.bad
    with pytest.raises(PersonaEnvError, match=said):
        raise error


def test_a_bad_utterance_leaves_its_conversation_out(tmp_path):
    rows = utterances(TALK) + utterances(talk(conversation_id="c2"))
    rows[2]["score"] = 0
    found = read_conversations(write(tmp_path / "u.jsonl", rows))
    assert [one.id for one in found.talks] == ["prism-c2"]
    assert [str(error).partition("u.jsonl, ")[2] for error in found.bad] == [
        "line 3: 'score' is a number from 1 to 100, not 0"
    ]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (wild("b", message("assistant", "Hi.")), "do not speak in turn"),
        (wild("b", message("user", "a"), message("user", "b")), "do not speak in turn"),
        (wild("b", message("user", " ")), "message 0 of the conversation is blank"),
        (wild("b", message("tool", "x")), "role 'tool'"),
        (wild("b") | {"conversation": "Hi"}, "is a list of messages, not str"),
    ],
)
def test_bad_rows_of_wildchat(tmp_path, row, said):
    found = read_conversations(write(tmp_path / "w.jsonl", [WILD[0], row]))
    assert len(found.talks) == 1
    assert len(found.bad) == 1
    assert "w.jsonl, line 2" in str(found.bad[0])
    assert said in str(found.bad[0])


def test_a_bad_person_is_named(tmp_path):
    prefs = PERSON["stated_prefs"] | {"safety": 120}
    rows = [PERSON, PERSON | {"user_id": "u8", "stated_prefs": prefs}, PERSON]
    found = read_conversations(write(tmp_path / "s.jsonl", rows))
    assert [str(error).partition("s.jsonl, ")[2] for error in found.bad] == [
        "line 2: 'stated_prefs': 'safety' is a number from 0 to 100, not 120",
        "line 3: the user 'user7' is there already",
    ]


def test_a_reply_without_a_score_is_compared_with_none(tmp_path):
    history = [*TALK["conversation_history"], reply(1, "Hm.", None)]
    found = read_conversations(write(tmp_path / "c.jsonl", [talk(conversation_history=history)]))
    assert found.unrated == 1
    assert len(found.comparisons()) == 7


def test_comparisons_in_other_formats_are_taken_too(tmp_path):
    arena = {
        "conversation_a": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}],
        "conversation_b": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "c"}],
        "winner": "model_a",
    }
    path = write(tmp_path / "arena.jsonl", [arena, arena | {"winner": "nobody"}])
    found = read_conversations(path)
    assert [one.label for one in found.comparisons()] == ["first"]
    assert len(found.bad) == 1


def test_a_limit(tmp_path):
    assert len(read_conversations(write(tmp_path / "w.jsonl", WILD), limit=1).talks) == 1
    with pytest.raises(PersonaEnvError, match="limit"):
        read_conversations(tmp_path / "w.jsonl", limit=0)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([], "no rows"),
        (["{"], "no rows: .*line 1: not JSON"),
        ([{"question": "?"}], "of no format that is known. Known: PRISM conversations"),
        ([talk(user_id="")], "no row of it is good"),
    ],
)
def test_files_of_which_nothing_is_good(tmp_path, rows, said):
    with pytest.raises(PersonaEnvError, match=said):
        read_conversations(write(tmp_path / "x.jsonl", rows))


def test_other_ways_to_hold_rows(tmp_path, prism):
    whole = read_conversations(prism).comparisons()
    listed = tmp_path / "c.json"
    listed.write_text(json.dumps([TALK]), encoding="utf-8")
    assert read_conversations(listed).comparisons() == whole


def test_parquet(tmp_path, prism):
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    path = tmp_path / "c.parquet"
    parquet.write_table(pyarrow.Table.from_pylist([TALK, talk(conversation_id="c2")]), path)
    found = read_conversations(path)
    assert len(found.talks) == 2
    assert found.comparisons()[:7] == read_conversations(prism).comparisons()
    survey = tmp_path / "s.parquet"
    parquet.write_table(pyarrow.Table.from_pylist([PERSON]), survey)
    assert read_conversations(survey).users["user7"].protected.religion == "quaker"


def test_which_turns(prism):
    with pytest.raises(UnknownNameError, match="Did you mean 'first'"):
        read_conversations(prism).prompts("frist")


def test_where_comparisons_alone_are_read_the_command_is_named(prism):
    with pytest.raises(PersonaEnvError, match="persona-env import"):
        read_comparisons(prism)
