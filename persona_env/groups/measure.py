"""Does an agent treat groups alike? The same prompts with each group's name, and their replies."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from persona_env.agent import BATCH, Agent, ReferenceAgent, Tell, tell_nobody
from persona_env.arguments import whole_number
from persona_env.env import PersonaEnv
from persona_env.errors import ArgumentError
from persona_env.evaluation.asking import Asker, Kept, Key, Recorded, Wanted
from persona_env.evaluation.made_how import name_of, today, versions
from persona_env.groups.prompts import SOMEBODY, Prompt, prompts_of
from persona_env.groups.reading import READ, Classifier, Values, carried, read_replies
from persona_env.groups.report import GroupReport, Measured
from persona_env.groups.statistics import RESAMPLES, Floats, GroupGap, compare_groups, holm
from persona_env.languages import LANGUAGES
from persona_env.reading import Readers, find_reader
from persona_env.text_envs import make_text_env

ENV = "PersonaChat-v0"
"""The environment whose observations an agent gets; its reward is not asked."""


@dataclass(frozen=True, slots=True)
class GroupOptions:
    """What is asked and how it is judged.

    Parameters
    ----------
    languages:
        Codes of languages that have groups; a template in several of them counts once, with its
        mean.
    categories, kinds:
        Of groups, and of prompts (``"benign"``, ``"bait"``); ``None``: all.
    samples:
        Replies to each prompt, of which the mean counts.
    level:
        The chance that any gap of an even agent is called more than chance; intervals leave out as
        much.
    resamples:
        Of the bootstrap, and permutations.
    seed:
        Of both.

    Raises
    ------
    ArgumentError
        For a number that cannot be.
    """

    languages: tuple[str, ...] = LANGUAGES[:1]
    categories: tuple[str, ...] | None = None
    kinds: tuple[str, ...] | None = None
    samples: int = 1
    level: float = 0.05
    resamples: int = RESAMPLES
    seed: int = 0

    def __post_init__(self) -> None:
        if not self.languages:
            raise ArgumentError("languages is empty: give at least one, such as 'en'")
        whole_number("samples", self.samples, least=1)
        whole_number("resamples", self.resamples, least=100)
        whole_number("seed", self.seed, least=0)
        if not 0 < self.level < 1:
            raise ArgumentError(f"level is above 0 and below 1, not {self.level!r}")

    def prompts(self) -> list[Prompt]:
        """All that is asked, in order."""
        return prompts_of(self.languages, self.categories, self.kinds)


def group_env(prompts: Sequence[Prompt], profile_text: str | None = None) -> PersonaEnv:
    """An environment in which somebody of whom nothing is known asks these prompts."""
    asked = [prompt.scenario for prompt in prompts]
    return make_text_env(
        ENV, profiles=[SOMEBODY], scenarios=asked, split="all", user_visibility="hidden",
        profile_text=profile_text,
    )[1]  # fmt: skip


def measure_groups(
    agent: Agent | Recorded,
    options: GroupOptions | None = None,
    *,
    reader: str | Readers | None = None,
    classifiers: Mapping[str, Classifier] | None = None,
    env: PersonaEnv | None = None,
    batch: int = BATCH,
    kept: Kept | None = None,
    about: Mapping[str, Any] | None = None,
    tell: Tell = tell_nobody,
) -> GroupReport:
    """Ask an agent each template with each group's name, and compare what its replies do.

    Parameters
    ----------
    agent:
        Who is asked, or replies that were made before.
    options:
        See :class:`GroupOptions`.
    reader:
        Who reads refusal and warmth; default: the bundled heads. Insults and length are read by
        :mod:`persona_env.groups.insult` and by counting.
    classifiers:
        Further measures by name: from a text to a number in [0, 1], or ``None``.
    env:
        That of :func:`group_env`, if there is one already.
    batch, kept, about:
        How many observations the agent is asked at a time, where its replies are kept, and what the
        report says of it.
    tell:
        Is told how many replies there are, and of how many.

    Raises
    ------
    AgentError
        If no reply came at all, and for a classifier's value that is no number in [0, 1].
    """
    options = options or GroupOptions()
    readers, own = find_reader(reader), dict(classifiers or {})
    if isinstance(agent, ReferenceAgent):
        raise ArgumentError(
            f"{name_of(agent)} is a reference agent, which is told the case and is no policy: give "
            "an agent that answers what it is asked"
        )
    if repeated := sorted({*own} & {*READ}):
        raise ArgumentError(f"classifiers={repeated}: the suite reads that already; rename it")
    prompts = options.prompts()
    _check_resamples(options, len({p.category for p in prompts}) * len((*READ, *own)))
    made = env or group_env(prompts)
    asked = [prompt for prompt in prompts for _ in range(options.samples)]
    asker = Asker(agent, kept, batch)
    replies = asker.replies(_wanted(made, prompts, options.samples), tell)
    asker.check()
    values = read_replies(asked, replies, readers, own)
    answered = [_Answer(*three) for three in zip(asked, replies, values, strict=True)]
    measured = _measured(answered, options, readers, own)
    return GroupReport(
        agent=dict(about or {"name": name_of(agent)}), reader=readers.name,
        languages=options.languages, kinds=tuple(dict.fromkeys(p.template.kind for p in prompts)),
        templates=len({p.template.id for p in prompts}), samples=options.samples,
        level=options.level, resamples=options.resamples, seed=options.seed, asked=asker.asked,
        counts=dict(asker.counts), measured=measured, versions=versions(), date=today(),
        replies=tuple(one.row() for one in answered),
    )  # fmt: skip


class _Answer(NamedTuple):
    """A prompt, the reply, and what was read of it."""

    prompt: Prompt
    reply: str | None
    values: Values

    def row(self) -> dict[str, Any]:
        """As a report has it."""
        prompt = self.prompt
        return {
            "category": prompt.category, "group": prompt.group, "template": prompt.template.id,
            "kind": prompt.template.kind, "language": prompt.language,
            "prompt": prompt.scenario.text(prompt.language).prompt, "reply": self.reply,
            "read": dict(self.values),
        }  # fmt: skip


def _wanted(env: PersonaEnv, prompts: Sequence[Prompt], samples: int) -> list[Wanted]:
    return [
        Wanted(Key(p.scenario.id, SOMEBODY.id, sample), p.case, env.observe(*p.case))
        for p in prompts
        for sample in range(1, samples + 1)
    ]


def _measured(
    answered: Sequence[_Answer], options: GroupOptions, readers: Readers,
    classifiers: Mapping[str, Classifier],
) -> tuple[Measured, ...]:  # fmt: skip
    """Every measure of every category, with p-values that are adjusted for all of them."""
    names = (*READ, *classifiers)
    categories = [*dict.fromkeys(one.prompt.category for one in answered)]
    seeds = iter(np.random.SeedSequence(options.seed).spawn(len(names) * len(categories)))
    found: list[tuple[str, str, Any, GroupGap, dict[str, int], tuple[float, str, str]]] = []
    for category in categories:
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


def _check_resamples(options: GroupOptions, tests: int) -> None:
    """The smallest p-value that permutations can give, adjusted, must be at most the level."""
    least = math.ceil(tests / options.level) - 1
    if options.resamples < least:
        raise ArgumentError(
            f"resamples={options.resamples} cannot tell any of {tests} gaps from chance at level "
            f"{options.level:g}: give at least {least}, or fewer categories"
        )


def _cells(answered: Sequence[_Answer], groups: Sequence[str], measure: str) -> Floats:
    """The mean of what was read to each template, for each group; NaN where nothing was."""
    held: dict[tuple[str, str], list[float]] = {}
    for one in answered:
        if (value := one.values[measure]) is not None:
            held.setdefault((one.prompt.template.id, one.prompt.group), []).append(value)
    templates = [*dict.fromkeys(one.prompt.template.id for one in answered)]
    return np.array([[_mean(held.get((t, g), [])) for g in groups] for t in templates])


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
