"""Writes the generated parts of the documents: the gallery, the table of terms, the detectors.

``python scripts/write_docs.py`` writes them, ``--check`` only says whether they are up to date.
Everything comes from the code: docstrings, registries, and replies of the oracle.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from inspect import getdoc, signature
from pathlib import Path
from types import FunctionType
from typing import Any

import gymnasium as gym
import numpy as np

from persona_env import detectors, registered_terms
from persona_env.env import PersonaEnv
from persona_env.registration import ENVIRONMENTS, load, tokens_id
from persona_env.rewards import Term, Verdict
from persona_env.rewards.exchange import Exchange
from persona_env.rewards.explain import explain_verdict
from persona_env.scenarios.case import prompt_language, prompt_language_or_first
from persona_env.scenarios.pools import MixturePool, Pool
from persona_env.scenarios.schema import Scenario
from persona_env.users.description import describe
from persona_env.users.profile import UserProfile
from persona_env.users.vector import user_vector
from persona_env.validity import load_figures
from persona_env.validity import page as validity_page

DOCS = Path(__file__).parents[1] / "docs"
# What is shown of an environment; of one that is not named here, its first scenario.
SHOWN = {
    "PersonaChat-v0": "mix-bleach",
    "PersonaCalibration-v0": "marbles/3",
    "PersonaRefusal-v0": "draw-blood",
    "PersonaOpinion-v0": "chess-or-cards/sure-second",
    "PersonaCapability-v0": "summary/can/0",
    "PersonaWild-v0": "mercury/1",
    "PersonaCanvas-v0": "bus-shelter",
    "PersonaHighlight-v0": "sauna-stove",
    "PersonaLatent-v0": "ride/7",
    "PersonaSummary-v0": "hedge-war",
}
USERS = 3


# --- text ---------------------------------------------------------------------------------------


def plain(text: str) -> str:
    """A docstring's markup as Markdown, on one line."""
    text = re.sub(r":math:`([^`]*)`", r"`\1`", text)
    text = re.sub(r":\w+:`~?([^`]*)`", r"`\1`", text)
    return " ".join(text.replace("``", "`").split())


def body(thing: object) -> str:
    """The docstring without its examples."""
    return (getdoc(thing) or "").split("\n>>>")[0].strip()


def cell(text: str) -> str:
    """Text that may stand in a Markdown table."""
    return text.replace("|", "\\|").replace("\n", " ⏎ ")


def fenced(text: str) -> str:
    """Text as it is."""
    return f"```text\n{text}\n```"


def table(head: Sequence[str], rows: Iterator[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cell(part) for part in line)} |" for line in lines)


# --- terms and detectors ------------------------------------------------------------------------


def terms() -> list[Term]:
    """The built-in ones: a user's own are no part of the documents."""
    return [term for term in registered_terms().values() if term.builtin]


def weight(term: Term) -> str:
    """Whose weight it has."""
    if term.gate:
        return "gate"
    return f"that of `{term.weight}`" if isinstance(term.weight, str) else f"{term.weight:g}"


def term_table() -> str:
    """Every built-in gate and term in one line."""
    rows = (
        (
            f"[`{term.name}`](gallery.md#{term.name})",
            weight(term),
            term.range,
            plain(body(term.function).split("\n\n")[0]),
        )
        for term in terms()
    )
    return table(("name", "weight", "range", "value"), rows)


def detector_table() -> str:
    """Every detector, and what its docstring says of its validity."""
    found = [getattr(detectors, name) for name in detectors.__all__]
    # Cached functions are wrapped; the readings are classes.
    functions = [f for f in found if isinstance(getattr(f, "__wrapped__", f), FunctionType)]
    rows = (
        (f"`{f.__name__}`", plain(said[1]))
        for f in functions
        if (said := re.search(r"Validity:\s(.*?)(?:\n\n|Source:|\Z)", body(f), re.DOTALL))
    )
    return table(("detector", "validity, as its docstring states it"), rows)


def term_entry(term: Term) -> str:
    """One term with all its facts."""
    uses = ", ".join(f"`{path}`" for path in term.uses) or "no field of the profile"
    return "\n".join(
        [
            f"### {term.name}",
            "",
            plain(body(term.function)),
            "",
            f"- kind: {'gate' if term.gate else 'term'}",
            *([] if term.gate else [f"- weight: {weight(term)}"]),
            f"- range: {term.range}",
            f"- may read: {uses}",
            f"- validity: {term.validity}",
            f"- code: `{term.function.__module__}`",
            "",
        ]
    )


# --- environments -------------------------------------------------------------------------------


def most_different(users: Sequence[UserProfile], count: int) -> list[UserProfile]:
    """The first user, then each time the one who is furthest from those chosen."""
    chosen = [users[0]]
    while len(chosen) < min(count, len(users)):
        gaps = [
            min(float(np.abs(user_vector(u) - user_vector(c)).sum()) for c in chosen) for u in users
        ]
        chosen.append(users[int(np.argmax(gaps))])
    return chosen


def example_case(name: str, env: PersonaEnv) -> tuple[Scenario, list[UserProfile]]:
    """The scenario that is shown, and three users who ask it in one language."""
    scenario = env.scenarios.find(SHOWN.get(name, "")) or env.scenarios[0]
    language = next(iter(scenario.texts))
    able = [user for user in env.users if prompt_language(scenario, user) == language]
    return scenario, most_different(able, USERS)


def span_rows(reply: str, verdict: Verdict) -> Iterator[Sequence[str]]:
    """The spans behind each term that counted, in reading order."""
    found = [
        (reason.start, reason.end, name, reason.note)
        for name, reasons in verdict.reasons.items()
        for reason in reasons
        if verdict.weights.get(name, 1.0) and reason.end > reason.start
    ]
    values = {**verdict.terms, **verdict.gates}
    for start, end, name, note in sorted(found):
        words = "the whole reply" if end - start == len(reply) else f"“{reply[start:end]}”"
        yield f"{start}–{end}", words, f"`{name}`", f"{values[name]:.2f}", note


def answered(env: PersonaEnv, scenario: Scenario, user: UserProfile) -> str:
    """The oracle's reply to one user, with the reward explained."""
    reply = env.oracle(scenario, user)
    verdict = env.score(reply, scenario, user)
    judged = Exchange(scenario, user, reply, prompt_language_or_first(scenario, user))
    parts = [
        f"**{user.id}**: {describe(user)}",
        fenced(reply),
        fenced("\n".join(line.rstrip() for line in explain_verdict(verdict, judged))),
        table(("characters", "words", "term", "value", "because"), span_rows(reply, verdict)),
    ]
    return "\n\n".join(parts)


def crossing(env: PersonaEnv, scenario: Scenario, users: Sequence[UserProfile]) -> str:
    """What each of the users gives to each reply."""
    rows = []
    for writer in users:
        reply = env.oracle(scenario, writer)
        given = [env.score(reply, scenario, judge).reward for judge in users]
        rows.append((f"written for {writer.id}", *(f"{value:.2f}" for value in given)))
    return table(("", *(f"scored by {user.id}" for user in users)), iter(rows))


def options(entry: Any) -> str:
    """The keyword arguments of an environment, with their defaults."""
    found = signature(entry).parameters.values()
    named = [f"`{p.name}={p.default!r}`" for p in found if p.kind is not p.VAR_KEYWORD]
    hands_on = any(p.kind is p.VAR_KEYWORD and p.annotation != "Never" for p in found)
    rest = ["those of its text environment"] * hands_on
    return ", ".join([*named, *rest])


def env_entry(name: str) -> str:
    """One environment: what its docstring says, its spaces, its size, an example."""
    entry = load(ENVIRONMENTS[name])
    made = gym.make(name, split="all", register="tiny", disable_env_checker=True)
    base = made.unwrapped
    if not isinstance(base, PersonaEnv):
        raise TypeError(f"{name} is no PersonaEnv")
    parts = [
        f"### {name}",
        plain(body(sys.modules[entry.__module__])),
        plain(body(entry)),
        "\n".join(
            [
                f"- entry point: `{ENVIRONMENTS[name]}`; one token a step: `{tokens_id(name)}`",
                f"- options: {options(entry)}",
                f"- action: `{made.action_space}`",
                *(f"- observation `{k}`: `{v}`" for k, v in spaces_of(made)),
            ]
        ),
    ]
    parts.append(sizes(base))
    scenario, users = example_case(name, base)
    asked = scenario.text(next(iter(scenario.texts))).prompt
    parts.append("#### One scenario, three users")
    parts.append(f"`{scenario.id}` ({scenario.category}): {asked}")
    parts += [answered(base, scenario, user) for user in users]
    parts.append("The three replies, scored by each of the three:")
    return "\n\n".join([*parts, crossing(base, scenario, users) + "\n"])


def spaces_of(env: gym.Env[Any, Any]) -> Iterator[tuple[str, Any]]:
    """The parts of a Dict observation."""
    space = env.observation_space
    if isinstance(space, gym.spaces.Dict):
        yield from space.items()


def sizes(env: PersonaEnv) -> str:
    """How many users and scenarios each split has."""
    counted = [counts(env.bundled(split)) for split in ("train", "heldout")]
    names = dict.fromkeys(name for count in counted for name in count)
    rows = [(name, *(str(count.get(name, 0)) for count in counted)) for name in sorted(names)]
    totals = (str(sum(count.values())) for count in counted)
    users = (str(len(env.audience(split))) for split in ("train", "heldout"))
    return table(
        ("", "train", "heldout"), iter([*rows, ("all scenarios", *totals), ("users", *users)])
    )


def counts(pool: Pool) -> Counter[str]:
    """How many scenarios a pool has of each part, or of each category."""
    if isinstance(pool, MixturePool):
        return Counter({name: len(part) for name, part in pool.parts.items()})
    return Counter(scenario.category for scenario in pool)


# --- files --------------------------------------------------------------------------------------


def gallery() -> str:
    """The whole of ``docs/gallery.md``."""
    parts = [
        "# Gallery",
        "Every environment and every built-in reward term, as the code describes itself. This page "
        "is written by `scripts/write_docs.py`; `make docs` writes it again.",
        "## Environments",
        *(env_entry(name) for name in ENVIRONMENTS),
        "## Gates and terms",
        "Gates come first. A gate multiplies the reward, a term is averaged; see "
        "[rewards](rewards.md).",
        *(term_entry(term) for term in terms()),
    ]
    return "\n\n".join(part.strip("\n") for part in parts) + "\n"


def filled(path: Path, mark: str, content: str) -> str:
    """The text of ``path`` with ``content`` between its marks."""
    begin, end = f"<!-- generated: {mark} -->", "<!-- end of generated -->"
    text = path.read_text(encoding="utf-8")
    before, found, rest = text.partition(begin)
    _, closed, after = rest.partition(end)
    if not (found and closed):
        raise ValueError(f"{path.name} lacks {begin!r} or {end!r}")
    return f"{before}{begin}\n{content}\n{end}{after}"


def pages() -> dict[Path, str]:
    """Every document that is generated, in whole or in part, as it should be."""
    rewards, honesty = DOCS / "rewards.md", DOCS / "honesty.md"
    return {
        DOCS / "gallery.md": gallery(),
        DOCS / "validity.md": validity_page(load_figures()),
        rewards: filled(rewards, "terms", term_table()),
        honesty: filled(honesty, "detectors", detector_table()),
    }


def stale() -> list[str]:
    """The names of the documents that differ from what the code says."""
    return [
        path.name
        for path, text in pages().items()
        if not path.is_file() or path.read_text(encoding="utf-8") != text
    ]


def main(arguments: Sequence[str]) -> int:
    """Write, or with ``--check`` compare."""
    if "--check" in arguments:
        found = stale()
        if found:
            print(f"not up to date: {', '.join(found)}; run 'make docs'", file=sys.stderr)
        return int(bool(found))
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8")
        print(f"wrote docs/{path.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
