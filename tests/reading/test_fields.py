"""Degrees, choices and readings: what was read, and what was not."""

from __future__ import annotations

import pytest

from persona_env.reading import FIELDS, UNCHOSEN, UNREAD, Choice, Degree, Reading


def test_unread_is_no_number():
    assert UNREAD.value is None
    assert not UNREAD.is_read
    assert UNREAD.or_prior(0.5) == 0.5
    assert Degree(0.0, "rules").is_read
    assert Degree(0.0, "rules").or_prior(0.5) == 0.0


def test_probabilities_of_a_choice():
    choice = Choice("answer", "heads", {"answer": 0.6, "care": 0.3, "refuse": 0.1})
    assert choice.probability("answer", "care") == pytest.approx(0.9)
    assert choice.probability("support") == 0.0
    assert Choice("answer", "judge").probability("answer", "care") == 1.0
    assert UNCHOSEN.probability("answer") is None


def test_an_empty_reading_is_all_unread():
    assert Reading().unread == FIELDS


def test_what_was_read_first_stays():
    exact = Reading(words=12.0, harm=Degree(0.0, "rules"), details=())
    later = Reading(
        words=99.0, harm=Degree(1.0, "judge"), warm=Degree(0.7, "judge"), details=((0, 1),)
    )
    both = exact.filled(later)
    assert both.words == 12.0
    assert both.harm == Degree(0.0, "rules")
    assert both.details == ()  # there are none: that was read
    assert both.warm == Degree(0.7, "judge")
    assert exact.warm == UNREAD  # the first reading is as it was
    assert exact.filled(Reading()) is exact
