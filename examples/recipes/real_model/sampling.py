"""Replies of a model under training: for judging it, and for TRL on a machine without a GPU.

TRL samples with ``model.generate``, which on a CPU takes most of a step: here the adapters are
merged into a copy in half precision, and this library's decoder does the rest.
"""

from __future__ import annotations

import argparse
import copy
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from accelerate import PartialState
from accelerate.utils import gather_object
from cases import messages
from options import template_arguments
from peft import PeftModel
from transformers import PreTrainedModel

from persona_env import PersonaEnv
from persona_env.agents.language_model import codec_of, ends_of, generate
from persona_env.messages import Message
from persona_env.scenarios.case import Case

BATCH = 64
"""Replies that are sampled at once."""


def merged(model: PreTrainedModel | PeftModel) -> PreTrainedModel:
    """A copy with the adapters in its weights, in half precision."""
    whole = copy.deepcopy(model)
    if isinstance(whole, PeftModel):
        whole = whole.merge_and_unload()
    return whole.to(torch.bfloat16).eval()


class Sampler:
    """Samples replies to chats; the generator goes on from batch to batch, and model to model."""

    def __init__(
        self, options: argparse.Namespace, temperature: float, seed: int, device: torch.device
    ) -> None:
        self.max_new_tokens, self.temperature = options.max_new_tokens, temperature
        self.template = template_arguments(options)
        place = PartialState().process_index  # of several processes, each samples something else
        own = np.random.SeedSequence([seed, place]).generate_state(1)[0]
        self.generator = torch.Generator(device=device).manual_seed(int(own))

    def prompt(self, tokenizer: Any, said: Sequence[Message]) -> list[int]:
        """The chat as ids, ready for the reply."""
        ids: list[int] = tokenizer.apply_chat_template(
            list(said), add_generation_prompt=True, tokenize=True, return_dict=True, **self.template
        )["input_ids"]
        return ids

    def ids(self, model: Any, tokenizer: Any, prompts: Sequence[list[int]]) -> list[list[int]]:
        """A reply of the model as it stands to each prompt, without its end."""
        whole = merged(model)
        codec = codec_of(
            tokenizer,
            whole.config.get_text_config().vocab_size,
            ends_of(whole.generation_config.eos_token_id, tokenizer),
        )
        made: dict[int, list[int]] = {}
        order = np.argsort([len(one) for one in prompts], kind="stable").tolist()
        for start in range(0, len(order), BATCH):
            places = order[start : start + BATCH]  # of about one length: little padding
            replies = generate(
                whole, codec, [prompts[place] for place in places], generator=self.generator,
                max_new_tokens=self.max_new_tokens, temperature=self.temperature,
            )  # fmt: skip
            made.update(zip(places, replies, strict=True))
        return [made[place] for place in range(len(prompts))]

    def replies(
        self, model: Any, tokenizer: Any, env: PersonaEnv, cases: Sequence[Case]
    ) -> list[str]:
        """A reply to each case; several processes share the work, and each gets all replies."""
        with PartialState().split_between_processes([*cases]) as mine:
            prompts = [self.prompt(tokenizer, messages(env, case)) for case in mine]
            made = self.ids(model, tokenizer, prompts)
        said = [tokenizer.decode(ids, skip_special_tokens=True) for ids in made]
        every: list[str] = gather_object(said)
        return every

    def rollout(self, prompts: list[list[Message]], trainer: Any) -> dict[str, Any]:
        """``rollout_func`` of TRL's trainers: one reply to each prompt, as ids with their end."""
        model, tokenizer = trainer.accelerator.unwrap_model(trainer.model), trainer.processing_class
        given = [self.prompt(tokenizer, prompt) for prompt in prompts]
        made, end = self.ids(model, tokenizer, given), tokenizer.eos_token_id
        whole = [ids if len(ids) >= self.max_new_tokens else [*ids, end] for ids in made]
        return {"prompt_ids": given, "completion_ids": whole, "logprobs": None}
