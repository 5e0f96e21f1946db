"""``agreement``: how well annotators agree, and what else moves them."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import combinations
from typing import Annotated, Any

import typer

from persona_env.cli.reward_model import FilesArgument
from persona_env.cli.show import (
    GatesOption,
    ImportOption,
    JsonOption,
    ProfilesOption,
    PromptsOption,
    ReaderOption,
    RegisterOption,
    ScenariosOption,
    TermsOption,
    make_env,
    out,
    say,
    show_json,
    table,
    working,
)
from persona_env.cli.stand_in import check_candidate, stand_in_figures, tell_stand_in
from persona_env.env import PersonaEnv
from persona_env.errors import ArgumentError, PersonaEnvError
from persona_env.preferences.agreement import (
    cohen_kappa,
    krippendorff_alpha,
    length_correlation,
    order_flips,
)
from persona_env.preferences.alternative import EPSILON
from persona_env.preferences.annotators import SimulatedAnnotator
from persona_env.preferences.comparison import Comparison
from persona_env.preferences.formats import read_comparisons
from persona_env.registration import import_modules, register_of
from persona_env.text_envs import who_reads

COLUMNS = ("annotator", "labels", "first", "second", "same", "both_bad", "ranked")


def agreement(
    files: FilesArgument,
    *,
    candidate: Annotated[
        str | None,
        typer.Option(
            help="An annotator of the files who might stand in for the others, who then are "
            "people: the alternative annotator test."
        ),
    ] = None,
    epsilon: Annotated[
        float | None,
        typer.Option(
            min=0.0,
            max=1.0,
            help="With --candidate: by how much a person has to be better to be worth the effort; "
            "0.2 for experts, 0.15 for skilled people, 0.1 for crowd workers. Default: 0.2.",
        ),
    ] = None,
    profiles: ProfilesOption = None,
    scenarios: ScenariosOption = None,
    prompts: PromptsOption = None,
    terms: TermsOption = None,
    gates: GatesOption = None,
    imports: ImportOption = None,
    register: RegisterOption = None,
    reader: ReaderOption = None,
    as_json: JsonOption = False,
) -> None:
    """How well annotators agree, and how far labels follow length and order."""
    import_modules(imports)
    comparisons = [one for path in files for one in read_comparisons(path)]
    if not comparisons:
        raise PersonaEnvError("there are no comparisons in these files")
    said = _said(comparisons)
    if candidate is not None:
        check_candidate(candidate, said)
    elif epsilon is not None:
        raise ArgumentError("--epsilon is of the test of --candidate NAME: give both, or neither")
    figures = agreement_figures(comparisons)
    if candidate is not None:
        chosen = EPSILON if epsilon is None else epsilon
        figures["alternative_test"] = stand_in_figures(candidate, said, chosen)
    paired = [one for one in comparisons if one.env and one.soft is not None]
    reads = _reads(paired, register, reader)
    envs = [
        make_env(
            name, "all", profiles, scenarios, prompts=prompts, terms=terms, gates=gates, **reads
        )[1]
        for name in sorted({one.env for one in paired})
    ]
    with working("scoring the replies"):
        figures["length_correlation"] = _by_length(paired, envs, reads["register"])
    if as_json:
        show_json(figures)
        return
    rows = [
        (name, *(str(counts.get(column, 0)) for column in COLUMNS[1:]))
        for name, counts in figures["annotators"].items()
    ]
    out().print(table("Labels", COLUMNS, rows, " ".join(COLUMNS[1:])))
    for line in _lines(figures):
        say(line)
    if candidate is not None:
        tell_stand_in(figures["alternative_test"])


def agreement_figures(comparisons: Sequence[Comparison]) -> dict[str, Any]:
    """Counts by annotator, Krippendorff's alpha, kappa of each two, and flips by the order."""
    said = _said(comparisons)
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for one in comparisons:
        counts[one.annotator].update(("labels", one.label))
    units = sorted({unit for labels in said.values() for unit in labels})
    flips = order_flips(comparisons)
    return {
        "comparisons": len(comparisons),
        "annotators": {name: dict(counts[name]) for name in sorted(counts)},
        "alpha": _known(
            krippendorff_alpha([[one.get(unit) for one in said.values()] for unit in units])
        ),
        "kappa": [_kappa(said, *two) for two in combinations(sorted(said), 2)],
        "order_flips": {"flipped": flips.flipped, "of": flips.of},
    }


def _said(comparisons: Sequence[Comparison]) -> dict[str, dict[str, str]]:
    """By annotator the last label of each pair."""
    said: dict[str, dict[str, str]] = defaultdict(dict)
    for one in comparisons:
        said[one.annotator][one.candidates.id] = _label(one)
    return dict(said)


def _label(one: Comparison) -> str:
    return " ".join(map(str, one.ranks)) if one.label == "ranked" else one.label


def _kappa(said: dict[str, dict[str, str]], first: str, second: str) -> dict[str, Any]:
    shared = sorted(said[first].keys() & said[second].keys())
    labels = [[said[name][unit] for unit in shared] for name in (first, second)]
    value = _known(cohen_kappa(labels[0], labels[1]))
    return {"annotators": [first, second], "shared": len(shared), "kappa": value}


def _reads(
    paired: Sequence[Comparison], register: str | None, reader: str | None
) -> dict[str, Any]:
    """How the replies are read, if it is not given by who wrote them."""
    registers = {register_of(one.policy) for one in paired}
    return who_reads(register, reader, default="tiny" if registers == {"tiny"} else "natural")


def _by_length(
    paired: Sequence[Comparison], envs: Sequence[PersonaEnv], register: str
) -> dict[str, Any]:
    """The partial correlation of labels and length, of the comparisons that have a reward."""
    if not envs:
        return {"correlation": None, "of": 0}
    rewards = SimulatedAnnotator(envs).rewards([one.candidates for one in paired])
    known = {
        place: (r[0], r[1]) for place, r in enumerate(rewards) if r is not None and len(r) == 2
    }
    order = iter(known.values())
    read = [paired[place] for place in known]
    value = _known(length_correlation(read, lambda _: next(order)))
    return {"correlation": value, "of": len(read), "register": register}


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value


def _lines(figures: dict[str, Any]) -> list[str]:
    flips, length = figures["order_flips"], figures["length_correlation"]
    lines = [
        f"kappa of {' and '.join(one['annotators'])}: {_number(one['kappa'])} on {one['shared']} "
        "pairs that both labelled"
        for one in figures["kappa"]
    ]
    several = len(figures["annotators"]) > 1
    alpha = f"{_number(figures['alpha'])} (1: all say the same, 0: as by chance)"
    return [
        f"Krippendorff's alpha: {alpha if several else 'needs labels of two annotators'}",
        *lines,
        f"changed with the order of the replies: {flips['flipped']} of {flips['of']} pairs that "
        "one annotator saw in both orders",
        f"correlation with length beyond the reward: {_number(length['correlation'])} on "
        f"{length['of']} comparisons",
    ]


def _number(value: float | None) -> str:
    return "not known" if value is None else f"{value:.3f}"
