"""The files of ``collect``: what it writes, and the replies that it takes in a policy's place."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from persona_env.cli.show import say_note
from persona_env.endpoints.budget import Purse
from persona_env.env import PersonaEnv
from persona_env.errors import ArgumentError, PersonaEnvError, counted
from persona_env.evaluation.agent_options import AgentOptions
from persona_env.evaluation.named import NamedAgent, find_policy_agent, find_replies
from persona_env.outputs import check_target
from persona_env.preferences.comparison import Candidates
from persona_env.preferences.formats import ENDINGS, write_comparisons
from persona_env.preferences.recorded import recorded_candidates
from persona_env.preferences.store import ENDING, ComparisonStore
from persona_env.text_envs import profile_text_for

NOBODY = "none"
POLICY = "persona-tiny"
"""Who replies by default."""


def whose_replies(
    policy: str | None, replies: Path | None, options: AgentOptions, *, seed: int, purse: Purse
) -> NamedAgent:
    """Whose replies are compared: a policy's by name, or those of a file."""
    if replies is None:
        return find_policy_agent(policy or POLICY, options, seed=seed, purse=purse)
    if policy is not None:
        raise ArgumentError("--policy and --replies both say whose replies: give one of them")
    return find_replies(replies, options)


def told_by(found: NamedAgent, system: Path | None) -> str | None:
    """How the environment tells of a user: as it is given, or as an evaluation says in its file."""
    said = None if found.recorded is None else found.recorded.made_with.get("profile_text")
    if system is None and isinstance(said, str):
        return said
    return profile_text_for(found.name, system)


def made_before(
    found: NamedAgent, env: PersonaEnv, candidates: int, pairs: int | None
) -> list[Candidates] | None:
    """What the replies of a file give to compare; ``None`` for a policy. Says what is left out."""
    if found.recorded is None:
        return None
    made = recorded_candidates(env, found.recorded, candidates)
    if made.left_out:
        say_note(f"{found.name}: not compared: {made.left_out}")
    if pairs is not None and pairs > len(made.candidates):
        say_note(
            f"{found.name}: {counted(len(made.candidates), 'pair')}, fewer than --pairs {pairs}"
        )
    return made.candidates


def check_output(output: Path, annotator: str) -> None:
    """Raise :class:`PersonaEnvError` if nothing can be written there, or not what is made."""
    check_target(output)
    kind = output.suffix.lower()
    if kind not in (ENDING, *ENDINGS):
        raise ArgumentError(
            f"{output}: comparisons are kept in {ENDING}, or written to {' or '.join(ENDINGS)}, "
            f"not {output.suffix!r}"
        )
    if kind != ENDING and annotator == NOBODY:
        raise ArgumentError(f"pairs without labels are kept in a {ENDING} file, not in {output}")
    if kind != ENDING and output.exists():
        raise PersonaEnvError(
            f"{output} is there: give another name, or a {ENDING} file, to which more can be added"
        )


@contextmanager
def store_of(output: Path) -> Iterator[ComparisonStore]:
    """The store of a file; of other kinds a store whose comparisons are written at the end."""
    if output.suffix.lower() == ENDING:
        with ComparisonStore(output) as store:
            yield store
        return
    with TemporaryDirectory() as folder, ComparisonStore(Path(folder, "all.db")) as store:
        yield store
        write_comparisons(output, store.comparisons())
