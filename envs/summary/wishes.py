"""What a profile says of summaries: which kinds of facts, how many words, in which form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from persona_env.errors import ProfileError, nearest
from persona_env.users.profile import UserProfile

from .compose import FORMS
from .scenario import KINDS, Kind

YES, NO = "yes", "no"
PREFIX = "summary_"
ALLOWED: dict[str, tuple[str, ...]] = {
    **{f"{PREFIX}{kind}": (YES, NO) for kind in KINDS},
    f"{PREFIX}words": ("20", "25", "30", "40", "50", "60"),
    f"{PREFIX}form": FORMS,
}
"""Every extension that is read, with its values; any may be unknown."""
FIELDS = tuple(f"extensions.{name}" for name in ALLOWED)
ALWAYS: tuple[Kind, ...] = ("event", "question")
"""What is told to a reader who states no kind, or none that the post has."""


class Wishes(NamedTuple):
    """The kinds that a reader wants told and left out, the most words, and the form."""

    told: frozenset[Kind]
    left_out: frozenset[Kind]
    words: int | None
    form: str | None


def wishes_of(value_of: Callable[[str], Any]) -> Wishes:
    """The preferences of a reader; ``value_of`` gives the field of a dotted path."""
    says = {kind: value_of(f"extensions.{PREFIX}{kind}") for kind in KINDS}
    words = value_of(f"extensions.{PREFIX}words")
    return Wishes(
        frozenset(kind for kind in KINDS if says[kind] == YES),
        frozenset(kind for kind in KINDS if says[kind] == NO),
        None if words is None else int(words),
        value_of(f"extensions.{PREFIX}form"),
    )


def check_wishes(user: UserProfile) -> None:
    """Raise :class:`ProfileError` for a preference that there is not, with the nearest one."""
    for name, own in user.extensions.items():
        if not name.startswith(PREFIX):
            continue
        if name not in ALLOWED:
            hint = nearest(name, ALLOWED)
            raise ProfileError(
                f"user {user.id!r}: unknown preference {name!r}. Allowed: {sorted(ALLOWED)}.{hint}"
            )
        if own.value not in ALLOWED[name]:
            hint = nearest(str(own.value), ALLOWED[name])
            raise ProfileError(
                f"user {user.id!r}: {name} {own.value!r} is not one of {list(ALLOWED[name])}.{hint}"
            )
        if own.role != "preference":
            raise ProfileError(
                f"user {user.id!r}: extensions.{name} has the role 'preference' here, not "
                f"{own.role!r}"
            )
