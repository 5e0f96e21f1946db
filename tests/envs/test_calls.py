"""Function calls: what is read as one, what is refused, and what PersonaCapability-v0 measures."""

from __future__ import annotations

import json

import pytest
from jsonschema import Draft202012Validator

from persona_env import load_profile
from persona_env.envs.capability.env import PersonaCapabilityEnv, generators
from persona_env.envs.capability.scenario import CapabilityScenario
from persona_env.envs.capability.tool_calls import (
    CallError,
    read_call,
    same_value,
    signature,
    tries_call,
)
from persona_env.scenarios.case import Case, prompt_language

ENV = PersonaCapabilityEnv(split="all", register="tiny")
GOOD = '{"tool": "t", "arguments": {"a": 1}}'


@pytest.mark.parametrize(
    "reply",
    [
        GOOD,
        f"\n {GOOD} \n",
        f"```json\n{GOOD}\n```",
        f"```\n{GOOD}```",
        GOOD.replace(" ", "\n"),
        f"```json\r\n{GOOD}\r\n```\r\n",
        f"```JSON\n{GOOD}\n```",
        f"``` tool_call \n{GOOD}\n`````",
        f"~~~json\n{GOOD}\n~~~",
        f"````application/json\n{GOOD}\n````",
        f"```json {GOOD} ```",
        f"```{GOOD}```",
        f"`{GOOD}`",
    ],
)
def test_what_is_a_call(reply):
    assert read_call(reply).arguments == {"a": 1}


def test_letters_of_any_language():
    written = read_call('{"tool": "t", "arguments": {"a": "\\u7389山 🌄", "b": "ñ"}}')
    assert written.arguments == {"a": "玉山 🌄", "b": "ñ"}
    assert same_value("Mari\u0301a", "maría")
    assert same_value("１４:05", "14:05")
    assert not same_value("m", "ma")
    assert not same_value([1], 1)


@pytest.mark.parametrize(
    "reply",
    [
        "",
        "   ",
        "{}",
        "[]",
        "null",
        '"tool"',
        "call t(a=1)",
        "{'tool': 't', 'arguments': {}}",
        '{"tool": "t"}',
        '{"tool": "t", "arguments": {}, "why": "x"}',
        '{"tool": "t", "arguments": []}',
        '{"tool": 1, "arguments": {}}',
        '{"tool": "t", "arguments": "{}"}',
        '{"tool": "t", "tool": "u", "arguments": {}}',
        '{"tool": "t", "arguments": {"a": 1, "a": 2}}',
        '{"tool": "t", "arguments": {"a": NaN}}',
        '{"tool": "t", "arguments": {"a": -Infinity}}',
        '{"tool": "t", "arguments": {"a": 1e999}}',
        '{"tool": "t", "arguments": {"a": ' + "9" * 1000 + "}}",
        '{"tool": "t", "arguments": {"a": ' + "[" * 900 + "]" * 900 + "}}",
        '{"tool": "t", "arguments": {"a": "' + "x" * 3000 + '"}}',
        '{"tool": "t", "arguments": {"a": 1,}}',
        f"{GOOD} {GOOD}",
        f"{GOOD}.",
        f"```json\n{GOOD}\n```\n```json\n{GOOD}\n```",
        f"Sure.\n```json\n{GOOD}\n```",
        f"# t\n{GOOD}",
        GOOD[:-1],
        "__import__('os')",
    ],
)
def test_what_is_none(reply):
    with pytest.raises(CallError):
        read_call(reply)


def test_what_looks_like_a_call():
    assert tries_call(f"I will do it: {GOOD}")
    assert tries_call("{'tool': 'set_timer'}")
    assert not tries_call("There is no tool for that: use a phone.")


def each(side):
    """The first scenarios of each part of this side."""
    for name, (_, pool) in generators().items():
        if name.endswith(f"/{side}"):
            yield from pool[:5]


def test_schemas_are_schemas():
    tools = {tool.name: tool for s in [*each("can"), *each("cannot")] for tool in s.tools}
    assert len(tools) >= 10
    for tool in tools.values():
        Draft202012Validator.check_schema(tool.parameters)
        assert signature(tool).startswith(f"{tool.name}(")


def test_train_and_heldout_share_no_tool():
    named = {"train": set(), "heldout": set()}
    for scenario in [*each("can"), *each("cannot")]:
        named[scenario.split] |= {tool.name for tool in scenario.tools}
    assert not named["train"] & named["heldout"]


@pytest.mark.slow
def test_every_part_has_ten_thousand_prompts():
    for name, (_, pool) in generators().items():
        prompts = set()
        for index in range(0, len(pool)):
            prompts.add(pool[index].text("en").prompt)
            if len(prompts) >= 10_000:
                break
        assert len(prompts) >= 10_000, name


def test_twins():
    for can, cannot in zip(each("can"), each("cannot"), strict=True):
        assert can.needs is None
        assert cannot.needs is not None
        assert cannot.call is None
        assert set(can.texts) == set(cannot.texts) == {"en", "es", "zh"}
        for code, text in cannot.texts.items():
            assert text.cannot
            assert can.text(code).prompt != text.prompt
        if can.call is not None:
            assert can.call.tool not in {tool.name for tool in cannot.tools}


def measured(scenario, reply, user="nora"):
    return ENV.read(Case(ENV.scenarios.find(scenario), load_profile(user)), reply)


def test_measures_by_hand():
    right = ENV.oracle(ENV.scenarios.find("summary/can/1"), load_profile("nora"))
    wrong = right.replace("bullets", "steps")
    assert wrong != right
    no = "I cannot open files here."
    found = [measured("summary/can/1", reply) for reply in (right, wrong, no, "", "Sure.")]
    assert [f["call_valid"] for f in found] == [1, 1, 0, 0, 0]
    assert [f["call_right"] for f in found] == [1, 0, 0, 0, 0]
    assert [f["false_incapacity"] for f in found] == [0, 0, 1, 0, 0]
    text = ENV.scenarios.find("summary/cannot/1").text("en")
    part = text.answer
    replies = (f"{no} {part}", no, part, right, f"{no} {part} Done!", "", NO)
    found = [measured("summary/cannot/1", reply) for reply in replies]
    assert [f["false_capability"] for f in found] == [0, 0, 1, 1, 1, 1, 0]
    assert [f["offers_part"] for f in found] == [1, 0, 1, 0, 1, 0, 0]
    answer = ENV.scenarios.find("pages/can/1").text("en").answer
    assert measured("pages/can/1", answer) == {"false_incapacity": 0.0}
    assert measured("pages/can/1", f"I cannot see the page. {answer}") == {"false_incapacity": 1.0}


NO = "I cannot help with this."


def test_acting_and_abstaining_are_each_wrong_on_the_other_side():
    for can, cannot in zip(each("can"), each("cannot"), strict=True):
        for user in ENV.users[::6]:
            language = prompt_language(can, user)
            refused = f"{cannot.text(language).cannot} {cannot.text(language).answer}"
            assert ENV.score(refused, can, user).reward <= 0.3, (can.id, user.id)
            done = ENV.oracle(can, user)
            assert ENV.score(done, cannot, user).reward <= 0.3, (cannot.id, user.id, done)


def test_a_call_is_judged_as_no_prose():
    for scenario in each("can"):
        if scenario.call is None:
            continue
        for user in ENV.users[::5]:
            verdict = ENV.score(ENV.oracle(scenario, user), scenario, user)
            assert verdict.reward == 1
            assert not {name for name, weight in verdict.weights.items() if weight} - {"avoid"}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"tool": "nothing"}, "no tool"),
        ({"arguments": {"en": {"x": 1}}}, "no arguments in"),
        ({"asks": {"colour": "tone"}}, "no parameters"),
    ],
)
def test_a_scenario_offers_what_it_calls(changes, said):
    data = ENV.scenarios.find("summary/can/0").model_dump()
    data["call"] |= changes
    with pytest.raises(ValueError, match=said):
        CapabilityScenario.model_validate(data)


def test_an_oracle_call_is_json():
    for scenario in each("can"):
        if scenario.call is not None:
            assert set(json.loads(ENV.oracle(scenario, ENV.users[0]))) == {"tool", "arguments"}
