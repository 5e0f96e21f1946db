"""The user profile.

Every field has a role. ``preference`` may move a reward; ``context`` moves a reward only through a
term that declares it; ``protected`` must never move a reward; ``secret`` must never appear in a
reply, except to its owner when asked. Every field may be unknown (``None`` or empty).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)

from persona_env.errors import nearest
from persona_env.languages import LANGUAGES, Language
from persona_env.users.protected_names import field_named, words_of

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

TARGETS: dict[str, tuple[str, ...]] = {
    "length": ("brief", "medium", "detailed"),
    "reading_level": ("simple", "standard", "expert"),
    "tone": ("warm", "neutral"),
    "formality": ("casual", "neutral", "formal"),
    "humour": ("yes", "no"),
    "caveats": ("yes", "no"),
    "views": ("pick", "both"),
    "language": (*LANGUAGES, "mix"),
    "format": ("prose", "bullets", "steps"),
    "clarification": ("ask", "assume"),
    "refusal_strictness": ("lenient", "standard", "strict"),
    "refusal_style": ("i_feel", "plain", "explained", "alternative"),
}
"""The named targets of each categorical preference, in order where they have one."""

MASKED: Any = "***"
"""What is shown of a secret or protected value where a profile is printed."""


class _Frozen(BaseModel):
    # An error would otherwise print what was given: of a profile without an id, every secret.
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Preference(_Frozen):
    """A preference: what the user wants, and how much it counts (0 to 10, default 1)."""

    target: Any
    weight: Annotated[float, Field(ge=0, le=10)] = 1.0

    @model_validator(mode="before")
    @classmethod
    def _bare_target(cls, value: Any) -> Any:
        """``tone = "warm"`` is short for ``tone = {target = "warm", weight = 1}``."""
        return value if isinstance(value, Mapping | Preference) else {"target": value}


class _Unprotected(_Frozen):
    """A section in which no protected field may stand."""

    @model_validator(mode="before")
    @classmethod
    def _holds_nothing_protected(cls, given: Any) -> Any:
        names = given if isinstance(given, Mapping) else ()
        for name in names:
            field = protected_name(name)
            if field is not None and name not in cls.model_fields:
                raise ValueError(
                    f"{name!r} is protected and must never move a reward: set "
                    f"'protected.{field}' instead"
                )
        return given


class Preferences(_Unprotected):
    """The preference core. Role: ``preference``. An unset one does not count."""

    model_config = ConfigDict(json_schema_extra={"role": "preference"})

    length: Preference | None = None
    reading_level: Preference | None = None
    tone: Preference | None = None
    formality: Preference | None = None
    humour: Preference | None = None
    caveats: Preference | None = None
    views: Preference | None = None
    language: Preference | None = None
    format: Preference | None = None
    clarification: Preference | None = None
    refusal_strictness: Preference | None = None
    refusal_style: Preference | None = None
    confidence_target: Preference | None = None
    avoid: Preference | None = None

    @field_validator(*TARGETS)
    @classmethod
    def _target_is_known(cls, wish: Preference | None, field: ValidationInfo) -> Preference | None:
        allowed = TARGETS[str(field.field_name)]
        if wish is not None and wish.target not in allowed:
            hint = nearest(str(wish.target), allowed)
            raise ValueError(f"{wish.target!r} is not one of {list(allowed)}.{hint}")
        return wish

    @field_validator("confidence_target")
    @classmethod
    def _is_a_share(cls, wish: Preference | None) -> Preference | None:
        number = wish is None or (
            isinstance(wish.target, int | float) and not isinstance(wish.target, bool)
        )
        if wish is not None and not (number and 0 <= wish.target < 1):
            raise ValueError(f"{wish.target!r} is not a number in [0, 1)")
        return wish

    @field_validator("avoid")
    @classmethod
    def _is_phrases(cls, wish: Preference | None) -> Preference | None:
        if wish is None:
            return None
        phrases = wish.target
        listed = isinstance(phrases, list | tuple)
        if not (listed and all(isinstance(p, str) and p for p in phrases)):
            raise ValueError(f"{phrases!r} is not a list of non-empty phrases")
        return Preference(target=tuple(phrases), weight=wish.weight)


class Expertise(_Frozen):
    """A field the user knows. A claim is not a verification."""

    field: ExpertiseField
    verified: bool = False


class Context(_Unprotected):
    """The user's situation. Role: ``context``."""

    model_config = ConfigDict(json_schema_extra={"role": "context"})

    age_band: AgeBand | None = None
    languages: tuple[Language, ...] = ()
    expertise: tuple[Expertise, ...] = ()
    vulnerabilities: tuple[Topic, ...] = ()
    beliefs: tuple[str, ...] = ()
    locale: str | None = None
    device: str | None = None
    accessibility: tuple[str, ...] = ()


class Protected(_Frozen):
    """What must never move a reward. Role: ``protected``. Free text, since people differ.

    Printed, it shows which fields are known, and no value.

    >>> Protected(gender="female")
    Protected(gender='***')
    """

    model_config = ConfigDict(json_schema_extra={"role": "protected"})

    name: str | None = None
    gender: str | None = None
    ethnicity: str | None = None
    religion: str | None = None
    nationality: str | None = None
    sexual_orientation: str | None = None
    disability: str | None = None

    def __repr_args__(self) -> Iterator[tuple[str | None, Any]]:
        return ((name, MASKED) for name, value in self if value is not None)


class Extension(_Frozen):
    """A field beyond the schema, declared with its role. Printed, it shows no private value."""

    role: Role
    value: str | int | float | bool | tuple[str, ...]

    def __repr_args__(self) -> Iterator[tuple[str | None, Any]]:
        private = self.role in ("protected", "secret")
        yield from (("role", self.role), ("value", MASKED if private else self.value))


SECTIONS: dict[str, type[BaseModel]] = {
    "preferences": Preferences,
    "context": Context,
    "protected": Protected,
}


class UserProfile(_Frozen):
    """One user. Printed, in an error or by a debugger, it shows no secret and no protected value.

    Raises :class:`ProfileError`, which names the key, what is allowed and the nearest name.

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

    def __init__(self, /, **data: Any) -> None:
        from persona_env.users.errors import told_in_words

        with told_in_words(data.get("id")):
            super().__init__(**data)

    # pydantic's mark of an __init__ that adds no fields: models that hold a user go past it.
    __init__.__pydantic_base_init__ = True  # type: ignore[attr-defined]

    @classmethod
    def model_validate(cls, obj: Any, **options: Any) -> Self:
        """A user of a dict, with the errors of the constructor."""
        from persona_env.users.errors import told_in_words

        with told_in_words(obj.get("id") if isinstance(obj, Mapping) else None):
            return super().model_validate(obj, **options)

    @classmethod
    def model_validate_json(cls, json_data: str | bytes | bytearray, **options: Any) -> Self:
        """A user of JSON, with the errors of the constructor."""
        from persona_env.users.errors import told_in_words

        with told_in_words(None):
            return super().model_validate_json(json_data, **options)

    @field_validator("extensions")
    @classmethod
    def _keep_the_role_of_their_name(
        cls, extensions: dict[str, Extension], known: ValidationInfo
    ) -> dict[str, Extension]:
        roles = cls.roles() if extensions else {}
        fields = {path.rpartition(".")[2]: (path, role) for path, role in roles.items()}
        for name, extension in extensions.items():
            hidden = protected_name(name)
            if hidden is not None and extension.role != "protected":
                raise ValueError(
                    f"{name!r} has the role {extension.role!r} here, and the field "
                    f"'protected.{hidden}' the role 'protected': set 'protected.{hidden}' instead, "
                    "or give the extension the role 'protected', or another name if it is "
                    "something else"
                )
            path, role = fields.get(_plain(name), ("", None))
            if role is None or extension.role in ("protected", "secret"):
                continue
            if extension.role != role:
                raise ValueError(
                    f"{name!r} has the role {extension.role!r} here, and the field {path!r} the "
                    f"role {role!r}: set {path!r} instead, or give the extension another name"
                )
            section, _, field = path.partition(".")
            if getattr(known.data.get(section), field, None):
                raise ValueError(f"{name!r} repeats the field {path!r}: leave one of them out")
        return extensions

    def __repr_args__(self) -> Iterator[tuple[str | None, Any]]:
        for name, value in super().__repr_args__():
            yield name, dict.fromkeys(value, MASKED) if name == "secrets" else value

    def __hash__(self) -> int:  # the fields hold dicts
        return hash(self.id)

    def _repr_html_(self) -> str:
        """What a notebook shows: a table without secrets and protected values."""
        from persona_env.users.html import profile_html

        return profile_html(self)

    @field_validator("extensions")
    @classmethod
    def _patience_is_a_count(cls, extensions: dict[str, Extension]) -> dict[str, Extension]:
        """``extensions.patience`` is read by user simulators: how many replies may miss."""
        own = extensions.get("patience")
        if own is None:
            return extensions
        if own.role != "context":
            raise ValueError(f"patience has the role 'context', not {own.role!r}")
        if isinstance(own.value, bool) or not isinstance(own.value, int) or own.value < 1:
            raise ValueError(f"patience is a whole number from 1, not {own.value!r}")
        return extensions

    @classmethod
    def roles(cls) -> dict[str, Role]:
        """Every field of the schema as a dotted path, with its role."""
        roles: dict[str, Role] = {"secrets": "secret"}
        for section, model in SECTIONS.items():
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

    def prefer(self, **preferences: Any) -> UserProfile:
        """The same user with these preferences (``prefer(length="brief")``)."""
        return self._with(preferences={**self.preferences.model_dump(), **preferences})

    def twin(self, **protected: str | None) -> UserProfile:
        """The same user with other protected fields: no reward may tell the two apart."""
        return self._with(protected={**self.protected.model_dump(), **protected})

    def swapped(self, value: str | None = "swapped") -> UserProfile:
        """The same user with this value in every protected field (:meth:`twin`).

        >>> UserProfile(id="ana", protected={"religion": "a"}).swapped(None).protected.religion
        """
        return self.twin(**dict.fromkeys(Protected.model_fields, value))

    def _with(self, **changes: Any) -> UserProfile:
        return UserProfile.model_validate({**self.model_dump(), **changes})


def protected_name(name: object) -> str | None:
    """The protected field that a name stands for, however it is written, if it does.

    >>> protected_name("sexualOrientation"), protected_name("Race"), protected_name("age_band")
    ('sexual_orientation', 'ethnicity', None)
    """
    return field_named(name) if isinstance(name, str) else None


def _plain(name: str) -> str:
    """A name as the schema would write it, without its section and marks."""
    return "_".join(words_of(name))
