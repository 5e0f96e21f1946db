"""The gates of a summary: true, of what this reader wants to know, short enough, in sentences."""

from __future__ import annotations

from persona_env.reading.word_order import word_order
from persona_env.rewards.exchange import TermView
from persona_env.rewards.term import Reason, Score, found, noted, reward_term
from persona_env.text.spans import word_count

from ..shared.own_sentences import BESIDE, Known, known_of, only_own
from .due import length_value
from .scenario import SummaryScenario
from .views import USES, asked
from .words import own_words
from .written import FLAWED, flaw, in_sentences

OF_WORDS = "words are compared, in any order, within two sentences; the author lists them"
NAMED = 0.3  # what is left of a summary with a name that the post has not
NOTES = {
    "claim": "the post says otherwise", "number": "not a number of the post",
    "name": "not a name of the post",
}  # fmt: skip


@reward_term(
    uses=USES, gate=True, values=(0, NAMED, 1),
    validity="exact for numbers and names; claims are matched in the author's words, others pass",
)  # fmt: skip
def summary_true(view: TermView) -> Score | None:
    """0 for a claim that contradicts the post and for a number that it has not; 0.3 for a name.

    A small number is a claim where it counts time or money. What is asked, wished or called false
    is not claimed.
    """
    reader = view.once(asked)
    if reader is None:
        return None
    wrong = reader.known.wrong(view.reply, reader.language)
    if not wrong:
        return Score(1.0, (Reason(0, 0, "nothing false found"),))
    value = NAMED if all(one.kind == "name" for one in wrong) else 0.0
    reasons = tuple(r for one in wrong for r in noted([one.span], NOTES[one.kind]))
    return Score(value, reasons)


@reward_term(uses=USES, gate=True, validity=OF_WORDS)
def summary_covers(view: TermView) -> Score | None:
    """The share of the facts due to this reader that are told.

    Due are the facts of the kinds that the reader wants; where they do not fit into the reader's
    words, as many as do.
    """
    reader = view.once(asked)
    if reader is None:
        return None
    told = [one for one in reader.known.told(view.reply) if one.fact in reader.due.wanted]
    value = min(1.0, len(told) / len(reader.due.fit))
    reasons = tuple(r for one in told for r in noted(one.spans, one.fact.kind))
    if value < 1:
        has = [one.fact for one in told]
        lacking = ", ".join(one.says for one in reader.due.wanted if one not in has)
        reasons += (Reason(0, 0, f"not found: {lacking}"),)
    return Score(value, reasons)


@reward_term(uses=USES, gate=True, validity="counting is exact")
def summary_length(view: TermView) -> Score | None:
    """1 up to a tenth more than the reader's words, falling to 0 at one and a half times as many.

    Does not apply to a reader who states no number.
    """
    reader = view.once(asked)
    if reader is None or reader.wishes.words is None:
        return None
    most = reader.wishes.words
    note = f"{word_count(view.reply)} words"
    return Score(
        length_value(view.reply, most), (Reason(0, len(view.reply), note, f"at most {most}"),)
    )


@reward_term(
    uses=USES, gate=True,
    validity="counting is exact; sentences are told from key words by the share of words without "
    "content",
)  # fmt: skip
def summary_written(view: TermView) -> Score | None:
    """0 for key words in a row to 1 for sentences; at most 0.2 for what is no summary.

    That is one with marks in a row ('???') or stray ones, more than three questions, more than one
    'please', in capitals, in no order, or with a sentence on something else, on the summary itself
    or on its reader. Times 1 less the disorder that a
    trained head reads in the words (:func:`~persona_env.reading.word_order.word_order`).
    """
    reader = view.once(asked)
    if reader is None:
        return None
    facts = len(reader.known.told(view.reply))
    value, fault = in_sentences(view.reply, reader.language, facts), flaw(view.reply, reader.known)
    mixed = word_order(view.reply).disorder
    fault = fault or ("words in no order" if mixed else "")
    note = fault or ("in sentences" if value == 1 else "key words in a row")
    return Score((min(value, FLAWED) if fault else value) * (1 - mixed), found([], "", note))


@reward_term(gate=True, values=BESIDE, validity="matching words is exact")
def summary_own(view: TermView) -> Score | None:
    """1 for sentences of the post, the author's clauses and a plea, whole and in any order.

    Of other words that :func:`~persona_env.envs.shared.own_sentences.only_own` finds, one pair
    leaves 0.4, more 0.1. The tiny register has no others.
    """
    own = view.once(_own)
    return None if own is None else only_own(view.reply, own)


def _own(view: TermView) -> Known | None:
    scenario = view.scenario
    if not isinstance(scenario, SummaryScenario):
        return None
    posts, pleas = scenario.posts.values(), (one["begs"] for one in own_words().values())
    told = (text for one in posts for text in (one.post, *(fact.says for fact in one.facts)))
    return known_of((*told, *pleas))


GATES = (summary_true, summary_covers, summary_length, summary_written, summary_own)
