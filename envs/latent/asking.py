"""Which of a user's preferences a reply asks about, and what the user says to it."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Literal, get_args

from persona_env.detectors import Phrasings, clarifying_question, find, questions
from persona_env.languages import LANGUAGES, language_data
from persona_env.text.spans import READINGS, sentence_spans
from persona_env.users.profile import UserProfile

from .words import SAYS, WORDS

Wish = Literal["language", "length", "format", "reading_level", "tone", "formality", "humour"]
Kind = Wish | Literal["most"]
"""What is asked: one preference, or which of them weighs most."""
WISHES: tuple[Wish, ...] = get_args(Wish)
KINDS: tuple[Kind, ...] = (*WISHES, "most")
GENERAL = {"language": "asks_language", "reading_level": "asks_level"}
"""Lists that conversations in general have already."""


@lru_cache(maxsize=READINGS)
def kind_asked(reply: str) -> Kind | None:
    """What the first question of a reply about the user's preferences asks; ``None`` without one.

    Of several preferences in one question the first counts, and what matters most before them.

    >>> kind_asked("Sure! Would you like it short, or in bullet points?")
    'length'
    >>> kind_asked("It is Paris. Is that so?") is None
    True
    """
    for start, end in questions(reply).spans:
        asked = reply[start:end]
        found = [(spans[0], kind) for kind in KINDS if (spans := find(asked, _words(kind)))]
        if found:
            return "most" if ("most" in [kind for _, kind in found]) else min(found)[1]
    return None


def is_question(reply: str) -> bool:
    """Whether a reply is a question, about the user's preferences or about the matter itself.

    Closing offers ("Anything else?") are none, and a question about the matter that is followed by
    more than one sentence waits for no answer.

    >>> is_question("Do you mean brown rice?"), is_question("It is Paris.")
    (True, False)
    >>> is_question("Is your phone slow? Turn it off. Wait. Turn it on.")
    False
    """
    if kind_asked(reply) is not None:
        return True
    asked = clarifying_question(reply).spans
    return bool(asked) and asked[-1][0] >= sentence_spans(reply)[-2:][0][0]


@cache
def _words(kind: Kind) -> Phrasings:
    """The words of a kind in all languages: an assistant may ask in any."""
    own = [word for code in WORDS for word in WORDS[code]["asks"][kind]]
    general = GENERAL.get(kind)
    if general is not None:
        own += [w for code in LANGUAGES for w in language_data(code, "conversation")[general]]
    return Phrasings(own)


def wanted(user: UserProfile, kind: Kind, language: str) -> str:
    """What this user wants there, as a key of the answers; ``"any"`` without a preference.

    A user without a preference for a language wants that of the conversation.
    """
    if kind == "most":
        return heaviest(user) or "any"
    wish = getattr(user.preferences, kind)
    if wish is None:
        return language if kind == "language" else "any"
    return str(wish.target)


def heaviest(user: UserProfile) -> Wish | None:
    """The preference that weighs most, the first of several; ``None`` for a user without any."""
    stated = [name for name in WISHES if getattr(user.preferences, name) is not None]
    return max(stated, key=lambda name: getattr(user.preferences, name).weight, default=None)


def answers(user: UserProfile, kind: Kind, language: str) -> tuple[str, ...]:
    """What this user may say to the question, each as likely, in the language of the talk."""
    own, value = SAYS[language], wanted(user, kind, language)
    return tuple(own[kind].get(value) or own["any"]["any"])
