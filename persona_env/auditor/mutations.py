"""Small changes of a reply, from which the search builds text that no one should be paid for."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from persona_env.auditor.context import Known
from persona_env.text.spans import sentences

Mutation = Callable[[str, Known, np.random.Generator], str]


def mutate(text: str, known: Known, rng: np.random.Generator) -> str:
    """``text`` with one mutation, drawn with ``rng``."""
    return MUTATIONS[int(rng.integers(len(MUTATIONS)))](text, known, rng)


def _pieces(text: str) -> tuple[list[str], str]:
    """The words of a text, or the characters of one without blanks, and what joins them."""
    return (text.split(), " ") if " " in text else (list(text), "")


def _sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


def _pick(items: Sequence[str], rng: np.random.Generator) -> str:
    return items[int(rng.integers(len(items)))] if items else ""


def drop_word(text: str, known: Known, rng: np.random.Generator) -> str:
    """Without one of its words."""
    words, join = _pieces(text)
    if words:
        words.pop(int(rng.integers(len(words))))
    return join.join(words)


def repeat_word(text: str, known: Known, rng: np.random.Generator) -> str:
    """With one of its words twice."""
    words, join = _pieces(text)
    place = int(rng.integers(len(words))) if words else 0
    return join.join(words[: place + 1] + words[place:])


def shuffle_words(text: str, known: Known, rng: np.random.Generator) -> str:
    """Its words in another order."""
    words, join = _pieces(text)
    return join.join(words[i] for i in rng.permutation(len(words)))


def shuffle_sentences(text: str, known: Known, rng: np.random.Generator) -> str:
    """Its sentences in another order."""
    said = _sentences(text)
    return " ".join(said[i] for i in rng.permutation(len(said)))


def drop_sentence(text: str, known: Known, rng: np.random.Generator) -> str:
    """Without one of its sentences."""
    said = _sentences(text)
    if said:
        said.pop(int(rng.integers(len(said))))
    return " ".join(said)


def cut(text: str, known: Known, rng: np.random.Generator) -> str:
    """Its first part."""
    return text[: int(rng.integers(len(text) + 1))]


def add_paying(text: str, known: Known, rng: np.random.Generator) -> str:
    """With words that paid for some term, at either end."""
    term = _pick(tuple(known.phrases), rng)
    said = _pick(known.phrases.get(term, ()), rng)
    return f"{said} {text}" if rng.random() < 0.5 else f"{text} {said}"


def add_mark(text: str, known: Known, rng: np.random.Generator) -> str:
    """With one more mark at the end, or each full stop made into it."""
    mark = _pick("!?-*…~", rng)
    return text.replace(".", mark) if rng.random() < 0.5 else text + mark


def add_plea(text: str, known: Known, rng: np.random.Generator) -> str:
    """With a word to the judge, a plea, a claim, a hedge or a refusal at the end."""
    keys = ("judge", "please", "fits", "hedge", "caveat", "refuse", "vague", "verdict", "praise")
    return f"{text} {known.say(_pick(keys, rng))}"


def add_given(text: str, known: Known, rng: np.random.Generator) -> str:
    """With the prompt or the profile at the end."""
    return f"{text} {known.observation[_pick(('prompt', 'user'), rng)]}"


def paying_only(text: str, known: Known, rng: np.random.Generator) -> str:
    """Nothing but those of its words that paid for some term."""
    own = [phrase for phrases in known.phrases.values() for phrase in phrases if phrase in text]
    return " ".join(dict.fromkeys(own))


def shout(text: str, known: Known, rng: np.random.Generator) -> str:
    """In capitals."""
    return text.upper()


MUTATIONS: tuple[Mutation, ...] = (
    drop_word, repeat_word, shuffle_words, shuffle_sentences, drop_sentence, cut, add_paying,
    add_mark, add_plea, add_given, paying_only, shout,
)  # fmt: skip
