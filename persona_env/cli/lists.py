"""``envs`` and ``profiles``: what there is."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Annotated, Any, get_args

import typer

from persona_env.cli.show import (
    ImportOption,
    JsonOption,
    SplitOption,
    make_env,
    out,
    show_json,
    table,
)
from persona_env.env import Group
from persona_env.errors import PersonaEnvError
from persona_env.registration import ENVIRONMENTS, import_modules
from persona_env.splits import check_split
from persona_env.text.docstrings import first_sentence
from persona_env.users.description import describe
from persona_env.users.library import find_profile, load_profiles
from persona_env.users.profile import UserProfile
from persona_env.users.toml_format import format_profile


def list_envs(imports: ImportOption = None, as_json: JsonOption = False) -> None:
    """The registered environments, by what they are about."""
    import_modules(imports)
    order = get_args(Group)
    rows = [_env_row(name, entry) for name, entry in ENVIRONMENTS.items()]
    rows.sort(key=lambda row: order.index(row["group"]))
    if as_json:
        show_json(rows)
        return
    what = ("group", "about", "entry point", "users", "scenarios", "categories")
    for row in rows:
        out().print(table(row["id"], ("", "what"), [(name, _text(row[name])) for name in what]))


def _env_row(name: str, entry: str) -> dict[str, Any]:
    module, _, attribute = entry.partition(":")
    made = getattr(import_module(module), attribute)
    row: dict[str, Any] = {
        "id": name, "group": made.group, "entry point": entry, "about": first_sentence(made),
    }  # fmt: skip
    try:
        base = make_env(name, "all")[1]
    except (PersonaEnvError, OSError) as error:  # one that cannot be made must not hide the others
        return {**row, "users": None, "scenarios": None, "categories": [], "error": str(error)}
    categories = sorted({scenario.category for scenario in base.scenarios.shown})
    users, scenarios = len(base.users), len(base.scenarios)
    return {**row, "users": users, "scenarios": scenarios, "categories": categories}


def _text(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(str(item) for item in value)
    return "-" if value is None else str(value)


def list_profiles(
    name: Annotated[str | None, typer.Argument(help="A bundled user, or a TOML file.")] = None,
    env: Annotated[
        str | None, typer.Option("--env", help="The users of this environment, not the bundled.")
    ] = None,
    imports: ImportOption = None,
    split: SplitOption = "all",
    as_json: JsonOption = False,
) -> None:
    """The bundled users, or those of an environment, or one of them whole."""
    import_modules(imports)
    check_split(split)
    users = load_profiles if env is None else make_env(env, "all")[1].audience
    if name is not None:
        _one_profile(find_profile(name, users("all"), env or "ID"), as_json)
        return
    found = users(split)
    if as_json:
        show_json([{"id": u.id, "split": u.split, "reads as": describe(u)} for u in found])
        return
    rows = [(u.id, u.split, describe(u)) for u in found]
    out().print(table(f"{len(rows)} users", ("id", "split", "reads as"), rows))


def _one_profile(user: UserProfile, as_json: bool) -> None:
    roles = user.all_roles()
    if as_json:
        fields = user.model_dump(mode="json", exclude_none=True)
        show_json({"profile": fields, "reads as": describe(user), "roles": roles})
        return
    out().print(format_profile(user))
    out().print(f"An agent reads: {describe(user)}\n")
    known = [(path, role, _value(user.value(path))) for path, role in roles.items()]
    rows = [row for row in known if row[2]]
    out().print(table("Fields that are known", ("field", "role", "value"), rows))


def _value(value: Any) -> str:
    if value is None or value in ((), {}):
        return ""
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_value(one)}" for name, one in value.items())
    if isinstance(value, tuple):
        return ", ".join(_value(item) for item in value)
    target = getattr(value, "target", value)
    return _text(target)
