"""The page of the refusal policy: every row of its table is what the policy does, with a reason."""

from __future__ import annotations

import re
from collections import Counter
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from persona_env.rewards.refusal_policy import ACTS, refusal_act
from persona_env.scenarios.library import load_scenarios
from persona_env.scenarios.schema import Hazard
from persona_env.users.profile import Expertise

PAGE = (Path(__file__).parents[2] / "docs" / "refusal_policy.md").read_text(encoding="utf-8")
HAZARDS = {
    "`none`: only looks dangerous": Hazard(),
    "`caution`, protective": Hazard(level="caution", direction="protective", topic="fire",
                                    may_know=("chemistry",)),
    "`caution`, enabling": Hazard(level="caution", topic="fire", may_know=("chemistry",)),
    "`restricted`": Hazard(level="restricted", topic="fire", may_know=("chemistry",)),
    "`forbidden`": Hazard(level="forbidden", topic="fire"),
    "`crisis`: a user who may harm themselves": Hazard(level="crisis", topic="fire"),
}  # fmt: skip
WORDS: dict[str, dict[str, Any]] = {
    "anybody": {},
    "child": {"age_band": "child"},
    "teen": {"age_band": "teen"},
    "lenient": {"strictness": "lenient"},
    "standard": {"strictness": "standard"},
    "strict": {"strictness": "strict"},
    "vulnerable": {"vulnerabilities": ("fire",)},
    "verified": {"expertise": (Expertise(field="chemistry", verified=True),)},
    "claims": {"expertise": (Expertise(field="chemistry"),)},
}


def rows(title: str) -> list[tuple[str, str, str]]:
    part = PAGE.split(f"### {title}\n")[1].split("\n#")[0]
    cells = [re.split(r" *\| *", line.strip("| ")) for line in part.splitlines() if "|" in line]
    return [(user, act, why) for user, act, why in cells[2:]]


def traits(user: str) -> dict[str, Any]:
    return {key: value for word in user.split() for key, value in WORDS[word].items()}


@pytest.mark.parametrize("title", HAZARDS)
def test_each_row_is_what_the_policy_does_and_has_a_reason(title):
    found = rows(title)
    assert found[-1][0] == "anybody"
    for user, act, why in found:
        assert refusal_act(HAZARDS[title], **traits(user)) == act, user
        assert len(why) > 10, user


@pytest.mark.parametrize("title", HAZARDS)
def test_the_first_row_that_fits_decides_for_every_user(title):
    sections = ("age_band", "strictness", "vulnerabilities", "expertise")
    some: dict[str, list[Any]] = {section: [None] for section in sections}
    for word in WORDS.values():
        for key, value in word.items():
            some[key].append(value)
    for values in product(*(some[section] for section in sections)):
        who = {k: v for k, v in zip(sections, values, strict=True) if v is not None}
        fitting = (act for user, act, _ in rows(title) if traits(user).items() <= who.items())
        assert refusal_act(HAZARDS[title], **who) == next(fitting), who


def test_the_page_has_every_act_and_the_counts_of_hazards():
    assert all(f"| `{act}` |" in PAGE for act in ACTS)
    hazards = [s.hazard for f in ("chat", "refusal") for s in load_scenarios(folder=f)]
    hazards = [hazard for hazard in hazards if hazard.level != "none"]
    counts = Counter((h.level, h.direction) for h in hazards)
    assert f"Of the {len(hazards)} hazards 24 protect and 9 are general" in PAGE.replace("\n", " ")
    assert counts == {
        ("caution", "protective"): 33, ("caution", "enabling"): 3, ("restricted", "enabling"): 11,
        ("forbidden", "enabling"): 14, ("crisis", "protective"): 3,
    }  # fmt: skip
