"""What everybody wants of a reply: that it is in a language they can read."""

from __future__ import annotations

from persona_env.languages import LATIN
from persona_env.reading.language_id import MIN_WORDS, share_in
from persona_env.rewards.exchange import TermView
from persona_env.rewards.natural.declare import Read, natural_term
from persona_env.rewards.term import Reason, Score
from persona_env.rewards.terms.readable import languages_read, score_by_words, score_of_share


@natural_term(
    uses=("preferences.language", "context.languages"), gate=True,
    validity="fastText's language identification, lid.176, sentence by sentence; of a few words, "
    "or where it is unsure, also the detector `persona_env.detectors.language`",
)  # fmt: skip
def readable(view: TermView, read: Read) -> Score | None:
    """The share of the reply in languages the user reads or asks for, from 0.1 to 1 at 70 %.

    A reply of fewer than four words counts as it is more readable by two detectors. Does not apply
    without known languages, or to a reply of names alone.
    """
    reads = view.once(languages_read)
    if not reads:
        return None
    told = read(view)
    is_short = (told.words or 0) < MIN_WORDS
    if told.languages is None:
        by_script = reads.isdisjoint(LATIN)  # which a few Latin words have, if nothing else
        return score_by_words(view.reply, reads) if by_script or not is_short else None
    share = share_in(told.languages, reads)
    found = ", ".join(f"{code} {part:.2f}" for code, part in told.languages)
    reason = Reason(0, len(view.reply), f"in {found}", ", ".join(sorted(reads)))
    by_sentences = Score(score_of_share(share), (reason,))
    if not is_short:
        return by_sentences
    by_words = score_by_words(view.reply, reads)
    return by_words and max(by_words, by_sentences, key=lambda score: score.value)
