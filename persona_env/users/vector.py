"""A user profile as numbers."""

from __future__ import annotations

from typing import get_args

import numpy as np
import numpy.typing as npt

from persona_env.languages import LANGUAGES
from persona_env.users.profile import TARGETS, AgeBand, ExpertiseField, Topic, UserProfile


def user_vector(user: UserProfile) -> npt.NDArray[np.float32]:
    """The numeric view, ``float32 of shape (P,)`` in ``[0, 10]``; axes in :func:`vector_names`.

    A categorical preference puts its weight on its target's axis; context axes are 0 or 1.
    """
    known = dict(_vector_items(user))
    return np.array([known.get(name, 0.0) for name in vector_names()], dtype=np.float32)


def vector_names() -> tuple[str, ...]:
    """The axes P of :func:`user_vector`."""
    wishes = [f"{name}={target}" for name, targets in TARGETS.items() for target in targets]
    ages = [f"age_band={band}" for band in get_args(AgeBand)]
    reads = [f"reads={code}" for code in LANGUAGES]
    fields = get_args(ExpertiseField)
    known = [f"{how}={field}" for how in ("verified", "claimed") for field in fields]
    risks = [f"vulnerable={topic}" for topic in get_args(Topic)]
    return (*wishes, "confidence_target", "avoid", *ages, *reads, *known, *risks)


def _vector_items(user: UserProfile) -> list[tuple[str, float]]:
    wishes = {name: getattr(user.preferences, name) for name in TARGETS}
    items = [(f"{name}={w.target}", w.weight) for name, w in wishes.items() if w is not None]
    if user.preferences.confidence_target is not None:
        items.append(("confidence_target", float(user.preferences.confidence_target.target)))
    if user.preferences.avoid is not None:
        items.append(("avoid", user.preferences.avoid.weight))
    if user.context.age_band is not None:
        items.append((f"age_band={user.context.age_band}", 1.0))
    items += [(f"reads={code}", 1.0) for code in user.context.languages]
    for e in user.context.expertise:
        items.append((f"{'verified' if e.verified else 'claimed'}={e.field}", 1.0))
    return items + [(f"vulnerable={topic}", 1.0) for topic in user.context.vulnerabilities]
