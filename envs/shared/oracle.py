"""Replies in every style, put together from a scenario's own sentences.

A :class:`Plan` says what a reply does and how; :func:`realise` writes it; :func:`plan_for` is the
plan that suits a user, which makes the oracle. The initial policy's training text is written by
the same function from random plans, so the library holds one way to phrase things.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from persona_env.languages import Language
from persona_env.rewards.refusal_policy import act_for
from persona_env.rewards.scoring_rules import answer_pays
from persona_env.scenarios.case import reply_language
from persona_env.scenarios.schema import Scenario, ScenarioText
from persona_env.users.profile import UserProfile

from .words import PHRASES

Doing = Literal[
    "answer", "care", "partly", "refuse", "ask", "pick", "both", "guess", "abstain", "cannot",
    "unsafe", "deflect", "neutral", "support",
]  # fmt: skip
Choose = Callable[[Sequence[str]], str]

DETAILS = {"brief": 0, "medium": 1, "detailed": 2}


@dataclass(frozen=True, slots=True)
class Plan:
    """What a reply does and how: ``opening`` and ``refusal`` are keys of :data:`PHRASES`."""

    doing: Doing
    language: Language
    second: Language | None = None
    opening: str = ""
    details: int = 1
    expert: bool = False
    format: Literal["prose", "bullets", "steps"] = "prose"
    caveat: str = ""
    joke: bool = False
    refusal: str = "refuse_plain"
    bad_opening: bool = False
    bad_closing: bool = False


def first(phrasings: Sequence[str]) -> str:
    """The plainest way to choose: the first phrasing."""
    return phrasings[0]


def realise(
    plan: Plan, scenario: Scenario, choose: Choose = first, secret: str | None = None
) -> str:
    """The reply that ``plan`` describes, phrased with ``choose``."""
    text, bank = scenario.text(plan.language), PHRASES[plan.language]
    other = scenario.text(plan.second) if plan.second else text
    other_bank = PHRASES[plan.second] if plan.second else bank
    body = _body(plan, scenario, text, other, choose)
    if scenario.tells_secret:
        body = [part.replace("{secret}", secret) if secret else text.unknown for part in body[:1]]
    before = [choose(bank[key]) for key in _before(plan)]
    keys = _after(plan, scenario.category, other_bank)
    after = [choose(other_bank[key]).format(**_against(other)) for key in keys]
    if plan.format == "prose" or len(body) < 2:
        joiner = " " if plan.second else str(bank["joiner"])
        return joiner.join([*before, *body, *after])
    marks = [f"{i}." if plan.format == "steps" else "-" for i in range(1, len(body) + 1)]
    items = [f"{mark} {part}" for mark, part in zip(marks, body, strict=True)]
    lead = [" ".join(before)] if before else []
    tail = [" ".join(after)] if after else []
    return "\n".join([*lead, *items, *tail])


def _against(text: ScenarioText) -> dict[str, str]:
    """What a caveat of the first option names: the second."""
    return {"name": text.options[1].names[0]} if text.options else {}


def _before(plan: Plan) -> list[str]:
    return [
        key for key, on in (("bad_opening", plan.bad_opening), (plan.opening, True)) if on * key
    ]


def _after(plan: Plan, category: str, bank: Mapping[str, Any]) -> list[str]:
    joke = _joke(plan.doing, category, bank)
    keys = ((plan.caveat, plan.caveat), (joke, plan.joke), ("bad_closing", plan.bad_closing))
    return [key for key, on in keys if on]


def _joke(doing: Doing, category: str, bank: Mapping[str, Any]) -> str:
    """The jokes that fit: those of what the reply does, of the kind of request, or of any."""
    fitting = (f"joke_{doing}", f"joke_{category}")
    return next((key for key in fitting if key in bank), "joke")


def _body(
    plan: Plan,
    scenario: Scenario,
    text: ScenarioText,
    other: ScenarioText,
    choose: Choose,
) -> list[str]:
    bank = PHRASES[plan.language]
    details = list((other.expert if plan.expert else other.plain)[: plan.details])
    percent = "" if scenario.chance is None else f"{scenario.chance:.0%}".rstrip("%")
    fill = {
        "care": text.care, "general": text.general, "reason": text.reason,
        "alternative": text.alternative, "both": text.both, "answer": text.answer,
        "unknown": text.unknown, "percent": percent,
        "view": text.options[0].view if text.options else "",
    }  # fmt: skip

    def say(key: str) -> str:
        return choose(bank[key]).format(**fill).strip()

    match plan.doing:
        case "answer":
            return [text.answer, *details]
        case "care":
            return [text.answer, *details, say("care")]
        case "refuse":
            return [say(plan.refusal)]
        case "ask":
            return [text.question]
        case "support":
            return [text.support]
        case "pick" | "guess":
            return [say(plan.doing), *details]
        case "cannot":
            return [text.cannot, text.answer, *details]
        case "partly" | "both" | "abstain" | "unsafe" | "deflect" | "neutral":
            return [say(plan.doing)]


def doing_for(scenario: Scenario, user: UserProfile) -> Doing:
    """What a good reply to this user does."""
    wants, act = user.preferences, act_for(scenario, user)
    if act != "comply":
        return act
    if scenario.is_contested:
        return _view_for(user)
    if scenario.is_ambiguous:
        asks = wants.clarification is not None and wants.clarification.target == "ask"
        return "ask" if asks else "answer"
    if scenario.chance is not None:
        threshold = wants.confidence_target
        pays = answer_pays(scenario, None if threshold is None else threshold.target)
        return "guess" if pays else "abstain"
    return "answer" if scenario.needs is None else "cannot"


def _view_for(user: UserProfile) -> Doing:
    if user.value("extensions.views") == "none":
        return "neutral"
    wish = user.preferences.views
    return "both" if wish and wish.target == "both" else "pick"


def plan_for(scenario: Scenario, user: UserProfile, weighs_views: bool = False) -> Plan:
    """The plan that suits this user.

    With ``weighs_views`` the caveat of a pick names the other option.
    """
    language = reply_language(scenario, user)
    if language is None:
        raise ValueError(f"user {user.id!r} cannot ask scenario {scenario.id!r}: no language fits")
    doing = doing_for(scenario, user)
    wish = {name: w.target for name, w in user.preferences if w is not None}
    full = doing in ("answer", "care", "pick", "guess", "cannot")
    if not full or scenario.reply_kind != "prose":
        return Plan(doing, language, details=0, refusal=_refusal(wish.get("refusal_style")))
    brief = wish.get("length", "medium") == "brief"
    return Plan(
        doing,
        language,
        second=_second(scenario, user, language),
        opening=_opening(wish.get("tone"), wish.get("formality"), scenario.is_serious),
        details=max(DETAILS[wish.get("length", "medium")], wish.get("format", "prose") != "prose"),
        expert=wish.get("reading_level") == "expert",
        format=wish.get("format", "prose"),
        caveat=_caveat(scenario, doing, weighs_views, wish.get("caveats"), brief),
        joke=wish.get("humour") == "yes" and not scenario.is_serious,
    )


def _caveat(
    scenario: Scenario, doing: Doing, weighs_views: bool, wish: str | None, brief: bool
) -> str:
    """A caveat where something is open, assumed or risky, and one that fits it."""
    end = "_brief" if brief else ""
    if weighs_views and doing == "pick":
        return "" if wish == "no" else f"view_caveat{end}"
    if wish != "yes" or not scenario.is_uncertain:
        return ""
    if doing == "guess":
        return "caveat_guess"
    return "caveat_risk" if scenario.hazard.level != "none" else f"caveat{end}"


def _second(scenario: Scenario, user: UserProfile, language: Language) -> Language | None:
    wish = user.preferences.language
    if wish is None or wish.target != "mix":
        return None
    others = [c for c in user.context.languages if c in scenario.texts and c != language]
    return others[0] if others else None


def _opening(tone: str | None, formality: str | None, serious: bool) -> str:
    """An opening in this tone and register, and one that fits a serious matter."""
    register = formality if formality in ("casual", "formal") else ""
    opening = "_".join(filter(None, ("warm" if tone == "warm" else "", register)))
    return f"{opening}_serious" if serious and opening else opening


def _refusal(style: str | None) -> str:
    return f"refuse_{style or 'plain'}"


def oracle(scenario: Scenario, user: UserProfile, weighs_views: bool = False) -> str:
    """The reference reply: it follows :func:`plan_for` this user."""
    secret = user.secrets.get(scenario.secret) if scenario.secret else None
    return realise(plan_for(scenario, user, weighs_views), scenario, secret=secret)
