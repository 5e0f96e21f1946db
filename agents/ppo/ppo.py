"""stable-baselines3 PPO for token environments: its algorithm, and a buffer that knows text.

The buffer adds the KL penalty to the reference policy and hands out whole slots, so that the
policy's one pass per episode has episodes to pass over.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Any, Never

import numpy as np
import numpy.typing as npt
import torch
from stable_baselines3 import PPO
from stable_baselines3.common.buffers import DictRolloutBuffer
from stable_baselines3.common.type_aliases import DictRolloutBufferSamples
from stable_baselines3.common.vec_env import VecEnv

from persona_env.errors import PersonaEnvError
from persona_env.wrappers.token_ids import EndToken

from ..sizes import parameters_of, rate_for
from .policy import LanguageModelPolicy, ScaledAdamW
from .ptx import Pretraining
from .vec_env import TokenVecEnv

NO_PICKLE = (
    "stable-baselines3 saves a model as pickle, which runs code when it is loaded: "
    "persona_env.agents.save_ppo(ppo, file) and load_ppo(file) hold the same in safetensors"
)
DEFAULTS: dict[str, Any] = {
    "n_steps": 64,
    "batch_size": 4096,
    "n_epochs": 2,
    "gamma": 1.0,
    "gae_lambda": 1.0,
    "clip_range": 0.2,
    "ent_coef": 0.0,
    "vf_coef": 0.5,
    "max_grad_norm": 1.0,
}


class TextRolloutBuffer(DictRolloutBuffer):
    """A :class:`DictRolloutBuffer` that knows the initial policy, the reference.

    ``rewards`` become :math:`r_t - \\beta (\\log \\pi(a_t) - \\log \\pi_{ref}(a_t))` before the
    advantages (the per-token form of Stiennon et al. 2020, section 3.4, with gamma 1). A reply with
    a token whose :math:`\\log \\pi_{ref}` is below ``floor`` earns nothing: fluent nonsense is made
    of such tokens. Minibatches are of whole slots, so that episodes are encoded in one piece.

    Parameters
    ----------
    kl_coef:
        Beta, at least 0.
    floor:
        A log-probability, below 0.
    together:
        Groups of this many slots stay in one minibatch: they have the same prompts.
    options:
        Those of :class:`DictRolloutBuffer`.

    Raises
    ------
    ValueError
        If one of them is out of range.
    """

    policy: LanguageModelPolicy | None = None
    kl = 0.0
    unlikely = 0.0
    _lowest: npt.NDArray[np.float32] | None = None

    def __init__(
        self,
        *args: Any,
        kl_coef: float = 0.0,
        floor: float = -np.inf,
        together: int = 1,
        **options: Any,
    ) -> None:
        if not kl_coef >= 0:
            raise ValueError(f"kl_coef={kl_coef!r} must be at least 0, or it rewards drift")
        if not floor < 0:
            raise ValueError(f"floor={floor!r} must be below 0: it bounds a log-probability")
        super().__init__(*args, **options)
        if together < 1 or self.n_envs % together:
            raise ValueError(f"{self.n_envs} environments do not make groups of {together}")
        self.kl_coef, self.floor, self.together = kl_coef, floor, together
        self.order = np.random.default_rng(0)

    def compute_returns_and_advantage(self, last_values: torch.Tensor, dones: Any) -> None:
        """As the parent, on the penalised rewards; ``kl`` is then the mean per token."""
        if self.kl_coef or self.floor > -np.inf:
            if self.policy is None:
                raise PersonaEnvError(
                    "the KL penalty needs the initial policy, which this PPO does not hand to its "
                    "buffer: make it with make_ppo or load_ppo"
                )
            reference = self._reference_log_probs(self.policy)
            self._refuse_unlikely(reference)
            gap = self.log_probs - reference
            self.rewards -= self.kl_coef * gap
            self.kl = float(gap.mean())
        super().compute_returns_and_advantage(last_values, dones)

    def _refuse_unlikely(self, reference: npt.NDArray[np.float32]) -> None:
        """No reward for an episode with a token below the floor, in this rollout or before it."""
        if self._lowest is None:
            self._lowest = np.zeros(self.n_envs, dtype=np.float32)
        paid = dropped = 0
        for step, starts in enumerate(self.episode_starts):
            self._lowest[starts > 0] = 0.0
            self._lowest = np.minimum(self._lowest, reference[step])
            below = self._lowest < self.floor
            paid += int((self.rewards[step] != 0).sum())
            dropped += int((self.rewards[step][below] != 0).sum())
            self.rewards[step][below] = 0.0
        self.unlikely = dropped / max(1, paid)

    def get(self, batch_size: int | None = None) -> Generator[DictRolloutBufferSamples, None, None]:  # type: ignore[override]
        """Minibatches of about ``batch_size`` rows, each of whole slots, in random order."""
        if not self.generator_ready:
            for key, values in self.observations.items():
                self.observations[key] = self.swap_and_flatten(values)
            for name in ("actions", "values", "log_probs", "advantages", "returns"):
                self.__dict__[name] = self.swap_and_flatten(self.__dict__[name])
            self.generator_ready = True
        groups = max(1, round(self.buffer_size * self.n_envs / (batch_size or np.inf)))
        clusters = np.arange(self.n_envs).reshape(-1, self.together)
        for part in np.array_split(self.order.permutation(clusters), groups):
            slots = part.ravel()
            rows = slots[:, None] * self.buffer_size + np.arange(self.buffer_size)
            yield self._get_samples(rows.ravel())

    def _reference_log_probs(self, policy: LanguageModelPolicy) -> Any:
        flat = {key: self.swap_and_flatten(values) for key, values in self.observations.items()}
        obs = {key: self.to_torch(values) for key, values in flat.items()}
        actions = self.to_torch(self.swap_and_flatten(self.actions))
        found = policy.reference_log_prob(obs, actions).cpu().numpy()
        return found.reshape(self.n_envs, self.buffer_size).T


class LanguageModelPPO(PPO):
    """PPO whose buffer knows the policy.

    :func:`~persona_env.agents.ppo.saved.save_ppo` and ``load_ppo`` write and read it; ``save`` and
    ``load``, which stable-baselines3 has, would run what a file of somebody else says, and refuse.
    """

    order: np.random.Generator | None = None
    """Draws the order of minibatches; saved with the model."""

    made_of: Mapping[str, Any] = {}
    """What :func:`make_ppo` was given."""

    pretraining: Pretraining | None = None
    """Text whose loss is mixed into updates; it is no part of what is saved."""

    def train(self) -> None:
        """An update on the rollout, with the loss on pretraining text where there is some."""
        if self.pretraining is None:
            return super().train()
        drawn = np.random.SeedSequence([self.seed or 0, self.num_timesteps])
        with self.pretraining.mixed_into(self.policy, np.random.default_rng(drawn)):
            super().train()
        self.logger.record("train/pretraining_loss", self.pretraining.loss)

    def save(self, *args: Any, **options: Any) -> Never:
        """Refuses: see the class."""
        raise PersonaEnvError(NO_PICKLE)

    @classmethod
    def load(cls, *args: Any, **options: Any) -> Never:
        """Refuses: see the class."""
        raise PersonaEnvError(NO_PICKLE)

    def _setup_model(self) -> None:
        if self.env is not None:
            self.rollout_buffer_kwargs = {
                **self.rollout_buffer_kwargs, "together": groups_of(self.env)
            }  # fmt: skip
        super()._setup_model()
        self.order = np.random.default_rng(self.seed) if self.order is None else self.order
        buffer, policy = self.rollout_buffer, self.policy
        if isinstance(buffer, TextRolloutBuffer) and isinstance(policy, LanguageModelPolicy):
            buffer.policy, buffer.order = policy, self.order


def groups_of(env: VecEnv) -> int:
    """How many environments get the same prompts."""
    inner = env.unwrapped
    return inner.together if isinstance(inner, TokenVecEnv) else 1


def make_ppo(
    env: VecEnv | None,
    policy: str = "persona-tiny",
    *,
    kl_coef: float = 0.02,
    floor: float = -np.inf,
    temperature: float = 1.0,
    precision: str = "float32",
    compiled: bool = False,
    lora: int = 0,
    microbatch: int | None = None,
    gradient_checkpointing: bool = False,
    end_token: EndToken | None = None,
    **options: Any,
) -> LanguageModelPPO:
    """PPO over token environments from a language model; ``options`` are those of SB3's PPO.

    ``kl_coef`` and ``floor`` are those of :class:`TextRolloutBuffer`; ``temperature`` and what
    follows it those of :class:`~persona_env.agents.ppo.policy.LanguageModelPolicy`. What ends a
    reply is what the environments say, and ``end_token`` without any: then the PPO has no networks
    until its ``_setup_model``. Without a ``learning_rate`` it is that of
    :func:`~persona_env.agents.sizes.rate_for`.
    """
    settings = {**DEFAULTS, **options}
    if "learning_rate" not in settings:
        settings["learning_rate"] = rate_for(parameters_of(policy), lora)
    shape = {"temperature": temperature, "precision": precision, "compiled": compiled,
             "lora": lora, "microbatch": microbatch,
             "gradient_checkpointing": gradient_checkpointing}  # fmt: skip
    made_of = {"policy": policy, "kl_coef": kl_coef, "floor": floor, **shape, **settings}
    settings["_init_setup_model"] = env is not None
    if env is not None:
        end_token = _ends(env)
        # A minibatch larger than the rollout is the rollout; SB3 warns of it.
        settings["batch_size"] = min(settings["batch_size"], settings["n_steps"] * env.num_envs)
    made = LanguageModelPPO(
        LanguageModelPolicy,
        env,  # type: ignore[arg-type] # none where networks are made later
        rollout_buffer_class=TextRolloutBuffer,
        rollout_buffer_kwargs={"kl_coef": kl_coef, "floor": floor},
        policy_kwargs={"policy": policy, "end_token": end_token, **shape,
                       "optimizer_class": ScaledAdamW,
                       "optimizer_kwargs": {"betas": (0.9, 0.95), "weight_decay": 0.0}},
        **settings,
    )  # fmt: skip
    made.made_of = made_of
    return made


def _ends(env: VecEnv) -> list[int] | None:
    """What ends a reply in these environments; ``None`` if they do not say."""
    return list(env.get_attr("codec", 0)[0].end_ids) if env.has_attr("codec") else None
