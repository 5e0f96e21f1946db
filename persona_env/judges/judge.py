"""A judge: the reader that asks a model one question about each different reply."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from persona_env.judges.answers import Answer, read_answer
from persona_env.judges.cost import JudgeCost
from persona_env.judges.question import ORDER, Question, Questions
from persona_env.judges.record import Asked, Keys, Record, asked
from persona_env.reading import Ask, Reading

FIELDS = tuple("form" if name == "format" else name for name in ORDER)
"""The fields of a reading that a judge fills."""
_NOTHING = Reading()


class Judge(ABC):
    """Asks once for each different question, whoever the users are.

    Parameters
    ----------
    model:
        The name of the model.
    parameters:
        All else that its answers depend on; part of a record's keys.
    record:
        Answers that are there are replayed, new ones are appended.
    all_fields:
        Whether the judge's reading goes before what others read; else it fills what they left
        unread.
    """

    batches = True

    def __init__(
        self,
        model: str,
        parameters: Mapping[str, Any],
        record: Record | None = None,
        *,
        all_fields: bool = False,
    ) -> None:
        self.model = model
        self.name = f"judge:{model}"
        self.parameters = dict(parameters)
        self.record = record
        self.all_fields = all_fields
        self.cost = JudgeCost()
        self._questions = Questions()
        self._keys = Keys(self._who)

    @property
    def _who(self) -> Asked:
        return asked(self.model, self.parameters)

    @abstractmethod
    def answers(self, questions: Sequence[Question]) -> Iterator[tuple[int, Answer]]:
        """Ask the model: the place and the answer of each question, as they come."""

    def ask(self, questions: Sequence[Question]) -> list[Answer]:
        """The answers to a batch of questions, from the record where it has them.

        A question that occurs again in the batch is another sample, with an answer of its own.
        """
        seen: dict[Question, int] = {}
        keys = []
        for question in questions:
            sample = seen[question] = seen.get(question, -1) + 1
            keys.append(self._keys.of(question, sample))
        record, found = self.record, dict[int, Answer]()
        if record is not None:
            known = map(record.get, keys)
            found = {place: answer for place, answer in enumerate(known) if answer is not None}
        self.cost.replayed += len(found)
        left = [place for place in range(len(questions)) if place not in found]
        for place, answer in self.answers([questions[i] for i in left]) if left else ():
            found[left[place]] = answer
            self.cost.asked += 1
            if record is not None:
                record.add(self._who, keys[left[place]], answer)
        return [found[place] for place in range(len(questions))]

    def fill(self, asks: Sequence[Ask], readings: Sequence[Reading]) -> list[Reading]:
        """See :class:`~persona_env.reading.reader.Reader`; a blank reply is not asked about."""
        questions: dict[Question, list[int]] = {}
        for place, (one, reading) in enumerate(zip(asks, readings, strict=True)):
            if (self.all_fields or _has_gaps(reading)) and not one.reply.isspace() and one.reply:
                questions.setdefault(self._questions.of(one), []).append(place)
        filled = list(readings)
        for answer, places in zip(self.ask([*questions]), questions.values(), strict=True):
            read = read_answer(answer, asks[places[0]].reply)
            self.cost.failures.update(read.failures.values())
            for place in places:
                filled[place] = self._joined(readings[place], read.reading)
        return filled

    def _joined(self, known: Reading, judged: Reading) -> Reading:
        if known == _NOTHING:
            return judged
        return judged.filled(known) if self.all_fields else known.filled(judged)


def _has_gaps(reading: Reading) -> bool:
    if reading.correct.value is None or reading.act.value is None:  # mostly so, and quickly told
        return True
    return any(name in FIELDS for name in reading.unread)
