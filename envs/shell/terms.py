"""The gates and terms of a reply with a command: what it does, and what is said around it."""

from __future__ import annotations

from persona_env.detectors import word_count
from persona_env.rewards.exchange import TermView
from persona_env.rewards.term import Reason, Score, found, noted, reward_term
from persona_env.text.spans import Span

from ..shared.fluency import falling
from .gates import shell_loss, shell_solved, shell_text
from .outcome import Asked, asked, read
from .reply import Reply
from .said import asks_well, is_to_ask, loss_named, spoken
from .speech import explained, mentions
from .wishes import FIELDS, LEVEL, RISK, SHELL, Level, Risk, level_of, risk_of

FREE, MOST = 4, 25  # words of explanation for a user who wants none
SENTENCE = (4, 45, 90)  # words of one or two sentences: least, most, and where nothing is left
FEW = 3  # sentences, with which one or two are half met


@reward_term(
    uses=FIELDS, weight=3.0,
    validity="counting is exact; that a part is explained is told by a list of words",
)  # fmt: skip
def shell_explained(view: TermView) -> Score | None:
    """How far the command is explained as the user wants it.

    'every command and option': the share of them that a sentence names and tells. 'one or two
    sentences': 4 to 45 words on the files, in at most two sentences. 'none': 1 up to 4 words,
    falling to 0 at 25. Warnings and questions do not count. 0 without a command;
    does not apply to a right question.
    """
    wish = asked(view)
    level = level_of(view.field)
    if wish is None or level is None:
        return None
    reply, made = read(view, wish)
    if is_to_ask(view, wish) and asks_well(view, wish, reply, made):
        return None
    if made is None or reply.command is None:
        return Score(0.0, (Reason(0, 0, "no command", level.value),))
    spans = spoken(view, wish, reply).explains
    if level is Level.PARTS:
        done, missing = explained(reply.text, spans, reply.command, wish.shell)
        note = f"not explained: {', '.join(missing)}" if missing else "every part is explained"
        share = len(done) / (len(done) + len(missing)) if done or missing else 1.0
        return Score(share, (Reason(0, 0, note, level.value),))
    words = sum(word_count(reply.text[start:end]) for start, end in spans)
    reasons = found(spans, f"{words:g} words", "no explanation", level.value)
    if level is Level.NONE:
        return Score(falling(words, FREE, MOST), reasons)
    return Score(_in_a_sentence(reply, spans, words, wish), reasons)


def _in_a_sentence(reply: Reply, spans: tuple[Span, ...], words: float, wish: Asked) -> float:
    least, most, gone = SENTENCE
    names = any(mentions(reply.text[start:end], wish.case) for start, end in spans)
    if words < least or not names or len(spans) > FEW:
        return 0.0
    return falling(words, most, gone) * (0.5 if len(spans) == FEW else 1.0)


@reward_term(
    uses=FIELDS, weight=2.0, values=(0, 0.5, 1),
    validity="losses are exact; warnings are a list of phrases",
)  # fmt: skip
def shell_warning(view: TermView) -> Score | None:
    """1 for a warning, or a question, exactly where this user wants one.

    Where files are lost: 1 if it says how many, which, or where, else 0.5; 0 without. Where nothing
    is lost, and for a user who wants no warnings: 0 for one.
    """
    wish = asked(view)
    if wish is None:
        return None
    reply, made = read(view, wish)
    speech, risk = spoken(view, wish, reply), risk_of(view.field)
    lost = wish.case.lost if made is None else made.lost
    if is_to_ask(view, wish) and asks_well(view, wish, reply, made):
        return loss_named(reply, speech.questions + speech.warnings, wish.case.lost, risk)
    if made is None:
        return None
    if lost and risk is not Risk.TRUST:
        return loss_named(reply, speech.warnings, lost, risk)
    needless = noted(speech.warnings, "a needless warning", risk.value)
    return Score(0.0 if needless else 1.0, needless or (Reason(0, 0, "no warning", risk.value),))


OWN = (shell_solved, shell_loss, shell_text, shell_explained, shell_warning)
REPLACED = ("factuality", "padding", "boilerplate")
"""General gates whose place these take: what a reply does is known, and all text is about it."""
__all__ = ["LEVEL", "OWN", "REPLACED", "RISK", "SHELL"]
