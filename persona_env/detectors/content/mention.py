"""What a text claims, and not merely names: to concede, contrast, imagine or report it."""

from __future__ import annotations

from collections.abc import Iterable

from persona_env.detectors.content.denial import denied
from persona_env.text.lexicon import pattern
from persona_env.text.phrases import asserted, first, phrasings_of
from persona_env.text.spans import Span, fold, inside, sentence_spans


def claimed(text: str, phrasings: Iterable[str]) -> list[Span]:
    """Reads where ``phrasings`` are said to be so: :func:`asserted`, not :func:`denied`, not named.

    Named, and no claim, is what stands in a condition or in somebody else's mouth ('if I wrote
    1984', 'you said 1984', unless that is called right), in a contrast ('rather than 1984'), in
    what is imagined ('you might think that it was 1984'), and what is called wrong or impossible
    behind it ('1984 was my slip', 'I said 1984. Sorry'). Validity: proxy, hand-worked cases only.

    >>> text = "It opened in 1994. If I wrote 1984, that was my slip."
    >>> claimed(text, ["1984"]), claimed("No, it opened in 1984.", ["1984"])
    ([], [(17, 21)])
    """
    wanted = phrasings_of(phrasings)
    if first(text, wanted) is None:
        return []
    plain, shut = _without_answers(text), denied(text)
    found = [span for span in asserted(plain, wanted) if not inside(span, shut)]
    pieces = sentence_spans(text) if found else ()
    return [span for span in found if not _is_named(fold(text), span, pieces)]


def _without_answers(text: str) -> str:
    """The text with blanks for each 'No,' that answers: it negates nothing behind it."""
    return pattern("answers_no").sub(lambda found: " " * len(found[0]), fold(text))


def _is_named(folded: str, span: Span, pieces: Iterable[Span]) -> bool:
    start, end, further = _around(span, pieces, len(folded))
    before, after = folded[start : span[0]], folded[span[1] : end]
    if pattern("named_right_before").search(before) or pattern("named_behind").match(after):
        return True
    if _reaches(before, "supposes", "and_yet") or _reaches(before, "names_the_rest"):
        return True
    if _reaches(before, "others_say"):
        return not pattern("endorses").search(folded[start:end])
    own = _reaches(before, "i_said")
    return own and pattern("concedes").search(folded[start:further]) is not None


def _around(span: Span, pieces: Iterable[Span], length: int) -> tuple[int, int, int]:
    """Where the sentence of a span starts and ends, and where the next one does."""
    known = list(pieces)
    at = next((i for i, (start, end) in enumerate(known) if start <= span[0] < end), None)
    if at is None:
        return 0, length, length
    start, end = known[at]
    end = max(end, span[1])
    return start, end, known[at + 1][1] if at + 1 < len(known) else end


def _reaches(before: str, opens: str, ends: str = "clause_break") -> bool:
    """Whether a phrase of the list ``opens`` stands in ``before``, and none of ``ends`` behind."""
    behind = (before[found.end() :] for found in pattern(opens).finditer(before))
    return any(pattern(ends).search(between) is None for between in behind)
