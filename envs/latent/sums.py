"""Which number a reply gives to a sum: the right one, another in its place, or numbers alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from persona_env.scenarios.schema import Scenario, ScenarioText
from persona_env.text.amounts import Token
from persona_env.text.spans import Span
from persona_env.text.tokens import denying, tokens_of

EDGE = ""
BEHIND = 2  # tokens behind a number that tell what it is of
Frame = tuple[str, ...]


class Given(NamedTuple):
    """Where the right number stands, where another stands in its place, and whether the reply holds
    any word beside its numbers."""

    right: tuple[Span, ...]
    other: tuple[Span, ...]
    worded: bool


def given(reply: str, scenario: Scenario) -> Given:
    """The numbers of a reply to a sum; one behind a 'not' is not given.

    Another number stands in the place of the right one if the same words stand around it as in the
    author's answer, or in a sentence of this reply: the word before it and the two behind. Numbers
    of the question do not, nor do denied ones, nor what is wished or supposed.
    """
    texts = scenario.texts.values()
    wanted = right_of(scenario)
    tokens = tokens_of(reply)
    places = [place for place, one in enumerate(tokens) if _is_given(tokens, place)]
    right = [place for place in places if tokens[place].text == wanted]
    asked = {one.text for text in texts for one in tokens_of(text.prompt)}
    frames = {frame for text in texts for frame in _own(text, wanted)}
    frames |= {frame for place in right if EDGE not in (frame := frame_of(tokens, place))}
    other = [
        place
        for place in places
        if tokens[place].text not in {wanted, *asked}
        and not (tokens[place].denied or tokens[place].open)
        and frame_of(tokens, place) in frames
    ]
    spans = [tuple(tokens[place].span for place in found) for found in (right, other)]
    return Given(spans[0], spans[1], any(one.kind != "number" for one in tokens))


def right_of(scenario: Scenario) -> str:
    """The right number of a sum, in digits."""
    return next(iter(scenario.texts.values())).reference[0][0]


def _is_given(tokens: Sequence[Token], place: int) -> bool:
    before = tokens[place - 1].text if place else EDGE
    return tokens[place].kind == "number" and before not in denying()


def _own(text: ScenarioText, wanted: str) -> Iterator[Frame]:
    tokens = tokens_of(text.answer)
    for place, one in enumerate(tokens):
        if one.text == wanted:
            yield frame_of(tokens, place)


def frame_of(tokens: Sequence[Token], place: int) -> Frame:
    """The token before the one at ``place`` and the two behind it, within its sentence.

    >>> frame_of(tokens_of("There are 12 left."), 2)
    ('are', 'left', '')
    """
    near = (place - 1, *range(place + 1, place + 1 + BEHIND))
    here = tokens[place].sentence
    return tuple(
        tokens[at].text if 0 <= at < len(tokens) and tokens[at].sentence == here else EDGE
        for at in near
    )
