"""A saved reward model as a reward term, by ``reward_model:FOLDER`` wherever terms are named."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from persona_env.errors import PersonaEnvError
from persona_env.messages import chat_messages
from persona_env.rewards.exchange import TermView
from persona_env.rewards.facts import Term
from persona_env.rewards.registry import get_term
from persona_env.rewards.term import reward_term

from .reward_model import RewardModel, Said, Told

NAME = "reward_model"


class LearntReward:
    """The score of a reward model, in (0, 1), for each of many views.

    1/2 is what the replies that people preferred have on average. It is loaded when it is first
    asked, and again in a process that gets a copy.
    """

    def __init__(self, folder: str) -> None:
        self.folder = folder

    def __call__(self, views: Sequence[TermView]) -> list[float]:
        """The model's scores of these replies."""
        model = loaded(self.folder)
        return model.scores([_said(view, model.told) for view in views])


def learnt_term(folder: str) -> Term:
    """The reward term of the model in this folder, registered as :data:`NAME`.

    Raises :class:`PersonaEnvError` for a folder without a reward model, and for a factorised one,
    which has to be told who the user is: a term reads a profile and knows no names.
    """
    path = str(Path(folder).absolute())
    if loaded(path).sees == "factorised":
        raise PersonaEnvError(
            f"the reward model in {folder!r} is factorised: it knows users by name, and a reward "
            "term does not see a name; train one with sees='prompt'"
        )
    reward = LearntReward(path)
    reward_term(
        reward, name=NAME, uses=("description", "description_in_words"), batched=True,
        validity="learnt from comparisons; see the figures of its training",
    )  # fmt: skip
    return get_term(NAME)


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
