"""What this user never wants to read."""

from __future__ import annotations

from persona_env.detectors import find
from persona_env.rewards.exchange import TermView
from persona_env.rewards.term import Score, found, reward_term


@reward_term(
    uses=("preferences.avoid",),
    values=(0, 1),
    validity="matching phrases is exact; paraphrases are not seen",
)
def avoid(view: TermView) -> Score | None:
    """1 without any of the user's unwanted phrases, else 0."""
    phrases = view.target("avoid")
    if phrases is None:
        return None
    said = find(view.reply, phrases)
    wanted = f"none of {', '.join(phrases)}"
    return Score(float(not said), found(said, "unwanted", "no unwanted phrase", wanted))
