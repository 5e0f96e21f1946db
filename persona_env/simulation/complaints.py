"""The default user simulator: one complaint, about the preference that was missed most."""

from __future__ import annotations

import numpy as np

from persona_env.languages import language_data, language_entry
from persona_env.rewards import Verdict
from persona_env.rewards.exchange import Turn
from persona_env.simulation.phrases import pick
from persona_env.simulation.user import SATISFIED, UserCase


class ComplainingUser:
    """Complains until a reply is satisfying, and then leaves."""

    def reply(
        self, case: UserCase, turns: tuple[Turn, ...], verdict: Verdict, rng: np.random.Generator
    ) -> str | None:
        """See :func:`complaint`; ``None`` from the reward on that is :data:`SATISFIED`."""
        if verdict.reward >= SATISFIED[case.register]:
            return None
        return complaint(verdict, case, case.language, rng)


CLOSED = {"natural": 0.75, "tiny": 1.0}
"""A gate below is closed: in the natural register where a fault is more likely than not."""


def complaint(verdict: Verdict, case: UserCase, language: str, rng: np.random.Generator) -> str:
    """The user's next message, in this language: one of :func:`complaints`, seeded by ``rng``."""
    return pick(complaints(verdict, case, language), rng)


def complaints(verdict: Verdict, case: UserCase, language: str) -> list[str]:
    """What the user may say of this verdict, each as likely, in this language.

    The closed gate comes first, then the term that cost most. A term without a phrase of its own
    (such as a user's custom one) is named. Raises :class:`LanguageError` in a language that has
    neither the phrase nor one for whatever else it may be.
    """
    known = language_data(language, "complaints")
    gates = [name for name, value in verdict.gates.items() if value < CLOSED[case.register]]
    lost = {name: verdict.weights[name] * (1 - v) for name, v in verdict.terms.items()}
    worst = min(gates, key=verdict.gates.__getitem__) if gates else max(lost, key=lost.__getitem__)
    wish = getattr(case.user.preferences, worst, None)
    key = f"{worst}={wish.target}" if wish is not None else worst
    return known.get(key) or known.get(worst) or _other(language, worst)


def _other(language: str, name: str) -> list[str]:
    return [language_entry(language, "complaints", "other")[0].format(name=name)]
