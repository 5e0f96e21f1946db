"""Writes ``persona_env/languages/triples.toml``: which three letters follow each other in words.

``python scripts/write_triples.py`` counts them in every word list in Latin script that
pyspellchecker ships, without accents, over distinct words. Usual is what makes 25 of a million
triples of any one list.
"""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from importlib import resources
from pathlib import Path

from persona_env.text.letters import plain

TARGET = Path(__file__).parents[1] / "persona_env" / "languages" / "triples.toml"
LEAST, OF = 25, 1_000_000
FEWEST = 100_000  # triples of a list in another script, which has a few words in this one
HEADER = """# Letters that follow each two letters in words of languages in Latin script, without
# accents; a word begins with ^ and ends with $. Written by scripts/write_triples.py from the word
# lists of pyspellchecker (MIT).

"""


def triples(word: str) -> list[str]:
    """The triples of a word.

    >>> triples("cat")
    ['^ca', 'cat', 'at$']
    """
    marked = f"^{word}$"
    return [marked[at : at + 3] for at in range(len(marked) - 2)]


def usual(words: Iterable[str]) -> set[str]:
    """What is usual in one list; nothing for a list in another script."""
    latin = (word for word in map(plain, words) if re.fullmatch("[a-z]+", word))
    counts = Counter(triple for word in latin for triple in triples(word))
    total = sum(counts.values())
    return {t for t, n in counts.items() if n * OF >= LEAST * total and total >= FEWEST}


def main() -> None:
    """Count and write."""
    found: set[str] = set()
    for path in (resources.files("spellchecker") / "resources").iterdir():
        if path.name.endswith(".json.gz"):
            found |= usual(json.loads(gzip.decompress(path.read_bytes())))
    after: defaultdict[str, list[str]] = defaultdict(list)
    for triple in sorted(found):
        after[triple[:2]].append(triple[2])
    lines = [f'"{pair}_" = "{"".join(letters)}"\n' for pair, letters in sorted(after.items())]
    TARGET.write_text(HEADER + "".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
