"""Rewards: terms, gates, and how they become one number."""

from persona_env.rewards.compose import judge, judge_all, judge_each
from persona_env.rewards.facts import Term
from persona_env.rewards.registry import choose_terms, get_term, registered_terms
from persona_env.rewards.term import Reason, Score, reward_term
from persona_env.rewards.verdict import Verdict, combine, unjudged

__all__ = [
    "Reason",
    "Score",
    "Term",
    "Verdict",
    "choose_terms",
    "combine",
    "get_term",
    "judge",
    "judge_all",
    "judge_each",
    "registered_terms",
    "reward_term",
    "unjudged",
]
