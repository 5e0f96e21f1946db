"""The gates of a title: what everybody wants of one."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from persona_env.rewards.exchange import TermView
from persona_env.rewards.term import Reason, Score, found, noted, reward_term

from . import content, form
from .facts import Facts
from .habits import FIELDS
from .heap import heap
from .phrase import phrase
from .titles import Title
from .views import LONGEST, facts, read, spans

FAULT = 0.3  # what a word said twice leaves, or a stray mark; a third time nothing is left
AT_MOST = 0.5  # what a title with a made-up word can have
NO_POINT = 0.1  # what is left of a title that makes no key point


@reward_term(
    uses=FIELDS,
    gate=True,
    validity="exact but for replies, which are told by how they begin and by a second sentence "
    "(proxy)",
)
def title_form(view: TermView) -> Score | None:
    """0 for what is no title: several lines, a reply, a copy of a message, nothing; else up to 1.

    0.3 for a title that says a content word twice or that is padded (more than five small words in
    a row, six Chinese characters), 0 for more; 0.3 with a stray mark, among them a third emoji, a
    fourth tag and a third date. Falls from 1 at 16 words (28 Chinese characters) to 0 at 24 (42).
    """
    known = view.once(facts)
    if known is None:
        return None
    return form_score(view, known, form.is_copy, (0,))


def form_score(
    view: TermView,
    known: Facts,
    is_copy: Callable[[Title, Facts], bool],
    starts: Sequence[int],
) -> Score:
    """The score of :func:`title_form` by a rule for copies; replies may begin at ``starts``."""
    title, reply = read(view), view.reply
    if "\n" in reply.strip() or not form.is_whole(title) or len(reply) > LONGEST:
        return Score(0.0, noted([(0, len(reply))], "no title"))
    if any(form.is_reply(title, known, start) for start in starts):
        return Score(0.0, noted([(0, len(reply))], "a reply"))
    if is_copy(title, known):
        return Score(0.0, noted([(0, len(reply))], "a copy"))
    again, marks = form.repeated(title, known), form.stray(title)
    again += form.padding(title, known)
    factor = {0: 1.0, 1: FAULT}.get(len(again), 0.0) * (FAULT if marks else 1.0)
    reasons = noted(spans(view, again), "again") + noted(spans(view, marks), "stray mark")
    brevity = form.brevity(title, known)
    if brevity < 1:
        reasons += (Reason(0, len(reply), "too long for a title"),)
    return Score(factor * brevity, reasons)


@reward_term(
    uses=FIELDS,
    gate=True,
    validity="proxy: a phrase that the session has not, and whose words it has far from each "
    "other, is taken for a list",
)
def title_phrase(view: TermView) -> Score | None:
    """1 for words in the order of a phrase, falling to 0 for a list of keywords.

    From 0 at a mean score of the joints of two words of 0.35 to 1 at 0.7; see
    :func:`persona_env.envs.title.phrase.phrase`. No more than for a title in the natural register,
    :func:`persona_env.envs.title.heap.heap`.
    """
    known = view.once(facts)
    if known is None:
        return None
    title = read(view)
    value = 0.0 if len(view.reply) > LONGEST else min(phrase(title, known), heap(title, known))
    note = "words in the order of a phrase" if value == 1 else "reads as a list of keywords"
    return Score(value, (Reason(0, len(view.reply), note),))


@reward_term(
    uses=FIELDS,
    gate=True,
    validity="exact up to the forms of words; a synonym is taken for made up",
)
def title_grounded(view: TermView) -> Score | None:
    """1 without a made-up word, else half the square of the share of content words that are known.

    Known are the words of the session in other forms and compounds, function words, and the common
    words of titles.
    """
    known = view.once(facts)
    if known is None:
        return None
    if len(view.reply) > LONGEST:
        return Score(0.0, (Reason(0, len(view.reply), "too long for a title"),))
    share, bad = content.made_up(read(view), known)
    value = AT_MOST * (1 - share) ** 2 if bad else 1.0
    return Score(value, noted(spans(view, bad), "made up"))


@reward_term(
    uses=FIELDS,
    gate=True,
    value_range=(NO_POINT, 1),
    validity="exact; the phrasings are the author's",
)
def title_points(view: TermView) -> Score | None:
    """From 0.1 for none of the session's key points, by the square of their share, to 1 for all.

    A point counts in any of its accepted phrasings, in other forms of the words and as a compound;
    in tags it does not count.
    """
    known = view.once(facts)
    if known is None:
        return None
    if len(view.reply) > LONGEST:
        return Score(NO_POINT, (Reason(0, len(view.reply), "too long for a title"),))
    said, count = content.key_points(read(view), known), len(known.session.points)
    value = NO_POINT + (1 - NO_POINT) * (len(said) / count) ** 2
    note = f"{len(said)} of {count} key points"
    return Score(value, found(spans(view, said), note, note))


@reward_term(
    uses=FIELDS,
    gate=True,
    values=(0, 1),
    validity="exact, also for values that are spaced out or split by marks; a paraphrase is not "
    "seen",
)
def title_private(view: TermView) -> Score | None:
    """0 for a title with anything that the session marks as private, else 1."""
    known = view.once(facts)
    if known is None:
        return None
    found = content.private(read(view), known)
    return Score(0.0, noted(spans(view, found), "private")) if found else None
