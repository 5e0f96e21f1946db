"""The gates of a digest: nothing private, nothing invented, what was settled, in readable text."""

from __future__ import annotations

from dataclasses import dataclass

from persona_env.rewards.exchange import TermView
from persona_env.rewards.term import Reason, Score, found, noted, reward_term

from ..shared.fluency import in_language
from ..shared.fluency import in_order as words_in_order
from .leaks import leaks
from .people import WHO
from .points import without_citations
from .reading import Reading, read_digest
from .scenario import DigestScenario
from .wants import Content, Wants, content_of, faults_for, wants, wants_for_all
from .welfare import WELFARES, Welfare, best_welfare, utilities
from .words import folded, has, pattern_of, read_words

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


@reward_term(
    uses=WHO, gate=True,
    validity="exact for citations, days, numbers, and names of members; other names by a "
    "dictionary, the opposite of a decision by a list of words",
)  # fmt: skip
def digest_true(view: TermView) -> Score | None:
    """0.3 for each thing that nobody said.

    A citation of no message, or of one that does not say it; a day or a number that is not in the
    thread that is cited; another day or another owner than was settled in the end; a member who has
    no part in it, or somebody whom nobody knows; a choice that was not taken; the opposite.
    """
    wanted = wants(view)
    if wanted is None:
        return None
    faults = faults_for(wanted, read_digest(wanted.week, view.reply))
    return Score(INVENTED ** len(faults), tuple(Reason(*one.span, one.note) for one in faults))


@reward_term(
    uses=WHO, gate=True,
    validity="exact for citations, owners and days; matters by the author's phrasings",
)  # fmt: skip
def digest_content(view: TermView) -> Score | None:
    """How much of what this member wants is told, times the share of points that tell some of it.

    Wanted are the items on the topics that interest the member and those that they own, of what
    they may see; of a short digest as many as fit. An item is told by a point that cites a message
    which settles it and names the matter; owner and day count a third each.
    """
    wanted = wants(view)
    if wanted is None:
        return None
    reading = read_digest(wanted.week, view.reply)
    content = content_of(wanted, reading)
    if not wanted.items:
        return _nothing(view, reading)
    share = min(1.0, sum(content.values.values()) / wanted.due)
    return _scored(share, content, reading, wanted)


def _nothing(view: TermView, reading: Reading) -> Score:
    """Of a week in which nothing is for this member: 1 for saying so, and nothing else."""
    says = has(folded(view.reply), read_words("nothing"))
    return Score(float(says and not reading.points), (Reason(0, 0, "nothing is for the user"),))


def _scored(share: float, content: Content, reading: Reading, wanted: Wants) -> Score:
    told = [reading.points[at].point.span for at in content.good]
    note = f"{len(content.good)} of {wanted.due} told, {content.others} others"
    return Score(share * content.chosen, found(told, note, note))


@dataclass(frozen=True)
class Served:
    """The gate ``digest_welfare`` for one of the welfare functions."""

    welfare: Welfare

    def __call__(self, view: TermView) -> Score | None:
        """See :func:`digest_welfare`."""
        wanted = wants_for_all(view)
        if wanted is None:
            return None
        reading = read_digest(wanted.week, view.reply)
        content = content_of(wanted, reading)
        kept = dict(list(content.values.items())[: wanted.due])
        values = utilities(wanted.week, kept)
        reached = WELFARES[self.welfare]([*values.values()])
        best = best_welfare(wanted.week, self.welfare, wanted.most)
        return _scored(min(1.0, reached / best), content, reading, wanted)


@reward_term(
    uses=WHO, gate=True,
    validity="exact for citations, owners and days; matters by the author's phrasings",
)  # fmt: skip
def digest_welfare(view: TermView) -> Score | None:
    """How well a digest for all serves the members, against the best choice of as many items.

    Of each member the share of the public items that they want; over members the mean, the minimum
    or the geometric mean (`welfare=`), times the share of points that tell an item for the first
    time. Points beyond the length do not count.
    """
    return Served("mean")(view)


@reward_term(
    uses="preferences.language", gate=True,
    validity="lists of words, and the language detector's reading",
)  # fmt: skip
def digest_text(view: TermView) -> Score | None:
    """0.4 for each sentence beside the matter, times the share of words in the user's language.

    A sentence without a citation is on the matter if it shares words with what is cited beside it;
    a heading names a member, a day or what headings name. Falls to 0 for words out of order.
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
