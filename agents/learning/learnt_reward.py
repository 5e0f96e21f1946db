"""Models as reward terms, wherever terms are named.

``reward_model:FOLDER`` is a reward model, ``two_rewards:HELPFUL,SAFE`` two of them by the rule of
:mod:`.two_rewards`, and ``graded_by:POLICY`` a language model that is asked for a grade
(:func:`.ai_feedback.expected_grade`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from persona_env.errors import ArgumentError, PersonaEnvError
from persona_env.messages import chat_messages
from persona_env.preferences.comparison import Candidates
from persona_env.rewards.exchange import TermView
from persona_env.rewards.facts import Term
from persona_env.rewards.registry import get_term
from persona_env.rewards.term import reward_term

from ..language_model import load_policy
from .ai_feedback import expected_grade
from .reward_model import RewardModel, Said, Told
from .two_rewards import by_strictness, combined, score

NAME, COMBINED, GRADED = "reward_model", "two_rewards", "graded_by"
DESCRIBED = ("description", "description_in_words")
Scores = Callable[[Sequence[TermView]], list[float]]


class LearntReward:
    """The score of a reward model, in (0, 1), for each of many views.

    1/2 is what references, or the replies that people preferred, have on average. It is loaded when
    it is first asked, and again in a process that gets a copy.
    """

    def __init__(self, folder: str) -> None:
        self.folder = folder

    def __call__(self, views: Sequence[TermView]) -> list[float]:
        """The model's scores of these replies."""
        model = loaded(self.folder)
        return model.scores([_said(view, model.told) for view in views])


class CombinedReward:
    """The helpful score of many views, or the safe one where safety decides; in (0, 1).

    On the scale of log-odds, clamped, which Llama 2 takes; the training whitens them with
    ``--whiten``.
    """

    def __init__(self, helpful: str, safe: str) -> None:
        self.sides = LearntReward(helpful), LearntReward(safe)

    def __call__(self, views: Sequence[TermView]) -> list[float]:
        """The combined scores of these replies."""
        helpful, safe = (side(views) for side in self.sides)
        about_safety = [view.scenario.hazard.level != "none" for view in views]
        limits = [by_strictness(view.target("refusal_strictness")) for view in views]
        found: list[float] = score(combined(helpful, safe, about_safety, limits)).tolist()
        return found


class GradedReward:
    """The grade that a language model gives to each of many views, from 0 for 1 to 1 for 10."""

    def __init__(self, policy: str) -> None:
        self.policy = policy

    def __call__(self, views: Sequence[TermView]) -> list[float]:
        """The expected grades of these replies (Lee et al. 2023: direct AI feedback)."""
        model, codec = policy_of(self.policy)
        said = [_said(view, "words") for view in views]
        asked = [
            Candidates(prompt=view.prompt, messages=one.messages, replies=(one.reply, ""))
            for view, one in zip(views, said, strict=True)
        ]
        return [(1 + expected_grade(model, codec, c, c.replies[0])) / 2 for c in asked]


def learnt_term(folder: str) -> Term:
    """The reward term of the model in this folder, registered as :data:`NAME`.

    Raises :class:`PersonaEnvError` for a folder without a reward model, and for one that has to be
    told who the user is: a term reads a profile and knows no names.
    """
    reward = LearntReward(_checked(folder))
    return _registered(reward, NAME, "learnt from comparisons; see the figures of its training")


def combined_term(folders: str) -> Term:
    """The reward term of two models, helpful and safe, registered as :data:`COMBINED`.

    Raises :class:`PersonaEnvError` as :func:`learnt_term`, and for another number of folders.
    """
    given = [one.strip() for one in folders.split(",") if one.strip()]
    if len(given) != 2:
        raise ArgumentError(
            f"two_rewards:HELPFUL,SAFE names two reward models, with a comma; {folders!r} names "
            f"{len(given)}"
        )
    helpful, safe = map(_checked, given)
    return _registered(
        CombinedReward(helpful, safe), COMBINED,
        "learnt from comparisons; see the figures of both trainings",
        "preferences.refusal_strictness",
    )  # fmt: skip


def graded_term(policy: str) -> Term:
    """The reward term of a language model that grades, registered as :data:`GRADED`."""
    policy_of(policy)
    return _registered(GradedReward(policy), GRADED, "a language model's opinion: not validated")


def _registered(reward: Scores, name: str, validity: str, *uses: str) -> Term:
    reward_term(
        reward, name=name, uses=(*DESCRIBED, *uses), weight=1.0, batched=True, validity=validity
    )  # fmt: skip
    return get_term(name)


def _checked(folder: str) -> str:
    path = str(Path(folder).absolute())
    if loaded(path).knows_names:
        raise PersonaEnvError(
            f"the reward model in {folder!r} is {loaded(path).sees}: it knows users by name, and a "
            "reward term does not see a name; train one with sees='prompt'"
        )
    return path


@lru_cache(maxsize=1)
def policy_of(name: str) -> tuple[Any, Any]:
    """The model and the codec of a policy that grades; the last one is kept."""
    return load_policy(name)


@lru_cache(maxsize=4)
def loaded(folder: str) -> RewardModel:
    """The model of a folder; the last few are kept."""
    return RewardModel.load(folder)


def _said(view: TermView, told: Told) -> Said:
    before = [(turn.role, turn.text) for turn in view.transcript]
    if before and before[-1][0] == "user":
        before.pop()
    who = view.in_words if told == "words" else view.description
    return Said(tuple(chat_messages(who, before, view.prompt)), view.reply)
