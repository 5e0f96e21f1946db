"""find: walks a folder, tests what is there, and acts on it."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..entry import SEP, DiskError, base
from ..limits import Refused
from .commands import call
from .find_tests import Found, Test, counted
from .globs import matches, plain
from .options import whole
from .session import Session, Streams, UsageError, tool


@dataclass(slots=True)
class Search:
    """What is looked for, and what is done."""

    session: Session
    io: Streams
    least: int = 0
    most: int = 99
    depth_first: bool = False
    acts: bool = False
    later: list[tuple[list[str], list[str]]] = field(default_factory=list)
    status: int = 0


@tool("find")
def find(session: Session, io: Streams, args: list[str]) -> int:
    """find PATH... with tests, ( ), !, -o, -print, -delete and -exec."""
    start = next((i for i, w in enumerate(args) if w[:1] == "-" or w in ("(", "!")), len(args))
    roots, words = args[:start], args[start:]
    if not roots:
        if not session.gnu:
            raise UsageError("illegal option: give a folder, such as .")
        roots = ["."]
    search = Search(session, io)
    parser = Parser(search, words)
    test = parser.expression()
    if parser.rest:
        raise UsageError(f"paths must precede expression: '{parser.rest[0]}'")
    for root in roots:
        _walk(search, root, test)
    for words_of, names in search.later:
        if names and call(session, io, [*words_of, *names]):
            search.status = 1
    return search.status


def _walk(search: Search, root: str, test: Test) -> None:
    disk, path = search.session.disk, search.session.path(root)
    if disk.get(path) is None:
        search.io.err.append(f"find: '{root}': No such file or directory\n")
        search.status = 1
        return
    below = [one for one in disk.below(path)] if disk.is_dir(path) else []
    paths = [path, *below]
    if search.depth_first:
        paths.sort(key=lambda one: (-one.count(SEP), one))
    for one in paths:
        relative = one[len(path.rstrip(SEP)) :] if one != path else ""
        search.session.budget.spend()
        entry = disk.get(one)
        if entry is not None and search.least <= relative.count(SEP) <= search.most:
            is_fit = test(Found(root.rstrip(SEP) + relative if relative else root, one, entry))
            if is_fit and not search.acts:
                search.io.say((root.rstrip(SEP) + relative if relative else root) + "\n")


class Parser:
    """Reads an expression: ``-o`` binds less than what stands side by side, ``!`` more."""

    def __init__(self, search: Search, words: list[str]) -> None:
        self.search, self.rest = search, list(words)

    def expression(self) -> Test:
        """Alternatives."""
        options = [self._all()]
        while self.rest[:1] in (["-o"], ["-or"]):
            self.rest.pop(0)
            options.append(self._all())
        return lambda found: any(option(found) for option in options)

    def _all(self) -> Test:
        tests: list[Test] = []
        while self.rest and self.rest[0] not in ("-o", "-or", ")"):
            if self.rest[0] in ("-a", "-and"):
                self.rest.pop(0)
                continue
            tests.append(self._one())
        return lambda found: all(test(found) for test in tests)

    def _one(self) -> Test:
        word = self.rest.pop(0)
        if word in ("!", "-not"):
            if not self.rest:
                raise UsageError("expected an expression after '!'")
            inner = self._one()
            return lambda found: not inner(found)
        if word == "(":
            group = self.expression()
            if self.rest[:1] != [")"]:
                raise UsageError("missing closing ')'")
            self.rest.pop(0)
            return group
        if word in ("-exec", "-delete", "-print", "-print0"):
            return self._action(word)
        if word in ("-maxdepth", "-mindepth", "-depth"):
            return self._option(word)
        if word in ("-ok", "-execdir", "-printf", "-prune", "-ls", "-regex", "-perm", "-user"):
            raise Refused(f"calls find with {word}, which is not simulated")
        return self._test(word)

    def _option(self, word: str) -> Test:
        if word == "-depth":
            self.search.depth_first = True
        elif word == "-maxdepth":
            self.search.most = whole(self._value(word))
        else:
            self.search.least = whole(self._value(word))
        return lambda found: True

    def _value(self, word: str) -> str:
        if not self.rest:
            raise UsageError(f"missing argument to '{word}'")
        return self.rest.pop(0)

    def _test(self, word: str) -> Test:
        now, disk = self.search.session.disk.now, self.search.session.disk
        if word == "-empty":
            return lambda f: (not disk.children(f.path) if f.entry.kind == "dir"
                              else f.entry.size == 0)  # fmt: skip
        if word not in ("-name", "-iname", "-path", "-ipath", "-type", "-mtime", "-mmin", "-size",
                        "-newer"):  # fmt: skip
            raise UsageError(f"unknown predicate '{word}'")
        value = self._value(word)
        if word.endswith(("name", "path")):
            pattern, folds = plain(value), word[1] == "i"
            if word.endswith("name"):
                return lambda f: matches(pattern, base(f.shown) or f.shown, folds)
            return lambda f: matches(pattern, f.shown, folds)
        if word == "-type":
            if value not in ("f", "d"):
                raise Refused("looks for a type that is not simulated")
            return lambda f: f.entry.kind == {"f": "file", "d": "dir"}[value]
        if word == "-newer":
            other = disk.get(self.search.session.path(value))
            if other is None:
                raise UsageError(f"'{value}': No such file or directory")
            return lambda f: f.entry.time > other.time
        return counted(word, value, now, gnu=self.search.session.gnu)

    def _action(self, word: str) -> Test:
        self.search.acts = True
        session, io = self.search.session, self.search.io
        if word in ("-print", "-print0"):
            end = "\n" if word == "-print" else "\0"

            def show(found: Found) -> bool:
                io.say(found.shown + end)
                return True

            return show
        if word == "-delete":
            self.search.depth_first = True
            return self._delete
        words: list[str] = []
        while (
            self.rest and self.rest[0] != ";" and not (self.rest[0] == "+" and words[-1:] == ["{}"])
        ):
            words.append(self.rest.pop(0))
        if not self.rest or not words:
            raise UsageError("missing argument to '-exec'")
        if self.rest.pop(0) == "+":
            names: list[str] = []
            self.search.later.append((words[:-1], names))

            def keep(found: Found) -> bool:
                names.append(found.shown)
                return True

            return keep
        return lambda f: call(session, io, [w.replace("{}", f.shown) for w in words]) == 0

    def _delete(self, found: Found) -> bool:
        disk = self.search.session.disk
        if found.shown == ".":
            return True
        try:
            if disk.children(found.path):
                raise DiskError("Directory not empty")
            disk.remove(found.path)
        except DiskError as error:
            self.search.io.err.append(f"find: cannot delete '{found.shown}': {error}\n")
            self.search.status = 1
            return False
        return True
