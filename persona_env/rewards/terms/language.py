"""Is the reply in the language this user wants?"""

from __future__ import annotations

from functools import lru_cache

from persona_env.detectors import language as read_language
from persona_env.languages import FACTS
from persona_env.rewards.exchange import TermView
from persona_env.rewards.expectations import ANSWER_FIELDS, is_substantive
from persona_env.rewards.term import Reason, Score, reward_term
from persona_env.text.spans import READINGS

MIXED = 0.15  # code-mixing index above which a reply counts as mixed


@reward_term(
    uses=("preferences.language", "context.languages", *ANSWER_FIELDS),
    weight="language",
    validity="that of the detector `persona_env.detectors.language`",
)
def language(view: TermView) -> Score | None:
    """The share of the reply in the wanted language; for 'mix', 1 if two of the user's are mixed.

    A reply of names alone, whose language cannot be told, does not count against it, and mixing is
    wanted in full answers only. Mixing is a code-mixing index (Das and Gambäck 2014) above 0.15.
    """
    wish = view.once(_wish)
    return None if wish is None else _score(view.reply, *wish)


def _wish(view: TermView) -> tuple[str, tuple[str, ...]] | None:
    """The wanted language, and those of the user; ``None`` if the term does not apply."""
    wish = view.target("language")
    if wish is None or view.scenario.reply_kind == "data":
        return None
    if wish == "mix" and not is_substantive(view):
        return None
    return wish, view.field("context.languages")


@lru_cache(maxsize=READINGS)
def _score(reply: str, wish: str, reads: tuple[str, ...]) -> Score | None:
    reading = read_language(reply)
    if wish == "mix":
        own = [code for code, share in reading.shares if share and code in reads]
        wanted = f"{' and '.join(reads)} mixed"
        reasons = _reasons(reading.spans, own, wanted)
        return Score(float(len(own) > 1 and reading.mixing >= MIXED), reasons)
    if reading.main is None:
        return None
    share = dict(reading.shares).get(wish, 0.0)
    return Score(min(1.0, share), _reasons(reading.spans, [wish], FACTS[wish].name))


def _reasons(
    runs: tuple[tuple[str, tuple[int, int]], ...], own: list[str], wanted: str
) -> tuple[Reason, ...]:
    """Runs in these languages; where there are none, in which the reply is."""
    chosen = [(code, span) for code, span in runs if code in own] or runs
    reasons = tuple([Reason(*span, f"in {code}", wanted) for code, span in chosen])
    return reasons or (Reason(0, 0, "in no known language", wanted),)
