"""The reward terms of the library, imported when they are first asked for."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from persona_env.registration import ENVIRONMENTS, load

PACKAGE = "persona_env.rewards.terms"
GENERAL = f"{PACKAGE}."
"""So begin the modules of terms that every environment has."""
OF_ENVIRONMENTS = "persona_env.envs."
BUILTIN = (GENERAL, OF_ENVIRONMENTS)


@cache
def load_builtin() -> None:
    """Register the built-in terms: one module each, and those of the bundled environments."""
    package = importlib.import_module(PACKAGE)
    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"{GENERAL}{module.name}")
    for entry in ENVIRONMENTS.values():  # each imports its own terms
        if entry.startswith(OF_ENVIRONMENTS):
            load(entry)
