"""What a model of a million parameters learns from reference replies.

    python benchmarks/imitation.py --envs PersonaHighlight-v0 --seconds 240

The bundled policy `persona-tiny-wide` goes on by supervised learning on the reference replies to
train scenarios for train users, for so many seconds of processor time. Printed, as Markdown: the
mean reward of greedy replies to held-out scenarios for held-out users, before and after, beside
the best user-blind reply and a reference reply, ± standard error over cases; then how many examples
were read, the loss of the last tenth of the steps, and the most frequent gates that are 0.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import gymnasium as gym
import numpy as np
import torch
from transformers import PreTrainedModel

import persona_env  # noqa: F401 - registers the environments
from persona_env import PersonaEnv
from persona_env.agent import Agent, ReferenceAgent
from persona_env.agents.language_model import LanguageModelAgent, load_policy, use_threads
from persona_env.agents.pretraining.pretrain import (
    Recipe,
    loss_on_replies,
    optimizers,
    pad,
    rate,
)
from persona_env.evaluation.evaluate import draw_cases, replies_of
from persona_env.metrics.statistics import Mean
from persona_env.registration import make_agent
from persona_env.scenarios.case import Case
from persona_env.wrappers.bundled_tokenizer import BundledCodec

START = "persona-tiny-wide"
TOKENS = 16_384  # of a batch
AT_ONCE = 8  # prompts that are answered together
ENVS = (
    "PersonaHighlight-v0", "PersonaShell-v0", "PersonaSummary-v0", "PersonaMonitor-v0",
    "PersonaLatent-v0", "PersonaCanvas-v0",
)  # fmt: skip
COLUMNS = (
    "environment", "before", "after", "blind", "reference", "examples", "loss", "gates at 0",
)  # fmt: skip
Row = tuple[list[int], int]


class Learnt(NamedTuple):
    """How many examples were read, and the loss of the last tenth of the steps."""

    examples: int
    loss: float


def made(name: str, split: str) -> PersonaEnv:
    """The environment as bundled policies see it."""
    found = gym.make(name, split=split, register="tiny", disable_env_checker=True).unwrapped
    assert isinstance(found, PersonaEnv)
    return type(found)(split=split, register="tiny", profile_text="short", user_visibility="full")


def rows_of(env: PersonaEnv, codec: BundledCodec, seed: int) -> Iterator[Row]:
    """Prompt and reference reply of cases that are drawn for ever, as ids, with where the reply
    begins; those that do not fit the environment's context are left out."""
    most = env.context_length
    for round_ in range(1_000_000):
        for case in draw_cases(env, 64, seed=int(_draw(seed, round_))):
            prompt = codec.prompt(env.handed(*case))
            ids = [*prompt, *codec.encode(env.oracle(*case)), codec.end_id]
            if len(ids) <= most:
                yield ids, len(prompt)


def _draw(seed: int, round_: int) -> int:
    return int(np.random.SeedSequence([seed, round_]).generate_state(1)[0])


def train(model: PreTrainedModel, rows: Iterator[Row], seconds: float, pad_id: int) -> Learnt:
    """Learn the rows for so many seconds of processor time; how many, and the last losses."""
    recipe, losses, count = Recipe(steps=1000), [], 0
    both = optimizers(model, recipe)
    groups = [group for optimizer in both for group in optimizer.param_groups]
    peaks = [group["lr"] for group in groups]
    began = time.process_time()
    while (done := (time.process_time() - began) / seconds) < 1:
        batch = [row for row, _ in zip(rows, range(64), strict=False)]
        batch.sort(key=lambda row: len(row[0]))
        for chunk in _chunks(batch):
            for group, peak in zip(groups, peaks, strict=True):
                group["lr"] = peak * rate(int(done * recipe.steps), recipe) / 2
            loss = loss_on_replies(model, *pad(chunk, pad_id))
            model.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            for optimizer in both:
                optimizer.step()
            losses.append(loss.item())
            count += len(chunk)
    return Learnt(count, float(np.mean(losses[-max(1, len(losses) // 10) :])))


def _chunks(batch: Sequence[Row]) -> Iterator[list[Row]]:
    """Rows of about one length, of :data:`TOKENS` tokens together."""
    chunk: list[Row] = []
    for row in batch:
        if chunk and (len(chunk) + 1) * len(row[0]) > TOKENS:
            yield chunk
            chunk = []
        chunk.append(row)
    yield chunk


def judged(
    env: PersonaEnv, agent: Agent | ReferenceAgent, cases: Sequence[Case]
) -> tuple[Mean, Counter[str]]:
    """The mean reward on these cases, and how often each gate is 0."""
    parts = [cases[at : at + AT_ONCE] for at in range(0, len(cases), AT_ONCE)]
    replies = [reply for part in parts for reply in replies_of(agent, env, part)]
    verdicts = [env.score(text, *case) for text, case in zip(replies, cases, strict=True)]
    shut = Counter(name for v in verdicts for name, value in v.gates.items() if value == 0)
    return Mean.of([verdict.reward for verdict in verdicts]), shut


def row_of(name: str, seconds: float, episodes: int, seed: int) -> tuple[str, ...]:
    """The row of one environment."""
    torch.manual_seed(seed)
    env, heldout = made(name, "train"), made(name, "heldout")
    model, codec = load_policy(START)
    model.config.max_position_embeddings = env.context_length
    agent = LanguageModelAgent(model, codec, env.max_new_tokens)
    cases = [
        case
        for case in draw_cases(heldout, 2 * episodes, seed=0)
        if len(codec.prompt(heldout.handed(*case))) <= env.context_length - env.max_new_tokens
    ][:episodes]
    before, shut = judged(heldout, agent, cases)
    if not seconds:
        return (f"`{name}`", str(before), *["-"] * 5, _gates(shut, len(cases)))
    model.train().set_attn_implementation("eager")
    learnt = train(model, rows_of(env, codec, seed), seconds, codec.pad_id)
    model.eval()
    after, shut = judged(heldout, agent, cases)
    known = [judged(heldout, make_agent(one, heldout), cases)[0] for one in ("blind", "oracle")]
    told = (str(learnt.examples), f"{learnt.loss:.2f}", _gates(shut, len(cases)))
    return (f"`{name}`", str(before), str(after), *map(str, known), *told)


def _gates(shut: Counter[str], total: int) -> str:
    return ", ".join(f"`{gate}` {n / total:.2f}" for gate, n in shut.most_common(3))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--envs", nargs="+", default=ENVS, choices=sorted(ENVS))
    parser.add_argument("--seconds", type=float, default=120.0, help="0: the bundled policy alone")
    parser.add_argument("--episodes", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--quick", action="store_true", help="a second and four cases of one")
    options = parser.parse_args()
    use_threads(1)
    names = options.envs[:1] if options.quick else options.envs
    seconds, episodes = (1.0, 4) if options.quick else (options.seconds, options.episodes)
    for cells in (COLUMNS, ["---"] * len(COLUMNS)):
        print(f"| {' | '.join(cells)} |")
    for name in names:
        print(f"| {' | '.join(row_of(name, seconds, episodes, options.seed))} |", flush=True)


if __name__ == "__main__":
    main()
