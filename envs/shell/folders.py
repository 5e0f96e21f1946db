"""Families about whole files and folders."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .plan import ENDINGS, FOLDERS, INNER, Plan, place, some, stem, stems, text

GAP = 2  # days around the limit in which no file lies


def days_of(rng: np.random.Generator, limit: int, older: bool) -> int:
    """An age that is clearly older, or clearly younger, than the limit."""
    if older:
        return int(rng.integers(limit + GAP, 3 * limit + 9))
    return int(rng.integers(0, max(1, limit - GAP)))


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
        plan.files[path] = {"text": text(rng), "days": days_of(rng, days, old)}
        if not old:
            plan.changes.append(("copy", path, f"{into}/{base}"))
    return plan


DRAWS: dict[str, Callable[[np.random.Generator], Plan]] = {
    draw.__name__: draw
    for draw in (
        rename_ending, move_matching, copy_folder, make_folders, put_in_place,
        gather, pack_folder, recent_copies,
    )
}  # fmt: skip
