"""inspect_ai: a model replies to users, and is scored by their rewards; see ``docs/inspect.md``.

The decorators of inspect_ai need it at import, so this module is for its users alone: it is the
entry point ``persona_env`` of the group ``inspect_ai``.
"""

from __future__ import annotations

from persona_env.adapters.made import Made, case_rows
from persona_env.adapters.played import Played, outcome
from persona_env.arguments import whole_number
from persona_env.errors import PersonaEnvError

try:
    from anyio.to_thread import run_sync
    from inspect_ai import Task, task
    from inspect_ai.dataset import Sample
    from inspect_ai.model import ChatMessageUser, ModelOutput
    from inspect_ai.scorer import Metric, Score, Scorer, Target, grouped, mean, scorer, stderr
    from inspect_ai.solver import Generate, Solver, TaskState, generate, solver
except ImportError as error:
    raise PersonaEnvError("this needs 'inspect_ai': pip install 'persona_env[inspect]'") from error

TALK = "persona_env_talk"
"""Where the store of a sample has a conversation: replies, how many at most, and the seed."""


def _means(by: str) -> Metric:
    return grouped(mean(), by, all=False, name_template=f"{by} {{group_name}}")


@task
def persona_chat(
    env: str = "PersonaChat-v0", *, split: str = "heldout", episodes: int = 24, seed: int = 0,
    users: str | list[str] | None = None, register: str = "natural", reader: str | None = None,
    judge: str | None = None, turns: int = 1,
) -> Task:  # fmt: skip
    """What users ask of an environment: as many questions as ``episodes``, drawn with ``seed``.

    ``users`` are names of profiles. A ``reader`` or a ``judge`` (``MODEL@URL``) reads the replies.
    With ``turns`` above 1 the environment's user answers them: see :func:`persona_user`. The others
    are options of :class:`~persona_env.PersonaEnv`, which raises the errors.
    """
    names = (users,) if isinstance(users, str) else tuple(users or ())
    made = Made(env, split, names, register, reader, judge)
    plays = generate() if turns == 1 else persona_user(turns, seed)
    rows = case_rows(made, episodes, seed)
    samples = [Sample(input=row.pop("prompt"), id=row.pop("name"), metadata=row) for row in rows]
    return Task(samples, solver=plays, scorer=persona_reward())


@solver
def persona_user(turns: int = 4, seed: int = 0) -> Solver:
    """A conversation with the environment's user: until they leave, or for ``turns`` replies."""
    how = whole_number("turns", turns, least=1), seed

    async def talk(state: TaskState, generate: Generate) -> TaskState:
        played = Played.of(state.metadata, *how)
        state = await generate(state)
        while not _failure(state.output):
            said = await run_sync(played.heard, state.output.completion)
            if said is None or state.completed:
                break
            state.messages.append(ChatMessageUser(content=said))
            state = await generate(state)
        state.store.set(TALK, [played.replies, *how])
        return state

    return talk


@scorer(metrics=[mean(), stderr(cluster="scenario"), *map(_means, ("user", "category"))])
def persona_reward() -> Scorer:
    """The reward of the last reply for the user who asked; unscored if nobody could read it."""

    async def score(state: TaskState, target: Target) -> Score:
        if why := _failure(state.output):
            return Score.unscored(reason="no_response", explanation=why)
        replies, *how = state.store.get(TALK, [[state.output.completion]])
        found = await run_sync(outcome, state.metadata, replies, *how)
        said = {"answer": replies[-1], "explanation": found.told}
        if found.reward is None:
            return Score.unscored(reason="grader_failed", **said)
        return Score(value=found.reward, metadata=found.facts, **said)

    return score


def _failure(output: ModelOutput) -> str:
    """Why there is no reply; empty if there is one."""
    why = output.error or ("" if output.choices else "it gave nothing back")
    why = why or ("content_filter" if output.stop_reason == "content_filter" else "")
    return why and f"the model did not reply: {why}"
