# ruff: noqa: E501
"""The user profile: roles, round trips, errors, the numeric view, and the bundled users."""

from __future__ import annotations

import json
import pprint
import tomllib
import traceback
from typing import get_args

import gymnasium as gym
import numpy as np
import pytest
import tomli_w
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from rich.pretty import pretty_repr

from persona_env import (
    Exchange,
    TermView,
    UserProfile,
    evaluate,
    load_profile,
    load_profiles,
    load_scenarios,
    vector_names,
)
from persona_env.auditor.context import look
from persona_env.envs.chat import PersonaChatEnv
from persona_env.errors import PersonaEnvError, ProfileError, UnknownNameError, read_error
from persona_env.evaluation.scores import Answer
from persona_env.scenarios.case import Case, view_case
from persona_env.simulation.user import UserCase, Utterance
from persona_env.suites.requests import Suite
from persona_env.users.description import describe
from persona_env.users.profile import (
    TARGETS,
    AgeBand,
    Context,
    ExpertiseField,
    Preferences,
    Protected,
    Topic,
)
from persona_env.users.toml_format import format_profile, parse_profile
from persona_env.users.vector import user_vector
from persona_env.vector import PersonaVectorEnv
from persona_env.wrappers import TokenActions

from ..support import tiny_codec

# --- any profile --------------------------------------------------------------------------------

# Every character but surrogates: line breaks, quotes, controls, DEL, emoji, right-to-left.
TEXT = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        ['"', "\\", "\n", "\x7f", "\x00", "a\tb", "\x85", "\u2028", "ñ 你 🙂", "'''", "#", "[x]"]
    ),
)
WEIGHT = st.floats(0, 10)
PHRASES = st.lists(st.text(min_size=1, max_size=8), max_size=3)


def wish(targets):
    return st.one_of(targets, st.fixed_dictionaries({"target": targets, "weight": WEIGHT}))


def some(**fields):
    return st.fixed_dictionaries({}, optional=fields)


def free_name(name):
    """Whether no field has this name, so that an extension of any role may: hypothesis finds some."""
    try:
        for role in ("preference", "context"):
            UserProfile(id="x", extensions={name: {"role": role, "value": True}})
    except ProfileError:
        return False
    return True


WISHES = {name: wish(st.sampled_from(targets)) for name, targets in TARGETS.items()}
WISHES |= {
    "confidence_target": wish(st.floats(0, 1, exclude_max=True)),
    "avoid": wish(PHRASES),
}
CONTEXT = {
    "age_band": st.sampled_from(get_args(AgeBand)),
    "languages": st.lists(st.sampled_from(["en", "es", "zh"]), unique=True),
    "expertise": st.lists(
        st.fixed_dictionaries(
            {"field": st.sampled_from(get_args(ExpertiseField)), "verified": st.booleans()}
        ),
        max_size=3,
    ),
    "vulnerabilities": st.lists(st.sampled_from(get_args(Topic)), max_size=3),
    "beliefs": st.lists(TEXT, max_size=2),
    "locale": TEXT,
    "device": TEXT,
    "accessibility": st.lists(TEXT, max_size=2),
}
VALUE = st.one_of(TEXT, st.floats(allow_nan=False, allow_infinity=False), st.booleans(), PHRASES)
EXTENSION = st.fixed_dictionaries(
    {"role": st.sampled_from(["preference", "context", "protected", "secret"]), "value": VALUE}
)
EXTENSION_NAME = TEXT.filter(free_name)
PROFILE = st.builds(
    UserProfile.model_validate,
    st.fixed_dictionaries(
        {"id": st.text(min_size=1, max_size=8)},
        optional={
            "split": st.sampled_from(["train", "heldout"]),
            "preferences": some(**WISHES),
            "context": some(**CONTEXT),
            "protected": some(**dict.fromkeys(Protected.model_fields, TEXT)),
            "secrets": st.dictionaries(TEXT, TEXT, max_size=2),
            "extensions": st.dictionaries(EXTENSION_NAME, EXTENSION, max_size=2),
            "weights": st.dictionaries(TEXT, WEIGHT, max_size=2),
        },
    ),
)


def test_the_strategy_fills_every_field():
    assert set(WISHES) == set(Preferences.model_fields)
    assert set(CONTEXT) == set(Context.model_fields)


@settings(max_examples=300, deadline=None)
@given(PROFILE)
def test_toml_round_trip(user):
    assert parse_profile(format_profile(user)) == user


@settings(max_examples=200, deadline=None)
@given(PROFILE)
def test_json_round_trip(user):
    assert UserProfile.model_validate_json(user.model_dump_json()) == user


@settings(max_examples=200, deadline=None)
@given(PROFILE)
def test_vector_of_any_profile(user):
    vector = user_vector(user)
    assert vector.dtype == np.float32
    assert vector.shape == (len(vector_names()),)
    assert ((vector >= 0) & (vector <= 10)).all()


@settings(max_examples=200, deadline=None)
@given(PROFILE)
def test_render_shows_neither_protected_nor_secret_fields(user):
    mark = "\ue000 mark \ue001"
    assume(mark not in describe(user))
    names = dict.fromkeys(Protected.model_fields, mark)
    marked = user.twin(**names).model_copy(update={"secrets": {"door_code": mark}})
    assert mark not in describe(marked)
    assert describe(marked, protected=True).count(mark) == len(names)
    assert describe(marked, secrets=("door_code", "none_such")).count(mark) == 1


# --- reading ------------------------------------------------------------------------------------


def test_everything_may_be_unknown():
    user = parse_profile('id = "ana"')
    assert user == UserProfile(id="ana")
    assert not user_vector(user).any()
    assert describe(user) == ""
    for path in UserProfile.roles():
        assert user.value(path) in (None, (), {})


@pytest.mark.parametrize("section", ["preferences", "context", "protected"])
def test_an_empty_section_is_legal(section):
    assert parse_profile(f'id = "ana"\n[{section}]\n') == UserProfile(id="ana")


def test_a_bare_target_is_short_for_a_wish():
    short = UserProfile(id="ana", preferences={"tone": "warm"})
    long = UserProfile(id="ana", preferences={"tone": {"target": "warm", "weight": 1.0}})
    assert short == long


WRONG = {
    "split": ('id = "ana"\nsplit = "tain"', 2, "split", ["'train'", "'heldout'"], "train"),
    "wish": ('id = "ana"\n[preferences]\nlenght = "brief"', 3, "preferences.lenght", ["'length'"], "length"),
    "target": ('id = "ana"\n[preferences]\nlength = "breif"', 3, "length", ["'medium'"], "brief"),
    "section": ('id = "ana"\n[preference]\nlength = "brief"', 2, "preference", ["'context'"], "preferences"),
    "weight": (
        'id = "ana"\n[preferences]\ntone = { target = "warm", wieght = 2 }', 3, "wieght", ["'weight'"], "weight",
    ),
    "context": ('id = "ana"\n[context]\nage = "child"', 3, "context.age", ["'age_band'"], "age_band"),
    "age": ('id = "ana"\n[context]\nage_band = "adlt"', 3, "context.age_band", ["'senior'"], "adult"),
    "language": ('id = "ana"\n[context]\nlanguages = ["en", "ze"]', 3, "languages", ["'es'"], "zh"),
    "expertise": (
        'id = "ana"\n[context]\nexpertise = [{ field = "medicin" }]', 3, "field", ["'law'"], "medicine",
    ),
    "topic": ('id = "ana"\n[context]\nvulnerabilities = ["drug"]', 3, "vulnerabilities", ["'fire'"], "drugs"),
    "protected": ('id = "ana"\n\n[protected]\ngendr = "female"', 4, "gendr", ["'religion'"], "gender"),
    "role": (
        'id = "ana"\n[extensions]\nmood = { role = "preferences", value = 1 }', 3, "role", ["'secret'"], "preference",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_an_error_names_file_line_key_the_allowed_and_the_nearest(name, tmp_path):
    text, line, key, allowed, near = WRONG[name]
    path = tmp_path / "ana.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ProfileError) as raised:
        load_profile(path)
    message = str(raised.value)
    assert message.startswith(f"{path}, line {line}: ")
    assert key in message
    assert all(word in message for word in allowed)
    assert f"Did you mean {near!r}?" in message


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ('id = \nsplit = "train"', ["line 1"]),
        ("[preferences]\nlength = 'brief'", ["id", "required"]),
        ('id = ""', ["line 1", "id"]),
        (
            'id = "a"\n[preferences]\ntone = { target = "warm", weight = 11 }',
            ["line 3", "weight", "10"],
        ),
        (
            'id = "a"\n[preferences]\ntone = { target = "warm", weight = -1 }',
            ["line 3", "weight", "0"],
        ),
        ('id = "a"\n[preferences]\nconfidence_target = 1.0', ["line 3", "[0, 1)"]),
        ('id = "a"\n[preferences]\nconfidence_target = true', ["line 3", "[0, 1)"]),
        ('id = "a"\n[preferences]\navoid = "word"', ["line 3", "list"]),
        ('id = "a"\n[preferences]\navoid = [""]', ["line 3", "non-empty"]),
        ('id = "a"\n[preferences]\navoid = 3', ["line 3", "avoid", "list"]),
        ('id = "a"\n[weights]\ntone = 99', ["line 3", "weights.tone", "10"]),
        ('id = "a"\n[secrets]\ncode = 3', ["line 3", "secrets.code", "string"]),
        ("preferences = 3\nid = 'a'", ["line 1", "preferences"]),
    ],
)
def test_wrong_values(text, parts):
    with pytest.raises(ProfileError) as raised:
        parse_profile(text, "ana.toml")
    for part in ("ana.toml", *parts):
        assert part in str(raised.value)


def test_every_error_of_a_file_is_told_at_once():
    text = 'id = "a"\n[preferences]\nlenght = "brief"\n[context]\nage_band = "kid"'
    with pytest.raises(ProfileError) as raised:
        parse_profile(text, "a.toml")
    assert [line.split(":")[0] for line in str(raised.value).splitlines()] == [
        "a.toml, line 3", "a.toml, line 5",
    ]  # fmt: skip


def test_a_missing_file_and_an_unknown_name(tmp_path):
    with pytest.raises(ProfileError, match="No such file"):
        load_profile(tmp_path / "ana.toml")
    with pytest.raises(UnknownNameError, match="Did you mean 'nora'"):
        load_profile("norah")


def test_a_file_without_its_ending_is_found_beside(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bob.toml").write_text('id = "bob"', encoding="utf-8")
    with pytest.raises(ProfileError, match=r"a file needs its ending: give 'bob\.toml'"):
        load_profile("bob")


def test_broken_toml_and_a_profile_without_an_id_say_what_is_wrong():
    with pytest.raises(ProfileError, match=r"^a\.toml: not valid TOML: "):
        parse_profile('id = "ana', "a.toml")
    with pytest.raises(ProfileError, match=r'smallest profile is the line id = "ana"$'):
        parse_profile('split = "train"', "a.toml")


@pytest.mark.parametrize("name", ["ana.TOML", "ana.Toml"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_file_as_windows_writes_it(tmp_path, name, end):
    path = tmp_path / name
    text = f'id = "zoë"{end}[preferences]{end}length = "brief"{end}'
    path.write_bytes(text.encode("utf-8-sig"))
    assert load_profile(path).id == load_profile(str(path)).id == "zoë"


@pytest.mark.parametrize("code", ["utf-16", "latin-1"])
def test_a_profile_in_another_encoding_is_an_error_that_names_it(tmp_path, code):
    path = tmp_path / "ana.toml"
    path.write_bytes('id = "zoë"\n'.encode(code))
    with pytest.raises(ProfileError, match=r"ana\.toml: not UTF-8"):
        load_profile(path)


@pytest.mark.parametrize("name", ["ana.json", "ana.yaml", "ana"])
def test_a_file_of_another_format_is_told_what_is_read(tmp_path, name):
    path = tmp_path / name
    path.write_text('{"id": "ana"}', encoding="utf-8")
    with pytest.raises(ProfileError, match=r"expected a TOML file, with the ending '\.toml'"):
        load_profile(path)


# --- roles --------------------------------------------------------------------------------------


def test_every_field_has_a_role():
    roles = UserProfile.roles()
    expected = {f"preferences.{n}": "preference" for n in Preferences.model_fields}
    expected |= {f"context.{n}": "context" for n in Context.model_fields}
    expected |= {f"protected.{n}": "protected" for n in Protected.model_fields}
    assert roles == expected | {"secrets": "secret"}
    for name in ("gender", "ethnicity", "religion", "nationality"):
        assert roles[f"protected.{name}"] == "protected"


def test_extensions_declare_their_role():
    user = UserProfile(id="ana", extensions={"mood": {"role": "context", "value": "good"}})
    assert user.all_roles()["extensions.mood"] == "context"
    assert user.value("extensions.mood") == "good"
    assert user.value("extensions.other") is None
    with pytest.raises(ProfileError, match="role"):
        parse_profile('id = "a"\n[extensions]\nmood = { value = "good" }')


PROTECTED_NAMES = [
    *Protected.model_fields, "Gender", "sexual orientation", "RELIGION ", "sexualOrientation",
    "protected.gender", "ｇｅｎｄｅｒ", "full-name", "race",
    "ethnic_group", "ethnicBackground", "my_gender", "user religion", "religious_affiliation", "religions",
    "gender_and_pronouns", "race_ethnicity", "country-of-birth", "national_origin", "skin_color",
    "self_reported_gender", "disability_status", "firstname", "given_names", "LGBTQ",
    "género", "GENERO", "identidad de género", "religión", "origen_étnico", "país_de_nacimiento",
    "orientaciónSexual", "discapacidad", "apellidos", "nombre completo",
    "性别", "用户的性别", "宗教信仰", "族裔背景", "国籍", "性取向", "残疾情况", "姓名",
    "nationalité", "prénom", "geschlecht", "staatsangehörigkeit", "religião", "disabilità",
]  # fmt: skip


@pytest.mark.parametrize("role", ["preference", "context", "secret"])
@pytest.mark.parametrize("name", PROTECTED_NAMES)
def test_a_protected_field_gets_no_other_role_by_extension(name, role):
    """Not even that of a secret, which a term may declare."""
    with pytest.raises(ProfileError, match=r"set 'protected\.[a-z_]+' instead, or give the ext"):
        UserProfile(id="ana", extensions={name: {"role": role, "value": "x"}})


@pytest.mark.parametrize("name", PROTECTED_NAMES)
def test_a_protected_name_may_have_the_role_protected(name):
    user = UserProfile(id="ana", extensions={name: {"role": "protected", "value": "x"}})
    assert "x" not in describe(user)


@pytest.mark.parametrize("section", ["context", "preferences"])
@pytest.mark.parametrize("name", PROTECTED_NAMES)
def test_a_protected_field_stands_in_no_other_section(section, name):
    with pytest.raises(ProfileError, match=r"must never move a reward: set 'protected\.[a-z_]+'"):
        UserProfile.model_validate({"id": "ana", section: {name: "x"}})
    with pytest.raises(ProfileError, match=r"ana\.toml, line 3: .* set 'protected\.") as raised:
        parse_profile(tomli_w.dumps({"id": "ana", section: {name: HUSH}}), "ana.toml")
    assert HUSH not in str(raised.value)


@pytest.mark.parametrize("role", ["preference", "context"])
def test_secrets_get_no_other_role_by_extension(role):
    with pytest.raises(ProfileError, match="set 'secrets' instead, or give the extension"):
        UserProfile(id="ana", extensions={"secrets": {"role": role, "value": "x"}})


FREE_NAMES = [
    "nickname", "username", "genders_of_nouns", "racing", "units", "race_time", "races_run",
    "gender_neutral_tone", "file_name", "group_name", "name_format", "naming", "project_names",
    "ethnic_cuisine", "religious_holidays_off", "sex_education", "golf_handicap", "genre", "origin",
    "page_orientation", "country", "national_team", "beliefs", "accessibility", "disabled",
    "faith_in_sources", "género_literario", "nombre_de_archivo", "tiempo_de_carrera", "raza_del_perro",
    "文件名", "性格", "性能", "民族音乐", "宗教史", "用户", "user", "of", "", "___", "status",
]  # fmt: skip


@pytest.mark.parametrize("name", FREE_NAMES)
def test_a_name_that_only_looks_protected_is_free(name):
    user = UserProfile(id="ana", extensions={name: {"role": "context", "value": "x"}})
    assert user.value(f"extensions.{name}") == "x"


def test_the_error_of_a_protected_name_says_which_field_to_set():
    for name, field in (
        ("ethnic_group", "ethnicity"),
        ("国籍", "nationality"),
        ("raza", "ethnicity"),
    ):
        with pytest.raises(ProfileError, match=f"set 'protected.{field}' instead"):
            UserProfile(id="ana", extensions={name: {"role": "context", "value": "x"}})


@pytest.mark.parametrize(
    ("name", "role"), [("age_band", "preference"), ("tone", "context"), ("age-band", "preference")]
)
def test_a_field_of_the_schema_keeps_its_role(name, role):
    with pytest.raises(ProfileError, match="has the role"):
        UserProfile(id="ana", extensions={name: {"role": role, "value": "x"}})


def test_an_extension_may_go_beyond_a_field_but_not_beside_it():
    """A wish that the schema has no word for stands alone; two wishes would be one too many."""
    beyond = {"length": {"role": "preference", "value": "one word"}}
    assert UserProfile(id="ana", extensions=beyond).value("extensions.length") == "one word"
    with pytest.raises(ProfileError, match="repeats the field 'pref"):
        UserProfile(id="ana", preferences={"length": "brief"}, extensions=beyond)


@pytest.mark.parametrize("role", ["protected", "secret"])
def test_an_extension_may_be_more_private_than_a_field(role):
    user = UserProfile(id="ana", extensions={"age_band": {"role": role, "value": "x"}})
    assert user.all_roles()["extensions.age_band"] == role


def test_a_file_with_a_protected_extension_says_where():
    text = 'id = "ana"\n[extensions]\ngender = { role = "context", value = "x" }'
    with pytest.raises(ProfileError, match=r"ana.toml, line 2: extensions: 'gender' has the role"):
        parse_profile(text, "ana.toml")


# --- what is printed -----------------------------------------------------------------------------

HUSH = "0451-hush"
PRIVATE = UserProfile(
    id="ana",
    preferences={"tone": "warm"},
    protected={"religion": HUSH, "name": HUSH},
    secrets={"door_code": HUSH},
    extensions={
        "alarm": {"role": "secret", "value": HUSH},
        "party": {"role": "protected", "value": (HUSH,)},
        "units": {"role": "context", "value": "metric"},
    },
)
PRINTED = {
    "repr": repr,
    "str": str,
    "f-string": lambda it: f"{it} {it!r} {it!s}",
    "percent": lambda it: "%s %r" % (it, it),  # noqa: UP031
    "pprint": pprint.pformat,
    "rich": pretty_repr,
    "in a list": lambda it: repr([it, {"user": it}]),
    "exchange": lambda it: repr(Exchange(None, it, "No.", "en")),
    "case": lambda it: repr(Case(ASKED, it)),
    "view of a case": lambda it: repr(view_case(ASKED, it, "full")),
    "speaker": lambda it: f"{UserCase(ASKED, it, 'en')} {Utterance('So.', user=it)}",
    "spec": lambda it: repr(gym.make("PersonaChat-v0", profiles=[it]).spec),
    "fields": lambda it: repr([it.protected, it.extensions, str(it.protected)]),
    "error": lambda it: str(ValueError(it)),
}


ASKED = load_scenarios(category="fact")[0].model_copy(update={"secret": "door_code"})


@pytest.mark.parametrize("way", PRINTED.values(), ids=PRINTED)
def test_a_printed_profile_shows_no_private_value(way):
    said = way(PRIVATE)
    assert HUSH not in said
    assert "***" in said


def things_around():
    """What holds a profile, and is printed without showing it."""
    env = PersonaChatEnv(profiles=[PRIVATE], scenarios=[ASKED], render_mode="ansi", max_turns=2)
    observation, _ = env.reset(seed=0)
    assert HUSH in observation["user"]  # the scenario is about it
    env.step("No.")
    exchange = env.exchange("No.")
    yield from (env, env.cases, env._meetings, env.user_simulator, env.terms, env._verdict)
    yield from (gym.make("PersonaChat-v0", profiles=[PRIVATE]), TokenActions(env, tiny_codec()))
    yield from (PersonaVectorEnv(env, 2), TermView.of(exchange, ("secrets", "extensions.alarm")))
    yield from (exchange, look(env, Case(ASKED, PRIVATE), {}))
    yield Answer(Case(ASKED, PRIVATE), "No.")
    yield Suite("own", (Case(ASKED, PRIVATE),))
    yield evaluate(lambda seen: ["No."] * len(seen), env, episodes=1)


def test_what_holds_a_profile_prints_no_private_value():
    for one in things_around():
        for said in (repr(one), str(one), f"{one}", pprint.pformat(one), pretty_repr(one)):
            assert HUSH not in said, type(one)


@pytest.mark.parametrize(
    "wrong", [{"pin": HUSH}, [HUSH, [HUSH]], PRIVATE, {"user": PRIVATE}], ids=type
)
def test_a_reply_that_is_none_is_not_printed(wrong):
    for env in (PersonaChatEnv(), PersonaVectorEnv(PersonaChatEnv(), 1)):
        env.reset(seed=0)
        with pytest.raises(PersonaEnvError) as raised:
            env.step(wrong)
        assert HUSH not in str(raised.value)


def test_what_is_not_private_is_printed():
    said = repr(PRIVATE)
    for part in ("id='ana'", "target='warm'", "religion='***'", "'door_code': '***'", "'metric'"):
        assert part in said
    assert "gender" not in said


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": None},
        {"secrets": {"door_code": [HUSH]}},
        {"secrets": HUSH},
        {"protected": {"religion": [HUSH]}},
        {"protected": HUSH},
        {"protectd": {"religion": HUSH}},
        {"secret": HUSH},
        {"extensions": {"alarm": {"role": "secret", "value": {"a": HUSH}}}},
        {"extensions": {"gender": {"role": "context", "value": HUSH}}},
    ],
    ids=str,
)
def test_an_error_shows_no_private_value(wrong):
    fields = {**PRIVATE.model_dump(), **wrong}
    with pytest.raises(ProfileError) as raised:
        UserProfile.model_validate(fields)
    assert HUSH not in "".join(traceback.format_exception(raised.value))
    assert HUSH not in read_error("ana", raised.value.__cause__)
    with pytest.raises(ProfileError) as raised:
        parse_profile(tomli_w.dumps(known(fields)), "ana.toml")
    assert HUSH not in "".join(traceback.format_exception(raised.value))


MISTAKES = [
    ({"preferences": {"lenght": "brief"}}, "preferences.lenght: unknown key. Allowed: ['avoid', "),
    ({"preferences": {"lenght": "brief"}}, "Did you mean 'length'?"),
    (
        {"preferences": {"tone": "friendly"}},
        "preferences.tone: 'friendly' is not one of ['warm', 'neutral'].",
    ),
    (
        {"context": {"age_band": "chid"}},
        "context.age_band: 'chid' is not one of ['child', 'teen', 'adult', 'senior']. "
        "Did you mean 'child'?",
    ),
    (
        {"weights": {"tone": 11}},
        "weights.tone: Input should be less than or equal to 10 (given: 11)",
    ),
    (
        {"extensions": {"units": {"rol": "context", "value": "x"}}},
        "extensions.units.rol: unknown key. Allowed: ['role', 'value']. Did you mean 'role'?",
    ),
    ({"preference": {}}, "preference: unknown key. Allowed: ['context', 'extensions', 'id', "),
]


@pytest.mark.parametrize(("wrong", "said"), MISTAKES, ids=lambda one: str(one)[:40])
def test_a_mistake_is_told_in_the_same_words_however_a_user_is_made(wrong, said):
    fields = {"id": "bo", **wrong}
    made = (
        lambda: UserProfile(**fields),
        lambda: UserProfile.model_validate(fields),
        lambda: parse_profile(tomli_w.dumps(fields), "bo.toml"),
    )
    for make, where in zip(made, ("user 'bo': ", "user 'bo': ", "bo.toml"), strict=True):
        with pytest.raises(ProfileError) as raised:
            make()
        assert isinstance(raised.value, ValueError)
        told = str(raised.value)
        assert said in told
        assert told.startswith(where)
        assert "pydantic.dev" not in told
    with pytest.raises(ProfileError) as raised:
        UserProfile.model_validate_json(json.dumps(fields))
    assert said in str(raised.value)


def test_a_user_without_an_id_is_told_so():
    with pytest.raises(
        ProfileError,
        match=r"^user: id: required, and missing. The smallest profile is the line id = .ana.$",
    ):
        UserProfile(preferences={"length": "brief"})
    with pytest.raises(ProfileError, match=r"^user: profile: Input should be a valid dictionary"):
        UserProfile.model_validate(["bo"])


def known(value):
    """What TOML can hold: all but ``None``."""
    if isinstance(value, dict):
        return {name: known(one) for name, one in value.items() if one is not None}
    return value


def test_what_is_masked_is_whole_where_it_is_stored():
    assert UserProfile.model_validate_json(PRIVATE.model_dump_json()) == PRIVATE
    assert parse_profile(format_profile(PRIVATE)) == PRIVATE
    assert PRIVATE.secrets == {"door_code": HUSH}
    assert PRIVATE.protected.religion == HUSH
    assert PRIVATE.value("extensions.party") == (HUSH,)
    assert PRIVATE.twin(religion="another") != PRIVATE
    assert HUSH in describe(PRIVATE, ("door_code",), True)


def test_a_profile_is_frozen():
    user = load_profile("nora")
    for owner, name in ((user, "id"), (user.preferences, "length"), (user.context, "age_band")):
        with pytest.raises(ValidationError, match="frozen"):
            setattr(owner, name, None)
    with pytest.raises(ValidationError, match="frozen"):
        user.preferences.length.target = "brief"


def test_a_profile_can_be_a_key():
    assert {load_profile("nora"): 1}[parse_profile(format_profile(load_profile("nora")))] == 1


def test_twin_changes_protected_fields_alone():
    nora = load_profile("nora")
    twin = nora.twin(gender="male", religion=None)
    assert (twin.protected.gender, twin.protected.name) == ("male", "Nora")
    assert twin.model_dump(exclude={"protected"}) == nora.model_dump(exclude={"protected"})
    assert nora.protected.gender == "female"
    with pytest.raises(ProfileError):
        nora.twin(tone="warm")


def test_weigh_adds_and_keeps():
    user = UserProfile(id="ana", weights={"tone": 2.0}).weigh(length=0.5)
    assert user.weights == {"tone": 2.0, "length": 0.5}
    with pytest.raises(ProfileError):
        user.weigh(length=-1)


# --- the numeric view ---------------------------------------------------------------------------


def test_vector_worked_by_hand():
    user = UserProfile(
        id="ana",
        preferences={
            "length": {"target": "brief", "weight": 2}, "tone": "warm", "confidence_target": 0.7,
            "avoid": {"target": ["delve"], "weight": 3},
        },
        context={
            "age_band": "teen", "languages": ["es", "zh"], "vulnerabilities": ["alcohol"],
            "expertise": [{"field": "law", "verified": True}, {"field": "chemistry"}],
        },
    )  # fmt: skip
    lit = {n: float(x) for n, x in zip(vector_names(), user_vector(user), strict=True) if x}
    assert lit == pytest.approx(
        {
            "length=brief": 2.0, "tone=warm": 1.0, "confidence_target": 0.7, "avoid": 3.0,
            "age_band=teen": 1.0, "reads=es": 1.0, "reads=zh": 1.0, "vulnerable=alcohol": 1.0,
            "verified=law": 1.0, "claimed=chemistry": 1.0,
        }
    )  # fmt: skip


def test_vector_axes_are_unique_and_blind_to_protected_fields():
    names = vector_names()
    assert len(set(names)) == len(names)
    assert not [n for n in names if any(p in n for p in ("gender", "religion", "ethnic", "nation"))]
    nora = load_profile("nora")
    assert (
        user_vector(nora).tobytes()
        == user_vector(nora.twin(gender="x", religion="y", name=None)).tobytes()
    )


def test_render_says_every_wish():
    """No two wishes read the same, so that who reads the description can tell users apart."""
    said = {}
    for name, targets in TARGETS.items():
        for target in targets:
            shown = describe(UserProfile(id="a", preferences={name: target}))
            assert shown.startswith("Wants: ")
            assert shown not in said, (name, target, said[shown])
            said[shown] = (name, target)


# --- the bundled users --------------------------------------------------------------------------

USERS = load_profiles()


def test_bundled_users_are_many_and_in_both_splits():
    assert len(USERS) >= 24
    assert {user.split for user in USERS} == {"train", "heldout"}
    assert min(len(load_profiles(split)) for split in ("train", "heldout")) >= 8
    assert len({user.id for user in USERS}) == len(USERS)


@pytest.mark.parametrize("split", ["train", "all"])
def test_both_ends_of_every_preference_are_present(split):
    for name, targets in TARGETS.items():
        held = {
            w.target
            for u in load_profiles(split)
            if (w := getattr(u.preferences, name)) is not None
        }
        ends = {"es", "mix"} if name == "language" else {targets[0], targets[-1]}
        missing = ends - held
        assert not missing, f"{split}: nobody wants {name} = {sorted(missing)}"


def test_bundled_users_differ_where_they_should():
    bars = [w.target for u in USERS if (w := u.preferences.confidence_target) is not None]
    assert min(bars) <= 0.5 < max(bars)
    assert any(user.preferences.avoid for user in USERS)
    assert any(w.weight != 1 for u in USERS for _, w in u.preferences if w is not None)
    assert {code for user in USERS for code in user.context.languages} == {"en", "es", "zh"}
    assert any(user.context.age_band == "child" for user in USERS)
    assert any(user.context.vulnerabilities for user in USERS)
    assert any(user.secrets for user in USERS)
    mixers = [u for u in USERS if u.preferences.language and u.preferences.language.target == "mix"]
    assert mixers
    assert all(len(user.context.languages) >= 2 for user in mixers)


def test_verified_and_claimed_expertise_in_the_same_field():
    fields = {
        how: {e.field for u in USERS for e in u.context.expertise if e.verified is how}
        for how in (True, False)
    }
    assert fields[True] & fields[False]


def test_some_users_differ_in_protected_fields_alone():
    groups = {}
    for user in USERS:
        rest = user.model_dump_json(exclude={"id", "split", "protected", "secrets"})
        groups.setdefault(rest, []).append(user)
    pairs = [group for group in groups.values() if len(group) > 1]
    assert pairs
    for group in pairs:
        assert len({user.protected for user in group}) == len(group)


def test_bundled_files_say_what_they_hold():
    from importlib import resources

    for user in USERS:
        text = (
            resources.files("persona_env.user_profiles")
            .joinpath(f"{user.id}.toml")
            .read_text("utf-8")
        )
        assert text.startswith("# ")
        assert tomllib.loads(text)["split"] == user.split
