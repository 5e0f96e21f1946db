"""Whether letters could be a word of some language, listed or not."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache

from persona_env.languages.files import language_data
from persona_env.text.spans import WORDS

ODD = 0.4  # share of triples that no language has, above which letters are no word
SHORT = 3  # letters up to which anything may be an abbreviation
_LETTERS = re.compile("[a-z]+")
_TWO_SCRIPTS = re.compile("[a-z][\u0400-\u04ff]|[\u0400-\u04ff][a-z]")


@lru_cache(maxsize=WORDS)
def may_be_word(word: str) -> bool:
    """Whether a folded word looks like one of some language: names, dialects, other languages.

    No more than two fifths of its triples of letters are unusual in all of nine languages in Latin
    script. Short words, and words with letters beyond a to z and accents (phonetic script, Greek),
    are not judged, but Latin among Cyrillic letters is no word. Validity: proxy.

    >>> [may_be_word(word) for word in ("bringin", "kurzwellig", "asdfgh", "xqzt")]
    [True, True, False, False]
    """
    if _TWO_SCRIPTS.search(word):
        return False
    letters = plain(word)
    if len(letters) <= SHORT or not _LETTERS.fullmatch(letters):
        return True
    marked, after = f"^{letters}$", _after()
    odd = sum(
        marked[at + 2] not in after.get(marked[at : at + 2], "") for at in range(len(letters))
    )
    return odd <= ODD * len(letters)


def plain(word: str) -> str:
    """Lower case, without accents.

    >>> plain("Über")
    'uber'
    """
    split = unicodedata.normalize("NFD", word.lower())
    return "".join(char for char in split if not unicodedata.combining(char))


@cache
def _after() -> dict[str, str]:
    return {pair[:2]: letters for pair, letters in language_data("", "triples").items()}
