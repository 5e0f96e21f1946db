"""Environments and reference agents, known by registry strings and imported when asked for."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from importlib import import_module, resources
from pathlib import Path
from typing import Any, Literal

import gymnasium as gym

from persona_env.errors import PersonaEnvError, UnknownNameError, nearest, unknown_name

ENVIRONMENTS: dict[str, str] = {
    "PersonaChat-v0": "persona_env.envs.chat:PersonaChatEnv",
    "PersonaCalibration-v0": "persona_env.envs.calibration:PersonaCalibrationEnv",
    "PersonaRefusal-v0": "persona_env.envs.refusal:PersonaRefusalEnv",
    "PersonaOpinion-v0": "persona_env.envs.opinion:PersonaOpinionEnv",
    "PersonaCapability-v0": "persona_env.envs.capability:PersonaCapabilityEnv",
    "PersonaTitle-v0": "persona_env.envs.title:PersonaTitleEnv",
    "PersonaWild-v0": "persona_env.envs.wild:PersonaWildEnv",
    "PersonaCanvas-v0": "persona_env.envs.canvas:PersonaCanvasEnv",
    "PersonaMonitor-v0": "persona_env.envs.monitor:PersonaMonitorEnv",
    "PersonaLatent-v0": "persona_env.envs.latent:PersonaLatentEnv",
    "PersonaShell-v0": "persona_env.envs.shell:PersonaShellEnv",
    "PersonaHighlight-v0": "persona_env.envs.highlight:PersonaHighlightEnv",
    "PersonaDigest-v0": "persona_env.envs.digest:PersonaDigestEnv",
    "PersonaSummary-v0": "persona_env.envs.summary:PersonaSummaryEnv",
}
"""Text environments: each id with the registry string of its class."""


def register_environments() -> None:
    """Register every id of :data:`ENVIRONMENTS`, and the token environment of each."""
    for name, env_class in ENVIRONMENTS.items():
        register_env(name, env_class)


def register_env(name: str, env_class: str) -> None:
    """Register a :class:`PersonaEnv` as ``name``, and its token environment (:func:`tokens_id`).

    ``env_class`` is a registry string ``"module:Class"``; the class is imported when an environment
    is made. A name that is registered already stays as it is: twice would warn.
    """
    ENVIRONMENTS.setdefault(name, env_class)
    for each, single, vector in (
        (name, "make_text", "make_vector"),
        (tokens_id(name), "make_tokens", "make_token_vector"),
    ):
        if each not in gym.registry:
            gym.register(
                id=each,
                entry_point=f"persona_env.entry_points:{single}",
                vector_entry_point=f"persona_env.entry_points:{vector}",
                kwargs={"env_class": env_class},
            )


def tokens_id(name: str) -> str:
    """The id of the token environment over a text environment.

    >>> tokens_id("PersonaChat-v0")
    'PersonaChatTokens-v0'
    """
    stem, _, version = name.rpartition("-")
    return f"{stem}Tokens-{version}"


def id_of(env_class: type) -> str:
    """The id of a registered environment's class; ``"ID"``, which stands for one, of any other.

    >>> id_of(dict)
    'ID'
    """
    for name, entry in ENVIRONMENTS.items():
        module, _, attribute = entry.partition(":")
        if env_class.__name__ == attribute and f"{env_class.__module__}.".startswith(f"{module}."):
            return name
    return "ID"


AGENTS: dict[str, str] = {
    "blind": "persona_env.agents.reference:BlindAgent",
    "constant": "persona_env.agents.reference:ConstantAgent",
    "noisy_profile": "persona_env.agents.reference:NoisyProfileAgent",
    "oracle": "persona_env.agents.reference:OracleAgent",
    "random": "persona_env.agents.reference:RandomAgent",
}


SIMULATORS: dict[str, str] = {
    "complaints": "persona_env.simulation.complaints:ComplainingUser",
    "rule_based": "persona_env.simulation.rules:RuleBasedUser",
}
"""User simulators: ``user_simulator=`` of an environment."""

SIMULATOR_HELP = f"{', '.join(SIMULATORS)}, or module:Class. Default: complaints."


POLICIES: dict[str, str] = {
    "persona-tiny": "persona_tiny",
    "persona-tiny-wide": "persona_tiny_wide",
}
"""Bundled initial policies, and their folders in ``persona_env.agents``. The first has read the
text of ``PersonaChat-v0`` alone, the second that of every environment."""


def start_for(env: str) -> str:
    """The bundled policy from which training starts on an environment.

    >>> start_for("PersonaChat-v0"), start_for("PersonaOpinion-v0")
    ('persona-tiny', 'persona-tiny-wide')
    """
    return "persona-tiny" if env == "PersonaChat-v0" else "persona-tiny-wide"


def register_of(agent: str | Path) -> Literal["natural", "tiny"]:
    """The register in which an agent writes: tiny for a reference agent, a bundled policy and a
    folder with the bundled tokenizer, which training on a bundled policy leaves (also of an
    adapter to one of these); else natural.

    >>> register_of("oracle"), register_of("my_module:agent")
    ('tiny', 'natural')
    """
    names = (str(agent), _base_of(Path(agent)))
    is_tiny = names[0] in AGENTS or not POLICIES.keys().isdisjoint(names)
    return (
        "tiny" if is_tiny or any(name and _has_marks(Path(name)) for name in names) else "natural"
    )


def _has_marks(folder: Path) -> bool:
    """Whether the tokenizer in a folder is the bundled one."""
    try:
        tokenizer = Path(folder, "tokenizer.json").read_bytes()
    except OSError:  # no folder, or none of a policy
        return False
    return all(f'"{mark}"'.encode() in tokenizer for mark in MARKS)


def _base_of(folder: Path) -> str:
    """The base model that the folder of an adapter names; empty for any other folder."""
    try:
        config = json.loads(Path(folder, ADAPTER_CONFIG).read_bytes())
    except (OSError, ValueError):
        return ""
    named = config.get("base_model_name_or_path") if isinstance(config, dict) else None
    return named if isinstance(named, str) else ""


ADAPTER_CONFIG = "adapter_config.json"
"""What tells the folder of a LoRA adapter."""

NATURAL_TOKENS = 512
"""How many tokens a reply in the natural register may have by default."""

MARKS = ("<pad>", "<end>", "<user>", "<ask>", "<reply>")
"""The special tokens of the bundled tokenizer."""


HUB_ID = re.compile(r"[A-Za-z0-9_][\w.-]*/[\w.-]+", re.ASCII)


OWN_AGENT = "'module:attribute' for an agent of your own"
OTHER_AGENTS = f"{OWN_AGENT}, 'endpoint:MODEL@URL' for a model behind an endpoint"


def is_entry(name: str) -> bool:
    """Whether a name can be that of a module's attribute, and is no path with a drive.

    >>> is_entry("my_module:agent"), is_entry("C:/agents")
    (True, False)
    """
    module, colon, attribute = name.partition(":")
    return (
        bool(colon) and attribute.isidentifier() and all(map(str.isidentifier, module.split(".")))
    )


def find_policy(
    name: str | Path, kind: str = "policy", known: Iterable[str] = (), also: str = ""
) -> str:
    """The folder of a policy, or its id on the Hugging Face Hub; nothing is loaded.

    Parameters
    ----------
    name:
        A bundled policy, a folder, or an id such as ``"org/name"``.
    kind, known:
        What the name is of, and which names could stand there beside the bundled policies, for
        the error.
    also:
        What else could stand there, for the error.

    Raises
    ------
    PersonaEnvError
        If it is none of the three, with the nearest name.
    """
    if str(name) in POLICIES:
        return str(resources.files("persona_env.agents").joinpath(POLICIES[str(name)]))
    if (str(name) and Path(name).is_dir()) or HUB_ID.fullmatch(str(name)):
        return str(name)
    names = sorted({*known, *POLICIES})
    raise PersonaEnvError(
        f"unknown {kind} {str(name)!r}.{nearest(str(name), names)} Give one of {names}, "
        f"{also + ', ' if also else ''}a folder that save_pretrained wrote (none has this name), "
        "or a Hugging Face id: 'org/name'."
    )


def load(entry: str) -> Any:
    """What a registry string ``"module:attribute"`` names."""
    module, _, attribute = entry.partition(":")
    return getattr(import_module(module), attribute)


IMPORT_HELP = (
    "A module of your own that registers reward terms or environments, by its name, in the current "
    "folder or installed; may be given several times."
)


JUDGE_HEADING, COSTS = "A language model as judge", "What endpoints cost"
"""Headings of a judge's options in help pages, and of prices."""


PRECISIONS = ("auto", "float32", "bfloat16")
"""How a language model computes; ``auto``: in bfloat16 where the device multiplies in it."""
TEMPLATE_HELP = (
    "NAME=VALUE for the chat template, such as enable_thinking=false; the value is JSON. May be "
    "given several times."
)
PROMPTS_HELP = (
    "Prompts of your own, without references: a .jsonl file whose rows have a 'prompt' or "
    "'messages' and maybe 'user', 'id', 'category' and 'language', or hub:NAME:SPLIT of a data set."
)


def import_modules(names: Iterable[str] | None) -> None:
    """Import modules that register something, such as reward terms; ``None`` is none.

    Raises :class:`PersonaEnvError` for a module that is not there; what fails within one is raised
    as it is.
    """
    for name in names or ():
        try:
            import_module(name)
        except ModuleNotFoundError as error:
            if error.name is None or not f"{name}.".startswith(f"{error.name}."):
                raise  # the module is there, and imports what is not
            stem = name.removesuffix(".py").replace("/", ".")
            raise PersonaEnvError(
                f"cannot import {name!r}: there is no module {error.name!r} in {str(Path.cwd())!r} "
                f"nor among what is installed. Give its name with dots, such as {stem!r}, and call "
                "the command in the folder that it lies in"
            ) from error


def make_agent(name: str, env: Any) -> Any:
    """The agent of this name for ``env`` (an unwrapped :class:`PersonaEnv`).

    A reference agent by its name in :data:`AGENTS`, or your own by ``"module:attribute"``: a class
    is made with ``env``, anything else is the agent itself. Raises :class:`PersonaEnvError` for a
    name that is neither.
    """
    if ":" not in name and name not in AGENTS:
        known = unknown_name("reference agent", name, AGENTS)
        raise UnknownNameError(f"{known}. Or give {OWN_AGENT}.")
    try:
        found = load(AGENTS.get(name, name))
    except (ImportError, AttributeError, ValueError) as error:
        raise PersonaEnvError(
            f"cannot load agent {name!r}, give 'module:attribute' of a module that lies in the "
            f"current folder or is installed: {error}"
        ) from error
    return found(env) if isinstance(found, type) or name in AGENTS else found
