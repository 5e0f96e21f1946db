"""TRL: whole conversations with simulated users, as ``rollout_func`` of GRPO; see ``docs/trl.md``.

Turns of a user are turns here; in :mod:`persona_env.adapters.trl_environment` they reach the model
as results of a function that it calls.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from persona_env.adapters.named_envs import Given, envs_by_name
from persona_env.adapters.named_replies import find_case
from persona_env.adapters.talk_tokens import ChatTokens, Sampled
from persona_env.adapters.talks import answer, begin_talk, cases_by_prompt, prompt_key
from persona_env.arguments import whole_number
from persona_env.env import PersonaEnv
from persona_env.errors import ArgumentError
from persona_env.messages import Message

Messages = Sequence[Message]
Rows = Iterable[Mapping[str, Any]]


@dataclass(frozen=True, eq=False)
class Rollout:
    """Plays conversations for ``GRPOTrainer(rollout_func=...)``; made by :func:`rollout`."""

    envs: Mapping[str, PersonaEnv]
    cases: Mapping[Any, tuple[str, str, str]]
    seed: int

    def __call__(self, prompts: Sequence[Messages], trainer: Any) -> dict[str, Any]:
        """The conversations that begin with these prompts, as TRL takes them.

        The whole of one has at most ``max_completion_length`` tokens; ``env_mask`` is 0 on what
        the user says. ``talk`` is the conversation, for :func:`~persona_env.adapters.trl.reward`.
        """
        tokens, most = _tokens(trainer), trainer.max_completion_length
        waiting = rows = [self._begin(one, tokens, trainer.state.global_step) for one in prompts]
        logprobs = None
        while waiting:
            # TRL's own method for one turn, which serves each of its backends, has no public name.
            ids, logprobs = trainer._generate_single_turn([o.so_far for o in waiting], None, {}, 1)
            written = zip(waiting, ids, logprobs or [None] * len(ids), strict=True)
            kept = [one.replied(reply, each, most) for one, reply, each in written]
            answer([one.talk for one in waiting], [*map(tokens.text, kept)])
            waiting = [one for one in waiting if one.goes_on(tokens, most)]
        return {
            "prompt_ids": [one.prompt for one in rows],
            "completion_ids": [one.completion for one in rows],
            "logprobs": logprobs and [one.logprobs for one in rows],
            "env_mask": [one.own for one in rows],
            "talk": [one.talk for one in rows],
        }

    def _begin(self, prompt: Messages, tokens: ChatTokens, batch: int) -> Sampled:
        case = self.cases.get(prompt_key(prompt))
        if case is None:
            raise ArgumentError("a prompt is in none of the rows: give rollout the whole data set")
        env = self.envs[case[0]]
        talk = begin_talk(env, find_case(env, *case[1:]), self.seed, batch)
        return Sampled(talk, tokens.asked(prompt))


def rollout(envs: Given | Sequence[Given], rows: Rows, *, seed: int = 0, **options: Any) -> Rollout:
    """A ``rollout_func`` of TRL's GRPO: the model talks with the users, turn by turn.

    Parameters
    ----------
    envs:
        Environments with ``max_turns`` of at least 2, or ids; the column ``env`` names a row's own.
    rows:
        The data set that is trained on, and that for evaluation, if there is one: of kind
        ``"prompts"``. A prompt names its case.
    seed:
        Of what users say; each group of replies meets the same user, each step a new one.
    options:
        Of environments by id, such as ``max_turns`` and ``user_simulator``.

    Raises
    ------
    PersonaEnvError
        For environments of one turn, and rows with equal prompts of different cases.
    """
    found = envs_by_name(envs, **options)
    for name, env in found.items():
        whole_number(f"max_turns of {name}", env.max_turns, least=2)
    return Rollout(found, cases_by_prompt(rows), whole_number("seed", seed, least=0))


def _tokens(trainer: Any) -> ChatTokens:
    given = trainer.processing_class, trainer.eos_token_ids
    tokens = ChatTokens(*given, trainer.chat_template, trainer.chat_template_kwargs)
    if tokens.keeps_turns:
        return tokens
    template = import_module("trl").get_training_chat_template(given[0])
    return ChatTokens(*given, template, trainer.chat_template_kwargs).checked()
