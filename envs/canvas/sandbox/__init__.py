"""A small subset of Python, run by an evaluator of our own: nothing of the host is in reach.

There is no ``eval``, ``exec`` or import, no attribute but the methods of :mod:`.methods`, no name
but those a program defines and the functions of :mod:`.functions`. Steps, sizes and depth are
limited, so every run ends. What ends one early is a :class:`SandboxError`.
"""

from .errors import Exceeded, Failed, Refused, SandboxError
from .meter import Limits
from .program import Program, read_program

__all__ = ["Exceeded", "Failed", "Limits", "Program", "Refused", "SandboxError", "read_program"]
