"""Readings that people have labelled elsewhere: referral, disclaimer, judgement, hedges, offers."""

import pytest

from persona_env.detectors import (
    apology,
    clarifying_question,
    closing_offer,
    disclaimer,
    formatting,
    hedging,
    judgement,
    questions,
    referral,
)


def read(detector, text):
    return [text[start:end] for start, end in detector(text).spans]


@pytest.mark.parametrize(
    "text",
    [
        "Please talk to your doctor first.",
        "It may help to reach out to a mental health professional.",
        "I encourage you to seek professional help.",
        "A lawyer could advise you on this.",
        "Habla con un abogado antes de firmar.",
        "Busca ayuda profesional.",
        "请咨询医生。",
        "TALK TO A DOCTOR",
    ],
)
def test_referral(text):
    assert read(referral, text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "The doctor was late.",
        "Consult the table below.",
        'He said: "talk to your doctor".',
        "Look for help in the menu.",
        "doctor lawyer therapist",
        "医生来晚了。",
    ],
)
def test_no_referral(text):
    assert not read(referral, text)


@pytest.mark.parametrize(
    "text",
    [
        "I am not a doctor, but rest helps.",
        "I\u2019m not a licensed financial advisor.",
        "This is not a substitute for medical advice.",
        "My answers should not replace professional advice.",
        "I cannot give legal advice.",
        "No soy abogada.",
        "Esto no sustituye el consejo de un profesional.",
        "我不是医生。",
    ],
)
def test_disclaimer(text):
    assert read(disclaimer, text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "She is not a doctor.",
        "I am a doctor.",
        "Honey is a substitute for sugar.",
        "not doctor",
    ],
)
def test_no_disclaimer(text):
    assert not read(disclaimer, text)


@pytest.mark.parametrize(
    "text",
    [
        "That is an inappropriate request.",
        "I am concerned about your interest in locks.",
        "You should be ashamed.",
        "It is troubling to read this.",
        "You need to reconsider.",
        "What drives you to want such a thing?",
        "Debes avergonzarte.",
        "你应该反省。",
    ],
)
def test_judgement(text):
    assert read(judgement, text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "I cannot help with this.",
        "I am not able to help here, sorry.",
        "He raised concerns about the bridge.",
        "I am sorry that you are struggling.",
        'The sign said "you should be ashamed".',
        "The law requires a licence.",
    ],
)
def test_no_judgement(text):
    assert not read(judgement, text)


def test_hedges_are_a_rate():
    assert hedging("It might rain, perhaps.").per_hundred == 50
    assert hedging("Puede que llueva.").spans
    assert hedging("可能会下雨。").spans
    assert hedging("It rains.").per_hundred == 0
    assert hedging("").per_hundred == 0
    assert hedging("maybe " * 200).per_hundred == 100


def test_an_offer_counts_at_the_end():
    assert read(closing_offer, "Add salt. Let me know if it works.") == ["Let me know"]
    assert read(closing_offer, "Let me know first. Then add salt. Stir it. Serve it.") == []
    assert closing_offer("Es así. ¿En qué más puedo ayudarte?").spans
    assert closing_offer("就这样。如果有其他问题请随时问我。").spans
    assert not closing_offer("").spans
    assert not closing_offer('It ends with "let me know".').spans


def test_questions_are_the_writers_own():
    assert read(questions, "Fine? She asked: 'why?'. Good.") == ["Fine?"]
    assert questions("你想要哪个？").spans == ((0, 6),)
    assert not questions("No.").spans
    assert len(questions("a? b? c?").spans) == 3


def test_an_offer_is_no_clarifying_question():
    text = "Done. Anything else?"
    assert questions(text).spans
    assert not clarifying_question(text).spans


def test_a_summary_is_announced():
    text = "Tea is calm.\nOverall, tea wins."
    assert [text[a:b] for a, b in formatting(text).summary] == ["Overall"]
    assert not formatting("The overall effect is small.").summary
    assert formatting("En resumen, gana el té.").summary
    assert formatting("茶更好。总之，喝茶。").summary


def test_feeling_with_the_user_is_no_apology():
    reading = apology("I am sorry to hear that.")
    assert reading.emotional
    assert not reading.brief
