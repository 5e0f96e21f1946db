"""The environment of the contract: one scenario, asked by one user, answered in text."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar, Never, get_args

import gymnasium as gym
import numpy as np
import numpy.typing as npt
from gymnasium import spaces

from persona_env.arguments import (
    choice,
    flag,
    mapping,
    options_of,
    unknown_option,
    whole_number,
)
from persona_env.errors import (
    ActionError,
    NoEpisodeError,
    ProfileError,
    ScenarioError,
    unknown_name,
)
from persona_env.memo import Memo
from persona_env.messages import Message, chat_messages
from persona_env.metrics.statistics import Statistic
from persona_env.reporting import card
from persona_env.rewards import Verdict, choose_terms, judge, judge_all
from persona_env.rewards.exchange import Exchange, Turn
from persona_env.rewards.explain import explain
from persona_env.rewards.facts import Term
from persona_env.rewards.term import AnyFunction, Terms
from persona_env.scenarios.case import (
    Case,
    CaseView,
    Visibility,
    prompt_language_or_first,
    view_case,
)
from persona_env.scenarios.library import choose_scenarios
from persona_env.scenarios.library import load_scenarios as bundled_scenarios
from persona_env.scenarios.pools import ListPool, Pool
from persona_env.scenarios.schema import Category, Scenario
from persona_env.simulation.complaints import complaint
from persona_env.spaces import UnicodeText
from persona_env.users.description import describe
from persona_env.users.library import choose_profiles
from persona_env.users.library import load_profiles as bundled_profiles
from persona_env.users.profile import UserProfile
from persona_env.users.vector import vector_names

Observation = dict[str, Any]
SATISFIED = 0.9
MEETINGS = 16_384
NOBODY = ListPool(())
GIVE_ID = "give its id, or make an environment with yours in {}="
TEXT = 4096  # of prompts, complaints and descriptions of users, unless a given one is longer
TURN = len("user: \nassistant: \n")  # what a transcript adds to a prompt and a reply


class PersonaEnv(gym.Env[Observation, str]):
    """Utterance environment: the action is the whole reply.

    Each reset draws a user and a scenario that this user can ask, from ``self.np_random``.

    Observation
        A flat Dict: ``prompt``, ``user``, ``transcript`` (:class:`UnicodeText`) and
        ``user_vector``, ``float32 of shape (P,)`` (axes: :func:`persona_env.vector_names`).
    Action
        :class:`UnicodeText`.
    Reward
        In [0, 1]; see :mod:`persona_env.rewards.compose`. With ``max_turns > 1`` a step pays the
        gain over the reply before, so that the return is the worth of the last reply and keeping
        the user unsatisfied never pays.
    Termination
        After ``max_turns`` replies, or one the user is satisfied with (0.9).
    Info
        ``turn``; ``messages``, see :meth:`messages`; after a step the entries of
        :meth:`Verdict.info`.

    Parameters
    ----------
    profiles:
        Users (bundled names, paths or :class:`UserProfile`); default: the bundled users of
        ``split``.
    scenarios:
        Scenario ids, categories or :class:`Scenario`; default: all of ``split``.
    split:
        ``"train"``, ``"heldout"`` or ``"all"``.
    terms:
        Reward terms, by name or as what was registered, one or several; default: the general
        ones, this environment's own and those that users weigh.
    user_visibility:
        What of the user an observation shows: ``"full"``, ``"partial"`` (the context without the
        wishes) or ``"hidden"``.
    debug:
        Adds ``scenario_id`` and ``user_id`` to ``info``.

    Raises
    ------
    PersonaEnvError
        At construction, for anything named above that does not exist or does not fit.
    """

    metadata: dict[str, Any] = {  # noqa: RUF012 - Gymnasium declares it so
        "render_modes": ["ansi", "rgb_array"],
        "render_fps": 1,
    }

    action_space: UnicodeText
    categories: ClassVar[tuple[Category, ...]] = ()
    """The kinds of scenario it declares; a mixture finds by them whose a scenario is."""

    scenario_class: ClassVar[type[Scenario]] = Scenario
    """What its scenario files are read as."""

    own_terms: ClassVar[tuple[AnyFunction, ...]] = ()
    """Reward terms that it has by default beside the general ones."""

    replaced_terms: ClassVar[tuple[str, ...]] = ()
    """General terms whose place its own terms take."""

    def __init__(
        self,
        *,
        profiles: Sequence[str | Path | UserProfile] | None = None,
        scenarios: Sequence[str | Path | Scenario] | None = None,
        split: str = "train",
        terms: Terms | None = None,
        user_visibility: Visibility = "full",
        max_turns: int = 1,
        max_length: int = 4096,
        debug: bool = False,
        render_mode: str | None = None,
        **unknown: Never,
    ) -> None:
        for name in unknown:
            raise unknown_option(type(self).__name__, name, options_of(type(self)))
        choice("user_visibility", user_visibility, get_args(Visibility))
        if render_mode is not None:
            choice("render_mode", render_mode, self.metadata["render_modes"])
        max_turns = whole_number("max_turns", max_turns, least=1)
        max_length = whole_number("max_length", max_length, least=1)
        self.users = choose_profiles(profiles, split, self.audience)
        self.scenarios = choose_scenarios(scenarios, split, self.bundled)
        self._check_declared((scenarios,) if isinstance(scenarios, Scenario) else scenarios)
        self.terms = self.choose_terms(terms)
        self.user_visibility = user_visibility
        self.max_turns = max_turns
        self.debug = flag("debug", debug)
        self.render_mode = render_mode
        self.cases = _cases(self.users, self.scenarios)
        self.action_space = UnicodeText(max_length)
        self._longest_prompt = _longest_prompt(self.scenarios)
        self.observation_space = spaces.Dict(
            {
                "prompt": UnicodeText(self._longest_prompt),
                "user": UnicodeText(_longest_description(self.users)),
                "transcript": UnicodeText((max_length + self._longest_prompt + TURN) * max_turns),
                "user_vector": spaces.Box(0, 10, (len(vector_names()),), np.float32),
            }
        )
        self._over = True
        self._turns: tuple[Turn, ...] = ()
        self._verdict: Verdict | None = None
        self._message = ""
        self._drawn = tuple(self.cases.values())
        self._meetings: Memo[tuple[str, str, str], CaseView] = Memo()

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observation, dict[str, Any]]:
        """Begin an episode.

        ``options={"user": id, "scenario": id}`` (either or both) chooses this one episode's case;
        autoreset does not repeat it. Raises :class:`PersonaEnvError` for options and seeds that are
        none, and leaves the environment as it was.
        """
        cases = self._drawn if options is None else tuple(self._allowed(options).values())
        if seed is not None:  # after the options: a refused reset moves no generator
            super().reset(seed=whole_number("seed", seed, least=0))
        point = self.np_random.random
        user, pool = cases[int(point() * len(cases))]
        met = self._meeting(pool.draw(point()), user)
        if len(met.prompt) > self._longest_prompt:
            raise ScenarioError(
                f"the prompt of scenario {met.scenario.id!r} has {len(met.prompt)} characters and "
                f"the observation space room for {self._longest_prompt}: shorten it, or give it in "
                "scenarios="
            )
        self.user, self.scenario, self._met = user, met.scenario, met
        self.language, self._message = met.language, met.prompt
        self._turns = ()
        self._verdict = None
        self._over = False
        return self.observe_turn(), self.turn_info()

    def step(self, action: str) -> tuple[Observation, float, bool, bool, dict[str, Any]]:
        """Answer the user; see the class for the reward and ``info``'s ``reward_*`` entries.

        Raises :class:`NoEpisodeError` (a ``gymnasium.error.ResetNeeded``) before the first reset
        and after the end of an episode, and :class:`ActionError` for an action outside the action
        space.
        """
        if self._over:
            raise NoEpisodeError("no episode is running: call reset before step")
        if not self.action_space.contains(action):
            raise refused_reply(action, self.action_space)
        return self.settle(action, judge(self.exchange(action), self.terms))

    def exchange(self, reply: str) -> Exchange:
        """What is judged if ``reply`` is the next answer: the first half of a step."""
        return Exchange(self.scenario, self.user, reply, self.language, self._turns)

    def settle(
        self, reply: str, verdict: Verdict
    ) -> tuple[Observation, float, bool, bool, dict[str, Any]]:
        """The second half of a step: what follows from the verdict on ``exchange(reply)``.

        Vector environments judge the replies of many rows between the halves.
        """
        reward, terminated = self.conclude(reply, verdict)
        info = {**self.turn_info(), **verdict.info()}
        return self.observe_turn(), reward, terminated, False, info

    def conclude(self, reply: str, verdict: Verdict) -> tuple[float, bool]:
        """:meth:`settle` without what is seen and told next: reward, whether the episode ends."""
        before = 0.0 if self._verdict is None else self._verdict.reward
        self._verdict = verdict
        self._turns += (Turn("user", self._message), Turn("assistant", reply))
        turn = len(self._turns) // 2
        self._over = terminated = turn >= self.max_turns or verdict.reward >= SATISFIED
        self._message = (
            "" if terminated else complaint(verdict, self.user, self.language, self.np_random)
        )
        return verdict.reward - before, terminated

    def score(self, reply: str, scenario: str | Scenario, user: str | UserProfile) -> Verdict:
        """What ``reply`` to ``scenario`` is worth to ``user``, without stepping."""
        scenario = scenario if isinstance(scenario, Scenario) else self._find_scenario(scenario)
        user = user if isinstance(user, UserProfile) else self._find_user(user)
        return judge(_first_reply(reply, scenario, user), self.terms)

    def score_all(self, replies: Sequence[str], cases: Sequence[Case]) -> list[Verdict]:
        """:meth:`score` of many replies, each to its case: batched terms are called once."""
        exchanges = (_first_reply(r, *case) for r, case in zip(replies, cases, strict=True))
        return judge_all(exchanges, self.terms)

    def oracle(self, scenario: Scenario, user: UserProfile) -> str:
        """The reply of who knows both; every environment ships one."""
        raise NotImplementedError

    def audience(self, split: str) -> tuple[UserProfile, ...]:
        """Who asks without ``profiles=``; called while the environment is made."""
        return bundled_profiles(split)

    def bundled(self, split: str) -> Pool:
        """What is asked without ``scenarios=``; called while the environment is made."""
        return ListPool(bundled_scenarios(split))

    def choose_terms(self, terms: Terms | None) -> tuple[Term, ...]:
        """The reward terms, from what ``terms=`` names; called while the environment is made."""
        return choose_terms(terms, self.users, self.own_terms, self.replaced_terms)

    def read(self, case: Case, reply: str) -> dict[str, float]:
        """Own measures of one reply, by name; one that does not apply is left out."""
        return {}

    def statistics(self) -> dict[str, Statistic]:
        """Own measures of many replies that are more than means of :meth:`read`'s."""
        return {}

    def observe(self, scenario: Scenario, user: UserProfile) -> Observation:
        """The first observation of an episode with this case."""
        meeting = self._meeting(scenario, user)
        return _observation(meeting, meeting.prompt, ())

    def render(self) -> str | npt.NDArray[np.uint8] | None:
        """The episode with its reward explained: text, or ``uint8 of shape (H, W, 3)``."""
        if self.render_mode is None:
            return None
        self._check_begun()
        text = explain(self._message, self.user, self._turns, self._verdict)
        return text if self.render_mode == "ansi" else card.draw(text)

    def observe_turn(self) -> Observation:
        """What is seen now, at this turn of the episode."""
        return _observation(self._met, self._message, self._turns)

    def messages(self) -> list[Message]:
        """The conversation so far as fresh chat messages, dicts of ``role`` and ``content``.

        A system turn with what is seen of the user (none for a hidden one), the turns of the
        transcript, and last what the user says now (nothing once the episode is over).
        """
        self._check_begun()
        return chat_messages(self._met.shown, self._turns, self._message)

    def turn_info(self) -> dict[str, Any]:
        """What ``info`` tells at this turn, beside the verdict."""
        messages = chat_messages(self._met.shown, self._turns, self._message)
        info: dict[str, Any] = {"turn": len(self._turns) // 2, "messages": messages}
        if self.debug:
            info |= {"scenario_id": self.scenario.id, "user_id": self.user.id}
        return info

    def _check_declared(self, given: Sequence[str | Path | Scenario] | None) -> None:
        """What the caller's own scenarios lack for the category that they name."""
        declared = {category.name: category for category in self.categories}
        for scenario in given or ():
            if isinstance(scenario, Scenario) and scenario.category in declared:
                declared[scenario.category].check(scenario)

    def _check_begun(self) -> None:
        if self._over and not self._turns:
            raise NoEpisodeError("no episode has begun: call reset first")

    def _meeting(self, scenario: Scenario, user: UserProfile) -> CaseView:
        """Worked out once for each case of this environment, up to :data:`MEETINGS`."""
        key = (scenario.id, user.id, self.user_visibility)
        known = self._meetings.get(key)
        if known is None or known.scenario is not scenario or known.user is not user:
            known = view_case(scenario, user, self.user_visibility)
            drawn, pool = self.cases.get(user.id, (None, NOBODY))
            own = drawn is user and pool.find(scenario.id) is scenario
            if own and len(self._meetings) < MEETINGS:
                self._meetings[key] = known
        return known

    def _allowed(self, options: dict[str, Any]) -> dict[str, tuple[UserProfile, Pool]]:
        given = mapping("options", options, "'user' and 'scenario' to ids")
        for name in given:
            choice("reset option", name, ("user", "scenario"))
        cases = self.cases
        if "user" in given:
            user = self._find_user(given["user"])
            cases = {user.id: cases[user.id]}
        if "scenario" in given:
            wanted = self._find_scenario(given["scenario"])
            cases = {k: (u, ListPool([wanted])) for k, (u, pool) in cases.items() if wanted in pool}
            if not cases:
                raise ScenarioError(f"no such user meets scenario {wanted.id!r}: no language fits")
        return cases

    def _find_user(self, wanted: str | UserProfile) -> UserProfile:
        name = wanted.id if isinstance(wanted, UserProfile) else wanted
        if not isinstance(name, str) or name not in self.cases:
            raise unknown_name("user of this environment", name, self.cases)
        found, _ = self.cases[name]
        if isinstance(wanted, UserProfile) and wanted != found:
            raise ProfileError(f"{name!r} is another user here: {GIVE_ID.format('profiles')}")
        return found

    def _find_scenario(self, wanted: str | Scenario) -> Scenario:
        name = wanted.id if isinstance(wanted, Scenario) else wanted
        found = self.scenarios.find(name) if isinstance(name, str) else None
        if found is None:
            ids = [scenario.id for scenario in self.scenarios.shown]
            raise unknown_name("scenario of this environment", name, ids)
        if isinstance(wanted, Scenario) and wanted != found:
            raise ScenarioError(f"{name!r} is another scenario here: {GIVE_ID.format('scenarios')}")
        return found


def refused_reply(action: Any, space: UnicodeText) -> ActionError:
    """The error for what is no reply."""
    given = f"one of {len(action)} characters" if isinstance(action, str) else repr(action)
    return ActionError(
        f"a reply is a text (str) of at most {space.max_length} characters (max_length=) that "
        f"UTF-8 can write, not {given}"
    )


def _longest_prompt(scenarios: Pool) -> int:
    """Characters there must be room for: :data:`TEXT`, or more where a given prompt is longer."""
    return max(TEXT, *(len(t.prompt) for one in scenarios.shown for t in one.texts.values()))


def _longest_description(users: Sequence[UserProfile]) -> int:
    """As :func:`_longest_prompt`: a profile may hold a biography."""
    return max(TEXT, *(len(describe(one, secrets=tuple(one.secrets))) for one in users))


def _first_reply(reply: str, scenario: Scenario, user: UserProfile) -> Exchange:
    return Exchange(scenario, user, reply, prompt_language_or_first(scenario, user))


def _observation(meeting: CaseView, prompt: str, turns: tuple[Turn, ...]) -> Observation:
    return {
        "prompt": prompt,
        "user": meeting.shown,
        "transcript": "\n".join([f"{role}: {text}" for role, text in turns]) if turns else "",
        "user_vector": meeting.vector.copy(),
    }


def _cases(users: tuple[UserProfile, ...], scenarios: Pool) -> dict[str, tuple[UserProfile, Pool]]:
    cases = {}
    for user in users:
        pool = scenarios.readable(user)
        if not len(pool):
            raise ScenarioError(
                f"user {user.id!r} reads {list(user.context.languages)} and none of the "
                f"{len(scenarios)} scenarios fits; give scenarios= a list with some in these "
                "languages, or profiles= a list without this user"
            )
        cases[user.id] = (user, pool)
    return cases
