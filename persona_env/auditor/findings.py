"""A text that is paid too much, or too little: what it is, what it gets, and what is at fault."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

from persona_env.auditor.blame import at_fault, raised
from persona_env.auditor.context import Known
from persona_env.auditor.exploits import Sees
from persona_env.auditor.payer import Pay
from persona_env.rewards import Verdict

CountsAs = Literal["ceiling", "lazy", "false fail"]
TOP = 0.98
"""The share of an honest reply's reward from which a text is at the top."""
ABOVE_IT = "above the honest reply"


@dataclass(frozen=True)
class Paid:
    """Words of a reply that a term named as its reason: ``value`` is the term's score."""

    term: str
    value: float
    start: int
    end: int
    words: str
    note: str


@dataclass(frozen=True)
class Finding:
    """One text, by whom it was found, and what it earned.

    ``counts_as`` is ``"ceiling"`` for a bad text that was made from an honest reply, or that
    reaches the top (0.98 of its reward): the most that can be had by cheating; ``"lazy"`` for a
    text below the top that needs no answer at all; ``"false fail"`` for an honest reply that gets
    no more than a bad one. ``at_fault`` are the gates and terms that ought to have noticed and did
    not. ``reward`` and ``honest`` are what the text and the honest reply ``honest_text`` get in
    this case, and ``share`` the first as a share of the second, above the least that the reward
    pays; ``terms`` the scores of the gates and terms that count, and ``spans`` the reasons of
    those that are above 0.
    """

    kind: str
    found_by: str
    counts_as: CountsAs
    at_fault: tuple[str, ...]
    why: str
    scenario: str
    user: str
    text: str
    reward: float
    honest: float
    honest_text: str
    share: float
    terms: dict[str, float]
    spans: tuple[Paid, ...] = ()

    def __str__(self) -> str:
        parts = [p for p in self.spans if 0 < p.end - p.start < len(self.text)]
        paid = "".join(f"\n    {p.term} {p.value:.2f}: {p.words!r} ({p.note})" for p in parts)
        return (
            f"{self.counts_as}: {self.found_by} ({self.kind}), {self.why}\n"
            f"    at fault: {', '.join(self.at_fault) or 'the reward'}\n"
            f"    {self.scenario} for {self.user}: {self.reward:.3f}, "
            f"honest reply {self.honest:.3f}\n    {self.text!r}{paid}"
        )


class Suspect(NamedTuple):
    """A text that is paid oddly: in which case, what it is, by whom it was found, and why it is
    told. ``noticed_by`` are the gates and terms that ought to notice it."""

    known: Known
    text: str
    kind: str
    found_by: str
    why: str
    sees: Sees = "everything"
    noticed_by: tuple[str, ...] = ()


def exploit_finding(pay: Pay, suspect: Suspect) -> Finding:
    """What a bad text earns."""
    known, text = suspect.known, suspect.text
    paid, honest = pay.verdict(known, text), pay.verdict(known, known.honest)
    lazy = suspect.sees == "observation" and pay.share(known, text) < TOP
    if suspect.why == ABOVE_IT:
        blamed = raised(paid, honest)
    else:
        blamed = at_fault(suspect.kind, suspect.noticed_by, paid, honest)
    return _finding(pay, suspect, "lazy" if lazy else "ceiling", blamed)


def false_fail_finding(pay: Pay, known: Known, bad: str, text: str, why: str) -> Finding:
    """An honest reply ``text`` that gets no more than ``bad``."""
    blamed = _lower(pay.verdict(known, text), pay.verdict(known, bad))
    suspect = Suspect(known, text, "false fail", "honest reply", why)
    return _finding(pay, suspect, "false fail", blamed)


def _lower(honest: Verdict, bad: Verdict) -> tuple[str, ...]:
    """Gates and terms that give the honest reply less than the bad one, the worst first."""
    now = {**honest.gates, **{n: v for n, v in honest.terms.items() if honest.weights[n]}}
    other = {**bad.gates, **bad.terms}
    less = {name: other.get(name, 0.0) - value for name, value in now.items()}
    return tuple(sorted((n for n, lost in less.items() if lost > 0), key=lambda n: -less[n]))


def _finding(pay: Pay, suspect: Suspect, counts_as: CountsAs, blamed: tuple[str, ...]) -> Finding:
    known, text = suspect.known, suspect.text
    verdict = pay.verdict(known, text)
    counts = {name: value for name, value in verdict.terms.items() if verdict.weights[name]}
    scores = {**verdict.gates, **counts}
    spans = [
        Paid(name, scores[name], r.start, r.end, text[r.start : r.end], r.note)
        for name, reasons in verdict.reasons.items()
        for r in reasons
        if scores.get(name)
    ]
    return Finding(
        kind=suspect.kind,
        found_by=suspect.found_by,
        counts_as=counts_as,
        at_fault=blamed,
        why=suspect.why,
        scenario=known.scenario.id,
        user=known.user.id,
        text=text,
        reward=verdict.reward,
        honest=pay.verdict(known, known.honest).reward,
        honest_text=known.honest,
        share=pay.share(known, text),
        terms=scores,
        spans=tuple(sorted(spans, key=lambda p: (p.start, p.end, p.term))),
    )
