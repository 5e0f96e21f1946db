"""TRL: conversations by function calls, as ``environment_factory`` of GRPO; see ``docs/trl.md``.

The model speaks to the user by calling :meth:`Conversing.say`; what it writes in plain words is its
last reply.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from persona_env.adapters.named_envs import Given, envs_by_name
from persona_env.adapters.named_replies import Text, find_case
from persona_env.adapters.talks import Talk, answer, begin_talk
from persona_env.arguments import whole_number
from persona_env.env import PersonaEnv

LEFT = "(The user has left.)"
"""The result of a call after which the user says no more."""


@dataclass(eq=False)
class Conversing:
    """A conversation for each row that TRL hands to :meth:`reset`; made by :func:`environment`."""

    _envs: Mapping[str, PersonaEnv]
    _seed: int
    _talk: Talk | None = None
    _has_ended: bool = False

    def reset(self, env: str, scenario: str, user: str, **columns: Any) -> None:
        """Begin the conversation of a row."""
        base = self._envs[env]
        self._talk = begin_talk(base, find_case(base, scenario, user), self._seed)
        self._has_ended = False

    def say(self, message: str) -> str:
        """Say something to the user, and hear what they answer.

        Args:
            message: What to say to the user, in full.

        Returns:
            What the user answers.
        """
        talk = self._begun()
        if not talk.is_over:
            answer([talk], [message])
        return LEFT if talk.is_over else talk.heard

    def _begun(self) -> Talk:
        if self._talk is None:
            raise RuntimeError("reset() comes before the first reply")
        return self._talk


def ended(environments: Sequence[Conversing], completions: Sequence[Text]) -> list[Talk]:
    """The conversations, each with the plain words that end its completion as its last reply.

    A model that said nothing at all gave an empty reply.
    """
    talks = [one._begun() for one in environments]
    last = []
    for one, talk, completion in zip(environments, talks, completions, strict=True):
        words = _plain(completion)
        if not (one._has_ended or talk.is_over) and (words or not talk.answers):
            last.append((talk, words))
        one._has_ended = True  # another reward function may ask for the same
    answer([talk for talk, _ in last], [words for _, words in last])
    return talks


def _plain(completion: Text) -> str:
    if isinstance(completion, str):
        return completion
    last: Mapping[str, Any] = completion[-1] if completion else {}
    return str(last.get("content") or "") if last.get("role") == "assistant" else ""


def environment(
    envs: Given | Sequence[Given], *, seed: int = 0, **options: Any
) -> partial[Conversing]:
    """An ``environment_factory`` of TRL's GRPO: the model talks with the users by calling ``say``.

    Parameters
    ----------
    envs:
        Environments with ``max_turns`` of at least 2, or ids; the column ``env`` names a row's own.
    seed:
        Of what users say. A case meets the same user in every step.
    options:
        Of environments by id, such as ``max_turns`` and ``user_simulator``.

    Raises
    ------
    PersonaEnvError
        For environments of one turn, and what cannot be made.
    """
    found = envs_by_name(envs, **options)
    for name, env in found.items():
        whole_number(f"max_turns of {name}", env.max_turns, least=2)
    return partial(Conversing, found, whole_number("seed", seed, least=0))
