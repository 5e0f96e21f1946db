"""Other libraries beside this one, on the same machine in one run.

``python benchmarks/peers.py`` prints token steps, whole replies and training end to end, each with
median, minimum, maximum and the ratio to our first row, per second of processor time. A peer that
is not installed is left out, with a line that says so and what to install. None is a dependency of
this library: install them in an environment of their own. What a peer's environment does besides
stepping is its own choice: the games, the rubrics and the echo here judge a reply with one
comparison, ours with some twenty terms.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib
import os
import random
import socket
import tempfile
import threading
import time
import warnings
import weakref
from collections.abc import Callable, Iterator
from itertools import cycle, pairwise
from pathlib import Path
from typing import Any

import gymnasium as gym
import torch
from _tables import show
from stepping import CODEC, OFF, PROMPT, REPLY, ROWS, SIZE, TINY, Way, make_vector, measure, replies
from stepping import single as token_steps
from stepping import text as episodes
from stepping import vector as vector_steps
from training import learning, make_model, ppo

from persona_env.wrappers import TokenActions

PIP = {
    "torchrl": "torchrl",
    "textarena": "textarena",
    "gem": "gem-llm",
    "verifiers": "'verifiers>=0.1.14,<0.2'",
    "openenv": "openenv-core",
    "trl": "trl datasets",
}
NEW = 24  # tokens of a reply in training, as in benchmarks/training.py
MODEL = {"width": 64, "layers": 2}  # 0.2 million parameters


# --- token steps --------------------------------------------------------------------------------


def llm_env(rows: int) -> Way:
    """TorchRL's LLMEnv: the action is a token, the observation all tokens so far."""
    envs, tensordict = (
        importlib.import_module("torchrl.envs.llm"),
        importlib.import_module("tensordict"),
    )
    env = envs.LLMEnv(from_text=False, batch_size=rows, eos_token_id=CODEC.end_id)
    prompt = torch.randint(10, CODEC.size, (rows, PROMPT))
    mask, written = torch.ones_like(prompt), replies()

    def way() -> int:
        start = {"tokens": prompt, "attention_mask": mask}
        seen = env.reset(tensordict.TensorDict(start, batch_size=(rows,)))
        columns = torch.tensor([next(written) for _ in range(rows)]).T
        for column in columns:
            seen["tokens_response"] = column[:, None]
            seen = env.step(seen)["next"]
        return rows * REPLY

    return way


# --- whole replies ------------------------------------------------------------------------------


def texts() -> Iterator[str]:
    """Replies of 24 tokens, for ever."""
    order = replies()
    return cycle([CODEC.decode(next(order)[:-1]) for _ in range(256)])


def chat_env(rows: int) -> Way:
    """TorchRL's ChatEnv: the action is the conversation with a reply added."""
    envs, data = (importlib.import_module(f"torchrl.{name}.llm") for name in ("envs", "data"))
    tensordict = importlib.import_module("tensordict")
    env = envs.ChatEnv(batch_size=(rows,), system_prompt="You are helpful.", input_mode="history")
    written = texts()

    def way() -> int:
        asked = tensordict.TensorDict({"query": ["How high is Yushan?"] * rows}, batch_size=(rows,))
        seen = env.reset(asked)
        said = [[{"role": "assistant", "content": next(written)}] for _ in range(rows)]
        history = seen["history"]
        history.full = history.prompt.extend(data.History.from_chats(said), inplace=False, dim=-1)
        env.step(seen)
        return rows

    return way


def game(turns: Callable[[list[str]], int], guess: str) -> Way:
    """Turns of a game in which a number of 1 to 20 is guessed."""
    drawn = random.Random(0)

    def way() -> int:
        return turns([guess.format(drawn.randint(1, 20)) for _ in range(50)])

    return way


def text_arena() -> Way:
    """TextArena's GuessTheNumber, made anew for each game: reused, it slows down."""
    arena = importlib.import_module("textarena")

    def turns(guesses: list[str]) -> int:
        done = True
        for guess in guesses:
            if done:
                env = arena.make("GuessTheNumber-v0")
                env.reset(num_players=1)
            env.get_observation()
            done, _ = env.step(guess)
        return len(guesses)

    return game(turns, "My next guess after some thought is [{}].")


def gem_game() -> Way:
    """GEM's GuessTheNumber."""
    env = importlib.import_module("gem").make("game:GuessTheNumber-v0-easy")
    env.reset()

    def turns(guesses: list[str]) -> int:
        for guess in guesses:
            _, _, terminated, truncated, _ = env.step(guess)
            if terminated or truncated:
                env.reset()
        return len(guesses)

    return game(turns, "My next guess after some thought is \\boxed{{{}}}.")


def verifiers_rollout(rows: int) -> Way:
    """A rollout and its score in verifiers, with a model that answers at once."""
    vf = importlib.import_module("verifiers")
    types = importlib.import_module("verifiers.types")
    base: Any = importlib.import_module("verifiers.clients.client").Client
    rows_of: Any = importlib.import_module("datasets").Dataset
    written = texts()

    class Instant(base):  # type: ignore[misc]
        """Answers with the next of the replies."""

        def setup_client(self, config: Any) -> None:
            """Nothing to set up."""

        async def to_native_tool(self, tool: Any) -> Any:
            """Tools as they are."""
            return tool

        async def to_native_prompt(self, messages: Any) -> tuple[Any, dict[str, Any]]:
            """Messages as they are."""
            return messages, {}

        async def get_native_response(self, *args: Any, **kwargs: Any) -> str:
            """The reply."""
            return next(written)

        async def raise_from_native_response(self, response: str) -> None:
            """Never wrong."""

        async def from_native_response(self, response: str) -> Any:
            """As verifiers wants it."""
            said = types.ResponseMessage(content=response, finish_reason="stop", is_truncated=False)
            return types.Response(id="0", created=0, model="instant", message=said)

        async def close(self) -> None:
            """Nothing to close."""

    def right(completion: Any, answer: str, **_: Any) -> float:
        return float(answer in str(completion))

    data = rows_of.from_list([{"question": "How high is Yushan?", "answer": "3952"}])
    env, client = vf.SingleTurnEnv(dataset=data, rubric=vf.Rubric(funcs=[right])), Instant(None)
    row = dict(env.get_dataset()[0])

    async def batch() -> None:
        await asyncio.gather(*(env.run_rollout(row, client, "instant", {}) for _ in range(rows)))

    def way() -> int:
        asyncio.run(batch())
        return rows

    return way


def open_env(episodes: int) -> Way:
    """OpenEnv's own server and client around an echo: an episode is one reply, with its reward.

    Its environments live behind a socket, so the client opens one, plays ``episodes`` through it
    and closes it. The server runs in a thread of this process, so that its processor time counts
    as the client's does, and stops when nothing holds the way any more.
    """
    core: Any = importlib.import_module("openenv.core")
    uvicorn: Any = importlib.import_module("uvicorn")
    written = texts()

    class Said(core.Action):  # type: ignore[misc]
        """A reply."""

        text: str

    class Heard(core.Observation):  # type: ignore[misc]
        """The question, or the reply again."""

        text: str

    class Echo(core.Environment):  # type: ignore[misc]
        """One question, one reply."""

        SUPPORTS_CONCURRENT_SESSIONS = True

        def reset(self, **_: Any) -> Heard:
            """The question."""
            return Heard(text="How high is Yushan?")

        def step(self, action: Said, **_: Any) -> Heard:
            """The end."""
            return Heard(text=action.text, reward=float("3952" in action.text), done=True)

        @property
        def state(self) -> Any:
            """Nothing to keep."""
            return core.State()

    # more than one, because a session may still be closing when the next begins; no log of errors,
    # because a client that leaves first is one
    app = core.create_app(Echo, Said, Heard, max_concurrent_envs=ROWS)
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical"))
    place = socket.create_server(("127.0.0.1", 0))  # a free port; clients wait until it is served
    url = f"http://127.0.0.1:{place.getsockname()[1]}"
    thread = threading.Thread(target=server.run, args=([place],), daemon=True)
    thread.start()

    async def session() -> None:
        async with core.GenericEnvClient(url) as client:
            for _ in range(episodes):
                await client.reset()
                await client.step({"text": next(written)})

    def way() -> int:
        asyncio.run(session())
        return episodes

    def stop() -> None:
        server.should_exit = True
        thread.join()

    weakref.finalize(way, stop)
    return way


# --- training -----------------------------------------------------------------------------------


def trl_rates(kind: str, folder: str, repeats: int) -> list[float]:
    """Replies a second of TRL's ``GRPO`` or ``RLOO``: 64 a generation, two updates on each."""
    trl, hub = importlib.import_module("trl"), importlib.import_module("transformers")
    rows_of: Any = importlib.import_module("datasets").Dataset
    times: list[float] = []

    class Clock(hub.TrainerCallback):  # type: ignore[misc, name-defined]
        """Notes when an update ends."""

        def on_step_end(self, *args: Any, **kwargs: Any) -> None:
            """One more."""
            times.append(time.process_time())

    def even(completion_ids: list[list[int]], **_: Any) -> list[float]:
        return [sum(i % 2 == 0 for i in ids) / max(1, len(ids)) for ids in completion_ids]

    with tempfile.TemporaryDirectory() as output:
        config = getattr(trl, f"{kind}Config")(
            output_dir=output, per_device_train_batch_size=ROWS, num_generations=8,
            num_iterations=2, max_completion_length=NEW, beta=0.0, max_steps=2 * (repeats + 2),
            generation_kwargs={"min_new_tokens": NEW}, use_cpu=True, bf16=False, fp16=False,
            report_to=[], save_strategy="no", logging_strategy="no", disable_tqdm=True,
        )  # fmt: skip
        order = replies()
        prompts = [{"prompt": CODEC.decode(next(order)[:-1])} for _ in range(256)]
        trainer = getattr(trl, f"{kind}Trainer")(
            model=folder, args=config, reward_funcs=even, train_dataset=rows_of.from_list(prompts),
            processing_class=hub.AutoTokenizer.from_pretrained(folder), callbacks=[Clock()],
        )  # fmt: skip
        trainer.remove_callback(hub.PrinterCallback)
        trainer.train()
    pairs = times[1::2]  # a generation and the two updates on it end here
    return [ROWS / (after - before) for before, after in pairwise(pairs)]


def ppo_rates(folder: str, repeats: int, **options: Any) -> list[float]:
    """Replies a second of PPO from here: 128 a rollout, two epochs on them."""
    way, rates = learning(ppo(folder, epochs=2, **options)), []
    for _ in range(repeats + 1):
        began = time.process_time()
        rates.append(way() / NEW / (time.process_time() - began))
    return rates[1:]


# --- tables -------------------------------------------------------------------------------------


def tables(few: int) -> dict[str, dict[str, Callable[[], Way]]]:
    """How each way is made, by table: what needs a peer that is not installed raises."""
    tokens, chat, native = "PersonaChatTokens-v0", "PersonaChat-v0", "vector_entry_point"

    def one(**options: Any) -> gym.Env[Any, Any]:
        return TokenActions(gym.make(chat, **TINY | options), **SIZE)

    return {
        "Token steps per second": {
            "one environment, reward off": lambda: token_steps(one(**OFF), few),
            "one environment, full reward": lambda: token_steps(one(), few),
            f"{ROWS} rows, reward off": lambda: vector_steps(
                make_vector(tokens, native, **SIZE, **OFF), few * 10
            ),
            f"{ROWS} rows, full reward": lambda: vector_steps(
                make_vector(tokens, native, **SIZE), few
            ),
            "TorchRL LLMEnv(1)": lambda: llm_env(1),
            f"TorchRL LLMEnv({ROWS})": lambda: llm_env(ROWS),
        },
        "Whole replies per second": {
            "gym.make, reward off": lambda: episodes(gym.make(chat, **OFF), 0, few * 10),
            "gym.make, full reward": lambda: episodes(gym.make(chat, **TINY), 0, few),
            f"{ROWS} rows, reward off": lambda: episodes(
                make_vector(chat, native, **OFF), ROWS, few
            ),
            f"{ROWS} rows, full reward": lambda: episodes(make_vector(chat, native), ROWS, 1),
            "TorchRL ChatEnv(1)": lambda: chat_env(1),
            f"TorchRL ChatEnv({ROWS})": lambda: chat_env(ROWS),
            "TextArena GuessTheNumber, turns": text_arena,
            "GEM GuessTheNumber, turns": gem_game,
            f"verifiers rollout and score, {ROWS} at once": lambda: verifiers_rollout(ROWS),
            "OpenEnv echo, local socket": lambda: open_env(few * 10),
        },
    }


def compare(made: dict[str, Callable[[], Way]], repeats: int, seconds: float) -> Any:
    """Rates of every way that can be made, in turns."""
    ways = {}
    for name, make in made.items():
        try:
            ways[name] = make()
        except ImportError as error:
            missing(name, error)
    return measure(ways, repeats, seconds)


def missing(name: str, error: ImportError) -> None:
    """Say what is left out, and how to have it."""
    root = (error.name or "").split(".")[0]
    wanted = PIP.get(root, PIP.get(name.split(maxsplit=1)[0].lower(), root))
    print(f"- left out: {name}; no module {root!r}: pip install {wanted}")


def training(repeats: int) -> dict[str, list[float]]:
    """Replies a second of each way to train the same small model."""
    with tempfile.TemporaryDirectory() as folder:
        model = make_model(Path(folder), **MODEL)
        rates = {
            "PPO from here": ppo_rates(model, repeats, plain=False),
            "PPO from here, float32": ppo_rates(model, repeats, plain=False, precision="float32"),
        }
        for kind in ("GRPO", "RLOO"):
            try:
                rates[f"TRL {kind}"] = trl_rates(kind, model, repeats)
            except ImportError as error:
                missing(f"TRL {kind}", error)
    return rates


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1.0, help="of each repetition")
    parser.add_argument("--quick", action="store_true", help="once, and briefly")
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    warnings.simplefilter("ignore")  # the peers' own
    os.environ["HF_DATASETS_DISABLE_PROGRESS_BARS"] = "1"
    repeats, seconds = (1, 0.02) if options.quick else (options.repeats, options.seconds)
    for title, made in tables(1 if options.quick else 20).items():
        show(title, compare(made, repeats, seconds), "median")
    show("Training, 0.2 M, replies per second", training(repeats), "median")


if __name__ == "__main__":
    main()
