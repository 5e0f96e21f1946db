"""Methods of texts and dates, and operators."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from ..limits import Refused, short_enough
from ..posix.globs import matches
from ..posix.regexes import checked
from .values import DAY, Date, ShellError, is_true, regex, replaced, text_of

SECONDS = {"adddays": DAY, "addhours": 3_600, "addminutes": 60, "addseconds": 1}
FORMATS = {"yyyy": "%Y", "MM": "%m", "dd": "%d", "HH": "%H", "mm": "%M", "ss": "%S"}


def called(value: Any, name: str, args: list[Any]) -> Any:
    """``value.name(args)``."""
    if isinstance(value, list):
        return [called(one, name, args) for one in value]
    if isinstance(value, Date):
        return _of_date(value, name, args)
    text, texts = text_of(value), [text_of(arg) for arg in args]
    if name in ("tolower", "toupper", "trim", "tostring") and not args:
        made = {"tolower": text.lower(), "toupper": text.upper(), "trim": text.strip()}
        return made.get(name, text)
    if name in ("replace", "startswith", "endswith", "contains", "split", "substring", "trimend",
                "trimstart", "padleft"):  # fmt: skip
        return _of_text(text, name, args, texts)
    raise Refused(f"calls the method {name}(), which is not simulated")


def _of_text(text: str, name: str, args: list[Any], texts: list[str]) -> Any:
    try:
        if name == "replace":
            return short_enough(text.replace(texts[0], texts[1])) if texts[0] else text
        if name == "split":
            return text.split(texts[0])
        if name == "substring":
            return text[int(args[0]) :][: int(args[1]) if len(args) > 1 else None]
        if name == "padleft":
            return text.rjust(min(int(args[0]), 99), texts[1][:1] if len(texts) > 1 else " ")
        if name in ("trimend", "trimstart"):
            return (text.rstrip if name == "trimend" else text.lstrip)(texts[0] if texts else None)
        known = {"startswith": text.startswith, "endswith": text.endswith}
        return known[name](texts[0]) if name in known else texts[0] in text
    except (IndexError, ValueError) as error:
        raise ShellError(f"cannot call {name}() with these arguments") from error


def _of_date(value: Date, name: str, args: list[Any]) -> Any:
    if name in SECONDS and len(args) == 1 and isinstance(args[0], int | float):
        return Date(value.seconds + SECONDS[name] * args[0])
    if name == "tostring" and args:
        return dated(value, text_of(args[0]))
    raise Refused(f"calls the method {name}() of a date, which is not simulated")


def dated(value: Date, form: str) -> str:
    """A date in a form such as ``yyyy-MM-dd``."""
    for mark, own in FORMATS.items():
        form = form.replace(mark, own)
    return datetime.fromtimestamp(value.seconds, UTC).strftime(form)


def operated(name: str, left: Any, right: Any) -> Any:
    """``left -name right``."""
    if name in ("+", "-", "*", "/"):
        return _computed(name, left, right)
    folds, plain = not name.startswith("c") or name == "contains", name
    if name in ("ceq", "cmatch", "clike", "creplace", "ieq", "imatch", "ireplace"):
        plain = name[1:]
    if plain in ("replace", "split", "join"):
        return _made(plain, left, right, folds)
    if plain in ("in", "notin", "contains", "notcontains"):
        group, one = (right, left) if plain.endswith("in") else (left, right)
        listed = group if isinstance(group, list) else [group]
        return any(_is("eq", other, one, folds) for other in listed) != plain.startswith("not")
    if isinstance(left, list):
        return [one for one in left if _is(plain, one, right, folds)]
    return _is(plain, left, right, folds)


def _made(name: str, left: Any, right: Any, folds: bool) -> Any:
    if name == "join":
        parts = left if isinstance(left, list) else [left]
        return short_enough(text_of(right).join(map(text_of, parts)))
    if isinstance(left, list):
        return [_made(name, one, right, folds) for one in left]
    if name == "split":
        return regex(text_of(right)).split(text_of(left))
    pattern, new = right if isinstance(right, list) and len(right) == 2 else (right, "")
    return short_enough(replaced(text_of(left), text_of(pattern), text_of(new), folds))


def _is(name: str, left: Any, right: Any, folds: bool) -> bool:
    if name.endswith("like"):
        pattern = [(c, False) for c in text_of(right)]
        return matches(pattern, text_of(left), folds) == (name == "like")
    if name.endswith("match"):
        found = regex(text_of(right), folds).search(checked(text_of(left)))
        return (found is not None) == (name == "match")
    a, b = _comparable(left, right, folds)
    if name in ("eq", "ne"):
        return bool(a == b) == (name == "eq")
    try:
        known: dict[str, bool] = {"lt": a < b, "le": a <= b, "gt": a > b, "ge": a >= b}
        return known[name]
    except TypeError as error:
        raise ShellError("cannot compare these") from error


def _comparable(left: Any, right: Any, folds: bool) -> tuple[Any, Any]:
    """Both as the kind of the left one."""
    if isinstance(left, Date) and isinstance(right, Date):
        return left.seconds, right.seconds
    if isinstance(left, Date):
        try:
            then = datetime.fromisoformat(text_of(right)).replace(tzinfo=UTC)
        except ValueError as error:
            raise ShellError(f"'{text_of(right)}' is no date") from error
        return left.seconds, then.timestamp()
    if isinstance(left, bool) or isinstance(right, bool):
        return is_true(left), is_true(right)
    if isinstance(left, int | float) and not isinstance(right, int | float):
        try:
            return left, float(text_of(right) or 0)
        except ValueError:
            return text_of(left), text_of(right)
    if isinstance(left, int | float):
        return left, right
    a, b = text_of(left), text_of(right)
    return (a.casefold(), b.casefold()) if folds else (a, b)


def _computed(name: str, left: Any, right: Any) -> Any:
    numbers = isinstance(left, int | float) and isinstance(right, int | float)
    if name == "+" and not numbers:
        if isinstance(left, list):
            return left + (right if isinstance(right, list) else [right])
        return short_enough(text_of(left) + text_of(right))
    if not numbers:
        raise Refused("computes with what is no number")
    if name == "/" and not right:
        raise ShellError("divides by zero")
    made = {"+": left + right, "-": left - right, "*": left * right}
    return made[name] if name in made else left / right
