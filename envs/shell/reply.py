"""What of a reply is the command, and what is said around it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from .sim import Shell, command_names

FENCE = re.compile(r"^[ \t]*```[^\n`]*\n(.*?)^[ \t]*```[ \t]*$", re.S | re.M)
PROMPT = re.compile(r"^(?:\$|%|PS(?: [^>\n]*)?>)\s+", re.M)
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Reply:
    """The command (``None`` without one) with its span, and the reply with blanks in its place.

    ``several`` says that there are more commands than one: then none is taken.
    """

    command: str | None
    span: Span
    text: str
    several: bool = False


@lru_cache(maxsize=4096)
def read_reply(reply: str, shell: Shell) -> Reply:
    """The command is the only code block; without any, a reply of one line that begins as one.

    >>> read_reply("This lists all files:\\n```bash\\n$ ls -a\\n```", Shell.BASH).command
    'ls -a'
    >>> read_reply("ls -a", Shell.BASH).command, read_reply("Which one?", Shell.BASH).command
    ('ls -a', None)
    """
    blocks = [found for found in FENCE.finditer(reply) if found[1].strip()]
    if len(blocks) == 1:
        found = blocks[0]
        text = reply[: found.start()] + " " * len(found[0]) + reply[found.end() :]
        return Reply(PROMPT.sub("", found[1]).strip(), found.span(1), text)
    if blocks:
        return Reply(None, (0, len(reply)), reply, several=True)
    bare = reply.strip()
    line = bare.strip("`") if "`" not in bare.strip("`") else bare
    if "\n" not in line and not line.endswith(("?", "？")) and _begins(line, shell):
        return Reply(PROMPT.sub("", line).strip(), (0, len(reply)), " " * len(reply))
    return Reply(None, (0, 0), reply)


def _begins(line: str, shell: Shell) -> bool:
    """Whether the first word is a command of this shell, as it is written there."""
    word = re.match(r"[^\s;|(]+", PROMPT.sub("", line))
    if word is None:
        return False
    name = word[0].lower() if shell is Shell.POWERSHELL else word[0]
    return name in command_names(shell) or name == "for"
