"""Text to tokens and back, for the bundled tokenizer and for any Hugging Face one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any, Protocol

from tokenizers import Tokenizer
from tokenizers.decoders import ByteLevel

USER, ASK, REPLY, END, PAD = "<user>", "<ask>", "<reply>", "<end>", "<pad>"
SPECIAL = (PAD, END, USER, ASK, REPLY)


class Codec(Protocol):
    """What a token environment needs of a tokenizer. ``size`` counts ids, ``special`` lists those
    that are not text."""

    size: int
    end_id: int
    pad_id: int
    special: tuple[int, ...]

    def prompt(self, observation: Mapping[str, Any]) -> list[int]:
        """The ids of what the policy reads before its reply."""

    def decode(self, ids: Sequence[int]) -> str:
        """The text of a reply's ids, without special tokens."""


class BundledCodec:
    """A ``tokenizers`` tokenizer with the five special tokens of this library.

    The parts of a prompt are encoded apart, and special tokens inside them as plain text, so that
    no prompt can pretend to be the user's profile.
    """

    def __init__(self, tokenizer: Tokenizer) -> None:
        missing = [token for token in SPECIAL if tokenizer.token_to_id(token) is None]
        if missing:
            raise ValueError(f"the tokenizer lacks the special tokens {missing}")
        tokenizer.encode_special_tokens = True
        self.tokenizer = tokenizer
        self.size = tokenizer.get_vocab_size()
        self.special: tuple[int, ...] = tuple(tokenizer.token_to_id(t) or 0 for t in SPECIAL)
        self.pad_id, self.end_id, self._user, self._ask, self._reply = self.special
        self._bytes = _byte_table(tokenizer)

    def prompt(self, observation: Mapping[str, Any]) -> list[int]:
        """``<user> profile <ask> transcript prompt <reply>``."""
        asked = "\n".join(
            part for part in (observation["transcript"], observation["prompt"]) if part
        )
        profile, question = self.encode(observation["user"]), self.encode(asked)
        return [self._user, *profile, self._ask, *question, self._reply]

    def encode(self, text: str) -> list[int]:
        """The ids of plain text."""
        ids: list[int] = self.tokenizer.encode(text, add_special_tokens=False).ids
        return ids

    def decode(self, ids: Sequence[int]) -> str:
        """The text of these ids; bytes that are no UTF-8 become U+FFFD."""
        table = self._bytes
        if table is not None:
            try:
                found = [*map(table.__getitem__, ids)]
            except IndexError:  # a model may have more logits than the tokenizer has ids
                found = [table[i] for i in ids if i < len(table)]
            return b"".join(found).decode("utf-8", "replace")
        text: str = self.tokenizer.decode(list(ids), skip_special_tokens=True)
        return text


def _byte_table(tokenizer: Tokenizer) -> list[bytes] | None:
    """The bytes of each id, none if it is no text; if texts are bytes and nothing more.

    Joining them is several times faster than the tokenizer, which looks up and maps character by
    character.
    """
    added = tokenizer.get_added_tokens_decoder()
    if type(tokenizer.decoder) is not ByteLevel or not all(one.special for one in added.values()):
        return None
    vocabulary = tokenizer.get_vocab()
    table = [b""] * (1 + max(vocabulary.values()))
    for token, i in vocabulary.items():
        if i not in added:
            plain = {*token} <= {*_BYTES}
            table[i] = bytes(map(_BYTES.__getitem__, token)) if plain else token.encode()
    return table


def _byte_alphabet() -> dict[str, int]:
    """GPT-2's characters for bytes: printable ones stand for themselves, the others for 256 on."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in printable]
    return {chr(b): b for b in printable} | {chr(256 + i): b for i, b in enumerate(others)}


_BYTES = _byte_alphabet()


class TransformersCodec:
    """A Hugging Face tokenizer: its chat template if it has one, else plain lines."""

    def __init__(self, tokenizer: Any, size: int | None = None) -> None:
        if tokenizer.eos_token_id is None:
            raise ValueError("the tokenizer has no end-of-text token (eos_token)")
        self.tokenizer = tokenizer
        # The model's logits may be more (padding, which is no text) or fewer than the ids.
        self.size = min(size or len(tokenizer), len(tokenizer))
        self.end_id = int(tokenizer.eos_token_id)
        pad = tokenizer.pad_token_id
        self.pad_id = self.end_id if pad is None else int(pad)
        marks = {i: token for i, token in tokenizer.added_tokens_decoder.items() if token.special}
        self.special = tuple(sorted({*tokenizer.all_special_ids, *marks}))
        self._marks = tuple(token.content for token in marks.values())

    def prompt(self, observation: Mapping[str, Any]) -> list[int]:
        """The user as system message, then the question."""
        asked = "\n".join(
            part for part in (observation["transcript"], observation["prompt"]) if part
        )
        asked, user = self._as_text(asked), self._as_text(observation["user"])
        if self.tokenizer.chat_template is None:
            text = f"{user}\n{asked}\n"
            return list(self.tokenizer(text, add_special_tokens=False)["input_ids"])
        messages = [{"role": "user", "content": asked}]
        if user:
            messages.insert(0, {"role": "system", "content": user})
        text = self.tokenizer.apply_chat_template(
            messages, tokenize=False, add_generation_prompt=True
        )
        return list(self.tokenizer(text, add_special_tokens=False)["input_ids"])

    def _as_text(self, text: str) -> str:
        """``text`` with a blank inside each special token, so that no prompt can close its turn."""
        for mark in self._marks:
            text = text.replace(mark, f"{mark[:1]} {mark[1:]}")
        return text

    def decode(self, ids: Sequence[int]) -> str:
        """The text of these ids."""
        text: str = self.tokenizer.decode(list(ids), skip_special_tokens=True)
        return text


@cache
def bundled_codec() -> BundledCodec:
    """The codec of the bundled starting policies."""
    path = resources.files("persona_env.agents").joinpath("persona_tiny", "tokenizer.json")
    return BundledCodec(Tokenizer.from_str(path.read_text(encoding="utf-8")))


def as_codec(tokenizer: Any, size: int | None = None) -> Codec:
    """A codec: for ``None`` the bundled one; else one for that tokenizer."""
    if tokenizer is None:
        return bundled_codec()
    if isinstance(tokenizer, BundledCodec | TransformersCodec):
        return tokenizer
    if isinstance(tokenizer, Tokenizer):
        return BundledCodec(tokenizer)
    return TransformersCodec(tokenizer, size)
