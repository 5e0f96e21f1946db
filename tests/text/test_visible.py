"""What is seen of a reply: verdicts read nothing else, and spans point into what was written."""

from __future__ import annotations

import time
import unicodedata

import pytest

from persona_env import Score, load_profile, reward_term
from persona_env.envs.chat.env import PersonaChatEnv
from persona_env.rewards.exchange import Exchange, TermView
from persona_env.rewards.term import Reason
from persona_env.text.visible import see, visible
from tests.support import shared_env

SHOWN = [
    "```html\n<!-- a comment in code -->\n```\nSo.",
    "Write `<!-- this -->` or `~~that~~`.",
    "~~~\n<think>\n~~~\nis a tag.",
    "kill <PID>, and 3 < 4 > 2",
    "From ~5 to ~10, ~~ and ~~~ or a ~~ b ~~ c",
    "~~an open one\n\nand another~~",
    "<s>Begins with a tokenizer's mark.",
    "👨\u200d👩\u200d👧 ❤\ufe0f 1\ufe0f\u20e3",
    "Caf\u00e9, \u4f60\u597d, se\u00f1or",
    "[^1]: a footnote is shown",
    "<details>what opens by a click</details>",
    "Write `[THINK]` first, and `<|channel|>final<|message|>` behind it.",
    "~~~\n<|channel|>analysis<|message|>\n~~~\nbegins a thought.",
    "[think] Hm, I see. [/think]",
    "◁ is a triangle, ▷ another",
    "Analysis: it is Paris.",
    "analysis is a noun; its plural is 'analyses'.",
    "analysis的意思是“分析”。",
    "Here is my thought process: first I boil the water.",
    "It is Paris.<|end|>",
    "<answer>Paris</answer>",
]
LEFT_OUT = {
    "A<!-- no -->B": "AB",
    "A <!-- up to the end": "A",
    "A <del>no</del>B": "A B",
    "A <DEL class='x'>no</DEL>B": "A B",
    "A <s>no</s>B": "A B",
    "A <strike>no</strike>B": "A B",
    "A <del>open\n\nB": "A \n\nB",
    "~~no~~ yes": "yes",
    "<p hidden>no</p>yes": "yes",
    "<p title='hidden'>yes</p>": "<p>yes</p>",
    '<span style="color: red; display : none">no</span>yes': "yes",
    "<span style='font-size:0px'>no</span>yes": "yes",
    "<span style='font-size:0.8em'>yes</span>": "<span>yes</span>",
    "<font size=0>no</font>yes": "yes",
    "<span style='color:transparent'>no</span>yes": "yes",
    "<div style=visibility:hidden>no<div>no</div>no</div>yes": "yes",
    "<script>no</script>yes": "yes",
    "<b data-answer='no'>yes</b>": "<b>yes</b>",
    "[//]: # (no)\nyes": "yes",
    "<!-- ``` --> <del>no</del> yes ```": "yes ```",
    "\ufeff y\u200be\u00ads\u202e": "yes",
    "<think>no</think>\n\nyes": "yes",
    "<Thinking>no</Thinking>yes": "yes",
    "<reasoning>no</reasoning>yes": "yes",
    "no, no ```code``` </think> yes": "yes",
    "yes <think> no": "yes",
    "<think>```py\nno</think>yes ```py\nx\n```": "yes ```py\nx\n```",
    "<think>a<think>b</think>c</think>yes": "yes",
    "<think>no</think><answer>yes</answer>": "yes",
    "<think>no</think>\n<response>\nyes</response>": "yes",
    "<thought>\nno\n</thought>\n\nyes": "yes",
    "<seed:think>no<seed:cot_budget_reflect>no</seed:cot_budget_reflect></seed:think>sí": "sí",
    "<longcat_think>no</longcat_think>yes": "yes",
    "<mm:think>no</mm:think>yes": "yes",
    "[THINK]不是里昂吗？[/THINK]是巴黎。": "是巴黎。",
    "no[/THINK]yes": "yes",
    "yes [THINK] no": "yes",
    "[THINK]```\nno[/THINK]yes ```\nx\n```": "yes ```\nx\n```",
    "◁think▷¿Lyon? No.◁/think▷Es París.": "Es París.",
    "◁think▷no": "",
    "<|open|>think<|sep|>no<|close|>think<|sep|><|open|>response<|sep|>yes<|close|>response<|sep|>"
    "<|close|>message<|sep|>": "yes",
    "<|channel|>analysis<|message|>no<|end|><|start|>assistant<|channel|>final<|message|>yes"
    "<|return|>": "yes",
    "<|channel|>commentary to=f <|constrain|>json<|message|>{}<|call|>"
    "<|start|>assistant<|channel|>analysis<|message|>no<|end|>"
    "<|start|>assistant<|channel|>final<|message|>yes": "yes",
    "<|start|>assistant<|channel|>final<|message|>yes<|end|>": "yes",
    "<|channel|>final <|constrain|>json<|message|>yes": "yes",
    "<|channel|>analysis<|message|>no<|end|>": "",
    "analysisShe asks for a city.assistantfinalyes": "yes",
    "analysis用户问首都。assistantfinal是巴黎。": "是巴黎。",
    "analysisShe asks for a city": "",
    "<|channel>thought\nno<channel|>yes<turn|>": "yes",
    "<|START_THINKING|>no<|END_THINKING|><|START_RESPONSE|>yes<|END_RESPONSE|>": "yes",
    "Here is my thought process: no.\n\nHere is my response: yes": "yes",
    "Here are my steps:\nno\n[BEGIN FINAL RESPONSE]\nyes\n[END FINAL RESPONSE]\n<|end|>": "yes",
    "<|inner_prefix|>no<|inner_suffix|>yes": "yes",
    "<|begin_of_thought|>no<|end_of_thought|>\n<|begin_of_solution|>yes<|end_of_solution|>": "yes",
    "<|im_start|>think\nno\n<|im_start|>answer\nyes": "yes",
    "<|think|>no<|end|><|begin|>assistant<|content|>yes<|end|>": "yes",
    "[unused16]no[unused17]yes[unused10]": "yes",
    "one\r\ntwo\rthree\u2028four": "one\ntwo\nthree\nfour",
    " \t\nyes\u3000\n": "yes",
    "cafe\u0301": "caf\u00e9",
    "a" + "\u0301" * 1000: unicodedata.normalize("NFC", "a" + "\u0301" * 30),
    "   ": "",
    "<think>": "",
}


@pytest.mark.parametrize("text", SHOWN)
def test_what_is_shown_stays(text):
    assert visible(text) == text


@pytest.mark.parametrize("text", LEFT_OUT, ids=ascii)
def test_what_is_hidden_goes(text):
    assert visible(text) == LEFT_OUT[text]
    assert visible(visible(text)) == visible(text)


@pytest.mark.parametrize("text", LEFT_OUT, ids=ascii)
def test_each_character_is_found_again(text):
    seen = see(text)
    for at, char in enumerate(seen.text):
        start, end = seen.to_original((at, at + 1))
        written = unicodedata.normalize("NFC", text[start:end])
        assert char in written or (char == "\n" and len(written) == 1)
    assert seen.to_original((0, len(seen.text)))[1] <= len(text)


@pytest.mark.parametrize(
    "text",
    [
        " " * 10**6 + "x",
        "x" + " " * 10**6 + "x",
        "<" * 10**6,
        "<a " * 10**5,
        "<!--" * 10**5,
        "~~" * 10**5,
        "a~~b " * 10**5,
        "```x\n" * 10**5,
        "`a``b" * 10**5,
        "<think>" * 10**5,
        "</think>" * 10**5,
        "[THINK]" * 10**5,
        "[/THINK]" * 10**5,
        "<|channel|>analysis" * 10**5,
        "<|channel|>" + " " * 10**6,
        "<" + " " * 10**6,
        "<think " * 10**5,
        "<|end|>" * 10**5,
        "analysisX" * 10**5,
        "Here is my thought process:" * 10**5,
        "<del>" * 10**5,
        "<p hidden>" * 10**5,
        "<p style='" + "width:00 " * 10**5,
        "<p style='" + "width:00 " * 10**5 + "'>",
        "[x]: # (" * 10**5,
        "a" + "\u0301\u0316" * 10**5,
        "e\u0301" * 10**5,
        "a\u200b" * 10**5,
    ],
    ids=lambda text: ascii(text[:12]),
)
def test_long_texts_take_linear_time(text):
    start = time.perf_counter()
    see(text)
    assert time.perf_counter() - start < 10  # a square of these lengths would take hours


@pytest.mark.parametrize(
    ("before", "after"),
    [(" ", ""), ("", "\n"), ("\u200b", ""), ("<think>No, Paris.</think>", ""), ("<!-- a -->", "")],
)
def test_what_nobody_sees_moves_no_reward(before, after):
    env = shared_env()
    for scenario in ("highest-mountain-taiwan", "sky-color"):
        for user in ("leo", "nora", "sam"):
            case = next((s for s in env.scenarios.shown if s.id == scenario), None)
            if case is None:
                continue
            reply = env.oracle(case, load_profile(user))
            shown = env.score(reply, case, user)
            hidden = env.score(before + reply + after, case, user)
            assert (hidden.reward, hidden.terms) == (shown.reward, shown.terms)
            moved = [
                r._replace(start=r.start + len(before), end=r.end + len(before))
                for reasons in shown.reasons.values()
                for r in reasons
            ]
            assert [r for reasons in hidden.reasons.values() for r in reasons] == moved


def test_an_answer_in_hiding_earns_nothing():
    env = shared_env()
    score = lambda reply: env.score(reply, "highest-mountain-taiwan", "sam").reward  # noqa: E731
    told = env.oracle(env._find_scenario("highest-mountain-taiwan"), load_profile("sam"))
    assert score(told) > 0.9
    for hidden in (f"<!-- {told} -->", f"~~{told}~~", f"<p hidden>{told}</p>", f"<think>{told}"):
        assert score(hidden) == 0.0


def test_a_term_of_ones_own_reads_what_is_seen():
    found = []

    @reward_term
    def own(view):
        found.append((view.reply, view.raw_reply))
        return Score(0.5, (Reason(0, 3, "yes"),))

    env = PersonaChatEnv(terms=[own], profiles=[load_profile("sam").weigh(own=1.0)])
    verdict = env.score(" <!-- no -->Yes.", "highest-mountain-taiwan", "sam")
    assert found == [("Yes.", " <!-- no -->Yes.")]
    assert verdict.reasons["own"] == (Reason(12, 15, "yes"),)


def test_a_batched_term_reads_what_is_seen():
    @reward_term(batched=True)
    def own_batch(views):
        return [Score(float(view.reply == "Yes."), (Reason(0, 3, "yes"),)) for view in views]

    env = PersonaChatEnv(
        terms=[own_batch], gates=[], profiles=[load_profile("sam").weigh(own_batch=1.0)]
    )
    verdict = env.score("~~No~~ Yes.", "highest-mountain-taiwan", "sam")
    assert verdict.reward == 1.0
    assert verdict.reasons["own_batch"] == (Reason(7, 10, "yes"),)


def test_a_program_gets_what_is_no_thought():
    assert see('\ufeff<think>{"a"}</think>\r\n{"b": "<!-- c -->"}', data=True).text == (
        '{"b": "<!-- c -->"}'
    )
    for text in ('{"b": "</think>"}', '["[/THINK]"]', '{"a": "<|end|>"}'):
        assert see(text, data=True).text == text
    for before, after in (
        ("[THINK]{no}[/THINK]", ""),
        ("<think>no</think><answer>", "</answer>"),
        ("<|channel|>analysis<|message|>{}<|end|><|start|>assistant<|channel|>final<|message|>",
         "<|return|>"),
    ):  # fmt: skip
        seen = see(before + '{"a": "<|end|>"}' + after, data=True)
        assert seen.text == '{"a": "<|end|>"}'
        assert seen.to_original((0, 1)) == (len(before), len(before) + 1)


def test_a_view_of_data_keeps_markup():
    from persona_env.envs.capability.env import PersonaCapabilityEnv

    env = PersonaCapabilityEnv(split="all")
    call = next(s for s in env.scenarios.shown if s.reply_kind == "data")
    view = TermView.of(Exchange(call, env.users[0], ' {"a": "<b>"} ', "en"), ())
    assert view.reply == '{"a": "<b>"}'
