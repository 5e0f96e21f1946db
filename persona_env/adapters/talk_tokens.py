"""A conversation as one sequence of tokens: a trainer learns from replies, not from the user."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from persona_env.adapters.talks import Talk
from persona_env.errors import TokenizerError
from persona_env.messages import Message
from persona_env.wrappers.token_ids import reply_of

Ids = list[int]
BEFORE: list[Message] = [
    {"role": "user", "content": "dummy"},
    {"role": "assistant", "content": "dummy"},
]
"""Turns before a user's, where only the tokens that follow them matter."""


class ChatTokens:
    """The tokens of turns by a chat template; ``ends`` are those with which a reply ends."""

    def __init__(
        self,
        tokenizer: Any,
        ends: Iterable[int],
        template: str | None = None,
        options: Mapping[str, Any] | None = None,
    ) -> None:
        self.tokenizer, self.ends = tokenizer, frozenset(ends)
        self.template, self.options = template, dict(options or {})

    @property
    def keeps_turns(self) -> bool:
        """Whether a reply has the same tokens after the user has answered it: some templates drop
        what was thought in earlier turns."""
        head = self._head()
        return self._of([*BEFORE, BEFORE[0]])[: len(head)] == head

    def checked(self) -> Self:
        """Itself; raises :class:`TokenizerError` if it does not keep turns."""
        if not self.keeps_turns:
            raise TokenizerError(
                "the chat template writes a reply differently once the user has answered it, so "
                "its tokens cannot be kept: give the tokenizer a template that does not"
            )
        return self

    def asked(self, messages: Sequence[Message]) -> Ids:
        """A conversation, and the beginning of a reply."""
        return self._of(messages)

    def heard(self, text: str) -> Ids:
        """What stands between the end token of a reply and the next reply, if the user says so."""
        return self._of([*BEFORE, {"role": "user", "content": text}])[len(self._head()) :]

    def text(self, ids: Ids) -> str:
        """What a reply says."""
        return reply_of(self.tokenizer, ids)

    def _of(self, messages: Sequence[Message], *, before_reply: bool = True) -> Ids:
        ids: Ids = self.tokenizer.apply_chat_template(
            messages, tokenize=True, return_dict=False, add_generation_prompt=before_reply,
            chat_template=self.template, **self.options,
        )  # fmt: skip
        return ids

    def _head(self) -> Ids:
        """Up to the end token: a template may write a new line behind it, and a model does not."""
        ids = self._of(BEFORE, before_reply=False)
        end = max((i for i, one in enumerate(ids) if one in self.ends), default=len(ids) - 1)
        return ids[: end + 1]


@dataclass(eq=False)
class Sampled:
    """A conversation in tokens: the completion holds the replies and what the user said to them."""

    talk: Talk
    prompt: Ids
    completion: Ids = field(default_factory=list)
    own: Ids = field(default_factory=list)
    """1 for a token of a reply, 0 for one of the user's."""
    logprobs: list[float] = field(default_factory=list)

    @property
    def so_far(self) -> Ids:
        """All tokens."""
        return self.prompt + self.completion

    def replied(self, ids: Ids, logprobs: Sequence[float] | None, most: int) -> Ids:
        """Add a reply; returns it, cut to a completion of at most ``most`` tokens."""
        kept = ids[: most - len(self.completion)]
        self.logprobs += [0.0] * len(kept) if logprobs is None else logprobs[: len(kept)]
        self._add(kept, own=1)
        return kept

    def goes_on(self, tokens: ChatTokens, most: int) -> bool:
        """Add what the user says, if there is a further turn, and room for a reply to it."""
        if self.talk.is_over or self.completion[-1] not in tokens.ends:
            return False
        heard = tokens.heard(self.talk.heard)
        if len(self.completion) + len(heard) >= most:
            return False
        self.logprobs += [0.0] * len(heard)
        self._add(heard, own=0)
        return True

    def _add(self, ids: Ids, own: int) -> None:
        self.completion += ids
        self.own += [own] * len(ids)
