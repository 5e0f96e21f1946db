"""Reasoning: arguments of the chat template, and thoughts that are no part of what is judged."""

from __future__ import annotations

import gymnasium as gym
import pytest

from persona_env import evaluate
from persona_env.agent import Cut
from persona_env.agents.language_model import LanguageModelAgent, load_policy
from persona_env.errors import PersonaEnvError, TokenizerError
from persona_env.text.visible import visible
from persona_env.wrappers.chat_template import ChatTemplate

from .tiny_chat_model import TEMPLATE, save_chat_model

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
    told = load_policy(thinker, template_arguments={"enable_thinking": False})[1]
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
        load_policy("persona-tiny", template_arguments={"enable_thinking": False})


def test_a_template_without_thoughts_opens_none(thinker):
    tokenizer = load_policy(thinker)[1].tokenizer
    assert ChatTemplate(tokenizer).opened_thought() == "<think>\n"
    assert ChatTemplate(tokenizer, {"enable_thinking": False}).opened_thought() == ""


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
