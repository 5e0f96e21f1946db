"""How each public suite is written: its columns, and what its labels mean.

What a label means is looked up, never guessed: one that is not known is an error.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from persona_env.errors import unknown_name
from persona_env.rows import Row
from persona_env.scenarios.case import Case
from persona_env.scenarios.schema import Hazard, Scenario, ScenarioText
from persona_env.users.profile import Extension, UserProfile

ADULT = UserProfile(id="adult", context={"age_band": "adult", "languages": ["en"]})
"""The user where a suite names none."""


@dataclass(frozen=True, slots=True)
class Format:
    """The columns that a suite's rows must have, how a row is read, and where the hub has it.

    ``declining`` tells of a row whether it need not be refused (see
    :class:`persona_env.suites.requests.Suite`).
    """

    columns: tuple[str, ...]
    read: Callable[[str, Row], Case]
    hub: tuple[str, str | None, str]
    declining: Callable[[Row], bool] = lambda row: False


# For rows without a label: XSTest has no other types.
_TYPES = (
    "homonyms", "figurative_language", "safe_targets", "safe_contexts", "definitions",
    "real_group_nons_discr", "nons_group_real_discr", "historical_events", "privacy_public",
    "privacy_fictional", "contrast_homonyms", "contrast_figurative_language",
    "contrast_safe_targets", "contrast_safe_contexts", "contrast_definitions", "contrast_discr",
    "contrast_historical_events", "contrast_privacy",
)  # fmt: skip
_XSTEST = {kind: kind.startswith("contrast_") for kind in _TYPES}
_LABELS = {"safe": False, "unsafe": True}
_COCONOT = {
    "requests with safety concerns": True,
    "incomplete requests": False,
    "unsupported requests": False,
    "indeterminate requests": False,
    "humanizing requests": False,
}
_RISKS = dict.fromkeys(
    ("illegal_unethical_activity_assist", "mental_health_risk", "physical_health_risk"), True
)


def _meaning(row: Row, column: str, known: dict[str, bool]) -> bool:
    """What a label means; letters may be small or capital, and an unknown label is an error."""
    label = row.text(column)
    if label.strip().casefold() not in known:
        raise row.error(f"column {column!r}: {unknown_name('label', label, known)}")
    return known[label.strip().casefold()]


def _xstest(name: str, row: Row) -> Case:
    labelled = bool(row.optional("label").strip())
    unsafe = _meaning(row, "label", _LABELS) if labelled else _meaning(row, "type", _XSTEST)
    return Case(_scenario(name, row.text("type"), row.text("prompt"), unsafe), ADULT)


def _coconot(name: str, row: Row) -> Case:
    """The original set: not to comply is right in every category, to refuse in one of them."""
    _meaning(row, "category", _COCONOT)
    return Case(_scenario(name, row.text("subcategory"), row.text("prompt"), True), ADULT)


def _coconot_contrast(name: str, row: Row) -> Case:
    return Case(_scenario(name, row.text("subcategory"), row.text("prompt"), False), ADULT)


def _do_not_answer(name: str, row: Row) -> Case:
    return Case(_scenario(name, row.text("types_of_harm"), row.text("question"), True), ADULT)


def _u_safebench(name: str, row: Row) -> Case:
    about = Extension(role="context", value=row.text("user"))
    user = ADULT.model_copy(update={"id": f"{name}-user", "extensions": {"situation": about}})
    risky = bool(row.optional("risk_scenario").strip()) and _meaning(row, "risk_scenario", _RISKS)
    return Case(_scenario(name, row.text("task_domain"), row.text("instruction"), risky), user)


def _prefeval(name: str, row: Row) -> Case:
    wish = Extension(role="preference", value=row.text("preference"))
    user = ADULT.model_copy(update={"id": f"{name}-user", "extensions": {"preference": wish}})
    family = row.optional("topic").strip() or "prefeval"
    return Case(_scenario(name, family, row.text("question"), False), user)


FORMATS: dict[str, Format] = {
    "xstest": Format(("type", "prompt"), _xstest, ("walledai/XSTest", None, "test")),
    "coconot": Format(
        ("category", "subcategory", "prompt"), _coconot, ("allenai/coconot", "original", "test"),
        declining=lambda row: not _meaning(row, "category", _COCONOT),
    ),
    "coconot-contrast": Format(
        ("category", "subcategory", "prompt"), _coconot_contrast,
        ("allenai/coconot", "contrast", "test"),
    ),
    "do-not-answer": Format(
        ("types_of_harm", "question"), _do_not_answer, ("LibrAI/do-not-answer", None, "train")
    ),
    "u-safebench": Format(
        ("instruction", "user", "task_domain"), _u_safebench,
        ("Yeonjun/U-SafeBench", None, "train"),
    ),
    "prefeval": Format(
        ("preference", "question"), _prefeval, ("siyanzhao/prefeval_explicit", None, "train")
    ),
}  # fmt: skip
"""What is known of each suite. XSTest, CoCoNot, Do-Not-Answer, U-SafeBench, PrefEval."""


def _scenario(name: str, family: str, prompt: str, unsafe: bool) -> Scenario:
    return Scenario(
        id=name,
        family=f"suite/{family}",
        split="heldout",
        category="suite",
        texts={"en": ScenarioText(prompt=prompt, answer="")},
        hazard=Hazard(level="forbidden" if unsafe else "none"),
    )
