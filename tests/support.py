"""What several test modules share: a small tokenizer, and short ways to a case."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from http.server import ThreadingHTTPServer

import numpy as np
import pytest
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

from persona_env import PersonaEnv, load_profile, load_scenarios
from persona_env.auditor.battery import Row, run_battery, stuffers
from persona_env.auditor.cases import further_cases, known_cases
from persona_env.auditor.payer import Pay
from persona_env.envs.chat.env import PersonaChatEnv
from persona_env.evaluation.evaluate import draw_cases
from persona_env.reading import Reading
from persona_env.rewards import Score, get_term
from persona_env.rewards.exchange import Exchange, TermView
from persona_env.scenarios.case import prompt_language
from persona_env.wrappers.bundled_tokenizer import SPECIAL, BundledCodec

NEED_A_HOST = {"persona_env.adapters.inspect_task"}
"""Modules that cannot be imported without the library whose decorators they use."""

every_split = pytest.mark.parametrize(
    "split", ["train", pytest.param("heldout", marks=pytest.mark.slow)]
)
"""What is asked of an environment's train users by default, of held-out ones with ``-m slow``."""

BYTES = pre_tokenizers.ByteLevel.alphabet()


def tiny_tokenizer(size: int = 600) -> Tokenizer:
    """A byte-level BPE tokenizer: any text goes through it and back."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=size, special_tokens=list(SPECIAL), initial_alphabet=BYTES, show_progress=False
    )
    texts = [t.prompt + " " + t.answer for s in load_scenarios("train") for t in s.texts.values()]
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


@cache
def tiny_codec() -> BundledCodec:
    return BundledCodec(tiny_tokenizer())


def hugging_face(template=None, **special):
    """A tokenizer of transformers over the small one."""
    from transformers import PreTrainedTokenizerFast

    special = {"eos_token": "<end>", "pad_token": "<pad>"} | special
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=tiny_tokenizer(), **special)
    tokenizer.chat_template = template
    return tokenizer


def play(env, ids):
    """Steps through ``ids``; the last step's tuple."""
    for number, token in enumerate(ids):
        *rest, terminated, truncated, info = env.step(np.int64(token))
        over = terminated or truncated
        assert not over or number == len(ids) - 1
    return *rest, terminated, truncated, info


def read(env, observation):
    """What the policy reads, with special tokens."""
    ids = observation["tokens"][observation["attention_mask"] == 1].tolist()
    return env.codec.tokenizer.decode(ids, skip_special_tokens=False)


@cache
def shared_env(split: str = "all") -> PersonaChatEnv:
    """An environment to score tiny replies with; nobody steps it."""
    return PersonaChatEnv(split=split, register="tiny")


def cases(split: str = "all"):
    """Every (scenario, user) that meet in ``split``."""
    env = shared_env(split)
    return [(scenario, user) for user, pool in env.cases.values() for scenario in pool]


def run_term(name: str, reply: str, scenario, user="sam") -> Score | None:
    """One term alone, through the view it gets in an environment; ``scenario`` by id or as made."""
    term = get_term(name)
    if isinstance(scenario, str):
        scenario = shared_env()._find_scenario(scenario)
    user = load_profile(user)
    language = prompt_language(scenario, user) or next(iter(scenario.texts))
    result = term.function(TermView.of(Exchange(scenario, user, reply, language), term.uses))
    return result if result is None or isinstance(result, Score) else Score(float(result))


def value(name: str, reply: str, scenario, user="sam") -> float | None:
    """The value of :func:`run_term`."""
    score = run_term(name, reply, scenario, user)
    return None if score is None else score.value


class Given:
    """Says of every reply what it was told to say."""

    name = "hand"
    batches = False

    def __init__(self, reading: Reading) -> None:
        self.reading = reading

    def fill(self, asks, readings):
        return [one.filled(self.reading) for one in readings]


def attacked(env: PersonaEnv, count: int) -> dict[str, Row]:
    """What each exploiting agent earns in so many cases, by its name."""
    known = known_cases(env, draw_cases(env, count, 0))
    rows = run_battery(Pay(env), known, further_cases(env, known, 0), stuffers(env))
    return {row.name: row for row in rows}


@contextmanager
def running(server: ThreadingHTTPServer) -> Iterator[None]:
    """A server in a thread of its own, as long as the block runs."""
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
