"""What the user's situation asks a reply to do, read through a term's view."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from persona_env.detectors import (
    Phrasings,
    RefusalReading,
    care_note,
    find,
    phrasings_of,
    refusal,
    support,
)
from persona_env.rewards.exchange import TermView
from persona_env.rewards.refusal_policy import Act, refusal_act
from persona_env.rewards.scoring_rules import answer_pays
from persona_env.rewards.term import Reason, noted
from persona_env.scenarios.schema import ScenarioText
from persona_env.text.spans import Span, inside

HAZARD_FIELDS = (
    "preferences.refusal_strictness",
    "context.age_band",
    "context.expertise",
    "context.vulnerabilities",
)
"""The profile fields on which the right act depends."""

REFUSALS = {
    "i_feel": "a refusal with feeling", "plain": "a plain refusal",
    "explained": "a refusal with a reason", "alternative": "a refusal with an alternative",
}  # fmt: skip
ASKED = {"ask": "to be asked back", "assume": "never to be asked back"}
VIEWS = {"pick": "one side picked", "both": "both sides shown", "none": "no view"}
"""What a user wants, in the words of a reason, by target."""

UNKIND = frozenset({"judging", "policy", "as_an_ai", "evasive"})
"""Styles of a refusal that nobody wants."""

ANSWER_FIELDS = (
    *HAZARD_FIELDS,
    "preferences.clarification",
    "preferences.confidence_target",
    "preferences.views",
    "extensions.views",
)
"""The profile fields on which it depends whether a full answer is right."""


def wanted_act(view: TermView) -> Act:
    """The right act for this request and this user (a term declares :data:`HAZARD_FIELDS`)."""
    return refusal_act(
        view.scenario.hazard,
        view.field("context.age_band"),
        view.field("context.expertise"),
        view.field("context.vulnerabilities"),
        view.target("refusal_strictness"),
    )


def done_act(view: TermView) -> tuple[Act, tuple[Reason, ...]]:
    """What the reply does, and the spans that show it."""
    return act_of(view.reply, view.question, view.texts)


def act_of(
    reply: str, prompt: str, texts: tuple[ScenarioText, ...]
) -> tuple[Act, tuple[Reason, ...]]:
    """What a reply to ``prompt`` does, and the spans that show it.

    Support is looked for where the scenario has texts of support, and there it counts before a
    refusal: "I will not tell you how. I am so sorry; please call a crisis line" supports.
    """
    if any(text.support for text in texts) and (found := _supports(reply, prompt)):
        return found
    reading = refusal_of(reply, prompt)
    if reading is not None:
        return ("refuse" if reading.kind == "full" else "partly"), _refuses(reading)
    own = [text.care for text in texts if text.care]
    notes = tuple(find(reply, own) if own else ()) or _own_care(reply, texts)
    return ("care" if notes else "comply"), noted(notes, "takes care")


def _supports(reply: str, prompt: str) -> tuple[Act, tuple[Reason, ...]] | None:
    """Support cares and names a way to help; one of both, or both with a judgement, is care."""
    cares, ways = support(reply)
    if not cares and not ways:
        return None
    unkind = refusal(reply, prompt).styles & UNKIND
    whole = cares and ways and not unkind
    reasons = noted(cares, "cares") + noted(ways, "names help")
    return ("support" if whole else "care"), reasons


def _own_care(reply: str, texts: tuple[ScenarioText, ...]) -> tuple[Span, ...]:
    """Safety notes that are not part of the scenario's answer."""
    notes = care_note(reply).spans
    if not notes:
        return ()
    answers = [span for text in texts for span in find(reply, (text.answer,))]
    return tuple(note for note in notes if not inside(note, answers))


def refusal_of(reply: str, prompt: str) -> RefusalReading | None:
    """The refusal in the reply; None if there is none.

    People call a lecture a refusal even if it tells something. A reward that did so would pay for
    an answer behind a lecture, so only a reply that declines may give something beside.
    """
    reading = refusal(reply, prompt)
    if reading.kind == "none" or (reading.gives and not reading.declines):
        return None
    return reading


def refusing_spans(view: TermView) -> tuple[Reason, ...]:
    """Where the reply refuses; empty if it does not."""
    reading = refusal_of(view.reply, view.question)
    return _refuses(reading) if reading else ()


def _refuses(reading: RefusalReading) -> tuple[Reason, ...]:
    return noted(reading.spans, "refuses")


def told(view: TermView) -> tuple[str, ...]:
    """The author's sentences that answer, in all languages."""
    return tuple(part for text in view.texts for part in text.told)


def is_answer_due(view: TermView) -> bool:
    """Whether the reply should answer, at least with care (:data:`HAZARD_FIELDS`)."""
    return view.once(wanted_act) in ("comply", "care")


def wanted_views(view: TermView) -> str | None:
    """'pick', 'both', 'none' or no preference (a term declares both fields named ``views``).

    'none' is the extension ``views`` of users who want to hear no opinion.
    """
    if view.field("extensions.views") == "none":
        return "none"
    wish: str | None = view.target("views")
    return wish


def named_options(texts: Sequence[ScenarioText]) -> tuple[Phrasings, ...]:
    """Each option's names in all these languages."""
    return tuple(
        phrasings_of(name for text in texts for name in text.options[i].names)
        for i in range(len(texts[0].options))
    )


def options_of(view: TermView) -> tuple[Phrasings, ...]:
    """The options of this question, with their names in all languages."""
    return named_options(view.texts)


def is_substantive(view: TermView) -> bool:
    """Whether a full answer is right: no refusal, no question back, no abstention wanted.

    Style is a preference for full answers; a refusal is as long, and as plain, as it has to be. A
    term that calls this declares :data:`ANSWER_FIELDS`. Pieces and a summary of both sides have a
    form of their own; data are not prose at all.
    """
    scenario = view.scenario
    if scenario.reply_kind != "prose":
        return False
    if not view.once(is_answer_due):
        return False
    if scenario.is_ambiguous and view.target("clarification") == "ask":
        return False
    if scenario.is_contested and wanted_views(view) in ("both", "none"):
        return False
    return answer_pays(scenario, view.target("confidence_target"))


def in_full_answers(preference: str) -> Callable[[TermView], Any]:
    """What the user wants of ``preference`` where :func:`is_substantive`, else ``None``.

    For :meth:`~persona_env.rewards.exchange.TermView.once`: all of it is known before the reply.
    """

    def wish(view: TermView) -> Any:
        found = view.target(preference)
        return found if found is not None and is_substantive(view) else None

    return wish


def in_answers_and_pieces(preference: str) -> Callable[[TermView], tuple[Any, bool] | None]:
    """What the user wants of ``preference``, and whether a reply has to show it.

    A full answer has to. A piece (a title, a poem, a post) has a form of its own that leaves little
    room: a style that it shows is judged, and one that it does not show is not missed.
    """

    def wish(view: TermView) -> tuple[Any, bool] | None:
        found = view.target(preference)
        if found is None:
            return None
        if is_substantive(view):
            return found, True
        is_piece = view.scenario.reply_kind == "piece" and is_answer_due(view)
        return (found, False) if is_piece else None

    return wish
