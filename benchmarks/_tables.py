"""Rates of several ways to do one thing, as Markdown. Measures nothing by itself."""

from __future__ import annotations

import statistics


def show(title: str, rates: dict[str, list[float]], unit: str, against: str | None = None) -> None:
    """Print medians with their range, and ratios to the way ``against`` (default: the first)."""
    base = statistics.median(rates[against or next(iter(rates))])
    print(f"\n### {title}\n\n| way | {unit} | lowest | highest | ratio |\n|---|---|---|---|---|")
    for name, values in rates.items():
        middle = statistics.median(values)
        row = f"{middle:,.0f} | {min(values):,.0f} | {max(values):,.0f} | {middle / base:.3f}"
        print(f"| {name} | {row} |")
