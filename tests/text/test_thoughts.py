"""The table of marks of thoughts, and what it is used for beside the visible text of a reply."""

from __future__ import annotations

import re

import pytest

from persona_env.text.thoughts import (
    FIRST,
    NOTHING,
    TABLE,
    marks_among,
    opened_thought,
    thinks_to_the_end,
)
from persona_env.wrappers.token_ids import reply_of


@pytest.mark.parametrize(
    ("text", "open"),
    [
        ("[THINK]Lyon?", True),
        ("[THINK]Lyon?[/THINK]Paris.[THINK]Or", True),
        ("[THINK]Lyon?[/THINK]Paris.", False),
        ("◁think▷里昂？", True),
        ("<|channel|>analysis<|message|>Lyon?<|end|>", True),
        ("<|channel|>analysis<|message|>Lyon?<|channel|>final<|message|>Paris.", False),
        ("analysisThe user", True),
        ("analysisThe user assistantfinalParis.", False),
        ("Here is my thought process: I boil water.", False),
        ("Paris.", False),
        ("", False),
    ],
)
def test_a_reply_that_ends_within_a_thought_is_told(text, open):
    assert thinks_to_the_end(text) is open


def test_a_thought_that_a_prompt_opens_is_told():
    assert opened_thought("<|im_start|>assistant\n<think>\n") == "<think>\n"
    assert opened_thought("[/INST][THINK]") == "[THINK]"
    assert opened_thought("<|START_THINKING|><|END_THINKING|>") == ""


def test_marks_begin_with_the_characters_that_are_looked_for():
    inner = [row for row in TABLE if not row.front]
    for pattern in (one for row in inner for one in (row.begin, row.end) if one is not NOTHING):
        assert re.sub(r"\(\?i:|\\", "", pattern.pattern)[0] in FIRST


class Words:
    """A tokenizer of whole words, of which those in angle or square brackets are special."""

    def __init__(self, *words: str) -> None:
        self.words = words
        special = {i: word for i, word in enumerate(words) if word[0] in "<["}
        self.added_tokens_decoder = {i: type("", (), {"content": w}) for i, w in special.items()}

    def decode(self, ids, skip_special_tokens):
        assert skip_special_tokens
        return " ".join(self.words[i] for i in ids if i not in self.added_tokens_decoder)


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (("[THINK]", "No", "Lyon", "[/THINK]", "Paris", "</s>"), "[THINK]No Lyon[/THINK]Paris"),
        (("No", "[/THINK]", "Paris"), "No[/THINK]Paris"),
        (("<|think|>", "no", "<|end|>", "yes", "<|end|>"), "<|think|>no<|end|>yes<|end|>"),
        (("<|channel|>", "analysis", "<|message|>", "no", "<|end|>"),
         "<|channel|>analysis<|message|>no"),
        (("yes", "<|end|>"), "yes"),
        (("<|im_start|>", "yes", "<|im_end|>"), "yes"),
        ((), ""),
    ],
)  # fmt: skip
def test_of_special_tokens_only_marks_of_thoughts_stay_in_a_reply(words, text):
    assert reply_of(Words(*words), range(len(words))) == text


def test_an_end_of_turn_alone_marks_no_thought():
    assert marks_among(["<|end|>", "<|return|>", "</s>"]) == set()
