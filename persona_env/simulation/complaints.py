"""What a dissatisfied user says: one complaint, about the wish that was missed most."""

from __future__ import annotations

import numpy as np

from persona_env.languages import language_data, language_entry
from persona_env.rewards import Verdict
from persona_env.users.profile import UserProfile


def complaint(verdict: Verdict, user: UserProfile, language: str, rng: np.random.Generator) -> str:
    """The user's next message, in the language of the prompt; seeded by ``rng``.

    The closed gate comes first, then the term that cost most. A term without a phrase of its own
    (such as a user's custom one) is named. Raises :class:`LanguageError` in a language that has
    neither the phrase nor one for whatever else it may be.
    """
    bank = language_data(language, "complaints")
    gates = [name for name, value in verdict.gates.items() if value < 1]
    lost = {name: verdict.weights[name] * (1 - v) for name, v in verdict.terms.items()}
    worst = min(gates, key=verdict.gates.__getitem__) if gates else max(lost, key=lost.__getitem__)
    wish = getattr(user.preferences, worst, None)
    key = f"{worst}={wish.target}" if wish is not None else worst
    phrases: list[str] = bank.get(key) or bank.get(worst) or _other(language, worst)
    return phrases[int(rng.integers(len(phrases)))]


def _other(language: str, name: str) -> list[str]:
    return [language_entry(language, "complaints", "other")[0].format(name=name)]
