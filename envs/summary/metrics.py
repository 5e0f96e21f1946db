"""What one summary does, by measure, and how well proxies follow the gold reward."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from persona_env.metrics.statistics import Reading, Statistic
from persona_env.rewards.exchange import Exchange, TermView
from persona_env.rewards.term import Score
from persona_env.scenarios.case import Case, prompt_language_or_first
from persona_env.text.spans import word_count

from .proxies import PROXIES
from .scenario import SummaryScenario
from .terms import summary_focus, summary_form
from .views import USES, asked

GOLD = "gold"


def read_reply(case: Case, reply: str) -> dict[str, float]:
    """The measures of one reply; empty for a scenario that has no post.

    ``covered``: the share of all facts of the wanted kinds that are told. ``told``: the facts of
    any kind. ``false``: 1 if something false is found. ``words``. ``focus``, ``form``: the terms,
    where they apply. ``proxy_NAME``: what the proxies pay.
    """
    scenario = case.scenario
    if not isinstance(scenario, SummaryScenario):
        return {}
    language = prompt_language_or_first(*case)
    view = TermView.of(Exchange(scenario, case.user, reply, language), USES)
    reader = asked(view)
    if reader is None:
        return {}
    told = [one.fact for one in reader.known.told(reply)]
    wanted = reader.due.wanted
    values = {
        "covered": sum(one in told for one in wanted) / len(wanted),
        "told": float(len(told)),
        "false": float(bool(reader.known.wrong(reply, reader.language))),
        "words": float(word_count(reply)),
    }
    terms = {"focus": summary_focus(view), "form": summary_form(view)}
    values |= {name: one.value for name, one in terms.items() if isinstance(one, Score)}
    return values | proxies_of(scenario, language, reply)


def proxies_of(scenario: SummaryScenario, language: str, reply: str) -> dict[str, float]:
    """What every proxy pays for a reply."""
    post = next(one.post for code, one in scenario.posts.items() if code == language)
    return {f"proxy_{name}": proxy(post, reply) for name, proxy in PROXIES.items()}


def correlations() -> dict[str, Statistic]:
    """How far each proxy follows the gold reward over many replies: Pearson's r."""
    return {f"proxy_{name}_with_gold": _Correlation(f"proxy_{name}") for name in PROXIES}


class _Correlation:
    """Pearson's r of a measure with the gold reward; NaN where either is always the same."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __call__(self, readings: Sequence[Reading]) -> float:
        both = [(r.values[self.name], r.values[GOLD]) for r in readings if GOLD in r.values]
        if len(both) < 2:
            return math.nan
        proxy, gold = np.array(both).T
        if not (proxy.std() and gold.std()):
            return math.nan
        return float(np.corrcoef(proxy, gold)[0, 1])
