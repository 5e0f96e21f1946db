"""Families in which files are deleted."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .folders import days_of
from .plan import ENDINGS, FOLDERS, INNER, Plan, place, some, stems, text

MEGA = 1024**2


def old_files(rng: np.random.Generator) -> Plan:
    """Delete what is older than so many days, of one ending."""
    folder, other = some(rng, FOLDERS, 2)
    ext, decoy = some(rng, ENDINGS, 2)
    inner, days = some(rng, INNER, 1)[0], int(rng.integers(7, 120))
    plan = Plan(
        {"folder": folder, "ext": ext, "days": days},
        f"find {folder} -name '*.{ext}' -mtime +{days} -delete",
        f"Get-ChildItem {folder} -Filter *.{ext} -Recurse | Where-Object "
        f"{{ $_.LastWriteTime -lt (Get-Date).AddDays(-{days}) }} | Remove-Item",
    )
    for at, name in enumerate(stems(rng, 7)):
        goes, matches = at in (0, 3, 5), at < 5
        path = f"{place(rng, folder, inner)}/{name}.{ext if matches or at == 6 else decoy}"
        path = f"{other}/{name}.{ext}" if at == 6 else path
        old = goes or at in (5, 6)
        plan.files[path] = {"text": text(rng), "days": days_of(rng, days, old)}
        if goes and matches:
            plan.changes.append(("delete", path))
    return plan


def drop_folder(rng: np.random.Generator) -> Plan:
    """Delete a folder."""
    folder, other = some(rng, FOLDERS, 2)
    folder = f"{folder}/{some(rng, INNER, 1)[0]}"
    plan = Plan(
        {"folder": folder}, f"rm -r {folder}", f"Remove-Item {folder} -Recurse".replace("/", "\\")
    )
    exts = some(rng, ENDINGS, 3)
    for at, name in enumerate(stems(rng, 6)):
        inside = folder if at < 3 else folder.partition("/")[0] if at == 3 else other
        plan.files[f"{inside}/{name}.{exts[at % 3]}"] = {"text": text(rng)}
    plan.changes.append(("delete", folder))
    return plan


def large_files(rng: np.random.Generator) -> Plan:
    """Delete what is larger than so many MB."""
    folder, other = some(rng, FOLDERS, 2)
    inner, size = some(rng, INNER, 1)[0], int(rng.integers(3, 90))
    plan = Plan(
        {"folder": folder, "size": size},
        f"find {folder} -type f -size +{size}M -delete",
        f"Get-ChildItem {folder} -Recurse -File | Where-Object {{ $_.Length -gt {size}MB }} | "
        "Remove-Item",
    )
    for at, name in enumerate(stems(rng, 6)):
        large = at in (0, 2, 5)
        inside = other if at == 5 else place(rng, folder, inner)
        path = f"{inside}/{name}.{ENDINGS[int(rng.integers(len(ENDINGS)))]}"
        span = (size + 2, 3 * size + 5) if large else (1, max(2, size - 1))
        plan.files[path] = {"size": int(rng.integers(*span)) * MEGA - int(rng.integers(999)),
                            "text": text(rng, 1)}  # fmt: skip
        if large and at != 5:
            plan.changes.append(("delete", path))
    return plan


def keep_only(rng: np.random.Generator) -> Plan:
    """Delete all but one ending."""
    folder, other = some(rng, FOLDERS, 2)
    (ext, *others), inner = some(rng, ENDINGS, 3), some(rng, INNER, 1)[0]
    plan = Plan(
        {"folder": folder, "ext": ext},
        f"find {folder} -type f ! -name '*.{ext}' -delete",
        f"Get-ChildItem {folder} -Recurse -File | Where-Object {{ $_.Extension -ne '.{ext}' }} | "
        "Remove-Item",
    )
    for at, name in enumerate(stems(rng, 6)):
        stays = at in (1, 4)
        inside = other if at == 5 else place(rng, folder, inner)
        path = f"{inside}/{name}.{ext if stays else others[at % 2]}"
        plan.files[path] = {"text": text(rng)}
        if not stays and at != 5:
            plan.changes.append(("delete", path))
    return plan


DRAWS: dict[str, Callable[[np.random.Generator], Plan]] = {
    draw.__name__: draw for draw in (old_files, drop_folder, large_files, keep_only)
}
