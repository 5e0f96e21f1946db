"""A language model as a stable-baselines3 policy.

What makes it feasible (plain re-encoding makes some three hundred tokens a second): a key-value
cache that lives across ``forward`` calls, one pass per episode in ``evaluate_actions`` with shared
prompts encoded once, half precision where the processor has it, special tokens forbidden by mask,
and a value head on detached features.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import gymnasium as gym
import torch
from stable_baselines3.common.policies import ActorCriticPolicy
from stable_baselines3.common.type_aliases import Schedule
from torch import Tensor, nn

from persona_env.errors import PersonaEnvError
from persona_env.wrappers.token_ids import EndToken

from ..device import wants_half
from ..inference.cache import SlotCache
from ..inference.choices import BITS, draw_and_log_prob, log_prob_and_entropy
from ..inference.decode import Decoder, decoder_for
from ..inference.head import shape_of
from ..inference.llama import LlamaEncoder, is_small_llama
from ..inference.reference import reads_all, text_config
from ..inference.sequences import PlainEncoder, StatesOf, base_of, encode
from ..language_model import forbidden_ids, load_policy
from ..lora import Adapters

Obs = dict[str, Tensor]


CLOSED = -1e30  # the logit of a forbidden id: finite, so that its share of the entropy is 0
PROMPTS_A_SLOT = 4  # how many prompts are remembered between updates, at most
VALUE_LR_SCALE = 4.0  # the value head starts from nothing, the model does not
TINY = 1e-12  # a rate of 0 trains nothing, whatever its scale
VALUE_LR = 1.2e-3  # of the value head, at least: it is as small where the model is large


class ScaledAdamW(torch.optim.AdamW):
    """AdamW whose parameter groups multiply the learning rate by their ``scale``.

    stable-baselines3 sets one learning rate for all groups before each update.
    """

    def step(self, closure: Any = None) -> Any:
        """One step with the scaled rates; the groups then hold the common rate again."""
        rates = [group["lr"] for group in self.param_groups]
        for group in self.param_groups:
            group["lr"] *= group.get("scale", 1.0)
        result = super().step(closure)
        for group, rate in zip(self.param_groups, rates, strict=True):
            group["lr"] = rate
        return result


class LanguageModelPolicy(ActorCriticPolicy):
    """Actor: a causal language model over ``TokenActions`` observations, warm-started.

    Critic: a small head on the model's last hidden state, without gradient into the model.

    Parameters
    ----------
    policy:
        What :func:`persona_env.agents.language_model.load_policy` takes.
    temperature:
        Of the sampling distribution, in rollouts and updates alike.
    keep_reference:
        Keep the initial policy for :meth:`reference_log_prob`: a frozen copy, or beside adapters
        the same weights without them.
    precision:
        ``"float32"``, ``"bfloat16"`` (matrix products of updates; weights stay in single
        precision), or ``"auto"``: bfloat16 where the device multiplies in it.
    end_token:
        What ends a reply, as text or id, or several; it must be what the environment takes. See
        :func:`persona_env.agents.language_model.load_policy`.
    compiled:
        Updates run through ``torch.compile``, which needs a C++ compiler on CPUs.
    lora:
        The rank of adapters that are trained in place of the weights
        (:class:`~persona_env.agents.lora.Adapters`); 0: the weights are trained.
    microbatch:
        Tokens of an update that are held at once; see
        :func:`~persona_env.agents.inference.sequences.encode`. ``None``: all of a minibatch.
    gradient_checkpointing:
        Of a layer what goes in is kept alone; the rest is worked out again on the way back.
    """

    _reads: StatesOf | None = None
    _reference_reads: StatesOf | None = None
    _reference: Any = None
    _adapters: Adapters | None = None

    def __init__(
        self,
        observation_space: gym.spaces.Dict,
        action_space: gym.spaces.Discrete,
        lr_schedule: Schedule,
        *,
        policy: str = "persona-tiny",
        temperature: float = 1.0,
        keep_reference: bool = True,
        precision: str = "float32",
        compiled: bool = False,
        end_token: EndToken | None = None,
        lora: int = 0,
        microbatch: int | None = None,
        gradient_checkpointing: bool = False,
        **kwargs: Any,
    ) -> None:
        self.policy_name, self.precision, self.compiled = policy, precision, compiled
        self.end_token, self.lora, self.microbatch = end_token, lora, microbatch
        self.gradient_checkpointing = gradient_checkpointing
        if not temperature > 0:
            raise ValueError(f"temperature={temperature!r} must be above 0 to train: it divides")
        self.temperature = temperature
        self.keep_reference = keep_reference
        super().__init__(observation_space, action_space, lr_schedule, **kwargs)

    def _build(self, lr_schedule: Schedule) -> None:
        model, self.codec = load_policy(self.policy_name, end_token=self.end_token)
        size = int(self.action_space.n)  # type: ignore[attr-defined]
        logits = text_config(model).vocab_size
        if logits != size:
            raise ValueError(
                f"the environment has {size} token actions and the policy {self.policy_name!r} "
                f"{logits} logits: give TokenActions the policy's tokenizer and "
                f"vocab_size={logits}"
            )
        self.model: Any = model
        places = observation_places(self.observation_space)
        if not reads_all(model, places):
            raise PersonaEnvError(
                f"not every layer of {self.policy_name!r} reads all of {places} tokens back, which "
                "PPO here asks for: train it by --method grpo, or shorten --context-length"
            )
        shape = shape_of(model)
        if shape.cap:
            raise PersonaEnvError(
                f"{self.policy_name!r} bounds its logits, which PPO here does not: train it by "
                "--method grpo"
            )
        self._factor = shape.factor
        hidden = model.config.hidden_size
        last = nn.Linear(128, 1)
        nn.init.zeros_(last.weight)
        nn.init.zeros_(last.bias)
        self.value_head = nn.Sequential(nn.Linear(hidden, 128), nn.Tanh(), last)
        self.forbidden: Tensor
        self.closed: Tensor
        self.register_buffer(
            "forbidden", forbidden_ids(self.codec, size, self.device), persistent=False
        )
        closed = torch.zeros(size).masked_fill(self.forbidden, CLOSED)
        self.register_buffer("closed", closed, persistent=False)
        # What is kept out of the module tree is neither trained nor saved.
        if self.lora:
            object.__setattr__(self, "_adapters", Adapters(model, self.lora))
        elif self.keep_reference:
            reference = copy.deepcopy(model).eval().requires_grad_(False)
            object.__setattr__(self, "_reference", reference)
        if self.gradient_checkpointing:
            keep_less(model)
        self._build_optimizer(lr_schedule(1))
        self._settle()

    def _build_optimizer(self, rate: float) -> None:
        trained = [one for one in self.model.parameters() if one.requires_grad]
        groups = [
            {"params": trained, "scale": 1.0},
            {
                "params": list(self.value_head.parameters()),
                "scale": max(VALUE_LR_SCALE, VALUE_LR / max(rate, TINY)),
            },
        ]
        optimizer_class: Any = self.optimizer_class
        self.optimizer = optimizer_class(groups, lr=rate, **self.optimizer_kwargs)

    def _settle(self) -> None:
        """What depends on the device. On CPUs plain products are faster than the fused attention,
        above all backwards."""
        attention = "eager" if self.device.type == "cpu" else "sdpa"
        for model in (self.model, self._reference):
            if model is not None:
                model.set_attn_implementation(attention)
        self._half = wants_half(self.precision, self.device)
        self._reads, self._reference_reads = map(self._reader, (self.model, self._reference))
        self._forget()

    def _reader(self, model: Any) -> StatesOf | None:
        """What updates read whole texts with."""
        if model is None:
            return None
        if self.compiled and model is self.model:  # shapes differ in every pass
            return PlainEncoder(torch.compile(base_of(model), dynamic=True))
        fused = self.device.type == "cpu" and not self.gradient_checkpointing
        if fused and is_small_llama(model):
            return LlamaEncoder(model, torch.bfloat16 if self._half else torch.float32)
        return PlainEncoder(base_of(model))

    def _apply(self, fn: Any, recurse: bool = True) -> Any:
        """Moves the reference too, which is no part of the module tree."""
        super()._apply(fn, recurse)  # type: ignore[no-untyped-call]
        if self._reference is not None:
            self._reference._apply(fn)
        self._settle()
        return self

    def _get_constructor_parameters(self) -> dict[str, Any]:
        data = super()._get_constructor_parameters()
        own = (
            "temperature", "keep_reference", "precision", "compiled", "end_token", "lora",
            "microbatch", "gradient_checkpointing",
        )  # fmt: skip
        return data | {"policy": self.policy_name} | {name: getattr(self, name) for name in own}

    def set_training_mode(self, mode: bool) -> None:
        """Training changes the weights, so the cache is dropped."""
        super().set_training_mode(mode)
        self._forget()

    def forward(self, obs: Obs, deterministic: bool = False) -> tuple[Tensor, Tensor, Tensor]:  # type: ignore[override]
        """Actions, values and log-probabilities; one token of work a continuing slot."""
        hidden = self._cached_hidden(obs)
        bits = self._bits(hidden)
        if not deterministic:
            actions, log_probs = draw_and_log_prob(bits)
        else:
            actions = bits.argmax(-1)
            log_probs = torch.log_softmax(bits / BITS, -1).gather(1, actions[:, None]).squeeze(1)
        return actions, self._value(hidden), log_probs

    def evaluate_actions(self, obs: Obs, actions: Tensor) -> tuple[Tensor, Tensor, Tensor]:  # type: ignore[override]
        """Values, log-probabilities and entropies; one pass per episode."""
        hidden = self._encoded(self.model, obs, self._reads)
        return self._value(hidden), *self._choices(self.model, hidden, actions)

    def predict_values(self, obs: Obs) -> Tensor:  # type: ignore[override]
        """The value of each observation."""
        return self._value(self._cached_hidden(obs))

    def _predict(self, observation: Obs, deterministic: bool = False) -> Tensor:  # type: ignore[override]
        return self.forward(observation, deterministic)[0]

    @torch.no_grad()
    def reference_log_prob(self, obs: Obs, actions: Tensor) -> Tensor:
        """Log-probabilities of these actions under the initial policy, of shape (B,)."""
        with self._initial() as (model, reads):
            hidden = self._encoded(model, obs, reads)
            return self._choices(model, hidden, actions)[0]

    @contextmanager
    def _initial(self) -> Iterator[tuple[Any, StatesOf | None]]:
        """The initial policy, and what reads with it."""
        if self._adapters is None:
            yield self._reference, self._reference_reads
            return
        with self._adapters.left_out():
            yield self.model, self._reads

    def save_adapters(self, folder: Path) -> None:
        """Write the adapters as peft does; nothing is written where there are none."""
        if self._adapters is not None:
            self._adapters.save(folder)

    def merged(self) -> Any:
        """The model with its adapters in its weights, which ends the training."""
        if self._adapters is not None:
            self._forget()
            self._adapters.merge()
            object.__setattr__(self, "_adapters", None)
        return self.model.eval()

    def _encoded(self, model: Any, obs: Obs, states_of: StatesOf | None) -> Tensor:
        tokens, mask, special = obs["tokens"], obs["attention_mask"], self.codec.special
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self._half):
            return encode(model, tokens, mask, special, states_of, microbatch=self.microbatch)

    def _choices(self, model: Any, hidden: Tensor, actions: Tensor) -> tuple[Tensor, Tensor]:
        """Log-probabilities of actions, and entropies, of shape (B,)."""
        weight, bias = self._head(model)
        kind = torch.bfloat16 if self._half else weight.dtype
        scaled = (hidden * self._sharpness).to(kind)
        return log_prob_and_entropy(scaled, weight.to(kind), bias, actions.long().flatten())

    def _head(self, model: Any) -> tuple[Tensor, Tensor]:
        """Weight and bias of logits at the sampling temperature; forbidden ids are closed."""
        head = model.get_output_embeddings()
        if head.bias is None:
            return head.weight, self.closed
        return head.weight, self.closed + head.bias.float() * self._sharpness

    def _bits(self, hidden: Tensor) -> Tensor:
        """Logits in bits at the sampling temperature; those of forbidden ids are never drawn."""
        weight, bias = self._head(self.model)
        scale = BITS * self._sharpness
        return torch.addmm(bias, hidden, weight.t(), beta=BITS, alpha=scale)

    @property
    def _sharpness(self) -> float:
        """What turns products of the head into logits at the sampling temperature."""
        return self._factor / self.temperature

    def _value(self, hidden: Tensor) -> Tensor:
        value: Tensor = self.value_head(hidden.detach().float())
        return value

    def _forget(self) -> None:
        self._cache: SlotCache | None = None
        self._decoder: Decoder | None = None
        # By prompt: its last hidden state, and where its keys and values are (SlotCache.put).
        self._prompts: dict[bytes, tuple[Tensor, tuple[Any, int, int]]] = {}

    @torch.no_grad()
    def _cached_hidden(self, obs: Obs) -> Tensor:
        """The last hidden state of each row, from the cache where the row goes on."""
        tokens, lengths = obs["tokens"], obs["attention_mask"].sum(1).long()
        count, width = tokens.shape
        if self._cache is None or self._cache.slots != count:
            self._cache = SlotCache(count, width, self.model.dtype)
            self._seen, self._held = tokens, torch.zeros_like(lengths)
        if self._decoder is None:
            self._decoder = decoder_for(self.model, width)
        before = torch.arange(width, device=tokens.device) < (lengths - 1)[:, None]
        begins = ((self._seen != tokens) & before).any(1) | (self._held < lengths - 1)
        begins |= lengths < 2
        self._seen, self._held = tokens.clone(), lengths
        fresh = begins.nonzero().flatten()
        if 2 * len(fresh) < count:  # what slots that begin take part in is overwritten next
            last = tokens.gather(1, lengths[:, None] - 1).squeeze(1)
            hidden = self._decoder.step(last, self._cache, None, lengths)
        else:
            hidden = tokens.new_empty((count, self.model.config.hidden_size), dtype=torch.float32)
            if len(fresh) < count:
                old = (~begins).nonzero().flatten()
                last, those = tokens[old, lengths[old] - 1], lengths[old]
                hidden[old] = self._decoder.step(last, self._cache, old, those)
        if len(fresh):
            hidden[fresh] = self._prefill(tokens[fresh], fresh, lengths[fresh])
        return hidden

    def _prefill(self, tokens: Tensor, rows: Tensor, lengths: Tensor) -> Tensor:
        """Rows that begin: a prompt met before under these weights is copied, not encoded."""
        cache: Any = self._cache
        decoder: Any = self._decoder
        sizes = lengths.tolist()
        keys = [row[:n].tobytes() for row, n in zip(tokens.cpu().numpy(), sizes, strict=True)]
        new = {key: i for i, key in enumerate(keys) if key not in self._prompts}
        if new:
            index = torch.tensor(list(new.values()), device=rows.device)
            ids = tokens[index, : int(lengths[index].max())]
            last = decoder.prefill(ids, cache, rows[index], lengths[index])
            taken = cache.take(rows[index], ids.shape[1])
            for place, (key, i) in enumerate(new.items()):
                self._prompts[key] = (last[place], (taken, place, sizes[i]))
        for row, (i, key) in zip(rows.tolist(), enumerate(keys), strict=True):
            if new.get(key) != i:
                cache.put(row, *self._prompts[key][1])
        found = torch.stack([self._prompts[key][0] for key in keys])
        while len(self._prompts) > PROMPTS_A_SLOT * cache.slots:
            self._prompts.pop(next(iter(self._prompts)))
        return found


def observation_places(space: gym.Space[Any]) -> int:
    """How many tokens an observation holds."""
    return int(space["tokens"].shape[0])  # type: ignore[index]


def keep_less(model: Any) -> None:
    """Keep of each layer what goes in alone, while training."""
    # transformers 5.2x calls it otherwise than 5.10 did.
    older = "gradient_checkpointing_enable"
    enable = getattr(model, "activation_checkpointing_enable", None) or getattr(model, older)
    enable({"use_reentrant": False})
