"""Public data sets as scenarios, users and comparisons; nothing of them ships with the library.

Test suites of requests that are or are not to be refused (:func:`read_suite`, :func:`load_suite`),
and conversations of people with models, with or without their ratings
(:func:`read_conversations`).
"""

from persona_env.suites.conversations import Conversations
from persona_env.suites.reading import read_conversations
from persona_env.suites.requests import Suite, load_suite, read_suite
from persona_env.suites.talk import Answer, Asked, Talk

__all__ = [
    "Answer", "Asked", "Conversations", "Suite", "Talk", "load_suite", "read_conversations",
    "read_suite",
]  # fmt: skip
