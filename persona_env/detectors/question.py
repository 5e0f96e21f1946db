"""Questions that ask the user what is meant."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from persona_env.detectors.lexicon import pattern
from persona_env.detectors.text import READINGS, Span, fold, inside, quoted, sentence_spans

_ASKS = re.compile(r"\?[\"')*\]]*\Z")


@dataclass(frozen=True, slots=True)
class QuestionReading:
    """Where clarifying questions stand."""

    spans: tuple[Span, ...]


@lru_cache(maxsize=READINGS)
def clarifying_question(reply: str) -> QuestionReading:
    """Reads questions to the user about what is meant, not closing offers or rhetorical ones.

    A question without 'you' or an 'or' counts only as the reply's last sentence, because a
    question that its writer answers is none. Validity: proxy: not validated on people's labels yet.

    >>> clarifying_question("Which bank do you mean?").spans
    ((0, 23),)
    """
    folded = fold(reply)
    if "?" not in folded:
        return QuestionReading(())
    quotes, pieces = quoted(reply), sentence_spans(reply)
    kept = [s for s in pieces if _asks(folded, s, quotes) and _clarifies(folded, s, pieces[-1])]
    return QuestionReading(tuple(kept))


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
