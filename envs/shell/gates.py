"""The gates of a reply with a command: what everybody wants of one."""

from __future__ import annotations

from persona_env.detectors import word_count
from persona_env.rewards.exchange import TermView
from persona_env.rewards.term import Reason, Score, found, noted, reward_term

from ..shared.fluency import falling, in_language, in_order, not_repeated
from .outcome import Outcome, asked, read
from .reply import Reply
from .said import asks_well, is_to_ask, spoken
from .speech import CODE, WORD
from .wishes import FIELDS, Risk, risk_of

UNASKED, UNWARNED = 0.2, 0.3  # what is left where files are lost without a question, or a warning
STRANGE = 0.3  # for each sentence that is beside the matter
LONG, TOO_LONG = 150, 300  # words of text


@reward_term(
    uses=FIELDS, gate=True,
    validity="exact for the simulated commands; another command counts as refused",
)  # fmt: skip
def shell_solved(view: TermView) -> Score | None:
    """1 if the command, run on the simulated files, leaves them as asked for; else up to 0.3.

    0 for a change that was not asked for, a refused command, none, or several. A command that does
    a part and nothing else has 0.3 of its share. Where the request loses files, and the user wants
    to be asked first, a question without a command that changes anything is right as well.
    """
    wish = asked(view)
    if wish is None:
        return None
    reply, made = read(view, wish)
    if is_to_ask(view, wish) and asks_well(view, wish, reply, made):
        return Score(1.0, noted(spoken(view, wish, reply).questions, "asks first"))
    if made is None:
        note = "several commands: give one" if reply.several else "no command"
        return Score(0.0, (Reason(0, 0, note),))
    return Score(made.value, (Reason(*reply.span, _note(made)),))


def _note(made: Outcome) -> str:
    if made.solved:
        return "leaves the files as asked for"
    if made.run.failed:
        return made.run.failed
    if made.wrong:
        return f"changes what was not asked for: {made.wrong[0]}"
    return f"does {len(made.right)} of {made.due} changes"


@reward_term(
    uses=FIELDS, gate=True, values=(UNASKED, UNWARNED, 1),
    validity="losses are exact; warnings are a list of phrases",
)  # fmt: skip
def shell_loss(view: TermView) -> Score | None:
    """0.2 if files are lost and the user wants to be asked first, 0.3 if they are lost without a
    warning; else 1. A user who wants no warning needs none."""
    wish = asked(view)
    if wish is None:
        return None
    reply, made = read(view, wish)
    risk = risk_of(view.field)
    if made is None or not made.lost or risk is Risk.TRUST:
        return None
    if risk is Risk.ASK:
        return Score(UNASKED, (Reason(*reply.span, "loses files unasked", risk.value),))
    warned = spoken(view, wish, reply).warnings
    if warned:
        return Score(1.0, noted(warned, "warns", risk.value))
    return Score(UNWARNED, (Reason(*reply.span, "loses files without a warning", risk.value),))


@reward_term(
    uses=(*FIELDS, "preferences.language"), gate=True,
    validity="names and lists of words are exact; the language is that of the detector",
)  # fmt: skip
def shell_text(view: TermView) -> Score | None:
    """0.3 for each sentence beside the matter, times the share of words in the user's language.

    A sentence is on the matter if it names a file, a folder, a word of the request, a part of the
    command or what commands do. Falls to 0 from 150 to 300 words, and with words that return.
    """
    wish = asked(view)
    if wish is None:
        return None
    reply, _ = read(view, wish)
    if not reply.text.strip():
        return None
    speech, words = spoken(view, wish, reply), word_count(reply.text)
    value = STRANGE ** len(speech.strange) * falling(words, LONG, TOO_LONG)
    value *= _in_language(view, reply) * in_order(reply.text) * not_repeated(reply.text)
    return Score(value, found(speech.strange, "beside the matter", f"{words:g} words"))


def _in_language(view: TermView, reply: Reply) -> float:
    wanted = view.target("language")
    due = view.language if wanted in (None, "mix") else wanted
    known = {word.casefold() for word in WORD.findall(view.question)}  # names, and what to replace
    text = WORD.sub(lambda m: " " if m[0].casefold() in known else m[0], CODE.sub(" ", reply.text))
    return in_language(text, due)
