"""A report as tables in a notebook."""

from __future__ import annotations

from collections.abc import Iterator

from persona_env.evaluation.report import Report
from persona_env.html import Bar, html_table


def report_html(report: Report) -> str:
    """Two tables: the figures of the report, and the mean reward of each user."""
    caption = f"reward {report.reward} over {report.reward.n} cases"
    figures = html_table(caption, ("measure", "value"), _figures(report), report.undefined_text)
    users = html_table("by user", ("user", "mean reward", "cases"), _users(report))
    return figures + users


def _figures(report: Report) -> Iterator[tuple[str, str]]:
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


def _users(report: Report) -> Iterator[tuple[str, Bar, str]]:
    for user, mean in report.per_user.items():
        yield user, Bar(str(mean), min(1.0, max(0.0, mean.mean))), str(mean.n)
