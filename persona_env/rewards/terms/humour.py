"""A joke, or none."""

from __future__ import annotations

from functools import lru_cache

from persona_env.detectors import humour as read_humour
from persona_env.rewards.exchange import TermView
from persona_env.rewards.expectations import ANSWER_FIELDS, in_answers_and_pieces
from persona_env.rewards.term import Score, found, reward_term
from persona_env.text.spans import READINGS
from persona_env.users.description import preference_words

_WISH = in_answers_and_pieces("humour")


@reward_term(
    uses=("preferences.humour", *ANSWER_FIELDS),
    weight="humour",
    values=(0, 1),
    validity="proxy: it sees that a joke is marked ('haha'), not whether it is funny",
)
def humour(view: TermView) -> Score | None:
    """1 if a mark of humour is there exactly when it is wanted, else 0.

    Where a joke is out of place (illness, grief, whatever has a hazard, and so every refusal) one
    costs whoever asks, and none is missed. A piece (a title, a poem, a post) misses none either.
    """
    wish, due = view.once(_wanted)
    if wish is None:
        return None
    score = _score(view.reply, wish)
    return score if due or score.reasons[0].end else None


def _wanted(view: TermView) -> tuple[str | None, bool]:
    """Whether a joke is wanted, and whether the reply is judged without one."""
    if view.scenario.is_serious:
        return "no", False
    return _WISH(view) or (None, False)


@lru_cache(maxsize=READINGS)
def _score(reply: str, wish: str) -> Score:
    jokes = read_humour(reply).spans
    reasons = found(jokes, "a joke", "no joke", preference_words("humour", wish))
    return Score(float(bool(jokes) == (wish == "yes")), reasons)
