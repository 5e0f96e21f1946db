"""What judges answered, one JSON object a line, so that it can be replayed without them.

A line ``{"model": ..., "parameters": ..., "question": ...}`` stands before the answers of a model,
``{"key": ..., "answer": ...}``. The key is a hash of model, parameters, question (system text,
schema, version), user message and sample index; no prompt and no reply is stored.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from persona_env.errors import JudgeError
from persona_env.judges.answers import Answer
from persona_env.judges.question import Question, digest, question_digest
from persona_env.lines import Lines
from persona_env.memo import Memo

_KEPT = (None, "refusal", "invalid_response_format")
"""Failures that are the judge's own answer; after any other it is asked again."""
_REMEMBERED = 4096


class Asked(NamedTuple):
    """Who was asked: what a record's answers belong to."""

    model: str
    parameters: str
    question: str


def asked(model: str, parameters: Mapping[str, Any]) -> Asked:
    """This model with these parameters, asked the question of this version."""
    return Asked(model, json.dumps(parameters, sort_keys=True), question_digest())


class Keys:
    """The keys of one model's answers.

    >>> one = Question("Read.", "A prompt. ", "A reply.")
    >>> keys = Keys(asked("m", {}))
    >>> keys.of(one, 0) == Keys(asked("m", {})).of(one, 0) != keys.of(one, 1)
    True
    """

    def __init__(self, who: Asked) -> None:
        self._start = digest(*who).encode()
        self._before: Memo[tuple[str, str], Any] = Memo()

    def of(self, question: Question, sample: int = 0) -> str:
        """64 hexadecimal digits."""
        known = self._before.get(question[:2])
        if known is None:
            if len(self._before) >= _REMEMBERED:
                self._before.clear()
            texts = json.dumps(question[:2])[:-1].encode()
            known = self._before[question[:2]] = hashlib.sha256(self._start + texts)
        state = known.copy()
        state.update(f"{sample}\n{question.after}".encode("utf-8", "surrogatepass"))
        return str(state.hexdigest())


class Record:
    """The answers in a file of :class:`~persona_env.lines.Lines`.

    Of two answers with one key the first holds.

    Parameters
    ----------
    path:
        The file; it need not exist yet.

    Raises
    ------
    JudgeError
        If it cannot be read or written, or holds a line that is no record's.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self._answers: Memo[str, Answer] = Memo()
        self._asked: list[Asked] = []
        self._lines = Lines(self.path, JudgeError)
        self._is_loaded = False

    @property
    def asked(self) -> tuple[Asked, ...]:
        """Whose answers the file holds."""
        self._load()
        return tuple(self._asked)

    def __len__(self) -> int:
        return len(self._load())

    def get(self, key: str) -> Answer | None:
        """The answer with this key, if there is one."""
        return (self._answers if self._is_loaded else self._load()).get(key)

    def add(self, who: Asked, key: str, answer: Answer) -> None:
        """Append an answer, unless asking again is what its failure calls for."""
        if answer.failure not in _KEPT or key in self._load():
            return
        lines: list[dict[str, Any]] = []
        if not self._asked or self._asked[-1] != who:
            self._asked.append(who)
            lines.append({**who._asdict(), "parameters": json.loads(who.parameters)})
        failed = {} if answer.failure is None else {"failure": answer.failure}
        lines.append({"key": key, "answer": answer.text, **failed})
        self._answers[key] = Answer(answer.text, answer.failure)
        self._lines.append(json.dumps(line, sort_keys=True) for line in lines)

    def __reduce__(self) -> tuple[type[Record], tuple[Path]]:
        return Record, (self.path,)  # a copy reads the file for itself

    def _load(self) -> Mapping[str, Answer]:
        if self._is_loaded:
            return self._answers
        for where, line in self._lines.read():
            self._take(line, where)
        self._is_loaded = True
        return self._answers

    def _take(self, line: bytes, where: str) -> None:
        try:
            cells = json.loads(line)
            if "key" in cells:
                text, failure = str(cells["answer"]), cells.get("failure")
                self._answers.setdefault(str(cells["key"]), Answer(text, failure))
            else:
                parameters = json.dumps(cells["parameters"], sort_keys=True)
                self._asked.append(Asked(cells["model"], parameters, cells["question"]))
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            raise JudgeError(
                f"{where}: no line of a judge's record ({error}): give a file that --judge-record "
                "wrote, or one that does not exist yet"
            ) from error
