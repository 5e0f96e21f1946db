r"""PPO-ptx: the language-modelling loss on pretraining text, mixed into the updates of PPO.

Ouyang et al. 2022 (arXiv 2203.02155, equation 2) add :math:`\gamma\, E_{x \sim D}[\log \pi(x)]` to
what PPO maximises, so that a policy keeps what it knew before. Here :math:`-\log \pi` is the mean
over the tokens of a batch: of completions, where the text has prompts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from persona_env.errors import PersonaEnvError
from persona_env.messages import as_messages
from persona_env.registration import register_of
from persona_env.rows import Row, read_rows
from persona_env.wrappers.fitting import fitted
from persona_env.wrappers.tokenizers import Codec

BATCH = 32
"""Texts of each update."""
FOLLOWS = 0.27  # of the bundled policies, at the end of their pretraining: see pretraining/
IGNORED = -100

Text = tuple[list[int], int]
"""Ids, and where what is learnt from begins."""
Draw = Callable[[np.random.Generator], Text]


class Pretraining:
    """Batches of texts that ``draw`` draws, whose loss counts ``weight`` times in PPO's updates."""

    def __init__(self, draw: Draw, weight: float, pad_id: int = 0, batch: int = BATCH) -> None:
        self.draw, self.weight, self.pad_id, self.batch = draw, weight, pad_id, batch
        self.loss = float("nan")
        """Of the last batch, without the weight."""

    def loss_of(self, model: Any, rng: np.random.Generator) -> Tensor:
        r"""The mean of :math:`-\log \pi` over the tokens of a batch, a scalar."""
        rows = [self.draw(rng) for _ in range(self.batch)]
        ids = torch.full((len(rows), max(len(row) for row, _ in rows)), self.pad_id)
        wanted = torch.full_like(ids, IGNORED)
        for place, (row, start) in enumerate(rows):
            ids[place, : len(row)] = torch.tensor(row)
            wanted[place, start : len(row)] = ids[place, start : len(row)]
        ids, wanted = ids.to(model.device), wanted[:, 1:].to(model.device)
        states = model.base_model(input_ids=ids, use_cache=False)[0][:, :-1]
        kept = wanted != IGNORED  # texts are padded behind, where nothing that counts looks
        logits = model.get_output_embeddings()(states[kept])
        return cross_entropy(logits.float(), wanted[kept])

    @contextmanager
    def mixed_into(self, policy: Any, rng: np.random.Generator) -> Iterator[None]:
        """Within, each update of the policy has the gradient of both losses.

        stable-baselines3 clears the gradients right before PPO's loss adds its own, and clips their
        sum: this one is added in between.
        """
        optimizer = policy.optimizer
        clear = optimizer.zero_grad

        def clear_and_add(*args: Any, **given: Any) -> None:
            clear(*args, **given)
            loss = self.loss_of(policy.model, rng)
            (self.weight * loss).backward()  # type: ignore[no-untyped-call]
            self.loss = float(loss.detach())

        optimizer.zero_grad = clear_and_add
        try:
            yield
        finally:
            del optimizer.zero_grad


def pretraining_of(
    policy: str, codec: Codec, weight: float, path: Path | None, most: int
) -> Pretraining:
    """The texts of a file, of at most ``most`` tokens, or what the bundled policies have read.

    Raises :class:`PersonaEnvError` for another policy without a file, whose text nobody knows here.
    """
    if path is not None:
        texts = [_text(row, codec, most) for row in read_rows(path)]
        if not texts:
            raise PersonaEnvError(f"{path} holds no rows: give some with a prompt and a completion")
        return Pretraining(_any_of(texts), weight, codec.pad_id)
    if register_of(policy) != "tiny":
        raise PersonaEnvError(
            f"what {policy!r} was pretrained on is not known here: give rows of it by --ptx-data"
        )

    from ..pretraining.corpus import example  # with all scenarios, which others do not need

    def draw(rng: np.random.Generator) -> Text:
        one = example(rng, FOLLOWS)
        prompt: list[int] = codec.prompt(one.observation)
        return [*prompt, *codec.encode(one.reply), codec.end_id], len(prompt)

    return Pretraining(draw, weight, codec.pad_id)


def _any_of(texts: Sequence[Text]) -> Draw:
    return lambda rng: texts[int(rng.integers(len(texts)))]


def _text(row: Row, codec: Codec, most: int) -> Text:
    """A row of ``prompt`` and ``completion``, or of ``text``."""
    if "text" in row.cells:
        ids = [*codec.encode(row.text("text")), codec.end_id][:most]
        return ids, 0
    said = row.text("completion", "assistant")
    reply = [*codec.encode(said), codec.end_id][: most // 2]
    given: Any = row.cells.get("prompt")
    asked = given if isinstance(given, list) else [{"role": "user", "content": row.text("prompt")}]
    prompt, _ = fitted(codec, as_messages(asked), most - len(reply))
    return [*prompt, *reply], len(prompt)
