"""The reference reply: the command with what this user wants to read around it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from persona_env.languages import Language
from persona_env.scenarios.case import prompt_language_or_first
from persona_env.users.profile import UserProfile

from .scenario import ShellName, ShellScenario
from .sim import Shell, command_names
from .state import case_of
from .wishes import SHELL, Level, Risk, level_of, risk_of, shell_of
from .words import GLOSSES, SAYS, parts_of

KEYS: dict[Shell, ShellName] = {
    Shell.BASH: "bash", Shell.ZSH: "zsh", Shell.POWERSHELL: "powershell",
}  # fmt: skip


def command_for(scenario: ShellScenario, shell: Shell) -> str:
    """A right command in this shell."""
    return scenario.commands.get(KEYS[shell]) or scenario.commands["bash"]


def oracle(scenario: ShellScenario, user: UserProfile) -> str:
    """The reference reply to this request, for this user."""
    value: Callable[[str], Any] = user.value
    language = _language(scenario, user)
    shell, risk, level = shell_of(value(SHELL)), risk_of(value), level_of(value)
    command, lost = command_for(scenario, shell), case_of(scenario).lost
    if lost and risk is Risk.ASK:
        return _about_loss("question", lost, language)
    said = [_explanation(scenario, command, shell, level, language)]
    if lost and risk is Risk.WARN:
        said.append(_about_loss("warning", lost, language))
    text = " ".join(part for part in said if part)
    return f"{text}\n```\n{command}\n```".strip()


def _language(scenario: ShellScenario, user: UserProfile) -> Language:
    wish = user.preferences.language
    asked = prompt_language_or_first(scenario, user)
    return wish.target if wish is not None and wish.target in SAYS else asked


def _about_loss(kind: str, lost: tuple[str, ...], language: str) -> str:
    said = SAYS[language]
    files = said["one" if len(lost) == 1 else "many"].format(n=len(lost), name=lost[0])
    return said[kind].format(files=files)


def _explanation(
    scenario: ShellScenario, command: str, shell: Shell, level: Level | None, language: Language
) -> str:
    if level is Level.PARTS:
        table, said = GLOSSES[language], SAYS[language]
        parts = parts_of(command, command_names(shell))
        known = [(part, table.get(part) or table.get(part.lower())) for part in parts]
        return " ".join(said["part"].format(part=p, gloss=g[0]) for p, g in known if g)
    if level is Level.NONE:
        return ""
    return scenario.text(language).answer if language in scenario.texts else ""
