"""TRL: whole conversations with simulated users, as ``rollout_func`` of GRPO; see ``docs/trl.md``.

TRL's ``environment_factory`` has no turns of a user: what an environment says reaches the model as
the result of a function that it called, and a reply in plain words ends the episode.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from importlib import import_module
from typing import Any

from persona_env.adapters.named_envs import Given, envs_by_name
from persona_env.adapters.named_replies import find_case
from persona_env.adapters.talk_tokens import ChatTokens, Sampled
from persona_env.adapters.talks import answer, begin_talk
from persona_env.arguments import whole_number
from persona_env.env import PersonaEnv
from persona_env.errors import ArgumentError, TokenizerError
from persona_env.messages import Message

Messages = Sequence[Message]


class Rollout:
    """Plays conversations for ``GRPOTrainer(rollout_func=...)``; made by :func:`rollout`."""

    def __init__(
        self, envs: Mapping[str, PersonaEnv], rows: Iterable[Mapping[str, Any]], seed: int
    ) -> None:
        self.envs, self.seed = dict(envs), seed
        self._cases: dict[Any, tuple[str, str, str]] = {}
        for row in rows:
            case = row["env"], row["scenario"], row["user"]
            held = self._cases.setdefault(_key(row["prompt"]), case)
            if held != case:
                raise ArgumentError(
                    f"rows of {held} and {case} have the same prompt, and TRL tells a rollout "
                    "nothing else: make them of an environment with user_visibility='full'"
                )

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
            self._answer(waiting, [*map(tokens.text, kept)])
            waiting = [one for one in waiting if one.goes_on(tokens, most)]
        return {
            "prompt_ids": [one.prompt for one in rows],
            "completion_ids": [one.completion for one in rows],
            "logprobs": logprobs and [one.logprobs for one in rows],
            "env_mask": [one.own for one in rows],
            "talk": [one.talk for one in rows],
        }

    def _begin(self, prompt: Messages, tokens: ChatTokens, batch: int) -> Sampled:
        if _key(prompt) not in self._cases:
            raise ArgumentError("a prompt is in none of the rows: give rollout the whole data set")
        name, *ids = self._cases[_key(prompt)]
        env = self.envs[name]
        talk = begin_talk(env, find_case(env, *ids), self.seed, batch)
        return Sampled(name, talk, tokens.asked(prompt))

    def _answer(self, rows: Sequence[Sampled], replies: Sequence[str]) -> None:
        for name, env in self.envs.items():
            places = [i for i, one in enumerate(rows) if one.env == name]
            answer(env, [rows[i].talk for i in places], [replies[i] for i in places])


def rollout(
    envs: Given | Sequence[Given],
    rows: Iterable[Mapping[str, Any]],
    *,
    seed: int = 0,
    **options: Any,
) -> Rollout:
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
    return Rollout(found, rows, whole_number("seed", seed, least=0))


def _key(prompt: Messages) -> tuple[tuple[str, str], ...]:
    return tuple((message["role"], message["content"]) for message in prompt)


def _tokens(trainer: Any) -> ChatTokens:
    given = trainer.processing_class, trainer.eos_token_ids
    tokens = ChatTokens(*given, trainer.chat_template, trainer.chat_template_kwargs)
    if not tokens.keeps_turns:
        template = import_module("trl").get_training_chat_template(given[0])
        tokens = ChatTokens(*given, template, trainer.chat_template_kwargs)
    if not tokens.keeps_turns:
        raise TokenizerError(
            "the chat template writes a reply differently once the user has answered it, so its "
            "tokens cannot be kept: give the tokenizer a template that does not"
        )
    return tokens
