"""The terms of a function: names, docstring, comments and type hints as this user has them."""

from __future__ import annotations

import ast

from persona_env.rewards.exchange import TermView
from persona_env.rewards.term import Reason, Score, reward_term

from .code import Code, follows, names_of, read_code
from .style import EXACT
from .views import asked, edit_of


def _code(view: TermView, name: str) -> tuple[Code | None, str] | None:
    """The program (``None`` if it does not parse) and the preference, where one is asked for."""
    request, wish = view.once(asked), view.field(f"extensions.{name}")
    if request is None or wish is None or request.kind != "function":
        return None
    code = read_code(edit_of(view, request).text or "")
    return (None if isinstance(code, str) else code), wish


def _of_code(value: float, note: str, wish: str) -> Score:
    return Score(value, (Reason(0, 0, note, wish),))


@reward_term(uses="extensions.naming", weight=2.0, validity=EXACT)
def naming_style(view: TermView) -> Score | None:
    """Of the names of several words, the share in this user's style; 0 without any."""
    case = _code(view, "naming")
    if case is None:
        return None
    code, wish = case
    styles = ("snake_case", "camelCase")
    names = [n for n in names_of(code) if not all(follows(n, s) for s in styles)] if code else []
    right = [name for name in names if follows(name, wish)]
    return _of_code(len(right) / len(names) if names else 0.0, f"names: {', '.join(names)}", wish)


@reward_term(uses="extensions.docstrings", weight=2.0, values=(0, 1), validity=EXACT)
def docstring_style(view: TermView) -> Score | None:
    """1 for a docstring in this user's form that names every parameter, or for none; else 0."""
    case = _code(view, "docstrings")
    if case is None:
        return None
    code, wish = case
    form = "no program" if code is None else code.docstring
    value = form == wish and (wish == "none" or _names_all(code))
    return _of_code(float(value), f"docstring: {form}", wish)


def _names_all(code: Code | None) -> bool:
    if code is None:
        return False
    _, _, details = (ast.get_docstring(code.node) or "").partition("\n")
    return all(one.arg in details for one in code.node.args.args)


@reward_term(uses="extensions.comments", validity=EXACT)
def comment_style(view: TermView) -> Score | None:
    """1 for one comment in four lines of code, less for fewer; if unwanted 1 without any."""
    case = _code(view, "comments")
    if case is None:
        return None
    code, wish = case
    if code is None:
        return _of_code(0.0, "no program", wish)
    wanted = code.lines / 4
    value = float(not code.comments) if wish == "none" else min(1.0, code.comments / wanted)
    return _of_code(value, f"{code.comments} comments in {code.lines} lines", wish)


@reward_term(uses="extensions.type_hints", validity=EXACT)
def hint_style(view: TermView) -> Score | None:
    """The share of parameters and result with a type, or, for a user who wants none, without."""
    case = _code(view, "type_hints")
    if case is None:
        return None
    code, wish = case
    if code is None:
        return _of_code(0.0, "no program", wish)
    return _of_code(code.hints if wish == "yes" else 1 - code.hints, f"{code.hints:.0%}", wish)
