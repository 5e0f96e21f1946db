"""What the commands share: consoles, tables, names and environments."""

from __future__ import annotations

import codecs
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import cache
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated, Any

import gymnasium as gym
import typer
from rich.cells import cell_len
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text
from rich.theme import Theme

from persona_env.asked import left_out_text, references_text, uncounted_text, users_text
from persona_env.env import PersonaEnv
from persona_env.reading.find import READERS
from persona_env.registration import IMPORT_HELP, PROMPTS_HELP
from persona_env.reporting.bars import BAR
from persona_env.reporting.progress import Job
from persona_env.scenarios.case import Visibility
from persona_env.scenarios.prompts import find_prompts
from persona_env.scenarios.schema import Scenario
from persona_env.splits import check_split
from persona_env.text_envs import make_text_env

EnvOption = Annotated[str, typer.Option("--env", help="Id of the environment.")]
RegisterOption = Annotated[
    str | None,
    typer.Option(
        help="natural: as people and language models write; tiny: as the bundled policies do. "
        "Default: natural, and tiny for bundled policies and reference agents."
    ),
]
ReaderOption = Annotated[
    str | None,
    typer.Option(
        help=f"Who reads natural replies: {', '.join(READERS)}, probes:MODEL, judge:MODEL@URL."
    ),
]
ProfilesOption = Annotated[
    str | None, typer.Option(help="Names of users, .toml files or folders of them, with commas.")
]
ScenariosOption = Annotated[
    str | None,
    typer.Option(help="Ids, categories, .toml files, or .jsonl files of prompts, with commas."),
]
PromptsOption = Annotated[str | None, typer.Option(help=PROMPTS_HELP)]
TermsOption = Annotated[
    str | None,
    typer.Option(help="Reward terms, with commas: names, or module:name of your own; '': none."),
]
GatesOption = Annotated[str | None, typer.Option(help="Gates, with commas, as --terms; '': none.")]
SplitOption = Annotated[str, typer.Option(help="train, heldout or all.")]
ImportOption = Annotated[list[str] | None, typer.Option("--import", help=IMPORT_HELP)]
SeedOption = Annotated[
    int, typer.Option(help="Seed of all that is drawn, such as cases and samples; from 0.")
]
SystemOption = Annotated[
    Path | None,
    typer.Option(
        "--system",
        help="A Jinja2 template of the system text that tells the agent of the user. Default: "
        "sentences in the user's language.",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]
WIDTH = 80  # columns of a terminal that tables are made for
KNOWN_SHOWN = 600  # characters of a list of valid names in an error


_CONTROLS = {code: 0x2400 + code for code in range(32) if chr(code) not in "\n\t"} | {
    0x0D: 0x20, 0x7F: 0x2421, **dict.fromkeys(range(0x80, 0xA0), 0xFFFD)
}  # fmt: skip


def legible(text: str) -> str:
    """A text with signs in place of control characters, which a terminal would obey.

    >>> legible("\\x1b[31mred")
    '␛[31mred'
    """
    return text.translate(_CONTROLS)


def escape_what_streams_cannot_write() -> None:
    r"""Make standard output and errors write ``\uXXXX`` for what their encoding does not have.

    Redirected into a file they have the code page of the system on Windows. The escapes are those
    of JSON, so that JSON stays whole and true.
    """
    codecs.register_error("persona_env.json_escape", _json_escape)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="persona_env.json_escape")


def _json_escape(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return json.dumps(error.object[error.start : error.end])[1:-1], error.end


def out() -> Console:
    """Where results go. Markup is off: replies and profiles may hold square brackets."""
    return Console(markup=False, highlight=False, emoji=False)


@cache
def notes() -> Console:
    """Where progress and errors go: one console, so that lines go past a bar that moves."""
    return Console(
        stderr=True, markup=False, highlight=False, emoji=False, soft_wrap=True,
        theme=Theme({"status.spinner": BAR}),
    )  # fmt: skip


def working(at: str) -> AbstractContextManager[Any]:
    """A context that says what goes on: on a terminal at once, elsewhere while it takes long."""
    return Job(notes()).waiting(at)


def say(text: str, hang: int | None = None) -> None:
    """Print lines where results go: whole where it is piped, in a terminal wrapped between words.

    The rest of a line begins at column ``hang``: by default two further than an indented line, and
    at the edge for one that is not. A word that is longer than a line, such as a path, stays whole.
    """
    for line in legible(text).split("\n"):
        _print_line(out(), line, hang)


def say_note(line: str) -> None:
    """Print a line for whoever waits, on standard error, wrapped as by :func:`say`."""
    _print_line(notes(), legible(line))


def _print_line(console: Console, line: str, hang: int | None = None) -> None:
    if hang is None:
        indent = len(line) - len(line.lstrip(" "))
        hang = indent + 2 if indent else 0
    start, body = line[:hang], line[hang:]
    width = console.width - cell_len(start)
    if not console.is_terminal or any(_stays_whole(word, width) for word in body.split()):
        console.print(line, soft_wrap=True)
        return
    for place, part in enumerate(Text(body).wrap(console, width) or [Text()]):
        console.print(f"{' ' * hang if place else start}{part.plain.rstrip()}")


def _stays_whole(word: str, width: int) -> bool:
    """Whether a word is longer than a line and holds no wide letters, between which it may break.

    >>> _stays_whole("/a/long/path", 8), _stays_whole("花岗岩石块打磨", 8)
    (True, False)
    """
    return width < cell_len(word) == len(word)


def show_json(value: Any) -> None:
    """Print a value as JSON."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=1))


def table(
    title: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[str | Text]],
    right: str = "",
    most: Mapping[str, int] | None = None,
    *,
    whole: Sequence[str] = (),
) -> Table:
    """A table of texts; the columns named in ``right`` (by spaces) hold numbers.

    Those in ``most`` wrap at so many cells of the terminal, which leaves more to the others, and
    those in ``whole`` at ends of lines alone.
    """
    most = most or {}
    made = Table(title=Text(title), title_justify="left", min_width=min(cell_len(title), WIDTH))
    for i, name in enumerate(columns):
        number = name in right.split()
        made.add_column(
            Text(name),
            justify="right" if number else "left",
            no_wrap=number or name in whole or (i == 0 and name not in most),
            max_width=most.get(name),
            overflow="fold",
        )
    for row in rows:
        cells: list[RenderableType] = [Text(legible(c)) if isinstance(c, str) else c for c in row]
        made.add_row(*cells)
    return made


def names(text: str | None) -> tuple[str, ...] | None:
    """The names of a list with commas; ``None`` stays ``None``.

    >>> names("wei, lin")
    ('wei', 'lin')
    """
    if text is None:
        return None
    return tuple(part.strip() for part in text.split(",") if part.strip())


def make_env(
    name: str,
    split: str,
    profiles: str | None = None,
    scenarios: str | None = None,
    visibility: Visibility = "full",
    *,
    prompts: str | None = None,
    terms: str | None = None,
    gates: str | None = None,
    **options: Any,
) -> tuple[gym.Env[Any, Any], PersonaEnv]:
    """An environment with the options of the command line; see :func:`make_text_env`.

    Lists are texts with commas. Prompts are of ``split`` unless they say otherwise. Of prompts that
    nobody asks it is said on standard error why, and of those without references what is judged.
    """
    check_split(split)  # before a data set is read
    asked: tuple[str | Scenario, ...] = names(scenarios) or ()
    own: tuple[Scenario, ...] = ()
    if prompts is not None:
        own = find_prompts(prompts, "train" if split == "all" else split)
        asked = (*asked, *own)
    with working("reading scenarios and users"):
        made, base = make_text_env(
            name, split=split, profiles=names(profiles), scenarios=asked or None,
            user_visibility=visibility, terms=names(terms), gates=names(gates), **options,
        )  # fmt: skip
    if asked:
        by = users_text(base, split) if own and profiles is None else ""
        for told in (left_out_text(base, own), by, references_text(base)):
            if told:
                say_note(told)
    return made, base


def tell_uncounted(base: PersonaEnv, imports: list[str] | None) -> None:
    """Say which terms of the modules of --import count in no reward of the environment."""
    if told := uncounted_text(base, imports):
        say_note(told)


def error_text(error: Exception) -> str:
    """An error as one message; a long list of known names is cut, the nearest name stands first."""
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.filename}: {error.strerror}"
    head, mark, known = str(error).partition(" Known: [")
    if len(known) > KNOWN_SHOWN:
        known = known[:KNOWN_SHOWN].rpartition(",")[0] + ", ...]"
    return head + mark + known


def linked(name: str, path: Path) -> Text:
    """A path that terminals which support links open; elsewhere the path alone."""
    return Text(f"{name}: ").append(str(path), style=f"link {path.absolute().as_uri()}")
