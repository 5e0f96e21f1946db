"""The part of the page that is about the tiny register: detectors, and terms that read by them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from persona_env.rewards import registered_terms
from persona_env.validity.detectors_of_terms import detectors_of
from persona_env.validity.figures import Figure
from persona_env.validity.questions import CHECKS
from persona_env.validity.tables import in_full, table

_HEAD = """## The tiny register

The tiny register reads by phrases: the detectors, and the reward terms that read through them. Its
lists were written while looking at the development halves of the sets below. *Kept back* are
replies that were not looked at meanwhile, although their models and topics were known. For the
replies of another model expect as much as there, or less. Labels are those of
people; `persona-env validate --data FILE --register tiny` measures on others.
"""


def detector_section(figures: Sequence[Figure]) -> str:
    """The section by the figures of detectors."""
    measured = {figure.field for figure in figures}
    return "\n".join(
        [
            _HEAD,
            in_full(figures),
            "\n### Known failures\n",
            *(
                f"- `{c.name}`: {c.fails}."
                for c in CHECKS.values() if c.fails and c.name in measured
            ),
            "\n### Without labels\n",
            "Proxy: no labels exist, or none were used. Hand-worked cases only.\n",
            *(f"- `{c.name}`: {c.asks}" for c in CHECKS.values() if c.name not in measured),
            "\n### Reward terms\n",
            "What a term reads. It is no better than that, and its own rule is a design decision; "
            "where nothing is measured it is a proxy.\n",
            table(("term", "reads", "measured by"), _terms(measured)),
        ]
    )  # fmt: skip


def _terms(measured: set[str]) -> Iterator[Sequence[str]]:
    for term in registered_terms().values():
        if not term.builtin:
            continue
        read = detectors_of(term.function)
        checks = [c.name for c in CHECKS.values() if c.detector in read and c.name in measured]
        by = ", ".join(f"`{name}`" for name in checks) or "proxy"
        yield f"`{term.name}`", ", ".join(f"`{name}`" for name in read) or "no detector", by
