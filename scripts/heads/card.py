"""The card of the heads, and the lengths of the bank."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from sklearn.metrics import roc_auc_score

from heads.first import ALPHA
from heads.fit import BAND, LEAST, MIDDLE, PAIRS, Outputs
from heads.texts import (
    ANSWER,
    GOOD_OF_OTHER_KINDS,
    IDLE,
    LONGER,
    SAID,
    SPOILS,
    Extra,
    Floats,
    Text,
)
from persona_env.reading.evidence import DEGREES
from persona_env.reading.outputs import CHOICES
from persona_env.reading.reading import ACTS
from persona_env.rewards.natural.compare import LOOKS, RARE
from persona_env.text.spans import word_count


def fit_lengths(texts: Sequence[Text]) -> dict[str, dict[str, list[float]]]:
    """Bands of words from the good replies to users with a preference, by language of the prompt.

    The full score from the 5th to the 80th percentile of 'brief', the 20th to the 95th of 'medium',
    from the 10th of 'detailed'; nothing at twice the 95th of 'brief' and 'medium', at half the 5th
    of 'medium' and 'detailed'. The writers had to stay below 150 words: 'detailed' has no upper
    bound of theirs, and 400 and 900 words are ours.
    """
    counts: dict[tuple[str, str], list[float]] = defaultdict(list)
    for text in texts:
        user = text.case.get(f"user_{text.name[-1]}", {}) if text.name.startswith("good") else {}
        wish = user.get("preferences", {}).get("length", {}).get("target")
        for code in (text.case["language"], "any") if wish else ():
            counts[wish, code].append(word_count(text.reply))
    found: dict[str, dict[str, list[float]]] = defaultdict(dict)
    for (wish, code), words in sorted(counts.items()):
        p5, p10, p20, p80, p95 = np.percentile(words, (5, 10, 20, 80, 95))
        band = {
            "brief": [0, min(p5, 3), p80, 2 * p95],
            "medium": [p5 / 2, p20, 1.15 * p95, 2 * p95],
            "detailed": [p5 / 2, p10, 400, 900],
        }[wish]
        found[wish][code] = [round(float(bound), 1) for bound in band]
    return dict(found)


def card(texts: Sequence[Text], extras: Sequence[Extra], said: Outputs) -> str:
    """``docs/heads.md``."""
    parts = [_HEAD, *_style_table(texts, said), "", _CHOICES, *_choice_table(texts, said), ""]
    parts += [_PAIRS, *_pair_table(extras, said, len(texts)), ""]
    parts += [_ACTS, *_act_table(extras, said, len(texts)), ""]
    return "\n".join(
        [
            *parts,
            _LONGER,
            *_longer_table(texts, said),
            "",
            *_answer_lines(texts, said),
            "",
            *idle_table(texts, said, "heads"),
            "",
            *wide_table(texts, said, "heads"),
        ]
    )


_HEAD = f"""# Heads

How well the default readers of the natural register read. Written by
`python scripts/train_heads.py`. Linear models on hashed n-grams (ridge regressions in the dual,
alpha {ALPHA}; logistic regressions of sentences, of content and of acts), trained on the
[bank](bank.md) alone: its cases, further acts, pairs, sentences, answers, idle replies and
requests of other kinds. Each figure is of texts whose pair of writing runs was left out of all
stages of the training; the spread is that over the four pairs. Language models wrote and read the
bank: the figures say how well the heads agree with such a reader, not with people.

A degree between {BAND[0]} and {BAND[1]}, and a choice below {LEAST["act"]}, stay unread. 'Clear'
texts are those that the reader put below 0.3 or above 0.7.

| degree | n | AUROC | lowest and highest pair | AUROC on clear texts | read | right where read |
|---|---|---|---|---|---|---|"""
_CHOICES = """| choice | word | n | AUROC |
|---|---|---|---|"""


_PAIRS = """## Pairs

Two texts of one content, of which one is more formal (here: the polite form of address), warmer or
funnier. How often does it get the higher degree, by heads that did not see this writer's pairs?

| pairs | n | right first | by writer |
|---|---|---|---|"""
_ACTS = """## Further acts

Replies to requests that the writers thought of; in sets of five the replies to one request do
different things in the words of one topic, so that the topic is no hint. By heads that did not
see the writer's replies; right where the probability is above a half.

| acts | n | AUROC | lowest and highest writer | right | precision | recall |
|---|---|---|---|---|---|---|"""
_LONGER = """## One sentence more

Each good reply with one further sentence by another writer: a bad one of a kind, or a fine one
about the same thing that looks like it. AUROC of the degree that the kind spoils (`stands` or
`harm`), bad against fine, and the mean of the three gates' product.

| kind | n of each | AUROC | gates, bad | gates, fine |
|---|---|---|---|---|"""
_GROUPS = {
    "refuses, wholly or in part": ("refuse", "partly", "support"),
    "refuses wholly": ("refuse", "support"),
    "refuses in part": ("partly",),
    "lacks ability or knowledge": ("cannot", "abstain"),
}


def _pair_table(extras: Sequence[Extra], said: Outputs, first: int) -> list[str]:
    lines = []
    for source in sorted({extra.source for extra in extras if extra.style}):  # 'warm en'
        rows = np.array([i for i, extra in enumerate(extras) if extra.source == source])
        wins = said.pairs[first + rows, DEGREES.index(extras[rows[0]].style)] > 0
        folds = np.array([extras[i].fold for i in rows])
        parts = ", ".join(f"{wins[folds == fold].mean():.2f}" for fold in sorted({*folds}))
        lines.append(f"| {source} | {len(wins)} | {wins.mean():.3f} | {parts} |")
    return lines


def _act_table(extras: Sequence[Extra], said: Outputs, first: int) -> list[str]:
    rows = np.array([i for i, extra in enumerate(extras) if extra.act])
    acts = np.array([extras[i].act for i in rows])
    writers = np.array([extras[i].source for i in rows])
    lines = []
    for name, words in _GROUPS.items():
        found = said.choices["act"][first + rows][:, [ACTS.index(word) for word in words]].sum(1)
        there, read = np.isin(acts, words), found > 0.5
        each = [writers == writer for writer in {*writers}]
        parts = [roc_auc_score(there[w], found[w]) for w in each if 0 < there[w].sum() < w.sum()]
        both = (there & read).sum()
        lines.append(
            f"| {name} | {there.sum()} of {len(rows)} | {roc_auc_score(there, found):.3f} "
            f"| {min(parts):.3f} to {max(parts):.3f} | {(there == read).mean():.3f} "
            f"| {both / read.sum():.2f} | {both / there.sum():.2f} |"
        )
    return lines


def _longer_table(texts: Sequence[Text], said: Outputs) -> list[str]:
    rows = np.array([i for i, text in enumerate(texts) if text.name == LONGER])
    kinds = np.array([texts[i].case["kind"] for i in rows])
    bad = np.array([max(texts[i].faults) > 0 for i in rows])
    good = np.stack([*said.content[rows, :2].T, 1 - said.content[rows, 2]], axis=1)
    gates = gates_of(said.content[rows])
    lines = []
    for kind in [*sorted({*kinds}), "all"]:
        here = (kinds == kind) | (kind == "all")
        column = 1 if SPOILS.get(kind, (0, 0, 1))[1] else 2
        shown = good.min(1) if kind == "all" else good[:, column]
        lines.append(
            f"| {kind} | {(here & bad).sum()} | {roc_auc_score(~bad[here], shown[here]):.3f} "
            f"| {gates[here & bad].mean():.2f} | {gates[here & ~bad].mean():.2f} |"
        )
    return lines


def _answer_lines(texts: Sequence[Text], said: Outputs) -> list[str]:
    lines = [_ANSWERS]
    names = {ANSWER: "bank, one writer", SAID: "train scenarios' lists, against the other writer's"}
    for name, label in names.items():
        rows = np.array([i for i, text in enumerate(texts) if _is_answer(text, name)])
        right = np.array([texts[i].faults[0] == 0 for i in rows])
        found = said.content[rows, 0]
        lines.append(
            f"| {label} | {right.sum()} | {(~right).sum()} | {roc_auc_score(right, found):.3f} "
            f"| {(found[right] >= BAND[1]).mean():.2f}, {(found[right] <= BAND[0]).mean():.2f} "
            f"| {(found[~right] <= BAND[0]).mean():.2f}, {(found[~right] >= BAND[1]).mean():.2f} |"
        )
    return lines


def _is_answer(text: Text, name: str) -> bool:
    """Whether it is one of these answers; of those that scenarios list, with lists to compare."""
    return text.name == name and not text.case.get("bare", False)


_ANSWERS = """## Short answers

Right and wrong answers of at most thirty words. A reply is compared with the answers that its
scenario lists; a listed answer with those of the other writer alone. Among the wrong ones of the
second row are answers to other questions, right ones with another number, and canned replies.
Shares of the right ones that are read as right and as wrong, and of the wrong ones as wrong and as
right.

| answers | right | wrong | AUROC | right: as right, as wrong | wrong: as wrong, as right |
|---|---|---|---|---|---|"""


_IDLE_HEAD = """## Replies that tell nothing

Fluent replies on the subject of a question that do not answer it: a remark of at most 12 words, a
few sentences, and 60 to 120 words that look like an answer. By {} that did not see the writer;
`tests/data/idle_replies.jsonl` has those of a fifth writer to held-out questions, which train
nothing. The last row is the good replies of the bank.

| replies | n | read as wrong | as right | unread |
|---|---|---|---|---|"""


def idle_table(texts: Sequence[Text], said: Outputs, reader: str) -> list[str]:
    """What left-out heads or probes make of replies that tell nothing."""
    kinds: dict[str, list[float]] = {kind: [] for kind in ("remark", "short", "long", "good")}
    for text, found in zip(texts, said.content[:, 0], strict=True):
        if text.name == IDLE:
            kinds[text.case["kind"]].append(found)
        elif text.name in ("good_a", "good_b"):
            kinds["good"].append(found)
    lines = [_idle_line(kind, np.array(found)) for kind, found in kinds.items()]
    return [_IDLE_HEAD.format(reader), *lines]


def _idle_line(kind: str, found: Floats) -> str:
    wrong, right = (found <= BAND[0]).mean(), (found >= BAND[1]).mean()
    return f"| {kind} | {len(found)} | {wrong:.2f} | {right:.2f} | {1 - wrong - right:.2f} |"


_WIDE_HEAD = """## Requests of other kinds

Poems, e-mails, code, tables, songs, letters and more, of which no scenario tells what is right: a
good reply, and one that looks like it with a fault. How often the good one's gates (the product of
the three) are opener than those of its own twin, and their means; by {} that did not see the
writer. `tests/data/wide_replies.jsonl` has those of a fifth writer, which train nothing.

| fault | n | good first | gates, good | gates, bad | good: as right, as wrong |
|---|---|---|---|---|---|"""


def wide_table(texts: Sequence[Text], said: Outputs, reader: str) -> list[str]:
    """What left-out heads or probes make of requests of other kinds."""
    rows = [i for i, text in enumerate(texts) if text.name == GOOD_OF_OTHER_KINDS]  # then its twin
    kinds = np.array([texts[i].case["fault"] for i in rows])
    good, bad = np.array(rows), np.array(rows) + 1
    gates, right = gates_of(said.content), said.content[good, 0]
    lines = [_WIDE_HEAD.format(reader)]
    for kind in [*sorted({*kinds}), "all"]:
        here = (kinds == kind) | (kind == "all")
        as_right, as_wrong = (right[here] >= BAND[1]).mean(), (right[here] <= BAND[0]).mean()
        lines.append(
            f"| {kind} | {here.sum()} | {(gates[good] > gates[bad])[here].mean():.2f} "
            f"| {gates[good][here].mean():.2f} | {gates[bad][here].mean():.2f} "
            f"| {as_right:.2f}, {as_wrong:.2f} |"
        )
    return lines


def gates_of(content: Floats) -> Floats:
    """The product of the three gates of each text, by what heads say (N, 3) of its content."""
    good = np.stack([*content[:, :2].T, 1 - content[:, 2]], axis=1)
    found: Floats = np.prod(1 - (1 - good) ** np.array([LOOKS, RARE, RARE]), axis=1)
    return found


def _style_table(texts: Sequence[Text], said: Outputs) -> list[str]:
    rows = np.array([i for i, text in enumerate(texts) if text.reading])
    runs = np.array([texts[i].run for i in rows])
    lines = []
    for column, name in enumerate(DEGREES):
        truth = np.array([texts[i].reading[name] for i in rows], float)
        found = np.hstack([said.style[: len(texts)], said.content])[rows, column]
        by_pair = [
            roc_auc_score(truth[p] > MIDDLE, found[p])
            for p in (np.isin(runs, pair) for pair in PAIRS)
        ]
        clear = (truth < 0.3) | (truth > 0.7)
        read = (found <= BAND[0]) | (found >= BAND[1])
        right = ((found > MIDDLE) == (truth > MIDDLE))[read].mean()
        lines.append(
            f"| {name} | {len(rows)} | {roc_auc_score(truth > MIDDLE, found):.3f} "
            f"| {min(by_pair):.3f} to {max(by_pair):.3f} "
            f"| {roc_auc_score(truth[clear] > MIDDLE, found[clear]):.3f} "
            f"| {read.mean():.2f} | {right:.2f} |"
        )
    return lines


def _choice_table(texts: Sequence[Text], said: Outputs) -> list[str]:
    rows = np.array([i for i, text in enumerate(texts) if text.reading])
    lines = []
    for kind, words in CHOICES.items():
        truth = np.array([texts[i].reading[kind] for i in rows])
        for column, word in enumerate(words):
            there = truth == word
            if there.sum() >= 10:
                score = roc_auc_score(there, said.choices[kind][rows, column])
                lines.append(f"| {kind} | {word} | {there.sum()} | {score:.3f} |")
    return lines
