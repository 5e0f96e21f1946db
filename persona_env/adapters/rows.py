"""Rows of data sets for training: prompts, and replies that are good, or better than others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, get_args

from persona_env.adapters.known_replies import KnownReplies, known_replies
from persona_env.adapters.named_envs import Given, given_envs, name_of, named, text_env
from persona_env.adapters.named_replies import Asked
from persona_env.adapters.scoring import verdicts_on
from persona_env.arguments import choice, whole_number
from persona_env.env import PersonaEnv
from persona_env.errors import ArgumentError, PersonaEnvError
from persona_env.evaluation.evaluate import draw_cases
from persona_env.messages import Message, as_messages
from persona_env.scenarios.case import Case, prompt_language_or_first

Kind = Literal["prompts", "sft", "pairs", "kto"]
Row = dict[str, Any]
COLUMNS = {
    "prompt": "chat messages: what is shown of the user, and what they ask",
    "env": "the id of the environment, which has the reward",
    "scenario": "the id of what is asked",
    "user": "the id of who asks",
    "language": "the language of the prompt",
    "completion": "a reply as a chat message",
    "label": "whether it is the good reply to its prompt",
    "chosen": "the good reply, as a chat message",
    "rejected": "a reply that earns less from this user",
    "margin": "by how much less",
}
"""What each column of a row holds."""
MARGIN = 0.05
"""By how much less than the better reply the worse one earns, at least."""


def make_rows(
    envs: Given | Sequence[Given],
    kind: Kind = "prompts",
    episodes: int | None = None,
    seed: int = 0,
    *,
    replies: Sequence[Mapping[str, Any]] | None = None,
) -> list[Row]:
    """Rows with a ``prompt``, as chat messages, and what names its case: ``env``, ``scenario``,
    ``user``; and the prompt's ``language``.

    Parameters
    ----------
    envs:
        An environment or its id, or several, whose rows follow each other. What it shows of a user
        stands in the prompt, its register chooses the replies
        (:func:`~persona_env.adapters.known_replies.known_replies`), and its reward orders them.
    kind:
        ``"prompts"``: no more. ``"sft"``: with ``completion``, a good reply for this user.
        ``"pairs"``: with ``chosen``, that reply, and ``rejected``, another that earns less by
        ``margin``, which is at least :data:`MARGIN`. ``"kto"``: the same replies one by one, each a
        ``completion`` with a ``label``.
    episodes:
        How many cases of each environment, drawn with ``seed``; all if there are fewer. ``None``:
        all that are written (:func:`~persona_env.evaluation.evaluate.draw_cases`), or in the bank.
        Of pairs and labels a case has none or several rows.
    seed:
        Of the drawing.
    replies:
        Replies of your own in place of the bank's and the oracle's: rows with ``scenario``,
        ``user``, ``reply`` and, of several environments, ``env``. Of each case the one that earns
        most is the good one. ``kind="prompts"`` takes none.

    Raises
    ------
    PersonaEnvError
        For an unknown kind or environment, and if there are no such replies.
    """
    choice("kind", kind, get_args(Kind))
    episodes = None if episodes is None else whole_number("episodes", episodes, least=1)
    seed = whole_number("seed", seed, least=0)
    if replies is not None and kind == "prompts":
        raise ArgumentError("replies= are for kinds 'sft', 'pairs' and 'kto': 'prompts' has none")
    made = named(text_env(one) for one in given_envs(envs))
    rows: list[Row] = []
    for base in made.values():
        if kind == "prompts":
            rows += [_row(base, case) for case in draw_cases(base, episodes, seed)]
        else:
            rows += _answered(base, kind, known_replies(base, episodes, seed, replies))
    return rows


def _answered(env: PersonaEnv, kind: Kind, known: list[KnownReplies]) -> list[Row]:
    if kind == "sft":
        return [_row(env, one.case) | {"completion": _said(one.good)} for one in known]
    rows = [*(_pairs if kind == "pairs" else _labelled)(env, known)]
    if not rows:
        raise PersonaEnvError(
            f"of {len(known)} cases of {name_of(env)} no reply earns {MARGIN} less than the good "
            "one: give more episodes=, or replies= that differ more"
        )
    return rows


def _row(env: PersonaEnv, case: Case) -> Row:
    return {
        "prompt": as_messages(env.handed(*case)),
        "env": name_of(env),
        "scenario": case.scenario.id,
        "user": case.user.id,
        "language": prompt_language_or_first(*case),
    }


def _said(reply: str) -> list[Message]:
    return [{"role": "assistant", "content": reply}]


def _pairs(env: PersonaEnv, known: list[KnownReplies]) -> Iterator[Row]:
    for one, worse in _worse(env, known):
        for reply, gap in worse.items():
            pair = {"chosen": _said(one.good), "rejected": _said(reply), "margin": gap}
            yield _row(env, one.case) | pair


def _labelled(env: PersonaEnv, known: list[KnownReplies]) -> Iterator[Row]:
    for one, worse in _worse(env, known):
        for reply in (one.good, *worse) if worse else ():
            said = {"completion": _said(reply), "label": reply == one.good}
            yield _row(env, one.case) | said


def _worse(
    env: PersonaEnv, known: list[KnownReplies]
) -> Iterator[tuple[KnownReplies, dict[str, float]]]:
    """Each case whose good reply could be read, and the replies that earn less, with the gap."""
    name = name_of(env)
    asked = [
        Asked(name, one.case.scenario.id, one.case.user.id, reply)
        for one in known
        for reply in (one.good, *one.others)
    ]
    verdicts = iter(verdicts_on({name: env}, asked))
    for one in known:
        good, *others = (next(verdicts) for _ in range(1 + len(one.others)))
        if good is None:
            continue
        judged = zip(one.others, others, strict=True)
        gaps = {reply: good.reward - v.reward for reply, v in judged if v is not None}
        yield one, {reply: gap for reply, gap in gaps.items() if gap >= MARGIN}
