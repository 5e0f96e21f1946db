"""Families about what is in files."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .plan import ENDINGS, FOLDERS, INNER, WORDS, Plan, some, stem, stems, text

TEXTS = ("txt", "log", "csv", "md", "conf")


def replace_word(rng: np.random.Generator) -> Plan:
    """Replace a word in all files of one ending."""
    folder, (ext, decoy) = some(rng, FOLDERS, 1)[0], some(rng, TEXTS, 2)
    word, new = some(rng, WORDS, 2)
    plan = Plan(
        {"folder": folder, "ext": ext, "word": word, "new": new},
        f"sed -i 's/{word}/{new}/g' {folder}/*.{ext}",
        f"Get-ChildItem {folder} -Filter *.{ext} | ForEach-Object "
        f"{{ (Get-Content $_) -replace '{word}', '{new}' | Set-Content $_ }}",
        zsh=f"sed -i '' 's/{word}/{new}/g' {folder}/*.{ext}",
    )
    for at, name in enumerate(stems(rng, 5)):
        lines = text(rng, 3, without=(word, new))
        lines += f"{word} and {word} {at}\n" if at != 2 else ""
        path = f"{folder}/{name}.{decoy if at == 3 else ext}"
        plan.files[path] = {"text": lines}
        if at not in (2, 3):
            plan.changes.append(("write", path, lines.replace(word, new)))
    return plan


def collect_lines(rng: np.random.Generator) -> Plan:
    """Collect the lines with a word in a new file."""
    folder, ext = some(rng, FOLDERS, 1)[0], some(rng, TEXTS, 1)[0]
    word, into = some(rng, WORDS, 1)[0], f"{stem(rng)}-found.txt"
    plan = Plan(
        {"folder": folder, "ext": ext, "word": word, "into": into},
        f"grep -h {word} {folder}/*.{ext} > {into}",
        f"Select-String -Pattern {word} -Path {folder}\\*.{ext} -Raw > {into}",
    )
    found = []
    for name in sorted(stems(rng, 4)):
        lines = text(rng, 2, without=(word,)) + f"the {word} {int(rng.integers(999))}\n"
        lines += text(rng, 1, without=(word,))
        plan.files[f"{folder}/{name}.{ext}"] = {"text": lines}
        found += [line for line in lines.splitlines(keepends=True) if word in line]
    plan.files[f"{folder}/{INNER[0]}/{stem(rng)}.{ext}"] = {"text": f"a {word} elsewhere\n"}
    plan.changes.append(("write", into, "".join(found)))
    return plan


def join_parts(rng: np.random.Generator) -> Plan:
    """Join numbered parts into one file."""
    folder, ext = some(rng, FOLDERS, 1)[0], some(rng, TEXTS, 1)[0]
    into, n = f"{stem(rng)}-whole.{ext}", int(rng.integers(3, 7))
    plan = Plan(
        {"folder": folder, "ext": ext, "into": into, "n": n},
        f"cat {folder}/part-*.{ext} > {into}",
        f"Get-Content {folder}\\part-*.{ext} > {into}",
    )
    for at in range(1, n + 1):
        plan.files[f"{folder}/part-{at}.{ext}"] = {"text": text(rng)}
    plan.files[f"{folder}/{stem(rng)}.{ext}"] = {"text": text(rng)}
    parts = [spec["text"] for path, spec in plan.files.items() if "/part-" in path]
    plan.changes.append(("write", into, "".join(parts)))
    return plan


def sort_lines(rng: np.random.Generator) -> Plan:
    """Sort the lines of a file, each once, into a new one."""
    folder, ext = some(rng, FOLDERS, 1)[0], some(rng, TEXTS, 1)[0]
    one, two, other = stems(rng, 3)
    source, into = f"{folder}/{one}.{ext}", f"{folder}/{two}-sorted.{ext}"
    plan = Plan(
        {"source": source, "into": into},
        f"sort -u {source} > {into}",
        f"Get-Content {source} | Sort-Object -Unique > {into}".replace("/", "\\"),
    )
    words = some(rng, WORDS, 6)
    rows = [*words, *words[:3]]
    rows = [rows[i] for i in rng.permutation(len(rows)).tolist()]
    plan.files[source] = {"text": "".join(f"{row}\n" for row in rows)}
    plan.files[f"{folder}/{other}.{ENDINGS[0]}"] = {"text": text(rng)}
    plan.changes.append(("write", into, "".join(f"{row}\n" for row in sorted({*rows}))))
    return plan


DRAWS: dict[str, Callable[[np.random.Generator], Plan]] = {
    draw.__name__: draw for draw in (replace_word, collect_lines, join_parts, sort_lines)
}
