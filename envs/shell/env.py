"""PersonaShell-v0: the command for a request, in this user's shell, as they want it explained.

A request in words and the files it is about. The command runs on a simulated file system and
nowhere else; it is right if the files end as asked for. Which shell it is for, how it is explained,
and whether to warn or to ask before files are lost, is for the user.
"""

from __future__ import annotations

from functools import cache, partial

from persona_env.env import PersonaEnv
from persona_env.errors import ProfileError
from persona_env.rewards.facts import Term
from persona_env.rewards.term import Terms
from persona_env.scenarios.case import Case
from persona_env.scenarios.library import load_scenarios
from persona_env.scenarios.pools import GeneratedPool, ListPool, Pool, written_and_generated
from persona_env.scenarios.schema import Scenario
from persona_env.users.library import load_profiles
from persona_env.users.profile import UserProfile

from . import terms
from .draws import FAMILIES, make
from .metrics import read_reply
from .oracle import oracle
from .scenario import COMMAND, ShellScenario
from .wishes import check_wishes

N = 5_200  # requests of each generated family
WRITTEN = 3.0  # how often a written request is drawn, beside 1 for each family


@cache
def generators() -> dict[str, GeneratedPool]:
    """The families of ``templates/``, by name."""
    return {name: GeneratedPool(name, partial(make, name), N) for name in FAMILIES}


class PersonaShellEnv(PersonaEnv):
    """Answer a request about files with a command for bash on Linux, zsh on macOS or PowerShell.

    The reply holds one command, in a code block; what is said around it is for the user. Every
    option is that of :class:`PersonaEnv`; ``scenarios=`` also takes ``"written"`` and the families
    (``"old_files"``). Measures: see :func:`persona_env.envs.shell.metrics.read_reply`.
    """

    group = "product"
    categories = (COMMAND,)
    scenario_class = ShellScenario
    own_terms = terms.OWN
    replaced_terms = terms.REPLACED
    max_new_tokens, context_length = 288, 768

    def choose_terms(self, terms: Terms | None, gates: Terms | None) -> tuple[Term, ...]:
        """See :class:`PersonaEnv`; by now the users are known, and what they say is checked."""
        for user in self.users:
            try:
                check_wishes(user)
            except ProfileError as error:
                raise ProfileError(f"user {user.id!r}: {error}") from error
        return super().choose_terms(terms, gates)

    def audience(self, split: str) -> tuple[UserProfile, ...]:
        """The users of ``user_profiles/shell``."""
        return load_profiles(split, "shell")

    def bundled(self, split: str) -> Pool:
        """The written requests of the split, and its families."""
        written = ListPool(load_scenarios(split, folder="shell"))
        return written_and_generated(split, written, generators(), FAMILIES, {"written": WRITTEN})

    def oracle(self, scenario: Scenario, user: UserProfile) -> str:
        """See :mod:`persona_env.envs.shell.oracle`."""
        if not isinstance(scenario, ShellScenario):
            raise TypeError(f"scenario {scenario.id!r} is no request about files")
        return oracle(scenario, user)

    def read(self, case: Case, reply: str) -> dict[str, float]:
        """See :mod:`persona_env.envs.shell.metrics`."""
        return read_reply(case, reply)
