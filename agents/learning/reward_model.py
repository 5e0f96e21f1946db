r"""A reward model: a language model whose last hidden state becomes a number.

:math:`r(x, y)` is linear in the hidden state :math:`\phi(x, y)` of the last token of a reply, and
is learnt from comparisons (Stiennon et al. 2020, arXiv 2009.01325). How it knows the user is a
choice:

- ``"blind"``: it does not; one reward for all.
- ``"prompt"``: the user's description stands in the prompt, as the policy sees it.
- ``"factorised"``: :math:`r_u(x, y) = w_u \cdot \phi(x, y)` with a vector for each user (PReF,
  arXiv 2503.06358); a new user's is found from a few answers (:mod:`.interview`).
- ``"latent"``: the same, with vectors that an encoder reads from a user's comparisons (VPL, arXiv
  2408.10075, :mod:`.user_latent`), also those of a new user (:meth:`RewardModel.vector_of`).

The reward is shifted so that reference replies average 0 (or, without any, the replies that people
preferred), and has a scale, so that :math:`\sigma(r/s)` is a score in (0, 1).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal, NamedTuple, Self

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from transformers import PreTrainedModel

from persona_env.errors import PersonaEnvError, unknown_name
from persona_env.messages import Message, described
from persona_env.outputs import whole_folder
from persona_env.preferences.comparison import Candidates, Comparison
from persona_env.wrappers.fitting import fitted
from persona_env.wrappers.tokenizers import Codec

from ..device import wants_half
from ..language_model import load_policy, save_tokenizer
from ..sizes import LARGE
from .packing import MASKED, Asked, grouped, packed
from .reward_folder import BY_NAME, FACTS, Sees, facts_of
from .user_latent import UserEncoder, gaps_of
from .user_vectors import Values

Told = Literal["words", "short"]
"""How the user is described where a model sees them: by ``in_words`` or ``describe``."""
HEAD = "reward_head.safetensors"
ENCODER = "encoder."
ROOM = 512
"""Tokens of prompt and reply, at most; the prompt is shortened first."""
BATCH = 32


class Said(NamedTuple):
    """A reply, the messages before it, and who asked."""

    messages: tuple[Message, ...]
    reply: str
    user: str = ""


def said_of(candidates: Candidates) -> list[Said]:
    """The replies of some candidates."""
    before = candidates.messages or ({"role": "user", "content": candidates.prompt},)
    return [Said(before, reply, candidates.user) for reply in candidates.replies]


class RewardModel(nn.Module):
    """A backbone, a head of ``(K, hidden)`` on its last state, and vectors ``(users, K)``.

    ``sees`` is one of :data:`Sees`, and ``told`` how users were described in training. K is 1 but
    for factorised and latent ones, and ``users`` names the rows of their vectors. ``name`` is what
    the backbone's tokenizer was loaded from, ``seed`` is of the head and the vectors.
    """

    def __init__(
        self, backbone: PreTrainedModel, codec: Codec, name: str, *, sees: Sees = "prompt",
        factors: int = 8, users: Sequence[str] = (), seed: int = 0,
    ) -> None:  # fmt: skip
        super().__init__()
        self.backbone, self.codec, self.name, self.sees = backbone, codec, name, sees
        self.told: Told = "words"
        self.users = {user: row for row, user in enumerate(users)}
        size = factors if sees in BY_NAME else 1
        self.head = nn.Linear(backbone.config.hidden_size, size, bias=False)
        drawn = torch.Generator().manual_seed(seed)
        # An encoder reads features: of size 1 they tell it something from the first step on.
        std = backbone.config.hidden_size**-0.5 if sees == "latent" else 0.02
        nn.init.normal_(self.head.weight, std=std, generator=drawn)
        vectors = torch.ones(max(1, len(self.users)), size)
        if sees == "factorised":  # users who all begin alike are told apart late
            nn.init.normal_(vectors, generator=drawn)
        self.vectors = nn.Parameter(vectors, requires_grad=sees == "factorised")
        self.encoder = UserEncoder(size, seed) if sees == "latent" else None
        self.register_buffer("shift", torch.zeros(()))
        self.register_buffer("scale", torch.ones(()))
        self.shift: Tensor
        self.scale: Tensor

    @classmethod
    def fresh(
        cls, name: str, *, sees: Sees = "prompt", factors: int = 8, users: Sequence[str] = (),
        seed: int = 0,
    ) -> Self:  # fmt: skip
        """A model on the states of a policy (a name, a folder or a Hugging Face id), untrained.

        ``seed`` is of the head and the vectors.
        """
        model, codec = load_policy(name)
        return cls(model, codec, name, sees=sees, factors=factors, users=users, seed=seed)

    @property
    def knows_names(self) -> bool:
        """Whether it has to be told by name who the user is."""
        return self.sees in BY_NAME

    def features(self, said: Sequence[Said]) -> Tensor:
        """The features of some replies, ``float32 of shape (N, K)``."""
        asked = [self._ids(one) for one in said]
        if not self._packs():
            return self._alone([[*one.prompt, *one.reply] for one in asked])
        order, parts = [], []
        for groups in grouped(asked):
            parts.append(self._together([[asked[place] for place in one] for one in groups]))
            order += [place for one in groups for place in one]
        return torch.cat(parts)[torch.tensor(order).argsort()]

    def _packs(self) -> bool:
        """Whether replies share a row: a small model whose attention takes any mask."""
        config = self.backbone.config
        takes = config.model_type in MASKED and config._attn_implementation == "sdpa"
        return takes and self.backbone.num_parameters() <= LARGE

    def _together(self, rows: Sequence[Sequence[Asked]]) -> Tensor:
        """The features of replies that share a row with others to their prompt."""
        pack = packed(rows, self.codec.pad_id, self.head.weight.device)
        base = self.backbone.base_model
        states = base(
            input_ids=pack.ids, position_ids=pack.positions, attention_mask=pack.mask,
            use_cache=False,
        )[0]  # fmt: skip
        found: Tensor = self.head(states[pack.rows, pack.ends].float())
        return found

    def _alone(self, rows: Sequence[Sequence[int]]) -> Tensor:
        """The features of replies of which each has a row, padded to the longest."""
        width = max(map(len, rows))
        device = self.head.weight.device
        ids = torch.full((len(rows), width), self.codec.pad_id, device=device)
        for place, row in enumerate(rows):
            ids[place, : len(row)] = torch.tensor(row, device=device)
        lengths = torch.tensor([len(row) for row in rows], device=device)
        mask = torch.arange(width, device=device) < lengths[:, None]
        base = self.backbone.base_model
        with torch.autocast(device.type, torch.bfloat16, enabled=self._half(device)):
            states = base(input_ids=ids, attention_mask=mask.long(), use_cache=False)[0]
        last = states[torch.arange(len(rows), device=device), lengths - 1]
        found: Tensor = self.head(last.float())
        return found

    def _half(self, device: torch.device) -> bool:
        """Large models multiply in bfloat16 where the device does, as in training a policy."""
        return self.backbone.num_parameters() > LARGE and wants_half("auto", device)

    def forward(self, said: Sequence[Said]) -> Tensor:
        """The rewards of some replies as they are learnt, without the shift, of shape (N,)."""
        rows = [self._row(one.user) for one in said] if self.knows_names else [0]
        return (self.features(said) * self.vectors[rows]).sum(1)

    @torch.inference_mode()
    def rewards(self, said: Sequence[Said], vector: Values | None = None) -> list[float]:
        """Shifted rewards; ``vector`` (K,) is that of a user new to a factorised model."""
        own = None if vector is None else torch.as_tensor(vector, dtype=torch.float32)
        return [value for part in self.in_batches(said) for value in self._shifted(part, own)]

    @torch.inference_mode()
    def vector_of(self, comparisons: Sequence[Comparison]) -> Values:
        """The vector (K,) of the user who made these comparisons, as a latent model reads it.

        Raises :class:`PersonaEnvError` for a model of another kind.
        """
        if self.encoder is None:
            raise PersonaEnvError(
                f"a reward model that is {self.sees} has no encoder of users: train one with "
                "sees='latent'"
            )
        replies = [one for comparison in comparisons for one in said_of(comparison)]
        parts = [self.features(part) for part in self.in_batches(replies)]
        size = self.head.out_features
        features = torch.cat(parts) if parts else self.head.weight.new_zeros((0, size))
        gaps = gaps_of(features, comparisons) if parts else features
        found: Values = self.encoder.weights(gaps).cpu().double().numpy()
        return found

    def scores(self, said: Sequence[Said], vector: Values | None = None) -> list[float]:
        """Rewards on a scale of (0, 1): 1/2 is what references have on average."""
        values = torch.tensor(self.rewards(said, vector))
        scaled: list[float] = torch.sigmoid(values / self.scale.cpu()).tolist()
        return scaled

    def _shifted(self, said: Sequence[Said], own: Tensor | None) -> list[float]:
        found = self(said) if own is None else self.features(said) @ own.to(self.head.weight.device)
        shifted: list[float] = (found - self.shift).tolist()
        return shifted

    def in_batches(self, said: Sequence[Said]) -> Iterator[Sequence[Said]]:
        """Parts that are read at once."""
        for first in range(0, len(said), BATCH):
            yield said[first : first + BATCH]

    def _row(self, user: str) -> int:
        if user not in self.users:
            raise unknown_name("user of this reward model", user, self.users)
        return self.users[user]

    def _ids(self, one: Said) -> Asked:
        messages = list(one.messages) if self.sees == "prompt" else described(one.messages)[1]
        reply = [*self.codec.encode(one.reply), self.codec.end_id]
        most = min(ROOM, getattr(self.backbone.config, "max_position_embeddings", ROOM))
        reply = reply[: most // 2]
        prompt, _ = fitted(self.codec, messages, most - len(reply))
        return Asked(tuple(prompt), tuple(reply))

    def save(self, folder: str | Path) -> None:
        """Write the model to a folder, whole or not at all: safetensors and JSON."""
        with whole_folder(Path(folder)) as draft:
            self.backbone.save_pretrained(draft)
            save_tokenizer(self.name, draft)
            tensors = {"head": self.head.weight, "vectors": self.vectors}
            tensors |= {"shift": self.shift, "scale": self.scale}
            if self.encoder is not None:
                tensors |= {f"{ENCODER}{k}": v for k, v in self.encoder.state_dict().items()}
            save_file({k: v.detach().cpu().contiguous() for k, v in tensors.items()}, draft / HEAD)
            facts = {
                "sees": self.sees,
                "users": [*self.users],
                "base": self.name,
                "told": self.told,
            }
            (draft / FACTS).write_text(json.dumps(facts, indent=1), "utf-8")

    @classmethod
    def load(cls, folder: str | Path) -> Self:
        """Read what :meth:`save` wrote.

        Raises :class:`PersonaEnvError` for a folder that holds no reward model.
        """
        path, facts = Path(folder), facts_of(folder)
        tensors = load_file(path / HEAD)
        model = cls.fresh(
            str(path), sees=facts["sees"], factors=len(tensors["head"]), users=facts["users"]
        )
        with torch.no_grad():
            model.head.weight.copy_(tensors["head"])
            model.vectors.copy_(tensors["vectors"])
        model.shift, model.scale = tensors["shift"], tensors["scale"]
        if model.encoder is not None:
            own = {k.removeprefix(ENCODER): v for k, v in tensors.items() if k.startswith(ENCODER)}
            model.encoder.load_state_dict(own)
        model.told = facts["told"]
        return model.eval()
