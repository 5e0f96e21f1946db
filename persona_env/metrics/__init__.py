"""Metrics of many replies: means, statistics, calibration."""
