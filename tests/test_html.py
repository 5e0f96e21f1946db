"""What notebooks show: escaped, without what is private, with no colour that a theme could hide."""

from __future__ import annotations

import re

import gymnasium as gym
import pytest

from persona_env import Reason, Score, UserProfile, evaluate, load_profile, reward_term
from persona_env.html import Bar, html_table
from persona_env.rewards import Verdict

EVIL = "<script>alert('x')</script>"


def cells(page):
    """The texts of each row of a page's tables."""
    rows = re.findall(r"<tr>(.*?)</tr>", page, re.DOTALL)
    return [re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row) for row in rows]


def test_a_table_is_escaped_everywhere():
    page = html_table(EVIL, [EVIL], [[EVIL], [Bar(EVIL, 0.25)]], note=EVIL)
    assert "<script" not in page
    assert page.count("&lt;script&gt;") == 5
    assert "25.0%" in page


def test_a_table_sets_no_colour_but_a_half_transparent_bar():
    page = html_table("a", ["b"], [[Bar("c", 1.0)]], note="d")
    assert re.findall(r"(?<![-\w])color:|#[0-9a-f]{3,6}\b|\bwhite\b|\bblack\b", page) == []
    assert re.findall(r"rgba\([^)]*, 0\.\d+\)", page)


def test_a_profile_shows_wishes_and_hides_what_is_private():
    user = UserProfile(
        id=EVIL,
        preferences={"length": {"target": "brief", "weight": 2}, "avoid": [EVIL]},
        context={"languages": ["en", "es"], "expertise": [{"field": "law", "verified": True}]},
        protected={"religion": "PRIVATE-R"},
        secrets={"door_code": "PRIVATE-S"},
        extensions={
            "units": {"role": "preference", "value": "metric"},
            "ward": {"role": "secret", "value": "PRIVATE-E"},
        },
        weights={"tone": 3.0},
    )
    page = user._repr_html_()
    assert "<script" not in page
    assert "PRIVATE" not in page
    assert cells(page)[1:] == [
        ["length", "brief", "weight 2"],
        ["avoid", "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;", "weight 1"],
        ["languages", "en, es", "context"],
        ["expertise", "law (verified)", "context"],
        ["units", "metric", "preference"],
        ["ward", "***", "secret"],
        ["reward term tone", "", "weight 3"],
        ["religion", "***", "protected: moves no reward"],
        ["door_code", "***", "secret"],
    ]


def test_a_verdict_shows_terms_with_weight_and_gates_that_close():
    reasons = {"tone": (Reason(0, 1, "<b>"), Reason(1, 2, "warm")), "safety": (Reason(0, 1, "n"),)}
    terms, weights = {"tone": 0.5, "length": 1.0}, {"tone": 2.0, "length": 0.0}
    gates = {"safety": 0.25, "secrets": 1.0}
    page = Verdict(0.125, terms, weights, gates, reasons, 4.0, {"tone": 0.5})._repr_html_()
    assert "reward 0.125" in page
    assert cells(page)[1:] == [
        ["tone", "0.50", "2", "&lt;b&gt;; warm"],
        ["safety", "0.25", "gate: multiplies", "n"],
    ]
    assert "75% of the weight was read; not or only in part: tone." in page
    assert "1 of 2 gates are open" in page


def test_a_verdict_of_an_environment_is_escaped():
    @reward_term(name="echoes_markup")
    def echoes(view):
        return Score(1.0, (Reason(0, 1, view.reply),))

    sam = load_profile("sam").weigh(echoes_markup=1.0)
    env = gym.make("PersonaChat-v0", profiles=[sam]).unwrapped
    page = env.score(f"`{EVIL}`", "fluffy-rice", sam)._repr_html_()
    assert "<script" not in page
    assert "echoes_markup" in page


@pytest.mark.parametrize("register", ["tiny", "natural"])
def test_a_report_shows_its_figures_and_its_users(register):
    cases = {"profiles": ["nora", "sam"], "scenarios": ["fluffy-rice", "highest-mountain-taiwan"]}
    env = gym.make("PersonaChat-v0", register=register, **cases)
    report = evaluate(lambda seen: ["No."] * len(seen), env)
    page = report._repr_html_()
    assert ["worst user", report.worst_text] in cells(page)
    assert ("not defined: the reference replies" in page) == (register == "natural")
    assert ["sam", str(report.per_user["sam"]), "2"] in cells(page)
    assert ("read by" in page) == (register == "natural")
