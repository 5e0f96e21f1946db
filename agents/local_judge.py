"""A causal language model that reads replies: greedy answers, and probabilities of single words."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from copy import deepcopy
from itertools import pairwise, takewhile
from typing import Any

import torch
from transformers import AutoTokenizer, DynamicCache

from persona_env.errors import JudgeError
from persona_env.registration import find_policy

from .hub import only_local
from .inference.cache import keyword_of
from .inference.reference import goes_on, text_config
from .language_model import generate, load_policy


class LocalModel:
    """A model by Hugging Face id or folder; see :func:`.language_model.load_policy`."""

    def __init__(self, name: str, device: str = "cpu") -> None:
        self.model, self.codec = load_policy(name, device)
        path = find_policy(name)
        self.tokenizer = AutoTokenizer.from_pretrained(
            path, trust_remote_code=False, local_files_only=only_local(path)
        )
        config = text_config(self.model)
        self.places: int = getattr(config, "max_position_embeddings", 0) or sys.maxsize

    def write(self, system: str, user: str, max_new_tokens: int) -> str | None:
        """Its greedy reply; ``None`` where prompt and reply do not fit its positions."""
        ids = self._prompt(system, user, max_new_tokens)
        if ids is None:
            return None
        made = generate(self.model, self.codec, [ids], max_new_tokens=max_new_tokens)
        return self.codec.decode(made[0])

    @torch.inference_mode()
    def probabilities(
        self, system: str, asked: Sequence[tuple[str, Sequence[str]]]
    ) -> list[list[float]] | None:
        """For each user message how probable each of its words comes next, among these.

        A word is the last token it has by itself. What the messages begin with alike is read once,
        but by a recurrent model, which reads each whole. ``None``: one does not fit.
        """
        prompts = [ids for user, _ in asked if (ids := self._prompt(system, user, 1)) is not None]
        if len(prompts) < len(asked):
            return None
        signs = [self._signs(words) for _, words in asked]
        shared = _shared(prompts) if goes_on(self.model) else 0
        begun = DynamicCache(config=self.model.config) if shared else None
        if shared:
            self._logits(prompts[0][:shared], begun)
        found = []
        for ids, of_words in zip(prompts, signs, strict=True):
            # A copy: layers with a window cannot drop the end of what they have read.
            logits = self._logits(ids[shared:], deepcopy(begun))
            found.append([float(share) for share in logits[of_words].float().softmax(-1)])
        return found

    def _signs(self, words: Sequence[str]) -> list[int]:
        found = [self.tokenizer.encode(word, add_special_tokens=False)[-1] for word in words]
        if len(set(found)) < len(found):
            raise JudgeError(
                f"the tokenizer of this model has no token for each of {list(words)}: give "
                "way='json'"
            )
        return found

    def _logits(self, ids: list[int], begun: DynamicCache | None) -> torch.Tensor:
        """What comes after the ids: ``float of shape (V,)``; they are added to a cache."""
        given = torch.tensor([ids], device=self.model.device)
        cache: dict[str, Any] = {} if begun is None else {keyword_of(self.model): begun}
        made = self.model(input_ids=given, **cache, use_cache=begun is not None, logits_to_keep=1)
        logits: torch.Tensor = made.logits[0, -1]
        return logits

    def _prompt(self, system: str, user: str, room: int) -> list[int] | None:
        """The ids of the prompt, whole: a part of a question is another question."""
        said = [{"role": "system", "content": system}, {"role": "user", "content": user}]
        ids = self.codec.prompt(said)
        return ids if len(ids) + room <= self.places else None


def _shared(prompts: Sequence[Sequence[int]]) -> int:
    """How many ids all prompts begin with; of each at least one is left."""
    columns = zip(*(ids[:-1] for ids in prompts), strict=False)
    return sum(1 for _ in takewhile(lambda c: all(a == b for a, b in pairwise(c)), columns))
