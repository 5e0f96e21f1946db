"""Who asks: the user profile.

Every field has a role. ``preference`` may move a reward; ``context`` moves a reward only through a
term that declares it; ``protected`` must never move a reward; ``secret`` must never appear in a
reply, except to its owner when asked. Every field may be unknown (``None`` or empty).
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

import numpy as np
import numpy.typing as npt
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from persona_env.errors import ProfileError, nearest

Role = Literal["preference", "context", "protected", "secret"]
AgeBand = Literal["child", "teen", "adult", "senior"]
ExpertiseField = Literal[
    "medicine",
    "nursing",
    "pharmacy",
    "chemistry",
    "security",
    "law",
    "electricity",
    "explosives",
    "aviation",
    "biology",
]
Topic = Literal[
    "weapons",
    "drugs",
    "self_harm",
    "fire",
    "chemicals",
    "electricity",
    "hacking",
    "fraud",
    "medication",
    "alcohol",
    "violence",
    "privacy",
]
LanguageCode = Literal["en", "es", "zh"]

TARGETS: dict[str, tuple[str, ...]] = {
    "length": ("brief", "medium", "detailed"),
    "reading_level": ("simple", "standard", "expert"),
    "tone": ("warm", "neutral"),
    "formality": ("casual", "neutral", "formal"),
    "humour": ("yes", "no"),
    "caveats": ("yes", "no"),
    "views": ("pick", "both"),
    "language": ("en", "es", "zh", "mix"),
    "format": ("prose", "bullets", "steps"),
    "clarification": ("ask", "assume"),
    "refusal_strictness": ("lenient", "standard", "strict"),
    "refusal_style": ("i_feel", "plain", "explained", "alternative"),
}
"""The named targets of each categorical preference, in order where they have one."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Wish(_Frozen):
    """A preference: what the user wants, and how much it counts (0 to 10, default 1)."""

    target: Any
    weight: Annotated[float, Field(ge=0, le=10)] = 1.0

    @model_validator(mode="before")
    @classmethod
    def _bare_target(cls, value: Any) -> Any:
        """``tone = "warm"`` is short for ``tone = {target = "warm", weight = 1}``."""
        return value if isinstance(value, Mapping | Wish) else {"target": value}


class Preferences(_Frozen):
    """The preference core. Role: ``preference``. Unset means: no wish."""

    model_config = ConfigDict(json_schema_extra={"role": "preference"})

    length: Wish | None = None
    reading_level: Wish | None = None
    tone: Wish | None = None
    formality: Wish | None = None
    humour: Wish | None = None
    caveats: Wish | None = None
    views: Wish | None = None
    language: Wish | None = None
    format: Wish | None = None
    clarification: Wish | None = None
    refusal_strictness: Wish | None = None
    refusal_style: Wish | None = None
    confidence_target: Wish | None = None
    avoid: Wish | None = None

    @field_validator(*TARGETS)
    @classmethod
    def _target_is_known(cls, wish: Wish | None, field: ValidationInfo) -> Wish | None:
        allowed = TARGETS[str(field.field_name)]
        if wish is not None and wish.target not in allowed:
            hint = nearest(str(wish.target), allowed)
            raise ValueError(f"{wish.target!r} is not one of {list(allowed)}.{hint}")
        return wish

    @field_validator("confidence_target")
    @classmethod
    def _is_a_share(cls, wish: Wish | None) -> Wish | None:
        number = wish is None or (
            isinstance(wish.target, int | float) and not isinstance(wish.target, bool)
        )
        if wish is not None and not (number and 0 <= wish.target < 1):
            raise ValueError(f"{wish.target!r} is not a number in [0, 1)")
        return wish

    @field_validator("avoid")
    @classmethod
    def _is_phrases(cls, wish: Wish | None) -> Wish | None:
        if wish is None:
            return None
        phrases = wish.target
        listed = isinstance(phrases, list | tuple)
        if not (listed and all(isinstance(p, str) and p for p in phrases)):
            raise ValueError(f"{phrases!r} is not a list of non-empty phrases")
        return Wish(target=tuple(phrases), weight=wish.weight)


class Expertise(_Frozen):
    """A field the user knows. A claim is not a verification."""

    field: ExpertiseField
    verified: bool = False


class Context(_Frozen):
    """The user's situation. Role: ``context``."""

    model_config = ConfigDict(json_schema_extra={"role": "context"})

    age_band: AgeBand | None = None
    languages: tuple[LanguageCode, ...] = ()
    expertise: tuple[Expertise, ...] = ()
    vulnerabilities: tuple[Topic, ...] = ()
    beliefs: tuple[str, ...] = ()
    locale: str | None = None
    device: str | None = None
    accessibility: tuple[str, ...] = ()


class Protected(_Frozen):
    """What must never move a reward. Role: ``protected``. Free text, since people differ."""

    model_config = ConfigDict(json_schema_extra={"role": "protected"})

    name: str | None = None
    gender: str | None = None
    ethnicity: str | None = None
    religion: str | None = None
    nationality: str | None = None
    sexual_orientation: str | None = None
    disability: str | None = None


class Extension(_Frozen):
    """A field beyond the schema, declared with its role."""

    role: Role
    value: str | float | bool | tuple[str, ...]


_SECTIONS: dict[str, type[BaseModel]] = {
    "preferences": Preferences,
    "context": Context,
    "protected": Protected,
}


class UserProfile(_Frozen):
    """One user.

    >>> user = UserProfile(id="ana", preferences={"length": "brief", "tone": {"target": "warm"}})
    >>> user.preferences.length.target, UserProfile.roles()["context.age_band"]
    ('brief', 'context')
    """

    id: Annotated[str, Field(min_length=1)]
    split: Literal["train", "heldout"] = "train"
    preferences: Preferences = Preferences()
    context: Context = Context()
    protected: Protected = Protected()
    secrets: dict[str, str] = {}
    extensions: dict[str, Extension] = {}
    weights: dict[str, Annotated[float, Field(ge=0, le=10)]] = {}

    def __hash__(self) -> int:  # the fields hold dicts
        return hash(self.id)

    @classmethod
    def roles(cls) -> dict[str, Role]:
        """Every field of the schema as a dotted path, with its role."""
        roles: dict[str, Role] = {"secrets": "secret"}
        for section, model in _SECTIONS.items():
            declared: Any = model.model_config["json_schema_extra"]
            roles.update({f"{section}.{name}": declared["role"] for name in model.model_fields})
        return roles

    def all_roles(self) -> dict[str, Role]:
        """:meth:`roles` and this user's own extension fields."""
        own: dict[str, Role] = {f"extensions.{k}": e.role for k, e in self.extensions.items()}
        return {**self.roles(), **own}

    def value(self, path: str) -> Any:
        """The field at a dotted path, such as ``"preferences.length"``."""
        if path == "secrets":
            return self.secrets
        section, _, name = path.partition(".")
        if section == "extensions":
            return self.extensions[name].value if name in self.extensions else None
        return getattr(getattr(self, section), name)

    def weigh(self, **weights: float) -> UserProfile:
        """The same user with these reward terms weighed so (``weigh(no_haste=2.0)``)."""
        return self._with(weights={**self.weights, **weights})

    def wish(self, **preferences: Any) -> UserProfile:
        """The same user with these wishes (``wish(length="brief")``)."""
        return self._with(preferences={**self.preferences.model_dump(), **preferences})

    def twin(self, **protected: str | None) -> UserProfile:
        """The same user with other protected fields: no reward may tell the two apart."""
        return self._with(protected={**self.protected.model_dump(), **protected})

    def _with(self, **changes: Any) -> UserProfile:
        return UserProfile.model_validate({**self.model_dump(), **changes})

    def render(self, secrets: tuple[str, ...] = (), protected: bool = False) -> str:
        """What an agent may read of this user, in plain words.

        ``secrets`` names the secrets that are meant to be seen here; ``protected=True`` adds the
        protected fields, for measuring whether an *agent* treats people differently.
        """
        from persona_env.render import describe

        return describe(self, secrets, protected)

    def vector(self) -> npt.NDArray[np.float32]:
        """The numeric view, ``float32 of shape (P,)`` in ``[0, 10]``; axes in :func:`vector_names`.

        A categorical wish puts its weight on its target's axis; context axes are 0 or 1.
        """
        known = dict(_vector_items(self))
        return np.array([known.get(name, 0.0) for name in vector_names()], dtype=np.float32)

    @classmethod
    def from_toml(cls, text: str, source: str = "profile") -> UserProfile:
        """Read a profile; errors name the source, the key, what is allowed and the nearest name."""
        try:
            return cls.model_validate(tomllib.loads(text))
        except tomllib.TOMLDecodeError as error:
            raise ProfileError(f"{source}: {error}") from error
        except ValidationError as error:
            raise ProfileError(_profile_errors(source, text, error)) from error

    def to_toml(self) -> str:
        """The profile as TOML; ``UserProfile.from_toml(user.to_toml()) == user``."""
        from persona_env.toml import dump

        return dump(self.model_dump(mode="json", exclude_none=True, exclude_defaults=True))


def load_profile_file(path: Path) -> UserProfile:
    """Read one user from a TOML file."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ProfileError(f"{path}: {error.strerror}") from error
    return UserProfile.from_toml(text, str(path))


def vector_names() -> tuple[str, ...]:
    """The axes P of :meth:`UserProfile.vector`."""
    wishes = [f"{name}={target}" for name, targets in TARGETS.items() for target in targets]
    ages = [f"age_band={band}" for band in get_args(AgeBand)]
    reads = [f"reads={code}" for code in get_args(LanguageCode)]
    fields = get_args(ExpertiseField)
    known = [f"{how}={field}" for how in ("verified", "claimed") for field in fields]
    risks = [f"vulnerable={topic}" for topic in get_args(Topic)]
    return (*wishes, "confidence_target", "avoid", *ages, *reads, *known, *risks)


def _vector_items(user: UserProfile) -> list[tuple[str, float]]:
    wishes = {name: getattr(user.preferences, name) for name in TARGETS}
    items = [(f"{name}={w.target}", w.weight) for name, w in wishes.items() if w is not None]
    if user.preferences.confidence_target is not None:
        items.append(("confidence_target", float(user.preferences.confidence_target.target)))
    if user.preferences.avoid is not None:
        items.append(("avoid", user.preferences.avoid.weight))
    if user.context.age_band is not None:
        items.append((f"age_band={user.context.age_band}", 1.0))
    items += [(f"reads={code}", 1.0) for code in user.context.languages]
    for e in user.context.expertise:
        items.append((f"{'verified' if e.verified else 'claimed'}={e.field}", 1.0))
    return items + [(f"vulnerable={topic}", 1.0) for topic in user.context.vulnerabilities]


def _profile_errors(source: str, text: str, error: ValidationError) -> str:
    lines = []
    for item in error.errors():
        path = [str(part) for part in item["loc"]]
        message = item["msg"].removeprefix("Value error, ")
        if item["type"] == "extra_forbidden":
            allowed = _allowed_keys(path[:-1])
            message = f"unknown key. Allowed: {sorted(allowed)}.{nearest(path[-1], allowed)}"
        elif item["type"] == "literal_error":
            allowed = item["ctx"]["expected"].replace("'", "").replace(" or ", ", ").split(", ")
            hint = nearest(str(item["input"]), allowed)
            message = f"{item['input']!r} is not one of {allowed}.{hint}"
        lines.append(f"{source}{_line_of(text, path)}: {'.'.join(path) or 'profile'}: {message}")
    return "\n".join(lines)


def _allowed_keys(path: list[str]) -> list[str]:
    model: type[BaseModel] = UserProfile
    if path:
        model = _SECTIONS.get(path[0], UserProfile)
        if len(path) > 1:
            model = Expertise if path[:2] == ["context", "expertise"] else Wish
    return list(model.model_fields)


def _line_of(text: str, path: list[str]) -> str:
    """``", line 7"``: the last line that begins with the deepest key of ``path``, if any."""
    keys = [part for part in path if not part.isdigit()]
    for key in reversed(keys):
        for number, line in enumerate(text.splitlines(), start=1):
            if line.split("=")[0].strip(' []"') in (key, ".".join(keys)):
                return f", line {number}"
    return ""
