"""What the vector environments share: rows, their seeds and resets, and steps that end turns."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import gymnasium as gym
import numpy as np
import numpy.typing as npt
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space

from persona_env.arguments import flag, mapping, whole_number
from persona_env.env import Observation, PersonaEnv
from persona_env.errors import (
    ArgumentError,
    NoEpisodeError,
    PersonaEnvError,
    WrongEnvironmentError,
    nearest,
    shown,
)
from persona_env.rewards import Verdict, judge_each, unjudged
from persona_env.vector.infos import Info, Told, batch_infos
from persona_env.vector.workers import Workers

Flags = npt.NDArray[np.bool_]
Rewards = npt.NDArray[np.float64]
Step = tuple[Any, float, bool, bool, Info]


class VectorRows(VectorEnv[dict[str, Any], Any, npt.NDArray[Any]]):
    """N rows that behave as :class:`gymnasium.vector.SyncVectorEnv` over N single environments.

    Observations, rewards, ends and infos are equal to the last bit; only, masks in infos cannot be
    written to, since keys of the same rows share one. Rows are light copies of one environment:
    they share users, scenarios, cases and terms, and each has a generator of its own.
    (What a subclass of :class:`PersonaEnv` changes in place it must therefore make in ``reset``.)

    ``reset`` and ``step`` are those of Gymnasium; ``advance``, ``reset_rows`` and ``observe`` are
    their parts, for callers that want infos by row.

    Parameters
    ----------
    texts:
        The text environment of each row, from :func:`text_rows`.
    envs:
        The rows themselves: these, or token actions over them.
    copy:
        Whether observations are fresh arrays. Without, the next step writes into them.
    autoreset_mode:
        ``"NextStep"``, ``"SameStep"`` or ``"Disabled"``, as in Gymnasium.
    workers:
        Processes that judge (see :class:`~persona_env.vector.workers.Workers`); 0: this one does.

    Attributes
    ----------
    verdicts:
        Those on the replies that ended in the last step, by row; infos do not tell all of them
        (:attr:`PersonaEnv.tells_user`).

    Raises
    ------
    NoEpisodeError
        For a step before the first reset of every row, and with ``"Disabled"`` for one after a
        row's end.
    ActionError
        For an action outside its space; then no row has moved. Rows that begin take no action.
    """

    _workers: Workers | None = None  # Gymnasium closes what was never made, too

    def __init__(
        self,
        texts: Sequence[PersonaEnv],
        envs: Sequence[gym.Env[Any, Any]],
        copy: bool,
        autoreset_mode: str | AutoresetMode,
        workers: int,
    ) -> None:
        super().__init__()
        self.envs = list(envs)
        self._texts = list(texts)
        self.num_envs = len(self.envs)
        self.copy = flag("copy", copy)
        self.autoreset_mode = _mode(autoreset_mode)
        self.metadata = {**self.envs[0].metadata, "autoreset_mode": self.autoreset_mode}
        self.render_mode = self.envs[0].render_mode
        self.single_action_space = self.envs[0].action_space
        self.action_space = batch_space(self.single_action_space, self.num_envs)
        self.single_observation_space = self.envs[0].observation_space
        self.observation_space = batch_space(self.single_observation_space, self.num_envs)
        if count := whole_number("workers", workers, least=0):
            self._workers = Workers(texts[0], count)
        self.verdicts: dict[int, Verdict] = {}
        self._over = np.zeros(self.num_envs, dtype=np.bool_)
        self._waiting = False  # whether a row is over
        self._unbegun = set(range(self.num_envs))

    def reset(
        self,
        *,
        seed: int | Sequence[int | None] | None = None,
        options: dict[str, Any] | None = None,
    ) -> tuple[dict[str, Any], Info]:
        """Begin episodes: row i with ``seed + i``, or with the i-th seed of a list.

        ``options`` are those of a single environment, for every row. ``options["reset_mask"]``,
        ``bool of shape (N,)``, chooses the rows; the first reset is of all of them.
        """
        single = mapping("options", {} if options is None else options, "names to values")
        mask = single.pop("reset_mask", None)
        rows = range(self.num_envs) if mask is None else np.flatnonzero(self._checked(mask))
        self._check_begun(self._unbegun.difference(rows), "reset every row before some of them")
        seeds = self._seeds(seed)
        infos = self.reset_rows(rows, seeds, [single] * self.num_envs if single else None)
        return self.observe(), batch_infos(infos, self.num_envs)

    def step(self, actions: Any) -> tuple[dict[str, Any], Rewards, Flags, Flags, Info]:
        """One step of every row; see the class."""
        rewards, terminations, truncations, told = self._advance(actions)
        infos = told.in_arrays(self.num_envs)
        return self.observe(), rewards, terminations, truncations, infos

    @abstractmethod
    def observe(self) -> dict[str, Any]:
        """The observations of all rows."""

    def reset_rows(
        self,
        rows: Iterable[int],
        seeds: Sequence[int | None] | None = None,
        options: Sequence[dict[str, Any]] | None = None,
    ) -> dict[int, Info]:
        """Begin an episode in these rows; ``seeds`` and ``options`` have an entry for every row."""
        infos = {}
        for row in map(int, rows):
            seed = None if seeds is None else seeds[row]
            option = None if options is None else options[row]
            observation, infos[row] = self._texts[row].reset(seed=seed, options=option)
            self._begin(row, observation, infos[row])
            self._over[row] = False
            self._unbegun.discard(row)
        self._waiting = bool(self._over.any())
        return infos

    def advance(self, actions: Any) -> tuple[Rewards, Flags, Flags, dict[int, Info]]:
        """A step without its observations: rewards, ends, and the infos of rows that have one.

        In the mode ``"SameStep"`` a row that ends has ``final_obs`` and ``final_info`` beside the
        info of its next episode.
        """
        rewards, terminations, truncations, told = self._advance(actions)
        return rewards, terminations, truncations, told.by_row()

    def _advance(self, actions: Any) -> tuple[Rewards, Flags, Flags, Told]:
        self._check_running()
        actions = self._checked_actions(actions)
        rewards = np.zeros(self.num_envs, dtype=np.float64)
        terminations = np.zeros(self.num_envs, dtype=np.bool_)
        truncations = np.zeros(self.num_envs, dtype=np.bool_)
        told = Told(self._begin_again() if self._waiting else {})
        replies = self._replies(actions, told.begun)
        self.verdicts = {}
        if not replies:
            return rewards, terminations, truncations, told
        # Row by row: what a row needs is then still in the processor's cache.
        for (row, reply), verdict in zip(replies.items(), self._judge(replies), strict=True):
            seen, reward, terminated, truncated, info = self._settle(row, reply, verdict)
            self.verdicts[row] = verdict
            tellable = verdict if self._texts[row].tells_user else None
            rewards[row], terminations[row], truncations[row] = reward, terminated, truncated
            if not (terminated or truncated):
                self._begin(row, seen, info)
            elif self.autoreset_mode is AutoresetMode.SAME_STEP:
                first, told.begun[row] = self._texts[row].reset()
                self._begin(row, first, told.begun[row])
                told.final[row] = seen, info, tellable
                continue
            else:
                self._over[row] = self._waiting = True
            told.answered[row] = info, tellable
        return rewards, terminations, truncations, told

    def _judge(self, replies: dict[int, str]) -> Iterator[Verdict]:
        try:
            yield from self._verdicts_on(replies)
        except PersonaEnvError as error:
            least = min(self._texts, key=lambda text: text.tells_user)
            least.reraise(error)

    def _verdicts_on(self, replies: dict[int, str]) -> Iterable[Verdict]:
        texts, terms = self._texts, self._texts[0].terms
        if not terms:
            return [unjudged()] * len(replies)  # nobody writes in a verdict
        exchanges = (texts[row].exchange(reply) for row, reply in replies.items())
        if self._workers is not None:
            return self._workers.judge_all(exchanges, terms)
        return judge_each(exchanges, terms)

    def _check_begun(self, unbegun: set[int], hint: str) -> None:
        if unbegun:
            raise NoEpisodeError(f"{hint}: rows {sorted(unbegun)} have not begun")

    def _check_running(self) -> None:
        self._check_begun(self._unbegun, "call reset before step")
        if self._waiting and self.autoreset_mode == AutoresetMode.DISABLED:
            rows = np.flatnonzero(self._over).tolist()
            raise NoEpisodeError(f"rows {rows} are over: reset them with reset_mask before step")

    def _begin_again(self) -> dict[int, Info]:
        return self.reset_rows(np.flatnonzero(self._over))

    @abstractmethod
    def _checked_actions(self, actions: Any) -> Any:
        """The actions, if rows that are not over can take them; nothing has moved yet."""

    @abstractmethod
    def _replies(self, actions: Any, reset: dict[int, Info]) -> dict[int, str]:
        """The replies that end with these actions, by row; rows of ``reset`` take no action."""

    @abstractmethod
    def _begin(self, row: int, observation: Observation, info: Info) -> None:
        """Take note of what a row reads before it answers, as an observation of text and what is
        told with it; ``info`` may be written to."""

    @abstractmethod
    def _settle(self, row: int, reply: str, verdict: Verdict) -> Step:
        """The step of a row whose turn ends with this reply; its info is without the verdict.

        Its observation is a final one if the step ends the episode, else one of text.
        """

    def _seeds(self, seed: int | Sequence[int | None] | None) -> list[int | None]:
        if seed is None:
            return [None] * self.num_envs
        given = seed.tolist() if isinstance(seed, np.ndarray) else seed
        if isinstance(given, str | bytes) or not isinstance(given, Sequence):
            first = whole_number("seed", given, least=0)
            return [first + i for i in range(self.num_envs)]
        seeds = [None if one is None else whole_number("seed", one, least=0) for one in given]
        if len(seeds) != self.num_envs:
            raise ArgumentError(f"{len(seeds)} seeds were given for {self.num_envs} rows")
        return seeds

    def _checked(self, mask: Any) -> Flags:
        right = isinstance(mask, np.ndarray) and mask.dtype == np.bool_
        if not right or mask.shape != (self.num_envs,) or not mask.any():
            raise ArgumentError(
                f"options['reset_mask'] must be bool of shape ({self.num_envs},) and choose a row, "
                f"not {shown(mask)}"
            )
        chosen: Flags = mask
        return chosen

    @property  # type: ignore[misc]
    def np_random(self) -> tuple[np.random.Generator, ...]:  # type: ignore[override]
        """The generators of the rows."""
        return tuple(env.np_random for env in self.envs)

    @property
    def np_random_seed(self) -> tuple[int, ...]:  # type: ignore[override]
        """The seeds of the rows."""
        return tuple(env.np_random_seed for env in self.envs)

    def call(self, name: str, *args: Any, **kwargs: Any) -> tuple[Any, ...]:
        """The method ``name`` of each row, called; or the attribute, if it is no method."""
        found = [env.get_wrapper_attr(name) for env in self.envs]
        return tuple(f(*args, **kwargs) if callable(f) else f for f in found)

    def get_attr(self, name: str) -> tuple[Any, ...]:
        """The attribute ``name`` of each row."""
        return self.call(name)

    def set_attr(self, name: str, values: Any) -> None:
        """Set an attribute of each row: a list or tuple has an entry for each."""
        each = values if isinstance(values, list | tuple) else [values] * self.num_envs
        if len(each) != self.num_envs:
            raise ArgumentError(f"{len(each)} values were given for {self.num_envs} rows")
        for env, value in zip(self.envs, each, strict=True):
            env.set_wrapper_attr(name, value)

    def render(self) -> tuple[Any, ...]:
        """The picture or text of each row."""
        return tuple(env.render() for env in self.envs)

    def close_extras(self, **kwargs: Any) -> None:
        """Close the rows and end the processes."""
        if self._workers is not None:
            self._workers.close()
        for env in self.envs:
            env.close()


def text_rows(env: PersonaEnv, num_envs: int) -> list[PersonaEnv]:
    """Light copies of ``env``, each with a generator of its own that is not seeded yet.

    Raises :class:`WrongEnvironmentError` for a wrapped one, :class:`ArgumentError` for no rows.
    """
    if not isinstance(env, PersonaEnv):
        raise WrongEnvironmentError(
            f"vector environments need a PersonaEnv, not {env}: give its unwrapped"
        )
    return [env.light_copy() for _ in range(whole_number("num_envs", num_envs, least=1))]


def _mode(mode: str | AutoresetMode) -> AutoresetMode:
    if isinstance(mode, AutoresetMode):
        return mode
    known = [one.value for one in AutoresetMode]
    if not isinstance(mode, str) or mode not in known:
        hint = nearest(mode, known) if isinstance(mode, str) else ""
        raise ArgumentError(f"{shown(mode)} is not a valid AutoresetMode.{hint} Known: {known}")
    return AutoresetMode(mode)
