"""Collecting comparisons into a store: sample a part, choose, propose, annotate; until there are N.

What is in the store is never made again, so that a collection that was stopped goes on, and one
from a newer policy adds its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from persona_env.adapters.named_envs import name_of
from persona_env.agent import Tell, tell_nobody
from persona_env.arguments import whole_number
from persona_env.endpoints import Purse
from persona_env.env import PersonaEnv
from persona_env.errors import ArgumentError, PersonaEnvError
from persona_env.evaluation.agent_options import AgentOptions
from persona_env.evaluation.made_how import system_given
from persona_env.evaluation.named import find_policy_agent
from persona_env.preferences.annotators import Annotator
from persona_env.preferences.comparison import Candidates
from persona_env.preferences.store import ComparisonStore

from .collect import most_disputed, most_informative, sample_candidates
from .reward_model import RewardModel

PART = 64
"""Pairs that are sampled, annotated and kept at a time."""
LEAST = 16
"""Cases that are sampled at a time, at least."""
POOL = 4
"""Times as many are sampled as are chosen."""
CHOICES = ("disagreement:FOLDER,FOLDER", "informative:FOLDER")
Choose = Callable[[Sequence[Candidates], int], list[Candidates]]


@dataclass(frozen=True)
class Collection:
    """What is collected: ``pairs``, of ``candidates`` each, to the prompts of an environment.

    ``policy`` is an agent by name, asked by ``asked_by``; ``choose`` picks those that tell most out
    of :data:`POOL` times as many. The ``seed`` draws cases, replies and labels. ``said`` is told
    of an endpoint, part for part, what is about to be asked and what that took, and ``purse`` is
    how much all of it may cost. With ``recorded``, candidates that were made before, nobody is
    asked: ``pairs`` of these are collected, at most.
    """

    policy: str
    pairs: int
    candidates: int = 2
    choose: Choose | None = None
    asked_by: AgentOptions = field(default_factory=AgentOptions)
    seed: int = 0
    said: Callable[[str], None] = lambda line: None
    purse: Purse = field(default_factory=Purse)
    recorded: Sequence[Candidates] | None = None

    def __post_init__(self) -> None:
        whole_number("pairs", self.pairs, least=1)
        whole_number("candidates", self.candidates, least=2)
        whole_number("seed", self.seed, least=0)
        if self.choose is not None and self.candidates != 2:
            raise ArgumentError("a choice is among pairs of replies: leave out --candidates")


class Collected(NamedTuple):
    """How many pairs of this policy there are now, and of this annotator's labels: how many were
    new, and on how many pairs the annotator failed."""

    pairs: int
    labelled: int
    failed: int


def chooser(text: str | None) -> Choose | None:
    """The choice that a text names, as :data:`CHOICES`; the models are loaded.

    Raises :class:`ArgumentError` for another text.
    """
    if text is None:
        return None
    kind, _, given = text.partition(":")
    folders = [one.strip() for one in given.split(",") if one.strip()]
    if kind == "disagreement" and len(folders) > 1:
        models = [RewardModel.load(folder) for folder in folders]
        return lambda some, count: most_disputed(some, models, count)
    if kind == "informative" and len(folders) == 1:
        model = RewardModel.load(folders[0])
        return lambda some, count: most_informative(some, model, count)
    raise ArgumentError(f"a choice is {' or '.join(CHOICES)}, not {text!r}")


def collect(
    store: ComparisonStore,
    env: PersonaEnv,
    what: Collection,
    annotator: Annotator | None,
    tell: Tell = tell_nobody,
) -> Collected:
    """Fill ``store`` up to so many pairs of this policy and environment, each with a label.

    ``annotator`` labels first what has none of its own; ``None``: pairs are proposed alone.
    ``tell`` is told how many pairs are done. A failure leaves no label, and counts. Each label says
    in its ``versions`` by which system text the policy was told of the user, where one was given.
    """
    labelled = failed = 0
    told = system_given(env)
    mine = _mine(store, env, what)
    open_ = _without_label(store, mine, annotator)
    done = len(mine) - len(open_)
    while open_ or len(mine) < what.pairs:
        if not open_:
            open_ = _proposed(store, env, what, len(mine))
            mine += open_
            if not open_:  # of replies that were made before there are no more
                break
        part, open_ = open_[:PART], open_[PART:]
        if annotator is not None:
            said = annotator.annotate(part, _drawn(what.seed, len(mine) - len(open_)))
            labels = [one for one in said if one is not None]
            for one in labels:
                store.add(one.model_copy(update={"versions": one.versions | told}))
            labelled, failed = labelled + len(labels), failed + len(part) - len(labels)
        done += len(part)
        tell(done, max(what.pairs, len(mine)))
    return Collected(len(mine), labelled, failed)


def _mine(store: ComparisonStore, env: PersonaEnv, what: Collection) -> list[Candidates]:
    if what.recorded is not None:
        ids = {one.id for one in what.recorded}
        return [one for one in store.candidates() if one.id in ids]
    key = (what.policy, name_of(env), what.candidates)
    return [one for one in store.candidates() if (one.policy, one.env, len(one.replies)) == key]


def _without_label(
    store: ComparisonStore, mine: Sequence[Candidates], annotator: Annotator | None
) -> list[Candidates]:
    """Those of which the annotator said nothing; none where there is no annotator."""
    if annotator is None:
        return []
    known = {*store.labels_of(annotator.name)}
    return [one for one in mine if one.id not in known]


def _proposed(
    store: ComparisonStore, env: PersonaEnv, what: Collection, have: int
) -> list[Candidates]:
    """A new part, proposed; empty where replies that were made before are used up."""
    count = min(PART, what.pairs - have)
    some = _sampled(env, what, count, have) if what.recorded is None else what.recorded
    known = {one.id for one in store.candidates()}
    new = [*{one.id: one for one in some if one.id not in known}.values()]
    if what.recorded is not None:
        new = new[: count * POOL]
    elif not new:
        raise PersonaEnvError(
            f"{what.policy!r} gives nothing new to compare after {have} pairs: give a higher "
            "--temperature, or more scenarios"
        )
    chosen = what.choose(new, count) if what.choose is not None and new else new[:count]
    store.propose(chosen)
    return chosen


def _sampled(env: PersonaEnv, what: Collection, count: int, have: int) -> list[Candidates]:
    """A pool of which ``count`` are wanted, by the policy."""
    # To some prompts a policy always says the same: of several others are left.
    pool = count * POOL if what.choose is not None else max(count, LEAST)
    drawn = _drawn(what.seed, have)  # a policy that goes on does not say the same again
    found = find_policy_agent(
        what.policy, what.asked_by, seed=drawn, tell=what.said, purse=what.purse
    )
    agent = found.sampler(env)
    first = have * POOL if what.choose is not None else have
    some = sample_candidates(
        agent,
        env,
        pool,
        candidates=what.candidates,
        seed=what.seed,
        first=first,
        policy=what.policy,
    )
    if found.endpoint is not None:
        what.said(f"{what.policy}: {found.endpoint.cost}")
    return some


def _drawn(seed: int, have: int) -> int:
    return int(np.random.SeedSequence([seed, have]).generate_state(1)[0])
