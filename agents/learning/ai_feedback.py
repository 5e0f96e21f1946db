r"""A language model as an annotator: it is asked which of two replies is better, by a letter.

The label is soft: the probability of the letters "A" and "B" as the next token, in both orders,
averaged, so that a model which prefers what stands first prefers nothing by that (Lee et al. 2023,
*RLAIF*, arXiv 2309.00267, 2.1; Bai et al. 2022, *Constitutional AI*, arXiv 2212.08073, 4.1). With
``reasons`` it is asked to reason first, and its probabilities are clamped to [0.40, 0.60], since
they are then near 0 and 1. Direct feedback is the expectation of a grade from 1 to 10.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib import resources
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from transformers import PreTrainedModel

from persona_env.arguments import whole_number
from persona_env.errors import PersonaEnvError
from persona_env.files import parse_toml
from persona_env.messages import Message, described
from persona_env.preferences.comparison import (
    ORDERS,
    Candidates,
    Comparison,
    Label,
    versions_of,
)
from persona_env.wrappers.fitting import fitted
from persona_env.wrappers.tokenizers import Codec

from ..inference.cache import additive
from ..inference.reference import reads_all
from ..inference.sequences import Packed
from ..language_model import generate

LETTERS = ("A", "B")
CLAMP = (0.40, 0.60)
"""Of probabilities after reasoning: Bai et al. 2022, 4.1."""
THOUGHT = 128
"""Tokens of reasoning, at most."""
GRADES = tuple(map(str, range(1, 11)))
SYSTEM = "You compare replies of an assistant for one particular user."
QUESTION = """{user}The user said: {prompt}

Reply A: {first}

Reply B: {second}

{principle} {how}"""
BY_LETTER = "Answer with one letter, A or B."
BY_REASONS = "Say in two or three sentences how each of them does by this, then which you choose."
ANSWER = "\nSo the better one is Reply"
"""What follows the reasoning, before the letter."""
GRADE = """{user}The user said: {prompt}

The reply: {reply}

{principle} How good is the reply for this user, from 1 (bad) to 10 (excellent)?
Answer with the number alone."""
PRINCIPLE = "Choose the reply that this user would like better."


class Principle(NamedTuple):
    """A sentence of a constitution, and its name."""

    name: str
    text: str


def load_constitution(text: str | None = None) -> tuple[Principle, ...]:
    """The principles of a TOML text, or those that come with the library.

    Raises :class:`PersonaEnvError` for a text without ``[[principle]]`` entries of name and text.
    """
    if text is None:
        here = resources.files(__package__).joinpath("constitution.toml")
        text = here.read_text(encoding="utf-8")
    entries = parse_toml(text, "constitution").get("principle")
    try:
        found = tuple(Principle(str(one["name"]), str(one["text"])) for one in entries or ())
    except (TypeError, KeyError) as error:
        raise PersonaEnvError(
            "a constitution holds entries [[principle]] with a name and a text each"
        ) from error
    if not found:
        raise PersonaEnvError("a constitution needs at least one entry [[principle]]")
    return found


def of_user(messages: Sequence[Message]) -> tuple[Principle, ...]:
    """What the user of a conversation wants, as a principle; none where nothing is known."""
    who, _ = described(messages)
    return (Principle("user", f"Choose the reply that suits this user. {who}"),) if who else ()


def drawn_for(
    one: Candidates, principles: Sequence[Principle], rng: np.random.Generator
) -> Principle | None:
    """The principle by which a pair is compared, drawn from some and the user's own; ``None`` if
    there are none: then what counts is what this user would like."""
    if not principles:
        return None
    known = (*principles, *of_user(one.messages))
    return known[int(rng.integers(len(known)))]


@dataclass
class ModelAnnotator:
    """A causal language model that says which of two replies is better.

    Parameters
    ----------
    model, codec:
        What :func:`persona_env.agents.load_policy` returns.
    name:
        In what it says.
    principles:
        One of them, or of what the user wants, is drawn for each comparison, with its seed; none:
        what this user would like.
    reasons:
        Whether the model reasons before it names a letter.
    """

    model: PreTrainedModel
    codec: Codec
    name: str = "model"
    principles: Sequence[Principle] = ()
    reasons: bool = False
    _tokens: tuple[list[int], ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._tokens = tuple(first_tokens(self.codec, letter) for letter in LETTERS)
        if {*self._tokens[0]} & {*self._tokens[1]}:
            raise PersonaEnvError("the tokenizer writes 'A' and 'B' with the same first token")

    def annotate(self, candidates: Sequence[Candidates], seed: int = 0) -> list[Comparison | None]:
        """A soft label for each pair; ``None`` for more than two replies, which it cannot compare,
        and where the model gives neither letter any probability."""
        root = np.random.SeedSequence(whole_number("seed", seed, least=0))
        rngs = [np.random.default_rng(one) for one in root.spawn(len(candidates))]
        return [self._say(one, rng) for one, rng in zip(candidates, rngs, strict=True)]

    def _say(self, one: Candidates, rng: np.random.Generator) -> Comparison | None:
        if len(one.replies) != 2:
            return None
        drawn = drawn_for(one, self.principles, rng)
        straight, turned = (self._first(one, order, drawn) for order in ORDERS)
        if math.isnan(straight + turned):
            return None
        clamp = CLAMP if self.reasons else (0.0, 1.0)
        return in_both_orders(
            one, (straight, 1 - turned), self.name, drawn, clamp, packages=("torch", "transformers")
        )

    def _first(self, one: Candidates, order: tuple[int, int], drawn: Principle | None) -> float:
        """How probably what is shown first is better, when shown in this order."""
        principle = drawn.text if drawn else PRINCIPLE
        asked = question(one, order, principle, BY_REASONS if self.reasons else BY_LETTER)
        room = getattr(self.model.config, "max_position_embeddings", 2048) - THOUGHT - 8
        ids, _ = fitted(self.codec, asked, room)
        if self.reasons:
            (thought,) = generate(self.model, self.codec, [ids], max_new_tokens=THOUGHT)
            ids = [*ids, *thought, *self.codec.encode(ANSWER)]
        return letter_probability(self.model, ids, self._tokens)


def in_both_orders(
    one: Candidates, by_order: tuple[float, float], name: str, drawn: Principle | None,
    clamp: tuple[float, float] = (0.0, 1.0), *, packages: Sequence[str] = (),
) -> Comparison:  # fmt: skip
    """The soft label of an annotator who was asked in both orders: the mean, within ``clamp``.

    ``by_order`` is how probably the first reply is preferred where it is shown first, and where it
    is shown second; it is kept beside.
    """
    p = min(max(sum(by_order) / 2, clamp[0]), clamp[1])
    label: Label = "same" if p == 0.5 else "first" if p > 0.5 else "second"
    return Comparison.of(
        one, label=label, probability=p, by_order=by_order, annotator=name,
        note=f"principle {drawn.name}" if drawn else "", versions=versions_of(*packages),
    )  # fmt: skip


def question(
    one: Candidates, order: tuple[int, int], principle: str, how: str = BY_LETTER
) -> list[Message]:
    """What a model is asked about two replies, in this order, and ``how`` it is to answer."""
    first, second = (one.replies[place] for place in order)
    said = QUESTION.format(
        user=about(one), prompt=one.prompt, first=first, second=second, principle=principle,
        how=how,
    )  # fmt: skip
    return [{"role": "system", "content": SYSTEM}, {"role": "user", "content": said}]


def about(one: Candidates) -> str:
    """What a model is told of the user, before what the user said."""
    who, _ = described(one.messages)
    return f"About the user: {who}\n\n" if who else ""


@torch.inference_mode()
def letter_probability(
    model: PreTrainedModel, ids: Sequence[int], tokens: Sequence[Sequence[int]]
) -> float:
    """The probability of the first of two answers, of both; NaN if neither has any."""
    logits = model(torch.tensor([ids], device=model.device)).logits[0, -1].double()
    log_p = torch.log_softmax(logits, 0)
    one, other = (torch.logsumexp(log_p[list(group)], 0) for group in tokens)
    return float(torch.sigmoid(one - other))


@torch.inference_mode()
def expected_grade(
    model: PreTrainedModel, codec: Codec, one: Candidates, reply: str, principle: str = PRINCIPLE
) -> float:
    r"""Direct feedback: :math:`\sum_i i\,P(i)` for grades 1 to 10, rescaled to [-1, 1] (Lee et al.
    2023, 2.2). The probability of a grade is that of its tokens, among the ten."""
    said = GRADE.format(user=about(one), prompt=one.prompt, reply=reply, principle=principle)
    asked = [{"role": "system", "content": SYSTEM}, {"role": "user", "content": said}]
    room = getattr(model.config, "max_position_embeddings", 2048) - 8
    prompt, _ = fitted(codec, asked, room)
    totals = [one.sum() for one in answer_log_probs(model, prompt, _grades(codec))]
    p = torch.softmax(torch.stack(totals), 0)
    mean = float((p * torch.arange(1, len(GRADES) + 1)).sum())
    return (mean - 1) / (len(GRADES) - 1) * 2 - 1


def _grades(codec: Codec) -> list[list[int]]:
    """The tokens of each grade; the end tells 1 from 10."""
    return [[*codec.encode(grade), codec.end_id] for grade in GRADES]


@torch.inference_mode()
def answer_log_probs(
    model: PreTrainedModel, prompt: Sequence[int], answers: Sequence[Sequence[int]]
) -> list[Tensor]:
    """The log-probabilities of the tokens of each answer to a prompt, which is read once."""
    if not reads_all(model, len(prompt) + max(map(len, answers))):
        return [_alone(model, prompt, answer) for answer in answers]
    packed = Packed(1, len(prompt) + sum(map(len, answers)))
    columns = [packed.add(0, np.array([*prompt, *answer]), len(prompt)) for answer in answers]
    before = np.concatenate([each[len(prompt) - 1 : -1] for each in columns])

    def logits(ids: Tensor, places: Tensor, allowed: Tensor, wanted: Tensor) -> Tensor:
        mask = additive(allowed, model.dtype)
        found: Tensor = model(
            input_ids=ids, position_ids=places, attention_mask=mask, use_cache=False
        ).logits
        return found.flatten(0, 1)[wanted].double()

    log_p = torch.log_softmax(packed.encode(logits, before, model.device), -1)
    chosen = torch.tensor([token for answer in answers for token in answer], device=model.device)
    found = log_p.gather(1, chosen[:, None]).squeeze(1)
    return list(torch.split(found, [len(answer) for answer in answers]))


def _alone(model: PreTrainedModel, prompt: Sequence[int], answer: Sequence[int]) -> Tensor:
    """The log-probabilities of one answer, for models that take none beside it."""
    ids = torch.tensor([[*prompt, *answer]], device=model.device)
    logits = model(input_ids=ids, use_cache=False).logits[0, len(prompt) - 1 : -1].double()
    chosen = ids[0, len(prompt) :, None]
    return torch.log_softmax(logits, -1).gather(1, chosen).squeeze(1)


def first_tokens(codec: Codec, letter: str) -> list[int]:
    """The first tokens with which a tokenizer may write a letter: with and without a blank."""
    found = [codec.encode(text) for text in (letter, f" {letter}")]
    plain = [ids[0] for ids in found if ids and codec.decode(ids[:1]).strip() == letter]
    if not plain:
        raise PersonaEnvError(f"the tokenizer has no token that is the letter {letter!r}")
    return [*dict.fromkeys(plain)]
