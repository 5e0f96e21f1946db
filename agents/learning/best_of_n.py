r"""Best-of-n, or rejection sampling: imitate the best of n replies of the policy itself.

To each prompt n replies are sampled, the reward ranks them, and the policy is fine-tuned on the
best (Touvron et al. 2023, arXiv 2307.09288, section 3.2.3). Best-of-n is at most
:math:`\log n - (n - 1)/n` nats from the policy, and exactly that where no rewards are tied:
:func:`persona_env.metrics.best.best_of_n_kl`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from itertools import cycle, islice
from typing import Any

from persona_env.adapters.named_envs import name_of
from persona_env.adapters.named_replies import Asked
from persona_env.adapters.scoring import verdicts_on
from persona_env.agent import Cut
from persona_env.errors import PersonaEnvError
from persona_env.evaluation.evaluate import draw_cases
from persona_env.files import read_text
from persona_env.messages import as_messages
from persona_env.outputs import write_text
from persona_env.scenarios.case import Case

from ..language_model import LanguageModelAgent
from .lesson import Lesson
from .sft import imitate

EPOCHS = 3
"""How often the best replies are gone over."""
BEST_OF = 16
"""Replies to choose from, unless the options say otherwise."""
PROMPTS = 16  # that are answered at once
BEST = "best.jsonl"


def trainer(lesson: Lesson) -> Any:
    """TRL's ``SFTTrainer`` on the best replies, which are kept in ``best.jsonl`` of the run."""
    kept = lesson.options.output / BEST
    if not kept.is_file():  # else: this run is resumed
        write_text(
            kept, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in best(lesson))
        )
    rows = [json.loads(line) for line in read_text(kept).splitlines()]
    if not rows:
        most = lesson.options.lengths_in(lesson.env)[0]
        raise PersonaEnvError(
            f"no reply that could be read ended within {most} tokens, so that none is the best: "
            "give a higher --max-new-tokens, or begin with a policy that has learnt short replies"
        )
    lesson.sampled.tokens = sum(row["sampled"] for row in rows)
    steps = math.ceil(EPOCHS * len(rows) / lesson.options.batch)
    return imitate(lesson, rows, max_steps=steps)


def best(lesson: Lesson) -> Iterator[dict[str, Any]]:
    """A row for each prompt, until ``options.steps`` tokens are sampled: the reply that earns most.

    A prompt to which no reply ended, or could be read, has none.
    """
    options, spent = lesson.options, 0
    count = options.best_of or BEST_OF
    agent = LanguageModelAgent(
        lesson.model,
        lesson.codec,
        options.lengths_in(lesson.env)[0],
        options.temperature,
        options.seed,
    )
    drawn = cycle(draw_cases(lesson.env, None, options.seed))
    while spent < options.steps:
        cases = [*islice(drawn, PROMPTS)]
        asked = [case for case in cases for _ in range(count)]
        replies = iter(zip(asked, agent([lesson.env.handed(*case) for case in asked]), strict=True))
        for case in cases:
            said = [reply for _, reply in islice(replies, count)]
            tokens = sum(len(lesson.codec.encode(one)) + 1 for one in said)
            spent += tokens
            if row := _chosen(lesson, case, said):
                yield row | {"sampled": tokens}
            if spent >= options.steps:
                break
        lesson.stage.move(spent, f"{count} replies to each prompt")


def _chosen(lesson: Lesson, case: Case, said: list[str]) -> dict[str, Any] | None:
    name, whole = name_of(lesson.env), [one for one in said if not isinstance(one, Cut)]
    asked = [Asked(name, case.scenario.id, case.user.id, one) for one in whole]
    verdicts = verdicts_on({name: lesson.env}, asked)
    known = [(v.reward, one) for v, one in zip(verdicts, whole, strict=True) if v is not None]
    if not known:
        return None
    earned, reply = max(known, key=lambda pair: pair[0])
    return {
        "prompt": as_messages(lesson.env.handed(*case)),
        "completion": [{"role": "assistant", "content": reply}],
        "reward": earned,
    }
