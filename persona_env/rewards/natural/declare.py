"""How a comparison becomes a reward term of an environment with a reader."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from functools import cache

from persona_env.reading import Ask, Readers, Reading
from persona_env.rewards.builtin import GENERAL
from persona_env.rewards.exchange import TermView
from persona_env.rewards.facts import Term
from persona_env.rewards.registry import in_order
from persona_env.rewards.term import Score

Read = Callable[[TermView], Reading]
Comparison = Callable[[TermView, Read], Score | None]
BY_READER = "that of the reader: see docs/heads.md, docs/probes.md and docs/judges.md"
NATURAL: dict[str, Term] = {}
"""Every general comparison as a term without a reader, by name."""
OF_ENVIRONMENTS: dict[str, Term] = {}
"""Comparisons that stand for an environment's own terms of their names, and join no other."""


def natural_term(
    *,
    uses: Sequence[str] = (),
    weight: float | str = 1.0,
    gate: bool = False,
    validity: str,
    own: bool = False,
) -> Callable[[Comparison], Comparison]:
    """Declare a comparison, with the options of :func:`~persona_env.rewards.term.reward_term`.

    ``own``: it is the counterpart of an environment's own term of that name, which it replaces in
    the natural register.
    """

    def declare(compare: Comparison) -> Comparison:
        name = compare.__name__
        known = OF_ENVIRONMENTS if own else NATURAL
        known[name] = Term(
            name, compare, tuple(uses), weight, gate, builtin=True, validity=validity
        )
        return compare

    return declare


@cache
def natural_terms() -> dict[str, Term]:
    """All comparisons, gates first, each in alphabetical order."""
    package = importlib.import_module("persona_env.rewards.natural")
    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"{package.__name__}.{module.name}")
    return {term.name: term for term in in_order(NATURAL.values())}


def bound(term: Term, readers: Readers) -> Term:
    """The term that compares what these readers read."""
    return replace(term, function=Bound(term.function, readers), readers=readers)


@dataclass(frozen=True, slots=True)
class Bound:
    """A comparison with its readers: what a reward calls."""

    compare: Comparison
    readers: Readers

    def __call__(self, view: TermView) -> Score | None:
        """The comparison of a reading of the view's reply."""
        return self.compare(view, self._read)

    def _read(self, view: TermView) -> Reading:
        return self.readers.read(ask_of(view))


def ask_of(view: TermView) -> Ask:
    """What a reader is shown of a view: nothing of the user."""
    return Ask(view.scenario, view.language, view.reply, view.transcript)


SHARED = frozenset({"secrets", "avoid", "repetition", "degenerate", "padding"})
"""General terms that judge natural prose as well: exact, or about what is always a fault."""


def in_natural_register(
    chosen: Iterable[Term], readers: Readers, tiny: Iterable[str], default: Set[bool]
) -> tuple[Term, ...]:
    """These terms of the tiny register as those of the natural one.

    A general term is replaced by the comparison of its name, or left out if it reads phrases; so
    is what the environment names as ``tiny``. The comparisons that the tiny
    register has not are added, gates if True is in ``default``, terms if False is.
    """
    natural, left_out = natural_terms(), {*tiny}
    found = {
        term.name: _counterpart(term, natural, readers)
        for term in chosen
        if term.name not in left_out and (term.name in natural or not _reads_phrases(term))
    }
    known = found.keys() | left_out
    new = (t for name, t in natural.items() if t.gate in default and name not in known)
    found |= {term.name: bound(term, readers) for term in new}
    return in_order(found.values())


def _counterpart(term: Term, natural: Mapping[str, Term], readers: Readers) -> Term:
    """The comparison of the term's name, for the same scenarios; else the term itself."""
    found = natural.get(term.name) or OF_ENVIRONMENTS.get(term.name)
    if found is None:
        return term
    known = bound(found, readers)
    return replace(known, only_in=term.only_in, not_in=term.not_in)


def _reads_phrases(term: Term) -> bool:
    module = getattr(term.function, "__module__", "")
    return module.startswith(GENERAL) and term.name not in SHARED
