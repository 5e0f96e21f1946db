"""Preferences: comparisons of replies, who makes them, and how well annotators agree."""

from persona_env.preferences.annotators import Annotator, SimulatedAnnotator, crowd
from persona_env.preferences.comparison import Candidates, Comparison
from persona_env.preferences.formats import read_comparisons, write_comparisons
from persona_env.preferences.store import ComparisonStore

__all__ = [
    "Annotator",
    "Candidates",
    "Comparison",
    "ComparisonStore",
    "SimulatedAnnotator",
    "crowd",
    "read_comparisons",
    "write_comparisons",
]
