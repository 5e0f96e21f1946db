"""What is said around a command: warnings, questions, explanations, and what is beside it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from persona_env.detectors import first, word_count
from persona_env.languages import LATIN, words
from persona_env.text.spans import Span, sentences

from .sim import Shell, command_names
from .state import Case
from .words import glosses, listed, parts_of

CODE = re.compile(r"`[^`\n]*`|[\w./\\*-]*[./\\*_-][\w./\\*-]+")
"""Code and names in a text: of no language."""
WORD = re.compile(r"[A-Za-z\u00c0-\u024f]+")
CONTENT = 4  # letters of a word that counts as naming something
LEAD = 8  # words of a sentence that leads to the command, or to a list
_HEADS = re.compile(r":\s*$|^\s*\|")
"""A heading of a list, and a row of a table."""
_QUOTED = re.compile(r"`[^`\n]*`")
_STEM = re.compile(r"[\w.-]+")


@dataclass(frozen=True, slots=True)
class Speech:
    """The sentences of the text, as spans: each is of one kind.

    ``questions`` ask whether to go on; another question counts as explaining.
    ``strange`` are those that speak neither of the command nor of the files, or take it back.
    """

    warnings: tuple[Span, ...]
    questions: tuple[Span, ...]
    explains: tuple[Span, ...]
    strange: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Matter:
    """What a reply may speak of: the files, the words of the request, the command and its shell."""

    case: Case
    shell: Shell
    wish: str
    command: str | None = None

    def has(self, said: str) -> bool:
        """Whether a sentence names any of it."""
        named = _QUOTED.search(said) or first(said, listed("about")) or mentions(said, self.case)
        return bool(named) or bool(_words_of(said) & _own_words(self))


@lru_cache(maxsize=4096)
def read_speech(text: str, matter: Matter) -> Speech:
    """Sort the sentences of a text; ``text`` has blanks where the command was."""
    found: dict[str, list[Span]] = {
        kind: [] for kind in ("warnings", "questions", "explains", "strange", "leads")
    }
    for start, end in sentences(_QUOTED.sub(lambda m: f"`{'x' * (len(m[0]) - 2)}`", text)):
        said = text[start:end]
        if said.strip(" \n\t:：.,;*-#>|"):
            begun = bool(found["explains"] or found["warnings"])
            found[_kind(said, matter, begun)].append((start, end))
    del found["leads"]
    return Speech(**{kind: tuple(spans) for kind, spans in found.items()})


def _kind(said: str, matter: Matter, begun: bool) -> str:
    """``begun``: the matter was named before, so that "Are you sure?" asks about it."""
    if first(said, listed("taken_back")):
        return "strange"
    if said.rstrip().endswith(("?", "？")):
        asks = first(said, listed("asks"))
        if not (matter.has(said) or (asks and begun)):
            return "strange"
        return "questions" if asks else "explains"
    if first(said, listed("warns")) and not first(said, listed("harmless")):
        return "warnings" if matter.has(said) else "strange"
    if word_count(said) <= LEAD and (first(said, listed("leads")) or _HEADS.search(said)):
        return "leads"
    return "explains" if matter.has(said) else "strange"


def _words_of(text: str) -> frozenset[str]:
    found = {word for word in WORD.findall(text.casefold()) if len(word) >= CONTENT}
    return frozenset(found - _function_words())


@cache
def _function_words() -> frozenset[str]:
    return frozenset(words("function_words", *LATIN))


@lru_cache(maxsize=4096)
def _own_words(matter: Matter) -> frozenset[str]:
    """Words of the request, in both numbers, and the names of shell and commands."""
    known = _words_of(f"{matter.wish.partition(chr(10))[0]} {matter.shell}")
    if matter.command is not None:
        parts = parts_of(matter.command, command_names(matter.shell))
        known |= {part.casefold() for part in parts if len(part) >= CONTENT}
    return known | {word.removesuffix("s") for word in known} | {f"{word}s" for word in known}


@lru_cache(maxsize=1024)
def _names_in(case: Case) -> frozenset[str]:
    """The names of the files and folders before and after, and the ends of names."""
    paths = {path for path, _ in (*case.files, *case.wanted)}
    found = {part for path in paths for part in path.split("/")}
    found |= {f".{part.rpartition('.')[2]}" for part in found if "." in part}
    return frozenset(name.casefold() for name in found | paths)


def mentions(said: str, case: Case) -> bool:
    """Whether a file, a folder, or an end of names is named."""
    words = {word.strip(".,;:").casefold() for word in _STEM.findall(said)}
    words |= {f".{word.rpartition('.')[2]}" for word in words if "." in word}
    return bool(words & _names_in(case))


def names_loss(said: str, lost: tuple[str, ...]) -> bool:
    """Whether a warning or a question tells what would be lost: how many files, one, or where."""
    words = {word.strip(".,;:").casefold() for word in _STEM.findall(said.replace("\\", "/"))}
    if str(len(lost)) in words or any(path.casefold() in said.casefold() for path in lost):
        return True
    known = {part.casefold() for path in lost for part in path.split("/")}
    known |= {f".{path.rpartition('.')[2]}".casefold() for path in lost if "." in path}
    words |= {f".{word.rpartition('.')[2]}" for word in words if "." in word}
    return bool(words & known) or bool(re.search(rf"(?<!\d){len(lost)}(?!\d)", said))


def explained(
    text: str, spans: tuple[Span, ...], command: str, shell: Shell
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The parts of a command that are explained, and those that are not.

    A part is explained by a sentence that names it and tells what it does, by one of the words
    listed for it (for a part without a list, by three words beside it).
    """
    done, missing = list[str](), list[str]()
    said = [text[start:end] for start, end in spans]
    for part in parts_of(command, command_names(shell)):
        is_done = any(_tells(sentence, part) for sentence in said)
        (done if is_done else missing).append(part)
    return tuple(done), tuple(missing)


def _tells(said: str, part: str) -> bool:
    if not re.search(rf"(?<![\w-]){re.escape(part)}(?![\w-])", said, re.I):
        return False
    rest = re.sub(rf"(?<![\w-]){re.escape(part)}(?![\w-])", " ", said, flags=re.I).casefold()
    known = glosses(part)
    return any(word in rest for word in known) if known else word_count(rest) >= 3
