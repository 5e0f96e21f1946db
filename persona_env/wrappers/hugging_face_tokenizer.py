"""Any Hugging Face tokenizer: prompts by its chat template, or as lines without one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from persona_env.errors import TokenizerError
from persona_env.messages import Conversation, as_lines, as_messages, described
from persona_env.wrappers.chat_template import ChatTemplate
from persona_env.wrappers.token_ids import EndToken, ids_of, reply_of, without_marks

# What templates mark turns with, where it is no token of its own: <|user|>, [INST], <<SYS>>.
MARK = re.compile(r"<<?[^<>\s\0]{1,60}>>?|\[/?[A-Za-z_]{1,60}\]")


class TransformersCodec:
    """A Hugging Face tokenizer: its chat template if it has one, else plain lines.

    Special tokens and the template's own marks are broken by a blank inside contents. The begin
    token is written once: by the template, or without one as the tokenizer does by itself.

    Parameters
    ----------
    size:
        The number of the model's logits. They may be more (padding, which is no text) or fewer
        than the ids.
    end_token:
        Default: ``eos_token``, and the token that the template writes after a reply.

    Raises
    ------
    TokenizerError
        For a chat template that does not show the user and the question, a tokenizer without an
        end, and an ``end_token`` that it does not have.
    """

    def __init__(
        self,
        tokenizer: Any,
        size: int | None = None,
        end_token: EndToken | None = None,
    ) -> None:
        self.tokenizer = tokenizer
        vocabulary: dict[str, int] = tokenizer.get_vocab()
        count = 1 + max(vocabulary.values())
        self.size = min(size or count, count)
        self._template = None
        if tokenizer.chat_template:
            self._template = ChatTemplate(tokenizer)
        # A thought that the prompt opens is a part of the reply: what is in it is not for the user.
        self._opened = self._template.opened_thought() if self._template is not None else ""
        ends = self._ends() if end_token is None else ids_of(end_token, vocabulary, self._ids)
        self.end_ids = tuple(one for one in dict.fromkeys(ends) if one < self.size)
        if not self.end_ids:
            raise TokenizerError(
                "the tokenizer has no end-of-text token (eos_token) that the model can write: say "
                "what ends a reply by end_token="
            )
        self.end_id = self.end_ids[0]
        pad = tokenizer.pad_token_id
        self.pad_id = self.end_id if pad is None or pad >= self.size else int(pad)
        added = tokenizer.added_tokens_decoder
        unused = {*range(count)} - {*vocabulary.values()}
        special = {i for i, token in added.items() if token.special}
        special |= {*tokenizer.all_special_ids, *unused}
        self.special = tuple(sorted(one for one in special if one < self.size))
        self._marks = tuple(sorted(self._found_marks(added.values()), key=len, reverse=True))
        self._begin = self._before("a") if self._template is None else []

    def prompt(self, messages: Conversation) -> list[int]:
        """The messages as the turns of the chat template, or as lines without one."""
        turns = as_messages(messages)
        for turn in turns:
            turn["content"] = without_marks(turn["content"], self._marks)
        if self._template is not None:
            ids = self._ids(self._template.render(turns))
        else:
            description, others = described(turns)
            lines = [part for part in (description, as_lines(others)) if part]
            ids = [*self._begin, *self._ids("".join(f"{line}\n" for line in lines))]
        if max(ids, default=0) >= self.size:
            raise TokenizerError(
                f"the prompt has the token id {max(ids)} and the model {self.size} logits: this is "
                "not the model's tokenizer"
            )
        return ids

    def encode(self, text: str) -> list[int]:
        """The ids of a reply, with marks in it as plain text."""
        return self._ids(without_marks(text, self._marks))

    def decode(self, ids: Sequence[int]) -> str:
        """The text of a reply's ids, with the mark of a thought that the template opened for it."""
        return self._opened + reply_of(self.tokenizer, ids)

    def _ids(self, text: str) -> list[int]:
        return list(self.tokenizer(text, add_special_tokens=False)["input_ids"])

    def _before(self, text: str) -> list[int]:
        """What the tokenizer writes before a text; what it writes after one would end it."""
        plain, whole = self._ids(text), list(self.tokenizer(text)["input_ids"])
        places = range(len(whole) - len(plain) + 1)
        found = [place for place in places if whole[place : place + len(plain)] == plain]
        return whole[: found[0]] if found else []

    def _ends(self) -> Iterator[int]:
        after = self._ids(self._template.after_reply())[:1] if self._template is not None else []
        yield from (one for one in after if one in self.tokenizer.added_tokens_decoder)
        if self.tokenizer.eos_token_id is not None:
            yield int(self.tokenizer.eos_token_id)

    def _found_marks(self, added: Iterable[Any]) -> set[str]:
        """Special tokens, other added tokens that the template writes, and its marks in text."""
        marks = {token.content for token in added if token.special}
        if self._template is None:
            return marks
        written = self._template.scaffold
        in_template = {
            token.content
            for token in added
            if token.content in written or token.content in self._template.source
        }
        # An added token of letters or blanks is a word of the template's, not a mark.
        marks |= {mark for mark in in_template if re.search(r"[^\w\s]", mark)}
        return marks | {*MARK.findall(written)}
