"""Train the heads on the bank, and measure them on the writing runs that they did not see.

    pip install --group heads
    python scripts/train_heads.py

It writes ``persona_env/reading/heads.safetensors``, the lengths of
``persona_env.languages.lengths.toml``, the card ``docs/heads.md``, and the figures of
``docs/validity.md``, which ``make docs`` then writes. Every figure there is of texts of writing
runs that were left out of all stages of the training: the eight runs in four pairs, each left out
once. Seeded; a few minutes.
"""

from __future__ import annotations

import numpy as np
import tomli_w
from heads.card import card, fit_lengths
from heads.figures import left_out_figures, rules_figures
from heads.fit import fit, left_out, save
from heads.orderings import ordering_table
from heads.page import write_page
from heads.texts import inputs_of, languages_of, load_extras, load_texts

from persona_env.languages.lengths import FILE as LENGTHS
from persona_env.validity import save_figures
from persona_env.validity.stored import FOLDER


def main() -> None:
    """Measure by runs left out, then train on all and write everything."""
    texts, extras = load_texts(), load_extras()
    data = inputs_of(texts, extras)
    LENGTHS.write_text(tomli_w.dumps(fit_lengths(texts)), "utf-8")
    said = left_out(data, texts, extras)
    page = f"{card(texts, extras, said)}\n\n{ordering_table(texts, said)}\n"
    write_page(page)
    found = left_out_figures(texts, said, "rules+heads")
    found = found._replace(labels=(*rules_figures(texts), *found.labels))
    save_figures(FOLDER / "heads.json", found)
    fitted = fit(data, texts, extras, np.ones(len(texts) + len(extras), bool))
    save(fitted, languages_of(texts, extras))


if __name__ == "__main__":
    main()
