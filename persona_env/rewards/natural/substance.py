"""What everybody wants of a reply: that it says something."""

from __future__ import annotations

from persona_env.detectors import first
from persona_env.detectors import substance as count_substance
from persona_env.reading import Reading
from persona_env.reading.emptiness import is_empty
from persona_env.reading.likeness import tells_apart
from persona_env.rewards.exchange import TermView
from persona_env.rewards.expectations import options_of
from persona_env.rewards.natural.declare import Read, natural_term
from persona_env.rewards.term import Reason, Score

ENOUGH = 2.0
"""Words that say something from which a reply is not empty, and one less than which it is."""


@natural_term(
    uses=("secrets",), gate=True,
    validity="counting is exact, praise is a list; a right answer of one word, or in words of the "
    "prompt alone, that no list of the scenario holds is taken for none",
)  # fmt: skip
def substance(view: TermView, read: Read) -> Score | None:
    """0 for a reply that says nothing: a letter, a nod, a courtesy; 1 from two words on.

    Between one and two words (a Chinese character is 1/1.6 of one) it rises linearly. Also 0 for
    prose that says nothing but words of its prompt and praise. Does not apply to a reply with one
    of the scenario's points, options or false claims, or with a word that tells its listed answers
    apart, however short; nor to data, nor to a user who asks for a secret of their own.
    """
    if view.scenario.reply_kind == "data" or not view.reply.strip():
        return None
    if view.scenario.tells_secret and view.scenario.secret in view.field("secrets"):
        return None
    words = count_substance(view.reply)
    repeats = words >= ENOUGH and _may_repeat(view) and is_empty(view.question, view.reply)
    if words >= ENOUGH and not repeats:
        return None
    if _is_on_the_matter(view, read(view)) or (
        not repeats and tells_apart(view.scenario, view.reply)
    ):
        return None
    value = 0.0 if repeats else max(0.0, words - (ENOUGH - 1))
    note = f"says nothing: {words:.1f} of {ENOUGH:g} words with content"
    note = "says nothing but words of the prompt and praise" if repeats else note
    return Score(value, (Reason(0, len(view.reply), note),))


def _may_repeat(view: TermView) -> bool:
    """Whether something else than words of the prompt is asked for, as far as the scenario says.

    An unclear request may be returned in its own words.
    """
    scenario = view.scenario
    known = any(text.has_references for text in view.texts)
    return known and scenario.reply_kind == "prose" and not scenario.is_ambiguous


def _is_on_the_matter(view: TermView, reading: Reading) -> bool:
    if reading.points.value or reading.details or reading.false.value:
        return True
    return any(first(view.reply, names) for names in view.once(options_of))
