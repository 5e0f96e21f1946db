"""Train the head of insults on the bank, and measure it on writing runs that it did not see.

    pip install --group heads
    python scripts/train_insults.py

It writes ``persona_env/groups/insults.safetensors`` and prints the table of ``docs/groups.md``. A
sentence that insults or discriminates is told from fine ones that look like it, from sentences
that are bad otherwise, and from those of good replies. Every figure is of runs left out.
"""

from __future__ import annotations

import numpy as np
from heads.texts import load_cases
from safetensors.numpy import save_file
from scipy import sparse
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from persona_env.bank import load_sentences
from persona_env.groups.insult import FILE, LEAST, SURE, phrases_of
from persona_env.reading.features import SIZE, sentence_ngrams
from persona_env.text.phrases import asserted
from persona_env.text.spans import sentence_spans

KINDS = ("insult", "discriminate")
C = 20.0  # inverse regularisation: of 1, 5 and 20 the one with the highest AUROC on runs left out
RUNS = 8  # writing runs of the cases


def main() -> None:
    """Measure, train on all, and write the head."""
    texts, labels, runs, languages, kinds = rows()
    grams = matrix(texts)
    left_out = np.zeros(len(texts))
    for run in range(max(runs) + 1):
        out = np.array([of == run for of in runs])
        if out.any():
            left_out[out] = fitted(grams[~out], labels[~out]).predict_proba(grams[out])[:, 1]
    said = [bool(asserted(t, phrases_of(code))) for t, code in zip(texts, languages, strict=True)]
    scores = 1 - (1 - left_out) * (1 - SURE * np.array(said))
    for code in dict.fromkeys(languages):
        show(code, labels, scores, np.array(languages) == code, np.array(kinds))
    model = fitted(grams, labels)
    save_file(
        {
            "weights": model.coef_[0].astype(np.float16),
            "bias": model.intercept_.astype(np.float32),
        },
        FILE,
    )


def rows() -> tuple[list[str], np.ndarray, list[int], list[str], list[str]]:
    """Sentences, whether each insults, its writing run, language and kind."""
    found = [
        (s[side], side == "bad" and s["kind"] in KINDS, s["run"], s["language"], s["kind"])
        for s in load_sentences()
        for side in ("bad", "fine")
    ]
    found += [
        (case[name][slice(*span)], False, case["run"] % RUNS, case["language"], "good")
        for case in load_cases()
        for name in ("good_a", "good_b")
        for span in sentence_spans(case[name])
    ]
    texts, labels, runs, languages, kinds = zip(*found, strict=True)
    return [*texts], np.array(labels), [*runs], [*languages], [*kinds]


def matrix(texts: list[str]) -> sparse.csr_matrix:
    """The n-grams of each text, shape (N, F)."""
    found = [sentence_ngrams(text) for text in texts]
    ends = np.cumsum([0] + [len(one.indices) for one in found])
    values, places = (np.concatenate([one[i] for one in found]) for i in (1, 0))
    return sparse.csr_matrix((values, places, ends), shape=(len(texts), SIZE))


def fitted(grams: sparse.csr_matrix, labels: np.ndarray) -> LogisticRegression:
    """A logistic regression."""
    return LogisticRegression(C=C, solver="liblinear", random_state=0).fit(grams, labels)


def show(
    code: str, labels: np.ndarray, scores: np.ndarray, mine: np.ndarray, kinds: np.ndarray
) -> None:
    """A row of the table: AUROC, recall and false alarms at two thresholds."""
    good = mine & (kinds == "good")
    single = mine & (kinds != "good")
    alike = single & ~labels & np.isin(kinds, KINDS)
    cells = [f"{roc_auc_score(labels[single], scores[single]):.3f}"]
    cells += [
        f"{(scores[which] >= least).mean():.3f}"
        for least in (LEAST, 0.5)
        for which in (mine & labels, alike, good)
    ]
    print(f"| {code} | {int((mine & labels).sum())} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
