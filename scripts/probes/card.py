"""``docs/probes.md``: the card of the probes, beside the n-gram heads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from heads.card import idle_table, wide_table
from heads.fit import BAND, LEAST, MIDDLE, PAIRS, Outputs, first_of
from heads.orderings import ordering_table
from heads.texts import Floats, Text
from sklearn.metrics import roc_auc_score

from persona_env.agents.probes import MODEL
from persona_env.reading.evidence import DEGREES
from persona_env.reading.outputs import CHOICES
from probes.logistic import C_STATES

FEWEST = 10  # texts with a word, for a figure of its own

HEAD = """# Probes

How well the states of a small language model read a reply, and how to use and train probes.
Written by `python scripts/train_probes.py`. Linear heads on the states of
[{model}](https://huggingface.co/{model}) (Apache-2.0): after
layers {layers} of 30, the mean over the reply, the mean over its first 24 tokens, and the state
that ends it. Logistic regressions (L2, C = {c} on standardised states), trained on the
[bank](bank.md) alone; the [heads](heads.md) on n-grams are a further input, and for `correct`,
`stands` and `harm` what rules found as well. The model is never trained.

Each figure is of texts whose pair of writing runs was left out of all stages of the training; the
spread is that over the four pairs. Language models wrote and read the bank: the figures say how
well the probes agree with such a reader, not with people. The states for this card and for the
shipped heads come from a copy of the model with weights of about four bits (Q4_1), computed in
single precision.

## Use

`reader="probes"` reads with rules, then probes, then heads for what is still unread. The model is
from the hub, or from a folder with safetensors or one GGUF file: `"probes:FOLDER_OR_ID"`. A GGUF
file needs `pip install gguf accelerate`. Another model needs heads of its own, which a folder may
hold as `probes.safetensors`:

```bash
python scripts/train_probes.py --model FOLDER --output FOLDER/probes.safetensors
```

A model whose states differ from those that the heads were trained on is refused. Full weights
differ a little: with weights disturbed by noise as large as that of four bits, the outputs for 24
texts correlated at 0.96 to 0.99 with those before (measured once, by hand), and 15 % of their
logits of degrees changed sign. The figures below hold for such a copy; those with full weights
were not measured: train again where it matters; it is one command.

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

By the rewards of the natural register, with rules and probes that did not see the case's pair of
writing runs. Wins, and ties in brackets; the spread is over the pairs of runs. [heads](heads.md)
has the same table for heads.
"""


def card(shown: Sequence[Text], probed: Outputs, counted: Outputs, layers: Sequence[int]) -> str:
    """The page, by what probes and n-gram heads say of texts with their run left out.

    The cases' own texts come first.
    """
    texts = [text for text in shown if text.reading]
    head = HEAD.format(
        model=MODEL, layers=" and ".join(map(str, layers)), c=C_STATES,
        low=BAND[0], high=BAND[1], least=LEAST["act"],
    )  # fmt: skip
    own, theirs = (first_of(said, len(texts)) for said in (probed, counted))
    lines = [head, *_degrees(texts, own, theirs), CHOICE_HEAD, *_choices(texts, own, theirs), ""]
    lines += [*idle_table(shown, probed, "probes"), "", *wide_table(shown, probed, "probes")]
    lines += [ORDER_HEAD, _orderings(texts, own)]
    return "\n".join(lines) + "\n"


def _orderings(texts: Sequence[Text], said: Outputs) -> str:
    """The table alone, without its introduction."""
    return "| cases" + ordering_table(texts, said).partition("| cases")[2]


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
