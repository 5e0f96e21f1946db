"""Metrics of many replies: means, statistics, calibration, best-of-n, groups without a signal."""

from persona_env.metrics.best import best_of_n, best_of_n_kl
from persona_env.metrics.groups import share_without_signal
from persona_env.metrics.statistics import Mean

__all__ = ["Mean", "best_of_n", "best_of_n_kl", "share_without_signal"]
