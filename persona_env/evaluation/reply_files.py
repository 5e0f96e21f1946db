"""Files of replies: kept as they come, gone on with, and judged again.

Lines are those of :mod:`persona_env.evaluation.reply_lines`. The first line that an evaluation
writes, ``{"made_with": {...}}``, says with which options the replies were made.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from persona_env.agent import Failed, Reply
from persona_env.errors import PersonaEnvError
from persona_env.evaluation.asking import Key, Recorded, Wanted
from persona_env.evaluation.reply_lines import (
    COLUMNS,
    Cells,
    cells_of,
    cells_of_row,
    digest,
    line_of,
    read_line,
)
from persona_env.lines import Lines
from persona_env.outputs import check_target
from persona_env.rows import read_rows

TOLD = ("url",)
"""Of ``made_with``: what is told where it has changed, and not compared."""


class Given(NamedTuple):
    """A reply of a file: to which case, and the hash of the messages that were asked.

    Of a file that no evaluation wrote ``prompt`` may be anything.
    """

    key: Key
    reply: Reply
    prompt: str


class KeptReplies:
    """The replies of an evaluation in a file that grows with each of them.

    Parameters
    ----------
    path:
        The file. If it is there already, ``resume`` has to be true.
    made_with:
        All that the replies depend on, by name, as JSON has it.
    resume:
        Go on with the file: replies that are in it are not asked for again, failed ones are.

    Attributes
    ----------
    moved:
        Which of :data:`TOLD` has changed since the file was begun, in words; empty if none has.

    Raises
    ------
    PersonaEnvError
        If there is a file and it is not to be gone on with, or it was made with other options.
    """

    def __init__(self, path: Path, made_with: Cells, *, resume: bool = False) -> None:
        self.path, self.made_with = check_target(path), _as_json(made_with)
        self._lines = Lines(path, PersonaEnvError)
        self._replies: dict[Key, tuple[str, str]] = {}
        lines = [(where, cells_of(where, line)) for where, line in self._lines.read()]
        if lines and not resume:
            raise PersonaEnvError(
                f"{path} holds replies already: go on with them by --resume, or give another file"
            )
        self.moved = self._check_options(lines)
        for where, cells in lines[1:]:
            key, reply = read_line(where, cells)
            if not isinstance(reply, Failed):
                self._replies.setdefault(key, (reply, str(cells.get("prompt", ""))))
        self._is_new = not lines

    def __len__(self) -> int:
        return len(self._replies)

    def get(self, wanted: Wanted) -> str | None:
        """The reply in the file, if there is one; raises if it was made for another prompt."""
        found = self._replies.get(wanted.key)
        if found is None:
            return None
        if found[1] != digest(wanted.messages):
            raise PersonaEnvError(
                f"{self.path}: the reply for user {wanted.key.user!r} in scenario "
                f"{wanted.key.scenario!r} was made for another prompt: the users, the scenarios or "
                "the system text have changed since. Ask again into another file"
            )
        return found[0]

    def add(self, wanted: Wanted, reply: Reply) -> None:
        """Append a reply, or that it failed."""
        new = [json.dumps({"made_with": self.made_with}, ensure_ascii=False)] * self._is_new
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._lines.append([*new, line_of(wanted, reply)])
        self._is_new = False

    def _check_options(self, lines: list[tuple[str, dict[str, Any]]]) -> str:
        if not lines:
            return ""
        before = lines[0][1].get("made_with")
        if not isinstance(before, dict):
            raise PersonaEnvError(
                f"{self.path} does not say with which options it was made: --resume goes on with a "
                "file of --save-replies; judge another with --replies"
            )
        names = sorted({*before, *self.made_with})
        other = {
            name: f"{name} was {_shown(before, name)} and is {_shown(self.made_with, name)}"
            for name in names
            if before.get(name) != self.made_with.get(name)
        }
        moved = [other.pop(name) for name in TOLD if name in other]
        if other:
            raise PersonaEnvError(
                f"{self.path} was made with other options: {'; '.join(other.values())}. Give the "
                "same ones, or another file"
            )
        return "; ".join(moved)


class RecordedReplies(Recorded):
    """The replies of a file, to be judged: of those to the same case the first holds.

    A ``.csv`` file has the columns of :mod:`persona_env.evaluation.reply_lines` in its first row,
    any other file lines of JSON.

    Parameters
    ----------
    path:
        The file.
    user:
        Who asks where a reply does not say; ``None``: each must say.

    Attributes
    ----------
    made_with:
        The options it was made with, if an evaluation made it.
    given:
        Every reply of the file with its key, those that failed and doubles too, in its order.
    samples:
        How many replies a case has, at most.
    doubles:
        How many replies are left out since there was one before.

    Raises
    ------
    PersonaEnvError
        If it cannot be read, a line holds no reply, or there is none at all.
    """

    def __init__(self, path: Path, user: str | None = None) -> None:
        self.path, self._user = path, user
        if not path.is_file():
            raise PersonaEnvError(f"there is no file of replies {str(path)!r}")
        self.made_with: dict[str, Any] = {}
        self.doubles = 0
        self.given: list[Given] = []
        self._replies: dict[Key, Reply] = {}
        self._used: set[Key] = set()
        for where, cells in _rows(path):
            self._take(where, cells)
        if not self._replies:
            needed = [name for name in COLUMNS if user is None or name != "user"]
            raise PersonaEnvError(f"{path} holds no replies: each needs {needed}")
        self.samples = max(key.sample for key in self._replies)

    def find(self, wanted: Wanted) -> Reply | None:
        """The reply in the file; that it failed; ``None`` if it has none for this case."""
        self._used.add(wanted.key)
        return self._replies.get(wanted.key)

    def unused(self) -> list[Key]:
        """The replies that no case wanted."""
        return [key for key in self._replies if key not in self._used]

    def _take(self, where: str, cells: dict[str, Any]) -> None:
        if isinstance(cells.get("made_with"), dict):
            self.made_with = cells["made_with"]
            return
        key, reply = read_line(where, cells, self._user)
        self.given.append(Given(key, reply, str(cells.get("prompt", ""))))
        before = self._replies.get(key)
        if before is None or (isinstance(before, Failed) and not isinstance(reply, Failed)):
            self._replies[key] = reply  # a failed one was asked for again
        elif not isinstance(before, Failed) and not isinstance(reply, Failed):
            self.doubles += 1


def tell_unused(recorded: RecordedReplies, scenarios: Iterable[str], users: Iterable[str]) -> str:
    """What of a file was not judged, with its counts; empty if all was."""
    known, asking = set(scenarios), set(users)
    unused = recorded.unused()
    odd = [key for key in unused if key.scenario not in known or key.user not in asking]
    counts = Counter({"unknown": len(odd), "not asked for": len(unused) - len(odd)})
    counts["double"] = recorded.doubles
    found = [f"{n} {name}" for name, n in counts.items() if n]
    if odd:
        found[0] += f" (such as user {odd[0].user!r} in scenario {odd[0].scenario!r})"
    return ", ".join(found)


def _rows(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """The cells of each reply, with where they stand."""
    if path.suffix.lower() == ".csv":
        yield from ((row.where, cells_of_row(row.cells)) for row in read_rows(path))
        return
    file = Lines(path, PersonaEnvError)
    lines = file.read(is_whole=True)
    if lines and "made_with" in cells_of(*lines[0]):  # of a process that may have been killed
        lines = file.read()
    yield from ((where, cells_of(where, line)) for where, line in lines)


def _as_json(value: Cells) -> dict[str, Any]:
    plain: dict[str, Any] = json.loads(json.dumps(value))
    return plain


def _shown(options: Cells, name: str) -> str:
    return json.dumps(options[name], ensure_ascii=False) if name in options else "not given"
