"""Tables and pictures of several agents, for a paper."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, get_args

from persona_env.arguments import choice
from persona_env.errors import ArgumentError, PersonaEnvError
from persona_env.evaluation.comparison import Cluster, compare
from persona_env.evaluation.report import Report
from persona_env.metrics.statistics import Mean

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Style = Literal["markdown", "latex", "csv"]
ABSENT = "-"
_MINUS = re.compile(r"(?<!\S)(\[?)-(?=\d)")
_SPECIAL = re.compile(r"[&%$#_{}~^\\]")
_WRITTEN = {"~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "\\": r"\textbackslash{}"}


def results_table(
    reports: Mapping[str, Report], style: Style = "markdown", cluster: Cluster = "scenario"
) -> str:
    r"""A table with a row for each agent, to paste into a paper.

    The columns: mean reward ± standard error over cases, the difference from the first agent with
    its 95 % interval (:func:`compare`), the gain where it is defined for any of them, the coverage
    (the share of the reward that could be read) where a reader reads natural replies, the worst
    user with the mean reward ± standard error there over n cases, the identity gap, and words in
    a reply.

    Parameters
    ----------
    reports:
        The report of each agent by its name, all on the same cases; the first is the baseline.
    style:
        ``"markdown"``; ``"latex"`` for ``\usepackage{booktabs}``; ``"csv"``, the figures of
        :func:`results_rows` with all digits.
    cluster:
        What the bootstrap of the difference draws: see :func:`compare`.

    Raises
    ------
    ArgumentError
        For no reports, another style, and reports that judge other cases.
    """
    choice("style", style, get_args(Style))
    if style == "csv":
        return _csv(results_rows(reports, cluster))
    rows = results_cells(reports, cluster)
    head, cells = [*rows[0]], [[*row.values()] for row in rows]
    return _latex(head, cells) if style == "latex" else _markdown(head, cells)


def results_cells(
    reports: Mapping[str, Report], cluster: Cluster = "scenario"
) -> list[dict[str, str]]:
    """The cells of :func:`results_table` by column, a row for each agent.

    A column that no agent has a figure in is left out. Raises what :func:`results_table` does.
    """
    _check_some(reports)
    base = next(iter(reports.values()))
    rows = [_row(name, report, base, cluster) for name, report in reports.items()]
    head = [name for name in rows[0] if any(row[name] != ABSENT for row in rows)]
    return [{name: row[name] for name in head} for row in rows]


def results_rows(
    reports: Mapping[str, Report], cluster: Cluster = "scenario"
) -> list[dict[str, Any]]:
    """The figures of :func:`results_table` as numbers, a row for each agent.

    ``None`` stands for a figure that is not known, such as the difference of the baseline from
    itself. Raises what :func:`results_table` does.
    """
    _check_some(reports)
    base = next(iter(reports.values()))
    return [_figures(name, report, base, cluster) for name, report in reports.items()]


def results_frame(reports: Mapping[str, Report], cluster: Cluster = "scenario") -> Any:
    """:func:`results_rows` as a :class:`pandas.DataFrame` with the agents as its index.

    Raises :class:`PersonaEnvError` without pandas.
    """
    try:
        import pandas
    except ImportError as error:
        raise PersonaEnvError(
            "results_frame needs 'pandas': pip install 'persona_env[pandas]'"
        ) from error
    return pandas.DataFrame(results_rows(reports, cluster)).set_index("agent")


def plot_rewards(reports: Mapping[str, Report]) -> Figure:
    """Mean reward by user, with one standard error, for each agent by its name.

    Raises :class:`ArgumentError` for no reports.
    """
    from persona_env.reporting import comparing

    _check_some(reports)
    return comparing.plot_rewards(
        {
            name: {user: (mean.mean, mean.se) for user, mean in report.per_user.items()}
            for name, report in reports.items()
        }
    )


def _check_some(reports: Mapping[str, Report]) -> None:
    if not reports:
        raise ArgumentError("reports= is empty: give at least one report by the agent's name")


def _figures(name: str, report: Report, base: Report, cluster: Cluster) -> dict[str, Any]:
    gap = None if report is base else compare(base, report, cluster=cluster)
    worst = report.per_user.get(report.worst_user)
    found: dict[str, float | None] = {
        "reward": report.reward.mean,
        "reward_se": report.reward.se,
        "difference": None if gap is None else gap.difference.mean,
        "difference_low": None if gap is None else gap.low,
        "difference_high": None if gap is None else gap.high,
        "gain": report.gain.mean,
        "gain_se": report.gain.se,
        "coverage": report.coverage.mean if report.reader else None,
        "worst_user_reward": None if worst is None else worst.mean,
        "identity_gap": report.identity_gap,
        "words": report.words.mean,
    }
    known = {k: None if v is None or math.isnan(v) else float(v) for k, v in found.items()}
    return {"agent": name, "cases": report.reward.n, "worst_user": report.worst_user, **known}


def _csv(rows: Sequence[Mapping[str, Any]]) -> str:
    text = io.StringIO()
    made = csv.DictWriter(text, rows[0], lineterminator="\n")
    made.writeheader()
    made.writerows(rows)
    return text.getvalue().removesuffix("\n")


def _row(name: str, report: Report, base: Report, cluster: Cluster) -> dict[str, str]:
    """The cells by column."""
    return {
        "agent": name,
        "reward": _with_error(report.reward),
        "difference": ABSENT if report is base else compare(base, report, cluster=cluster).text,
        "gain": _with_error(report.gain),
        "coverage": _with_error(report.coverage) if report.reader else ABSENT,
        "worst user": _worst(report),
        "identity gap": (
            f"{report.identity_gap:.3g}" if math.isfinite(report.identity_gap) else ABSENT
        ),
        "words": f"{report.words.mean:.1f}",
    }


def _worst(report: Report) -> str:
    if not report.worst_user:  # all earn the same
        return ABSENT
    mean = report.per_user[report.worst_user]
    return f"{report.worst_user} {_with_error(mean)} (n = {mean.n})"


def _with_error(mean: Mean) -> str:
    if math.isnan(mean.mean):
        return ABSENT
    return f"{mean.mean:.3f}" if math.isnan(mean.se) else f"{mean.mean:.3f} ± {mean.se:.3f}"


def _markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    cells = ([cell.replace("|", r"\|").replace("\n", " ") for cell in line] for line in lines)
    return "\n".join(f"| {' | '.join(line)} |" for line in cells)


def _latex(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    body = [r" & ".join(map(_escaped, line)) + r" \\" for line in (head, *rows)]
    lines = [rf"\begin{{tabular}}{{{'l' * len(head)}}}", r"\toprule", body[0], r"\midrule"]
    return "\n".join([*lines, *body[1:], r"\bottomrule", r"\end{tabular}"])


def _escaped(cell: str) -> str:
    text = _SPECIAL.sub(lambda found: _WRITTEN.get(found[0], rf"\{found[0]}"), cell)
    return _MINUS.sub(r"\1$-$", text).replace("±", r"$\pm$").replace("\n", " ")
