r"""GRPO and RLOO: several replies to a prompt are each other's baseline.

Of G replies to one prompt with rewards :math:`r_i`,

.. math::
    \text{grpo} &: A_i = (r_i - \bar r) / \sigma_r \\
    \text{rloo} &: A_i = r_i - \frac{1}{G - 1} \sum_{j \ne i} r_j

(Shao et al. 2024, arXiv 2402.03300; Ahmadian et al. 2024, arXiv 2402.14740), with a KL penalty to
the initial policy. A reply that did not end earns nothing, as in PPO here; one that a judge could
not read is masked. ``--per-user`` takes rewards against each user's own history first, ``--whiten``
in units of their spread; neither then divides by the spread of a group: how far a group of replies
differs is what is to be learnt.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import cycle, islice
from typing import Any

from persona_env.adapters.named_replies import Text
from persona_env.adapters.trl import reward
from persona_env.adapters.trl_reward import RewardFunction
from persona_env.metrics.user_baselines import UserBaselines

from .lesson import Lesson, Sampled


class Paid:
    """A reward function of TRL: ``function``, but a reply that did not end earns nothing.

    ``sampled`` counts the tokens. ``per_user`` takes rewards against each user's own history,
    ``whiten`` in units of the spread of everybody's. Histories are those of this process: a run
    that is resumed begins them again.
    """

    def __init__(
        self, function: RewardFunction, ends: Sequence[int], sampled: Sampled, *,
        per_user: bool = False, whiten: bool = False,
    ) -> None:  # fmt: skip
        self.function, self.ends, self.sampled = function, frozenset(ends), sampled
        self.per_user, self.whiten = per_user, whiten
        self.baselines = UserBaselines()
        self.__name__ = function.__name__

    def __call__(
        self,
        completions: Sequence[Text],
        completion_ids: Sequence[Sequence[int]],
        user: Sequence[str],
        **columns: Any,
    ) -> list[float | None]:
        """``None`` masks a completion; see :func:`persona_env.adapters.trl.reward`."""
        earned = self.function(completions, user=user, **columns)
        self.sampled.tokens += sum(map(len, completion_ids))
        whole = [bool(ids) and ids[-1] in self.ends for ids in completion_ids]
        paid = [r if r is None or ended else 0.0 for r, ended in zip(earned, whole, strict=True)]
        against = self.baselines.advantages(user, paid)
        if self.per_user:  # in units of their user's spread, as it is
            return against
        return [self.baselines.unit(one) for one in paid] if self.whiten else paid


def trainer(lesson: Lesson) -> Any:
    """TRL's ``GRPOTrainer`` or ``RLOOTrainer`` on the prompts of the environment."""
    options, kind = lesson.options, lesson.options.method.upper()
    rows = lesson.rows("prompts")
    groups = options.batch // options.together  # different prompts of a step, which TRL asks for
    found = lesson.dataset(islice(cycle(rows), max(groups, len(rows))))
    own = options.per_user or options.whiten  # in place of the spread of a group
    scale = {"scale_rewards": "none" if own else "group"} if kind == "GRPO" else {}
    config = lesson.config(
        kind,
        tokens=1.0,  # at least: the callback ends the training at options.steps
        num_generations=options.together,
        max_completion_length=options.lengths_in(lesson.env)[0],
        temperature=options.temperature,
        beta=options.kl,
        **scale,
    )
    paid = Paid(
        reward(lesson.env), lesson.codec.end_ids, lesson.sampled,
        per_user=options.per_user, whiten=options.whiten,
    )  # fmt: skip
    return lesson.made(kind, config, found, reward_funcs=paid)
