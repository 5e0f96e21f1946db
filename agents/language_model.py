"""A causal language model as an agent: load, sample in batches with a key-value cache, save."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Mapping, Sequence
from itertools import compress, takewhile
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from torch import Tensor
from transformers import AutoModelForCausalLM, AutoTokenizer, PreTrainedModel
from transformers.utils import logging as transformers_logging

from persona_env.agent import Cut
from persona_env.errors import PersonaEnvError, TokenizerError
from persona_env.messages import Conversation
from persona_env.registration import NATURAL_TOKENS, find_policy, register_of
from persona_env.wrappers.bundled_tokenizer import SPECIAL, BundledCodec
from persona_env.wrappers.chat_template import tell_template
from persona_env.wrappers.fitting import check_room, fitted
from persona_env.wrappers.hugging_face_tokenizer import TransformersCodec
from persona_env.wrappers.token_actions import MAX_NEW_TOKENS
from persona_env.wrappers.token_ids import EndToken
from persona_env.wrappers.tokenizers import Codec

from .adapters import base_of, is_adapter, merged
from .device import known_device, wants_half
from .hub import folder_of, only_local
from .inference.cache import SlotCache
from .inference.choices import BITS, draw
from .inference.decode import decoder_for
from .inference.head import Shape, shape_of
from .inference.reference import reads_all, sampled, text_config


def use_threads(count: int) -> None:
    """Compute with so many threads of this process."""
    torch.set_num_threads(count)


def load_policy(
    name: str | Path,
    device: str = "cpu",
    end_token: EndToken | None = None,
    template_arguments: Mapping[str, Any] | None = None,
    precision: str = "float32",
) -> tuple[PreTrainedModel, Codec]:
    """The model and its codec.

    Only safetensors are read and no remote code is run.

    Parameters
    ----------
    name:
        A bundled policy (``"persona-tiny"``), a folder written by ``save_pretrained`` (also of a
        LoRA adapter, which is merged into its base model), or a Hugging Face id.
    device:
        One that :func:`~persona_env.agents.device.known_device` takes.
    end_token:
        What ends a reply, as text or id, or several; default: ``eos_token_id`` of the model's
        generation config and ``eos_token`` of its tokenizer. It is noted in the generation
        config, so that a copy that is saved keeps it.
    template_arguments:
        What else the tokenizer's chat template is given, such as ``{"enable_thinking": False}``;
        see :func:`~persona_env.wrappers.chat_template.tell_template`.
    precision:
        Of the weights: ``"float32"``, ``"bfloat16"``, which takes half the memory, or ``"auto"``:
        bfloat16 where the device multiplies in it. What is trained here has single precision.

    Raises
    ------
    PersonaEnvError
        If there is no such policy or device, the hub does not answer, the files are no policy, or
        the tokenizer does not have the ``end_token`` or a template that reads the arguments.
    """
    path, device = find_policy(name), known_device(device)
    dtype = torch.bfloat16 if wants_half(precision, torch.device(device)) else torch.float32
    local = only_local(path)
    transformers_logging.disable_progress_bar()  # a bar for a file of two megabytes
    try:
        tokenizer = _tokenizer(
            path, local, template_arguments
        )  # says what is wrong, before weights
        model = _whole_model(path, local, dtype)
    except TokenizerError:  # says itself what is wrong
        raise
    except (OSError, ValueError, SafetensorError) as error:
        raise PersonaEnvError(
            f"{str(name)!r} holds no policy: give a folder that save_pretrained wrote, such as "
            f"'policy' in the folder of a run. ({error})"
        ) from error
    said = model.generation_config.eos_token_id
    ends = end_token if end_token is not None else ends_of(said, tokenizer)
    codec = codec_of(tokenizer, text_config(model).vocab_size, ends)
    if end_token is not None:
        ids = list(codec.end_ids)
        model.generation_config.eos_token_id = ids if len(ids) > 1 else ids[0]
    return model.to(device).eval(), codec


def save_tokenizer(
    name: str | Path, folder: Path, template_arguments: Mapping[str, Any] | None = None
) -> None:
    """Put the tokenizer of policy ``name`` beside saved weights, for ``from_pretrained``."""
    load_tokenizer(name, template_arguments).save_pretrained(folder)


def load_tokenizer(name: str | Path, template_arguments: Mapping[str, Any] | None = None) -> Any:
    """The tokenizer of policy ``name``, as transformers has it, with arguments of its template."""
    path = find_policy(name)
    return _tokenizer(path, only_local(path), template_arguments)


def _whole_model(path: str, local: bool, dtype: torch.dtype) -> PreTrainedModel:
    """The model of a folder or id; an adapter merged into its base model."""
    path = folder_of(path) if local else path
    if is_adapter(path):
        base = base_of(path)
        return merged(_whole_model(base, only_local(base), dtype), path)
    model: PreTrainedModel = AutoModelForCausalLM.from_pretrained(
        path,
        dtype=dtype,
        use_safetensors=True,
        trust_remote_code=False,
        local_files_only=local,
    )
    return model


def _tokenizer(path: str, local: bool, template_arguments: Mapping[str, Any] | None) -> Any:
    """The tokenizer of a folder or id; of an adapter without one that of its base model."""
    path = folder_of(path) if local else path
    if is_adapter(path) and not Path(path, "tokenizer_config.json").is_file():
        base = base_of(path)
        return _tokenizer(base, only_local(base), template_arguments)
    found = AutoTokenizer.from_pretrained(path, trust_remote_code=False, local_files_only=local)
    if template_arguments and _is_bundled(found):
        raise PersonaEnvError(
            f"a bundled policy has no chat template, which could be given "
            f"{[*template_arguments]}: leave them out"
        )
    if template_arguments:
        tell_template(found, template_arguments)
    return found


def _is_bundled(tokenizer: Any) -> bool:
    return tokenizer.is_fast and set(SPECIAL) <= set(tokenizer.get_vocab())


def codec_of(tokenizer: Any, vocab_size: int, end_token: EndToken | None = None) -> Codec:
    """The codec for a Hugging Face tokenizer; ours if it holds our special tokens."""
    if _is_bundled(tokenizer):
        return BundledCodec(tokenizer.backend_tokenizer, end_token)
    return TransformersCodec(tokenizer, vocab_size, end_token)


def ends_of(said: int | list[int] | None, tokenizer: Any) -> list[int] | None:
    """What ends a reply by a model's generation config and its tokenizer, the latter first.

    ``None`` if the model does not say: its tokenizer decides alone. Ids that the tokenizer does
    not have are left out: they are defaults of the architecture.
    """
    own = [said] if isinstance(said, int) else list(said or ())
    known = {*tokenizer.get_vocab().values()}
    own = [one for one in own if one in known]
    if not own:
        return None
    first = tokenizer.eos_token_id
    return list(dict.fromkeys([*([] if first is None else [first]), *own]))


def forbidden_ids(codec: Codec, vocab_size: int, device: torch.device | str) -> Tensor:
    """Ids a reply must not hold, ``bool of shape (V,)``: special ones but the ends, and unused."""
    mask = torch.zeros(vocab_size, dtype=torch.bool, device=device)
    mask[codec.size :] = True
    mask[[i for i in codec.special if i not in codec.end_ids]] = True
    return mask


@torch.inference_mode()
def generate(
    model: PreTrainedModel,
    codec: Codec,
    prompts: Sequence[Sequence[int]],
    *,
    max_new_tokens: int,
    temperature: float = 0.0,
    generator: torch.Generator | None = None,
) -> list[list[int]]:
    """Replies to a batch of prompts, as ids without an end token; temperature 0 is greedy."""
    if not temperature >= 0:
        raise ValueError(f"temperature={temperature!r} must be 0 (greedy) or above")
    ends, width = frozenset(codec.end_ids), max(map(len, prompts))
    forbidden = forbidden_ids(codec, text_config(model).vocab_size, model.device)
    how: Any = {
        "max_new_tokens": max_new_tokens, "temperature": temperature, "generator": generator,
    }  # fmt: skip
    if reads_all(model, width + max_new_tokens):
        found = _by_slots(model, codec, prompts, forbidden, **how)
    else:
        found = sampled(
            model, prompts, ends=codec.end_ids, pad_id=codec.pad_id, forbidden=forbidden, **how
        )
    return [list(takewhile(lambda one: one not in ends, row)) for row in found]


def _by_slots(
    model: PreTrainedModel,
    codec: Codec,
    prompts: Sequence[Sequence[int]],
    forbidden: Tensor,
    *,
    max_new_tokens: int,
    temperature: float,
    generator: torch.Generator | None,
) -> list[list[int]]:
    """Ids after each prompt, an end with them: a row that ended is not read any further."""
    device, count, ends = model.device, len(prompts), frozenset(codec.end_ids)
    width = max(map(len, prompts))
    padded = [[*prompt, *[codec.pad_id] * (width - len(prompt))] for prompt in prompts]
    ids = torch.tensor(padded, device=device)
    lengths = torch.tensor([len(prompt) for prompt in prompts], device=device)
    cache = SlotCache(count, width + max_new_tokens, model.dtype)
    closed = torch.zeros(len(forbidden), dtype=model.dtype, device=device)
    shape = shape_of(model) if temperature else Shape()  # of the likeliest token it changes nothing
    head, scale = model.get_output_embeddings(), BITS * shape.factor / (temperature or 1.0)
    bias, weight = closed.masked_fill_(forbidden, -torch.inf), head.weight.t()
    if head.bias is not None:
        bias += head.bias * scale
    cap = shape.cap * scale
    decoder = decoder_for(model, cache.length)
    replies: list[list[int]] = [[] for _ in prompts]
    held, going = replies, [True] * count  # the rows that the cache holds, and which of them go on
    hidden = decoder.prefill(ids, cache, None, lengths)
    for left in reversed(range(max_new_tokens)):
        bits = torch.addmm(bias, hidden, weight, alpha=scale)
        if cap:
            bits = bits.div_(cap).tanh_().mul_(cap).masked_fill_(forbidden, -torch.inf)
        picked = draw(bits, generator) if temperature else bits.argmax(-1)
        made = picked.tolist()
        for reply, one in zip(held, made, strict=True):
            reply.append(one)
        if not left:
            break
        if not ends.isdisjoint(made):
            going = [goes and one not in ends for goes, one in zip(going, made, strict=True)]
            if not any(going):
                break
            if sum(going) <= len(held) // 2:  # the others are done: they are left behind
                some = torch.tensor(going, device=device)
                cache, lengths, picked = cache.keep(some), lengths[some], picked[some]
                held, going = list(compress(held, going)), [True] * sum(going)
        lengths = lengths + 1
        hidden = decoder.step(picked, cache, None, lengths)
    return replies


class LanguageModelAgent:
    """Answers observations or lists of chat messages with a causal language model.

    See :func:`generate`. A prompt that is longer than the model's positions leave room for is
    shortened by :func:`~persona_env.wrappers.fitting.fitted`, and a warning tells so once.
    """

    def __init__(
        self,
        model: PreTrainedModel,
        codec: Codec,
        max_new_tokens: int = MAX_NEW_TOKENS,
        temperature: float = 0.0,
        seed: int = 0,
    ) -> None:
        self.model, self.codec = model, codec
        self.max_new_tokens, self.temperature = max_new_tokens, temperature
        self.generator = torch.Generator(device=model.device).manual_seed(seed)
        self.places: int = _places(model)
        check_room(codec, self.places - max_new_tokens)
        self._warned = False

    def __call__(self, conversations: Sequence[Conversation]) -> list[str]:
        """One reply to each observation, or to each list of messages (``info["messages"]``).

        One that did not end within ``max_new_tokens`` is a :class:`~persona_env.agent.Cut`.
        """
        prompts = [self._prompt(conversation) for conversation in conversations]
        replies = generate(
            self.model,
            self.codec,
            prompts,
            max_new_tokens=self.max_new_tokens,
            temperature=self.temperature,
            generator=self.generator,
        )
        return [self._said(reply) for reply in replies]

    def _said(self, reply: Sequence[int]) -> str:
        text = self.codec.decode(reply)
        return text if len(reply) < self.max_new_tokens else Cut(text)  # an end token is no part

    def _prompt(self, conversation: Conversation) -> list[int]:
        ids, cut = fitted(self.codec, conversation, self.places - self.max_new_tokens)
        if cut and not self._warned:
            self._warned = True
            warnings.warn(
                f"a prompt does not fit the {self.places} positions of the model with "
                f"max_new_tokens={self.max_new_tokens}: its oldest turns, or the middle of its "
                "longest texts, are left out",
                stacklevel=3,
            )
        return ids


def _places(model: PreTrainedModel) -> int:
    """The most tokens that a model reads, as far as it says."""
    return getattr(text_config(model), "max_position_embeddings", None) or sys.maxsize


def load_agent(
    path: str,
    device: str = "cpu",
    end_token: EndToken | None = None,
    *,
    max_new_tokens: int | None = None,
    temperature: float = 0.0,
    seed: int = 0,
    template_arguments: Mapping[str, Any] | None = None,
    precision: str = "float32",
) -> LanguageModelAgent:
    """The agent of a saved or bundled policy; see :func:`load_policy`.

    ``max_new_tokens`` is by default what its register calls for (:data:`NATURAL_TOKENS`), and at
    most half of the model's positions.
    """
    model, codec = load_policy(path, device, end_token, template_arguments, precision)
    if max_new_tokens is None:
        wanted = MAX_NEW_TOKENS if register_of(path) == "tiny" else NATURAL_TOKENS
        max_new_tokens = min(wanted, _places(model) // 2)
    return LanguageModelAgent(model, codec, max_new_tokens, temperature, seed)
