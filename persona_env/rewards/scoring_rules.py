r"""The worth of an answer with a stated confidence, to a user with a bar.

With the bar t, the chance p that the answer is right and the stated confidence q:

.. math:: u(p, q, t) = p - (1 - p)\frac{t}{1 - t} - \left[p(1 - q)^2 + (1 - p)q^2\right]

that is, right minus the squared error of the confidence (RLCR, arXiv 2507.16806), with the price of
a wrong answer of 'Why language models hallucinate' (section 4.2); an abstention is worth 0. It is
best at q = p for every p and t, so nobody gains by a false confidence, and a deliberately wrong
answer with q = 0 never pays more than an abstention.
"""

from __future__ import annotations

from persona_env.scenarios.schema import Scenario


def utility(right: float, stated: float, bar: float) -> float:
    """u(p, q, t) of this module, in [-1/(1-t), 1]; ``right`` is 0 or 1 where the truth is known.

    >>> utility(1.0, 1.0, 0.5), utility(0.0, 0.0, 0.5), utility(0.0, 1.0, 0.5)
    (1.0, -1.0, -2.0)
    >>> utility(0.6, 0.6, 0.0)  # an honest answer is worth the square of its chance
    0.36
    """
    return right - (1 - right) * bar / (1 - bar) - squared_error(right, stated)


def squared_error(right: float, stated: float) -> float:
    """The Brier score of a stated confidence, in [0, 1]: expected, where right is a chance."""
    return right * (1 - stated) ** 2 + (1 - right) * stated**2


def best_utility(chance: float | None, bar: float) -> float:
    """The most that can be had: by the right answer, an honest guess, or an abstention."""
    return 1.0 if chance is None else max(0.0, utility(chance, chance, bar))


def worth(gained: float, chance: float | None, bar: float) -> float:
    """A utility as a score in [0, 1]: 1 for the best that can be had, 0 for the worst.

    The map is affine for a given question and user, so what is honest stays best.

    >>> worth(0.0, None, 0.5)  # abstaining where the answer could have been given
    0.6666666666666666
    """
    lowest = -1 / (1 - bar)
    return (gained - lowest) / (best_utility(chance, bar) - lowest)


def answer_pays(scenario: Scenario, bar: float | None) -> bool:
    """Whether an answer is worth more than 'I do not know' to a user with this bar.

    Of an uncertain question in conversation, p > t decides; where the confidence is priced as well,
    the sign of the utility.
    """
    if scenario.chance is None or bar is None:
        return True
    if scenario.prices_confidence:
        return best_utility(scenario.chance, bar) > 0
    return scenario.chance > bar
