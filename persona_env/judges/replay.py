"""A judge that asks nobody: it replays a record."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from persona_env.errors import JudgeError
from persona_env.judges.answers import Answer
from persona_env.judges.judge import Judge
from persona_env.judges.question import Question, question_digest
from persona_env.judges.record import Asked, Record


class ReplayJudge(Judge):
    """Replays a record, strictly: it asks nobody, and a miss is an error.

    Raises
    ------
    JudgeError
        If there is no record, if it holds the answers of several models and ``model`` names none
        of them, or, when asked, if it lacks an answer.
    """

    def __init__(
        self, record: str | Record, model: str | None = None, *, all_fields: bool = False
    ) -> None:
        record = record if isinstance(record, Record) else Record(record)
        who = _one_of(record, model)
        self._recorded = who
        super().__init__(who.model, {}, record, all_fields=all_fields)

    @property
    def _who(self) -> Asked:
        return self._recorded

    def answers(self, questions: Sequence[Question]) -> Iterator[tuple[int, Answer]]:
        """Raise :class:`JudgeError`: the record lacks these."""
        path = self.record.path if self.record else ""
        raise JudgeError(
            f"{path} has no answer of {self.model!r} to {len(questions)} of the questions asked: "
            "replies, scenarios or the question's words are not those it was recorded with. Record "
            f"them as well: --judge {self.model}@URL --judge-record {path}"
        )


def _one_of(record: Record, model: str | None) -> Asked:
    all_known = [one for one in dict.fromkeys(record.asked) if model in (None, one.model)]
    known = [one for one in all_known if one.question == question_digest()]
    names = sorted({one.model for one in record.asked})
    if all_known and not known:
        raise JudgeError(
            f"{record.path} was recorded with other words of the question: record it again with "
            "--judge MODEL@URL --judge-record FILE, or install the version that recorded it"
        )
    if not known:
        raise JudgeError(
            f"{record.path} holds no answers{f' of {model!r}; it has {names}' if names else ''}: "
            "record some with --judge MODEL@URL --judge-record FILE"
        )
    if len(known) > 1:
        raise JudgeError(
            f"{record.path} holds the answers of several models or parameters ({names}): name one "
            "with ReplayJudge(FILE, model=...), or record each in a file of its own"
        )
    return known[0]
