"""The evaluation of an agent, apart from its training: every user scores every reply."""

from persona_env.evaluation.comparison import Comparison, compare
from persona_env.evaluation.report import Report
from persona_env.evaluation.tables import plot_rewards, results_frame, results_rows, results_table

__all__ = [
    "Comparison",
    "Report",
    "compare",
    "plot_rewards",
    "results_frame",
    "results_rows",
    "results_table",
]
