"""One request of each kind, small enough to work out by hand."""

from __future__ import annotations

from typing import Any

from persona_env import UserProfile
from persona_env.envs.canvas.scenario import CanvasScenario

BEFORE, BEHIND = (
    "Dear all,\n\nthe fence was red in 2025.",
    "It will be grey, red and blue on 1/5/2026.",
)


def user(name: str = "reader", **style: str) -> UserProfile:
    """A user of this style."""
    return UserProfile(
        id=name,
        context={"languages": ["en"]},
        extensions={k: {"role": "preference", "value": v} for k, v in style.items()},
    )


def request(
    kind: str, selected: str, instruction: str = "Do it.", **passage: Any
) -> CanvasScenario:
    """A request in a letter; ``document`` may be another document."""
    document = passage.pop("document", f"{BEFORE}\n[[{selected}]]\n{BEHIND}")
    fields = {"document": document, "instruction": instruction, "about": "the gate", **passage}
    return CanvasScenario.model_validate(
        {
            "id": f"own-{kind}", "family": "own", "split": "train", "category": f"edit_{kind}",
            "reply_kind": "data", "texts": {"en": fields},
        }
    )  # fmt: skip


SHORTEN = request(
    "shorten",
    "We would like to let you know that the gate was painted grey by Ruth on 4 May 2026 at last.",
    best="Ruth painted the gate {grey|gray} on {2026-05-04}.",
    passive="The gate was painted {grey|gray} by Ruth on {2026-05-04}.",
    facts=[["ruth"], ["gate"], ["gray"], ["2026-05-04"]],
    limit=13,
)
LISTED = request(
    "define",
    "The quorum is five. It has Ann, Bo and Cy.",
    best="the quorum is five{+}a quorum is who must be there{+}it has Ann, Bo{,} and Cy.",
    facts=[["quorum is five"], ["ann"], ["bo"], ["cy"]],
    defines=["who must be there"],
    lists=[["Ann", "Bo", "Cy"]],
)
WHEN = request(
    "question",
    "The gate was painted on 4 May 2026. It dried on 6 May 2026.",
    "When was the gate painted?",
    best="{2026-05-04}",
    facts=[["2026-05-04"]],
    quote="The gate was painted on 4 May 2026.",
)
FUNCTION = CanvasScenario.model_validate(
    {
        "id": "own-function", "family": "own", "split": "train", "category": "edit_function",
        "reply_kind": "data",
        "task": {
            "words": "add odd", "parameters": [["number list", "list[int]"]], "returns": "int",
            "summary": "Add the odd numbers.",
            "body": "# Only odd ones.\nreturn sum(n for n in <number list> if n % 2)",
            "inputs": ["[[1, 2, 3]]", "[[]]", "[[2]]", "[[5, 7]]", "[[8, 9]]", "[[11]]"],
        },
        "texts": {"en": {"document": "A = 1\n\n\n[[# here]]\n\n\nB = 2", "instruction": "Sum."}},
    }
)  # fmt: skip
