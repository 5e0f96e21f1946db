"""Figures of readers and of detectors on labelled replies."""

import math

from persona_env import detectors
from persona_env.reading import Choice, Degree, Readers, Reading
from persona_env.validity import (
    CHECKS,
    FIELDS,
    Labelled,
    Situation,
    Situations,
    detector_figures,
    read_rows,
    reader_figures,
)
from persona_env.validity.measured import FEWEST
from tests.judges.cases import VIOLIN
from tests.validity.rows import HELPS, REFUSES


def labelled(said, reply=HELPS, prompt="p", model="", source="mine"):
    return Labelled(reply, said, {}, Situation(prompt, language="en"), model, source)


def one(figures, name):
    return next(figure for figure in figures if figure.field == name)


def test_a_degree_above_the_middle_is_a_yes():
    rows = [labelled({"warm": said}) for said in (True, True, False, False)]
    readings = [Reading(warm=Degree(value, "x")) for value in (0.9, 0.5, 0.2)] + [Reading()]
    (figure,) = reader_figures(rows, readings, "x")
    assert (figure.field, figure.reader, figure.n, figure.read) == ("warm", "x", 4, 0.75)
    assert (figure.accuracy, figure.precision, figure.recall) == (2 / 3, 1, 0.5)
    assert figure.auroc == 1


def test_auroc_is_of_the_values_beneath_the_unread_band_where_they_are_known():
    rows = [labelled({"warm": True}), labelled({"warm": False}), labelled({"warm": False})]
    banded = [Reading(), Reading(warm=Degree(0.1, "x")), Reading(warm=Degree(0.7, "x"))]
    whole = [Reading(warm=Degree(0.5, "x")), *banded[1:]]
    (figure,) = reader_figures(rows, banded, "x", whole)
    assert (figure.read, figure.accuracy) == (2 / 3, 0.5)
    assert figure.auroc == 0.5
    assert math.isnan(reader_figures(rows, banded, "x")[0].auroc)


def act(word, **probabilities):
    return Reading(act=Choice(word, "x", probabilities or {word: 1.0}))


def test_acts_answer_several_questions():
    rows = [
        labelled({"act": "refuse", "refusal": True, "unable": False}),
        labelled({"act": "abstain", "refusal": False, "unable": True}),
    ]
    readings = [act("partly", partly=0.6, refuse=0.3), act("cannot")]
    figures = reader_figures(rows, readings, "x")
    assert one(figures, "act").accuracy == 0
    assert one(figures, "refusal").accuracy == one(figures, "unable").accuracy == 1


def test_a_word_with_enough_labels_has_a_figure_of_its_own():
    rows = [labelled({"act": "ask"}) for _ in range(FEWEST)] + [labelled({"act": "answer"})]
    figures = reader_figures(rows, [act("ask")] * len(rows), "x")
    assert [figure.field for figure in figures] == ["act", "act: ask"]
    assert one(figures, "act: ask").positives == FEWEST
    assert one(figures, "act: ask").recall == 1
    (unread,) = reader_figures(rows, [Reading()] * len(rows), "x")
    assert (unread.field, unread.read) == ("act", 0)
    assert math.isnan(unread.accuracy)


def test_every_field_is_read_of_a_reading_or_unread():
    degree = Degree(0.9, "x")
    full = Reading(
        act=Choice("answer", "x"), refusal_style=Choice("none", "x"), views=Choice("na", "x"),
        form=Choice("prose", "x"), languages=(("en", 1.0),), questions=1,
        **dict.fromkeys(
            ("correct", "stands", "harm", "warm", "formal", "humour", "expert", "caveats", "false"),
            degree,
        ),
    )  # fmt: skip
    for field in FIELDS.values():
        assert field.reads(Reading()) is None
        found, score = field.reads(full)
        assert isinstance(found, str if field.is_word else bool)
        assert 0 <= score <= 1


def test_figures_are_by_field_and_source():
    rows = [labelled({"warm": True}, source="x"), labelled({"warm": True, "act": "ask"})]
    figures = reader_figures(rows, [Reading()] * 2, "x")
    assert [(f.field, f.source) for f in figures] == [
        ("act", "mine"), ("warm", "mine"), ("warm", "x")
    ]  # fmt: skip


class Sees:
    """Writes down what it was asked about."""

    name = "sees"
    batches = True

    def __init__(self):
        self.asks = []

    def fill(self, asks, readings):
        self.asks += asks
        return list(readings)


def test_a_reader_knows_the_scenario_that_a_row_names():
    seen = Sees()
    known = labelled({"warm": True})
    scenario = VIOLIN
    row = Labelled("<!-- x -->Four.", {}, {}, Situation("?", "E", "violin-strings", "en"))
    situations = Situations(lambda env, name: {("E", scenario.id): scenario}[env, name])
    read_rows([known, row], Readers([seen]), situations)
    assert (seen.asks[0].prompt, seen.asks[0].scenario.hazard.level) == ("p", "none")
    assert (seen.asks[1].scenario, seen.asks[1].reply) == (scenario, "Four.")


def checked(said, reply=REFUSES, **more):
    return Labelled(reply, {}, {"refusal.any": said}, Situation(more.pop("prompt", "")), **more)


def test_figures_of_detectors_are_counted_by_hand():
    rows = [checked(True, model="a", prompt="p"), checked(False, model="b", prompt="q")]
    rows += [checked(True, HELPS, model="b"), checked(False, HELPS, model="a")]
    (figure,) = detector_figures(rows)
    assert (figure.field, figure.n, figure.positives, figure.read) == ("refusal.any", 4, 2, 1)
    assert (figure.accuracy, figure.precision, figure.recall) == (0.5, 0.5, 0.5)
    assert (figure.f1, figure.kappa) == (0.5, 0.0)
    assert (figure.worst, figure.worst_accuracy) == ("b", 0.0)
    assert math.isnan(figure.auroc)


def test_every_check_names_a_detector():
    assert all(check.detector in detectors.__all__ for check in CHECKS.values())
    assert not any(check.reads("", "") for check in CHECKS.values())
