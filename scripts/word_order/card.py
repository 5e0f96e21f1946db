"""The card of the head: figures by language, kind of disorder, length and left-out run."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from sklearn.metrics import roc_auc_score

from persona_env.reading.joints import FEWEST
from persona_env.reading.word_order import CHUNK, LIKELY, Weights, word_orders_by
from persona_env.text.spans import word_count
from word_order.fit import KEPT
from word_order.shuffles import SHUFFLES
from word_order.texts import Good

ROOT = Path(__file__).resolve().parents[2]
BANDS = ((FEWEST, 12), (12, 25), (25, 60), (60, 10_000))
IN_ORDER = ""
GOOD_KEYS = ("reply_a", "reply_b", "good_a", "good_b")
MOST = 500  # texts of a left-out pair of runs that are measured


class Seen(NamedTuple):
    """What one text was read as: ``kind`` names its disorder, empty where it has none."""

    fold: int
    language: str
    kind: str
    words: int
    probability: float
    disorder: float


def figures_of(fold: int, weights: Weights, held: Sequence[Good]) -> list[Seen]:
    """Each held-out text of six words and more in its order, and in every other."""
    rng = np.random.default_rng(fold)
    known = [one for one in held if word_count(one.text) >= FEWEST]
    chosen = [known[at] for at in rng.permutation(len(known))[:MOST]]
    found = []
    for one in chosen:
        made = {IN_ORDER: one.text} | {name: make(one.text, rng) for name, make in SHUFFLES.items()}
        for kind, text in made.items():
            [read] = word_orders_by(weights, [text])
            chance = np.nan if read.probability is None else read.probability
            words = word_count(one.text)
            found.append(Seen(fold, one.language, kind, words, chance, read.disorder))
    # Good texts of other kinds and hands, by the same left-out head.
    for source, text in others():
        [read] = word_orders_by(weights, [text])
        found.append(Seen(fold, source, IN_ORDER, word_count(text), np.nan, read.disorder))
    return found


def others() -> Iterator[tuple[str, str]]:
    """Good texts that nothing is trained on, with what they are."""
    lines = (ROOT / "tests" / "data" / "good_replies.jsonl").read_text("utf-8").splitlines()
    for number, line in enumerate(lines, 1):
        yield (
            f"good replies of many kinds, {('even', 'odd')[number % 2]}",
            json.loads(line)["reply"],
        )
    for path in sorted((ROOT / "benchmarks" / "fresh").glob("*.jsonl")):
        for row in map(json.loads, path.read_text("utf-8").splitlines()):
            for key in GOOD_KEYS:
                if isinstance(row.get(key), str):
                    yield path.stem.partition("_")[0], row[key]


def card(found: Sequence[Sequence[Seen]]) -> str:
    """The section of ``docs/heads.md``."""
    every = [one for part in found for one in part]
    languages = sorted({one.language for one in every if one.kind})
    parts = [
        _HEAD.replace("{pairs}", str(len(found))),
        *_kinds(every, languages),
        "",
        _LENGTHS,
        *_lengths(every, languages),
        "",
    ]
    return "\n".join([*parts, _OTHERS, *_others(every, languages)])


_HEAD = f"""\
Whether words stand in an order in which people put them is read by a head of its own
(`persona_env.reading.word_order`), written with this section by `python
scripts/train_order.py`. It weighs each joint of two words: by the words if they are among the
{KEPT[False]} most frequent of their language ({KEPT[True]} characters), else by their last
letters, length or capitals. A logistic regression tells the joints of the bank's texts and of
train scenarios' sentences from those of the same words in another order; a second one, on texts
that the first did not see, makes the mean and the number of joints a probability. What is below
{LIKELY} is unread, as are fewer than {FEWEST} words, code, quotations and other languages; of
longer texts each {CHUNK} joints are read by themselves as well. A text read as out of order has
`stands` 1 less that probability.

Each figure is of texts whose pair of writing runs, and whose families of scenarios, were left
out: AUROC of texts of {FEWEST} words and more in their order against the same words in another
(lowest and highest of {{pairs}} pairs of runs), and the share that is read as out of order.
Words are shuffled with the marks beside them, Chinese by characters; 'no marks' and 'commas' in
lower case without marks; 'runs of two' keeps half of all joints, and most Chinese words.
"""
_LENGTHS = """\
By length: the AUROC of all orders but 'runs of two', the share of them that is read as out of
order, and of texts in their order the share that is (false alarms).

| language | words | texts | AUROC | read | false alarms |
|---|---|---|---|---|---|"""
_OTHERS = """\
Good texts that nothing was trained on, by the same heads: the share that is read as out of
order at all, and by a half and more. Of the good replies of many kinds (code, tables, poems,
lists, dialects, other languages) the odd ones were only counted. The probability from which a
text counts and the rule on capitals were chosen with these texts in view, two settings of the
training on one pair of runs: expect somewhat more false alarms elsewhere.

| texts | n | false alarms | a half and more |
|---|---|---|---|"""


def _kinds(every: Sequence[Seen], languages: Sequence[str]) -> list[str]:
    lines = [f"\n| order | {' | '.join(languages)} |", "|---|" + "---|" * len(languages)]
    for kind in SHUFFLES:
        cells = []
        for code in languages:
            mine = [one for one in every if one.language == code and one.kind in (kind, IN_ORDER)]
            folds = [
                _auroc(one for one in mine if one.fold == fold)
                for fold in sorted({one.fold for one in mine})
            ]
            read = np.mean([one.disorder > 0 for one in mine if one.kind])
            cells.append(f"{_auroc(mine):.3f} ({min(folds):.3f} to {max(folds):.3f}), {read:.2f}")
        lines.append(f"| {kind} | {' | '.join(cells)} |")
    return lines


def _auroc(some: Iterable[Seen]) -> float:
    known = [one for one in some if not np.isnan(one.probability)]
    return float(roc_auc_score([bool(one.kind) for one in known], [o.probability for o in known]))


def _lengths(every: Sequence[Seen], languages: Sequence[str]) -> list[str]:
    lines = []
    for code in languages:
        for low, high in BANDS:
            mine = [one for one in every if one.language == code and low <= one.words < high]
            mine = [one for one in mine if one.kind != "runs of two"]
            good = [one for one in mine if not one.kind]
            read = np.mean([one.disorder > 0 for one in mine if one.kind])
            alarms = np.mean([one.disorder > 0 for one in good])
            words = f"{low} to {high - 1}" if high < BANDS[-1][1] else f"{low} and more"
            rates = f"{_auroc(mine):.3f} | {read:.2f} | {alarms:.4f}"
            lines.append(f"| {code} | {words} | {len(good)} | {rates} |")
    return lines


def _others(every: Sequence[Seen], languages: Sequence[str]) -> list[str]:
    by_source: dict[str, list[float]] = defaultdict(list)
    pairs = len({one.fold for one in every})
    for one in every:
        if one.language not in languages:
            by_source[one.language].append(one.disorder)
    return [
        f"| {source} | {len(found) // pairs} | {np.mean(np.array(found) > 0):.3f} "
        f"| {np.mean(np.array(found) >= 0.5):.3f} |"
        for source, found in by_source.items()
    ]
