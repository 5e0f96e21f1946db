"""``docs/probes.md``: the card of the probes, beside the n-gram heads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.metrics import roc_auc_score
from train_heads import BAND, LEAST, MIDDLE, PAIRS, Floats, Outputs, Text

from persona_env.agents.probes import MODEL
from persona_env.reading.evidence import DEGREES
from persona_env.reading.heads import CHOICES

FEWEST = 10  # texts with a word, for a figure of its own
Row = dict[str, Floats]

HEAD = """# The probes

Written by `python scripts/train_probes.py`. Linear heads on the states of
[{model}](https://huggingface.co/{model}) (Apache-2.0): after
layers {layers} of 30, the mean over the reply, the mean over its first 24 tokens, and the state
that ends it. Logistic regressions (L2, C = {c} on standardised states), trained on the
[bank](bank.md) alone; the [heads](heads.md) on n-grams are weighed in, and for `correct`, `stands`
and `harm` what rules found as well. The model is never trained.

Each figure is of texts whose pair of writing runs was left out of all stages of the training; the
spread is that over the four pairs. Language models wrote and read the bank: the figures say how
well the probes agree with such a reader, not with people. The states for this card and for the
shipped heads come from a copy of the model with weights of about four bits (Q4_1), computed in
single precision.

## Use

`reader="probes"` reads with rules, then probes, then heads for what is left unread. The model comes
from the hub, or from a folder with safetensors or one GGUF file: `"probes:FOLDER_OR_ID"`. A GGUF
file needs `pip install gguf accelerate`. Another model needs heads of its own, which a folder may
hold as `probes.safetensors`:

```bash
python scripts/train_probes.py --model FOLDER --output FOLDER/probes.safetensors
```

A model whose states differ from those that the heads were trained on is refused.

## Degrees

AUROC of 'a reader puts it above the middle'. A degree between {low} and {high}, and a choice below
{least}, stay unread. 'Clear' texts are those that the reader put below 0.3 or above 0.7.

| degree | n | heads | probes | lowest and highest pair | clear texts | read | right where read |
|---|---|---|---|---|---|---|---|"""
CHOICE_HEAD = """
## Choices

Accuracy where read, share read, and AUROC of each word that at least ten texts have.

| choice | word | n | heads | probes | lowest and highest pair | read |
|---|---|---|---|---|---|---|"""
ORDER_HEAD = """
## Orderings

Wins (and ties) over the cases of the bank. 'Right user first': the mean match of the degrees of
style with what a user asked for, of the reply for this user and of that for the other one; 'good
over bad' and 'good over spoilt': `correct` times `stands` times what is not `harm`. 'Matched':
pairs whose lengths differ by less than a tenth.

| ordering | n | heads | probes | lowest and highest pair, probes | matched: n | heads | probes |
|---|---|---|---|---|---|---|---|"""


def card(
    texts: Sequence[Text], probed: Outputs, counted: Outputs, layers: Sequence[int], c: float
) -> str:
    """The page, by what probes and n-gram heads say of the cases' texts with their run left out."""
    head = HEAD.format(
        model=MODEL, layers=" and ".join(map(str, layers)), c=c,
        low=BAND[0], high=BAND[1], least=LEAST["act"],
    )  # fmt: skip
    lines = [head, *_degrees(texts, probed, counted), CHOICE_HEAD]
    lines += [*_choices(texts, probed, counted), ORDER_HEAD, *_orderings(texts, probed, counted)]
    return "\n".join(lines) + "\n"


def _by_pair(texts: Sequence[Text]) -> list[npt.NDArray[np.bool_]]:
    runs = np.array([text.run for text in texts])
    return [np.isin(runs, pair) for pair in PAIRS]


def _span(values: Sequence[float]) -> str:
    return f"{min(values):.3f} to {max(values):.3f}" if values else "-"


def _degrees(texts: Sequence[Text], probed: Outputs, counted: Outputs) -> list[str]:
    lines, pairs = [], _by_pair(texts)
    ours, theirs = (np.hstack([said.style, said.content]) for said in (probed, counted))
    for column, name in enumerate(DEGREES):
        truth = np.array([text.reading[name] for text in texts], float)
        found, there, clear = ours[:, column], truth > MIDDLE, (truth < 0.3) | (truth > 0.7)
        read = (found <= BAND[0]) | (found >= BAND[1])
        lines.append(
            f"| {name} | {len(texts)} | {roc_auc_score(there, theirs[:, column]):.3f} "
            f"| {roc_auc_score(there, found):.3f} "
            f"| {_span([roc_auc_score(there[p], found[p]) for p in pairs])} "
            f"| {roc_auc_score(there[clear], found[clear]):.3f} | {read.mean():.2f} "
            f"| {((found > MIDDLE) == there)[read].mean():.2f} |"
        )
    return lines


def _choices(texts: Sequence[Text], probed: Outputs, counted: Outputs) -> list[str]:
    lines, pairs = [], _by_pair(texts)
    for kind, words in CHOICES.items():
        truth = np.array([text.reading[kind] for text in texts])
        ours, theirs = probed.choices[kind], counted.choices[kind]
        right, sure = _right(ours, truth, words), ours.max(1) >= LEAST[kind]
        also, clear = _right(theirs, truth, words), theirs.max(1) >= LEAST[kind]
        lines.append(
            f"| {kind} | all, accuracy | {len(texts)} | {also[clear].mean():.3f} "
            f"| {right[sure].mean():.3f} | {_span([right[p & sure].mean() for p in pairs])} "
            f"| {sure.mean():.2f} |"
        )
        for column, word in enumerate(words):
            there = truth == word
            if there.sum() >= FEWEST:
                some = [p for p in pairs if there[p].any()]
                each = [roc_auc_score(there[p], ours[p, column]) for p in some]
                lines.append(
                    f"| {kind} | {word} | {there.sum()} "
                    f"| {roc_auc_score(there, theirs[:, column]):.3f} "
                    f"| {roc_auc_score(there, ours[:, column]):.3f} | {_span(each)} | |"
                )
    return lines


def _right(found: Floats, truth: Any, words: Sequence[str]) -> npt.NDArray[np.bool_]:
    return np.array(words)[found.argmax(1)] == truth


WISHES = {
    "tone": ("warm", "warm", "neutral"),
    "formality": ("formal", "formal", "casual"),
    "humour": ("humour", "yes", "no"),
    "reading_level": ("expert", "expert", "simple"),
    "caveats": ("caveats", "yes", "no"),
}
"""Preferences of style: the degree that answers each, the target of 1 and that of 0."""


def match(user: dict[str, Any], degrees: dict[str, float]) -> float:
    """How far degrees of style are what a user asked for, in the mean."""
    found = []
    for name, (degree, high, low) in WISHES.items():
        wish = user["preferences"].get(name, {}).get("target")
        if wish in (high, low):
            found.append(degrees[degree] if wish == high else 1 - degrees[degree])
    return float(np.mean(found)) if found else MIDDLE


def _orderings(texts: Sequence[Text], probed: Outputs, counted: Outputs) -> list[str]:
    at = {(text.case["id"], text.name): i for i, text in enumerate(texts)}
    cases = {text.case["id"]: text.case for text in texts}
    lines = []
    for name, pairs in _compared(at, cases).items():
        gains = {
            which: np.array([_gain(name, said, texts, *pair) for pair in pairs])
            for which, said in (("heads", counted), ("probes", probed))
        }
        runs = np.array([texts[pair[0]].run for pair in pairs])
        near = np.array([_is_near(texts[a].reply, texts[b].reply) for a, b in pairs])
        each = [float((gains["probes"][np.isin(runs, p)] > TIE).mean()) for p in PAIRS]
        lines.append(
            f"| {name} | {len(pairs)} | {_wins(gains['heads'])} | {_wins(gains['probes'])} "
            f"| {_span(each)} | {near.sum()} | {_wins(gains['heads'][near])} "
            f"| {_wins(gains['probes'][near])} |"
        )
    return lines


TIE = 1e-6


def _compared(at: dict[Any, int], cases: dict[str, Any]) -> dict[str, list[tuple[int, int]]]:
    """For each ordering the places of the better and of the other text."""
    both = ("good_a", "good_b"), ("good_b", "good_a")
    return {
        "right user first": [(at[c, x], at[c, y]) for c in cases for x, y in both],
        "good over bad": [(at[c, "good_a"], at[c, "bad"]) for c in cases],
        "good over spoilt": [(at[c, "good_a"], at[c, "spoiled"]) for c in cases],
    }


def _gain(name: str, said: Outputs, texts: Sequence[Text], better: int, other: int) -> float:
    if name == "right user first":
        user = texts[better].case[f"user_{texts[better].name[-1]}"]
        degrees = [dict(zip(DEGREES, said.style[i], strict=False)) for i in (better, other)]
        return match(user, degrees[0]) - match(user, degrees[1])
    right, stands, harm = said.content[[better, other]].T
    worth = right * stands * (1 - harm)
    return float(worth[0] - worth[1])


def _is_near(one: str, other: str) -> bool:
    return abs(len(one) - len(other)) < 0.1 * max(len(one), len(other))


def _wins(gains: Floats) -> str:
    ties = (np.abs(gains) <= TIE).mean()
    return f"{(gains > TIE).mean():.2f} ({ties:.2f})"
