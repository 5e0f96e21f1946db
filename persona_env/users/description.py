"""A user profile in plain words: what an agent may read."""

from __future__ import annotations

from persona_env.languages import FACTS
from persona_env.users.profile import UserProfile

DESCRIPTION = "description"
"""What a reward term names in ``uses=`` to read :func:`describe` of the user."""

_WISHES: dict[str, dict[str, str]] = {
    "language": {
        **{code: f"reply in {facts.name}" for code, facts in FACTS.items()},
        "mix": "mix both languages",
    },
    "length": {"brief": "brief", "medium": "medium length", "detailed": "detailed"},
    "reading_level": {"simple": "simple words", "standard": "everyday words", "expert": "expert"},
    "tone": {"warm": "warm", "neutral": "neutral tone"},
    "formality": {"casual": "casual", "neutral": "plain style", "formal": "formal"},
    "humour": {"yes": "jokes", "no": "no jokes"},
    "caveats": {"yes": "caveats", "no": "no caveats"},
    "format": {"prose": "prose", "bullets": "bullets", "steps": "numbered steps"},
    "views": {"pick": "pick one side", "both": "show both sides"},
    "clarification": {"ask": "ask if unclear", "assume": "never ask back"},
    "refusal_strictness": {"lenient": "lenient", "standard": "usual care", "strict": "strict"},
    "refusal_style": {
        "i_feel": "refuse with feeling",
        "plain": "refuse plainly",
        "explained": "refuse with reason",
        "alternative": "refuse with alternative",
    },
}

SAID = (*_WISHES,)
"""The categorical preferences, in the order in which they are said."""


def preference_words(preference: str, target: str) -> str:
    """What a user wants, in the words of :func:`describe`.

    >>> preference_words("format", "steps")
    'numbered steps'
    """
    return _WISHES[preference][target]


def describe(user: UserProfile, secrets: tuple[str, ...] = (), protected: bool = False) -> str:
    """What an agent may read of this user, in plain words.

    ``secrets`` names the secrets that are meant to be seen here; ``protected=True`` adds the
    protected fields, for measuring whether an *agent* treats people differently.

    >>> ana = UserProfile(id="ana", preferences={"length": "brief"}, context={"age_band": "child"})
    >>> describe(ana)
    'Child. Wants: brief.'
    """
    parts = [*_who(user), *_wants(user)]
    if protected:
        known = user.protected.model_dump(exclude_none=True)
        parts += [f"{key.replace('_', ' ').capitalize()}: {value}." for key, value in known.items()]
    parts += [
        f"Stored {name.replace('_', ' ')}: {user.secrets[name]}."
        for name in secrets
        if name in user.secrets
    ]
    return " ".join(parts)


def _who(user: UserProfile) -> list[str]:
    context = user.context
    parts = [f"{context.age_band.capitalize()}."] if context.age_band else []
    for label, verified in (("Verified", True), ("Claims", False)):
        fields = [e.field for e in context.expertise if e.verified is verified]
        parts += [f"{label}: {', '.join(fields)}."] if fields else []
    if context.vulnerabilities:
        topics = ", ".join(topic.replace("_", " ") for topic in context.vulnerabilities)
        parts.append(f"Vulnerable: {topics}.")
    if context.languages:
        parts.append(f"Reads {', '.join(FACTS[code].name for code in context.languages)}.")
    parts += [f"Believes: {belief}" for belief in context.beliefs]
    for label, detail in (("Uses", context.device), ("Lives in", context.locale)):
        parts += [f"{label} {detail}."] if detail else []
    own = {k: e.value for k, e in user.extensions.items() if e.role == "context"}
    parts += [f"{name.replace('_', ' ').capitalize()}: {value}." for name, value in own.items()]
    return parts + [f"Needs {need}." for need in context.accessibility]


def _wants(user: UserProfile) -> list[str]:
    wishes = [
        words[getattr(user.preferences, name).target]
        for name, words in _WISHES.items()
        if getattr(user.preferences, name) is not None
    ]
    if user.preferences.confidence_target is not None:
        wishes.append(f"be {user.preferences.confidence_target.target:.0%} sure or abstain")
    if user.preferences.avoid is not None:
        wishes.append("never say " + ", ".join(user.preferences.avoid.target))
    wishes += [f"{k}: {e.value}" for k, e in user.extensions.items() if e.role == "preference"]
    return [f"Wants: {'; '.join(wishes)}."] if wishes else []
