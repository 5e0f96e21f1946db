"""How a reply is said, and how this user likes it."""

from __future__ import annotations

from persona_env.detectors import language as mixed_language
from persona_env.languages import FACTS
from persona_env.languages.lengths import ANY, band, bounds
from persona_env.rewards.exchange import TermView
from persona_env.rewards.expectations import ANSWER_FIELDS, in_full_answers, is_substantive
from persona_env.rewards.natural.compare import (
    CAVEATS,
    EXPERT,
    FORMAL,
    HUMOUR,
    WARM,
    chosen,
    middling,
    wants,
)
from persona_env.rewards.natural.declare import BY_READER, Read, natural_term
from persona_env.rewards.term import PRIOR, Reason, Score, unread
from persona_env.users.description import preference_words

NO_JOKES = "no joke in a serious matter"
MIXED = 0.15  # code-mixing index above which a reply counts as mixed
_TONE, _FORMALITY = in_full_answers("tone"), in_full_answers("formality")
_HUMOUR, _LEVEL = in_full_answers("humour"), in_full_answers("reading_level")
_CAVEATS, _FORMAT = in_full_answers("caveats"), in_full_answers("format")
_LENGTH = in_full_answers("length")


@natural_term(uses=("preferences.tone", *ANSWER_FIELDS), weight="tone", validity=BY_READER)
def tone(view: TermView, read: Read) -> Score | None:
    """How warm the reply is, for a user who wants warmth; how little, for one who wants none."""
    wish = view.once(_TONE)
    if wish is None:
        return None
    return wants(read(view).warm, wish == "warm", WARM, preference_words("tone", wish))


@natural_term(
    uses=("preferences.formality", *ANSWER_FIELDS), weight="formality", validity=BY_READER
)
def formality(view: TermView, read: Read) -> Score | None:
    """How formal, how casual, or how near to the middle the reply is."""
    wish = view.once(_FORMALITY)
    if wish is None:
        return None
    formal, wanted = read(view).formal, preference_words("formality", wish)
    if wish == "neutral":
        return middling(formal, FORMAL, wanted)
    return wants(formal, wish == "formal", FORMAL, wanted)


@natural_term(uses=("preferences.humour", *ANSWER_FIELDS), weight="humour", validity=BY_READER)
def humour(view: TermView, read: Read) -> Score | None:
    """How much the reply jokes, for a user who likes that; how little, for one who does not.

    Where a joke is out of place (illness, grief, whatever has a hazard) it costs whoever asks, and
    none is missed.
    """
    if view.scenario.is_serious:
        joke = read(view).humour
        return wants(joke, False, HUMOUR, NO_JOKES) if joke.or_prior(0) > PRIOR else None
    wish = view.once(_HUMOUR)
    if wish is None:
        return None
    return wants(read(view).humour, wish == "yes", HUMOUR, preference_words("humour", wish))


@natural_term(
    uses=("preferences.reading_level", *ANSWER_FIELDS), weight="reading_level", validity=BY_READER
)
def reading_level(view: TermView, read: Read) -> Score | None:
    """How expert, how simple, or how near to the middle the words are."""
    wish = view.once(_LEVEL)
    if wish is None:
        return None
    expert, wanted = read(view).expert, preference_words("reading_level", wish)
    if wish == "standard":
        return middling(expert, EXPERT, wanted)
    return wants(expert, wish == "expert", EXPERT, wanted)


@natural_term(uses=("preferences.caveats", *ANSWER_FIELDS), weight="caveats", validity=BY_READER)
def caveats(view: TermView, read: Read) -> Score | None:
    """How clearly the reply states its limits, for a user who wants that; how little, if not.

    Caveats are wanted where something is open, assumed or risky; a settled fact needs none.
    """
    wish = view.once(_CAVEATS)
    if wish == "yes" and not view.scenario.is_uncertain:
        return None
    if wish is None:
        return None
    return wants(read(view).caveats, wish == "yes", CAVEATS, preference_words("caveats", wish))


@natural_term(
    uses=("preferences.format", *ANSWER_FIELDS), weight="format",
    validity="counting lines is exact",
)  # fmt: skip
def format(view: TermView, read: Read) -> Score | None:
    """1 for prose, bullets or steps as wanted, else 0; 0.5 for a list of the other kind."""
    wish = view.once(_FORMAT)
    if wish is None:
        return None
    form = read(view).form
    score = chosen(form, wish, preference_words("format", wish))
    other = "prose" not in (wish, form.value) and form.is_read
    return Score(0.5, score.reasons) if other and not score.value else score


@natural_term(
    uses=("preferences.length", *ANSWER_FIELDS), weight="length",
    validity="counting is exact; the bands are those of the bank's writers, see docs/bank.md",
)  # fmt: skip
def length(view: TermView, read: Read) -> Score | None:
    """1 within the lengths that writers gave to such users, falling to 0 beside them."""
    wish = view.once(_LENGTH)
    if wish is None:
        return None
    reading = read(view)
    words, languages = reading.words, reading.languages
    code = languages[0][0] if languages else ANY
    low, high = bounds(wish, code)
    wanted = f"{wish}, {low:.0f} to {high:.0f}"
    if words is None:
        return unread(wanted=wanted)
    return Score(band(words, wish, code), (Reason(0, len(view.reply), _counted(words), wanted),))


def _counted(words: float) -> str:
    return "1 word" if words == 1 else f"{words:g} words"


@natural_term(
    uses=("preferences.language", "context.languages", *ANSWER_FIELDS), weight="language",
    validity="that of fastText's language identification, lid.176",
)  # fmt: skip
def language(view: TermView, read: Read) -> Score | None:
    """The share of the reply in the wanted language; for 'mix', 1 if two of the user's are."""
    wish = view.target("language")
    if wish is None or view.scenario.reply_kind == "data":
        return None
    if wish == "mix":
        return _mixed(view) if is_substantive(view) else None
    shares, wanted = read(view).languages, FACTS[wish].name
    if shares is None:
        return unread(wanted=wanted)
    share = min(1.0, dict(shares).get(wish, 0.0))
    told = ", ".join(f"{code} {part:.2f}" for code, part in shares)
    return Score(share, (Reason(0, len(view.reply), f"in {told}", wanted),))


def _mixed(view: TermView) -> Score:
    found = mixed_language(view.reply)
    reads = view.field("context.languages")
    own = [code for code, share in found.shares if share and code in reads]
    wanted = f"{' and '.join(reads)} mixed, {MIXED:g} or more"
    note = f"in {', '.join(own) or 'none of them'}, mixing {found.mixing:.2f}"
    return Score(float(len(own) > 1 and found.mixing >= MIXED), (Reason(0, 0, note, wanted),))
