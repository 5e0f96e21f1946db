"""Two agents on the same cases: figures worked by hand, tables, pictures, reports read again."""

from __future__ import annotations

import io
import math
from dataclasses import replace

import gymnasium as gym
import numpy as np
import pandas
import pytest

from persona_env import Report, evaluate
from persona_env.errors import PersonaEnvError
from persona_env.evaluation import (
    compare,
    plot_rewards,
    results_frame,
    results_rows,
    results_table,
)
from persona_env.metrics import Mean
from persona_env.registration import make_agent

USERS = ["nora", "sam"]
NAN = math.nan


def report_of(rewards, **changes):
    """A report whose replies earn these, by (scenario, user)."""
    per_user = {}
    for (_, user), reward in rewards.items():
        per_user.setdefault(user, []).append(reward)
    means = {user: Mean.of(values) for user, values in per_user.items()}
    values = list(rewards.values())
    made = Report(
        reward=Mean.of(values), blind=Mean.of(values), oracle=Mean.of(values),
        gain=Mean(NAN, NAN, 1), per_category={}, per_user=means,
        worst_user=min(means, key=lambda name: means[name].mean), users=tuple(means),
        matrix=tuple((0.5,) * len(means) for _ in means), own_best=(True,) * len(means),
        identity_gap=0.0, words=Mean.of([3.0, 5.0]),
        replies=tuple({"scenario": s, "user": u, "reward": r} for (s, u), r in rewards.items()),
        undefined={"gain": "why"},
    )  # fmt: skip
    return replace(made, **changes)


FIRST = {("a", "ana"): 0.2, ("a", "bo"): 0.4, ("b", "ana"): 0.6, ("c", "bo"): 0.8}
SECOND = {("c", "bo"): 0.7, ("a", "ana"): 0.5, ("a", "bo"): 0.4, ("b", "ana"): 1.0}


def test_the_difference_is_of_the_same_cases_in_any_order():
    found = compare(report_of(FIRST), report_of(SECOND))
    assert found.difference.mean == pytest.approx((0.3 + 0 + 0.4 - 0.1) / 4)
    assert (found.wins, found.ties, found.losses, found.clusters) == (2, 1, 1, 3)
    assert found.per_user["ana"].mean == pytest.approx(0.35)
    assert (found.per_user["bo"].mean, found.per_user["bo"].se) == pytest.approx((-0.05, 0.05))
    assert found.low < found.difference.mean < found.high
    back = compare(report_of(SECOND), report_of(FIRST))
    assert back.difference.mean == -found.difference.mean
    assert (back.low, back.high) == pytest.approx((-found.high, -found.low))


def test_users_are_drawn_where_the_cluster_is_the_user():
    """Ana's cases gain 0.3 and 0.4, Bo's 0 and -0.1: draws of users lie at -0.05, 0.15 or 0.35."""
    found = compare(report_of(FIRST), report_of(SECOND), cluster="user")
    assert (found.cluster, found.clusters) == ("user", 2)
    assert (found.low, found.high) == pytest.approx((-0.05, 0.35))
    assert "level 95%, 2 users" in str(found)
    with pytest.raises(PersonaEnvError, match=r"unknown cluster 'usr'. Did you mean 'user'"):
        compare(report_of(FIRST), report_of(SECOND), cluster="usr")


def test_agents_are_printed_by_the_names_that_were_given():
    names = ("same for all", "looks at user")
    lines = str(compare(report_of(FIRST), report_of(SECOND), names=names)).splitlines()
    assert lines[0].startswith("same for all        0.500 ± ")
    assert lines[1].startswith("looks at user       0.650 ± ")
    assert lines[3] == "looks at user earns more in 2 cases, the same in 1, less in 1"
    assert lines[4].startswith("  ana               +0.350")
    plain = str(compare(report_of(FIRST), report_of(SECOND)))
    assert plain.startswith("first           0.500 ± ")
    assert "\nsecond earns    more in 2 cases" in plain


@pytest.mark.parametrize("names", ["ab", ("a",), ("a", "a"), ("a", "b", "c"), ()])
def test_names_are_two_different_ones(names):
    with pytest.raises(PersonaEnvError, match="names= must be two different names"):
        compare(report_of(FIRST), report_of(SECOND), names=names)


def test_a_report_without_a_gain_says_why_and_what_serves_instead():
    told = str(report_of(FIRST))
    assert "not defined: why; two agents on the same cases can still" in told
    assert "compare()" not in str(report_of(FIRST, undefined={}))


def test_whole_scenarios_are_drawn():
    # Of the 27 draws of three scenarios, b alone gives the most (0.4), c alone the least (-0.1).
    found = compare(report_of(FIRST), report_of(SECOND), resamples=5000, level=0.999)
    assert (found.low, found.high) == pytest.approx((-0.1, 0.4))
    # Many copies of a case say nothing new, if they are of one scenario.
    rng = np.random.default_rng(0)
    gaps = rng.choice([0.0, 0.4], 20)
    once = {(f"s{i}", "ana"): 0.1 for i in range(20)}
    more = {(f"s{i}", f"u{j}"): 0.1 for i in range(20) for j in range(9)}
    better = {case: 0.1 + gaps[int(case[0][1:])] for case in more}
    few = compare(report_of(once), report_of({case: 0.1 + gaps[int(case[0][1:])] for case in once}))
    many = compare(report_of(more), report_of(better))
    assert many.difference.mean == pytest.approx(few.difference.mean)
    assert many.difference.se == pytest.approx(few.difference.se, rel=1e-9)
    assert few.difference.se == pytest.approx(gaps.std() / math.sqrt(20), rel=0.1)


def test_an_agent_is_no_better_than_itself():
    found = compare(report_of(FIRST), report_of(FIRST))
    assert (found.difference.mean, found.low, found.high, found.ties) == (0, 0, 0, 4)
    assert not found.is_clear
    assert compare(report_of({("a", "ana"): 0.1, ("b", "ana"): 0.1}),
                   report_of({("a", "ana"): 0.5, ("b", "ana"): 0.6})).is_clear  # fmt: skip


def test_one_scenario_gives_no_interval():
    found = compare(report_of({("a", "ana"): 0.2}), report_of({("a", "ana"): 0.5}))
    assert math.isnan(found.low)
    assert math.isnan(found.difference.se)
    assert found.text == "+0.300 [not known: one scenario]"
    assert not found.is_clear
    assert "nan" not in str(found)


def test_the_seed_decides():
    reports = report_of(FIRST), report_of(SECOND)
    assert compare(*reports, seed=1) == compare(*reports, seed=1)


@pytest.mark.parametrize(
    ("second", "said"),
    [
        (report_of({**SECOND, ("d", "ana"): 1.0}), "scenario 'd' for user 'ana'"),
        (report_of(SECOND, register="natural"), "differ in register, 'tiny' and 'natural'"),
        (report_of(SECOND, reader="rules"), "with the same reader"),
    ],
)
def test_what_cannot_be_compared_is_refused(second, said):
    with pytest.raises(PersonaEnvError, match=said):
        compare(report_of(FIRST), second)


@pytest.mark.parametrize("wrong", [{"level": 1.0}, {"level": 95}, {"resamples": 10}])
def test_wrong_options_are_refused(wrong):
    with pytest.raises(PersonaEnvError):
        compare(report_of(FIRST), report_of(SECOND), **wrong)


def test_a_table_in_markdown():
    table = results_table({"a|b": report_of(FIRST), "new": report_of(SECOND)}).splitlines()
    assert table[0] == "| agent | reward | difference | worst user | identity gap | words |"
    assert table[2].startswith(
        r"| a\|b | 0.500 ± 0.129 | - | ana 0.400 ± 0.200 (n = 2) | 0 | 4.0 |"
    )
    assert table[3].startswith("| new | 0.650 ± 0.132 | +0.150 [")


def test_a_table_of_natural_replies_has_the_coverage():
    read = {"reader": "rules+heads", "register": "natural", "coverage": Mean(0.9, 0.01, 4)}
    table = results_table({name: report_of(FIRST, **read) for name in ("a", "b")}).splitlines()
    assert "coverage        0.900 ± 0.010, 0.900 ± 0.010" in str(
        compare(report_of(FIRST, **read), report_of(SECOND, **read))
    )
    assert "| coverage | worst user |" in table[0]
    assert "| 0.900 ± 0.010 | ana 0.400 ± 0.200 (n = 2) |" in table[2]


def test_a_table_names_no_worst_user_where_all_are_equal():
    table = results_table({"a": report_of(FIRST, worst_user=""), "b": report_of(SECOND)})
    assert "| - | - | 0 |" in table.splitlines()[2]


def test_a_table_in_latex_is_escaped():
    name = "50% & $x_1 {#} ~^\\"
    table = results_table({name: report_of(FIRST)}, style="latex")
    assert r"50\% \& \$x\_1 \{\#\} \textasciitilde{}\textasciicircum{}\textbackslash{}" in table
    assert r"0.500 $\pm$ 0.129" in table
    head, row = (line for line in table.splitlines() if line.endswith(r"\\"))
    assert head.count(" & ") == row.replace(r"\&", "").count(" & ") == table.count("l", 15, 22) - 1


def test_a_negative_number_has_a_minus_in_latex():
    reports = {"a": report_of(FIRST), "b": report_of(SECOND)}
    turned = dict(reversed(reports.items()))
    tables = [results_table(each, style="latex") for each in (reports, turned)]
    assert sum("& $-$0." in table for table in tables) == 1
    assert not any("& -0" in table or "[-" in table for table in tables)


def test_figures_are_numbers_and_what_is_not_known_is_none():
    reports = {"old": report_of(FIRST), "new": report_of(SECOND)}
    old, new = results_rows(reports)
    assert (old["agent"], old["cases"], old["reward"]) == ("old", 4, pytest.approx(0.5))
    assert old["difference"] is old["gain"] is old["coverage"] is None
    assert new["difference"] == pytest.approx(0.15)
    assert new["difference_low"] < 0.15 < new["difference_high"]
    assert (new["worst_user"], new["worst_user_reward"]) == ("bo", pytest.approx(0.55))


def test_a_table_as_csv_is_read_back_by_pandas():
    reports = {'a,"b"': report_of(FIRST), "new": report_of(SECOND)}
    text = results_table(reports, "csv", cluster="user")
    read = pandas.read_csv(io.StringIO(text), index_col="agent")
    assert read.loc["new", "difference_low"] == pytest.approx(-0.05)
    frame = results_frame(reports, cluster="user")
    assert [*frame.index] == ['a,"b"', "new"]
    assert [*frame.columns] == [*read.columns]
    assert frame.loc["new", "difference"] == pytest.approx(read.loc["new", "difference"])


def test_tables_and_pictures_of_nothing_are_refused():
    for make in (results_table, plot_rewards):
        with pytest.raises(PersonaEnvError, match="reports= is empty"):
            make({})
    with pytest.raises(PersonaEnvError, match="latex"):
        results_table({"a": report_of(FIRST)}, style="html")


@pytest.fixture(scope="module")
def judged():
    env = gym.make("PersonaChat-v0", register="tiny", profiles=USERS, scenarios=["fact"])
    return {name: evaluate(make_agent(name, env.unwrapped), env, 8) for name in ("blind", "oracle")}


def test_real_reports(judged):
    found = compare(judged["blind"], judged["oracle"])
    gain = judged["oracle"].reward.mean - judged["blind"].reward.mean
    assert found.difference.mean == pytest.approx(gain)
    assert "gain" in results_table(judged).splitlines()[0]


@pytest.mark.parametrize("agent", ["blind", "oracle"])
def test_a_saved_report_is_read_again(judged, agent, tmp_path):
    judged[agent].save(tmp_path / "report.json")
    assert Report.load(tmp_path / "report.json") == judged[agent]


def test_an_unknown_figure_is_read_as_nan(tmp_path):
    report = report_of({("a", "ana"): 0.5})
    report.save(tmp_path / "report.json")
    again = Report.load(tmp_path / "report.json")
    assert math.isnan(again.gain.mean)
    assert math.isnan(again.reward.se)
    assert again.undefined == {"gain": "why"}


@pytest.mark.parametrize("text", ["{}", "[1]", "not json", '{"reward": 3}'])
def test_another_file_is_no_report(text, tmp_path):
    path = tmp_path / "report.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(PersonaEnvError, match=r"report\.json"):
        Report.load(path)


def test_pictures_come_back_as_figures_that_notebooks_show(judged):
    report = judged["oracle"]
    for figure in (
        report.plot_matrix(),
        plot_rewards(judged),
    ):
        assert figure._repr_png_().startswith(b"\x89PNG")
    axes = plot_rewards(judged).axes[0]
    assert [label.get_text() for label in axes.get_xticklabels()] == USERS
    assert axes.get_ylabel() == "mean reward ± 1 standard error"
    drawn = [container.lines[0].get_ydata().tolist() for container in axes.containers]
    assert drawn == [[one.per_user[user].mean for user in USERS] for one in judged.values()]


def test_a_user_with_one_case_is_drawn_without_a_warning():
    assert plot_rewards({"one": report_of({("a", "ana"): 0.5})})._repr_png_()


def test_the_risk_coverage_curve():
    env = gym.make("PersonaCalibration-v0", register="tiny", profiles=USERS)
    report = evaluate(make_agent("oracle", env.unwrapped), env, 20)
    figure = report.plot_risk_coverage()
    lines = figure.axes[0].get_lines()
    assert [line.get_label() for line in lines] == USERS
    for line in lines:
        answered = [
            row for row in report.replies
            if row["user"] == line.get_label() and "confidence" in row["measures"]
        ]  # fmt: skip
        assert line.get_xdata()[-1] == 1
        wrong = [1 - row["measures"]["accuracy"] for row in answered]
        assert line.get_ydata()[-1] == pytest.approx(np.mean(wrong))
    assert report.plot_reliability()._repr_png_()
    with pytest.raises(ValueError, match="PersonaCalibration"):
        report_of(
            {("a", "ana"): 0.5}, replies=({"user": "ana", "measures": {}},)
        ).plot_risk_coverage()
