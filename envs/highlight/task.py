"""What a user wants of a document: the best marks, and the statements that are worth reading."""

from __future__ import annotations

from dataclasses import dataclass

from persona_env.rewards.exchange import TermView

from .document import Document, read_document
from .scenario import HighlightScenario
from .wishes import Task, Wanted, Wishes, wishes_of

SAME = 1e-9  # by which a chance may miss a threshold that it is meant to reach


@dataclass(frozen=True, slots=True)
class Asked:
    """A document and what is true of it, with what this user wants."""

    scenario: HighlightScenario
    document: Document
    chances: tuple[float, ...]
    wishes: Wishes

    @property
    def numbers(self) -> range:
        """The numbers of the statements."""
        return range(1, len(self.chances) + 1)


def asked(view: TermView, task: Task | None = None) -> Asked | None:
    """What is asked; ``None`` for a scenario of another environment, or a user of another task."""
    scenario = view.scenario
    if not isinstance(scenario, HighlightScenario):
        return None
    wishes = wishes_of(view.field)
    if task is not None and wishes.task is not task:
        return None
    return of(scenario, view.language, wishes)


def of(scenario: HighlightScenario, language: str, wishes: Wishes) -> Asked:
    """The same of a scenario in one language."""
    document = read_document(scenario.text(language).prompt, language)
    return Asked(scenario, document, scenario.chances, wishes)


def is_reliable(chance: float, threshold: float) -> bool:
    """Whether a statement is at least so sure."""
    return chance >= threshold - SAME


def needed(case: Asked) -> list[int]:
    """The numbers of the statements that are worth reading to this user."""
    wishes = case.wishes
    return [n for n in case.numbers if _on_topic(case, n) and _wanted(case.chances[n - 1], wishes)]


def _on_topic(case: Asked, number: int) -> bool:
    topic = case.wishes.topic
    return topic is None or case.scenario.statements[number - 1].topic == topic


def _wanted(chance: float, wishes: Wishes) -> bool:
    if wishes.what is None or wishes.threshold is None:
        return True
    return is_reliable(chance, wishes.threshold) is (wishes.what is Wanted.RELIABLE)


def best_picks(case: Asked) -> list[int]:
    """The most statements that are worth reading in the time there is: the shortest ones."""
    sizes = {n: len(case.document.statements[n - 1]) for n in needed(case)}
    kept: list[int] = []
    for number in sorted(sizes, key=lambda n: (sizes[n], n)):
        if _fits(case, [*kept, number]):
            kept.append(number)
    return sorted(kept)


def _fits(case: Asked, numbers: list[int]) -> bool:
    return case.wishes.words is None or reading(case, numbers) <= case.wishes.words


def reading(case: Asked, numbers: list[int]) -> int:
    """How many words these statements have together."""
    return case.document.count(place for n in numbers for place in case.document.statements[n - 1])
