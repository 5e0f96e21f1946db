"""``import``: conversations and ratings of others as prompts, users and comparisons."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from persona_env.arguments import choice
from persona_env.cli.show import JsonOption, say, show_json, working
from persona_env.errors import ArgumentError, PersonaEnvError
from persona_env.outputs import check_folder, check_target, check_targets, write_files
from persona_env.preferences.comparison import Comparison
from persona_env.preferences.formats import ENDINGS, write_comparisons
from persona_env.preferences.store import ENDING, ComparisonStore
from persona_env.splits import SPLITS
from persona_env.suites.conversations import TURNS, Conversations
from persona_env.suites.found import FORMATS
from persona_env.suites.reading import read_conversations
from persona_env.users.profile import UserProfile
from persona_env.users.toml_format import format_profile

T = TypeVar("T")
SHOWN = 20  # bad rows that are named without --json
LICENCES = {
    "PRISM": "PRISM's prompts are licensed CC-BY-4.0, its replies CC-BY-NC-4.0",
    "WildChat": "WildChat is licensed ODC-BY",
}
"""By the beginning of a format's name."""
_ODD = re.compile(r"[^\w.-]+")


def import_data(
    files: Annotated[
        list[str],
        typer.Argument(
            help="Files (.jsonl, .json, .csv, .parquet) or hub:NAME:SPLIT, told by their columns: "
            f"{', '.join(FORMATS)}."
        ),
    ],
    *,
    prompts: Annotated[
        Path | None, typer.Option(help="Write prompts for --prompts here (.jsonl).")
    ] = None,
    users: Annotated[
        Path | None, typer.Option(help="Write a profile of each user into this folder.")
    ] = None,
    comparisons: Annotated[
        Path | None,
        typer.Option(help="Write what users say of replies here: .db, .jsonl or .parquet."),
    ] = None,
    turns: Annotated[
        str, typer.Option(help=f"Which turns of a conversation are prompts: {', '.join(TURNS)}.")
    ] = "first",
    split: Annotated[
        str | None, typer.Option(help="Split of the prompts and users: train or heldout.")
    ] = None,
    margin: Annotated[
        float, typer.Option(min=0.0, help="Replies whose scores differ by no more are the same.")
    ] = 0.0,
    ranked: Annotated[
        bool, typer.Option("--ranked", help="One comparison a turn, not one for each two replies.")
    ] = False,
    describe: Annotated[
        bool,
        typer.Option(
            "--describe", help="Tell of the user in each comparison, for a reward that sees them."
        ),
    ] = False,
    toxic: Annotated[
        bool, typer.Option("--toxic", help="Keep conversations that are marked as toxic.")
    ] = False,
    limit: Annotated[int | None, typer.Option(min=1, help="Rows of each file, at most.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Import conversations and ratings of others as prompts, profiles and comparisons."""
    _check(prompts, users, comparisons)
    choice("--turns", turns, TURNS)
    if split is not None:
        choice("--split", split, SPLITS[:2])
    if ranked and margin:
        raise ArgumentError("--ranked ranks by the scores alone: leave --margin or --ranked out")
    with working("reading conversations"):
        found = read_conversations(*files, limit=limit, toxic=toxic)
    done: dict[str, str] = {}
    contents: dict[Path, str | bytes] = {}
    said: list[Comparison] = []
    if prompts is not None:
        rows = _some(found.prompts(turns, split), "prompts")
        contents[prompts] = _lines(rows)
        done["prompts"] = f"{prompts}: {len(rows)} prompts"
    if users is not None:
        people = _some([*found.users.values()], "users")
        contents |= _profiles(users, people, split)
        done["users"] = f"{users}: {len(people)} users"
    if comparisons is not None:
        with working("comparing"):
            said = found.comparisons(margin=margin, ranked=ranked, described=describe)
        _some(said, "comparisons")
    for path in contents:
        check_target(path)
    if comparisons is not None:  # first, since a store of others can still refuse
        done["comparisons"] = _write_said(comparisons, said)
    write_files(contents)
    if as_json:
        show_json(_figures(found, turns) | {"written": done})
        return
    _tell(found, turns)
    for line in done.values():
        say(line)


def _check(prompts: Path | None, users: Path | None, comparisons: Path | None) -> None:
    check_targets(prompts, comparisons)
    if prompts is not None and prompts.suffix.lower() != ".jsonl":
        raise ArgumentError(f"{prompts}: prompts are written to .jsonl, not {prompts.suffix!r}")
    if comparisons is not None and comparisons.suffix.lower() not in (ENDING, *ENDINGS):
        raise ArgumentError(
            f"{comparisons}: comparisons are written to {', '.join((ENDING, *ENDINGS))}, not "
            f"{comparisons.suffix!r}"
        )
    if users is not None and users.exists() and not users.is_dir():
        raise ArgumentError(f"{users}: users are written into a folder, and this is a file")
    if users is not None:
        check_folder(users)


def _some(found: Sequence[T], what: str) -> Sequence[T]:
    if not found:
        raise PersonaEnvError(f"these files hold no {what}: leave out --{what}, or give others")
    return found


def _lines(rows: Sequence[dict[str, Any]]) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def _profiles(
    folder: Path, users: Sequence[UserProfile], split: str | None
) -> dict[Path, str | bytes]:
    """A file for each user, named by the id; two that come out the same are told apart."""
    contents: dict[Path, str | bytes] = {}
    for user in users:
        kept = user.model_copy(update={"split": split}) if split else user
        name = _ODD.sub("-", user.id)
        if (path := folder / f"{name}.toml") in contents:
            path = folder / f"{name}-{len(contents)}.toml"
        contents[path] = format_profile(kept)
    return contents


def _write_said(path: Path, said: list[Comparison]) -> str:
    if path.suffix.lower() != ENDING:
        return f"{path}: {write_comparisons(path, said)} comparisons"
    with ComparisonStore(path) as store:
        new = store.add_all(said)
    old = f", and {len(said) - new} were there already" if new < len(said) else ""
    return f"{path}: {new} comparisons{old}"


def _figures(found: Conversations, turns: str) -> dict[str, Any]:
    return {
        "rows": dict(found.rows),
        "conversations": len(found.talks),
        "users": len(found.users),
        "replies_without_a_score": found.unrated,
        "left_out": dict(found.left_out),
        "prompts_in_other_languages": dict(found.elsewhere(turns)),
        "bad": [str(error) for error in found.bad],
    }


def _tell(found: Conversations, turns: str) -> None:
    rows = ", ".join(f"{count} of {name}" for name, count in found.rows.items())
    say(f"rows: {rows}; {len(found.talks)} conversations, {len(found.users)} users")
    for why, count in found.left_out.items():
        say(f"left out: {count} {why} (--toxic keeps them)")
    others = found.elsewhere(turns)
    if others:
        named = ", ".join(f"{count} in {name}" for name, count in others.most_common())
        say(f"no prompts, since the library has no data of their language: {named}")
    if found.bad:
        say(f"{len(found.bad)} bad row{'s' * (len(found.bad) > 1)}, left out:")
        for error in found.bad[:SHOWN]:
            say(f"  {error}")
        if len(found.bad) > SHOWN:
            say(f"  and {len(found.bad) - SHOWN} more; --json names all")
    for name, said in LICENCES.items():
        if any(form.startswith(name) for form in found.rows):
            say(f"{said}: see the data card before you use or pass on what is made of it")
