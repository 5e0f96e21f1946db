"""Memory stays flat over many episodes, and what is remembered is bounded."""

from __future__ import annotations

import functools
import gc
import importlib
import pkgutil
import tracemalloc

import pytest

import persona_env
from persona_env.envs.calibration import PersonaCalibrationEnv
from persona_env.envs.chat.env import PersonaChatEnv
from persona_env.memo import Prepared
from persona_env.reading import likeness
from persona_env.text.spans import PerWord
from persona_env.vector import PersonaVectorEnv, TokenVectorEnv
from persona_env.wrappers.token_actions import TokenActions

from .support import NEED_A_HOST, tiny_codec

ROWS, EPISODES = 64, 20_000
LISTS = {
    "languages.lexicon.phrase_lines",
    "text.amounts._links",
    "text.lexicon._expressions",
    "text.lexicon.pattern",
}
LANGUAGES = {
    "detectors.style.language._function_words",
    "groups.words.words_of",
    "languages.files.language_data",
    "languages.morphology.morphology",
    "reading.likeness._list",
    "simulation.questions._words",
    "text.numbers.number_words",
}
FOLDERS = {"users.library._profiles", "scenarios.library._scenarios"}
FEW = {f"persona_env.{name}" for name in LISTS | LANGUAGES | FOLDERS}


def few(terms=(), gates=()):
    """Few cases, so that all are met soon: what is remembered of a case is wanted."""
    return PersonaChatEnv(
        profiles=["sam", "nora"], scenarios=["fact"], terms=terms, gates=gates, register="tiny"
    )


def held(env, action):
    """Bytes held after a while, and after twenty thousand episodes more."""
    env.reset(seed=0)
    found = []
    tracemalloc.start()
    try:
        for episodes in (2 * EPISODES // 10, EPISODES):
            for _ in range(episodes // ROWS):
                env.step(action)
            gc.collect()
            found.append(tracemalloc.get_traced_memory()[0])
    finally:
        tracemalloc.stop()
    return found


@pytest.mark.slow
@pytest.mark.parametrize("chosen", [((), ()), (("length",), ("degenerate",))])
def test_text_episodes_leave_nothing_behind(chosen):
    env = PersonaVectorEnv(few(*chosen), ROWS, autoreset_mode="SameStep")
    before, after = held(env, tuple(f"No. {row}" for row in range(ROWS)))
    assert after - before < 100_000  # five bytes an episode


@pytest.mark.slow
def test_token_episodes_leave_nothing_behind():
    env = TokenVectorEnv(few(), ROWS, tokenizer=tiny_codec(), autoreset_mode="SameStep")
    before, after = held(env, [tiny_codec().end_id] * ROWS)
    assert after - before < 100_000


def test_prompts_that_never_come_again_are_not_all_remembered(monkeypatch):
    monkeypatch.setattr("persona_env.wrappers.token_actions.REMEMBERED", 3)
    env = TokenActions(PersonaChatEnv(), tiny_codec())
    for _ in range(12):
        env.reset()
    assert len(env._prompts) == 3


def test_scenarios_that_never_come_again_are_not_all_remembered(monkeypatch):
    monkeypatch.setattr("persona_env.memo.PREPARED", 3)
    lengths = Prepared(len)
    assert [lengths.of("a" * count) for count in range(20)] == [*range(20)]
    assert len(lengths) <= 3
    env = PersonaCalibrationEnv(split="heldout")
    for seed in range(12):
        env.reset(seed=seed)
        env.step("It is 12.")
    assert len(env.readers.readers[0]._known) <= 3
    assert len(likeness._answers) <= 3


def test_every_cache_is_bounded():
    """``functools.cache`` is for what takes no argument, or few different ones."""
    found = {}
    for module in pkgutil.walk_packages(persona_env.__path__, "persona_env."):
        if module.name.endswith("__main__") or module.name in NEED_A_HOST:
            continue
        for thing in vars(importlib.import_module(module.name)).values():
            if isinstance(thing, functools._lru_cache_wrapper):
                found[f"{thing.__module__}.{thing.__qualname__}"] = thing
    unbounded = {name for name, f in found.items() if f.cache_parameters()["maxsize"] is None}
    takes = {name: found[name].__wrapped__.__code__.co_argcount for name in unbounded}
    assert len(found) > 20
    assert {name for name, count in takes.items() if count} <= FEW


def test_what_is_told_of_words_is_bounded(monkeypatch):
    monkeypatch.setattr("persona_env.text.spans.WORDS", 3)
    lengths = PerWord(len)
    assert [lengths["a" * count] for count in range(20)] == [*range(20)]
    assert len(lengths) <= 3
