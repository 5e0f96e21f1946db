"""The gates of titles in the natural register: what is exact, and evidence for the rest.

People and models title in words of their own. A word that the session has in no form is unread,
not made up, unless it is a name or a number; so is a key point, if the title says more than was
read.
"""

from __future__ import annotations

from persona_env.rewards.exchange import TermView
from persona_env.rewards.natural import Read, natural_term
from persona_env.rewards.term import Reason, Score, found, noted

from .copies import is_copy
from .evidence import evidence
from .gates import NO_POINT, form_score
from .habits import FIELDS
from .heap import heap
from .points import named_points, says_more
from .views import LONGEST, facts, known, read, spans
from .words import word_lists

INVENTED, ODD = 0.3, 0.5  # what each made-up name or number leaves, and each word of no dictionary
SOME, ALONE = 0.8, 0.4  # for some of the key points, in a title that says more, and in one of them
CORE = (NO_POINT, 0.45, 0.65)  # for none, by the words of the session's titles that it has
FEWEST, MOST = 3, 0.75  # words of the session in a title, and their share, that count as one
TOO_LONG = "too long for a title"


@natural_term(
    uses=FIELDS, gate=True, own=True,
    validity="exact but for replies, which are told by how they begin and by a second sentence "
    "(proxy)",
)  # fmt: skip
def title_form(view: TermView, _: Read) -> Score | None:
    """As in the tiny register; also 0 for a reply behind a topic, and for an answer of the session.

    A piece of a message is a copy if there is little else in the title.
    """
    session = view.once(facts)
    if session is None:
        return None
    starts = [0, *(end for _, (_, end) in read(view).separators)]
    return form_score(view, session, is_copy, starts)


@natural_term(
    uses=FIELDS, gate=True, own=True,
    validity="proxy: joints that the session has not are unread; a heap has many of them",
)  # fmt: skip
def title_phrase(view: TermView, _: Read) -> Score | None:
    """1 for words that may be a phrase, falling to 0 for a heap of keywords.

    See :func:`persona_env.envs.title.heap.heap`.
    """
    session = view.once(facts)
    if session is None:
        return None
    value = 0.0 if len(view.reply) > LONGEST else heap(read(view), session)
    note = "no heap of keywords" if value == 1 else "a heap of keywords"
    return Score(value, (Reason(0, len(view.reply), note),))


@natural_term(
    uses=FIELDS, gate=True, own=True,
    validity="numbers are exact; names are told by capitals and lists; overlap with the session "
    "tells the rest (proxy)",
)  # fmt: skip
def title_grounded(view: TermView, _: Read) -> Score | None:
    """How much speaks for the title being about the session, times 0.3 a made-up name or number.

    From 0 to 1 between two shares of the content words (Chinese characters) that the session has in
    any form, smaller ones for a title with a key point. The other words are unread; each that
    stands in no dictionary leaves 0.5.
    """
    session = view.once(known)
    if session is None:
        return None
    if len(view.reply) > LONGEST:
        return Score(0.0, (Reason(0, len(view.reply), TOO_LONG),))
    title = read(view)
    if session.is_foreign(title):
        return Score(0.0, (Reason(0, len(view.reply), "another language"),))
    said, points = evidence(title, session), named_points(title, session)
    low, high = word_lists(session.language)["support" if points else "support_alone"]
    share = said.own / said.size if said.size else 1.0
    value = min(1.0, max(0.0, (share - low) / (high - low)))
    value *= INVENTED ** len(said.invented) * ODD ** len(said.odd)
    why = noted(spans(view, said.invented), "made up") + noted(spans(view, said.odd), "unknown")
    note = f"{said.own:g} of {said.size:g} in the session"
    return Score(value, why or (Reason(0, len(view.reply), note),), share)


@natural_term(
    uses=FIELDS, gate=True, own=True,
    validity="phrasings that are found are exact; a point in other words is unread",
)  # fmt: skip
def title_points(view: TermView, _: Read) -> Score | None:
    """1 for all of the session's key points; 0.8 for some of them and further words, else 0.4.

    For none of them 0.65, 0.45 or 0.1, as the title has two, one or no words of the session's
    titles; three words of its messages that are most of the title count as one. A point is named by
    half of its phrasing, too; in tags it does not count.
    """
    session = view.once(known)
    if session is None:
        return None
    if len(view.reply) > LONGEST:
        return Score(NO_POINT, (Reason(0, len(view.reply), TOO_LONG),))
    title, count = read(view), len(session.facts.session.points)
    points = named_points(title, session)
    where = [span for one in points for span in one]
    note = f"{len(points)} of {count} key points"
    why = found(spans(view, where), note, note)
    if len(points) == count:
        return Score(1.0, why)
    if points:
        return Score(SOME if says_more(title, points, session) else ALONE, why, len(points) / count)
    said = evidence(title, session)
    is_near = said.own >= FEWEST and said.own >= MOST * said.size
    return Score(CORE[min(max(len(said.core), is_near), len(CORE) - 1)], why, 0.5)


OWN = (title_form, title_phrase, title_grounded, title_points)
