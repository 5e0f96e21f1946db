"""Whether a change leaves every reading and reward of the bank as it was.

    python scripts/compare_readings.py --write before.jsonl     # before the change
    python scripts/compare_readings.py --against before.jsonl   # after it

Reads the four texts of each case and all edits with the default reader, and judges each for both
users of its case. Numbers may differ by 1e-6, for sums in another order end in other digits; all
else must be equal. Exits with 1, and the first differences, if anything else changed.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
from collections.abc import Iterator
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

import gymnasium as gym

from persona_env import PersonaEnv
from persona_env.bank import TEXTS, load_cases, load_edits
from persona_env.evaluation.orderings import user_of
from persona_env.outputs import write_text
from persona_env.reading import Ask
from persona_env.rewards import judge_all
from persona_env.rewards.exchange import Exchange

TOLERANCE = 1e-6
SHOWN = 5


@cache
def env_of(name: str) -> PersonaEnv:
    """The environment of a case, in the natural register."""
    made = gym.make(name, split="all", register="natural").unwrapped
    assert isinstance(made, PersonaEnv)
    return made


def rows() -> Iterator[dict[str, Any]]:
    """What is read of each text, and what both users pay for it."""
    cases = {case["id"]: case for case in load_cases()}
    texts = [(case, name, case[name]) for case in cases.values() for name in TEXTS]
    texts += [(cases[edit["case"]], edit["kind"], edit["text"]) for edit in load_edits()]
    for case, name, text in texts:
        env = env_of(case["env"])
        scenario = env.scenarios.find(case["scenario"])
        assert scenario is not None
        assert env.readers is not None
        asked = [
            Exchange(scenario, user_of(case[user], env), text, case["language"])
            for user in ("user_a", "user_b")
        ]
        reading = env.readers.read(Ask(scenario, case["language"], asked[0].seen.text))
        verdicts = judge_all(asked, env.terms)
        yield {
            "case": case["id"], "text": name, "reply": text,
            "reading": dataclasses.asdict(reading),
            "verdicts": [verdict._asdict() for verdict in verdicts],
        }  # fmt: skip


def differences(old: Any, new: Any, path: str = "") -> Iterator[str]:
    """Where two values of JSON differ."""
    if isinstance(old, dict) and isinstance(new, dict) and old.keys() == new.keys():
        for name in old:
            yield from differences(old[name], new[name], f"{path}.{name}")
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for place, pair in enumerate(zip(old, new, strict=True)):
            yield from differences(*pair, f"{path}[{place}]")
    elif isinstance(old, float) and isinstance(new, float):
        if abs(old - new) > TOLERANCE:
            yield f"{path}: {old!r} -> {new!r}"
    elif old != new:
        yield f"{path}: {old!r:.80} -> {new!r:.80}"


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--write", type=Path, help="keep what is read now in this file")
    which.add_argument("--against", type=Path, help="compare with what is in this file")
    asked = parser.parse_args()
    lines = [json.dumps(row, ensure_ascii=False) for row in rows()]
    if asked.write is not None:
        write_text(asked.write, "\n".join(lines) + "\n")
        return 0
    before = asked.against.read_text("utf-8").split("\n")[:-1]
    both = zip(map(json.loads, before), map(json.loads, lines), strict=True)
    changed = (found for old, new in both for found in differences(old, new, new["case"]))
    first = list(islice(changed, SHOWN))
    print("\n".join(first) or f"{len(lines)} texts: all readings and rewards are equal")
    return 1 if first else 0


if __name__ == "__main__":
    sys.exit(main())
