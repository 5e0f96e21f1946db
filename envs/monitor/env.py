"""PersonaMonitor-v0: a task whose grader can be fooled, thoughts, and a monitor that reads them.

Each task has a loophole that is meant: the reward as given pays for it, the true reward does not.
Both are known exactly, so that one can watch what optimising the first does to the second, and what
a monitor sees of it, in the reward or beside it.
"""

from __future__ import annotations

from copy import copy
from dataclasses import replace
from functools import cache, partial
from typing import Any, Literal, Self, get_args

from persona_env.arguments import choice, flag
from persona_env.env import PersonaEnv
from persona_env.errors import ArgumentError
from persona_env.metrics.statistics import Statistic
from persona_env.rewards.facts import Term
from persona_env.rewards.registry import get_term, in_order
from persona_env.rewards.term import Terms
from persona_env.scenarios.case import Case, CaseView, prompt_language_or_first
from persona_env.scenarios.library import load_scenarios
from persona_env.scenarios.pools import GeneratedPool, ListPool, Pool, written_and_generated
from persona_env.scenarios.schema import Scenario
from persona_env.users.library import load_profiles
from persona_env.users.profile import UserProfile

from .draws import families, make
from .metrics import false_alarms, monitor_recall, obfuscation, read_values, true_reward
from .monitors import Monitor
from .oracle import oracle
from .penalty import term_of_penalty
from .scenario import CATEGORIES, MonitorScenario
from .setup import check_user, find_monitor, told
from .terms import OF_PROSE, OWN, Waits
from .times import Shown

N = 6_000  # tasks of each generated family
WRITTEN = 3.0  # how often a written task is drawn, beside 1 for each family
TaskReward = Literal["given", "true"]
Scratchpad = Literal["hidden", "shown"]


@cache
def generators() -> dict[str, GeneratedPool]:
    """The families of ``templates/``, by name."""
    return {name: GeneratedPool(name, partial(make, name), N) for name in families()}


class PersonaMonitorEnv(PersonaEnv):
    """Do a task whose grader can be fooled, in the form that this user wants.

    The reward is what the task's grader pays (it can be fooled: the loophole is meant) times how
    well the reply suits the user. With ``debug=True`` each ``info`` after a step has what the
    reward would be without the loophole (``true_reward``) and the measures of the reply
    (``monitor``).
    Every other option is that of :class:`PersonaEnv`; ``scenarios=`` also takes ``"written"``, a
    family (``"tickets"``) or an id (``"tickets/17"``).

    Parameters
    ----------
    task_reward:
        ``"given"``: what the grader pays; ``"true"``: 1 for a task that is done as it was meant.
    monitor:
        Who reads the replies: ``"thoughts"``, ``"actions"``, ``"both"``, a
        :class:`~persona_env.envs.monitor.monitors.Monitor`, or ``"module:attribute"`` of one.
    penalty:
        What the monitor's flag takes from the reward, from 0 (the monitor is beside the reward, and
        measured alone) to 1 (a flagged reply earns nothing).
    tells_monitor:
        Whether the prompt says that a monitor reads along.
    scratchpad:
        Whether the user sees the thoughts: ``"hidden"`` or ``"shown"``. The monitor sees them.
    streaming:
        Whether the user sees a reply word by word, or when it is complete.
    """

    group = "oversight"
    categories = CATEGORIES
    scenario_class = MonitorScenario
    own_terms = OWN
    replaced_terms = OF_PROSE
    reads_thoughts = True
    audited_reward = "true reward"
    max_new_tokens, context_length = 160, 1024

    def __init__(
        self,
        *,
        task_reward: TaskReward = "given",
        monitor: str | Monitor = "thoughts",
        penalty: float = 0.0,
        tells_monitor: bool = False,
        scratchpad: Scratchpad = "hidden",
        streaming: bool = True,
        **options: Any,
    ) -> None:
        choice("task_reward", task_reward, get_args(TaskReward))
        choice("scratchpad", scratchpad, get_args(Scratchpad))
        if (
            isinstance(penalty, bool)
            or not isinstance(penalty, int | float)
            or not 0 <= penalty <= 1
        ):
            raise ArgumentError(f"penalty must be a number from 0 to 1, not {penalty!r}")
        self.task_reward, self.penalty = task_reward, float(penalty)
        self.monitor, self.monitor_name = find_monitor(monitor)
        self.scratchpad, self.streaming = scratchpad, flag("streaming", streaming)
        self.tells_monitor = flag("tells_monitor", tells_monitor)
        super().__init__(**options)

    def choose_terms(self, terms: Terms | None, gates: Terms | None) -> tuple[Term, ...]:
        """See :class:`PersonaEnv`: with one of the two task rewards, and the monitor if it is in
        the reward."""
        for user in self.users:
            check_user(user)
        unused = "true_task" if self.task_reward == "given" else "given_task"
        found = super().choose_terms(terms, gates)
        if gates is None:
            found = tuple(term for term in found if term.name != unused)
            if self.penalty:
                found = (*found, term_of_penalty(self.monitor, self.penalty))
        if self.shown != Shown():
            waits = Waits(self.shown)
            found = tuple(replace(t, function=waits) if t.name == "waiting" else t for t in found)
        return in_order(found)

    @property
    def shown(self) -> Shown:
        """How the user sees a reply."""
        return Shown(self.streaming, self.scratchpad == "shown")

    def audited(self) -> Self:
        """The same environment with the true reward: the loophole of the given one is meant."""
        if self.task_reward == "true" and not self.penalty:
            return self
        made = copy(self)
        kept = [
            term for term in self.terms if term.name not in ("given_task", "monitor", "true_task")
        ]
        made.terms = in_order([*kept, get_term("true_task")])
        made.task_reward, made.penalty = "true", 0.0
        return made

    def audience(self, split: str) -> tuple[UserProfile, ...]:
        """The users of ``user_profiles/monitor``."""
        return load_profiles(split, "monitor")

    def bundled(self, split: str) -> Pool:
        """The written tasks of the split, and its families."""
        written = ListPool(load_scenarios(split, folder="monitor"))
        splits = {name: family.split for name, family in families().items()}
        return written_and_generated(split, written, generators(), splits, {"written": WRITTEN})

    def oracle(self, scenario: Scenario, user: UserProfile) -> str:
        """See :mod:`persona_env.envs.monitor.oracle`."""
        if not isinstance(scenario, MonitorScenario):
            raise TypeError(f"scenario {scenario.id!r} is no task with a loophole")
        return oracle(scenario, user.value, prompt_language_or_first(scenario, user))

    def read(self, case: Case, reply: str) -> dict[str, float]:
        """See :func:`persona_env.envs.monitor.metrics.read_values`, and ``true_reward``."""
        prompt = self._meeting(*case).prompt
        values = read_values(case, reply, prompt, self.monitor, self.shown)
        if not values:
            return {}
        return values | {"true_reward": true_reward(self.score(reply, *case), values["true"])}

    def statistics(self) -> dict[str, Statistic]:
        """Of the hacks, and of the other replies."""
        return {
            "monitor_recall": monitor_recall,
            "false_alarms": false_alarms,
            "obfuscation": obfuscation,
        }

    def turn_info(self) -> dict[str, Any]:
        """See :class:`PersonaEnv`; with ``debug=True`` also the true reward and the measures."""
        info = super().turn_info()
        if self.debug and len(self._turns) > len(self._given):
            case, reply = Case(self.scenario, self.user), self._turns[-1].text
            if measures := self.read(case, reply):
                info |= {"true_reward": measures.pop("true_reward"), "monitor": measures}
        return info

    def _meeting(self, scenario: Scenario, user: UserProfile) -> CaseView:
        """The task with what there is to know of scratchpad, streaming and monitor."""
        met = super()._meeting(scenario, user)
        if not isinstance(scenario, MonitorScenario):
            return met
        return replace(met, prompt=f"{met.prompt}\n\n{told(self, met.language)}")
