"""The figures as a page."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence

from persona_env.rewards import registered_terms
from persona_env.validity.detectors_of_terms import detectors_of
from persona_env.validity.figures import Figure, Interval
from persona_env.validity.questions import CHECKS

_HEAD = """# Validity

How far the detectors, and the reward terms that read through them, agree with people. This page is
written by `persona-env validate`; `make docs` writes it again from the figures that are shipped.

Intervals are 95 %: Wilson's for agreement, precision and recall, a bootstrap over prompts for F1
and kappa. *Worst model* is the model on which agreement is lowest. *Unread* are replies kept back
while the present lists were written; their models and topics were known all the same. On the
replies of a model that nobody has seen, expect as much as there, or less.
"""
_OWN = """
## On your own labels

```bash
persona-env validate --data labelled.jsonl
```

A file is JSONL (an object a line), JSON or CSV, in UTF-8. `reply` and `labels` are needed;
`labels` maps names of the table above, or of the list below, to true or false. `prompt`, `model`,
`source` and `part` are optional; `part` is `unread` for what you kept back. `completion` may
stand for `reply`, and prompt and completion may be chat messages. An error says the file, the row
and what is missing.

```json
{"reply": "I cannot help with this.", "labels": {"refusal.any": true, "apology": false}}
```

Three public sets are read with the columns they have: the completions of XSTest (CSV with
`completion` and `final_label`), the labelled replies of Do-Not-Answer (CSV with `MODEL_response`
and `MODEL_action` for each model) and the gold set of rule-based rewards (JSONL with messages and
`propositions`). A label that is not known is an error. No reply, and no part of one, is stored:
only figures.
"""


def page(figures: Sequence[Figure]) -> str:
    """The whole of ``docs/validity.md``."""
    measured = {figure.check for figure in figures}
    parts = [
        _HEAD,
        "## Detectors\n",
        table(_COLUMNS, (_row(figure) for figure in figures)),
        "\n## Known failures\n",
        *(f"- `{c.name}`: {c.fails}." for c in CHECKS.values() if c.fails and c.name in measured),
        "\n## Without labels\n",
        "Proxy: no labels exist, or none were used. Hand-worked cases only.\n",
        *(f"- `{c.name}`: {c.asks}" for c in CHECKS.values() if c.name not in measured),
        "\n## Reward terms\n",
        "What a term reads. It is no better than that, and its own rule is a design decision; "
        "where nothing is measured it is a proxy.\n",
        table(("term", "reads", "measured by"), _terms(measured)),
        _OWN,
    ]
    return "\n".join(parts)


_COLUMNS = (
    "check", "source", "n", "yes", "agreement", "precision", "recall", "F1", "kappa",
    "worst model", "unread",
)  # fmt: skip


def _row(figure: Figure) -> Sequence[str]:
    worst = f"{number(figure.worst_agreement)} {figure.worst_model}" if figure.worst_model else "-"
    unread = f"{number(figure.unread_agreement)}, F1 {number(figure.unread_f1)} (n {figure.unread})"
    return (
        f"`{figure.check}`", figure.source, str(figure.n), str(figure.positives),
        ranged(figure.agreement, figure.agreement_interval),
        ranged(figure.precision, figure.precision_interval),
        ranged(figure.recall, figure.recall_interval),
        ranged(figure.f1, figure.f1_interval),
        ranged(figure.kappa, figure.kappa_interval),
        worst, unread if figure.unread else "-",
    )  # fmt: skip


def _terms(measured: set[str]) -> Iterator[Sequence[str]]:
    for term in registered_terms().values():
        if not term.builtin:
            continue
        read = detectors_of(term.function)
        checks = [c.name for c in CHECKS.values() if c.detector in read and c.name in measured]
        by = ", ".join(f"`{name}`" for name in checks) or "proxy"
        yield f"`{term.name}`", ", ".join(f"`{name}`" for name in read) or "no detector", by


def number(value: float) -> str:
    """Three digits, or a dash for what is not known."""
    return "-" if math.isnan(value) else f"{value:.3f}"


def ranged(value: float, interval: Interval) -> str:
    """A value and its interval."""
    low, high = interval
    return "-" if math.isnan(value) else f"{value:.3f} ({number(low)} to {number(high)})"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
