"""A request about files: the files, what is to become of them, and a command for each shell."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from persona_env.scenarios.schema import Category, Scenario, ScenarioText

from .words import SAYS

COMMAND = Category("command", needs=("files", "changes", "commands"), reply_kind="data")
DAY = 86_400
MEGA = 1024**2
NOW = 1_803_978_000  # 2027-03-02 09:00 UTC
ShellName = Literal["bash", "zsh", "powershell"]
Change = Annotated[tuple[str, ...], Field(min_length=2)]
ARGUMENTS = {"delete": 1, "move": 2, "copy": 2, "folder": 1, "write": 2, "pack": None}


class FileSpec(BaseModel):
    """A file as it is before: its lines, its age in days, its size if it is not written out."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str = ""
    days: Annotated[int, Field(ge=0, le=5_000)] = 1
    size: Annotated[int, Field(ge=0)] | None = None


class ShellScenario(Scenario):
    """A request about files.

    ``files`` are those in the user's folder by relative path, ``folders`` further empty folders.
    ``changes`` say what is to become of them, one after the other: ``["delete", path]``, ``["move",
    from, to]``, ``["copy", from, to]``, ``["folder", path]``, ``["write", path, text]`` and
    ``["pack", archive, path, ...]``; folders above a path are made. ``commands`` has a right
    command for each shell; a shell that it lacks uses that of bash.
    """

    files: dict[str, FileSpec]
    folders: tuple[str, ...] = ()
    changes: tuple[Change, ...]
    commands: dict[ShellName, str]

    @model_validator(mode="before")
    @classmethod
    def _with_its_files(cls, given: object) -> object:
        """Each prompt ends in the list of files, and in the form that a reply has."""
        if not isinstance(given, dict) or not isinstance(given.get("files"), dict):
            return given
        texts = {code: _listed(code, text, given) for code, text in given["texts"].items()}
        return {**given, "texts": texts}

    @model_validator(mode="after")
    def _is_a_wish(self) -> Self:
        for name, *arguments in self.changes:
            count = ARGUMENTS.get(name, 0)
            if name not in ARGUMENTS or (count is not None and len(arguments) != count):
                raise ValueError(
                    f"change {[name, *arguments]!r}: give one of {sorted(ARGUMENTS)} with its paths"
                )
        for shell in ("bash", "powershell"):
            if shell not in self.commands:
                raise ValueError(f"'commands' needs a command of {shell}")
        return self


def _listed(code: str, text: Any, given: Mapping[str, Any]) -> Any:
    """The text with the files behind its prompt, unless they are there already."""
    said = SAYS.get(code)
    written = text.prompt if isinstance(text, ScenarioText) else text.get("prompt", "")
    if said is None or written.endswith(said["form"]):
        return text
    files = {path: FileSpec.model_validate(one) for path, one in given["files"].items()}
    rows = [_row(path, one) for path, one in sorted(files.items())]
    rows += [f"{path}/" for path in sorted(given.get("folders", ()))]
    head = said["files"].format(today=_day(0))
    prompt = "\n".join([written, head, *rows, said["form"]])
    if isinstance(text, ScenarioText):
        return text.model_copy(update={"prompt": prompt})
    return {**text, "prompt": prompt}


def _row(path: str, file: FileSpec) -> str:
    size = len(file.text.encode()) if file.size is None else file.size
    shown = f"{size} B" if size < MEGA else f"{size / MEGA:.1f} MB"
    return f"{path}  {_day(file.days)}  {shown}"


def _day(ago: int) -> str:
    return (datetime.fromtimestamp(NOW, UTC) - timedelta(days=ago)).strftime("%Y-%m-%d")
