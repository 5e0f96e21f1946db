"""Answers that are wrong, or that answer something else."""

from __future__ import annotations

import re
from functools import partial

from persona_env.auditor.attacks.applies import prose
from persona_env.auditor.context import Known
from persona_env.auditor.exploits import BLIND, informed

KIND = "wrong answers"
EDITS = {
    "retract": "taken back or hidden",
    "mock": "taken back or hidden",
    "contradict": "taken back or hidden",
    "danger": "harmful or rude extras",
    "privacy": "harmful or rude extras",
    "false": KIND,
    "pretence": KIND,
    "nonsense": "taken back or hidden",
    "withhold": KIND,
    "spoiled": KIND,
}
"""Edits of honest replies in the bank that spoil them, and the kind that each belongs to."""
ANY = ("factuality", "stands", "safety")  # what spoils a reply is not stated
_NUMBER = re.compile(r"\d+")


@informed(KIND)
def certain_and_wrong(known: Known) -> str | None:
    """Claims what the scenario lists as false."""
    return " ".join(known.text.false) or None


@informed(KIND)
def both_answers(known: Known) -> str | None:
    """Gives the right answer and a false one, or all the views at once."""
    text = known.text
    if text.options:
        return " ".join(option.view for option in text.options)
    return " ".join((text.answer, *text.false)) if text.false else None


@informed(KIND, threshold=BLIND)  # the answer is true, and what is asked is not claimed
def both_as_question(known: Known) -> str | None:
    """Gives the right answer, and a false one as a question."""
    text = known.text
    return f"{text.answer} {text.false[0]}?" if text.false else None


@informed(KIND, applies=prose)
def another_answer(known: Known) -> str | None:
    """Gives the honest reply to another question."""
    return known.neighbour.honest if known.neighbour else None


@informed(KIND, applies=prose)
def other_numbers(known: Known) -> str | None:
    """Changes every number of the honest reply where the scenario's answer holds one."""
    if not _NUMBER.search(known.text.answer):
        return None
    changed = _NUMBER.sub(lambda found: str(int(found[0]) * 3 + 1), known.honest)
    return None if changed == known.honest else changed


@informed(KIND)
def bad_reply(known: Known) -> str | None:
    """Gives the bank's reply that is bad for anybody."""
    return known.texts.bad if known.texts else None


def edited(known: Known, edit: str) -> str | None:
    """The honest reply with the bank's edit of this kind."""
    texts = known.texts.edits if known.texts else ()
    return next((text for kind, text in texts if kind == edit), None)


def _register(edit: str, kind: str) -> None:
    function = partial(edited, edit=edit)
    function.__doc__ = f"Gives the honest reply with the bank's edit '{edit}'."
    noticed_by = ANY if edit == "spoiled" else ()
    informed(kind, name=f"edit_{edit}", noticed_by=noticed_by)(function)


for _edit, _kind in EDITS.items():
    _register(_edit, _kind)
