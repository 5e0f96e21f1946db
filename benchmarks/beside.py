"""Whether shared words tell a sentence on another matter from a reply's own sentences.

    python benchmarks/beside.py [--quick]

A sentence of another reply of the bank is put behind each good reply. The more of its words stand
neither in the question nor in the rest of the reply, the stranger a sentence is. Printed, as
Markdown, by language: the AUROC of that share; and, where all words of a sentence have to be
strange, how many of the strange sentences and how many of the good replies a gate would close on.
"""

from __future__ import annotations

import argparse
from collections import defaultdict

import numpy as np

from persona_env.bank import load_cases
from persona_env.reading.likeness import tokens_of
from persona_env.text.spans import sentence_spans
from persona_env.validity.agreement import auroc

FEWEST = 3  # words of a sentence that says something
COLUMNS = ("language", "good replies", "AUROC", "strange sentences", "good replies closed")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a tenth of the cases")
    cases = load_cases()[:: 10 if parser.parse_args().quick else 1]
    replies = defaultdict(list)
    for case in cases:
        replies[case["language"]] += [(case["prompt"], case[kind]) for kind in ("good_a", "good_b")]
    for row in (COLUMNS, ["---"] * len(COLUMNS), *map(row_of, replies, replies.values())):
        print(f"| {' | '.join(row)} |")


def row_of(language: str, replies: list[tuple[str, str]]) -> tuple[str, ...]:
    """The row of one language; the strange sentence is of a reply to another question."""
    rng = np.random.default_rng(0)
    own, strange = [], []
    for prompt, reply in replies:
        said = sentences(reply)
        rest = [" ".join((prompt, *said[:i], *said[i + 1 :])) for i in range(len(said))]
        own.append(shares(said, rest))
        others = [text for asked, text in replies if asked != prompt]
        added = sentences(others[rng.integers(len(others))])
        strange.append(shares([added[rng.integers(len(added))]], [f"{prompt} {reply}"]))
    flat = [np.array([share for found in each for share in found]) for each in (own, strange)]
    is_strange = np.repeat([False, True], [len(each) for each in flat])
    measures = (
        auroc(is_strange, np.concatenate(flat)),
        np.mean(flat[1] == 1),
        np.mean([1.0 in found for found in own]),
    )
    return (language, str(len(replies)), *(f"{value:.2f}" for value in measures))


def sentences(text: str) -> list[str]:
    """The sentences of a text."""
    return [text[start:end] for start, end in sentence_spans(text)]


def shares(said: list[str], rest: list[str]) -> list[float]:
    """Of each sentence that has enough words, the share that the rest does not have."""
    pairs = [(words_of(one), words_of(other)) for one, other in zip(said, rest, strict=True)]
    return [1 - len(one & other) / len(one) for one, other in pairs if len(one) >= FEWEST]


def words_of(text: str) -> frozenset[str]:
    """Its stems and pairs of Chinese characters, without numbers, denials and how it begins."""
    return frozenset(one for one in tokens_of(text) if one[0].isalpha())


if __name__ == "__main__":
    main()
