"""What a profile says of a digest: the role in the group, interests and order."""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import StrEnum
from typing import Any, cast, get_args

from persona_env.errors import ProfileError, nearest
from persona_env.languages import FACTS
from persona_env.users.profile import UserProfile
from persona_env.users.words import language_of

from .week import Role, Topic

ROLE = "extensions.group_role"
INTERESTS = "extensions.digest_interests"
ORDER = "extensions.digest_order"
STYLE = ("preferences.format", "preferences.length", "preferences.language")
WHO = (ROLE, INTERESTS, "preferences.length")
FIELDS = (ROLE, INTERESTS, ORDER, *STYLE)
ROLES: tuple[Role, ...] = get_args(Role)
TOPICS: tuple[Topic, ...] = get_args(Topic)
EVERYTHING = "everything"
WORDS = {"brief": (10, 80), "medium": (25, 180), "detailed": (60, 400)}
"""The least and the most words of a digest without its citations."""
WORDS_FOR_ALL = {"brief": (10, 50), "medium": (45, 100), "detailed": (60, 400)}
"""Those of a digest for all members: it has to leave out what some of them want."""
WORDS_A_POINT = 16
_PARTED = re.compile(r"\s*,\s*(?:and\s+)?|\s+and\s+")


class Order(StrEnum):
    """In which order points stand: ``extensions.digest_order``."""

    SAID = "in the order it was said"
    PERSON = "by person"
    DUE = "what is due first comes first"


def role_of(field: Callable[[str], Any]) -> Role | None:
    """The role of a user in the group; ``None`` for one of whom none is known."""
    value = field(ROLE)
    return cast(Role, value) if value in ROLES else None


def interests_of(field: Callable[[str], Any]) -> frozenset[Topic]:
    """The topics that interest a user; all where nothing is known.

    >>> sorted(interests_of({INTERESTS: "money and events"}.get))
    ['events', 'money']
    """
    value = field(INTERESTS)
    if value is None or value == EVERYTHING:
        return frozenset(TOPICS)
    return frozenset(cast(list[Topic], _PARTED.split(str(value))))


def order_of(field: Callable[[str], Any]) -> Order | None:
    """The order that a user wants."""
    value = field(ORDER)
    return None if value is None else Order(value)


def words_of(wish: str, *, for_all: bool) -> tuple[int, int]:
    """The least and the most words of a digest of this length, for one member or for all."""
    return (WORDS_FOR_ALL if for_all else WORDS)[wish]


def most_points(field: Callable[[str], Any], *, for_all: bool = False) -> int | None:
    """How many points fit a digest of the length that a user wants; ``None`` for any number."""
    wish = field("preferences.length")
    return None if wish is None else words_of(wish.target, for_all=for_all)[1] // WORDS_A_POINT


def digest_length(user: UserProfile, *, for_all: bool = False) -> tuple[int, int] | None:
    """The words of a digest for this user, or its characters where no blanks part words."""
    wish = user.preferences.length
    if wish is None:
        return None
    each = FACTS[language_of(user)].characters_per_word or 1.0
    low, high = words_of(wish.target, for_all=for_all)
    return round(low * each), round(high * each)


def check_user(user: UserProfile) -> None:
    """Refuse a role, interests and an order that there are not.

    Raises
    ------
    ProfileError
        It says what was given, what is allowed and the nearest valid name.
    """
    for path, allowed, role in (
        (ROLE, ROLES, "context"),
        (INTERESTS, (*TOPICS, EVERYTHING), "preference"),
        (ORDER, tuple(str(one) for one in Order), "preference"),
    ):
        name = path.removeprefix("extensions.")
        own = user.extensions.get(name)
        if own is None:
            continue
        if own.role != role:
            raise ProfileError(f"{name} has the role {role!r}, not {own.role!r}")
        for value in _PARTED.split(str(own.value)) if path == INTERESTS else (own.value,):
            if value not in allowed:
                hint = nearest(str(value), allowed)
                raise ProfileError(f"{name} {value!r} is not one of {list(allowed)}.{hint}")
