"""A judge in this process: a causal language model of transformers."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any, Literal, Protocol

from persona_env.arguments import choice
from persona_env.judges.answers import Answer
from persona_env.judges.judge import Judge
from persona_env.judges.question import CHOICES, DEGREES, Question, texts
from persona_env.judges.record import Record
from persona_env.registration import load

Way = Literal["json", "levels"]
WAYS = ("json", "levels")
LEVELS = tuple("0123456789")
LETTERS = tuple("ABCDEFGHI")
RUNNER = "persona_env.agents.local_judge:LocalModel"
MAX_NEW_TOKENS = 512


class Runner(Protocol):
    """A language model that writes, and says how probable some next words are."""

    def write(self, system: str, user: str, max_new_tokens: int) -> str | None:
        """Its greedy reply; ``None`` where the prompt does not fit."""
        ...

    def probabilities(
        self, system: str, asked: Sequence[tuple[str, Sequence[str]]]
    ) -> list[list[float]] | None:
        """For each user message how probable each of its words comes next, among these.

        ``None``: one does not fit.
        """
        ...


class LocalJudge(Judge):
    """Asks a model by Hugging Face id or folder, greedily, in this process.

    Parameters
    ----------
    model:
        An id, or a folder that ``save_pretrained`` wrote. It is loaded when it is asked first.
    way:
        ``"json"`` asks the same question as an endpoint. ``"levels"`` asks for each field by
        itself and writes nothing: a degree is the mean of ten ordered levels by their probability
        as the next token, a choice the most probable one of its lettered words. Languages are not
        asked then.
    device:
        ``"cpu"``, ``"cuda"``, ...
    record, all_fields:
        See :class:`~persona_env.judges.judge.Judge`.
    """

    def __init__(
        self,
        model: str,
        *,
        way: Way = "json",
        device: str = "cpu",
        record: Record | None = None,
        all_fields: bool = False,
    ) -> None:
        choice("way", way, WAYS)
        parameters: dict[str, Any] = {"way": way, "local": True}
        parameters |= (
            {"max_new_tokens": MAX_NEW_TOKENS} if way == "json" else {"asked": texts()["levels"]}
        )
        super().__init__(model, parameters, record, all_fields=all_fields)
        self.way, self.device = way, device

    @cached_property
    def runner(self) -> Runner:
        """The model, loaded."""
        found: Runner = load(RUNNER)(self.model, self.device)
        return found

    def answers(self, questions: Sequence[Question]) -> Iterator[tuple[int, Answer]]:
        """See :class:`~persona_env.judges.judge.Judge`."""
        for place, question in enumerate(questions):
            self.cost.calls += 1
            text = self._json(question) if self.way == "json" else self._levels(question)
            failed = Answer("", "grader_failed", "the question does not fit the model's positions")
            yield place, failed if text is None else Answer(text)

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name != "runner"}

    def _json(self, question: Question) -> str | None:
        return self.runner.write(question.system, question.user, MAX_NEW_TOKENS)

    def _levels(self, question: Question) -> str | None:
        """The answer that the probabilities of levels and words make, as JSON of the schema."""
        names = (*DEGREES, *CHOICES)
        words = [CHOICES.get(name) for name in names]
        signs = [LEVELS if of is None else LETTERS[: len(of)] for of in words]
        asked = [
            (question.user + _only(name, of, sign), sign)
            for name, of, sign in zip(names, words, signs, strict=True)
        ]
        found = self.runner.probabilities(question.system, asked)
        if found is None:
            return None
        made = {
            name: _mean(shares) if of is None else of[shares.index(max(shares))]
            for name, of, shares in zip(names, words, found, strict=True)
        }
        return json.dumps({**made, "languages": []})


def _only(name: str, words: tuple[str, ...] | None, signs: Sequence[str]) -> str:
    """What a question about one field adds to the whole question."""
    said: dict[str, str] = texts()["levels"]
    if words is None:
        return said["degree"].format(name=name, low=signs[0], high=signs[-1])
    listed = ", ".join(f"{sign}: {word}" for sign, word in zip(signs, words, strict=True))
    return said["choice"].format(name=name, words=listed)


def _mean(probabilities: Sequence[float]) -> float:
    """The mean level, in [0, 1].

    >>> _mean([0.0, 0.5, 0.5])
    0.75
    """
    total = math.fsum(place * p for place, p in enumerate(probabilities))
    return round(total / (len(probabilities) - 1), 4)
