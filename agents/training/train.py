"""The main job: stable-baselines3 PPO teaches a language model to answer each user as they like.

Its options are in ``options.py``, its record in ``run_log.py``, its judgement in ``judging.py``.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from stable_baselines3 import PPO

from persona_env.errors import PersonaEnvError
from persona_env.files import write_text

from ..language_model import load_policy, save_tokenizer
from ..ppo.ppo import make_ppo
from .checkpoint import load_modules
from .options import TrainOptions, judged_envs, token_envs
from .run_log import RunLog
from .showcase import examples, judge

PARAMETERS_A_THREAD = 500_000


def train(options: TrainOptions) -> Path:
    """Run, or resume, and leave a folder with everything; returns the folder.

    Ctrl-C ends the training early and keeps what was learnt.

    Raises
    ------
    PersonaEnvError
        If the folder holds a run already and ``resume`` is not set, or the reverse.
    """
    torch.set_num_threads(options.threads or threads_for(load_policy(options.start)[0]))
    folder, state = options.output, options.output / "state.safetensors"
    folder.mkdir(parents=True, exist_ok=True)
    if not options.resume:
        (folder / "curve.csv").unlink(missing_ok=True)
    if state.exists() and not options.resume:
        raise PersonaEnvError(f"{folder} holds a run: give --resume, or another --output")
    ppo = build(options)
    spent = load_modules(state, ppo.policy, [ppo.policy.optimizer]) if options.resume else {}
    ppo.num_timesteps = int(spent.get("steps", 0))
    if not options.resume:
        judge(options, "before", *load_policy(options.start, options.device))
    seconds = _learn(ppo, options, float(spent.get("seconds", 0.0)))
    policy: Any = ppo.policy
    policy.model.eval().save_pretrained(folder / "policy")
    save_tokenizer(options.start, folder / "policy")
    judge(options, "after", policy.model, policy.codec)
    write_text(folder / "examples.json", _json(examples(options, policy.model, policy.codec)))
    write_text(folder / "run.json", _json(_facts(options, ppo, seconds)))
    return folder


def threads_for(model: Any) -> int:
    """One thread for each half million parameters, of those that torch would take.

    The products of a tiny model are too small to share: with the threads that torch takes by
    itself they can be many times slower, above all on a busy machine.
    """
    parameters: int = sum(p.numel() for p in model.parameters())
    return max(1, min(torch.get_num_threads(), parameters // PARAMETERS_A_THREAD))


def build(options: TrainOptions) -> PPO:
    """The environments and the PPO of a run."""
    model, codec = load_policy(options.start, options.device)
    return make_ppo(
        token_envs(options, codec, model.config.vocab_size),
        options.start,
        kl_coef=options.kl,
        floor=options.floor,
        temperature=options.temperature,
        precision=options.precision,
        compiled=options.compiled,
        learning_rate=options.lr,
        seed=options.seed,
        device=options.device,
        tensorboard_log=str(options.output / "tensorboard") if options.tensorboard else None,
    )


def _learn(ppo: PPO, options: TrainOptions, spent: float) -> float:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[shown]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns) as progress:
        log = RunLog(options.output, progress, options.steps, spent)
        try:
            ppo.learn(options.steps - ppo.num_timesteps, log, reset_num_timesteps=False)
        except KeyboardInterrupt:
            progress.console.print("stopped: keeping what was learnt")
    return log.seconds()


def _facts(options: TrainOptions, ppo: PPO, seconds: float) -> dict[str, Any]:
    policy: Any = ppo.policy.model
    names = ("persona-env", "gymnasium", "stable-baselines3", "torch", "transformers")
    return {
        "options": {**asdict(options), "policy": options.start},
        "seconds": round(seconds, 1),
        "steps": ppo.num_timesteps,
        "threads": torch.get_num_threads(),
        "parameters": sum(p.numel() for p in policy.parameters()),
        "held_out": judged_envs(options)[1],
        "versions": {name: version(name) for name in names},
    }


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1, default=str)
