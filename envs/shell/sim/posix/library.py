"""All tools: a module that is imported here registers its own."""

from . import (
    archives,
    batches,
    fields,
    files,
    finding,
    grep,
    listing,
    modes,
    printing,
    sed,
    sorting,
    tests,
    text,
    transfer,
)
from .session import TOOLS
from .shell import run_posix

__all__ = [
    "TOOLS",
    "archives",
    "batches",
    "fields",
    "files",
    "finding",
    "grep",
    "listing",
    "modes",
    "printing",
    "run_posix",
    "sed",
    "sorting",
    "tests",
    "text",
    "transfer",
]  # fmt: skip
