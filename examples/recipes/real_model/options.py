"""The options of the recipe."""

from __future__ import annotations

import argparse
from pathlib import Path

from cases import CATEGORIES, NEW, SYSTEM, TRAINED


def parser() -> argparse.ArgumentParser:
    """What the command line takes; the defaults are those of ``docs/real_models.md``."""
    made = argparse.ArgumentParser(
        description="Train a language model for users who want opposite things.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    _what(made.add_argument_group("what is trained, for whom"))
    _warm_up(made.add_argument_group("warm-up by SFT on the bank"))
    _best_of(made.add_argument_group("rejection sampling from the model"))
    _grpo(made.add_argument_group("GRPO; its --group and --temperature also sample the rounds"))
    _machine(made.add_argument_group("machine"))
    _judged(made.add_argument_group("judging"))
    return made


def _what(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--model", required=True, help="an id of the hub, or a folder")
    group.add_argument("--output", type=Path, required=True, help="a folder, made if needed")
    group.add_argument("--users", nargs="+", default=[*TRAINED], help="names or TOML files")
    group.add_argument("--new-users", nargs="*", default=[*NEW], help="judged, never trained on")
    group.add_argument("--scenarios", nargs="+", default=[*CATEGORIES], help="categories or files")
    group.add_argument("--system", default=SYSTEM, help="'words', 'short', or a Jinja2 template")
    group.add_argument(
        "--no-thinking", action="store_true", help="tell the chat template: enable_thinking=False"
    )
    group.add_argument("--reader", default="heads", help="reads the replies, for the reward")
    group.add_argument("--seeds", type=int, nargs="+", default=[0])
    group.add_argument("--adapter", help="adapters of a run to go on from; default: fresh ones")
    group.add_argument("--lora-rank", type=int, default=16)


def _warm_up(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--warm-up", type=int, default=100, help="replies for each user; 0: none")
    group.add_argument("--warm-up-epochs", type=float, default=2.0)
    group.add_argument("--warm-up-lr", type=float, default=5e-4)


def _best_of(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--rounds", type=int, default=0, help="each over all train cases; 0: none")
    group.add_argument("--round-lr", type=float, default=5e-4)


def _grpo(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--steps", type=int, default=40)
    group.add_argument("--cases", type=int, default=4, help="cases in a step")
    group.add_argument("--group", type=int, default=8, help="replies to each case")
    group.add_argument("--lr", type=float, default=2e-4)
    group.add_argument("--beta", type=float, default=0.0, help="weight of the KL divergence")
    group.add_argument("--temperature", type=float, default=1.0)
    group.add_argument("--max-new-tokens", type=int, default=160)


def _machine(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--cpu", action="store_true", help="train on the CPU, with our decoder")
    group.add_argument("--batch", type=int, default=8, help="rows of a forward pass, per device")
    group.add_argument("--gradient-checkpointing", action="store_true")
    group.add_argument("--vllm-server", metavar="URL", help="where 'trl vllm-serve' samples")


def _judged(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--questions", type=int, help="held-out ones; all by default")
    group.add_argument("--judge-temperature", type=float, default=0.0, help="0: greedy")
    group.add_argument("--not-before", action="store_true", help="judge only what was trained")
    group.add_argument("--second-reader", help="another reader, as a second opinion")
    group.add_argument(
        "--probe-groups", type=int, default=8, help="groups sampled before GRPO; 0: none"
    )


def template_arguments(options: argparse.Namespace) -> dict[str, bool]:
    """What the chat template is told beside the messages."""
    return {"enable_thinking": False} if options.no_thinking else {}
