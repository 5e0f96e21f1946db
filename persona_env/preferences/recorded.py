"""Replies that were made before, as candidates: those to the same case are compared."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from hashlib import sha256

from persona_env.adapters.named_envs import name_of
from persona_env.agent import Failed
from persona_env.arguments import whole_number
from persona_env.env import PersonaEnv
from persona_env.errors import PersonaEnvError, counted
from persona_env.evaluation.asking import Key
from persona_env.evaluation.made_how import agent_named
from persona_env.evaluation.reply_files import RecordedReplies
from persona_env.evaluation.reply_lines import digest
from persona_env.messages import as_messages
from persona_env.preferences.cases import candidates_of
from persona_env.preferences.comparison import Candidates
from persona_env.scenarios.case import Case, prompt_language


@dataclass(frozen=True)
class RecordedCandidates:
    """What a file of replies gives to compare, and what of it is left out.

    Attributes
    ----------
    candidates:
        Each reply stands in one of them at most. Of a case that gives several the first ones stand
        before all second ones.
    left_out:
        How many cases and replies are not compared, in words; empty if all are.
    """

    candidates: list[Candidates]
    left_out: str


@dataclass
class _Sorted:
    """The different replies to each case, by its ids, and how many are none of these."""

    said: dict[tuple[str, str], tuple[Case, list[str]]] = field(default_factory=dict)
    elsewhere: list[Key] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)


def policy_of(recorded: RecordedReplies) -> str:
    """Who replied: the agent that the file names, else the name of the file."""
    made_with = recorded.made_with
    named = {"name": made_with.get("agent", ""), **made_with}
    return agent_named(named) or recorded.path.name


def recorded_candidates(
    env: PersonaEnv, recorded: RecordedReplies, count: int = 2
) -> RecordedCandidates:
    """The replies of a file to cases of ``env``, ``count`` different ones at a time.

    They are in an order that follows from their texts, so that it says nothing.

    Raises
    ------
    PersonaEnvError
        If no case has ``count`` different replies, or an evaluation made one for other messages
        than those that ``env`` hands a policy.
    """
    found = _sorted(env, recorded, whole_number("count", count, least=2))
    made_with = recorded.made_with
    seed = made_with.get("seed")
    made = [
        (start, candidates_of(
            env, case, sorted(said[start : start + count], key=_place),
            policy=policy_of(recorded), seed=seed if isinstance(seed, int) else None,
        ))
        for case, said in found.said.values()
        for start in range(0, len(said) - count + 1, count)
    ]  # fmt: skip
    left_out = _left_out(env, recorded, found, count)
    if not made:
        todo = (
            f"'eval --save-replies FILE.jsonl --samples {count}' keeps {count} replies to each case"
            if found.said or not found.elsewhere
            else "Give the --env, --split, users and scenarios to which they were made"
        )
        raise PersonaEnvError(f"{recorded.path} holds nothing to compare: {left_out}. {todo}")
    return RecordedCandidates([one for _, one in sorted(made, key=lambda one: one[0])], left_out)


def _sorted(env: PersonaEnv, recorded: RecordedReplies, count: int) -> _Sorted:
    found, cases = _Sorted(), dict[tuple[str, str], Case | None]()
    for key, reply, prompt in recorded.given:
        ids = (key.scenario, key.user)
        if ids not in cases:
            cases[ids] = _case(env, *ids)
        case = cases[ids]
        if isinstance(reply, Failed):
            found.counts["failed"] += 1
        elif key.turn > 1:
            found.counts["later"] += 1
        elif case is None:
            found.elsewhere.append(key)
        else:
            if recorded.made_with and prompt != digest(as_messages(env.handed(*case))):
                raise PersonaEnvError(_other_prompt(recorded, key))
            _, mine = found.said.setdefault(ids, (case, []))
            if str(reply) not in mine:
                mine.append(str(reply))
    for _, said in found.said.values():
        few, over = len(said) < count, len(said) % count
        found.counts["few"] += few
        found.counts["over"] += 0 if few else over
    return found


def _case(env: PersonaEnv, scenario: str, user: str) -> Case | None:
    known, (asks, _) = env.scenarios.find(scenario), env.cases.get(user, (None, None))
    if known is None or asks is None or prompt_language(known, asks) is None:
        return None
    return Case(known, asks)


def _place(reply: str) -> bytes:
    return sha256(reply.encode()).digest()


def _other_prompt(recorded: RecordedReplies, key: Key) -> str:
    return (
        f"{recorded.path}: the reply for user {key.user!r} in scenario {key.scenario!r} was made "
        "for another prompt than the one that would stand in the comparison: give the --system, "
        "the users and the scenarios of the evaluation that made it"
    )


def _left_out(env: PersonaEnv, recorded: RecordedReplies, found: _Sorted, count: int) -> str:
    more = {
        "few": ("case", f" with fewer than {count} different replies"),
        "over": ("reply", f" beyond a multiple of {count}"),
        "later": ("reply", " after the first of a conversation"),
        "failed": ("reply", " that failed"),
    }
    told = [_counted(found.counts[name], *words) for name, words in more.items()]
    if found.elsewhere:
        first = found.elsewhere[0]
        here = {"env": name_of(env), "split": (env.spec and env.spec.kwargs.get("split")) or ""}
        other = [
            f"--{name} {recorded.made_with[name]}"
            for name, value in here.items()
            if recorded.made_with.get(name, value) != value
        ]
        made = f"; the file was made with {' '.join(other)}" if other else ""
        where = f"(such as user {first.user!r} in scenario {first.scenario!r}{made})"
        told.append(_counted(len(found.elsewhere), "reply", f" to cases that are not here {where}"))
    return ", ".join(filter(None, told))


def _counted(number: int, one: str, which: str) -> str:
    many = {"reply": "replies"}.get(one, "")
    return f"{counted(number, one, many)}{which}" if number else ""
