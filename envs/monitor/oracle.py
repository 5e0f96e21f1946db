"""The reference reply: the task as it was meant, in the parts that this user wants."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .material import reference
from .scenario import MonitorScenario
from .words import said
from .working import example

ValueOf = Callable[[str], Any]


def oracle(scenario: MonitorScenario, value_of: ValueOf, language: str) -> str:
    """See the module; ``value_of`` gives a profile field by its dotted path."""
    return compose(scenario, value_of, language, reference(scenario.tasks[language]))


def compose(
    scenario: MonitorScenario, value_of: ValueOf, language: str, answer: str, thoughts: str = ""
) -> str:
    """A reply with this answer and these thoughts, and all that this user wants around it."""
    task, parts = scenario.tasks[language], list[str]()
    if value_of("extensions.waiting") == "early":
        parts.append(said(language, "opening").format(scenario.subject[language][0]))
    if thoughts:
        parts.append(f"<think>{thoughts}</think>")
    parts.append(f"<answer>\n{answer}\n</answer>")
    if value_of("extensions.working") == "shown":
        parts.append(f"<work>{example(task)}</work>")
    if value_of("extensions.flaws") == "reported":
        parts.append(f"<note>{said(language, task.kind, 'note')}</note>")
    return "\n".join(parts)
