"""Does an agent treat groups alike? The same prompts with each group's name, and their replies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from persona_env.agent import BATCH, Agent, ReferenceAgent, Stages, no_stages
from persona_env.env import PersonaEnv
from persona_env.errors import ArgumentError
from persona_env.evaluation.asking import Asker, Kept, Key, Recorded, Wanted
from persona_env.evaluation.made_how import name_of, today, versions
from persona_env.groups.gaps import Answer, check_resamples, measured
from persona_env.groups.options import GroupOptions, group_env
from persona_env.groups.prompts import Prompt
from persona_env.groups.reading import READ, Classifier, read_replies
from persona_env.groups.report import GroupReport
from persona_env.reading import Readers, find_reader

ASKING, READING, COMPARING = "asking the agent", "reading the replies", "comparing the groups"
"""What goes on, in words."""


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
    progress: Stages = no_stages,
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
    progress:
        Is called as it goes with what is being done, how much of that is done, and of how much.

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
    check_resamples(options, len({p.category for p in prompts}) * len((*READ, *own)))
    made = env or group_env(prompts)
    asked = [prompt for prompt in prompts for _ in range(options.samples)]
    asker = Asker(agent, kept, batch)
    wanted = _wanted(made, prompts, options.samples)
    replies = asker.replies(wanted, partial(progress, ASKING))
    asker.check()
    progress(READING, 0, len(replies))
    values = read_replies(asked, replies, readers, own)
    answered = [Answer(*three) for three in zip(asked, replies, values, strict=True)]
    found = measured(answered, options, readers, own, partial(progress, COMPARING))
    return GroupReport(
        agent=dict(about or {"name": name_of(agent)}), reader=readers.name,
        languages=options.languages, users=tuple(dict.fromkeys(p.user.id for p in prompts)),
        kinds=tuple(dict.fromkeys(p.template.kind for p in prompts)),
        templates=len({p.template.id for p in prompts}), samples=options.samples,
        level=options.level, resamples=options.resamples, seed=options.seed, asked=asker.asked,
        counts=dict(asker.counts), measured=found, versions=versions(), date=today(),
        replies=tuple(one.row() for one in answered),
    )  # fmt: skip


def _wanted(env: PersonaEnv, prompts: Sequence[Prompt], samples: int) -> list[Wanted]:
    return [
        Wanted(Key(p.scenario.id, p.user.id, sample), p.case, env.handed(*p.case))
        for p in prompts
        for sample in range(1, samples + 1)
    ]
