"""PersonaCanvas-v0: edit the part of a document that is selected, in this user's house style.

A document or a program with a selected part, and an instruction: shorten it, define a term, write a
function, or a question about it. Nothing outside may change, the instruction has to be met, and the
best edit has this user's spelling, commas, dates, voice, names, comments and form of edit.
"""

from __future__ import annotations

from functools import cache, partial

import numpy as np
import numpy.typing as npt

from persona_env.env import PersonaEnv
from persona_env.rewards.exchange import see_reply
from persona_env.rewards.facts import Term
from persona_env.rewards.term import Terms
from persona_env.scenarios.case import Case, prompt_language_or_first
from persona_env.scenarios.library import load_scenarios
from persona_env.scenarios.pools import GeneratedPool, ListPool, Pool, written_and_generated
from persona_env.scenarios.schema import Scenario
from persona_env.users.library import load_profiles
from persona_env.users.profile import UserProfile

from . import terms
from .draws import FUNCTIONS, make, themes
from .metrics import read_reply
from .oracle import write_reply
from .picture import DrawnEdit, draw_edit
from .scenario import CATEGORIES, CanvasScenario
from .style import check_style, style_of

N = 3_000  # requests of each theme, and of functions
WRITTEN, CODE = 2.0, 1.5  # how often they are drawn, beside 1 for each theme


@cache
def generators() -> dict[str, GeneratedPool]:
    """The generated pools, by name."""
    return {name: GeneratedPool(name, partial(make, name), N) for name in (*themes(), *FUNCTIONS)}


class PersonaCanvasEnv(PersonaEnv):
    """Edit the selected part of a document for this user, and nothing else.

    Every option is that of :class:`PersonaEnv`; ``scenarios=`` also takes ``"written"``, a theme
    (``"garden"``), ``"functions"`` or ``"tasks"`` (held out), and a kind (``"edit_shorten"``). In a
    conversation (``max_turns``) every reply edits the document as it was given, and the last one
    counts. Measures: see :func:`persona_env.envs.canvas.metrics.read_reply`.
    """

    group = "product"
    categories = CATEGORIES
    scenario_class = CanvasScenario
    own_terms = terms.OWN
    replaced_terms = terms.REPLACED
    max_new_tokens, context_length = 576, 1536

    def choose_terms(self, terms: Terms | None, gates: Terms | None) -> tuple[Term, ...]:
        """See :class:`PersonaEnv`; by now the users are known, and their styles are checked."""
        for user in self.users:
            check_style(user)
        return super().choose_terms(terms, gates)

    def audience(self, split: str) -> tuple[UserProfile, ...]:
        """The users of ``user_profiles/canvas``."""
        return load_profiles(split, "canvas")

    def bundled(self, split: str) -> Pool:
        """The written requests of the split, its themes and its functions."""
        splits = {name: theme["split"] for name, theme in themes().items()} | FUNCTIONS
        weights = {"written": WRITTEN, **dict.fromkeys(FUNCTIONS, CODE)}
        written = ListPool(load_scenarios(split, folder="canvas"))
        return written_and_generated(split, written, generators(), splits, weights)

    def oracle(self, scenario: Scenario, user: UserProfile) -> str:
        """See :mod:`persona_env.envs.canvas.oracle`."""
        if not isinstance(scenario, CanvasScenario):
            raise TypeError(f"scenario {scenario.id!r} asks for no edit")
        language = prompt_language_or_first(scenario, user)
        return write_reply(scenario, language, style_of(user.value))

    def draw(self, reply: str, scenario: str | Scenario, user: str | UserProfile) -> DrawnEdit:
        """What ``reply`` does to the document of ``scenario`` as ``user`` reads it, drawn."""
        asked = scenario if isinstance(scenario, Scenario) else self._find_scenario(scenario)
        who = user if isinstance(user, UserProfile) else self._find_user(user)
        if not isinstance(asked, CanvasScenario):
            raise TypeError(f"scenario {asked.id!r} asks for no edit")
        target = asked.passages[prompt_language_or_first(asked, who)].target
        return draw_edit(see_reply(asked, reply).text, target)

    def render(self) -> str | npt.NDArray[np.uint8] | None:
        """See :class:`PersonaEnv`; as text, with the last edit drawn below."""
        shown = super().render()
        last = self.turns[-1] if self.turns else None
        asked = self.scenario if shown is not None else None
        is_edit = isinstance(asked, CanvasScenario) and asked.kind != "question"
        if not isinstance(shown, str) or last is None or not is_edit:
            return shown
        return f"{shown}\n\n{self.draw(last.text, self.scenario, self.user)}"

    def read(self, case: Case, reply: str) -> dict[str, float]:
        """See :mod:`persona_env.envs.canvas.metrics`."""
        return read_reply(case, reply)
