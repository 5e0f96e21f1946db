"""Other libraries beside this one, on the same machine.

The requirements of the peers contradict each other, so each has an environment of its own, in which
ours is measured as well, in turns with it: ``make peers`` installs them and writes the tables of
``docs/speed.md``. One of them, in an environment where it is installed::

    python benchmarks/peers.py --peer verifiers --save verifiers.json
    python benchmarks/peers.py --write docs/speed.md *.json

Token steps, whole replies and training end to end, each with median, minimum, maximum and the ratio
to our first row, per second of processor time. A peer that is not installed is left out, with a
line that says so and what to install. What a peer's environment does besides stepping is its own
choice: the games, the rubrics and the echo here judge a reply with one comparison, ours with some
twenty terms.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import warnings
from collections.abc import Callable, Sequence
from importlib import metadata
from pathlib import Path

import torch
from peer_ways import of_games, of_openenv, of_torchrl, of_trl, of_verifiers, ours, page
from peer_ways.ours import REPLIES, TRAINING, Made
from stepping import ROWS, Way, measure
from training import make_model

MODEL = {"width": 64, "layers": 2}  # 0.2 million parameters
Peer = Callable[[int], dict[str, Made]]
PEERS: dict[str, tuple[str, Peer | None]] = {
    "torchrl": ("torchrl", of_torchrl.ways),
    "textarena": (
        "textarena",
        lambda few: {REPLIES: {"TextArena GuessTheNumber, turns": of_games.text_arena}},
    ),
    "gem": ("gem-llm", lambda few: {REPLIES: {"GEM GuessTheNumber, turns": of_games.gem}}),
    "verifiers": (
        "verifiers",
        lambda few: {
            REPLIES: {
                f"verifiers rollout and score, {ROWS} at once": lambda: of_verifiers.rollout(ROWS)
            }
        },
    ),
    "openenv": (
        "openenv",
        lambda few: {REPLIES: {"OpenEnv echo, local socket": lambda: of_openenv.echo(few * 10)}},
    ),
    "trl": ("trl", None),
}
"""The distribution of each peer, and its ways; ``None``: it trains."""


def measured(peer: str, repeats: int, seconds: float, few: int) -> page.Run:
    """Rates of a peer's ways and of ours, in turns.

    Raises :class:`ImportError` if it is not installed.
    """
    distribution, ways = PEERS[peer]
    about = {"peer": distribution, "version": metadata.version(distribution)}
    if ways is None:
        mine, theirs = training(repeats)
        names, tables = {TRAINING: [*mine]}, {TRAINING: mine | theirs}
    else:
        own, found = ours.ways(few), ways(few)
        names = {title: [*own[title]] for title in found}
        made = {title: make(own[title] | theirs) for title, theirs in found.items()}
        tables = {title: measure(one, repeats, seconds) for title, one in made.items()}
    return {**about, "ours": names, "tables": tables}


def make(ways: Made) -> dict[str, Way]:
    """Each way, ready to be measured."""
    return {name: way() for name, way in ways.items()}


def training(repeats: int) -> tuple[dict[str, list[float]], dict[str, list[float]]]:
    """Replies a second of each way to train the same small model: ours, and TRL's."""
    with tempfile.TemporaryDirectory() as folder:
        model = make_model(Path(folder), **MODEL)
        theirs = {f"TRL {kind}": of_trl.rates(kind, model, repeats) for kind in ("GRPO", "RLOO")}
        return ours.ppo_rates(model, repeats), theirs


def found(peers: Sequence[str], repeats: int, seconds: float, few: int) -> list[page.Run]:
    """The runs of those peers that are installed; the others are told."""
    runs = []
    for peer in peers:
        try:
            runs.append(measured(peer, repeats, seconds, few))
        except ImportError:
            wanted = f"-r benchmarks/peer_ways/requirements/{peer}.txt"
            print(f"- left out: {peer} is not installed here: pip install {wanted}")
    return runs or [alone(repeats, seconds, few)]


def alone(repeats: int, seconds: float, few: int) -> page.Run:
    """Our ways, where no peer is installed."""
    own = ours.ways(few)
    tables = {title: measure(make(ways), repeats, seconds) for title, ways in own.items()}
    about = {"peer": "persona-env", "version": metadata.version("persona-env")}
    return {**about, "ours": {title: [*ways] for title, ways in own.items()}, "tables": tables}


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("saved", nargs="*", type=Path, help="files of --save, for one table")
    parser.add_argument("--peer", choices=PEERS, action="append", help="default: each that is here")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1.0, help="of each repetition")
    parser.add_argument("--quick", action="store_true", help="once, and briefly")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--save", type=Path, help="keep what was measured, as JSON")
    parser.add_argument("--write", type=Path, help="put the tables into this page")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    warnings.simplefilter("ignore")  # the peers' own
    os.environ["HF_DATASETS_DISABLE_PROGRESS_BARS"] = "1"
    how = (1, 0.02, 1) if options.quick else (options.repeats, options.seconds, 20)
    runs = page.load(options.saved) or found(options.peer or [*PEERS], *how)
    if options.save:
        options.save.write_text(json.dumps(runs, indent=1) + "\n", "utf-8")
    text = page.section(runs)
    if options.write:
        page.write(options.write, text)
    print(text)


if __name__ == "__main__":
    main()
