"""Train a language model for users who want opposite things, and judge it before and after.

    python examples/recipes/real_model/train.py --model models/smollm2 --output runs/real --cpu

Needs ``pip install 'persona_env[learning]'``. The model, an id of the Hugging Face Hub or a folder,
gets LoRA adapters: first by SFT on replies of the bank that suit one user alone (``--warm-up 0``
leaves it out), then by GRPO with TRL, where the reward of a reply is that of the user who asked.
Before, between and after, each user judges the replies for every user to held-out questions. Writes
``figures.json`` and ``replies.jsonl`` for each seed, and the adapters.
"""

from __future__ import annotations

import argparse
from typing import Any

import torch
from accelerate import PartialState
from best_of import best_of
from cases import Worlds, worlds
from options import parser
from peft import LoraConfig, PeftModel, get_peft_model
from records import Record
from server import check_server
from stages import group_signal, reinforce, warm_up
from transformers import AutoModelForCausalLM, AutoTokenizer, set_seed


def adapted(options: argparse.Namespace) -> Any:
    """The model with fresh adapters on all of its linear layers, or with those of a run before."""
    attention = "eager" if options.cpu else None  # on a CPU faster than the backward pass of SDPA
    model = AutoModelForCausalLM.from_pretrained(
        options.model, dtype=torch.bfloat16, attn_implementation=attention
    ).to(PartialState().device)
    if options.adapter:
        return PeftModel.from_pretrained(model, options.adapter, is_trainable=True)
    rank = options.lora_rank
    config = LoraConfig(
        r=rank, lora_alpha=2 * rank, target_modules="all-linear", task_type="CAUSAL_LM"
    )
    return get_peft_model(model, config)


def train(options: argparse.Namespace, found: Worlds, seed: int) -> None:
    """One seed from the initial model to its figures."""
    set_seed(seed)
    tokenizer = AutoTokenizer.from_pretrained(options.model, padding_side="left")
    model = adapted(options)
    record = Record(options, found, seed, model, tokenizer)
    if not options.not_before:
        record.judge("before")
    if options.warm_up:
        with record.timed("warm_up"):
            warm_up(model, tokenizer, found, options, seed)
        record.keep()
        record.judge("warm_up")
    if options.rounds:
        with record.timed("rounds"):
            told = best_of(model, tokenizer, found, options, seed)
        record.keep()
        record.note("rounds", told)
        record.judge("best_of")
    if options.probe_groups:
        record.note("signal", group_signal(model, tokenizer, found, options, seed))
    if options.steps:
        with record.timed("grpo"):
            steps = reinforce(model, tokenizer, found, options, seed)
        record.keep()
        record.note("steps", steps)
        record.judge("after")


def main() -> None:
    """Train every seed."""
    options = parser().parse_args()
    PartialState(cpu=options.cpu)  # of the processes that torchrun or accelerate started
    check_server(options)
    found = worlds(
        options.users, options.new_users, options.scenarios, options.reader, options.system
    )
    for seed in options.seeds:
        train(options, found, seed)


if __name__ == "__main__":
    main()
