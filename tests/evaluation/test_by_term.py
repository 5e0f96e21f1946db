"""The mean of each term and gate in a report, worked by hand."""

from __future__ import annotations

import gymnasium as gym
import numpy as np

from persona_env import evaluate
from persona_env.evaluation.by_term import by_term
from persona_env.metrics.statistics import Mean
from persona_env.rewards import Verdict


def verdict(terms, gates, unread=None):
    return Verdict(0.5, terms, dict.fromkeys(terms, 1.0), gates, {}, 2.0, unread or {})


def test_means_are_over_the_cases_that_a_term_applies_to_and_was_read_in():
    found = by_term(
        np.array([0, 0, 1, 2]),
        [
            verdict({"length": 1.0, "tone": 0.5}, {"safety": 1.0}, {"tone": 1.0}),
            verdict({"length": 0.0}, {"safety": 0.5}),  # the same case: their mean counts
            verdict({"length": 1.0, "tone": 0.2}, {"safety": 0.5}, {"tone": 0.5}),
            verdict({}, {"safety": 0.5}, {"safety": 1.0}),
        ],
    )
    assert found["per_term"] == {"length": Mean(0.75, 0.25, 2), "tone": found["per_term"]["tone"]}
    assert (found["per_term"]["tone"].mean, found["per_term"]["tone"].n) == (0.2, 1)
    assert found["per_gate"] == {"safety": Mean(0.625, 0.125, 2)}
    assert found["unread"] == {"tone": 1, "safety": 1}


def test_a_report_names_its_agent_and_has_the_means_whether_all_users_judge_or_not():
    env = gym.make("PersonaChat-v0", profiles=["sam", "leo"], scenarios=["fluffy-rice"])
    reply = "Rinse it until the water runs clear, then let it sit with the lid on."
    scored = [env.unwrapped.score(reply, "fluffy-rice", user).terms for user in ("sam", "leo")]
    for cross in (True, False):
        report = evaluate(lambda seen: [reply] * len(seen), env, cross=cross)
        assert report.per_term.keys() == scored[0].keys() | scored[1].keys()
        assert report.per_term["tone"].mean == np.mean([one["tone"] for one in scored])
        assert report.per_term["humour"].n == 1
        assert report.agent_text == "<lambda> in PersonaChat-v0, natural register"
        assert "  term tone               0.5" in str(report)
        assert "by term" in report._repr_html_()
