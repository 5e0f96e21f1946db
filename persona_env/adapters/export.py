"""Rows of a data set as a file, with what made them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, get_args

from persona_env import __version__
from persona_env.adapters.named_envs import Given, given_envs, name_of, named, text_env
from persona_env.adapters.parquet import parquet_of, pyarrow
from persona_env.adapters.rows import COLUMNS, Kind, make_rows
from persona_env.arguments import choice
from persona_env.env import PersonaEnv
from persona_env.errors import ArgumentError, PersonaEnvError
from persona_env.files import to_json
from persona_env.outputs import check_targets, write_files

Format = Literal["jsonl", "parquet"]
PARQUET = "format='parquet'"
META = "persona_env"
"""The key of the provenance in a Parquet file's metadata."""


def export_rows(
    path: Path,
    envs: Given | Sequence[Given],
    kind: Kind = "prompts",
    episodes: int | None = None,
    seed: int = 0,
    *,
    format: Format | None = None,
    replies: Sequence[Mapping[str, Any]] | None = None,
    command: str | None = None,
) -> dict[str, Any]:
    """Write the rows of :func:`~persona_env.adapters.rows.make_rows`; returns their provenance.

    Parameters
    ----------
    path:
        The file. It is written whole or not at all.
    envs, kind, episodes, seed, replies:
        Those of :func:`~persona_env.adapters.rows.make_rows`.
    format:
        ``"jsonl"``: the provenance goes to ``FILE.meta.json`` beside it. ``"parquet"``: it is in
        the metadata of the file, see :func:`provenance_of`; needs pyarrow. Default: by the ending.
    command:
        What was typed, for the provenance.

    Raises
    ------
    PersonaEnvError
        For a path that no file can have, an unknown format, and from making the rows.
    """
    form = format_of(path, format)
    beside = path.with_name(f"{path.name}.meta.json")
    check_targets(path, beside if form == "jsonl" else None)  # before the work, not after it
    arrow = pyarrow(PARQUET) if form == "parquet" else None
    made = [*named(text_env(one) for one in given_envs(envs)).values()]
    rows = make_rows(made, kind, episodes, seed, replies=replies)
    whose = "own" if replies is not None else "none" if kind == "prompts" else "library"
    about = {
        "library": f"persona_env {__version__}",
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": command, "kind": kind, "episodes": episodes, "seed": seed, "replies": whose,
        "envs": [*map(options_of, made)],
        "rows": len(rows),
        "columns": {name: COLUMNS[name] for name in rows[0]},
    }  # fmt: skip
    if arrow is None:
        lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        write_files({path: lines, beside: to_json(about) + "\n"})
    else:
        meta = {META: json.dumps(about, ensure_ascii=False)}
        write_files({path: parquet_of(arrow, rows, meta)})
    return about


def format_of(path: Path, format: str | None = None) -> str:
    """The format that is asked for, or that of the ending; raises :class:`ArgumentError`."""
    if format is not None:
        return choice("format", format, get_args(Format))
    ending = path.suffix.lower().removeprefix(".")
    if ending not in get_args(Format):
        raise ArgumentError(
            f"the ending of {str(path)!r} says no format: end it in .jsonl or .parquet, or give "
            "format= (--format)"
        )
    return ending


def provenance_of(path: Path) -> dict[str, Any]:
    """What :func:`export_rows` said of a Parquet file."""
    stored = pyarrow(PARQUET).parquet.read_schema(path).metadata or {}
    if META.encode() not in stored:
        raise PersonaEnvError(f"{path}: its metadata has no entry {META!r}: it is no export")
    found: dict[str, Any] = json.loads(stored[META.encode()])
    return found


def options_of(env: PersonaEnv) -> dict[str, Any]:
    """What of an environment decides its rows and their rewards, as plain values."""
    return {
        "id": name_of(env),
        "register": env.register,
        "reader": None if env.readers is None else env.readers.name,
        "user_visibility": env.user_visibility,
        "max_turns": env.max_turns,
        "users": [user.id for user in env.users],
        "scenarios": len(env.scenarios),
        "terms": [term.name for term in env.terms],
    }
