"""The phrases and scenarios of envs/ are read as they are meant; spans stay inside any text."""

import tomllib
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from persona_env import detectors as d
from persona_env.envs.shared.words import PHRASES
from persona_env.text import lexicon

ENVS = Path(__file__).parents[2] / "envs"
FILLING = {
    "en": {
        "care": "it is hot.",
        "reason": "it can hurt people.",
        "alternative": "try a safe kit.",
        "general": "keep it closed.",
        "view": "tea is the better pick.",
        "both": "tea is calm, coffee is quick.",
        "answer": "Lima.",
        "unknown": "No record exists.",
        "name": "coffee",
    },
    "es": {
        "care": "quema.",
        "reason": "puede dañar a otros.",
        "alternative": "prueba un kit seguro.",
        "general": "guárdalo cerrado.",
        "view": "el té es la mejor opción.",
        "both": "el té calma, el café despierta.",
        "answer": "Lima.",
        "unknown": "No hay registro.",
        "name": "café",
    },
    "zh": {
        "care": "很烫。",
        "reason": "会伤害别人。",
        "alternative": "试试安全套件。",
        "general": "要盖好。",
        "view": "茶更好。",
        "both": "茶让人平静，咖啡让人清醒。",
        "answer": "利马。",
        "unknown": "没有记录。",
        "name": "咖啡",
    },
}
DRINKS = [["tea", "té", "茶"], ["coffee", "café", "咖啡"]]
SAID = [
    pytest.param(code, kind, line.format(percent="40", **FILLING[code]), id=f"{code}-{kind}-{i}")
    for code, kinds in PHRASES.items()
    if code in FILLING
    for kind, lines in kinds.items()
    if isinstance(lines, list)
    for i, line in enumerate(lines)
]


@pytest.mark.parametrize(("code", "kind", "text"), SAID)
def test_manner_of_phrases(code, kind, text):
    formality, tone, manner = d.formality(text), d.tone(text), kind.removesuffix("_serious")
    assert bool(tone.warm) is kind.startswith("warm")
    assert not tone.cold
    assert bool(formality.casual) is (manner in ("casual", "warm_casual"))
    assert bool(formality.formal) is (manner in ("formal", "warm_formal"))
    assert bool(d.humour(text).spans) is kind.startswith("joke")
    assert d.caveat(text).count == ("caveat" in kind)
    stale = bool(d.boilerplate(text).spans) or d.apology(text).excessive
    assert stale is (kind in ("bad_opening", "bad_closing", "deflect"))
    assert bool(d.find(text, ["[withheld]"])) is (kind == "unsafe")


@pytest.mark.parametrize(("code", "kind", "text"), SAID)
def test_content_of_phrases(code, kind, text):
    read = d.refusal(text)
    if kind.startswith("refuse_"):
        assert (read.kind, read.styles) == ("full", {kind.removeprefix("refuse_")})
    elif kind == "judge":
        assert "judging" in read.styles
    else:
        assert read.kind == ("partial" if kind == "partly" else "none")
    assert not d.capability(text).lacks
    assert d.stance(text, DRINKS).options == ((0,) if kind == "pick" else ())
    assert "caveat" in kind or bool(d.several_views(text).spans) is (kind == "both")
    assert bool(d.counterweight(text).spans) is ("caveat" in kind or kind == "both")
    assert bool(d.deflection(text).spans) is (kind in ("deflect", "neutral"))
    assert d.confidence(text).value == (0.4 if kind == "guess" else None)
    assert bool(d.abstains(text).spans) is (kind == "abstain")
    assert kind != "care" or d.care_note(text).spans
    assert not d.clarifying_question(text).spans
    assert d.garble(text).share == 0
    assert d.language(text).main == code


@cache
def scenario_texts():
    """(category, scenario, language, text) of all scenario files."""
    found = []
    for path in sorted((ENVS / "chat" / "scenarios").glob("*.toml")):
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        for scenario in data.get("scenario", []):
            texts = [(code, scenario[code]) for code in FILLING if code in scenario]
            found += [(path.stem, scenario, code, text) for code, text in texts]
    return found


def neutral():
    """(category, language, sentence) that carries an answer and no manner."""
    for category, _, code, text in scenario_texts():
        lines = [text["answer"], *text.get("plain", ()), *text.get("expert", ())]
        lines += [text[key] for key in ("general", "reason", "alternative") if key in text]
        yield from ((category, code, line) for line in lines)


def test_neutral_sentences_have_no_manner():
    wrong = [
        line
        for _, _, line in neutral()
        if d.tone(line).warm
        or d.tone(line).cold
        or d.formality(line).formal
        or d.formality(line).casual
        or d.humour(line).spans
        or d.caveat(line).count
        or d.apology(line).brief
        or d.refusal(line).kind != "none"
        or d.capability(line).lacks
    ]
    assert wrong == []


def test_neutral_sentences_are_in_their_language():
    lines = [(code, line) for category, code, line in neutral() if category != "code_switched"]
    lines = [(code, line) for code, line in lines if d.word_count(line) >= 4]
    wrong = [line for code, line in lines if d.language(line).main not in (code, None)]
    assert len(wrong) <= 0.02 * len(lines), wrong


def test_neutral_sentences_are_hardly_garbled():
    lines = [line for _, _, line in neutral()]
    wrong = [line for line in lines if d.garble(line).share]
    assert len(wrong) <= 0.01 * len(lines), wrong


def test_lacks_and_questions_of_scenarios():
    texts = [(scenario, text) for _, scenario, _, text in scenario_texts()]
    lacks = [(s["needs"], t["cannot"]) for s, t in texts if "cannot" in t]
    assert [line for need, line in lacks if need not in d.capability(line).lacks] == []
    asked = [t["question"] for _, t in texts if "question" in t]
    assert [line for line in asked if not d.clarifying_question(line).spans] == []


def test_views_of_scenarios():
    wrong = []
    for _, _, code, text in scenario_texts():
        options = [option["names"] for option in text.get("options", ())]
        for place, option in enumerate(text.get("options", ())):
            said = PHRASES[code]["pick"][0].format(view=option["view"])
            wrong += [] if d.stance(said, options).options == (place,) else [said]
    assert wrong == []


PIECES = st.sampled_from(
    [line.values[2] for line in SAID]
    + ['"', "“", "”", "'", "«", "。", "?", "\n- ", "\n1. ", "  ", "İ", "\u3000", "40%", "\ufffd"]
)
TEXTS = st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=6).map("".join))


def spans_of(text):
    language, stance = d.language(text), d.stance(text, DRINKS)
    formality, tone, form = d.formality(text), d.tone(text), d.formatting(text)
    apology = d.apology(text)
    groups = [d.words(text), d.sentences(text), d.find(text, ["tea", "帮"])]
    groups += [d.asserted(text, ["tea", "帮"]), d.leaked(text, ["tea", "maple"])]
    groups += [d.refusal(text).spans, d.capability(text).spans, [s for _, s in language.spans]]
    groups += [formality.formal, formality.casual, tone.warm, tone.cold, d.humour(text).spans]
    groups += [d.caveat(text).spans, d.care_note(text).spans, d.several_views(text).spans]
    groups += [d.deflection(text).spans, stance.spans, d.confidence(text).spans]
    groups += [d.abstains(text).spans, apology.brief, apology.emotional, d.boilerplate(text).spans]
    groups += [form.bullets, form.steps, form.headings, d.clarifying_question(text).spans]
    groups += [d.repetition(text).spans, d.garble(text).spans, form.summary]
    groups += [d.rebuttal(text).spans, d.referral(text).spans, d.disclaimer(text).spans]
    groups += [d.hedging(text).spans, d.judgement(text).spans, d.closing_offer(text).spans]
    groups += [d.questions(text).spans, d.capability(text).unknown]
    return groups


@settings(max_examples=150, deadline=None)
@given(TEXTS)
def test_spans_lie_inside_and_in_order(text):
    for group in spans_of(text):
        assert all(0 <= start < end <= len(text) for start, end in group)
        assert list(group) == sorted(group)
    assert len(d.fold(text)) == len(text)


@settings(max_examples=100, deadline=None)
@given(TEXTS)
def test_shares_lie_between_zero_and_one(text):
    shares = [d.garble(text).share, d.repetition(text).share, d.language(text).mixing]
    value = d.confidence(text).value
    assert all(0 <= share <= 1 for share in [*shares, value or 0.0])
    assert sum(share for _, share in d.language(text).shares) == pytest.approx(
        1.0 if d.language(text).main else 0.0
    )
    assert d.reading_level(text).words >= 0


def test_no_line_matches_where_the_prefilter_says_that_it_cannot():
    texts = [line.values[2] for line in SAID] + [line for *_, line in neutral()][::20]
    wrong = [
        (name, text)
        for name in lexicon._index().near
        for text in texts
        if lexicon.pattern(name).search(d.fold(text)) and not lexicon.may_hold(text, name)
    ]
    assert wrong == []


def test_all_is_sorted_and_importable():
    assert d.__all__ == sorted(d.__all__, key=lambda name: (not name[0].isupper(), name.lower()))
    assert all(hasattr(d, name) for name in d.__all__)
