"""A report as tables in a notebook."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from persona_env.evaluation.report import Report
from persona_env.html import Bar, html_table
from persona_env.metrics.statistics import Mean


def report_html(report: Report) -> str:
    """Tables: the figures of the report, the mean reward of each user, the mean of each term."""
    caption = f"reward {report.reward} over {report.reward.n} cases"
    figures = html_table(caption, ("measure", "value"), _figures(report), report.undefined_text)
    users = html_table("by user", ("user", "mean reward", "cases"), _bars(report.per_user))
    scores = {**report.per_term, **report.closing}
    terms = html_table("by term", ("term", "mean score", "cases"), _bars(scores)) if scores else ""
    return figures + users + terms


def _figures(report: Report) -> Iterator[tuple[str, str]]:
    if report.agent_text:
        yield "agent", report.agent_text
    yield "cases by split", report.splits_text
    if report.share_text:
        yield "share of the oracle's reward", report.share_text
    for name, mean in report.references.items():
        yield name, str(mean)
    yield "worst user", report.worst_text
    yield "own user best", report.own_best_text
    yield "identity gap", report.identity_gap_text
    yield "words a reply", str(report.words)
    if report.reader:
        yield "coverage", f"{report.coverage}, read by {report.reader}"
    for name, value in report.measures.items():
        yield name, str(value)


def _bars(means: Mapping[str, Mean]) -> Iterator[tuple[str, Bar, str]]:
    for name, mean in means.items():
        yield name, Bar(str(mean), min(1.0, max(0.0, mean.mean))), str(mean.n)
