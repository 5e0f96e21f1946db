"""The gates of a reply on a document: what everybody wants of marks and quotes."""

from __future__ import annotations

from persona_env.rewards.exchange import TermView
from persona_env.rewards.term import Reason, Score, reward_term

from .bayes import brier
from .document import folded
from .marks import Marks, read_marks, stated
from .picks import Picks, read_picks
from .task import Asked, asked, best_picks, needed
from .wishes import USES, Task, Wanted
from .words import any_of

TALK = (16, 60)  # words beside marks and quotes that cost nothing, and with which nothing is left
OVERTIME = 1.5  # of the words there is time for, with which nothing is left
BY_NUMBER = 0.5  # for statements that are named by number and not quoted
TAKEN_BACK = 0.1  # for a reply that calls itself false, or another's
LARGE = 3  # digits from which on a number beside quotes has to be of the prompt
WHOLE = 0.8  # of the words of a statement, with which it counts as read


def marks_of(view: TermView) -> Marks:
    """The marks of the reply."""
    return read_marks(view.reply)


def picks_of(view: TermView, case: Asked) -> Picks:
    """The quotes of the reply."""
    return read_picks(view.reply, case.document)


def losses(case: Asked, marks: Marks) -> list[float]:
    """The squared distance from the honest confidence, by statement; 1 without a mark."""
    given = stated(marks, len(case.chances))
    return [brier(given[n], case.chances[n - 1]) if n in given else 1.0 for n in case.numbers]


def picked(case: Asked, picks: Picks) -> list[int]:
    """The statements that are read."""
    words = picks.words
    return [
        n
        for n, place in zip(case.numbers, case.document.statements, strict=True)
        if sum(word in words for word in place) >= WHOLE * len(place)
    ]


@reward_term(uses=USES, gate=True, values=(0, BY_NUMBER, 1), validity="exact")
def highlight_inside(view: TermView) -> Score | None:
    """1 if every mark and quote is on the document, else 0; 0.5 for statements by number alone.

    A mark is outside if there is no statement of its number, or its confidence is above 100 %; a
    quote if its words do not stand in the document one after the other. 0 without any.
    """
    case = asked(view)
    if case is None:
        return None
    if case.wishes.task is Task.MARK:
        marks = marks_of(view).given
        wrong = [m for m in marks if m.number not in case.numbers or m.stated > 1]
        reasons = tuple([Reason(*m.span, f"no statement {m.number}, or no chance") for m in wrong])
        return _inside(bool(marks) and not wrong, reasons or (Reason(0, 0, _told(len(marks))),))
    picks = picks_of(view, case)
    reasons = tuple([Reason(*span, "not in the document") for span in picks.outside])
    there = bool(picks.quotes) or picks.nothing
    score = _inside(there and not reasons, reasons or (Reason(0, 0, _told(len(picks.quotes))),))
    return Score(BY_NUMBER, score.reasons) if score.value and picks.by_number else score


def _told(count: int) -> str:
    return f"{count} in the document" if count else "no mark or quote"


def _inside(holds: bool, reasons: tuple[Reason, ...]) -> Score:
    return Score(float(holds), reasons)


@reward_term(uses=USES, gate=True, validity="exact")
def highlight_tells(view: TermView) -> Score | None:
    """How much a reply tells of this document.

    Of marks: their skill against the best constant confidence, that is 1 - L / L', where L and L'
    are the summed squared distances from the honest confidences; 0 for none. Of quotes: 1 if a
    statement that is worth reading is among them, else 0; where there is none, 1 for saying so.
    """
    case = asked(view)
    if case is None:
        return None
    if case.wishes.task is Task.PICK:
        return _tells_of_picks(view, case)
    mean = sum(case.chances) / len(case.chances)
    spread = sum(brier(mean, chance) for chance in case.chances)
    told = 1 - sum(losses(case, marks_of(view))) / spread
    note = f"the marks tell {max(0.0, told):.0%} of what there is to tell beyond one for all"
    return Score(max(0.0, told), (Reason(0, 0, note),))


def _tells_of_picks(view: TermView, case: Asked) -> Score:
    picks = picks_of(view, case)
    if not best_picks(case):
        said = "nothing to read" if picks.nothing else "there is nothing to read"
        return Score(float(picks.nothing), (Reason(0, 0, said),))
    found = [*{*picked(case, picks)} & {*needed(case)}]
    return Score(float(bool(found)), (Reason(0, 0, f"reads the statements {sorted(found)}"),))


@reward_term(uses=USES, gate=True, validity="exact")
def highlight_short(view: TermView) -> Score | None:
    """1 for up to 16 words beside marks and quotes, falling to 0 at 60.

    Times the share of them that repeat no other; of quotes times 1 within the user's time, falling
    to 0 at half as much again; times 0.1 for what takes the reply back, or denies the quotes.
    """
    case = asked(view)
    if case is None:
        return None
    if case.wishes.task is Task.MARK:
        marks = marks_of(view)
        once = _share(len({mark.number for mark in marks.given}), len(marks.given))
        return _short(marks.said, marks.talk, once, f"{marks.talk} words beside the marks")
    picks = picks_of(view, case)
    words, due = case.document.count(picks.words), case.wishes.words
    once = _share(len(picks.words), sum(len(quote.words) for quote in picks.quotes))
    in_time = 1.0 if due is None else falling(words, due, OVERTIME * due)
    note = f"{words} words to read, {picks.talk} beside them"
    if _denied(picks.said, case, view.language):
        return Score(TAKEN_BACK * once * in_time, (Reason(0, 0, "denies what it quotes"),))
    return _short(picks.said, picks.talk, once * in_time, note)


def _denied(said: str, case: Asked, language: str) -> bool:
    """Whether what stands beside quotes calls them false, for users who read what is reliable, or
    has a number that the prompt has not."""
    if case.wishes.what is not Wanted.DOUBTFUL and any_of("denied").search(said):
        return True
    numbers = {word for word in folded(said) if word.isdecimal() and len(word) >= LARGE}
    if not numbers:
        return False
    return not numbers <= {*folded(case.scenario.text(language).prompt)}


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0


def _short(said: str, talk: int, value: float, note: str) -> Score:
    if any_of("taken_back").search(said):
        return Score(TAKEN_BACK * value, (Reason(0, 0, "takes itself back"),))
    return Score(falling(talk, *TALK) * value, (Reason(0, 0, note),))


def falling(value: float, one: float, zero: float) -> float:
    """1 up to ``one``, falling to 0 at ``zero``."""
    return min(1.0, max(0.0, (zero - value) / (zero - one)))
