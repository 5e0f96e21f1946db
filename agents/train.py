"""The main job: stable-baselines3 PPO teaches a language model to answer each user as they like.

Read top to bottom: the options, the environments, the callback that logs and saves, the run.
"""

from __future__ import annotations

import csv
import json
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
import torch
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from stable_baselines3 import PPO
from stable_baselines3.common.callbacks import BaseCallback

from persona_env.agent import Case
from persona_env.card import explain_verdict
from persona_env.codec import Codec
from persona_env.errors import PersonaEnvError
from persona_env.evaluation import evaluate, first_observations, persona_env_of
from persona_env.files import write_text
from persona_env.pairing import prompt_language
from persona_env.profile import UserProfile
from persona_env.registration import start_for
from persona_env.scenario import Scenario
from persona_env.vector import TokenVectorEnv
from persona_env.wrappers.token_actions import CONTEXT_LENGTH, MAX_NEW_TOKENS

from .lm import LanguageModelAgent, load_policy, save_tokenizer
from .ppo import make_ppo
from .state import load_modules, save_modules
from .vec import TokenVecEnv

CURVE = ("step", "seconds", "reward", "reward_sd", "kl", "entropy", "length", "cut", "unlikely")
EPISODES_A_USER = 20
PARAMETERS_A_THREAD = 500_000
JUDGE_SEED = 12345


@dataclass(frozen=True)
class TrainOptions:
    """What a run is made of; the defaults are the main job."""

    env: str = "PersonaChat-v0"
    profiles: tuple[str, ...] | None = None
    scenarios: tuple[str, ...] | None = None
    terms: tuple[str, ...] | None = None
    steps: int = 300_000
    seed: int = 0
    output: Path = Path("runs/demo")
    resume: bool = False
    policy: str | None = None
    hidden: bool = False
    device: str = "cpu"
    threads: int | None = None
    envs: int = 128
    lr: float = 3e-4
    kl: float = 0.02
    floor: float = -8.0
    temperature: float = 0.7
    together: int = 4
    precision: str = "auto"
    compiled: bool = False
    tensorboard: bool = True
    max_new_tokens: int = MAX_NEW_TOKENS
    context_length: int = CONTEXT_LENGTH

    @property
    def start(self) -> str:
        """The policy to start from."""
        return self.policy or start_for(self.env)


def text_env(
    options: TrainOptions, split: str = "train", users: Sequence[UserProfile] | None = None
) -> gym.Env[Any, Any]:
    """The text environment of a run, on train or held-out scenarios."""
    env: gym.Env[Any, Any] = gym.make(
        options.env,
        profiles=options.profiles if users is None else users,
        scenarios=options.scenarios,
        terms=options.terms,
        split=split,
        user_visibility="hidden" if options.hidden else "full",
    )
    return env


def token_envs(options: TrainOptions, codec: Any, size: int) -> TokenVecEnv:
    """The training environments: token actions, and a reply that does not end has failed."""
    tokens = TokenVectorEnv(
        persona_env_of(text_env(options)),
        options.envs,
        tokenizer=codec,
        max_new_tokens=options.max_new_tokens,
        context_length=options.context_length,
        vocab_size=size,
        autoreset_mode="SameStep",
    )
    return TokenVecEnv(tokens, options.together)


class RunLog(BaseCallback):
    """Writes a line of the curve a rollout, moves the progress bar, saves the state."""

    def __init__(self, folder: Path, progress: Progress, total: int, seconds: float) -> None:
        super().__init__()
        self.folder, self.progress, self.spent = folder, progress, seconds
        self.task = progress.add_task("training", total=total, shown="")
        self.new: list[tuple[float, int, bool]] = []
        self.began = time.monotonic()
        self.lengths: np.ndarray[Any, Any] | None = None

    def seconds(self) -> float:
        """How long the run has trained, earlier parts of a resumed run included."""
        return self.spent + time.monotonic() - self.began

    def _on_step(self) -> bool:
        infos, rewards = self.locals["infos"], self.locals["rewards"]
        if self.lengths is None:
            self.lengths = np.zeros(len(infos), dtype=np.int64)
        self.lengths += 1
        for i in np.flatnonzero(self.locals["dones"]):
            self.new.append((float(rewards[i]), int(self.lengths[i]), bool(infos[i].get("cut"))))
            self.lengths[i] = 0
        return True

    def _on_rollout_end(self) -> None:
        ended = np.array(self.new, dtype=float) if self.new else np.full((1, 3), np.nan)
        rewards, lengths, cuts = ended.T
        self.new = []
        entropy = -self.model.logger.name_to_value.get("train/entropy_loss", np.nan)
        row = {
            "step": self.num_timesteps,
            "seconds": round(self.seconds(), 1),
            "reward": rewards.mean(),
            "reward_sd": rewards.std(),
            "kl": getattr(self.locals["rollout_buffer"], "kl", 0.0),
            "entropy": entropy,
            "length": lengths.mean(),
            "cut": cuts.mean(),
            "unlikely": getattr(self.locals["rollout_buffer"], "unlikely", 0.0),
        }
        for name in ("reward", "kl", "length", "cut", "unlikely"):
            self.model.logger.record(f"persona/{name}", row[name])
        _append(self.folder / "curve.csv", row)
        shown = "  ".join(
            f"{name} {row[name]:.3g}" for name in ("reward", "kl", "entropy", "length")
        )
        self.progress.update(self.task, completed=self.num_timesteps, shown=shown)
        self._save()

    def _save(self) -> None:
        facts = {"steps": self.num_timesteps, "seconds": self.seconds()}
        policy: Any = self.model.policy
        save_modules(self.folder / "state.safetensors", policy, [policy.optimizer], facts)


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


def judge(options: TrainOptions, name: str, model: Any, codec: Codec) -> None:
    """Evaluate greedy replies on held-out scenarios: train users, and apart, held-out users."""
    agent = LanguageModelAgent(model, codec, options.max_new_tokens)
    envs = {"": text_env(options, "heldout", persona_env_of(text_env(options)).users)}
    if options.profiles is None:
        envs["_heldout"] = text_env(options, "heldout")
    for suffix, env in envs.items():
        episodes = EPISODES_A_USER * len(persona_env_of(env).users)
        report = evaluate(agent, env, episodes=episodes, seed=JUDGE_SEED)
        report.save(options.output / f"{name}{suffix}.json")


def examples(options: TrainOptions, model: Any, codec: Codec) -> list[dict[str, Any]]:
    """The same held-out prompt answered for three users, before and after.

    Prompts are drawn with a fixed seed, one a category; the users are the three who want the
    most different things among those who can ask it.
    """
    env = text_env(options, "heldout", persona_env_of(text_env(options)).users)
    base, start = persona_env_of(env), load_policy(options.start, options.device)
    agents = {
        "before": LanguageModelAgent(*start, options.max_new_tokens),
        "after": LanguageModelAgent(model, codec, options.max_new_tokens),
    }
    rng = np.random.default_rng(JUDGE_SEED)
    shown: dict[str, dict[str, Any]] = {}
    for scenario in base.scenarios.shuffled(rng, len(base.scenarios.shown)):
        able = [u for u in base.users if prompt_language(scenario, u) is not None]
        if len(able) >= 3 and scenario.category not in shown:
            shown[scenario.category] = _example(env, scenario, _most_different(able), agents)
    return list(shown.values())


def _example(
    env: gym.Env[Any, Any],
    scenario: Scenario,
    users: Sequence[UserProfile],
    agents: dict[str, LanguageModelAgent],
) -> dict[str, Any]:
    rows = []
    for user in users:
        row: dict[str, Any] = {"user": user.id, "profile": user.render()}
        for when, agent in agents.items():
            reply = agent(first_observations(env, [Case(scenario, user)]))[0]
            verdict = persona_env_of(env).score(reply, scenario, user)
            row |= {when: reply, f"{when}_reward": verdict.reward}
        rows.append({**row, "explained": explain_verdict(verdict, reply)})
    prompt = next(iter(scenario.texts.values())).prompt
    return {
        "prompt": prompt, "scenario": scenario.id, "category": scenario.category, "users": rows
    }  # fmt: skip


def _most_different(users: Sequence[UserProfile], count: int = 3) -> list[UserProfile]:
    chosen = [users[0]]
    while len(chosen) < count:
        gaps = [min(np.abs(u.vector() - c.vector()).sum() for c in chosen) for u in users]
        chosen.append(users[int(np.argmax(gaps))])
    return chosen


def _facts(options: TrainOptions, ppo: PPO, seconds: float) -> dict[str, Any]:
    policy: Any = ppo.policy.model
    names = ("persona-env", "gymnasium", "stable-baselines3", "torch", "transformers")
    return {
        "options": {**asdict(options), "policy": options.start},
        "seconds": round(seconds, 1),
        "steps": ppo.num_timesteps,
        "threads": torch.get_num_threads(),
        "parameters": sum(p.numel() for p in policy.parameters()),
        "versions": {name: version(name) for name in names},
    }


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1, default=str)


def _append(path: Path, row: dict[str, Any]) -> None:
    new = not path.exists()
    with path.open("a", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, CURVE)
        if new:
            writer.writeheader()
        writer.writerow({k: f"{v:.4f}" if isinstance(v, float) else v for k, v in row.items()})
