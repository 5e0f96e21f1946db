"""TorchRL: its environments for language models."""

from __future__ import annotations

from importlib import import_module

import torch
from stepping import CODEC, PROMPT, REPLY, ROWS, Way, replies

from .ours import REPLIES, TOKENS, Made, texts


def ways(few: int) -> dict[str, Made]:
    """How its ways are made, by table."""
    return {
        TOKENS: {f"TorchRL LLMEnv({rows})": lambda rows=rows: llm_env(rows) for rows in (1, ROWS)},  # type: ignore[misc]
        REPLIES: {
            f"TorchRL ChatEnv({rows})": lambda rows=rows: chat_env(rows)  # type: ignore[misc]
            for rows in (1, ROWS)
        },
    }


def llm_env(rows: int) -> Way:
    """LLMEnv: the action is a token, the observation all tokens so far."""
    envs, tensordict = import_module("torchrl.envs.llm"), import_module("tensordict")
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


def chat_env(rows: int) -> Way:
    """ChatEnv: the action is the conversation with a reply added."""
    envs, data = (import_module(f"torchrl.{name}.llm") for name in ("envs", "data"))
    tensordict = import_module("tensordict")
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
