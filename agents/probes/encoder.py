"""States of a language model over a reply: what the probes look at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from persona_env.errors import PersonaEnvError
from persona_env.messages import Message

from .loading import find_source, load_model

States = npt.NDArray[np.float32]
POOLINGS = ("reply", "opening", "end")
"""The mean over the reply, the mean over its first tokens, and the state that ends it."""
OPENING = 24  # tokens
LONGEST_PROMPT, LONGEST_REPLY = 512, 1024  # tokens; of longer ones the middle is left out
TOKENS = 4096  # of a batch, with its padding


class Tokens(NamedTuple):
    """What the model is shown, and where the reply begins in it; one token follows the reply."""

    ids: list[int]
    start: int


class Encoder:
    """Runs a model once over each prompt and reply, and keeps three states of each layer.

    Parameters
    ----------
    name:
        A folder or an id of the hub, as :func:`~.loading.find_source` takes.
    layers:
        After which layers, counted from 1; those above are not even loaded.
    device:
        One that torch knows.

    Raises
    ------
    PersonaEnvError
        If there is no such model, or it has fewer layers.
    """

    def __init__(self, name: str, layers: Sequence[int], device: str = "cpu") -> None:
        # The last state that a model gives has been normalised: one layer more than is looked at.
        model, self._tokenizer = load_model(find_source(name), max(layers) + 1)
        self.layers, self._model = tuple(layers), model.to(device)
        count = model.config.num_hidden_layers
        if max(layers) > count:
            raise PersonaEnvError(
                f"the probes look at layers {self.layers}, and the model {name!r} has {count}: "
                "give another model, or train probes on lower layers ('python "
                f"scripts/train_probes.py --model {name} --layers 2 3 --output FILE')"
            )
        self.width: int = model.config.hidden_size

    def states(self, pairs: Sequence[tuple[Sequence[Message], str]]) -> States:
        """``float32 of shape (N, L, 3, D)``: for N replies to messages, the three states of
        :data:`POOLINGS` after each of L layers."""
        rows = [self._tokens(messages, reply) for messages, reply in pairs]
        found = np.zeros((len(rows), len(self.layers), len(POOLINGS), self.width), np.float32)
        for places in batches([len(row.ids) for row in rows]):
            found[places] = self._batch([rows[place] for place in places])
        return found

    def _tokens(self, messages: Sequence[Message], reply: str) -> Tokens:
        prompt = self._tokenizer.apply_chat_template(
            list(messages), add_generation_prompt=True, tokenize=True, return_dict=False
        )
        prompt = shortened(prompt, LONGEST_PROMPT)
        said = self._tokenizer(reply, add_special_tokens=False)["input_ids"]
        ids = [*prompt, *shortened(said, LONGEST_REPLY), self._tokenizer.eos_token_id]
        return Tokens(ids, len(prompt))

    @torch.inference_mode()
    def _batch(self, rows: Sequence[Tokens]) -> States:
        width, device = max(len(row.ids) for row in rows), self._model.device
        ids = torch.tensor([row.ids + [0] * (width - len(row.ids)) for row in rows], device=device)
        ends = torch.tensor([len(row.ids) - 1 for row in rows], device=device)
        starts = torch.tensor([row.start for row in rows], device=device)
        mask = torch.arange(width, device=device) <= ends[:, None]
        hidden = self._model(
            input_ids=ids, attention_mask=mask.long(), output_hidden_states=True, use_cache=False
        ).hidden_states
        pooled = [pooled_states(hidden[layer], starts, ends) for layer in self.layers]
        found: States = torch.stack(pooled, 1).cpu().numpy()
        return found


def pooled_states(hidden: Tensor, starts: Tensor, ends: Tensor) -> Tensor:
    """``(N, T, D)`` to ``(N, 3, D)``; the reply is ``starts <= t < ends``, its end ``ends``."""
    place = torch.arange(hidden.shape[1], device=hidden.device)
    means = []
    for stop in (ends, torch.minimum(ends, starts + OPENING)):
        inside = (place >= starts[:, None]) & (place < stop[:, None])
        share = inside / inside.sum(1, keepdim=True).clamp(min=1)  # an empty reply: zeros
        means.append(torch.einsum("nt,ntd->nd", share, hidden))
    return torch.stack([*means, hidden[torch.arange(len(ends)), ends]], 1)


def shortened(ids: list[int], longest: int) -> list[int]:
    """The ids without their middle, if there are too many.

    >>> shortened([1, 2, 3, 4, 5, 6, 7], 4)
    [1, 2, 6, 7]
    """
    half = longest // 2
    return ids if len(ids) <= longest else [*ids[:half], *ids[-half:]]


def batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Places of texts of about one length, so many that a batch has at most :data:`TOKENS`.

    >>> list(batches([3000, 5, 2000, 9000]))
    [[1, 2], [0], [3]]
    """
    found: list[int] = []
    for place in sorted(range(len(lengths)), key=lambda one: lengths[one]):
        if found and (len(found) + 1) * lengths[place] > TOKENS:
            yield found
            found = []
        found.append(place)
    if found:
        yield found
