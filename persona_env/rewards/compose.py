r"""How terms become one reward.

.. math:: R = \prod_g G_g \cdot \frac{\sum_d w_{u,d}\, s_d}{\sum_d w_{u,d}} \in [0, 1]

with gates :math:`G_g` and terms :math:`s_d` in [0, 1], and weights :math:`w_{u,d} \ge 0`.

- What everybody wants (true facts, safety, kept secrets, readable text) is a **gate**: it can only
  take away. What *this* user wants is a **term**.
- ``None`` means 'does not apply': a term leaves both sums, a gate counts as 1. In ``info`` such an
  entry has value 0 and weight 0 (a term) or value 1 (a gate).
- Without a term that applies and has weight, the mean is 1: the gates alone decide.
- An exception in a term is an error that names the term, never a number.
"""

from __future__ import annotations

from dataclasses import dataclass

from persona_env.errors import PersonaEnvError, RewardError
from persona_env.exchange import Exchange, TermView
from persona_env.rewards.term import Reason, Score, Term


@dataclass(frozen=True, slots=True)
class Verdict:
    """A reward and everything that made it; all dicts have the order of the terms."""

    reward: float
    terms: dict[str, float]
    weights: dict[str, float]
    gates: dict[str, float]
    reasons: dict[str, tuple[Reason, ...]]

    def info(self) -> dict[str, object]:
        """The entries of a step's ``info``, in fresh dicts."""
        return {
            "reward_terms": dict(self.terms),
            "reward_weights": dict(self.weights),
            "reward_gates": dict(self.gates),
            "reward_reasons": {name: list(reasons) for name, reasons in self.reasons.items()},
        }


def judge(exchange: Exchange, terms: tuple[Term, ...]) -> Verdict:
    """Score one exchange with these terms and gates."""
    values: dict[str, float] = {}
    weights: dict[str, float] = {}
    gates: dict[str, float] = {}
    reasons: dict[str, tuple[Reason, ...]] = {}
    for term in terms:
        score = _evaluate(term, exchange)
        if score is not None and score.reasons:
            reasons[term.name] = score.reasons
        if term.gate:
            gates[term.name] = 1.0 if score is None else score.value
        else:
            values[term.name] = 0.0 if score is None else score.value
            weights[term.name] = 0.0 if score is None else term.weight_for(exchange.user)
    return Verdict(combine(values, weights, gates), values, weights, gates, reasons)


def combine(values: dict[str, float], weights: dict[str, float], gates: dict[str, float]) -> float:
    """The formula of this module.

    >>> combine({"tone": 1.0, "length": 0.5}, {"tone": 1.0, "length": 3.0}, {"facts": 0.5})
    0.3125
    >>> combine({}, {}, {"facts": 0.5})
    0.5
    """
    total = sum(weights.values())
    mean = sum(weights[name] * values[name] for name in values) / total if total else 1.0
    for gate in gates.values():
        mean *= gate
    return min(1.0, max(0.0, mean))


def _evaluate(term: Term, exchange: Exchange) -> Score | None:
    try:
        result = term.function(TermView(exchange, term.uses))
        if result is None or isinstance(result, Score):
            return result
        if isinstance(result, int | float):
            return Score(float(result))
        raise TypeError(f"a term returns a Score, a number or None, not {type(result).__name__}")
    except PersonaEnvError as error:
        raise type(error)(f"reward term {term.name!r}: {error}") from error
    except Exception as error:  # named and re-raised: a broken term must never become a number
        raise RewardError(
            f"reward term {term.name!r} failed on scenario {exchange.scenario.id!r}, "
            f"user {exchange.user.id!r}: {type(error).__name__}: {error}"
        ) from error
