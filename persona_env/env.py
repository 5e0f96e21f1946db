"""The environment of the contract: one scenario, asked by one user, answered in text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from copy import copy as shallow
from pathlib import Path
from typing import Any, ClassVar, Literal, Never, Self, get_args

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
    ArgumentError,
    NoEpisodeError,
    PersonaEnvError,
    ProfileError,
    ScenarioError,
    shown,
    unknown_name,
    unknown_scenario,
    without_users,
)
from persona_env.memo import Memo
from persona_env.messages import Message, chat_messages
from persona_env.metrics.statistics import Statistic
from persona_env.reading import Ask, Readers, Reading, find_reader
from persona_env.registration import id_of
from persona_env.reporting import card
from persona_env.rewards import Verdict, choose_terms, judge
from persona_env.rewards.exchange import Exchange, Turn
from persona_env.rewards.explain import explain, explain_to_others
from persona_env.rewards.facts import Term, leaving_out
from persona_env.rewards.natural import in_natural_register, natural_terms
from persona_env.rewards.picture import card_of
from persona_env.rewards.term import AnyFunction, Terms
from persona_env.rewards.transcript import GivenTurn, read_transcript
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
from persona_env.simulation.registry import find_simulator
from persona_env.simulation.user import (
    SATISFIED,
    UserCase,
    UserSimulator,
    Utterance,
    next_utterance,
)
from persona_env.spaces import UnicodeText
from persona_env.text.visible import visible
from persona_env.users.description import describe
from persona_env.users.library import choose_profiles, load_profile
from persona_env.users.library import load_profiles as bundled_profiles
from persona_env.users.profile import UserProfile
from persona_env.users.system_text import SystemTemplate, Writer, find_profile_text
from persona_env.users.vector import vector_names
from persona_env.users.words import Also, LengthBounds, length_bounds, nothing_more
from persona_env.wrappers.token_actions import CONTEXT_LENGTH, MAX_NEW_TOKENS

Observation = dict[str, Any]
Ending = Literal["content", "left", "limit"]
MEETINGS = 16_384
NOBODY = ListPool(())
GIVE_ID = "give its id, or make an environment with yours in {}="
TEXT = 4096  # of prompts, complaints and descriptions of users, unless a given one is longer
MORE = 256  # characters that a user may say beside a prompt, and that a changed profile may take
WORDY = 512  # tokens that a profile in words takes and a short one does not, in most tokenizers
TURN = len("user: \nassistant: \n")  # what a transcript adds to a prompt and a reply


Group = Literal["style", "product", "oversight"]
"""What an environment is about; environments are listed by it."""

Register = Literal["natural", "tiny"]
"""How replies are read: as people write, or as the bundled policies do."""


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
        gain over the reply before, so that the return is the reward of the last reply and keeping
        the user unsatisfied never pays. With ``max_topics > 1`` it is the sum over the topics of
        the rewards of their last replies, divided by ``max_topics`` (or what :meth:`topics_of`
        says): in [0, 1] again, and a topic that is never reached counts 0.
    Termination
        After ``max_turns`` replies, or when the user leaves: by default after a reply they are
        satisfied with (0.6 in the natural register, 0.9 in the tiny one).
    Info
        ``turn``; ``messages``, see :meth:`messages`; when a conversation is over ``ended``:
        ``"content"``, ``"left"`` or ``"limit"``; with several topics ``topic``, the number of this
        one. After a step the entries of :meth:`Verdict.info`, unless they would tell a user whom
        the observation does not show whole (:attr:`tells_user`).

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
    gates:
        Gates, as ``terms``: what is left out of the two is as by default, and ``[]`` is none.
    register:
        ``"natural"`` (default) reads replies as people and language models write them, with a
        reader; ``"tiny"`` is the small world of the bundled policies: replies of 10 to 40 words in
        the scenarios' own sentences, read by phrases. Token environments are tiny by default with
        the bundled tokenizer.
    reader:
        The reader of natural replies: a name (``"heads"``, ``"rules"``), or
        :class:`~persona_env.reading.Readers`. Default: ``"heads"``.
    user_visibility:
        What of the user an observation shows: ``"full"``, ``"partial"`` (the context without the
        preferences) or ``"hidden"``. With less than all, neither ``info`` nor :meth:`render` nor an
        error tells more of the user than the observation and the reward do.
    profile_text:
        How an observation tells of the user: ``"words"``, sentences in the user's language that a
        chat model can follow (:func:`~persona_env.users.words.in_words`); ``"short"``, the few
        words on which the bundled policies were trained
        (:func:`~persona_env.users.description.describe`); the path of a Jinja2 template, or a
        :class:`~persona_env.users.system_text.SystemTemplate`. Default: words in the natural
        register, short in the tiny one and with the bundled tokenizer.
    max_turns:
        How many replies an episode may have.
    user_simulator:
        What says what the user says after a reply (:class:`UserSimulator`): an instance, a registry
        string ``"module:Class"``, or a name of :data:`persona_env.registration.SIMULATORS`.
        Default: ``"complaints"``.
    max_topics:
        How many scenarios the user may ask about in an episode, from 1 to ``max_turns``; the
        default simulator asks about one.
    debug:
        Adds ``scenario_id`` and ``user_id`` to ``info``, and tells there how the reward came
        about even of a user who is hidden.

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
    observation_space: spaces.Dict
    categories: ClassVar[tuple[Category, ...]] = ()
    """The kinds of scenario it declares; a mixture finds by them whose a scenario is."""

    group: ClassVar[Group] = "style"
    """What it is about: style (what is said to whom, and how), product (a task inside an
    application), or oversight (what a grader or monitor sees)."""

    scenario_class: ClassVar[type[Scenario]] = Scenario
    """What its scenario files are read as."""

    own_terms: ClassVar[tuple[AnyFunction, ...]] = ()
    """Reward terms that it has by default beside the general ones."""

    replaced_terms: ClassVar[tuple[str, ...]] = ()
    """General terms whose place its own terms take."""

    tiny_terms: ClassVar[tuple[str, ...]] = ()
    """Own terms that read phrases of the tiny register, and are left out of the natural one."""

    unjudged: ClassVar[Mapping[str, frozenset[str]]] = {}
    """Categories that a term or gate does not judge in the natural register, by its name."""

    oracle_registers: ClassVar[tuple[Register, ...]] = ("natural", "tiny")
    """The registers in which its oracle writes a good reply: elsewhere it is no reference."""

    reads_thoughts: ClassVar[bool] = False
    """Whether :meth:`read` is handed a reply as it was written, with thoughts that no user sees."""

    audited_reward: ClassVar[str] = "reward"
    """What an audit pays by (:meth:`audited`), in words."""

    turns_before: int = 0
    """How many replies :meth:`said_before` may hold, at most, beside those of a scenario itself."""

    also_wanted: ClassVar[Also] = staticmethod(nothing_more)
    """What all users want of it besides, for a profile in words."""

    prompt_length: ClassVar[int] = TEXT
    """Characters of a prompt for which an observation has room at least."""

    max_new_tokens: ClassVar[int] = MAX_NEW_TOKENS
    context_length: ClassVar[int] = CONTEXT_LENGTH
    """Of its token environments by default: with the bundled tokenizer all that it asks fits. See
    :attr:`token_lengths`."""

    def __init__(
        self,
        *,
        profiles: Sequence[str | Path | UserProfile] | None = None,
        scenarios: Sequence[str | Path | Scenario] | None = None,
        split: str = "train",
        terms: Terms | None = None,
        gates: Terms | None = None,
        register: Register = "natural",
        reader: str | Readers | None = None,
        user_visibility: Visibility = "full",
        profile_text: str | Path | SystemTemplate | None = None,
        max_turns: int = 1,
        user_simulator: str | UserSimulator | None = None,
        max_topics: int = 1,
        max_length: int = 4096,
        debug: bool = False,
        render_mode: str | None = None,
        **unknown: Never,
    ) -> None:
        for name in unknown:
            raise unknown_option(type(self).__name__, name, options_of(type(self)))
        choice("user_visibility", user_visibility, get_args(Visibility))
        choice("register", register, get_args(Register))
        if reader is not None and register != "natural":
            raise ArgumentError("reader= reads natural replies, and register='tiny' has none")
        if render_mode is not None:
            choice("render_mode", render_mode, self.metadata["render_modes"])
        max_turns = whole_number("max_turns", max_turns, least=1)
        max_length = whole_number("max_length", max_length, least=1)
        max_topics = whole_number("max_topics", max_topics, least=1)
        if max_topics > max_turns:
            raise ArgumentError(
                f"max_topics must be at most max_turns={max_turns}, not {max_topics}: each topic "
                "takes a reply"
            )
        self.scenarios = choose_scenarios(scenarios, split, self.bundled, id_of(type(self)))
        self.users = choose_profiles(profiles, split, self.audience, id_of(type(self)))
        if scenarios is not None:
            own = (scenarios,) if isinstance(scenarios, Scenario) else scenarios
            self._check_declared(own, register)
            self.users = self.users if profiles is not None else _askers(self.scenarios, self.users)
        self.register = register
        self.readers = find_reader(reader) if register == "natural" else None
        kinds = {gate for gate, given in ((True, gates), (False, terms)) if given is None}
        self.terms = self._in_register(self.choose_terms(terms, gates), kinds)
        self.user_visibility = user_visibility
        self.profile_text = find_profile_text(
            profile_text, register, self.length_bounds, type(self).also_wanted
        )
        self.max_turns = max_turns
        self.debug = flag("debug", debug)
        self.user_simulator = find_simulator(user_simulator)
        self.max_topics = max_topics
        self.render_mode = render_mode
        self.cases = _cases(self.users, self.scenarios)
        self.action_space = UnicodeText(max_length)
        self._longest_prompt = _longest_prompt(self.scenarios, self.prompt_length)
        self.observation_space = spaces.Dict(
            {
                "prompt": UnicodeText(self._longest_prompt),
                "user": UnicodeText(_longest_description(self.users, self.profile_text)),
                "transcript": self._transcripts(),
                "user_vector": spaces.Box(0, 10, (len(vector_names()),), np.float32),
            }
        )
        self._over = True
        self._turns: tuple[Turn, ...] = ()
        self._given: tuple[Turn, ...] = ()
        self._verdict: Verdict | None = None
        self._judged: Exchange | None = None  # by the verdict; kept where it is shown
        self._message = ""
        self.ended: Ending | None = None
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
        return self.begin(pool.draw(point()), user)

    def begin(self, scenario: Scenario, user: UserProfile) -> tuple[Observation, dict[str, Any]]:
        """:meth:`reset` to this case, without a draw."""
        prompt = self._meeting(scenario, user).prompt
        if len(prompt) > self._longest_prompt:
            raise ScenarioError(
                f"the prompt of scenario {scenario.id!r} has {len(prompt)} characters and "
                f"the observation space room for {self._longest_prompt}: shorten it, or give it in "
                "scenarios="
            )
        self._ask(scenario, user, prompt)
        self._turns = self._given = self.said_before(scenario, user)
        self._verdict = self._judged = self.ended = None
        self._before, self._topic, self._begun = 0.0, 1, len(self._given)
        self.topics_due = self.topics_of(scenario, user)
        self._over = False
        return self.observe_turn(), self.turn_info()

    def _ask(self, scenario: Scenario, user: UserProfile, message: str) -> None:
        """The user says this, about this scenario, as this profile."""
        self._met = met = self._meeting(scenario, user)
        self.scenario, self.user, self.language = scenario, user, met.language
        self._message = message

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
        try:
            verdict = judge(self.exchange(action), self.terms)
        except PersonaEnvError as error:
            self.reraise(error)
        return self.settle(action, verdict)

    def exchange(self, reply: str) -> Exchange:
        """What is judged if ``reply`` is the next answer: the first half of a step."""
        said = (*self._turns, Turn("user", self._message)) if self._turns else ()
        return Exchange(self.scenario, self.user, reply, self.language, said)

    def settle(
        self, reply: str, verdict: Verdict
    ) -> tuple[Observation, float, bool, bool, dict[str, Any]]:
        """The second half of a step: what follows from the verdict on ``exchange(reply)``.

        Vector environments judge the replies of many rows between the halves.
        """
        reward, terminated = self.conclude(reply, verdict)
        info = self.turn_info()
        if self.tells_user:
            info |= verdict.info()
        return self.observe_turn(), reward, terminated, False, info

    def conclude(self, reply: str, verdict: Verdict) -> tuple[float, bool]:
        """:meth:`settle` without what is seen and told next: reward, whether the episode ends.

        Raises :class:`SimulatorError` if the user simulator fails; the episode is then as it was.
        """
        turns = (*self._turns, Turn("user", self._message), Turn("assistant", reply))
        last = self._answered(turns) >= self.max_turns
        try:
            said = None if last else self._user_says(_as_seen(turns), verdict)
        except PersonaEnvError as error:
            self.reraise(error)
        if self.render_mode is not None:
            self._judged = self.exchange(reply)
        reward = (verdict.reward - self._before) / self.topics_due
        self._turns, self._verdict, self._before = turns, verdict, verdict.reward
        if said is None or said.leaves is not None:
            self._message = "" if said is None else said.text
            satisfied = SATISFIED[self.register]
            self.ended = _ending(verdict, satisfied, last) if said is None else said.leaves
            self._over = True
            return reward, True
        if said.scenario is not None:
            self._before, self._topic, self._begun = 0.0, self._topic + 1, len(turns)
        if said.scenario is None and said.user is None:
            self._message = said.text
        else:
            self._ask(said.scenario or self.scenario, said.user or self.user, said.text)
        return reward, False

    def _user_says(self, turns: tuple[Turn, ...], verdict: Verdict) -> Utterance | None:
        _, topics = self.cases.get(self.user.id, (None, NOBODY))
        left = self.max_topics - self._topic
        case = UserCase(
            self.scenario, self.user, self.language, self._begun, topics, left, self.register
        )  # fmt: skip
        return next_utterance(
            self.user_simulator, case, turns, verdict, rng=self.np_random,
            space=self.observation_space, write=self.profile_text,
        )  # fmt: skip

    @property
    def length_bounds(self) -> LengthBounds:
        """How long a user wants what it asks for: the numbers in a profile in words."""
        return length_bounds

    @property
    def token_lengths(self) -> tuple[int, int]:
        """What its token environment has by default: the tokens of a reply, and of prompt and reply
        together, with more room where a profile is not described in short."""
        more = 0 if self.profile_text is describe else WORDY
        return self.max_new_tokens, self.context_length + more

    @property
    def tells_user(self) -> bool:
        """Whether ``info``, pictures and errors may reveal the user, and the terms that apply.

        They may where an observation shows all of the user, and with ``debug=True``. Terms,
        weights, gates and reasons follow from the user's preferences: with ``"partial"``, which
        hides the preferences alone, they may not.
        """
        return self.user_visibility == "full" or self.debug

    def reraise(self, error: PersonaEnvError) -> Never:
        """Raise the error again, without the user's name if the user is hidden."""
        if self.tells_user:
            raise error
        cause = error.__cause__  # one of ours names the user, too, and is quoted in the error
        hidden = isinstance(cause, PersonaEnvError)
        raise without_users(error) from None if hidden else cause

    @property
    def turns(self) -> tuple[Turn, ...]:
        """What was said in this episode, up to the last reply."""
        return self._turns

    def score(
        self,
        reply: str,
        scenario: str | Scenario,
        user: str | UserProfile,
        transcript: Sequence[GivenTurn] = (),
    ) -> Verdict:
        """The verdict of ``user`` on ``reply`` to ``scenario``, without stepping.

        ``transcript`` is all that was said before the reply: turns, pairs (role, text), or chat
        messages (dicts with ``role`` and ``content``). It ends with what the user said last, which
        the reply answers; empty: the scenario's question. Raises :class:`MessagesError` for one
        in which user and assistant do not take turns.
        """
        scenario = scenario if isinstance(scenario, Scenario) else self._find_scenario(scenario)
        user = user if isinstance(user, UserProfile) else self._find_user(user)
        language = prompt_language_or_first(scenario, user)
        said = read_transcript(transcript, scenario.text(language).prompt)
        return judge(self.exchange_of(Case(scenario, user), reply, said), self.terms)

    def exchange_of(self, case: Case, reply: str, transcript: tuple[Turn, ...] = ()) -> Exchange:
        """What is judged if this user answers this scenario's question with ``reply``.

        Without a transcript the question follows :meth:`said_before`.
        """
        language = prompt_language_or_first(*case)
        before = () if transcript else self.said_before(*case)
        if before:
            transcript = (*before, Turn("user", case.scenario.text(language).prompt))
        return Exchange(*case, reply, language, transcript)

    def said_before(self, scenario: Scenario, user: UserProfile) -> tuple[Turn, ...]:
        """What the two said before this user asks this scenario: the scenario's own ``before``,
        unless an environment asks in the middle of a talk that it makes (at most
        :attr:`turns_before` exchanges)."""
        before = scenario.text(prompt_language_or_first(scenario, user)).before
        return tuple([Turn(turn.role, turn.content) for turn in before])

    def topics_of(self, scenario: Scenario, user: UserProfile) -> int:
        """How many topics an episode has that begins here: by so many its return is divided."""
        return self.max_topics

    def oracle(self, scenario: Scenario, user: UserProfile) -> str:
        """The reference reply, written with knowledge of both; every environment has one."""
        raise NotImplementedError

    def audience(self, split: str) -> tuple[UserProfile, ...]:
        """The users without ``profiles=``; called while the environment is made."""
        return bundled_profiles(split)

    def bundled(self, split: str) -> Pool:
        """What is asked without ``scenarios=``; called while the environment is made."""
        return ListPool(bundled_scenarios(split))

    def choose_terms(self, terms: Terms | None, gates: Terms | None) -> tuple[Term, ...]:
        """The gates and terms, from what ``terms=`` and ``gates=`` name; called while the
        environment is made."""
        return choose_terms(
            terms, self.users, self.own_terms, self.replaced_terms, gates,
            natural=natural_terms(), register=self.register,
        )  # fmt: skip

    def _in_register(self, terms: tuple[Term, ...], default: Set[bool]) -> tuple[Term, ...]:
        """The terms as the register has them; ``default`` holds whether gates (True) and terms
        (False) were left to the environment."""
        if self.readers is None:
            return terms
        left_out = (*self.tiny_terms, *self.replaced_terms)
        found = in_natural_register(terms, self.readers, left_out, default)
        return leaving_out(found, self.unjudged)

    def read(self, case: Case, reply: str) -> dict[str, float]:
        """Own measures of one reply, by name; one that does not apply is left out."""
        return {}

    def reading_of(self, case: Case, reply: str) -> Reading | None:
        """What the readers of the natural register read of a reply, for :meth:`read`; ``None`` in
        the tiny one, which reads phrases."""
        if self.readers is None:
            return None
        exchange = self.exchange_of(case, reply)
        return self.readers.read(Ask(case.scenario, exchange.language, exchange.seen.text))

    def read_talk(self) -> dict[str, float]:
        """Own measures of the conversation that is just over, by name, as :meth:`read`'s of one
        reply."""
        return {}

    def statistics(self) -> dict[str, Statistic]:
        """Own measures of many replies that are more than means of :meth:`read`'s."""
        return {}

    def audited(self) -> Self:
        """The environment whose reward an audit looks for exploits in: itself, unless an exploit of
        the reward is meant, as in an environment about reward hacking."""
        return self

    def variants(self) -> tuple[Self, ...]:
        """Environments with other options that have terms which this one lacks: examples of these
        are taken from there."""
        return ()

    def observe(self, scenario: Scenario, user: UserProfile) -> Observation:
        """The first observation of an episode with this case."""
        meeting = self._meeting(scenario, user)
        return _observation(meeting, meeting.prompt, self.said_before(scenario, user))

    def handed(self, scenario: Scenario, user: UserProfile) -> Observation:
        """:meth:`observe` with ``messages``: what an agent is handed that is asked for one reply.

        Earlier turns, which an observation has as one text, are messages of their own, as in
        ``info["messages"]`` of an episode.
        """
        meeting, before = self._meeting(scenario, user), self.said_before(scenario, user)
        messages = chat_messages(meeting.shown, before, meeting.prompt)
        return {**_observation(meeting, meeting.prompt, before), "messages": messages}

    def render(self) -> str | npt.NDArray[np.uint8] | None:
        """The episode with its reward explained: text, or ``uint8 of shape (H, W, 3)``.

        Of a user who is not seen whole (:attr:`tells_user`) it shows what an observation shows,
        and of the reward the number.
        """
        if self.render_mode is None:
            return None
        self._check_begun()
        message, turns, verdict, tells = self._message, self._turns, self._verdict, self.tells_user
        if self.render_mode == "rgb_array":
            who = f"{self.user.id}: {describe(self.user)}" if tells else self._met.shown
            return card.draw(card_of(who or "(hidden)", message, turns, verdict, tells=tells))
        if tells:
            return explain(message, self.user, turns, self._judged, verdict)
        return explain_to_others(message, self._met.shown, turns, verdict)

    def observe_turn(self) -> Observation:
        """What is seen now, at this turn of the episode."""
        return _observation(self._met, self._message, self._turns)

    def messages(self) -> list[Message]:
        """The conversation so far as fresh chat messages, dicts of ``role`` and ``content``.

        A system turn with what is seen of the user (none for a hidden one), the turns of the
        transcript, and last what the user says now (once the episode is over, their last words, if
        there are any).
        """
        self._check_begun()
        return chat_messages(self._met.shown, self._turns, self._message)

    def turn_info(self) -> dict[str, Any]:
        """What ``info`` tells at this turn, beside the verdict."""
        messages = chat_messages(self._met.shown, self._turns, self._message)
        info: dict[str, Any] = {"turn": self._answered(self._turns), "messages": messages}
        if self.ended is not None and self.max_turns > 1:
            info["ended"] = self.ended
        if self.max_topics > 1:
            info["topic"] = self._topic
        if self.debug:
            info |= {"scenario_id": self.scenario.id, "user_id": self.user.id}
        return info

    def _check_declared(self, given: Sequence[str | Path | Scenario], register: Register) -> None:
        """What the caller's own scenarios lack for the category that they name, and for the
        register."""
        for scenario in self.scenarios.shown if register == "tiny" else ():
            if not scenario.has_references:
                raise ScenarioError(
                    f"scenario {scenario.id!r} has a prompt alone, and the tiny register looks for "
                    "a scenario's own phrases in a reply: leave out register='tiny' (--register "
                    "natural), since a reader judges natural replies without them, or write its "
                    "'answer' and 'reference'"
                )
        declared = {category.name: category for category in self.categories}
        for one in given:
            if isinstance(one, Scenario) and one.category in declared:
                declared[one.category].check(one)

    def _answered(self, turns: tuple[Turn, ...]) -> int:
        """How many replies of this episode are in ``turns``."""
        return (len(turns) - len(self._given)) // 2

    def _check_begun(self) -> None:
        if self._over and not self._turns:
            raise NoEpisodeError("no episode has begun: call reset first")

    def light_copy(self, max_turns: int | None = None) -> Self:
        """The same environment for another episode, with a generator of its own, not seeded yet.

        It shares users, scenarios, cases and terms. ``max_turns`` is its own, if given.
        """
        made = shallow(self)
        made._np_random = made._np_random_seed = None
        if max_turns is not None and max_turns != self.max_turns:
            made.max_turns = max_turns
            seen = {**self.observation_space.spaces, "transcript": made._transcripts()}
            made.observation_space = spaces.Dict(seen)
        return made

    def _transcripts(self) -> UnicodeText:
        """The space of transcripts."""
        turn = self.action_space.max_length + self._longest_prompt + TURN
        room = turn * (self.max_turns + self.turns_before)
        return UnicodeText(room + _longest_before(self.scenarios))

    def _meeting(self, scenario: Scenario, user: UserProfile) -> CaseView:
        """Worked out once for each case of this environment, up to :data:`MEETINGS`."""
        key = (scenario.id, user.id, self.user_visibility)
        known = self._meetings.get(key)
        if known is None or known.scenario is not scenario or known.user is not user:
            known = view_case(scenario, user, self.user_visibility, self.profile_text)
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
                whom = (
                    f"the users {[*wanted.users]}" if wanted.users else "readers of its languages"
                )
                raise ScenarioError(
                    f"no such user can ask scenario {wanted.id!r}: it is for {whom}"
                )
        return cases

    def _find_user(self, wanted: str | UserProfile) -> UserProfile:
        name = wanted.id if isinstance(wanted, UserProfile) else wanted
        if not isinstance(name, str) or name not in self.cases:
            raise unknown_name(
                "user of this environment", name, self.cases, "[user.id for user in env.users]"
            )
        found, _ = self.cases[name]
        if isinstance(wanted, UserProfile) and wanted != found:
            raise ProfileError(f"{name!r} is another user here: {GIVE_ID.format('profiles')}")
        return found

    def _find_scenario(self, wanted: str | Scenario) -> Scenario:
        name = wanted.id if isinstance(wanted, Scenario) else wanted
        found = self.scenarios.find(name) if isinstance(name, str) else None
        if found is None:
            ids = [scenario.id for scenario in self.scenarios.shown]
            raise unknown_scenario(name, ids, "scenario of this environment", id_of(type(self)))
        if isinstance(wanted, Scenario) and wanted != found:
            raise ScenarioError(f"{name!r} is another scenario here: {GIVE_ID.format('scenarios')}")
        return found


def refused_reply(action: Any, space: UnicodeText) -> ActionError:
    """The error for what is no reply."""
    given = f"one of {len(action)} characters" if isinstance(action, str) else shown(action)
    return ActionError(
        f"a reply is a text (str) of at most {space.max_length} characters (max_length=) that "
        f"UTF-8 can write, not {given}"
    )


def _longest_prompt(scenarios: Pool, least: int) -> int:
    """Characters there must be room for: ``least``, or more where a given prompt is longer."""
    longest = max(len(t.prompt) for one in scenarios.shown for t in one.texts.values())
    return max(least, longest + MORE)


def _longest_before(scenarios: Pool) -> int:
    """Characters that what was said before a given prompt may take."""
    said = (text.before for one in scenarios.shown for text in one.texts.values())
    return max(sum(len(turn.content) + TURN for turn in before) for before in said)


def _longest_description(users: Sequence[UserProfile], write: Writer) -> int:
    """As :func:`_longest_prompt`: a profile may hold a biography."""
    longest = max(len(write(one, tuple(one.secrets))) for one in users)
    return max(TEXT, longest + MORE)


def _as_seen(turns: tuple[Turn, ...]) -> tuple[Turn, ...]:
    """The turns as the user sees them: nothing hidden in what the assistant said."""
    return tuple(
        [turn if turn.role == "user" else Turn(turn.role, visible(turn.text)) for turn in turns]
    )


def _ending(verdict: Verdict, satisfied: float, limit: bool) -> Ending:
    """Why an episode is over in which the user has no last words."""
    if verdict.reward >= satisfied:
        return "content"
    return "limit" if limit else "left"


def _observation(meeting: CaseView, prompt: str, turns: tuple[Turn, ...]) -> Observation:
    return {
        "prompt": prompt,
        "user": meeting.shown,
        "transcript": "\n".join([f"{role}: {text}" for role, text in turns]) if turns else "",
        "user_vector": meeting.vector.copy(),
    }


def _askers(scenarios: Pool, users: tuple[UserProfile, ...]) -> tuple[UserProfile, ...]:
    """The users of an environment for which none were named: those of ``users`` who can ask any of
    its scenarios, and whom scenarios name; where every scenario names its users, those alone."""
    named = {name: None for scenario in scenarios.shown for name in scenario.users}
    is_for_all = any(not scenario.users for scenario in scenarios.shown)
    known = {user.id: user for user in users}
    others = tuple(known.get(name) or load_profile(name) for name in named)
    found = {user.id: user for user in (*(users if is_for_all else ()), *others)}
    able = tuple(user for user in found.values() if len(scenarios.readable(user)))
    return able or tuple(found.values())


def _cases(users: tuple[UserProfile, ...], scenarios: Pool) -> dict[str, tuple[UserProfile, Pool]]:
    cases = {}
    for user in users:
        pool = scenarios.readable(user)
        if not len(pool):
            raise ScenarioError(
                f"user {user.id!r} reads {list(user.context.languages)} and none of the "
                f"{len(scenarios)} scenarios fits; give scenarios= a list with some in these "
                "languages (and for this user, where they name users; a row of prompts names its "
                "'language'), or profiles= a list without this user"
            )
        cases[user.id] = (user, pool)
    return cases
