"""What a run says of itself: the options that it shares with its beginning, and its figures."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from importlib.metadata import version
from platform import python_version
from typing import Any

import torch

from persona_env.errors import PersonaEnvError
from persona_env.evaluation.evaluate import persona_env_of
from persona_env.outputs import write_text
from persona_env.reporting.progress import Job
from persona_env.reporting.run_report import write_report
from persona_env.rewards import Term
from persona_env.rewards.declaration import function_in

from .options import TrainOptions
from .run_envs import TextEnv
from .run_folder import FACTS
from .showcase import examples

VERSIONS = ("persona-env", "gymnasium", "numpy", "stable-baselines3", "torch", "transformers")
_IDENTITY = (
    "env", "profiles", "scenarios", "terms", "gates", "hidden", "max_turns", "user_simulator",
    "max_topics", "end_token", "chat_template_arg", "max_new_tokens", "context_length", "judge",
    "lora", "system",
    "prompts", "method", "reward", "data", "pairs", "annotator", "learner", "critic",
    "constitution", "revisions", "grades", "length_penalty", "safety_terms", "ptx", "ptx_data",
)  # fmt: skip


def identity(options: TrainOptions) -> dict[str, Any]:
    """The options that a resumed run has to share with its beginning."""
    found = {name: getattr(options, name) for name in _IDENTITY} | {"policy": options.start}
    plain: dict[str, Any] = json.loads(as_json(found))
    return plain


def check_same(options: TrainOptions, begun: dict[str, Any]) -> None:
    """Raise :class:`PersonaEnvError` for options that are others than those of the beginning."""
    now = identity(options)
    other = {name: value for name, value in begun.items() if now.get(name, value) != value}
    if other:
        begun_with = ", ".join(f"{name}={value!r}" for name, value in other.items())
        raise PersonaEnvError(
            f"{options.output} was begun with {begun_with}: give the same, or another --output"
        )


def facts_of(
    options: TrainOptions, model: Any, trained: Iterable[Any], steps: int, seconds: float
) -> dict[str, Any]:
    """The figures of a run, its options and the versions of what it ran on."""
    return {
        "options": {**asdict(options), "policy": options.start},
        "seconds": round(seconds, 1),
        "steps": steps,
        "threads": torch.get_num_threads(),
        "parameters": sum(p.numel() for p in model.parameters()),
        "trained_parameters": sum(p.numel() for p in trained),
        "versions": {"python": python_version(), **{name: version(name) for name in VERSIONS}},
    }


def finish(
    options: TrainOptions,
    env: TextEnv,
    trained: tuple[Any, Any],
    facts: dict[str, Any],
    job: Job,
) -> None:
    """Write the examples, the facts and the report of a run whose policy is judged.

    ``facts["began"]`` is when it began, by the clock of ``job``.
    """
    with job.waiting("answering the prompts that the report shows"):
        shown = examples(options, env, trained)
    write_text(options.output / "examples.json", as_json(shown))
    facts["own_terms"] = [term.name for term in persona_env_of(env).terms if _is_own(term)]
    facts["command_seconds"] = round(job.now() - facts.pop("began"), 1)
    write_text(options.output / FACTS, as_json(facts))
    with job.waiting("drawing the report"):
        write_report(options.output)


def _is_own(term: Term) -> bool:
    """Whether a term is none of the library's."""
    function = function_in(term.function)
    module = getattr(function, "__module__", "") or type(function).__module__
    return not term.gate and not f"{module}.".startswith("persona_env.")


def as_json(value: Any) -> str:
    """JSON, with paths and the like as text."""
    return json.dumps(value, ensure_ascii=False, indent=1, default=str)
