"""The sandbox: what Python says, nothing of the host, and an end to every run."""

from __future__ import annotations

import builtins
import copy
import socket
import subprocess
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from persona_env.envs.canvas.code import named
from persona_env.envs.canvas.functions import function_families
from persona_env.envs.canvas.sandbox import (
    Exceeded,
    Failed,
    Limits,
    Refused,
    SandboxError,
    read_program,
)
from persona_env.envs.canvas.writing import write_function

PYTHON_RAISES = (ArithmeticError, LookupError, TypeError, ValueError)


def run(source: str, *arguments: object, name: str = "f", limits: Limits | None = None) -> object:
    program = read_program(source)
    if isinstance(program, Refused):
        raise program
    return program.call(name, arguments, limits)


def body(text: str) -> str:
    return "def f():\n    " + text.replace("\n", "\n    ")


# Programs of the subset, made of these; every one ends and is small in plain Python as well.
NUMBERS = st.deferred(
    lambda: st.one_of(
        st.integers(-9, 9).map(str),
        st.sampled_from(["a", "b", "total", "len(items)", "len(text)", "sum(items)"]),
        st.tuples(NUMBERS, st.sampled_from(["+", "-", "*", "//", "%"]), NUMBERS).map(
            lambda t: f"({t[0]} {t[1]} {t[2]})"
        ),
        st.tuples(st.sampled_from(["abs", "int", "-", "~", "bool"]), NUMBERS).map(
            lambda t: f"{t[0]}({t[1]})"
        ),
        st.tuples(NUMBERS, CONDITIONS, NUMBERS).map(lambda t: f"({t[0]} if {t[1]} else {t[2]})"),
        LISTS.map(lambda one: f"max({one}, default=0)"),
        LISTS.map(lambda one: f"{one}.count(1)"),
    )
)
CONDITIONS = st.deferred(
    lambda: st.one_of(
        st.tuples(NUMBERS, st.sampled_from(["<", "<=", "==", "!=", ">", "in"]), NUMBERS).map(
            lambda t: f"{t[0]} {t[1]} {t[2]}" if t[1] != "in" else f"{t[0]} in items"
        ),
        st.sampled_from(["'a' in text", "all(items)", "any(items)", "text.isalpha()", "a < b < 5"]),
    )
)
LISTS = st.deferred(
    lambda: st.one_of(
        st.sampled_from(["items", "[a, b]", "list(range(5))", "items[::-1]", "items[1:3]"]),
        LISTS.map(lambda one: f"sorted({one}, key=lambda n: -n)"),
        st.tuples(NUMBERS, LISTS, CONDITIONS).map(
            lambda t: f"[{t[0]} + each for each in {t[1]} if {t[2]}]"
        ),
        LISTS.map(lambda one: f"[x * y for x, y in zip({one}, items)]"),
    )
)
TEXTS = st.sampled_from(
    [
        "text.upper()", "text[::-1]", "' '.join(sorted(text))", "text.replace('a', 'bb')",
        "f'{a:>4}|{text}'", "text.split('a')", "text.strip('ab').title()", "str(items)",
        "{letter: text.count(letter) for letter in text}", "sorted(set(text))",
        "[(place, letter) for place, letter in enumerate(text)]", "text.partition('b')",
    ]
)  # fmt: skip
STATEMENTS = st.one_of(
    NUMBERS.map(lambda n: f"total += {n}"),
    st.tuples(CONDITIONS, NUMBERS).map(lambda t: f"if {t[0]}:\n        total = {t[1]}"),
    st.tuples(LISTS, NUMBERS).map(
        lambda t: (
            f"for each in {t[0]}:\n        if each > 6:\n            break\n        total += {t[1]}"
        )
    ),
    LISTS.map(lambda one: f"items = {one}"),
    st.just("items.append(total)"),
    st.just("a, b = b, a"),
    st.just("while a > 0:\n        a -= 3\n        total += 1"),
)
PROGRAMS = st.tuples(
    st.lists(STATEMENTS, max_size=4), st.one_of(NUMBERS, LISTS, TEXTS, CONDITIONS)
).map(
    lambda t: (
        "def f(a, b, items, text):\n    total = 0\n"
        + "".join(f"    {line}\n" for line in t[0])
        + f"    return [total, a, items, {t[1]}]"
    )
)
ARGUMENTS = st.tuples(
    st.integers(-9, 9), st.integers(-9, 9), st.lists(st.integers(-9, 9), max_size=5),
    st.text("abc ", max_size=8),
)  # fmt: skip


def python(source: str, arguments: tuple[object, ...]) -> object:
    """What Python itself says; only programs that this file wrote are run so."""
    names: dict[str, object] = {}
    exec(compile(source, "<generated>", "exec"), names)
    try:
        return names["f"](*copy.deepcopy(arguments))  # type: ignore[operator]
    except PYTHON_RAISES:
        return "raises"


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(PROGRAMS, ARGUMENTS)
def test_agrees_with_python(source, arguments):
    try:
        found = run(source, *arguments)
    except Failed:
        found = "raises"
    except Exceeded:
        return
    wanted = python(source, arguments)
    assert found == wanted
    assert repr(found) == repr(wanted)  # also True against 1


@pytest.mark.parametrize("name", function_families())
def test_reference_bodies_agree_with_python(name):
    """The bodies that decide what is right do in the sandbox what they do in Python."""
    import numpy as np

    from persona_env.envs.canvas.functions import make_function

    for index in range(3):
        task = (
            make_function(name, f"{name}/{index}", np.random.default_rng(index)).passages["en"].task
        )
        source = write_function(task, {}).replace(f"def {named(task.words, None)}", "def f", 1)
        for case in (*task.shown, *task.hidden):
            import json

            arguments = json.loads(case.arguments)
            assert json.loads(json.dumps(python(source, tuple(arguments)))) == json.loads(
                case.result
            )


ENDLESS = [
    "while True:\n    pass",
    "items = [1]\nfor item in items:\n    items.append(item)",
    "text = 'a'\nwhile True:\n    text += text",
    "return f()",
    "g = lambda n: g(n + 1)\nreturn g(0)",
    "return sum(range(10 ** 12))",
    "return 'a' in range(10 ** 12)",
    "return [0] * 10 ** 9",
    "return 'ab' * 10 ** 9",
    "return 9 ** 9 ** 9",
    "return 1 << 10 ** 9",
    "return list(range(10 ** 9))",
    "return ','.join(['a' * 5000] * 5000)",
    "return 'a'.replace('', 'b' * 9999)",
    "return 'a'.center(10 ** 9)",
    "items = []\nfor i in range(60):\n    items = [items, items]\nreturn items == items",
    "items = []\nfor i in range(60):\n    items = [items, items]\nreturn str(items)",
    "pair = ()\nfor i in range(60):\n    pair = (pair, pair)\nreturn {pair: 1}",
    "items = []\nitems.append(items)\nreturn items == items",
    "items = []\nfor i in range(500):\n    items = [items]\nreturn items",
    "return {i * (2 ** 61 - 1): 0 for i in range(9000)}",
    "return [0 for a in range(99) for b in range(99) for c in range(99)]",
    "return " + "1+" * 2000 + "1",
    "items = list(range(9000))\nreturn sum(n in items for n in range(9000))",
]


@pytest.mark.parametrize("text", ENDLESS)
def test_every_run_ends(text):
    begun = time.process_time()
    with pytest.raises(Exceeded):
        run(body(text))
    assert time.process_time() - begun < 1.0


FORBIDDEN = [
    "import os", "from os import path", "return __import__('os')", "return ().__class__",
    "return ''.__class__.__mro__", "return (lambda: 0).__globals__", "return f.__code__",
    "return [].append.__self__", "return '{0.__class__}'.format(1)", "return 'a'.format_map({})",
    "return '%s' % (1,)", "class A:\n    pass", "global x", "nonlocal x", "with 1 as x:\n    pass",
    "try:\n    pass\nexcept Exception:\n    pass", "yield 1", "async def g():\n    pass",
    "return f'{1!r}'", "return f'{1:>999999}'", "x = y = z.a = 1", "del f", "return [*[1]]",
    "print('hi')", "return getattr(1, 'real')", "return open('/etc/passwd')", "return eval('1')",
    "return exec('1')", "return compile('1', '', 'eval')", "return globals()", "return vars()",
    "return type(1)", "return object()", "return memoryview(b'')", "return b'a'", "return 1j",
    "return ...", "return (x := 1)", "return input()", "return breakpoint()", "return __name__",
    "@f\ndef g():\n    pass", "return lambda: 1", "return len", "return str(f)", "return f'{f}'",
    "return str({'a', 'b'})", "match 1:\n    case 1:\n        pass", "return {**{}}",
    "return dict(**{})", "def g(*a):\n    pass", "return (-8) ** 0.5", "return pow(2, 10 ** 9, 3)",
]  # fmt: skip


@pytest.mark.parametrize("text", FORBIDDEN)
def test_what_is_not_in_the_subset(text, monkeypatch, capsys):
    """Not one of them runs, whatever of the host it would touch."""

    def touched(*given, **named):
        raise AssertionError(f"the host was touched: {given}")

    for module, name in ((builtins, "input"), (subprocess, "Popen"), (socket, "socket")):
        monkeypatch.setattr(module, name, touched)
    with pytest.raises((Refused, Failed)):
        run(body(text))
    assert capsys.readouterr() == ("", "")


@settings(max_examples=150, deadline=None)
@given(
    st.text("abcdef ()[]{}:.,=+-*/%<>!'\"\n_01 lambda import os __class__ while for", max_size=80)
)
def test_any_text_is_refused_or_ends(text):
    """No text of a stranger raises anything but the errors of the sandbox."""
    program = read_program(text)
    if not isinstance(program, Refused):
        for name in ("f", "a"):
            with pytest.raises(SandboxError):
                program.call(name, [1])


def test_what_is_remembered_is_not_changed():
    """Each call starts from nothing: neither arguments nor names of the run before are left."""
    source = "seen = []\ndef f(items):\n  seen.append(len(items))\n  items.append(0)\n  return seen"
    given_items = [1]
    assert run(source, given_items) == [1]
    assert run(source, given_items) == [1]
    assert given_items == [1]


def test_names_are_those_of_python():
    with pytest.raises(Failed, match="'x' has no value"):
        run("x = 1\n\n\ndef f():\n    y = x\n    x = 2\n    return y")
    assert run("def f(n, step=2):\n    return n + step", 1) == 3
    assert run("def f():\n    make = [lambda n=n: n for n in range(3)]\n    return make[1]()") == 1
    assert run("def f():\n    a = b = [1]\n    b += [2]\n    return a") == [1, 2]


def test_limits_are_given():
    source = "def f(n):\n    return sum(range(n))"
    assert run(source, 50, limits=Limits(steps=200)) == 1225
    with pytest.raises(Exceeded, match="steps"):
        run(source, 500, limits=Limits(steps=200))
