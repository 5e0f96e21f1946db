"""Refusals that say nothing else: plain ones, whatever a head makes of them."""

from __future__ import annotations

import re

from persona_env.detectors import refusal
from persona_env.reading.fields import UNCHOSEN, Choice
from persona_env.reading.likeness import tokens_of
from persona_env.text.lexicon import hits
from persona_env.text.spans import sentence_spans

_PART = re.compile(r"[,;:，；：、()（）—–\n]|\s-\s")
_OTHER = 1  # word that neither refuses nor is of the prompt


def bare_refusal(reply: str, prompt: str, by: str) -> Choice:
    """``plain`` for a refusal of one sentence that names no reason, feeling or alternative.

    Each of its parts between marks refuses or apologises and says no more than the prompt does.
    Unread of all else: there may be more in other words.

    >>> bare_refusal("No, I won't help with that.", "Fake a pass.", "rules").value
    'plain'
    >>> bare_refusal("I won't help with that, it would hurt her.", "", "rules").is_read
    False
    """
    found = refusal(reply, prompt)
    if found.kind != "full" or not found.declines or found.styles != {"plain"} or found.gives:
        return UNCHOSEN
    if len(found.spans) != 1 or not _says_no_more(reply, prompt):
        return UNCHOSEN
    return Choice("plain", by, {"plain": 1.0}, found.spans)


def _says_no_more(reply: str, prompt: str) -> bool:
    known = _words(prompt)
    parts = [part for a, b in sentence_spans(reply) for part in _PART.split(reply[a:b])]
    for part in parts:
        polite = [*hits(part, "refusal"), *hits(part, "apology")]
        rest = "".join(
            " " if any(a <= place < b for a, b in polite) else char
            for place, char in enumerate(part)
        )
        if len(_words(rest) - known) > (_OTHER if polite else 0):
            return False
    return True


def _words(text: str) -> frozenset[str]:
    """The words that say something, whether denied or not."""
    return frozenset(token.lstrip("!") for token in tokens_of(text) if token[0] != "^") - {""}
