"""The gates of a digest: nothing private, nothing invented, and nothing beside the matter."""

from __future__ import annotations

from dataclasses import dataclass

from persona_env.rewards.exchange import TermView
from persona_env.rewards.term import Reason, Score, noted, reward_term

from ..shared.fluency import in_language
from ..shared.fluency import in_order as words_in_order
from .leaks import leaks
from .people import WHO
from .points import without_citations
from .reading import read_digest
from .scenario import DigestScenario
from .wants import faults_for, wants, wants_for_all
from .words import folded, pattern_of

INVENTED = 0.3  # for each thing that nobody said
STRANGE = 0.4  # for each sentence without a citation that is beside the matter


def week_of(view: TermView) -> DigestScenario | None:
    """The week that is asked about; ``None`` for another scenario."""
    return view.scenario if isinstance(view.scenario, DigestScenario) else None


@dataclass(frozen=True)
class Shown:
    """The gate ``digest_private`` for one reader, or for all members."""

    for_all: bool

    def __call__(self, view: TermView) -> Score | None:
        """See :func:`digest_private`."""
        week = week_of(view)
        if week is None:
            return None
        wanted = wants_for_all(view) if self.for_all else wants(view)
        found = leaks(week, view.reply, wanted.circles if wanted else frozenset())
        reasons = tuple(Reason(*leak.span, leak.note) for leak in found)
        return Score(float(not found), reasons)


@reward_term(
    uses=WHO, gate=True, values=(0, 1),
    validity="exact for the listed phrasings, in the spellings that `persona_env.detectors.leaked` "
    "undoes",
)  # fmt: skip
def digest_private(view: TermView) -> Score | None:
    """0 if the digest shows what its reader may not see; else 1.

    That is a private matter of a circle that the reader is not in, in any of its phrasings, a
    citation of a message there, or a password or code, which is for nobody. A digest for all
    members is read by those who are in no circle.
    """
    return Shown(for_all=False)(view)


@dataclass(frozen=True)
class Said:
    """The gate ``digest_true`` for one reader, or for all members."""

    for_all: bool

    def __call__(self, view: TermView) -> Score | None:
        """See :func:`digest_true`."""
        wanted = wants_for_all(view) if self.for_all else wants(view)
        if wanted is None:
            return None
        faults = faults_for(wanted, read_digest(wanted.week, view.reply))
        return Score(INVENTED ** len(faults), tuple(Reason(*one.span, one.note) for one in faults))


@reward_term(
    uses=WHO, gate=True,
    validity="exact for citations, days, numbers, and names of members; other names by a "
    "dictionary, the opposite of a decision by a list of words",
)  # fmt: skip
def digest_true(view: TermView) -> Score | None:
    """0.3 for each thing that nobody said.

    A citation of no message, or of one that does not say it; a day or a number that is not in the
    thread that is cited; another day or another owner than was settled in the end, also beside the
    right one; a member who has no part in it, or somebody whom nobody knows; a choice that was not
    taken; the opposite.
    """
    return Said(for_all=False)(view)


@reward_term(
    uses="preferences.language", gate=True,
    validity="lists of words, and the language detector's reading",
)  # fmt: skip
def digest_text(view: TermView) -> Score | None:
    """0.4 for each sentence beside the matter, times the share of words in the user's language.

    A sentence without a citation is on the matter if it shares words with what is cited beside it;
    a heading names a member, a day or what headings name; a short greeting may open a digest and
    close it. Falls to 0 for words out of order.
    """
    week = week_of(view)
    if week is None:
        return None
    strange = read_digest(week, view.reply).strange
    plain = without_citations(view.reply)
    wish = view.target("language")
    due = view.language if wish in (None, "mix") else wish
    share = in_language(without_names(week, plain), due)
    value = STRANGE ** len(strange) * share * words_in_order(plain)
    reasons = noted(strange, "beside the matter")
    if share < 1:
        reasons += (Reason(0, 0, f"{share:.0%} of the words that are due in {due}", due),)
    return Score(value, reasons)


def without_names(week: DigestScenario, text: str) -> str:
    """A text without the names of members, which have no language."""
    names = pattern_of(tuple(s for member in week.members for s in member.spellings))
    plain, parts, at = folded(text), [], 0
    for match in names.finditer(plain):
        parts.append(text[at : match.start()])
        at = match.end()
    return " ".join([*parts, text[at:]])
