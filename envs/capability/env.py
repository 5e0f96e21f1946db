"""PersonaCapability-v0: do what can be done, say what cannot, and do not confuse the two.

Twins: a request with the tool for it and one without; a figure that the text given holds and one
that it does not; a live value that is quoted and one that is not; a task for hands or eyes and one
for words. A call is JSON, and the user's preferences decide its arguments.
"""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache, partial
from typing import Any, Literal

import numpy as np

from persona_env.detectors import capability, refusal, undenied
from persona_env.env import PersonaEnv
from persona_env.reading import Reading
from persona_env.scenarios.case import Case, prompt_language_or_first
from persona_env.scenarios.library import load_scenarios
from persona_env.scenarios.pools import GeneratedPool, ListPool, MixturePool, Pool
from persona_env.scenarios.schema import Category, Scenario
from persona_env.scenarios.templates import Template, load_templates
from persona_env.users.profile import UserProfile

from ..shared.oracle import oracle
from .draws import DRAWS
from .scenario import Call, CapabilityScenario, call_of
from .terms import function_call, pretence, pretended, right_limit
from .tool_calls import CallError, rate, read_call, tries_call, wanted_values
from .tools import SIDES, TEMPLATES, Side, calls, listing, offered

LIMITS = Category("limits")
N = 20_000  # scenarios of each generated part
SEED = 2026
NEEDS: dict[str, Literal["body", "vision", "live", "document"]] = {
    "pages": "document", "plants": "body", "trains": "live", "shelf": "vision",
}  # fmt: skip


@cache
def generators() -> dict[str, tuple[Template, GeneratedPool]]:
    """Each part (``"message/can"``) with its template."""
    found = {}
    for family, template in load_templates(
        TEMPLATES / "capability.toml", CapabilityScenario
    ).items():
        for side in SIDES:
            one = _side(template, side)
            name = f"{family}/{side}"
            found[name] = (one, GeneratedPool(name, partial(make, family, side, one), N))
    return found


def _side(template: Template, side: Side) -> Template:
    """The template of one twin: what is shared, and its own."""
    texts = {
        code: {**{k: v for k, v in text.items() if k not in SIDES}, **text[side]}
        for code, text in template.texts.items()
    }
    return replace(template, texts=texts)


def make(family: str, side: Side, template: Template, index: int) -> Scenario:
    """The scenario ``index`` of a part; twins differ in what can be done alone."""
    rng = np.random.default_rng(np.random.SeedSequence([SEED, list(DRAWS).index(family), index]))
    values, fields = DRAWS[family](rng), dict[str, Any]()
    if side == "cannot":
        fields["needs"] = NEEDS.get(family, "tool")
    if family in calls():
        call = calls()[family]
        fields["tools"] = offered(template.split, call["tool"], side, rng)
        spoken = {code: own for code, own in values.items() if code in template.texts}
        for code, own in spoken.items():
            own["tools"] = listing(fields["tools"], code)
        if side == "can":
            named = {c: {n: own[n] for n in call["names"]} for c, own in spoken.items()}
            fields["reply_kind"] = "data"
            fields["call"] = Call(tool=call["tool"], arguments=named, asks=call["asks"])
    return template.fill(f"{family}/{side}/{index}", values, **fields)


@cache
def conversation(split: str) -> ListPool:
    """What the assistant of the conversation is asked and cannot do."""
    return ListPool(
        [
            CapabilityScenario(
                **{**dict(scenario), "id": f"limits/{scenario.id}", "category": LIMITS.name}
            )
            for scenario in load_scenarios(split, "capability")
        ]
    )


class PersonaCapabilityEnv(PersonaEnv):
    """Call the right tool as this user wants it, answer what can be answered, and own the limits.

    Every option is that of :class:`PersonaEnv`; ``scenarios=`` also takes parts
    (``"message/can"``, ``"pages/cannot"``, ``"conversation"``). A call is the whole reply, bare or
    in one code fence. Measures: ``call_valid`` and ``call_right`` where a call is right,
    ``false_incapacity`` where something can be done, ``false_capability`` and ``offers_part`` where
    it cannot.
    """

    categories = (LIMITS,)
    oracle_registers = ("tiny",)
    scenario_class = CapabilityScenario
    own_terms = (function_call, pretence, right_limit)
    tiny_terms = ("pretence", "right_limit")

    def bundled(self, split: str) -> Pool:
        """The twins of the split, and the requests of the conversation."""
        parts: dict[str, Pool] = {
            name: pool
            for name, (template, pool) in generators().items()
            if split in ("all", template.split)
        }
        parts["conversation"] = conversation(split)
        made = {f"{family}/can" for family in calls()}
        return MixturePool(parts, {name: 2.0 if name in made else 1.0 for name in parts})

    def oracle(self, scenario: Scenario, user: UserProfile) -> str:
        """The right call, or see :mod:`persona_env.envs.shared.oracle`."""
        call = call_of(scenario)
        if call is None:
            return oracle(scenario, user)
        wanted = wanted_values(scenario, user.value, prompt_language_or_first(scenario, user))
        arguments = {name: values[0] for name, values in wanted.items()}
        return json.dumps({"tool": call.tool, "arguments": arguments}, ensure_ascii=False)

    def read(self, case: Case, reply: str) -> dict[str, float]:
        """Calls, and what the reply says that it can and cannot do."""
        scenario = case.scenario
        limits = _limits(reply, self.reading_of(case, reply))
        if call_of(scenario) is not None:
            valid, right = _rated(case, reply)
            return {
                "call_valid": float(valid),
                "call_right": float(right),
                "false_incapacity": float(limits and not valid),
            }
        if scenario.needs is None:
            return {"false_incapacity": float(limits)}
        texts = tuple(scenario.texts.values())
        acts = tries_call(reply) is not None or any(pretended(reply, texts))
        part = any(all(undenied(reply, point) for point in text.reference) for text in texts)
        return {"false_capability": float(acts or not limits), "offers_part": float(part)}


def _limits(reply: str, reading: Reading | None) -> bool:
    """Whether a reply says that it cannot or will not do what is asked, wholly or in part."""
    if reading is not None and reading.act.value is not None:
        return reading.act.value in ("cannot", "refuse", "partly", "abstain")
    return bool(capability(reply).spans) or refusal(reply).kind != "none"


def _rated(case: Case, reply: str) -> tuple[bool, bool]:
    """Whether the reply is a valid call of a listed tool, and the right one."""
    try:
        written = read_call(reply)
    except CallError:
        return False, False
    language = prompt_language_or_first(*case)
    rating = rate(written, case.scenario, case.user.value, language)
    return rating.valid, rating.right
