"""The bundled tokenizer: bytes, merges and the five special tokens of this library."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tokenizers import Tokenizer
from tokenizers.decoders import ByteLevel

from persona_env.errors import TokenizerError
from persona_env.messages import Conversation, as_lines, as_messages, described
from persona_env.registration import MARKS
from persona_env.wrappers.token_ids import EndToken, ids_of, without_marks

SPECIAL = PAD, END, USER, ASK, REPLY = MARKS


class BundledCodec:
    """A ``tokenizers`` tokenizer with the five special tokens of this library.

    The parts of a prompt are encoded apart, and special tokens inside them as plain text, so that
    no prompt can pretend to be the user's profile. The tokenizer is copied.

    Raises
    ------
    TokenizerError
        For a tokenizer without these tokens, and an ``end_token`` that it does not have.
    """

    def __init__(self, tokenizer: Tokenizer, end_token: EndToken | None = None) -> None:
        missing = [token for token in SPECIAL if tokenizer.token_to_id(token) is None]
        if missing:
            raise TokenizerError(f"the tokenizer lacks the special tokens {missing}")
        self.tokenizer = _copied(tokenizer)
        vocabulary = self.tokenizer.get_vocab()
        self.size = 1 + max(vocabulary.values())
        self.special: tuple[int, ...] = tuple(map(vocabulary.__getitem__, SPECIAL))
        self.pad_id, end, self._user, self._ask, self._reply = self.special
        self.end_ids = (end,) if end_token is None else ids_of(end_token, vocabulary, self._ids)
        self.end_id = self.end_ids[0]
        # A vocabulary of words may hold a mark as a word too.
        self._marks = tuple(mark for mark in SPECIAL if {*self._ids(mark)} & {*self.special})
        self._bytes = _byte_table(self.tokenizer)

    def prompt(self, messages: Conversation) -> list[int]:
        """``<user> description <ask> earlier turns, question <reply>``."""
        description, turns = described(as_messages(messages))
        profile, question = self.encode(description), self.encode(as_lines(turns))
        return [self._user, *profile, self._ask, *question, self._reply]

    def encode(self, text: str) -> list[int]:
        """The ids of plain text."""
        return self._ids(without_marks(text, self._marks))

    def _ids(self, text: str) -> list[int]:
        ids: list[int] = self.tokenizer.encode(text, add_special_tokens=False).ids
        return ids

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self.tokenizer.encode_special_tokens = True  # pickling and copying lose it

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


def _copied(tokenizer: Tokenizer) -> Tokenizer:
    """A tokenizer of our own: whole texts, without padding, special tokens in them as text."""
    own: Tokenizer = Tokenizer.from_str(tokenizer.to_str())
    own.no_truncation()
    own.no_padding()
    own.add_special_tokens(list(SPECIAL))  # also where they are flagged as plain words
    own.encode_special_tokens = True
    return own


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
