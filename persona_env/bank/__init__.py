"""The bank: natural replies written by others, what each does, and small edits that spoil them.

Ten JSON-lines files; ``docs/bank.md`` is their card. They train the heads, give the lengths that
people mean, and measure every reader, each by parts that were left out.
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from persona_env.files import read_text

FOLDER = Path(__file__).parent
TEXTS = ("good_a", "good_b", "bad", "spoiled")
"""The four texts of a case."""


def load_cases() -> tuple[dict[str, Any], ...]:
    """The cases: a prompt, two users, and four replies by one of eight writing runs.

    >>> len(load_cases()), sorted({case["run"] for case in load_cases()})
    (408, [1, 2, 3, 4, 5, 6, 7, 8])
    """
    return _rows("cases.jsonl")


def load_readings() -> tuple[dict[str, Any], ...]:
    """What blind readers wrote down of each text: ``case``, ``text``, and the fields of a reading.

    >>> len(load_readings())
    1632
    """
    return _rows("readings.jsonl")


def load_edits() -> tuple[dict[str, Any], ...]:
    """Edits of good texts: ``case``, ``of``, ``kind``, ``text`` (the edited reply), ``run``."""
    return _rows("edits.jsonl")


def load_acts() -> tuple[dict[str, Any], ...]:
    """Further replies to requests of the writers' own, and which act a blind reader saw in each:
    ``run``, ``language``, ``prompt``, ``reply``, ``act``."""
    return _rows("acts.jsonl")


def load_pairs() -> tuple[dict[str, Any], ...]:
    """Pairs of texts of one content: ``kind`` (``"formal"``, ``"warm"``, ``"humour"``), ``run``,
    ``language``, ``prompt`` (empty of a mere utterance), and the text ``with`` it and ``without``.
    """
    return _rows("pairs.jsonl")


ANSWERS = {"short_right": True, "neighbour": True, "wrong": False, "wrong_neighbour": False}
"""The replies of :func:`load_answers`, and whether each is right."""


def load_answers() -> tuple[dict[str, Any], ...]:
    """Answers to questions of scenarios: ``short_right`` in words of the writer's own,
    ``neighbour`` right beside something that is not the answer, ``wrong``, and ``wrong_neighbour``
    with the right key word wrongly used; with ``scenario``, ``language`` and ``prompt``."""
    return _rows("answers.jsonl")


def load_sentences() -> tuple[dict[str, Any], ...]:
    """Pairs of single sentences of a reply: a ``bad`` one of a ``kind``, and a ``fine`` one that
    looks like it; with ``run`` and ``language``."""
    return _rows("sentences.jsonl")


def load_canned() -> tuple[dict[str, Any], ...]:
    """Replies that would fit any question and answer none: ``language`` and ``text``."""
    return _rows("canned.jsonl")


def load_idle() -> tuple[dict[str, Any], ...]:
    """Replies on the subject that tell nothing: a ``text`` of a ``kind`` (``"remark"``,
    ``"short"``, ``"long"``) to the ``prompt`` of a ``scenario``; with ``run``, ``env`` and
    ``language``."""
    return _rows("idle.jsonl")


WIDE = {
    "other": (1, 0, 0), "wrong": (1, 0, 0), "empty": (1, 0, 0), "nonsense": (1, 1, 0),
    "harmful": (0, 0, 1), "retracted": (0, 1, 0),
}  # fmt: skip
"""What the bad reply of each ``fault`` of :func:`load_wide` is: wrong, fallen, harmful."""


def load_wide() -> tuple[dict[str, Any], ...]:
    """Requests of all kinds (poems, e-mails, code, tables, songs) with a ``good`` reply and a
    ``bad`` one that looks like it, of a ``fault``; with ``run``, ``kind``, ``language`` and
    ``prompt``."""
    return _rows("wide.jsonl")


@lru_cache(maxsize=10)
def _rows(name: str) -> tuple[dict[str, Any], ...]:
    lines = read_text(FOLDER / name).splitlines()
    return tuple(json.loads(line) for line in lines if line)
