"""Replies on the subject that tell nothing, by a writer whose texts train no reader."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path

import gymnasium as gym

from persona_env import PersonaEnv
from persona_env.reading import Ask, find_reader

FILE = Path(__file__).parents[1] / "data" / "idle_replies.jsonl"


def test_most_read_as_wrong_and_hardly_any_as_right():
    reader, envs = find_reader("heads"), dict[str, PersonaEnv]()
    counts = defaultdict[str, int](int)
    rows = [json.loads(line) for line in FILE.read_text("utf-8").splitlines()]
    for row in rows:
        name = row["env"]
        if name not in envs:
            env = gym.make(name, split="heldout", register="natural").unwrapped
            assert isinstance(env, PersonaEnv)
            envs[name] = env
        scenario = envs[name].scenarios.find(row["scenario"])
        assert scenario is not None
        found = reader.read(Ask(scenario, row["language"], row["text"])).correct.value
        counts["unread" if found is None else "right" if found > 0.5 else "wrong"] += 1
    assert len(rows) == 120
    assert counts["wrong"] >= 0.75 * len(rows)
    assert counts["right"] <= 0.1 * len(rows)
