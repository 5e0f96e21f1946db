"""A user profile as the system text of a chat model: whom it talks to, and how to answer.

The sentences are data, ``persona_env/languages/CODE/profile.toml``. They tell what
:func:`~persona_env.users.description.describe` tells, and no more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from persona_env.languages import FACTS, LANGUAGES, language_data
from persona_env.languages.lengths import ANY, bounds
from persona_env.users.description import SAID
from persona_env.users.profile import TARGETS, UserProfile

NO_LANGUAGE = LANGUAGES[0]
"""The language of the text for a user who reads several, or none that is known."""
FILE = "profile"
IN_WORDS = "description_in_words"
"""What a reward term names in ``uses=`` to read :func:`in_words` of the user."""
LengthBounds = Callable[[UserProfile], tuple[int, int] | None]
"""The least and the greatest length that a user wants; ``None`` without a preference."""
Also = Callable[[str], str]
"""What every user of an environment wants besides: a sentence in the language of this code."""


def length_bounds(user: UserProfile) -> tuple[int, int] | None:
    """Of replies in prose, in words or, where no blanks separate them, in characters.

    They are those of the natural register, :mod:`persona_env.languages.lengths`, in the language of
    the user's replies if that is one.
    """
    wish = user.preferences.length
    if wish is None:
        return None
    each = FACTS[language_of(user)].characters_per_word or 1.0
    low, high = bounds(wish.target, _reply_language(user) or ANY)
    return round(low * each), round(high * each)


def nothing_more(code: str) -> str:
    """Where the preferences of a user are all that there is to say."""
    return ""


def in_words(
    user: UserProfile,
    secrets: tuple[str, ...] = (),
    protected: bool = False,
    lengths: LengthBounds = length_bounds,
    also: Also = nothing_more,
) -> str:
    """What a chat model is told of this user, in full sentences.

    It is in the language that the user wants replies in, or else in the only one that they read,
    or else in English; so it is where a language has no ``profile.toml``. Empty for a user of whom
    nothing is known. ``secrets`` and ``protected`` are those of
    :func:`~persona_env.users.description.describe`; ``lengths`` says how long replies are to be,
    and ``also`` what every user wants besides.

    >>> ana = UserProfile(id="ana", preferences={"length": "brief"}, context={"age_band": "child"})
    >>> print(in_words(ana).split("\\n")[-1])
    The user wants you to answer like this. Keep replies brief: 3 to 69 words.
    """
    said = _Sentences(language_of(user), lengths, also)
    about, wants = [*said.about(user)], [*said.wants(user)]
    about += said.protected(user) if protected else ()
    about += said.secrets(user, secrets)
    parts = [about, [said.text["wants"], *wants] if wants else []]
    if not any(parts):
        return ""
    told = [[said.text["opening"], *parts[0]], parts[1]]
    return "\n".join(said.joined(part) for part in told if part)


class Sentences(NamedTuple):
    """The sentences of :func:`in_words`: on the user with the secrets, and on replies."""

    about: tuple[str, ...]
    wants: tuple[str, ...]


def sentences(
    user: UserProfile,
    secrets: tuple[str, ...] = (),
    lengths: LengthBounds = length_bounds,
    also: Also = nothing_more,
) -> Sentences:
    """The sentences that :func:`in_words` joins, without its opening."""
    said = _Sentences(language_of(user), lengths, also)
    return Sentences((*said.about(user), *said.secrets(user, secrets)), tuple(said.wants(user)))


def language_of(user: UserProfile) -> str:
    """The language of the text for this user; see :func:`in_words`.

    >>> language_of(UserProfile(id="eva", context={"languages": ["es"]}))
    'es'
    """
    found = _reply_language(user) or NO_LANGUAGE
    return found if language_data(found, FILE) else NO_LANGUAGE


def _reply_language(user: UserProfile) -> str | None:
    """The language of replies, where it is the same whatever is asked."""
    wish, reads = user.preferences.language, user.context.languages
    if wish is not None:
        return None if wish.target == "mix" else str(wish.target)
    return reads[0] if len(reads) == 1 else None


class _Sentences:
    """The sentences of one language."""

    def __init__(self, code: str, lengths: LengthBounds, also: Also) -> None:
        self._lengths, self._also = lengths, also(code)
        data: Mapping[str, Any] = language_data(code, FILE)
        self._data, self._lists = data, data["lists"]
        self.text: Mapping[str, str] = data["text"]

    def joined(self, sentences: Iterable[str]) -> str:
        """Sentences as one paragraph."""
        return str(self._lists["sentences"]).join(sentences)

    def about(self, user: UserProfile) -> Iterator[str]:
        """What is known of the user."""
        context, text = user.context, self.text
        if context.age_band:
            yield self._data["age_band"][context.age_band]
        for key, verified in (("verified", True), ("claimed", False)):
            if fields := [e.field for e in context.expertise if e.verified is verified]:
                yield text[key].format(self._list(self._named("expertise", fields)))
        if context.vulnerabilities:
            topics = self._named("topics", context.vulnerabilities)
            yield text["vulnerable"].format(self._list(topics))
        if context.languages:
            yield text["reads"].format(self._list(map(self._language, context.languages)))
        for belief in context.beliefs:
            yield text["believes"].format(belief)
        for key, detail in (("device", context.device), ("locale", context.locale)):
            if detail:
                yield text[key].format(detail)
        yield from self._extensions(user, "context")
        for need in context.accessibility:
            yield text["need"].format(need)

    def wants(self, user: UserProfile) -> Iterator[str]:
        """How to answer."""
        wished = {name: getattr(user.preferences, name) for name in SAID}
        for name, wish in wished.items():
            if wish is not None:
                yield self._wanted(user, name, wish.target)
        confidence, avoid = user.preferences.confidence_target, user.preferences.avoid
        if confidence is not None:
            yield self.text["confidence_target"].format(f"{100 * confidence.target:.0f}")
        if avoid is not None and avoid.target:
            quoted = map(str(self._lists["quoted"]).format, avoid.target)
            yield self.text["avoid"].format(self._list(quoted))
        yield from self._extensions(user, "preference")
        if self._also:
            yield self._also

    def protected(self, user: UserProfile) -> Iterator[str]:
        """The protected fields."""
        for name, value in user.protected.model_dump(exclude_none=True).items():
            yield self.text["protected"].format(self._data["protected"][name], value)

    def secrets(self, user: UserProfile, names: Iterable[str]) -> Iterator[str]:
        """The secrets of these names that the user has."""
        for name in names:
            if name in user.secrets:
                called = self._data["secrets"].get(name, _plain(name))
                yield self.text["secret"].format(called, user.secrets[name])

    def _wanted(self, user: UserProfile, name: str, target: str) -> str:
        if name == "language" and target != "mix":
            return self.text["reply_in"].format(self._language(target))
        sentence: str = self._data["preferences"][f"{name}={target}"]
        return sentence.format(*(self._lengths(user) or ())) if name == "length" else sentence

    def _extensions(self, user: UserProfile, role: str) -> Iterator[str]:
        for name, one in user.extensions.items():
            known = f"{name}={one.value}"
            if one.role != role:
                continue
            if known in self._data["preferences"] and one.value not in TARGETS.get(name, ()):
                yield self._data["preferences"][known]
                continue
            value = self._list(one.value) if isinstance(one.value, tuple) else str(one.value)
            yield self.text[role].format(_plain(name), value.removesuffix("."))

    def _named(self, section: str, names: Iterable[str]) -> list[str]:
        return [self._data[section][name] for name in names]

    def _language(self, code: str) -> str:
        """The name of a language; its English one where this language has none for it."""
        return str(self._data["languages"].get(code, FACTS[code].name))

    def _list(self, items: Iterable[str]) -> str:
        *others, last = items
        if not others:
            return last
        lists: Mapping[str, str] = self._lists
        is_i = last[:1].casefold() == "i" and "last_before_i" in lists
        return lists["between"].join(others) + lists["last_before_i" if is_i else "last"] + last


def _plain(name: str) -> str:
    return name.replace("_", " ")
