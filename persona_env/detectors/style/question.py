"""Questions to the user, and those that ask what is meant."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from persona_env.text.lexicon import pattern
from persona_env.text.spans import READINGS, Span, fold, inside, quoted, sentence_spans

_ASKS = re.compile(r"\?[\"')*\]]*\Z")


class QuestionReading(NamedTuple):
    """Where questions stand."""

    spans: tuple[Span, ...]


@lru_cache(maxsize=READINGS)
def questions(reply: str) -> QuestionReading:
    """Reads the writer's own questions, of whatever kind; quoted ones are not its own.

    Validity: RBR gold set, development half (351 replies), proposition 'requests information':
    accuracy 0.95, P 0.88, R 0.99; the rest are mostly rhetorical.

    >>> questions("She asked 'why?'. What do you think?").spans
    ((18, 36),)
    """
    folded = fold(reply)
    if "?" not in folded:
        return QuestionReading(())
    quotes = quoted(reply)
    return QuestionReading(tuple(s for s in sentence_spans(reply) if _asks(folded, s, quotes)))


@lru_cache(maxsize=READINGS)
def clarifying_question(reply: str) -> QuestionReading:
    """Reads questions to the user about what is meant, not closing offers or rhetorical ones.

    A question without 'you' or an 'or' counts only as the reply's last sentence, because a
    question that its writer answers is none. Validity: proxy: not validated on people's labels yet.

    >>> clarifying_question("Which bank do you mean?").spans
    ((0, 23),)
    """
    asked = questions(reply).spans
    if not asked:
        return QuestionReading(())
    folded, last = fold(reply), sentence_spans(reply)[-1]
    return QuestionReading(tuple(s for s in asked if _clarifies(folded, s, last)))


def _asks(folded: str, span: Span, quotes: list[Span]) -> bool:
    """Whether the sentence ends in a question mark that is the writer's own."""
    mark = folded.rfind("?", *span)
    own = not inside((mark, mark + 1), quotes)
    return bool(_ASKS.search(folded[span[0] : span[1]])) and own


def _clarifies(folded: str, span: Span, last: Span) -> bool:
    said = folded[span[0] : span[1]]
    if pattern("closer").search(said) or not pattern("question_words").search(said):
        return False
    return span == last or pattern("to_the_user").search(said) is not None
