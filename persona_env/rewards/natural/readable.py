"""What everybody wants of a reply: that it is in a language they can read."""

from __future__ import annotations

from persona_env.reading.language_id import MIN_WORDS
from persona_env.rewards.exchange import TermView
from persona_env.rewards.natural.declare import Read, natural_term
from persona_env.rewards.term import Reason, Score
from persona_env.rewards.terms.readable import languages_read, score_by_words, score_of_share


@natural_term(
    uses=("preferences.language", "context.languages"), gate=True,
    validity="fastText's language identification, lid.176, sentence by sentence; inside a sentence "
    "the detector `persona_env.detectors.language`, which knows the library's languages alone",
)  # fmt: skip
def readable(view: TermView, read: Read) -> Score | None:
    """The share of the reply in languages the user reads or asks for, from 0.1 to 1 at 70 %.

    Of two shares the lower: that of whole sentences, among all languages, and that of words, among
    the library's. Does not apply without known languages, or to a reply of names alone.
    """
    reads = view.once(languages_read)
    if not reads:
        return None
    told = read(view)
    by_words = score_by_words(view.reply, reads)
    if told.languages is None or (told.words or 0) < MIN_WORDS:
        return by_words
    share = sum(part for code, part in told.languages if code in reads)
    found = ", ".join(f"{code} {part:.2f}" for code, part in told.languages)
    reason = Reason(0, len(view.reply), f"in {found}", f"{', '.join(sorted(reads))}")
    by_sentences = Score(score_of_share(share), (reason,))
    if by_words is None:
        return by_sentences
    return min(by_words, by_sentences, key=lambda score: score.value)
