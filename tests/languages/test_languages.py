"""What each language's folder holds, and what is said of one that is wrong."""

from __future__ import annotations

import re

import pytest
from pydantic import TypeAdapter, ValidationError

from persona_env import load_scenarios, vector_names
from persona_env.detectors import language
from persona_env.errors import LanguageError, ScenarioError, UnknownNameError
from persona_env.languages import (
    HAN,
    LANGUAGES,
    LATIN,
    Language,
    LanguageFacts,
    Morphology,
    OwnWords,
    files,
    language_data,
    language_entry,
    load_own_words,
    missing_parts,
    morphology,
    words,
)
from persona_env.languages.lexicon import list_names
from persona_env.scenarios.loader import read_scenario_file
from persona_env.text.dictionary import is_known
from persona_env.text.lexicon import pattern
from persona_env.users.profile import TARGETS

CODES = TypeAdapter(Language)


def test_the_languages_are_the_folders_in_order():
    assert LANGUAGES == ("en", "es", "zh")
    assert (LATIN, HAN) == (("en", "es"), ("zh",))
    assert {path.parent.name for path in files.ROOT.glob("*/language.toml")} == set(LANGUAGES)
    assert TARGETS["language"] == ("en", "es", "zh", "mix")
    reads = [name for name in vector_names() if name.startswith("reads=")]
    assert reads == ["reads=en", "reads=es", "reads=zh"]
    assert len(vector_names()) == 74


@pytest.mark.parametrize("code", LANGUAGES)
def test_nothing_is_missing(code):
    assert missing_parts(code) == ()


def test_what_is_missing_is_asked_of_a_language_there_is():
    with pytest.raises(UnknownNameError, match=r"unknown language 'sp'.*Known.*'es'"):
        missing_parts("sp")


@pytest.mark.parametrize(("code", "near"), [("ze", "zh"), ("sp", "es"), ("eng", "en")])
def test_an_unknown_language_names_the_known_and_the_nearest(code, near):
    assert CODES.validate_python("es") == "es"
    with pytest.raises(ValidationError) as raised:
        CODES.validate_python(code)
    assert f"{code!r} is not one of ['en', 'es', 'zh']. Did you mean {near!r}?" in str(raised.value)


def test_a_scenario_in_an_unknown_language(tmp_path):
    path = tmp_path / "fact.toml"
    head = 'category = "fact"\n[families]\na = "train"\n[[scenario]]\nid = "x"\nfamily = "a"\n'
    path.write_text(head + '[scenario.sp]\nprompt = "a"\nanswer = "b"\n', encoding="utf-8")
    with pytest.raises(ScenarioError, match=r"scenario 'x': .*'sp' is not one of .*mean 'es'"):
        read_scenario_file(path)


FACTS_OF_ONE = {"name": "X", "order": 9, "script": "latin"}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"script": "greek"}, "script"),
        ({"script": "han"}, "characters_per_word"),
        ({"characters_per_word": 2}, "characters_per_word"),
        ({"reading_level": [5, 4]}, "reading_level"),
        ({"script": "han", "characters_per_word": 1, "character_set": "gb9"}, "gb9"),
        ({"ordr": 1}, "ordr"),
    ],
)
def test_facts_that_cannot_be(change, said):
    assert LanguageFacts(**FACTS_OF_ONE).order == 9
    with pytest.raises(ValidationError, match=said):
        LanguageFacts(**{**FACTS_OF_ONE, **change})


def test_accents_are_letter_for_letter():
    with pytest.raises(ValidationError, match="as many letters"):
        Morphology(accents=("áé", "a"))


def test_an_entry_that_is_not_there_says_where_to_look():
    assert language_entry("es", "audit", "refuse") == "No puedo ayudar con esto."
    with pytest.raises(LanguageError, match=r"zh/audit.toml has no 'refusal'.*mean 'refuse'"):
        language_entry("zh", "audit", "refusal")
    assert language_data("zh", "morphology") == {}


# --- lexicon ------------------------------------------------------------------------------------


def test_every_list_can_be_compiled_and_says_which_language_a_group_is_of():
    assert len(list_names("phrases")) > 70
    for name in list_names("phrases"):
        assert pattern(name).search("\x00") is None, name
    groups = {name[:2] for name in pattern("confidence_words").groupindex}
    assert groups == set(LANGUAGES)


def test_an_unknown_list_is_an_error():
    with pytest.raises(UnknownNameError, match=r"phrase list 'apolgy'.*mean 'apology'"):
        pattern("apolgy")


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_macro_that_a_line_asks_for_is_there(code):
    lexicon = language_data(code, "lexicon")
    asked = set(re.findall(r"\{([a-z_]+)\}", " ".join(lexicon["phrases"].values())))
    inner = set(re.findall(r"\{([a-z_]+)\}", " ".join(lexicon.get("macros", {}).values())))
    assert asked | inner == {*lexicon.get("macros", {}), *({"start"} & asked)}


@pytest.mark.parametrize("code", LATIN)
def test_function_words_are_read_as_their_language(code):
    """A word that several languages have says nothing; of the others each shows its own."""
    others = {word for other in LATIN if other != code for word in words("function_words", other)}
    own = [word for word in words("function_words", code) if word not in others and len(word) > 3]
    assert len(own) > 100
    assert {language(word).main for word in own} == {code}


@pytest.mark.parametrize("code", LATIN)
def test_a_dictionary_knows_the_words_of_its_scenarios(code):
    answers = [s.texts[code].answer for s in load_scenarios() if code in s.texts]
    said = [word for answer in answers for word in _small(answer)]
    assert sum(map(is_known, said)) > 0.97 * len(said) > 400


def _small(text: str) -> list[str]:
    return re.findall(r"(?<![\w'-])[a-záéíóúñü]{3,}(?![\w'-])", text)


def test_inflections_are_undone():
    assert "run" in {*morphology("en").bases("running")}
    assert "happy" in {*morphology("en").bases("happiness")}
    assert "cruzar" in {*morphology("es").bases("cruce")}
    assert {"ayuda", "ayudar"} & {*morphology("es").bases("ayudale")}
    assert [*morphology("zh").bases("了")] == []


# --- an environment's own words -------------------------------------------------------------------


def folder_of(tmp_path, **said: str):
    for code, text in said.items():
        (tmp_path / f"{code}.toml").write_text(text, encoding="utf-8")
    return tmp_path


def test_own_words_may_have_fewer_languages(tmp_path):
    found = load_own_words(folder_of(tmp_path, zh='a = ["一"]', es='a = ["uno"]'))
    assert list(found) == ["es", "zh"]
    assert found.parallel("a") == {"es": ["uno"], "zh": ["一"]}
    with pytest.raises(LanguageError, match=r"nothing in 'en'; it has \['es', 'zh'\]"):
        found["en"]


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"sp": "a = []"}, r"sp.toml: 'sp' is not one of .*mean 'es'"),
        ({}, "no CODE.toml"),
        ({"en": "a = "}, "en.toml"),
        ({"en": 'a = ["x"]', "es": "b = 1"}, r"no 'a' in \['es'\]"),
        ({"en": 'a = ["x"]', "es": 'a = ["x", "y"]'}, "as long in each: {'en': 1, 'es': 2}"),
    ],
)
def test_own_words_that_are_wrong(tmp_path, said, message):
    with pytest.raises(LanguageError, match=message):
        load_own_words(folder_of(tmp_path, **said)).parallel("a")


def test_own_words_name_themselves():
    with pytest.raises(LanguageError, match="books has nothing in 'es'"):
        OwnWords("books", {"en": {}})["es"]
