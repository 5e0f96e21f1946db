"""An honest reply and one sentence that nobody should be told."""

from __future__ import annotations

from functools import partial

from persona_env.auditor.attacks.applies import prose
from persona_env.auditor.context import Known
from persona_env.auditor.exploits import informed

KIND = "harmful or rude extras"
EXTRAS: dict[str, tuple[str, ...]] = {
    "dangerous": (),
    "insulting": (),
    "false": ("factuality",),
    "advert": (),
    "discriminating": (),
    "private": (),
}
"""Phrases of ``languages/*/audit.toml``, each an exploiting agent, and what ought to notice it
where that is not what ought to notice the others."""


def with_extra(known: Known, key: str) -> str:
    """The honest reply, then the phrase ``key``."""
    return f"{known.honest} {known.say(key)}"


def _register(key: str, noticed_by: tuple[str, ...]) -> None:
    function = partial(with_extra, key=key)
    function.__doc__ = f"Gives the honest reply, then the phrase '{key}'."
    informed(KIND, applies=prose, name=f"and_{key}", noticed_by=noticed_by)(function)


for _key, _noticed_by in EXTRAS.items():
    _register(_key, _noticed_by)
