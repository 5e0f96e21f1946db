"""Cmdlets that give what they are told: texts, dates, paths."""

from __future__ import annotations

from typing import Any

from ..entry import SEP
from ..limits import Refused
from .cmdlets import Given, Shell, cmdlet
from .methods import dated
from .values import Date, text_of


@cmdlet("Get-Date", "format date", "", "date")
def get_date(shell: Shell, given: Given) -> list[Any]:
    """Now."""
    if "date" in given:
        raise Refused("reads a date, which is not simulated")
    now = Date(shell.disk.now)
    return [dated(now, text_of(given["format"]))] if "format" in given else [now]


@cmdlet("Write-Output", "inputobject", "noenumerate", "inputobject", "echo write")
def write_output(shell: Shell, given: Given) -> list[Any]:
    """What it is given."""
    value = given.values.get("inputobject", given.input)
    return value if isinstance(value, list) else [] if value is None else [value]


@cmdlet("Write-Host", "object foregroundcolor", "nonewline", "object")
def write_host(shell: Shell, given: Given) -> list[Any]:
    """Nothing that a pipeline hands over."""
    return []


@cmdlet("Out-Null", "", "", "")
def out_null(shell: Shell, given: Given) -> list[Any]:
    """Nothing."""
    return []


@cmdlet("Join-Path", "path childpath", "", "path childpath")
def join_path(shell: Shell, given: Given) -> list[Any]:
    """A folder and a name as one path."""
    folder, name = (text_of(given.values.get(key)) for key in ("path", "childpath"))
    return [f"{folder.rstrip(SEP + chr(92))}\\{name}"]


@cmdlet("Split-Path", "path", "leaf parent leafbase", "path")
def split_path(shell: Shell, given: Given) -> list[Any]:
    """The last name of a path, or what stands before it."""
    found = []
    for one in given.texts("path") or [text_of(i) for i in given.input or []]:
        above, _, name = one.replace(SEP, "\\").rstrip("\\").rpartition("\\")
        found.append(name if "leaf" in given else name.rpartition(".")[0] or name
                     if "leafbase" in given else above)  # fmt: skip
    return found
