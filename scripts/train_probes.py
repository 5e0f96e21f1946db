"""Train the probes on the bank, and measure them on the writing runs that they did not see.

    pip install --group heads
    python scripts/train_probes.py                          # the model is fetched from the hub
    python scripts/train_probes.py --model FOLDER_OR_ID --output FOLDER/probes.safetensors

It writes ``agents/probes/probes.safetensors``, the card ``docs/probes.md``, and the figures of
``docs/validity.md``, which ``make docs`` then writes (for another ``--output`` neither). Every
figure there is of texts of writing runs that were left out of all stages: the eight runs in four
pairs, each left out once. Nothing is drawn at random. Running the model over 2,900 texts takes an
hour on one core; ``--states FILE`` keeps the states for the next time.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from heads.figures import left_out_figures
from heads.fit import first_of, middles
from heads.texts import Text, languages_of, load_texts
from probes.card import card
from probes.fit import Bank, is_shown, left_out
from safetensors.numpy import save_file

from persona_env.agents.probes import MODEL
from persona_env.agents.probes.encoder import POOLINGS, Encoder, States
from persona_env.agents.probes.probes import check_states
from persona_env.agents.probes.weights import FILE
from persona_env.errors import PersonaEnvError
from persona_env.validity import save_figures
from persona_env.validity.stored import FOLDER

LAYERS = [16, 20]


def encode(encoder: Encoder, texts: Sequence[Text]) -> States:
    """The states of texts: ``float32 of shape (N, K)``, rounded as they are kept."""
    asked = [[{"role": "user", "content": text.case["prompt"]}] for text in texts]
    found = encoder.states([(m, text.reply) for m, text in zip(asked, texts, strict=True)])
    return found.reshape(len(texts), -1).astype(np.float16).astype(np.float32)


def states_of(encoder: Encoder, texts: Sequence[Text], kept: Path | None) -> States:
    """The states of what the model is shown; from the file ``kept``, if it is there."""
    own = [text for text in texts if is_shown(text)]
    if kept is not None and kept.exists():
        found = np.load(kept, allow_pickle=False)
        wanted = (len(own), len(encoder.layers) * len(POOLINGS) * encoder.width)
        if found.shape != wanted:
            raise PersonaEnvError(f"{kept} holds states of shape {found.shape}, not {wanted}")
        return found.astype(np.float32)
    print(f"the model reads {len(own)} texts", flush=True)
    states = encode(encoder, own)
    if kept is not None:
        np.save(kept, states.astype(np.float16))
    return states


def save(bank: Bank, encoder: Encoder, texts: Sequence[Text], model: str, path: Path) -> None:
    """Train on all runs and write the heads, those of states as float16."""
    probe, last = bank.probe(frozenset()), bank.last(frozenset()).probes
    arrays = {
        "mean": probe.mean, "spread": probe.spread, "bias": probe.bias,
        "slope": last.slope, "shift": last.shift, "sharpness": last.sharpness,
        "content": last.content[0], "content_bias": last.content[1],
        "check": check_states(encoder),
    }  # fmt: skip
    made = {name: np.ascontiguousarray(a.astype(np.float32)) for name, a in arrays.items()}
    made["states"] = np.ascontiguousarray(probe.states.astype(np.float16))
    said = {
        "model": model, "layers": json.dumps(encoder.layers), "middle": json.dumps(middles()),
        "languages": json.dumps(languages_of(texts)),
    }  # fmt: skip
    save_file(made, path, said)


def main() -> None:
    """Measure by runs left out, then train on all and write everything."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default=MODEL, help="a folder, or an id of the hub")
    parser.add_argument("--name", help="what the file and the card call it; default: --model")
    parser.add_argument("--layers", type=int, nargs="+", default=LAYERS)
    parser.add_argument("--output", type=Path, default=FILE)
    parser.add_argument("--states", type=Path, help="an .npy file that keeps the states")
    given = parser.parse_args()
    try:
        train(given)
    except PersonaEnvError as error:
        raise SystemExit(f"{error}\n(--model FOLDER names a copy)") from None


def train(given: argparse.Namespace) -> None:
    """The same, by parsed arguments."""
    encoder, texts = Encoder(given.model, given.layers), load_texts()
    bank = Bank(texts, states_of(encoder, texts, given.states))
    if given.output == FILE:
        probed, counted = left_out(bank)
        page = Path(__file__).resolve().parents[1] / "docs" / "probes.md"
        shown = [text for text in texts if is_shown(text)]
        page.write_text(card(shown, probed, counted, given.layers), "utf-8")
        own = [text for text in shown if text.reading]  # they come first
        said = first_of(probed, len(own))
        save_figures(FOLDER / "probes.json", left_out_figures(own, said, "rules+probes"))
    save(bank, encoder, texts, given.name or given.model, given.output)


if __name__ == "__main__":
    main()
