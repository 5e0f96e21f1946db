"""A causal language model that reads replies: greedy answers, and probabilities of single words."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import torch
from transformers import AutoTokenizer

from persona_env.errors import JudgeError
from persona_env.registration import find_policy

from .hub import only_local
from .language_model import generate, load_policy


class LocalModel:
    """A model by Hugging Face id or folder; see :func:`.language_model.load_policy`."""

    def __init__(self, name: str, device: str = "cpu") -> None:
        self.model, self.codec = load_policy(name, device)
        path = find_policy(name)
        self.tokenizer = AutoTokenizer.from_pretrained(
            path, trust_remote_code=False, local_files_only=only_local(path)
        )
        self.places: int = getattr(self.model.config, "max_position_embeddings", 0) or sys.maxsize

    def write(self, system: str, user: str, max_new_tokens: int) -> str | None:
        """Its greedy reply; ``None`` where prompt and reply do not fit its positions."""
        ids = self._prompt(system, user, max_new_tokens)
        if ids is None:
            return None
        made = generate(self.model, self.codec, [ids], max_new_tokens=max_new_tokens)
        return self.codec.decode(made[0])

    @torch.inference_mode()
    def probabilities(self, system: str, user: str, words: Sequence[str]) -> list[float] | None:
        """How probable each word of one token comes next, among these; ``None``: no room."""
        ids = self._prompt(system, user, 1)
        if ids is None:
            return None
        signs = [self.tokenizer.encode(word, add_special_tokens=False)[-1] for word in words]
        if len(set(signs)) < len(signs):
            raise JudgeError(
                f"the tokenizer of this model has no token for each of {list(words)}: give "
                "way='json'"
            )
        logits = self.model(input_ids=torch.tensor([ids], device=self.model.device)).logits[0, -1]
        found: list[float] = logits[signs].float().softmax(-1).tolist()
        return found

    def _prompt(self, system: str, user: str, room: int) -> list[int] | None:
        """The ids of the prompt, whole: a part of a question is another question."""
        said = [{"role": "system", "content": system}, {"role": "user", "content": user}]
        ids = self.codec.prompt(said)
        return ids if len(ids) + room <= self.places else None
