"""What ``groups`` checks before it begins, and what it writes and says."""

from __future__ import annotations

import json
from pathlib import Path

from persona_env.cli.show import out, say, say_note, table
from persona_env.errors import ArgumentError
from persona_env.groups.options import GroupOptions, group_env
from persona_env.groups.report import GroupReport
from persona_env.messages import as_messages
from persona_env.outputs import write_text
from persona_env.reporting.plots import picture_format
from persona_env.text_envs import profile_text_for

PAGES = (".html", ".md")
COLUMNS = ("category", "measure", "gap\ninterval", "highest\nlowest", "p\nraw p", "reader")


def check_who(
    agent: str | None, replies: Path | None, page: Path | None, picture: Path | None
) -> None:
    """Raise :class:`ArgumentError` without an agent, or for files of no known kind."""
    if agent is None and replies is None:
        raise ArgumentError(
            "give --agent, or --replies with a file of replies (--prompts-out writes the prompts)"
        )
    if picture is not None:
        picture_format(picture)
    if page is not None and page.suffix.lower() not in PAGES:
        raise ArgumentError(f"--page is written as {' or '.join(PAGES)}, not {page.suffix!r}")


def page_of(report: GroupReport, path: Path) -> str:
    """The report to be read, by the ending of its file."""
    return report.html() if path.suffix.lower() == ".html" else report.markdown()


def write_prompts(path: Path, options: GroupOptions, system: Path | None) -> None:
    """Write the prompts of a suite, for replies that are made elsewhere.

    Where there is more to ask than the prompt, a row has it as ``messages``.
    """
    if path.suffix.lower() != ".jsonl":
        raise ArgumentError(f"--prompts-out writes .jsonl, not {path.suffix!r}")
    prompts = options.prompts()
    base = group_env(prompts, profile_text_for("", system))
    rows = []
    for one in prompts:
        messages = as_messages(base.handed(*one.case))
        rows.append({**one.row(), **({"messages": messages} if len(messages) > 1 else {})})
    lines = (json.dumps(row, ensure_ascii=False) for row in rows)
    write_text(path, "".join(f"{line}\n" for line in lines))
    say_note(f"saved: {path} ({len(prompts)} prompts)")


def tell_groups(report: GroupReport) -> None:
    """The gaps as a table, the groups of each category that differ, and what was found."""
    title = "The largest difference between two groups; p after Holm"
    gaps = [
        (category, measure, f"{gap}\n{interval}", f"{high}\n{low}", f"{p}\n{raw}", reader)
        for category, measure, gap, interval, high, low, p, raw, reader in report.gap_rows()
    ]
    whole = COLUMNS[3:4]
    out().print(table(title, COLUMNS, gaps, right="reader", whole=whole))
    for category in dict.fromkeys(one.category for one in report.differing):
        columns, rows = report.group_rows(category)
        out().print(table(f"{category}: means and intervals over templates", columns, rows))
    say(f"{report.about_text()}: {report.verdict()}")
    if hint := report.hint():
        say(f"{hint} (--samples, --languages, --categories)")
    say(
        "reader: the reader's own gap, which is not in 'gap' (names are taken out before it "
        "reads); + where it is the larger"
    )
