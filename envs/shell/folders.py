"""Families about whole files and folders."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .plan import ENDINGS, FOLDERS, INNER, Plan, place, some, stem, stems, text

MEGA = 1024**2
GAP = 2  # days around the limit in which no file lies


def _days(rng: np.random.Generator, limit: int, older: bool) -> int:
    """An age that is clearly older, or clearly younger, than the limit."""
    if older:
        return int(rng.integers(limit + GAP, 3 * limit + 9))
    return int(rng.integers(0, max(1, limit - GAP)))


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
        plan.files[path] = {"text": text(rng), "days": _days(rng, days, old)}
        if goes and matches:
            plan.changes.append(("delete", path))
    return plan


def rename_ending(rng: np.random.Generator) -> Plan:
    """Give files another ending."""
    folder, (ext, new, decoy) = some(rng, FOLDERS, 1)[0], some(rng, ENDINGS, 3)
    plan = Plan(
        {"folder": folder, "ext": ext, "new": new},
        f'for f in {folder}/*.{ext}; do mv "$f" "${{f%.{ext}}}.{new}"; done',
        f"Get-ChildItem {folder} -Filter *.{ext} | Rename-Item -NewName "
        f"{{ $_.BaseName + '.{new}' }}",
    )
    for at, name in enumerate(stems(rng, 6)):
        inside = f"{folder}/{INNER[int(rng.integers(len(INNER)))]}" if at == 4 else folder
        path = f"{inside}/{name}.{decoy if at == 5 else ext}"
        plan.files[path] = {"text": text(rng)}
        if at < 4:
            plan.changes.append(("move", path, f"{folder}/{name}.{new}"))
    return plan


def move_matching(rng: np.random.Generator) -> Plan:
    """Move what begins with a name into a new folder."""
    folder, into = some(rng, FOLDERS, 2)
    ext, start = some(rng, ENDINGS, 1)[0], stem(rng)
    plan = Plan(
        {"folder": folder, "into": into, "start": start},
        f"mkdir -p {into} && mv {folder}/{start}* {into}",
        f"New-Item -ItemType Directory {into}; Move-Item {folder}\\{start}* {into}",
    )
    for at in range(3):
        path = f"{folder}/{start}-{at + 1}.{ext}"
        plan.files[path] = {"text": text(rng)}
        plan.changes.append(("move", path, f"{into}/{start}-{at + 1}.{ext}"))
    for name in stems(rng, 4):
        if not name.startswith(start):
            plan.files[f"{folder}/{name}.{ext}"] = {"text": text(rng)}
    return plan


def copy_folder(rng: np.random.Generator) -> Plan:
    """Copy a folder."""
    folder, into, other = some(rng, FOLDERS, 3)
    ext, into = some(rng, ENDINGS, 1)[0], f"{into}-copy"
    plan = Plan(
        {"folder": folder, "into": into},
        f"cp -r {folder} {into}",
        f"Copy-Item {folder} {into} -Recurse",
    )
    inner = some(rng, INNER, 1)[0]
    for at, name in enumerate(stems(rng, 5)):
        path = f"{other if at == 4 else place(rng, folder, inner)}/{name}.{ext}"
        plan.files[path] = {"text": text(rng)}
        if at == 0:
            plan.files[f"{folder}/{name}.md"] = {"text": text(rng)}
    plan.changes.append(("copy", folder, into))
    return plan


def make_folders(rng: np.random.Generator) -> Plan:
    """Make a folder with three in it."""
    folder, other = some(rng, FOLDERS, 2)
    folder = f"{folder}-{int(rng.integers(10, 99))}"
    a, b, c = (f"{name}-{int(rng.integers(10, 99))}" for name in some(rng, INNER, 3))
    plan = Plan(
        {"folder": folder, "a": a, "b": b, "c": c},
        f"mkdir -p {folder}/{a} {folder}/{b} {folder}/{c}",
        f"New-Item -ItemType Directory {folder}\\{a}, {folder}\\{b}, {folder}\\{c}",
    )
    for name in stems(rng, 2):
        plan.files[f"{other}/{name}.txt"] = {"text": text(rng)}
    plan.changes += [("folder", f"{folder}/{one}") for one in (a, b, c)]
    return plan


def put_in_place(rng: np.random.Generator) -> Plan:
    """Write a copy of one file over another."""
    folder, other = some(rng, FOLDERS, 2)
    (one, two, rest), ext = stems(rng, 3), some(rng, ENDINGS, 1)[0]
    source, target = f"{folder}/{one}.{ext}", f"{other}/{two}.{ext}"
    plan = Plan(
        {"source": source, "target": target},
        f"cp {source} {target}",
        f"Copy-Item {source} {target}".replace("/", "\\"),
    )
    for path in (source, target, f"{other}/{rest}.{ext}"):
        plan.files[path] = {"text": text(rng)}
    plan.changes.append(("copy", source, target))
    return plan


def drop_folder(rng: np.random.Generator) -> Plan:
    """Delete a folder."""
    folder, other = some(rng, FOLDERS, 2)
    folder = f"{folder}/{some(rng, INNER, 1)[0]}"
    plan = Plan({"folder": folder}, f"rm -r {folder}", f"Remove-Item {folder} -Recurse".replace("/", "\\"))
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


def gather(rng: np.random.Generator) -> Plan:
    """Move files of one ending from all over a folder into one."""
    folder, into = some(rng, FOLDERS, 2)
    (ext, decoy), inner = some(rng, ENDINGS, 2), some(rng, INNER, 1)[0]
    plan = Plan(
        {"folder": folder, "ext": ext, "into": into},
        f"find {folder} -name '*.{ext}' -exec mv {{}} {into} \\;",
        f"Get-ChildItem {folder} -Filter *.{ext} -Recurse | Move-Item -Destination {into}",
        folders=(into, f"{folder}/{inner}"),
    )
    for at, name in enumerate(stems(rng, 5)):
        path = f"{place(rng, folder, inner)}/{name}.{decoy if at == 3 else ext}"
        plan.files[path] = {"text": text(rng)}
        if at != 3:
            plan.changes.append(("move", path, f"{into}/{name}.{ext}"))
    return plan


def pack_folder(rng: np.random.Generator) -> Plan:
    """Put a folder into an archive."""
    folder, other = some(rng, FOLDERS, 2)
    into, inner = f"{folder}-{int(rng.integers(2020, 2027))}.zip", some(rng, INNER, 1)[0]
    plan = Plan(
        {"folder": folder, "into": into},
        f"zip -r {into} {folder}",
        f"Compress-Archive {folder} {into}",
    )
    for at, name in enumerate(stems(rng, 5)):
        inside = other if at == 4 else place(rng, folder, inner)
        plan.files[f"{inside}/{name}.{ENDINGS[int(rng.integers(len(ENDINGS)))]}"] = {
            "text": text(rng)
        }
    plan.files[f"{folder}/{stem(rng)}.readme"] = {"text": text(rng)}
    plan.changes.append(("pack", into, folder))
    return plan


def recent_copies(rng: np.random.Generator) -> Plan:
    """Copy what changed in the last days."""
    folder, into = some(rng, FOLDERS, 2)
    inner, days = some(rng, INNER, 1)[0], int(rng.integers(5, 60))
    plan = Plan(
        {"folder": folder, "days": days, "into": into},
        f"find {folder} -type f -mtime -{days} -exec cp {{}} {into} \\;",
        f"Get-ChildItem {folder} -Recurse -File | Where-Object "
        f"{{ $_.LastWriteTime -gt (Get-Date).AddDays(-{days}) }} | Copy-Item -Destination {into}",
        folders=(into,),
    )
    for at, name in enumerate(stems(rng, 6)):
        old = at in (1, 4)
        base = f"{name}.{ENDINGS[int(rng.integers(len(ENDINGS)))]}"
        path = f"{place(rng, folder, inner)}/{base}"
        plan.files[path] = {"text": text(rng), "days": _days(rng, days, old)}
        if not old:
            plan.changes.append(("copy", path, f"{into}/{base}"))
    return plan


DRAWS: dict[str, Callable[[np.random.Generator], Plan]] = {
    draw.__name__: draw
    for draw in (
        old_files, rename_ending, move_matching, copy_folder, make_folders, put_in_place,
        drop_folder, large_files, keep_only, gather, pack_folder, recent_copies,
    )
}  # fmt: skip
