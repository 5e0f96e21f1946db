"""Why a program of the sandbox has no result."""

from __future__ import annotations


class SandboxError(Exception):
    """A program that has no result; its text says why, in a few words."""


class Refused(SandboxError):
    """What the subset does not have: an import, an attribute, a statement."""


class Exceeded(SandboxError):
    """Too many steps, too much memory, or too deep."""


class Failed(SandboxError):
    """What Python would raise: a division by zero, a missing key, an unknown name."""
