"""The reference reply to a turn: the general one, but for what talks ask otherwise."""

from __future__ import annotations

from dataclasses import replace

from persona_env.languages import Language
from persona_env.scenarios.case import prompt_language_or_first
from persona_env.scenarios.schema import Scenario, ScenarioText
from persona_env.users.profile import UserProfile

from ..shared.oracle import Plan, plan_for, realise
from .scenario import WildScenario
from .words import THANKS


def oracle(scenario: Scenario, user: UserProfile) -> str:
    """The reference reply to this turn, for this user."""
    if scenario.category == "thanked":
        return _thanks(user, _language(scenario, user))
    asked = _with_both_sides(scenario) if scenario.is_contested else scenario
    plan = plan_for(asked, user)
    return realise(_fitting(plan, scenario, user), asked)


def plain_reply(scenario: WildScenario, language: str) -> str:
    """A right reply for nobody in particular: an unclear request is asked back."""
    text = scenario.text(scenario.said_in or language)
    return text.question or text.both or text.answer


def _fitting(plan: Plan, scenario: Scenario, user: UserProfile) -> Plan:
    """The plan in the language that is due; details of a political reply come in pairs."""
    language = plan.language if plan.second else _language(scenario, user)
    details = plan.details
    if scenario.is_contested:
        details -= details % 2
    expert = plan.expert and bool(scenario.text(language).expert)
    return replace(plan, language=language, details=details, expert=expert)


def _language(scenario: Scenario, user: UserProfile) -> Language:
    """The user's preference, else the language of the turn."""
    wish = user.preferences.language
    due = None if wish is None or wish.target == "mix" else wish.target
    said_in = scenario.said_in if isinstance(scenario, WildScenario) else None
    due = due or said_in or prompt_language_or_first(scenario, user)
    return next(code for code in (due, *scenario.texts) if code in scenario.texts)


def _with_both_sides(scenario: Scenario) -> Scenario:
    """The political question as one whose answer is both sides."""
    texts = {code: _both(text) for code, text in scenario.texts.items()}
    return scenario.model_copy(update={"texts": texts, "has_limits": True})


def _both(text: ScenarioText) -> ScenarioText:
    return text.model_copy(update={"answer": text.both, "options": (), "both": ""})


def _thanks(user: UserProfile, language: Language) -> str:
    wants = user.preferences
    warm = wants.tone is not None and wants.tone.target == "warm"
    register = wants.formality.target if wants.formality is not None else "neutral"
    style = [*(["warm"] if warm else []), *([register] if register != "neutral" else [])]
    return str(THANKS[language]["_".join(style) or "plain"])
