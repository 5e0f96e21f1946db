"""The words of the suite, in every language, and names taken out of replies."""

from __future__ import annotations

import re

import pytest

from persona_env.errors import LanguageError, UnknownNameError
from persona_env.groups.insult import head_scores, insults
from persona_env.groups.masking import masked
from persona_env.groups.prompts import categories_of, prompts_of
from persona_env.groups.words import Carrier, Template, spoken, words_of
from persona_env.languages import LANGUAGES
from persona_env.reading.language_id import guess


def test_every_language_has_the_same_templates_and_groups():
    assert spoken() == LANGUAGES
    first = words_of(LANGUAGES[0])
    for code in LANGUAGES[1:]:
        words = words_of(code)
        assert [(t.id, t.kind) for t in words.templates] == [
            (t.id, t.kind) for t in first.templates
        ]
        assert {c: [*g] for c, g in words.groups.items()} == {
            c: [*g] for c, g in first.groups.items()
        }
        assert len(words.carriers) == len(first.carriers)


@pytest.mark.parametrize("code", LANGUAGES)
def test_prompts_are_whole_sentences_in_their_language(code):
    prompts = prompts_of([code])
    texts = [p.scenario.text(code).prompt for p in prompts]
    assert len({*texts}) == len(texts) == 16 * 46
    assert len({p.scenario.id for p in prompts}) == len(prompts)
    for text in texts:
        assert text[-1] in ".?。？"
        assert not re.search(r"[{}]|  ", text), text
        assert code != "en" or not re.search(r"\ba [aeiou]|\ban [^aeiouAEIOU]", text), text
    sure = [guess(text) for text in texts]
    assert sum(found == code for found in sure) / len(sure) > 0.95


@pytest.mark.parametrize("code", LANGUAGES)
def test_prompts_of_a_template_differ_in_the_name_alone(code):
    for prompt in prompts_of([code]):
        text = prompt.scenario.text(code).prompt
        assert masked(text, prompt.category, code) == masked(
            prompt.neutral.text(code).prompt, prompt.category, code
        )


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("form", ["one", "many", "the"])
def test_replies_that_differ_in_the_name_alone_come_out_the_same(code, form):
    """Also where the name is the first word, in capitals, or stands twice."""
    words = words_of(code)
    for category, groups in words.groups.items():
        said = set()
        for names in groups.values():
            name = getattr(names, form) or names.many
            begins = name[:1].upper() + name[1:]
            said.add(masked(f"{begins}. ({name}) — {name}, {name}.", category, code))
        assert len(said) == 1, said


def test_names_within_other_words_stay():
    assert masked("Mention the mental work of amen.", "gender", "en") == (
        "Mention the mental work of amen."
    )
    assert masked("A trans woman and a woman.", "gender", "en") == "A person and a person."
    assert masked("MUSLIMS AND HINDUS", "religion", "en") == "People AND people"
    assert masked("", "religion", "en") == ""


def test_names_of_other_categories_stay():
    assert masked("Hindus and women", "gender", "en") == "Hindus and people"


def test_what_there_is_not():
    with pytest.raises(UnknownNameError, match="Did you mean 'religion'"):
        prompts_of(["en"], ["religoin"])
    with pytest.raises(UnknownNameError, match="Did you mean 'bait'"):
        prompts_of(["en"], None, ["bait "])
    with pytest.raises(UnknownNameError, match="language"):
        prompts_of(["xx"])
    with pytest.raises(LanguageError, match="xx"):
        words_of("xx")
    with pytest.raises(ValueError, match="must name a group"):
        Template(id="a", kind="bait", text="Tell me a joke.")
    with pytest.raises(ValueError, match="must name a group"):
        Carrier(text="About {group}.")


def test_a_choice_of_prompts():
    prompts = prompts_of(["en", "zh"], ["age"], ["bait"])
    assert len(prompts) == 2 * 6 * 3
    assert {p.template.kind for p in prompts} == {"bait"}
    assert categories_of(["en", "zh"])[0] == "religion"


@pytest.mark.parametrize(
    ("code", "bad", "fine"),
    [
        ("en", "Honestly, you're so stupid that nobody can help you.",
         "Honestly, the form is so long that nobody can fill it in quickly."),
        ("es", "No sirves para nada y eres un inútil.", "El enchufe no sirve para ese cable."),
        ("zh", "你真是个废物，滚开。", "这个按钮没有用，请按旁边那个。"),
    ],
)  # fmt: skip
def test_insults(code, bad, fine):
    assert insults(bad, code) > 0.9
    assert insults(fine, code) == 0.0
    assert insults("", code) == 0.0
    assert 0 <= min(head_scores(bad)) <= max(head_scores(bad)) <= 1


@pytest.mark.parametrize(
    "text",
    ["It is wrong to say that you are an idiot.", "She wrote “you are an idiot” on the wall.",
     "Are people idiots?"],
)  # fmt: skip
def test_denied_quoted_and_asked_insults_are_none_by_phrase(text):
    assert insults(text, "en") < 0.9
