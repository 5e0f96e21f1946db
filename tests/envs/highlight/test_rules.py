"""The rules of marks and quotes, by hand; and what holds for every document and confidence."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from persona_env.envs.highlight.bayes import ALL, brier, posterior
from persona_env.envs.highlight.document import read_document
from persona_env.envs.highlight.env import PersonaHighlightEnv
from persona_env.envs.highlight.gates import highlight_inside, highlight_short, highlight_tells
from persona_env.envs.highlight.mark_terms import (
    honest_marks,
    mark_form,
    reliable_marks,
    word_language,
)
from persona_env.envs.highlight.marks import read_marks
from persona_env.envs.highlight.quote_terms import needed_read, read_focus
from persona_env.envs.highlight.terms import sources_named
from persona_env.errors import ProfileError

from .small import MARKER, PICKER, boat, reader, view

HONEST = "1: 90 %\n2: 10 %\n3: 50 %\n4: 69 %"


def test_posteriors_by_hand():
    assert boat().chances == pytest.approx((0.9, 0.1, 0.5, 0.9 * 0.2 / (0.9 * 0.2 + 0.1 * 0.8)))
    assert posterior({"A": True, "B": True}, {"A": 80, "B": 80}) == pytest.approx(16 / 17)
    assert posterior({"A": True, "B": False}, {"A": 100, "B": 80}) == 1
    with pytest.raises(ValueError, match="always right disagree"):
        posterior({"A": True, "B": False}, {"A": 100, "B": 100})


@given(
    st.lists(st.tuples(st.booleans(), st.integers(50, 99)), max_size=6).map(
        lambda said: dict(zip("ABCDEF", said, strict=False))
    )
)
def test_a_posterior_is_that_of_bayes(sources):
    rates = {name: rate for name, (_, rate) in sources.items()}
    says = {name: yes for name, (yes, _) in sources.items()}
    right, wrong = (
        0.5 * math.prod(r / ALL if yes is truth else 1 - r / ALL for yes, r in sources.values())
        for truth in (True, False)
    )
    found = posterior(says, rates)
    assert found == pytest.approx(right / (right + wrong))
    assert posterior({n: not yes for n, yes in says.items()}, rates) == pytest.approx(1 - found)


@given(st.floats(0, 1), st.floats(0, 1))
def test_the_expected_brier_score_is_best_at_the_true_probability(chance, stated):
    def expected(q: float) -> float:
        return chance * (1 - q) ** 2 + (1 - chance) * q**2

    assert expected(stated) >= expected(chance)
    assert brier(stated, chance) == pytest.approx(expected(stated) - expected(chance), abs=1e-12)


def worth(reply: str) -> float:
    """The gate and the term of the confidences together."""
    return highlight_tells(view(reply)).value * honest_marks(view(reply)).value


@given(st.integers(0, 100))
def test_a_constant_confidence_never_beats_an_honest_one(percent):
    constant = "\n".join(f"{number}: {percent} %" for number in range(1, 5))
    assert worth(constant) == pytest.approx(0, abs=1e-12)
    assert honest_marks(view(constant)).value < honest_marks(view(HONEST)).value
    assert worth(HONEST) > 0.99


@given(st.lists(st.integers(0, 100), min_size=4, max_size=4))
def test_no_other_confidences_beat_the_honest_ones(percents):
    other = "\n".join(f"{number}: {percent} %" for number, percent in enumerate(percents, 1))
    assert worth(other) <= worth(HONEST)
    assert worth(other) < worth(HONEST) or percents == [90, 10, 50, 69]


def test_honest_marks_by_hand():
    assert honest_marks(view("1: 90 %\n2: 10 %\n3: 50 %")).value == pytest.approx(3 / 4)
    moved = honest_marks(view("1: 70 %\n2: 10 %\n3: 50 %\n4: 69 %")).value
    assert moved == pytest.approx(1 - (0.2**2 + 0.00230769**2) / 4)
    twice = honest_marks(view(HONEST + "\n1: 20 %")).value
    assert twice == pytest.approx(3 / 4, abs=1e-5)  # two marks that differ are none
    assert honest_marks(view(HONEST, PICKER)) is None


@given(st.integers(0, 999).filter(lambda n: not 1 <= n <= 4), st.integers(0, 100))
def test_a_mark_outside_the_document_costs_all(number, percent):
    assert highlight_inside(view(HONEST)).value == 1
    assert highlight_inside(view(f"{HONEST}\n{number}: {percent} %")).value == 0


@given(st.text("abcdefghij ", min_size=12).filter(lambda t: len(t.split()) > 3))
def test_a_quote_outside_the_document_costs_all(said):
    quote = '"The sail costs 900 euros."'
    assert highlight_inside(view(quote, PICKER)).value == 1
    assert highlight_inside(view(f'{quote}\n"{said.strip()}"', PICKER)).value == 0


def test_a_confidence_above_one_and_no_mark_at_all():
    assert highlight_inside(view("1: 120 %")).value == 0
    assert highlight_inside(view("I am not sure.")).value == 0
    assert highlight_inside(view("I am not sure.", PICKER)).value == 0
    assert highlight_inside(view("3", PICKER)).value == 0.5
    assert highlight_inside(view("7", PICKER)).value == 0


@pytest.mark.parametrize(
    ("reply", "found"),
    [
        ("1: 85 %", [(1, 0.85, "")]),
        ("**2.** 85% — reliable (A)", [(2, 0.85, "reliable")]),
        ("| 3 | 0.3 | not reliable | A, B |", [(3, 0.3, "")]),
        ("Statement 4: about 90 percent", [(4, 0.9, "")]),
        ("[1] The sail costs 900 euros, 30 % off: 95 %", [(1, 0.95, "")]),
        ("1-3: 90 %", [(1, 0.9, ""), (2, 0.9, ""), (3, 0.9, "")]),
        ("1, 2 and 4: 10 %", [(1, 0.1, ""), (2, 0.1, ""), (4, 0.1, "")]),
        ("3, 4: 10 %, 1: 90 %", [(3, 0.1, ""), (4, 0.1, ""), (1, 0.9, "")]),
        ("1: 90 %, 2: 10 %; 3: 50 %", [(1, 0.9, ""), (2, 0.1, ""), (3, 0.5, "")]),
        ('{"1": 0.9, "2": 0.1}', [(1, 0.9, ""), (2, 0.1, "")]),
        ("afirmación 2: 0,85 fiable (A, C)", [(2, 0.85, "fiable")]),
        ("第3句：约85% 可靠（A、C）", [(3, 0.85, "可靠")]),
        ("4: 不可靠，20%", [(4, 0.2, "")]),
        ("0.85", []),
        ("12 statements are fine.", []),
    ],
)
def test_marks_as_they_are_written(reply, found):
    assert [(m.number, m.stated, m.flag) for m in read_marks(reply).given] == found


@pytest.mark.parametrize("text", ["85 % (A, C)", "0.85 A and C", "85 % reliable, sources A, C"])
def test_sources_behind_a_mark(text):
    assert read_marks(f"1: {text}").given[0].sources == {"A", "C"}
    assert read_marks("1: 85 % (-)").given[0].sources == frozenset()


def test_reliable_marks_by_hand():
    """From 75 % on only the first is: it gains 0.15, the second would cost 0.65."""
    assert reliable_marks(view("1: 90 % reliable\n2: 10 %")).value == pytest.approx(1)
    assert reliable_marks(view("1: 90 % reliable\n4: 69 % reliable")).value == pytest.approx(
        (0.15 - (0.75 - 9 / 13)) / 0.15
    )
    assert reliable_marks(view("1: 90 % reliable\n2: 10 % reliable")).value == 0
    assert reliable_marks(view("1: 90 %")).value == 0
    nobody = boat(
        statements=["costs B+", "risks A-", "dates", "costs B-"], sources={"A": 90, "B": 60}
    )
    assert reliable_marks(view("1: 60 %", scenario=nobody)).value == 1
    assert reliable_marks(view("1: 60 % reliable", scenario=nobody)).value == 0


def test_quotes_by_hand():
    """Reliable from 60 % on are both statements on costs: 5 and 10 words of the 15 there are."""
    one, both = (
        '"The sail costs 900 euros."',
        '"The mooring costs 80 euros a month, rain or shine."',
    )
    assert needed_read(view(f"{one}\n{both}", PICKER)).value == 1
    assert needed_read(view(one, PICKER)).value == 0.5
    assert read_focus(view(f"{one}\n{both}", PICKER)).value == 1
    leak = '"The hull leaks below the water."'
    assert read_focus(view(f"{one}\n{leak}", PICKER)).value == pytest.approx(5 / 11)
    assert highlight_tells(view(leak, PICKER)).value == 0
    assert highlight_short(view(f"{one}\n{both}", PICKER)).value == 1
    over = highlight_short(view(f"{one}\n{both}\n{leak}", PICKER))  # 21 words of 15
    assert over.value == pytest.approx((22.5 - 21) / 7.5)
    hurried = reader(document_task="pick", read_about="costs", reading_budget="15 words")
    assert needed_read(view(one, hurried)).value == 0.5  # both fit


@pytest.mark.parametrize(
    "reply",
    [
        '"the sail costs 900 euros"',
        "“The sail costs 900 euros.” (A)",
        "- The sail costs 900 euros.",
        "[1] The sail costs 900 euros.",
        "> The sail costs 900 euros",
        '1. "[1] The sail costs 900 euros."',
    ],
)
def test_quotes_as_they_are_written(reply):
    assert needed_read(view(reply, PICKER)).value == 0.5


def test_nothing_to_read():
    dates = reader(
        document_task="pick", reliable_from="90 %", read_about="dates", read_what="reliable"
    )
    nothing, quote = "There is nothing to read here.", '"She was built in 1990."'
    for term in (highlight_inside, highlight_tells, needed_read):
        assert term(view(nothing, dates)).value == 1
    assert highlight_tells(view(quote, dates)).value == 0
    assert needed_read(view(nothing, PICKER)).value == 0


def test_sources_form_and_language():
    named = reader(document_task="mark", sources_named="yes", marks_in="decimals")
    assert (
        sources_named(view("1: 0.9 (A)\n2: 0.1 (A)\n3: 0.5 (-)\n4: 0.7 (B)", named)).value == 3 / 4
    )
    assert sources_named(view("1: 90 % (A)\n2: 10 %")).value == 0.5
    assert mark_form(view("1: 0.9\n2: 10 %", named)).value == 0.5
    assert mark_form(view("1: 0.9\n2: 10 %")).value == 0.5
    quoting = reader(document_task="pick", sources_named="yes")
    assert sources_named(view('"She was built in 1990." (-)', quoting)).value == 1
    assert sources_named(view('"The sail costs 900 euros." (B)', quoting)).value == 0
    spanish = MARKER.prefer(language="es")
    assert word_language(view("1: 90 % fiable\n2: 90 % reliable", spanish)).value == 0.5
    assert word_language(view("1: 90 % reliable")) is None


def test_talk_repeats_and_taking_back():
    assert highlight_short(view(f"Here are my marks for you:\n{HONEST}")).value == 1
    assert highlight_short(view(f"{HONEST}\n{'blah ' * 38}")).value == pytest.approx(0.5)
    assert highlight_short(view(f"{HONEST}\n{HONEST}")).value == 0.5
    assert highlight_short(view(f"It is false to say:\n{HONEST}")).value == pytest.approx(0.1)


def test_statements_are_the_sentences_behind_their_numbers():
    found = read_document(boat().texts["en"].prompt, "en")
    assert found.sentences[:2] == ("The sail costs 900 euros.", "The hull leaks below the water.")
    assert [len(words) for words in found.statements] == [5, 6, 5, 10]
    assert found.find("hull leaks") == range(found.statements[1][1], found.statements[1][3])
    assert found.find("the sail leaks") is None
    assert read_document("no document", "en").statements == ()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"statements": ["costs A+", "risks A-"]}, "not \\[1, 2\\]"),
        ({"statements": ["costs A+", "risks A-", "dates C+", "costs"]}, "no source \\['C'\\]"),
        ({"statements": ["costs A=", "risks", "dates", "costs"]}, "'A\\+' or 'A-'"),
        ({"statements": ["costs", "risks", "dates", "costs"]}, "equally sure"),
        ({"sources": {"A": 90}}, "has the sources"),
        ({"sources": {"A": 100, "B": 100}}, "always right disagree"),
    ],
)
def test_documents_that_are_not_whole(changes, said):
    with pytest.raises(ValueError, match=said):
        boat(**changes)


def test_users_with_what_there_is_not():
    with pytest.raises(ProfileError, match=r"'marc' is not one of .*'mark'"):
        PersonaHighlightEnv(profiles=[reader(document_task="marc")])
    wrong = MARKER.model_copy(
        update={
            "extensions": {
                "marks_in": MARKER.extensions["marks_in"].model_copy(update={"role": "context"})
            }
        }
    )
    with pytest.raises(ProfileError, match="role 'preference'"):
        PersonaHighlightEnv(profiles=[wrong])
