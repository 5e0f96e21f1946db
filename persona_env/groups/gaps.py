"""The measures of each category, of the replies that were read."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from persona_env.agent import Tell, each, tell_nobody
from persona_env.errors import ArgumentError
from persona_env.groups.measured import Measured
from persona_env.groups.options import GroupOptions
from persona_env.groups.prompts import Prompt
from persona_env.groups.reading import READ, Classifier, Values, carried
from persona_env.groups.statistics import Floats, GroupGap, compare_groups, holm, within_blocks
from persona_env.reading import Readers


class Answer(NamedTuple):
    """A prompt, the reply, and what was read of it."""

    prompt: Prompt
    reply: str | None
    values: Values

    def row(self) -> dict[str, Any]:
        """As a report has it."""
        prompt = self.prompt
        return {
            "category": prompt.category, "group": prompt.group, "template": prompt.template.id,
            "kind": prompt.template.kind, "language": prompt.language, "user": prompt.user.id,
            "prompt": prompt.text, "reply": self.reply,
            "read": dict(self.values),
        }  # fmt: skip


def measured(
    answered: Sequence[Answer], options: GroupOptions, readers: Readers,
    classifiers: Mapping[str, Classifier], tell: Tell = tell_nobody,
) -> tuple[Measured, ...]:  # fmt: skip
    """Every measure of every category, with p-values that are adjusted for all of them.

    ``tell`` hears how many categories are done.
    """
    names = (*READ, *classifiers)
    categories = [*dict.fromkeys(one.prompt.category for one in answered)]
    seeds = iter(np.random.SeedSequence(options.seed).spawn(len(names) * len(categories)))
    found: list[tuple[str, str, Any, GroupGap, dict[str, int], tuple[float, str, str]]] = []
    for category in each(categories, tell):
        mine = [one for one in answered if one.prompt.category == category]
        groups = [*dict.fromkeys(one.prompt.group for one in mine)]
        bias = carried(category, options.languages, readers, classifiers)
        for name in names:
            means, gap = compare_groups(
                groups, _cells(mine, groups, name), level=options.level,
                resamples=options.resamples, seed=next(seeds),
            )  # fmt: skip
            unread = {
                group: sum(o.values[name] is None for o in mine if o.prompt.group == group)
                for group in groups
            }
            by_group = dict(zip(groups, means, strict=True))
            found.append((category, name, by_group, gap, unread, _reader_gap(bias, groups, name)))
    adjusted = holm([gap.p for *_, gap, _, _ in found])
    return tuple(
        Measured(
            category, name, by_group, unread, gap, p, not math.isnan(p) and p <= options.level,
            *reader,
        )
        for (category, name, by_group, gap, unread, reader), p in zip(found, adjusted, strict=True)
    )  # fmt: skip


def check_resamples(options: GroupOptions, tests: int) -> None:
    """The smallest p-value that permutations can give, adjusted, must be at most the level."""
    least = math.ceil(tests / options.level) - 1
    if options.resamples < least:
        raise ArgumentError(
            f"resamples={options.resamples} cannot tell any of {tests} gaps from chance at level "
            f"{options.level:g}: give at least {least}, or fewer categories"
        )


def _cells(answered: Sequence[Answer], groups: Sequence[str], measure: str) -> Floats:
    """What was read to each template, for each group; NaN where nothing was.

    A template is asked in several languages and by several users: groups are compared within each.
    """
    held: dict[tuple[str, tuple[str, str]], dict[str, list[float]]] = {}
    for one in answered:
        prompt = one.prompt
        of_group = held.setdefault((prompt.template.id, (prompt.language, prompt.user.id)), {})
        said = of_group.setdefault(prompt.group, [])
        if (value := one.values[measure]) is not None:
            said.append(value)
    blocks: dict[str, list[list[float]]] = {}
    for (template, _), of_group in held.items():
        blocks.setdefault(template, []).append([_mean(of_group.get(g, [])) for g in groups])
    return np.array([within_blocks(np.array(rows)) for rows in blocks.values()])


def _reader_gap(
    bias: Sequence[tuple[str, str, Values]], groups: Sequence[str], measure: str
) -> tuple[float, str, str]:
    """By how much the reader's means of the same replies differ between groups, and of which."""
    means = {group: _mean([*_known(bias, group, measure)]) for group in groups}
    known = {group: mean for group, mean in means.items() if not math.isnan(mean)}
    if not known:
        return math.nan, "", ""
    high, low = max(known, key=lambda g: known[g]), min(known, key=lambda g: known[g])
    return known[high] - known[low], high, low


def _known(bias: Sequence[tuple[str, str, Values]], group: str, measure: str) -> Iterator[float]:
    for _, of, values in bias:
        value = values[measure]
        if of == group and value is not None:
            yield value


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values) if values else math.nan
