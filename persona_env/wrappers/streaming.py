"""A reply that comes in pieces: the user sees the first text early, and waiting has a price."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import gymnasium as gym

from persona_env.arguments import flag
from persona_env.errors import ActionError, ArgumentError, NoEpisodeError, WrongEnvironmentError
from persona_env.spaces import UnicodeText
from persona_env.text.spans import CJK_CHARACTERS_PER_WORD, is_cjk
from persona_env.text.visible import visible
from persona_env.wrappers.waiting import FIELD, check_waiting, waiting_score

PACE = 8.0  # words a second
Step = tuple[Any, float, bool, bool, dict[str, Any]]
END = ""
"""The piece that ends a reply."""


def seconds_of(chunk: str, pace: float = PACE) -> float:
    """How long a piece takes to be written at so many words a second; 1.6 Chinese characters are a
    word.

    >>> seconds_of("four words are here")
    0.5
    """
    han = sum(map(is_cjk, chunk))
    rest = "".join(" " if is_cjk(mark) else mark for mark in chunk)
    return (len(rest.split()) + han / CJK_CHARACTERS_PER_WORD) / pace


class StreamedReplies(gym.Wrapper[Any, Any, Any, Any], gym.utils.RecordConstructorArgs):
    """Pieces of a reply as actions, over a text environment.

    A step hands over one piece, and the empty text ends the reply, which is then judged whole. A
    user who states ``extensions.waiting`` has a preference for waiting, ``"early"`` or
    ``"complete"`` (:mod:`persona_env.wrappers.waiting`): their reward is that of the reply, mixed
    with it,

    .. math:: R' = (1 - w) R + w R \\, s(t_{first}, t_{done})

    so that waiting can take away and never add. Nobody else's reward changes.

    Observation
        That of the text environment; within a reply the one before it, again.
    Action
        :class:`~persona_env.spaces.UnicodeText`.
    Reward
        0 until a reply ends, then as above: in [0, 1] if that of the environment is.
    Info
        Within a reply ``streamed`` (the text so far) and ``seconds``. At its end that of the text
        environment with ``seconds_to_text`` (until visible text began; missing without any),
        ``seconds_to_end``, and where info may tell of the user ``waiting_score``.

    A reply longer than the text environment takes is cut there and ends, and the episode is
    truncated, with ``cut`` (true) in its info.

    Parameters
    ----------
    weight:
        w, from 0 to 1.
    clock:
        Seconds that a piece took, from its text; default: 8 words a second, the same in any
        process. For real time give a callable that tells the seconds since it was called last.
    sees_thoughts:
        Whether the user sees thoughts (``<think>...</think>``): else text begins behind them.

    Raises
    ------
    WrongEnvironmentError
        For an environment whose actions are no text.
    ArgumentError
        For a weight that is no number from 0 to 1, and for a clock that gives no time.
    ActionError
        From ``step``, for what is no text.
    NoEpisodeError
        From ``step``, before the first reset and after the end of an episode.
    """

    def __init__(
        self,
        env: gym.Env[Any, Any],
        weight: float = 0.2,
        clock: Callable[[str], float] = seconds_of,
        *,
        sees_thoughts: bool = False,
    ) -> None:
        if not isinstance(env.action_space, UnicodeText):
            raise WrongEnvironmentError(f"StreamedReplies needs an environment of text, not {env}")
        if isinstance(weight, bool) or not isinstance(weight, int | float) or not 0 <= weight <= 1:
            raise ArgumentError(f"weight must be a number from 0 to 1, not {weight!r}")
        gym.utils.RecordConstructorArgs.__init__(
            self, weight=weight, clock=clock, sees_thoughts=sees_thoughts
        )
        super().__init__(env)
        self.weight, self.clock = float(weight), clock
        self.sees_thoughts = flag("sees_thoughts", sees_thoughts)
        self._longest = env.action_space.max_length
        self._over, self._observation = True, None
        self._begin()

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Any, dict[str, Any]]:
        """Begin an episode."""
        self._observation, info = self.env.reset(seed=seed, options=options)
        self._over = False
        self._begin()
        return deepcopy(self._observation), info

    def _begin(self) -> None:
        """A new reply."""
        self._said, self._seconds = "", 0.0
        self._first: float | None = None

    def step(self, action: str) -> Step:
        """Hand over a piece, or end the reply with the empty text."""
        if self._over:
            raise NoEpisodeError("no episode is running: call reset before step")
        if not isinstance(action, str) or not self.env.action_space.contains(
            action[: self._longest]
        ):
            raise ActionError(
                f"a piece of a reply is a text that UTF-8 can write, not {action!r:.80}"
            )
        if action == END:
            return self._end(cut=False)
        self._take(action)
        if len(self._said) > self._longest:
            return self._end(cut=True)
        info = {"streamed": self._said, "seconds": self._seconds}
        return deepcopy(self._observation), 0.0, False, False, info

    def _take(self, piece: str) -> None:
        took = self.clock(piece)
        if not took >= 0:
            raise ArgumentError(f"clock= gives the seconds of a piece, at least 0, not {took!r}")
        self._said += piece
        self._seconds += took
        if self._first is None and self._is_text():
            self._first = self._seconds

    def _is_text(self) -> bool:
        """Whether the user sees any text by now."""
        seen = self._said if self.sees_thoughts else visible(self._said)
        return any(map(str.isalnum, seen))

    def _end(self, cut: bool) -> Step:
        wish = self._wish()
        reply, first, done = self._said[: self._longest], self._first, self._seconds
        self._observation, reward, ended, truncated, info = self.env.step(reply)
        times = dict[str, float]() if first is None else {"seconds_to_text": first}
        info = {**info, **times, "seconds_to_end": done}
        paid = float(reward)
        if wish is not None:
            score = waiting_score(wish, done if first is None else first, done)
            paid *= 1 - self.weight + self.weight * score
            if self.env.get_wrapper_attr("tells_user"):
                info["waiting_score"] = score
        if cut:
            info["cut"] = True
        self._begin()
        self._over = cut or ended or truncated
        return (
            deepcopy(self._observation),
            paid,
            bool(ended) and not cut,
            bool(truncated) or cut,
            info,
        )

    def _wish(self) -> Any:
        """What the user of this reply prefers, as the profile states it."""
        if not self.env.has_wrapper_attr("user"):
            return None
        return check_waiting(self.env.get_wrapper_attr("user").value(FIELD))
