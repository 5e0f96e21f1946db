"""inspect_ai: a model replies to users, and is scored by their rewards; see ``docs/inspect.md``.

The decorators of inspect_ai need it at import, so this module is for its users alone: it is the
entry point ``persona_env`` of the group ``inspect_ai``.
"""

from __future__ import annotations

import numpy as np

from persona_env.adapters.inspect_cases import Made, asked_in, env_of, facts_of, metadata_of, read
from persona_env.arguments import whole_number
from persona_env.errors import PersonaEnvError
from persona_env.evaluation.conversation import case_seed
from persona_env.evaluation.evaluate import draw_cases
from persona_env.rewards import Verdict
from persona_env.rewards.exchange import Exchange
from persona_env.rewards.explain import explain_verdict
from persona_env.scenarios.case import Case

try:
    from anyio.to_thread import run_sync
    from inspect_ai import Task, task
    from inspect_ai.dataset import Sample
    from inspect_ai.model import (
        ChatMessageAssistant,
        ChatMessageSystem,
        ChatMessageUser,
        ModelOutput,
    )
    from inspect_ai.scorer import Score, Scorer, Target, grouped, mean, scorer, stderr
    from inspect_ai.solver import Generate, Solver, TaskState, generate, solver
except ImportError as error:
    raise PersonaEnvError("this needs 'inspect_ai': pip install 'persona_env[inspect]'") from error

WRITTEN = {"system": ChatMessageSystem, "user": ChatMessageUser, "assistant": ChatMessageAssistant}
SCORE = "persona_env_score"
"""Where the store of a sample has the score of the last reply of a conversation."""
METRICS = [
    mean(),
    stderr(cluster="scenario"),
    *(grouped(mean(), key, all=False, name_template=key + " {group_name}")
      for key in ("user", "category")),
]  # fmt: skip


@task
def persona_chat(
    env: str = "PersonaChat-v0",
    *,
    split: str = "heldout",
    episodes: int = 24,
    seed: int = 0,
    users: str | list[str] | None = None,
    register: str = "natural",
    reader: str | None = None,
    judge: str | None = None,
    turns: int = 1,
) -> Task:
    """What users ask of an environment: as many questions as ``episodes``, drawn with ``seed``.

    ``users`` are names of profiles. A ``reader`` or a ``judge`` (``MODEL@URL``) reads the replies.
    With ``turns`` above 1 the environment's user answers them: see :func:`persona_user`. The others
    are options of :class:`~persona_env.PersonaEnv`, which raises the errors.
    """
    names = tuple([users] if isinstance(users, str) else users or ())
    made = Made(env, split, names, register, reader, judge)
    cases = draw_cases(env_of(made), whole_number("episodes", episodes, least=1), seed)
    plays = generate() if turns == 1 else persona_user(turns, seed)
    samples = [_sample(made, case) for case in cases]
    return Task(samples, solver=plays, scorer=persona_reward())


@solver
def persona_user(turns: int = 4, seed: int = 0) -> Solver:
    """A conversation with the environment's user: until they leave, or for ``turns`` replies."""
    turns = whole_number("turns", turns, least=1)

    async def talk(state: TaskState, generate: Generate) -> TaskState:
        row, case = asked_in(state.metadata)
        row = row.light_copy(turns)
        row.np_random = np.random.default_rng(case_seed(case, seed))
        row.begin(*case)
        rewards: list[float] = []
        while row.ended is None:
            state = await generate(state)
            said = row.exchange(state.output.completion)
            verdict = await run_sync(read, row, said)
            score = _score(state.output, said, verdict)
            if verdict is not None and not score.reason:
                rewards.append(verdict.reward)
                row.conclude(said.reply, verdict)
            talked = {"turn_rewards": rewards, "ended": row.ended}
            score.metadata = {**(score.metadata or {}), **talked}
            state.store.set(SCORE, score.model_dump())
            if score.reason or state.completed:
                break
            if row.messages()[-1]["role"] == "user":
                state.messages.append(ChatMessageUser(content=row.messages()[-1]["content"]))
        return state

    return talk


@scorer(metrics=METRICS)
def persona_reward() -> Scorer:
    """The reward of the last reply for the user who asked; unscored if nobody could read it."""

    async def score(state: TaskState, target: Target) -> Score:
        if (known := state.store.get(SCORE)) is not None:
            return Score.model_validate(known)
        env, case = asked_in(state.metadata)
        said = env.exchange_of(case, state.output.completion)
        return _score(state.output, said, await run_sync(read, env, said))

    return score


def _sample(made: Made, case: Case) -> Sample:
    row = env_of(made).light_copy()
    row.begin(*case)
    said = [WRITTEN[one["role"]](content=one["content"]) for one in row.messages()]
    facts = metadata_of(made, case)
    return Sample(input=said, id=f"{facts['user']}/{facts['scenario']}", metadata=facts)


def _score(output: ModelOutput, said: Exchange, verdict: Verdict | None) -> Score:
    if not output.choices or output.error or output.stop_reason == "content_filter":
        why = output.error or (output.stop_reason if output.choices else "it gave nothing back")
        return Score.unscored(reason="no_response", explanation=f"the model did not reply: {why}")
    if verdict is None or not verdict.coverage:
        who = "the judge" if verdict is None else "any reader"
        told = f"nothing of the reply could be read by {who}"
        return Score.unscored(reason="grader_failed", answer=said.reply, explanation=told)
    told = "\n".join(explain_verdict(verdict, said))
    facts = facts_of(verdict)
    return Score(value=verdict.reward, answer=said.reply, explanation=told, metadata=facts)
