"""What a title says of a session: its key points, what is made up, and what is private."""

from __future__ import annotations

from collections.abc import Iterator

from persona_env.detectors import leaked
from persona_env.text.spans import Span, is_cjk, plain

from .facts import Facts, Word, latin_words, words_of
from .titles import Title
from .words import same_word, tokens


def key_points(title: Title, facts: Facts) -> list[Span]:
    """The key points that a title makes, and where.

    A phrasing counts in other forms of its words ('leaks' for 'leak'), and as one word or several
    ('ricecooker'). Part of another word does not count ('butter' in 'butterfly').
    """
    found = (first_phrasing(title, point, facts) for point in facts.session.points)
    return [span for span in found if span is not None]


def first_phrasing(title: Title, point: tuple[str, ...], facts: Facts) -> Span | None:
    """Where the first phrasing of a point stands that the title has."""
    return next((span for phrase in point if (span := find_phrase(title, phrase, facts))), None)


def find_phrase(title: Title, phrase: str, facts: Facts) -> Span | None:
    """Where the title has a phrase in any form of its words."""
    wanted = plain(phrase)
    if any(map(is_cjk, wanted)):
        at = plain(title.body).find(wanted)
        return None if at < 0 else (at, at + len(wanted))
    pieces, said = [word for word, _ in tokens(wanted)], words_of(title)
    for i, word in enumerate(said):
        ahead = [one.text for one in said[i : i + len(pieces) + 1]]
        size = _matches(ahead, pieces, facts.language)
        if size:
            return word.span[0], said[i + size - 1].span[1]
    return None


def _matches(said: list[str], pieces: list[str], language: str) -> int:
    """How many of the words are the phrasing; 0 if they are not."""
    n = len(pieces)
    pairs = zip(pieces, said, strict=False)
    if len(said) >= n and all(same_word(piece, word, language) for piece, word in pairs):
        return n
    if n > 1 and same_word("".join(pieces), said[0], language):
        return 1
    joined = n == 1 and len(said) > 1 and same_word(pieces[0], said[0] + said[1], language)
    return 2 if joined else 0


def made_up(title: Title, facts: Facts) -> tuple[float, list[Span]]:
    """The share of content words, tags included, that the session does not hold, and where.

    Small words and the common words of titles are no content. Of a Chinese title characters are
    counted: a word is two or more in a row that the session has, or a listed one; a single one
    that stands alone between words is taken for a short form, if the session has it.
    """
    latin = [*latin_words(title), *tag_words(title)]
    content = [word for word in latin if not facts.is_small(word.text)]
    bad = [word.span for i, word in enumerate(latin) if _is_made_up(latin, i, facts)]
    chinese, strange = _chinese(title, facts)
    count = len(content) + chinese
    return ((len(bad) + len(strange)) / count if count else 0.0), [*bad, *strange]


def tag_words(title: Title) -> Iterator[Word]:
    """The words of the tags that are not Chinese."""
    for start, end in title.tags:
        for word, (a, b) in tokens(title.text[start:end].replace("_", " ")):
            if not is_cjk(word[0]):
                yield Word(word, (start + a, start + b))


def _is_made_up(said: list[Word], i: int, facts: Facts) -> bool:
    word, known = said[i].text, facts.vocabulary.knows
    if facts.is_small(word) or known(word):
        return False
    before = said[i - 1].text if i else ""
    after = said[i + 1].text if i + 1 < len(said) else ""
    return not (known(before + word) or known(word + after))


def _chinese(title: Title, facts: Facts) -> tuple[int, list[Span]]:
    """How many Chinese characters are content, and those of them that are made up."""
    count, bad = 0, list[Span]()
    for run in facts.pieces_of(_said(title)):
        count += sum(len(piece.text) for piece in run if piece.kind != "small")
        strange = [piece.kind == "unknown" for piece in run]
        for i, piece in enumerate(run):
            beside = any(strange[max(0, i - 1) : i]) or any(strange[i + 1 : i + 2])
            if strange[i] and (beside or not facts.has(piece.text)):
                bad.append(piece.span)
    return count, bad


def _said(title: Title) -> str:
    """The body with its tags, in place."""
    text = title.body
    for start, end in title.tags:
        text = f"{text[:start]}{title.text[start:end]}{text[end:]}"
    return text


def private(title: Title, facts: Facts) -> list[Span]:
    """Where a title tells what the session marks as private, also spaced out or split by marks."""
    return leaked(title.text, facts.session.private)
