"""The two stages of training, and how much the first step of GRPO could learn from its groups."""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np
import torch
from accelerate import PartialState
from accelerate.utils import broadcast_object_list
from cases import Worlds, cases_of
from datasets import Dataset
from judged import rewards_of
from options import template_arguments
from sampling import Sampler
from trl import GRPOConfig, GRPOTrainer, SFTConfig, SFTTrainer
from warm_up import warm_up_rows

from persona_env.adapters.trl import dataset, reward
from persona_env.metrics import share_without_signal

LONGEST = 320
"""Tokens of a row of the warm-up, prompt and reply; the rest is cut off."""


def shared(options: argparse.Namespace, seed: int) -> dict[str, Any]:
    """Settings of both trainers."""
    return {
        "output_dir": str(options.output / "trl"), "seed": seed,
        "use_cpu": options.cpu or not torch.accelerator.is_available(),
        "bf16": True, "gradient_checkpointing": options.gradient_checkpointing,
        "per_device_train_batch_size": options.batch, "save_strategy": "no",
        "ddp_find_unused_parameters": False,
        "report_to": "none", "disable_tqdm": True, "lr_scheduler_type": "cosine",
    }  # fmt: skip


def warm_up(
    model: Any, tokenizer: Any, found: Worlds, options: argparse.Namespace, seed: int
) -> None:
    """SFT on replies of the bank, each for the user whom alone it suits."""
    rows = [None]
    if PartialState().is_main_process:  # scoring the bank takes a while: once is enough
        rows = [warm_up_rows(found, options.warm_up, options.reader, options.system)]
    imitate(
        model, tokenizer, broadcast_object_list(rows)[0], options, seed,
        learning_rate=options.warm_up_lr, num_train_epochs=options.warm_up_epochs,
    )  # fmt: skip


def imitate(
    model: Any,
    tokenizer: Any,
    rows: list[dict[str, Any]],
    options: argparse.Namespace,
    seed: int,
    **settings: float,
) -> None:
    """SFT on rows of ``prompt`` and ``completion``, with these settings of TRL."""
    told = {"chat_template_kwargs": template_arguments(options)} if options.no_thinking else {}
    config = SFTConfig(
        **shared(options, seed), **settings, max_length=LONGEST, logging_steps=10,
        train_sampling_strategy="group_by_length",
    )  # fmt: skip
    given = Dataset.from_list([{**row, **told} for row in rows])
    SFTTrainer(model=model, args=config, train_dataset=given, processing_class=tokenizer).train()


def grpo_config(options: argparse.Namespace, seed: int) -> GRPOConfig:
    """Settings of GRPO: a step is an update on ``cases`` groups of ``group`` replies."""
    replies = options.cases * options.group
    at_once = options.batch * PartialState().num_processes
    return GRPOConfig(
        **shared(options, seed), learning_rate=options.lr, beta=options.beta,
        max_steps=options.steps, logging_steps=1, num_generations=options.group,
        generation_batch_size=replies, gradient_accumulation_steps=max(1, replies // at_once),
        chat_template_kwargs=template_arguments(options),
        max_completion_length=options.max_new_tokens, temperature=options.temperature,
        use_vllm=options.vllm_server is not None, vllm_mode="server",
        vllm_server_base_url=options.vllm_server,
    )  # fmt: skip


def reinforce(
    model: Any, tokenizer: Any, found: Worlds, options: argparse.Namespace, seed: int
) -> list[dict[str, Any]]:
    """GRPO: each reply is paid by the user who asked. Returns the log of its steps."""
    sampler = Sampler(options, options.temperature, seed, model.device)
    trainer = GRPOTrainer(
        model=model, args=grpo_config(options, seed), processing_class=tokenizer,
        reward_funcs=reward(found.train), train_dataset=dataset(found.train),
        rollout_func=sampler.rollout if options.cpu else None,
    )  # fmt: skip
    trainer.train()
    names = ("reward", "reward_std", "frac_reward_zero_std", "completions/mean_length", "kl")
    return [
        {name: float(row[name]) for name in names if name in row}
        for row in trainer.state.log_history
        if "reward" in row
    ]


def group_signal(
    model: Any, tokenizer: Any, found: Worlds, options: argparse.Namespace, seed: int
) -> dict[str, float]:
    """What groups of replies earn before GRPO: their mean spread, and how many have none."""
    cases = cases_of(found.train)
    order = np.random.default_rng(seed).permutation(len(cases))
    picked = [cases[place] for place in order[: options.probe_groups]]
    asked = [case for case in picked for _ in range(options.group)]
    sampler = Sampler(options, options.temperature, seed, model.device)
    replies = sampler.replies(model, tokenizer, found.train, asked)
    said = [(case.scenario.id, reply) for case, reply in zip(asked, replies, strict=True)]
    earned = rewards_of(found.train, said)
    users = [user.id for user in found.train.users]
    own = earned[np.arange(len(asked)), [users.index(case.user.id) for case in asked]]
    spread = own.reshape(len(picked), options.group).std(1)
    names = [(case.scenario.id, case.user.id) for case in asked]
    return {
        "groups": len(picked), "without_signal": share_without_signal(own.tolist(), names),
        "spread": round(float(spread.mean()), 4), "reward": round(float(own.mean()), 4),
    }  # fmt: skip
