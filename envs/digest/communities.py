"""Communities as files hold them: members, written threads and small talk; weeks made of these."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import ValidationError, field_validator

from persona_env.errors import ScenarioError, nearest, read_error
from persona_env.files import read_toml

from .threads import Line, Thread, Woven, lines_of, weave
from .week import Frozen, Member

SEED = 3_101
FOLDER = Path(__file__).with_name("communities")


class Community(Frozen):
    """One group: its channel, its members, its threads and what is said beside them."""

    channel: str
    members: tuple[Member, ...]
    threads: tuple[Thread, ...]
    talk: tuple[Line, ...]

    @field_validator("talk", mode="before")
    @classmethod
    def _read(cls, given: Any) -> Any:
        return lines_of(given) if isinstance(given, str) else given

    def choose(self, names: Sequence[str]) -> list[Thread]:
        """Its threads of these names; ValueError, with the nearest one, for a name of none."""
        known = {thread.id: thread for thread in self.threads}
        for name in names:
            if name not in known:
                hint = nearest(name, known)
                raise ValueError(f"{self.channel!r} has no thread {name!r}.{hint}")
        return [known[name] for name in names]


@cache
def community(name: str) -> Community:
    """The community of ``communities/NAME.toml``.

    Raises :class:`ScenarioError` for a name that there is not, and for a file that is not whole.
    """
    known = {path.stem: path for path in FOLDER.glob("*.toml")}
    if name not in known:
        hint = nearest(name, known)
        raise ScenarioError(f"no community {name!r}: give one of {sorted(known)}.{hint}")
    data = read_toml(known[name], ScenarioError)
    try:
        return Community.model_validate(data)
    except ValidationError as error:
        raise ScenarioError(read_error(str(known[name]), error)) from error


def written_week(name: str, identity: str, threads: Sequence[str], talk: int) -> dict[str, Any]:
    """The fields of a week of a community: these threads, and ``talk`` lines of small talk.

    ``identity``, the scenario's id, decides when things are said.
    """
    group = community(name)
    rng = np.random.default_rng(np.random.SeedSequence([SEED, *identity.encode()]))
    chosen = rng.permutation(len(group.talk))[:talk]
    made = weave(group.choose(threads), [group.talk[int(i)] for i in chosen], rng)
    return fields_of(group.channel, group.members, made)


def fields_of(channel: str, members: Sequence[Member], made: Woven) -> dict[str, Any]:
    """What a week's scenario is given of its messages."""
    return {"channel": channel, "members": tuple(members), **made._asdict()}
