"""Cmdlets that filter, sort, count and change what a pipeline hands over."""

from __future__ import annotations

from typing import Any

from ..limits import Refused
from .cmdlets import CMDLETS, Args, Cmdlet, Given, Shell, cmdlet
from .items import is_kept
from .methods import called, operated
from .syntax import Block
from .values import Date, ShellError, is_true, member, text_of

CALLS = ("tolower", "toupper", "trim", "tostring")


@cmdlet("Where-Object", "filterscript property value",
        "eq ne lt le gt ge like notlike match notmatch", "filterscript", "where ?")  # fmt: skip
def where_object(shell: Shell, given: Given) -> list[Any]:
    """What a block, or a comparison of a property, is true of."""
    test = given.values.get("filterscript")
    if isinstance(test, Block):
        return [one for one in given.input or [] if is_kept(shell, test, one)]
    name = text_of(test or given.values.get("property")).lower()
    return [one for one in given.input or [] if is_true(member(one, name, shell.disk.now))]


class Where(Cmdlet):
    """Where-Object, which also takes ``Length -gt 5`` without a block."""

    def __call__(self, shell: Shell, args: Args, given: list[Any] | None) -> list[Any]:
        """See :class:`Cmdlet`."""
        signs = [i for i, (name, _) in enumerate(args) if name and name.lower() in self.switches]
        if not signs:
            return Cmdlet.__call__(self, shell, args, given)
        loose = [node for name, node in args if name is None and node is not None]
        if len(signs) != 1 or len(loose) != 2:
            raise ShellError("Where-Object takes a property, an operator and a value.")
        name, value = (shell.value(node) for node in loose)
        sign = str(args[signs[0]][0]).lower()
        of = text_of(name).lower()
        return [one for one in given or []
                if is_true(operated(sign, member(one, of, shell.disk.now), value))]  # fmt: skip


_PLAIN = CMDLETS["where-object"]
CMDLETS["where-object"] = Where(
    _PLAIN.name, _PLAIN.run, _PLAIN.values, _PLAIN.switches, _PLAIN.places
)


@cmdlet("ForEach-Object", "process membername", "", "process", "foreach %")
def foreach_object(shell: Shell, given: Given) -> list[Any]:
    """What a block, or a member, gives for each."""
    act, found = given.values.get("process", given.values.get("membername")), list[Any]()
    for one in given.input or []:
        if isinstance(act, Block):
            found += shell.call(act, one)
        else:
            name = text_of(act).lower()
            found.append(called(one, name, []) if name in CALLS
                         else member(one, name, shell.disk.now))  # fmt: skip
    return found


def _of(shell: Shell, given: Given, value: Any) -> Any:
    """What is sorted or grouped by."""
    by = given.values.get("property")
    if isinstance(by, list):
        raise Refused("sorts by several properties, which is not simulated")
    if isinstance(by, Block):
        made = shell.call(by, value)
        value = made[0] if made else None
    elif by is not None:
        value = member(value, text_of(by).lower(), shell.disk.now)
    if isinstance(value, Date):
        return (0, value.seconds, "")
    if isinstance(value, int | float):
        return (0, float(value), "")
    return (1, 0.0, text_of(value).casefold())


@cmdlet("Sort-Object", "property", "descending unique casesensitive", "property", "sort")
def sort_object(shell: Shell, given: Given) -> list[Any]:
    """In order, by a property or itself."""
    shell.budget.spend(len(given.input or []))
    found = sorted(given.input or [], key=lambda one: _of(shell, given, one),
                   reverse="descending" in given)  # fmt: skip
    if "unique" not in given:
        return found
    return list({_of(shell, given, one): one for one in found[::-1]}.values())[::-1]


@cmdlet("Get-Unique", "", "asstring", "", "gu")
def get_unique(shell: Shell, given: Given) -> list[Any]:
    """Without what equals the one before."""
    kept: list[Any] = []
    for one in given.input or []:
        if not kept or kept[-1] != one:
            kept.append(one)
    return kept


@cmdlet("Select-Object", "property first last skip expandproperty", "unique", "property", "select")
def select_object(shell: Shell, given: Given) -> list[Any]:
    """The first, the last, or a property of each."""
    found = list(given.input or [])
    if "skip" in given:
        found = found[given.number("skip") :]
    if "first" in given:
        found = found[: given.number("first")]
    if "last" in given:
        found = found[max(0, len(found) - given.number("last")) :]
    if "expandproperty" in given:
        name = text_of(given["expandproperty"]).lower()
        found = [member(one, name, shell.disk.now) for one in found]
    if "property" in given:
        raise Refused("selects properties as a table, which is not simulated")
    if "unique" in given:
        found = list({text_of(one): one for one in found[::-1]}.values())[::-1]
    return found


@cmdlet("Measure-Object", "property", "line word character sum", "property", "measure")
def measure_object(shell: Shell, given: Given) -> list[Any]:
    """How many there are."""
    raise Refused("measures, which is not simulated; use .Count")
