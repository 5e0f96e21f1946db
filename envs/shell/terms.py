"""The gates and terms of a reply with a command: what it does, and what is said around it."""

from __future__ import annotations

from persona_env.detectors import language as read_language
from persona_env.detectors import order, repetition, word_count
from persona_env.rewards.exchange import TermView
from persona_env.rewards.term import Reason, Score, found, noted, reward_term
from persona_env.text.spans import Span

from .outcome import Asked, Outcome, asked, read
from .reply import Reply
from .speech import CODE, WORD, Speech, explained, mentions, names_loss, read_speech
from .wishes import FIELDS, LEVEL, RISK, SHELL, Level, Risk, level_of, risk_of

UNASKED, UNWARNED = 0.2, 0.3  # what is left where files are lost without a question, or a warning
STRANGE = 0.3  # for each sentence that is beside the matter
LONG, TOO_LONG = 150, 300  # words of text
FREE, MOST = 4, 25  # words of explanation for a user who wants none
SENTENCE = (4, 45, 90)  # words of one or two sentences: least, most, and where nothing is left
ENOUGH = 0.7  # of the words in the user's language
DISORDER, ONE_BREAK = (0.02, 0.08), 0.5  # breaks of the order a word, and what one alone leaves
REPEATED = (0.3, 0.8)  # of the words
FEW = 3  # sentences, with which one or two are half met


def _spoken(view: TermView, wish: Asked, reply: Reply) -> Speech:
    return read_speech(reply.text, wish.case, wish.shell)


def _asks_well(view: TermView, wish: Asked, reply: Reply, made: Outcome | None) -> bool:
    """Whether the reply asks before files are lost, and changes nothing."""
    harmless = made is None or not (made.right or made.wrong)
    return bool(harmless and not reply.several and _spoken(view, wish, reply).questions)


def _is_to_ask(view: TermView, wish: Asked) -> bool:
    return bool(wish.case.lost) and risk_of(view.field) is Risk.ASK


@reward_term(
    uses=FIELDS, gate=True,
    validity="exact for the simulated commands; another command counts as refused",
)  # fmt: skip
def shell_solved(view: TermView) -> Score | None:
    """1 if the command, run on the simulated files, leaves them as wished; else up to 0.3.

    0 for a change that was not wished, a refused command, none, or several. A command that does a
    part and nothing else has 0.3 of its share. Where the wish loses files, and the user wants to be
    asked first, a question without a command that changes anything is right as well.
    """
    wish = asked(view)
    if wish is None:
        return None
    reply, made = read(view, wish)
    if _is_to_ask(view, wish) and _asks_well(view, wish, reply, made):
        return Score(1.0, noted(_spoken(view, wish, reply).questions, "asks first"))
    if made is None:
        note = "several commands: give one" if reply.several else "no command"
        return Score(0.0, (Reason(0, 0, note),))
    return Score(made.value, (Reason(*reply.span, _note(made)),))


def _note(made: Outcome) -> str:
    if made.solved:
        return "leaves the files as wished"
    if made.run.failed:
        return made.run.failed
    if made.wrong:
        return f"changes what was not wished: {made.wrong[0]}"
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
    warned = _spoken(view, wish, reply).warnings
    if warned:
        return Score(1.0, noted(warned, "warns", risk.value))
    return Score(UNWARNED, (Reason(*reply.span, "loses files without a warning", risk.value),))


@reward_term(
    uses=(*FIELDS, "preferences.language"), gate=True,
    validity="names and lists of words are exact; the language is that of the detector",
)  # fmt: skip
def shell_text(view: TermView) -> Score | None:
    """0.3 for each sentence beside the matter, times the share of words in the user's language.

    A sentence is on the matter if it names a file, a folder, a part of the command or what
    commands do. Falls to 0 from 150 to 300 words, and with words that return.
    """
    wish = asked(view)
    if wish is None:
        return None
    reply, _ = read(view, wish)
    if not reply.text.strip():
        return None
    speech, words = _spoken(view, wish, reply), word_count(reply.text)
    value = STRANGE ** len(speech.strange) * _falling(words, LONG, TOO_LONG)
    value *= _in_language(view, reply) * _in_order(reply.text)
    return Score(value, found(speech.strange, "beside the matter", f"{words:g} words"))


def _in_order(text: str) -> float:
    """1 for words in order, none of them again and again, falling to 0."""
    broken = order(text)
    value = _falling(broken.share, *DISORDER)
    value = max(value, ONE_BREAK) if len(broken.spans) == 1 else value
    return value * _falling(repetition(text).share, *REPEATED)


def _in_language(view: TermView, reply: Reply) -> float:
    wanted = view.target("language")
    due = view.language if wanted in (None, "mix") else wanted
    known = {word.casefold() for word in WORD.findall(view.question)}  # names, and what to replace
    text = WORD.sub(lambda m: " " if m[0].casefold() in known else m[0], CODE.sub(" ", reply.text))
    reading = read_language(text)
    if reading.main is None:
        return 1.0
    return min(1.0, dict(reading.shares).get(due, 0.0) / ENOUGH)


def _falling(value: float, one: float, zero: float) -> float:
    return min(1.0, max(0.0, (zero - value) / (zero - one)))


@reward_term(
    uses=FIELDS, weight=3.0,
    validity="counting is exact; that a part is explained is told by a list of words",
)  # fmt: skip
def shell_explained(view: TermView) -> Score | None:
    """How far the command is explained as the user wants it.

    'every command and option': the share of them that a sentence names and tells. 'one or two
    sentences': 4 to 45 words on the files, in at most two sentences. 'none': 1 up to 4 words,
    falling to 0 at 25. Warnings and questions do not count. Does not apply without a command.
    """
    wish = asked(view)
    level = level_of(view.field)
    if wish is None or level is None:
        return None
    reply, made = read(view, wish)
    if made is None or reply.command is None:
        return None
    spans = _spoken(view, wish, reply).explains
    if level is Level.PARTS:
        done, missing = explained(reply.text, spans, reply.command, wish.shell)
        note = f"not explained: {', '.join(missing)}" if missing else "every part is explained"
        share = len(done) / (len(done) + len(missing)) if done or missing else 1.0
        return Score(share, (Reason(0, 0, note, level.value),))
    words = sum(word_count(reply.text[start:end]) for start, end in spans)
    reasons = found(spans, f"{words:g} words", "no explanation", level.value)
    if level is Level.NONE:
        return Score(_falling(words, FREE, MOST), reasons)
    return Score(_in_a_sentence(reply, spans, words, wish), reasons)


def _in_a_sentence(reply: Reply, spans: tuple[Span, ...], words: float, wish: Asked) -> float:
    least, most, gone = SENTENCE
    names = any(mentions(reply.text[start:end], wish.case) for start, end in spans)
    if words < least or not names or len(spans) > FEW:
        return 0.0
    return _falling(words, most, gone) * (0.5 if len(spans) == FEW else 1.0)


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
    speech, risk = _spoken(view, wish, reply), risk_of(view.field)
    lost = wish.case.lost if made is None else made.lost
    if _is_to_ask(view, wish) and _asks_well(view, wish, reply, made):
        return _named(reply, speech.questions + speech.warnings, wish.case.lost, risk)
    if made is None:
        return None
    if lost and risk is not Risk.TRUST:
        return _named(reply, speech.warnings, lost, risk)
    needless = noted(speech.warnings, "a needless warning", risk.value)
    return Score(0.0 if needless else 1.0, needless or (Reason(0, 0, "no warning", risk.value),))


def _named(reply: Reply, spans: tuple[Span, ...], lost: tuple[str, ...], risk: Risk) -> Score:
    if not spans:
        return Score(0.0, (Reason(0, 0, "no warning", risk.value),))
    tells = any(names_loss(reply.text[start:end], lost) for start, end in spans)
    note = "tells what is lost" if tells else "does not tell what is lost"
    return Score(1.0 if tells else 0.5, noted(spans, note, risk.value))


OWN = (shell_solved, shell_loss, shell_text, shell_explained, shell_warning)
REPLACED = ("factuality", "padding", "boilerplate")
"""General gates whose place these take: what a reply does is known, and all text is about it."""
__all__ = ["LEVEL", "OWN", "REPLACED", "RISK", "SHELL"]
