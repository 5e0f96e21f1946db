"""What is said around a hidden user, in each language: rules, questions, answers."""

from __future__ import annotations

from pathlib import Path

from persona_env.languages import load_own_words

WORDS = load_own_words(Path(__file__).with_name("languages"))
SAYS = WORDS.each("says")
"""Answers by language, what is asked, and what the user wants."""
ASK = WORDS.each("ask")
"""Questions by language and what they ask."""


def rules(language: str, questions: int) -> str:
    """What the user says of their questions, behind what they ask.

    >>> rules("en", 0)
    '(Please answer at once, without a question.)'
    """
    name = {0: "rules_at_once", 1: "rules_one"}.get(questions, "rules")
    said: str = WORDS[language][name]
    return said.format(n=questions)
