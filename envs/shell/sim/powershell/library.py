"""All cmdlets: a module that is imported here registers its own."""

from . import contents, folders, items, making, objects, telling
from .cmdlets import ALIASES, CMDLETS
from .session import run_powershell

__all__ = [
    "ALIASES", "CMDLETS", "contents", "folders", "items", "making", "objects", "run_powershell",
    "telling",
]  # fmt: skip
