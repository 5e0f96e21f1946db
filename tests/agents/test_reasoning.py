"""Reasoning: arguments of the chat template, and thoughts that are no part of what is judged."""

from __future__ import annotations

import shutil

import gymnasium as gym
import pytest

from persona_env import evaluate
from persona_env.agent import Cut
from persona_env.agents.language_model import (
    LanguageModelAgent,
    load_policy,
    load_tokenizer,
    save_tokenizer,
)
from persona_env.agents.training.options import TrainOptions
from persona_env.agents.training.train import train
from persona_env.errors import PersonaEnvError, TokenizerError
from persona_env.evaluation.report import Report
from persona_env.text.visible import visible
from persona_env.wrappers.chat_template import ChatTemplate, tell_template

from .tiny_chat_model import TEMPLATE, save_chat_model

TOLD = {"enable_thinking": False}

THINKS = TEMPLATE.replace(
    "assistant\n{% endif %}",
    "assistant\n{% if enable_thinking is defined and enable_thinking is false %}"
    "<think>\n\n</think>\n\n{% else %}<think>\n{% endif %}{% endif %}",
)
SEEN = [{"user": "A child.", "transcript": "", "prompt": "Why?"}]


@pytest.fixture(scope="module")
def thinker(tmp_path_factory):
    """A model whose template opens a thought, unless it is told not to."""
    return save_chat_model(tmp_path_factory.mktemp("thinker"), template=THINKS)


def test_a_thought_that_the_template_opens_is_no_part_of_what_is_seen(thinker):
    agent = LanguageModelAgent(*load_policy(thinker), max_new_tokens=6)
    (reply,) = agent(SEEN)
    assert reply.startswith("<think>\n")
    assert isinstance(reply, Cut)
    assert visible(reply) == ""


def test_the_template_is_given_its_arguments(thinker):
    plain = load_policy(thinker)[1]
    told = load_policy(thinker, template_arguments=TOLD)[1]
    asked = [one.tokenizer.decode(one.prompt(SEEN[0])) for one in (plain, told)]
    assert asked[0].endswith("<think>\n")
    assert asked[1].endswith("<think>\n\n</think>\n\n")
    assert told.decode(plain.tokenizer("Yes.")["input_ids"]) == "Yes."


def test_an_argument_that_the_template_does_not_read_is_refused(thinker):
    with pytest.raises(TokenizerError, match=r"no argument 'enable_thinkin'\. Did you mean 'ena"):
        load_policy(thinker, template_arguments={"enable_thinkin": False})
    with pytest.raises(TokenizerError, match="'messages' of a chat template is set already"):
        load_policy(thinker, template_arguments={"messages": []})
    with pytest.raises(PersonaEnvError, match="a bundled policy has no chat template"):
        load_policy("persona-tiny", template_arguments=TOLD)


def test_a_template_without_thoughts_opens_none(thinker):
    tokenizer = load_tokenizer(thinker)
    assert ChatTemplate(tokenizer).opened_thought() == "<think>\n"
    tell_template(tokenizer, TOLD)
    assert ChatTemplate(tokenizer).opened_thought() == ""


def test_arguments_of_every_kind_are_rendered_and_stay_with_a_copy(tmp_path):
    """Also within loops and macros of the template."""
    template = (
        "{% macro said(m) %}{{ m.content }}{{ mark }}{% endmacro %}"
        "{% for m in messages %}{{ m.role }}: {{ said(m) }}{{ rest.a[0] is none }}\n{% endfor %}"
        "{{ rest.b }}|{{ many + 1 }}"
    )
    folder = save_chat_model(tmp_path / "model", template=template)
    arguments = {"mark": ' "\\é😀', "rest": {"a": [None, True], "b": False}, "many": 2}
    tokenizer = load_tokenizer(folder, arguments)
    written = ChatTemplate(tokenizer).render([{"role": "user", "content": "Why?"}])
    assert written == 'user: Why? "\\é😀True\nFalse|3'
    save_tokenizer(folder, tmp_path / "copy", arguments)
    assert load_tokenizer(tmp_path / "copy").chat_template == tokenizer.chat_template


def test_wrong_arguments_are_told_before_weights_are_read(thinker, tmp_path):
    folder = shutil.copytree(thinker, tmp_path / "copy")
    (folder / "model.safetensors").write_bytes(b"")
    with pytest.raises(TokenizerError, match="no argument 'enable_thinkin'"):
        load_policy(folder, template_arguments={"enable_thinkin": False})
    given = {"policy": str(thinker), "output": tmp_path / "run"}
    with pytest.raises(TokenizerError, match="no argument 'enable_thinkin'"):
        TrainOptions(**given, chat_template_arg=["enable_thinkin=false"])
    with pytest.raises(PersonaEnvError, match="--chat-template-arg takes a name and a JSON value"):
        TrainOptions(**given, chat_template_arg=["enable_thinking=no"])
    with pytest.raises(PersonaEnvError, match="a bundled policy has no chat template"):
        TrainOptions(output=tmp_path / "run", chat_template_arg=["enable_thinking=false"])


@pytest.mark.parametrize("method", ["ppo", "grpo"])
@pytest.mark.filterwarnings("ignore")
def test_a_policy_is_trained_without_thoughts_and_asked_so_later(thinker, tmp_path, method):
    if method == "grpo":
        pytest.importorskip("trl")
    pytest.importorskip("peft")
    own = {"envs": 4} if method == "ppo" else {"batch": 4}
    folder = train(
        TrainOptions(
            method=method, policy=str(thinker), chat_template_arg=["enable_thinking=false"],
            profiles=("sam", "nora"), scenarios=("fact",), lora="2", steps=16, max_new_tokens=4,
            context_length=1024, threads=1, quiet=True, judge_episodes=2, tracker=("none",),
            output=tmp_path / "run", **own,
        )
    )  # fmt: skip
    for made in ("policy", "adapter"):
        codec = load_policy(folder / made)[1]
        assert codec.tokenizer.decode(codec.prompt(SEEN[0])).endswith("</think>\n\n")
    for when in ("before", "after"):
        report = Report.load(folder / f"{when}.json")
        assert not any("<think>" in one["reply"] for one in report.replies)


@pytest.mark.parametrize(
    ("reply", "counts"),
    [
        (Cut("<think>Hm, let me"), {"cut": 3, "empty": 3, "unfinished thought": 3}),
        ("<think>Hm.</think>", {"empty": 3}),
        (Cut("<think>Hm.</think>It is"), {"cut": 3}),
        ("<think>Hm.</think>It is so.", {}),
    ],
)
def test_what_is_cut_within_a_thought_is_empty_and_told(reply, counts):
    made = gym.make("PersonaChat-v0", profiles=["ben"], split="heldout", disable_env_checker=True)
    report = evaluate(lambda seen: [reply] * len(seen), made, 3, cross=False)
    assert report.counts == counts
    assert (report.reward.mean == 0) == ("empty" in counts)
    if "unfinished thought" in counts:
        told = "cut: 3 of 3; empty: 3 of 3 (3 ended within their reasoning)"
        assert report.counts_text == told
