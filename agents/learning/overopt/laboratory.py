"""``persona-env overopt``: proxies are optimised, and the gold reward is watched.

The options are in ``options.py``, what is kept of a seed in ``material.py``, proxies in
``proxies.py``, best-of-n in ``curves.py``, reinforcement learning in ``reinforcement.py``, what is
made of the figures in ``findings.py``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch

from persona_env.asked import uncounted_text
from persona_env.errors import PersonaEnvError
from persona_env.files import parse_json, read_text, to_json
from persona_env.outputs import write_text
from persona_env.reporting.overopt_report import RESULTS, write_overopt_report
from persona_env.reporting.progress import Job

from ...language_model import load_agent
from ...training.run_folder import only_writer
from .curves import NS, best_of_n_points, by_prompt, usable
from .findings import GOLD, Curve, curve_of, shown_best, shown_learnt, summarised
from .material import READER, Material, gold_env
from .options import OveroptOptions, command_of, identity
from .proxies import Proxy, ensemble, flawed, honest, learnt, of_term, penalised, scores_of
from .reinforcement import Look, learn

OPTIONS, CURVES = "options.json", "curves"


class Tried(NamedTuple):
    """A proxy by name, the cure that was applied (``""`` for none), and how the proxy is made.

    ``size`` is the number of comparisons of one that was learnt, and ``base`` what it is made of.
    """

    name: str
    cure: str
    make: Callable[[], Proxy]
    size: int = 0
    kl: float = 0.0
    base: str = ""


def overopt(options: OveroptOptions, job: Job | None = None) -> Path:
    """Run, or resume, a laboratory; returns its folder, with results, figure and report.

    Samples, comparisons, reward models and curves are kept as they are made: ``resume`` makes what
    is missing.
    """
    job = job or Job(quiet=options.quiet)
    _check(options)
    torch.set_num_threads(options.threads)
    with job.waiting("loading the environment"):
        env = gold_env(options)  # before there is a folder: what cannot be leaves none
    if told := uncounted_text(env, options.imports):
        job.say(told)
    with only_writer(options.output) as folder:
        _check(options)
        write_text(folder / OPTIONS, to_json(identity(options)))
        curves: list[Curve] = []
        for seed in np.random.SeedSequence(options.seed).generate_state(options.seeds).tolist():
            material = Material(options, env, folder / f"seed-{seed}", seed, job)
            curves += _curves(material)
        found = {
            "command": command_of(options), "options": identity(options),
            "summary": summarised(curves), "curves": curves,
        }  # fmt: skip
        write_text(folder / RESULTS, to_json(found))
        write_overopt_report(folder)
    return folder


def _check(options: OveroptOptions) -> None:
    path = options.output / OPTIONS
    if not path.exists():
        if options.resume:
            raise PersonaEnvError(f"nothing to resume: {path} does not exist; leave out --resume")
        return
    if not options.resume:
        raise PersonaEnvError(
            f"{options.output} holds a laboratory: give --resume, or another --output"
        )
    begun, now = parse_json(read_text(path), str(path)), json.loads(to_json(identity(options)))
    other = {name: value for name, value in begun.items() if now.get(name) != value}
    if other:
        said = ", ".join(f"{name}={value!r}" for name, value in other.items())
        raise PersonaEnvError(
            f"{options.output} was begun with {said}: give the same, or another --output"
        )


def _curves(material: Material) -> Iterator[Curve]:
    """The curve of each proxy, from its file where it is there."""
    optimise = _best_of_n if material.options.by == "best-of-n" else _reinforced
    for tried in _tried(material):
        name = "-".join(one for one in (tried.name, tried.cure) if one)
        path = material.folder / CURVES / f"{name.replace(' ', '-')}.json"
        if not path.exists():
            accuracy = None
            if tried.size and not tried.cure:
                accuracy = asdict(material.accuracy(material.model(tried.size, base=tried.base)))
            made = {"proxy": tried.name, "cure": tried.cure, "seed": material.seed}
            found = {**made, "accuracy": accuracy, **optimise(material, tried)}
            write_text(path, to_json(found))
        yield parse_json(read_text(path), str(path))


def _tried(material: Material) -> Iterator[Tried]:
    """Every proxy as it is, and with each cure that was asked for; gold beside best-of-n, which
    costs nothing more."""
    options = material.options
    if options.by == "best-of-n":
        yield Tried(GOLD, "", lambda: honest)
    for flaw in options.flaws:
        yield from _cured(options, f"{flaw.bias} {flaw.weight:g}", partial(flawed, *flaw))
    for name in options.proxy or ():
        yield from _cured(options, name, partial(of_term, material.env, material.asked, name))
    for size in options.sizes:
        for base in options.bases:
            name = f"{size} comparisons{', ' * bool(base)}{base}"
            for one in _cured(options, name, partial(_learnt, material, size, base, 1), size):
                yield one._replace(base=base)
            if options.ensemble > 1:
                many = partial(_learnt, material, size, base, options.ensemble)
                yield Tried(name, "ensemble", many)


def _cured(
    options: OveroptOptions, name: str, make: Callable[[], Proxy], size: int = 0
) -> Iterator[Tried]:
    yield Tried(name, "", make, size)
    if options.penalties:
        yield Tried(name, "penalty", lambda: _less(make(), options))
    if options.kl:
        yield Tried(name, "kl", make, size, options.kl)


def _learnt(material: Material, size: int, base: str, members: int) -> Proxy:
    if members == 1:
        return learnt(material.model(size, base=base))
    return ensemble([learnt(material.model(size, one, base=base)) for one in range(members)])


def _less(proxy: Proxy, options: OveroptOptions) -> Proxy:
    for bias, weight in options.penalties:
        proxy = penalised(proxy, bias, weight)
    return proxy


def _reader(material: Material) -> Proxy | None:
    """The second reader, if there is to be one."""
    size = material.options.stop_by
    return learnt(material.model(size, kind=READER)) if size else None


def _best_of_n(material: Material, tried: Tried) -> Curve:
    samples, reader = material.samples, _reader(material)
    scores = scores_of(samples, tried.make())
    second = None if reader is None else scores_of(samples, reader)
    points = best_of_n_points(samples, scores, NS, material.seed, second)
    golds = [by_prompt(samples.gold, scores, n) for n in usable(NS, scores)]
    found = curve_of(points, golds, "best_of_n")
    return {**found, "examples": shown_best(samples, scores, points)}


def _reinforced(material: Material, tried: Tried) -> Curve:
    options, asked = material.options, material.asked
    start = load_agent(options.policy, temperature=options.temperature)
    look = Look(asked, tried.make(), material.annotator, _reader(material), start, material.seed)
    name = f"{tried.name}{', ' * bool(tried.cure)}{tried.cure}"
    with material.job.stage(f"learning from {name}", options.steps) as stage:
        way = learn(options, look, stage, tried.kl)
    return {**curve_of(way.points, way.golds, "rl"), "examples": shown_learnt(asked, way)}
