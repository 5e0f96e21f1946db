"""Train the head of the order of words, and measure it on writing runs that it did not see.

    pip install --group heads
    python scripts/train_order.py

It writes ``persona_env/reading/word_order.safetensors`` and the section on the order of words of
``docs/heads.md``. Every figure there is of texts whose pair of writing runs, and whose families of
scenarios, were left out of the training. Seeded; some minutes.
"""

from __future__ import annotations

import argparse

from heads.page import write_order
from word_order.card import card, figures_of
from word_order.fit import fit, save
from word_order.texts import FOLDS, left_out, load_good

from persona_env.reading.word_order import FILE


def main() -> None:
    """Train on all, then measure by runs left out."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--pairs", type=int, default=FOLDS, help="pairs of runs to leave out")
    parser.add_argument("--figures", action="store_true", help="only measure")
    asked = parser.parse_args()
    texts = load_good()
    if not asked.figures:
        save(fit(texts), FILE)
    found = [
        figures_of(fold, fit(train), held)
        for fold in range(asked.pairs)
        for train, held in [left_out(texts, fold)]
    ]
    if found:
        write_order(card(found))


if __name__ == "__main__":
    main()
