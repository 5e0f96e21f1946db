"""What one reply does, by measure: outside change, instruction, style, answer."""

from __future__ import annotations

from persona_env.rewards.exchange import Exchange, TermView
from persona_env.rewards.term import Score
from persona_env.scenarios.case import Case, prompt_language_or_first

from .gates import edit_applies, facts_kept, instruction_met, outside_unchanged
from .scenario import CanvasScenario
from .style import PATHS
from .terms import STYLES


def read_reply(case: Case, reply: str) -> dict[str, float]:
    """The measures of one reply; empty for a scenario that asks for no edit.

    ``applies``: the edit can be applied. ``outside_change``: something outside the selected part
    changes. ``met``: the check of the instruction gives 1. ``facts``: every fact is kept.
    ``style_<habit>``, where the user has the habit and the request leaves it open: the share that
    is as the user has it; ``style`` is their mean. ``answered``, of a question: the answer is right
    and nothing is edited. ``cases``, of a function: every hidden case passes.
    """
    scenario = case.scenario
    if not isinstance(scenario, CanvasScenario):
        return {}
    asked = prompt_language_or_first(*case)
    exchange = Exchange(scenario, case.user, reply, asked)
    view = TermView.of(exchange, tuple(PATHS.values()))
    style = {name: term(view) for name, term in STYLES.items()}
    found = {f"style_{n}": one.value for n, one in style.items() if isinstance(one, Score)}
    if found:
        found["style"] = sum(found.values()) / len(found)
    return _gates(scenario.kind, view) | found


def _gates(kind: str, view: TermView) -> dict[str, float]:
    gates = (edit_applies, outside_unchanged, instruction_met, facts_kept)
    applies, outside, met, facts = (
        None if score is None else score.value for score in (gate(view) for gate in gates)
    )
    right = float(met == 1.0)
    if kind == "question":
        return {"answered": float(bool(applies) and right and facts == 1.0)}
    found = {"applies": float(bool(applies)), "outside_change": float(outside == 0.0)}
    if kind == "function":
        return {**found, "cases": right}
    return {**found, "met": right, "facts": float(facts == 1.0)}
