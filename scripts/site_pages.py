"""What the site has beside the written pages: the API reference, the commands, the navigation.

A Sphinx extension; ``docs/conf.py`` loads it. Everything is computed: the packages from the tree,
the navigation from the tables of ``docs/index.md``.
"""

from __future__ import annotations

import re
import shutil
import tomllib
from collections.abc import Iterator
from importlib import import_module
from inspect import getdoc, isclass, isroutine
from pathlib import Path
from pkgutil import iter_modules
from posixpath import normpath
from types import ModuleType
from typing import Any, get_origin

import typer.main
from docutils import nodes
from docutils.utils.math import latex2mathml
from sphinx.addnodes import desc_annotation, pending_xref
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.ext.napoleon import Config, NumpyDocstring
from sphinx.util.inspect import TypeAliasForwardRef
from typer.cli import get_docs_for_click

ROOT = Path(__file__).parents[1]
API = ROOT / "docs" / "api"
# The order in which a newcomer looks; a package that is not named comes last by itself.
GROUPS = {
    "Start here": ("",),
    "Users and scenarios": ("users", "scenarios", "simulation"),
    "Rewards and reading": ("rewards", "reading", "judges", "detectors"),
    "Environments": ("envs", "wrappers", "vector"),
    "Agents and training": ("agents", "adapters"),
    "Evaluation and audit": ("evaluation", "metrics", "auditor", "validity", "reporting"),
}
REST = "Other packages"
NEED_A_HOST = {"persona_env.adapters.inspect_task"}  # not to be imported without its library
# The folder of the commands has a page of their help instead.
COMMANDS = "persona_env.cli"
LONGEST_VALUE = 100


# --- what there is ------------------------------------------------------------------------------


def children(package: ModuleType) -> tuple[list[str], list[str]]:
    """The full names of a package's packages and of its public modules."""
    found = [m for m in iter_modules(package.__path__) if not m.name.startswith("_")]
    named = [(f"{package.__name__}.{m.name}", m.ispkg) for m in found]
    names = [(name, is_package) for name, is_package in named if name not in NEED_A_HOST]
    nested = {name for name, is_package in names if is_package and name != COMMANDS}
    nested |= {name for name in mapped() if name.rpartition(".")[0] == package.__name__}
    return sorted(nested), [name for name, is_package in names if not is_package]


def mapped() -> Iterator[str]:
    """The packages that are installed from folders of other names (``package-dir``)."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    yield from project["tool"]["setuptools"]["package-dir"]


def packages(name: str = "persona_env") -> Iterator[str]:
    """A package and all below it, from the top down."""
    yield name
    for nested in children(import_module(name))[0]:
        yield from packages(nested)


def defined(thing: Any) -> str:
    """Where a class or function was written, as a full name; empty for anything else."""
    if not (isclass(thing) or isroutine(thing)):
        return ""
    return f"{thing.__module__}.{thing.__qualname__}"


def homes() -> dict[str, str]:
    """The name under which each exported class and function is shown, by where it was written.

    The shortest import is shown, and the object only there.
    """
    found: dict[str, str] = {}
    for package in sorted(packages(), key=lambda name: name.count(".")):
        module = import_module(package)
        for name in getattr(module, "__all__", ()):
            written = defined(getattr(module, name))
            if written:
                found.setdefault(written, f"{package}.{name}")
    return found


def aliases() -> dict[str, str]:
    """Types that signatures show by their names and not written out: each name has one meaning."""
    found: dict[str, set[str]] = {}
    for package in packages():
        for module in (package, *children(import_module(package))[1]):
            for name, thing in vars(import_module(module)).items():
                if isclass(thing) or get_origin(thing):
                    found.setdefault(name, set()).add(str(thing))
    # A class is shown by its name anyway.
    return {
        n: n for n, meanings in found.items() if len(meanings) == 1 and "<" not in min(meanings)
    }


# --- pages --------------------------------------------------------------------------------------


def titled(text: str, line: str) -> str:
    """A heading in reStructuredText."""
    return f"{text}\n{line * len(text)}\n"


def shown(name: str, known: dict[str, str]) -> str:
    """The directive that documents one module, without what is shown elsewhere."""
    module = import_module(name)
    elsewhere = sorted(
        attribute
        for attribute, thing in vars(module).items()
        if known.get(defined(thing), f"{name}.{attribute}") != f"{name}.{attribute}"
    )
    modules = children(module)[1] if hasattr(module, "__path__") else []
    lines = [f".. automodule:: {name}", "   :members:", "   :member-order: bysource"]
    # A function that has the name of its module: a link by that name leads to the module.
    twice = [
        n for n in vars(module) if f"{name}.{n}" in known.values() and f"{name}.{n}" in modules
    ]
    if hidden := sorted({*elsewhere, *twice}):
        lines.append(f"   :exclude-members: {', '.join(hidden)}")
    for attribute in twice:
        lines += ["", f".. autofunction:: {name}::{attribute}", "   :no-index:"]
    return "\n".join(lines) + "\n"


def toctree(names: list[str], option: str) -> str:
    """A list of pages, for the navigation too."""
    return "\n".join([".. toctree::", f"   :{option}", "", *(f"   {name}" for name in names), ""])


def package_page(name: str, known: dict[str, str]) -> str:
    """A package, what it exports, its packages, and each of its modules."""
    nested, modules = children(import_module(name))
    # The contents beside the page stop at what is exported and at the modules.
    parts = [":tocdepth: 2\n", titled(name, "="), shown(name, known)]
    if nested and name != "persona_env":
        parts.append(toctree(nested, "maxdepth: 1"))
    for module in modules:
        if getdoc(import_module(module)):
            parts += [titled(module.removeprefix(f"{name}."), "-"), shown(module, known)]
    return "\n".join(parts)


def api_index() -> str:
    """The first page of the reference: every package, by what a reader looks for."""
    every = children(import_module("persona_env"))[0]
    groups = {
        caption: [f"persona_env.{name}".rstrip(".") for name in names]
        for caption, names in GROUPS.items()
    }
    grouped = {name for names in groups.values() for name in names}
    if missing := grouped - {"persona_env", *every}:
        raise ValueError(f"GROUPS of scripts/site_pages.py names no packages: {sorted(missing)}")
    groups[REST] = [name for name in every if name not in grouped]
    parts = [
        titled("API reference", "="),
        "Every public class and function, from its docstring, under the shortest name by which it "
        "can be imported.\n",
    ]
    for caption, names in groups.items():
        parts.append(titled(caption, "-"))
        parts += [f"- :doc:`{name} <{name}>`: {summary(import_module(name))}" for name in names]
        parts.append("")
    root = import_module("persona_env")
    parts += [titled("Names of persona_env itself", "-")]
    parts += [f"- :obj:`~persona_env.{n}`: {summary(getattr(root, n))}" for n in root.__all__]
    parts.append("")
    parts.append(toctree([name for names in groups.values() for name in names], "hidden:"))
    return "\n".join(parts)


def summary(thing: object) -> str:
    """The first paragraph of a docstring, on one line."""
    return (getdoc(thing) or "").split("\n\n")[0].replace("\n", " ")


def commands_page() -> str:
    """The help of every command, as Typer writes it."""
    command = typer.main.get_command(import_module(f"{COMMANDS}.app").app)
    context = typer.Context(command, info_name="persona-env")
    text = get_docs_for_click(obj=command, ctx=context, name="persona-env", title="Commands")
    return str(text)


def write_pages(app: Sphinx) -> None:
    """Write ``docs/api/``; a page that is as it was is left alone, so that Sphinx skips it."""
    known = homes()
    app.config.persona_homes = known
    app.config.autodoc_type_aliases = aliases()
    pages = {f"{name}.rst": package_page(name, known) for name in packages()}
    pages |= {"index.rst": api_index(), "commands.md": commands_page()}
    API.mkdir(exist_ok=True)
    for old in API.iterdir():
        if old.name not in pages:
            old.unlink()
    for name, text in pages.items():
        path = API / name
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


# --- navigation and links -----------------------------------------------------------------------


def navigation(index: str) -> str:
    """The navigation: the pages that the table of each section of ``docs/index.md`` links to."""
    parts = [menu("", ["docs/index"])]
    for section in re.split(r"^## ", index, flags=re.MULTILINE)[1:]:
        rows = "".join(re.findall(r"^\|.*\n", section, re.MULTILINE))
        linked = re.findall(r"\]\(([\w./]+)\.md\)", rows)
        if linked:
            parts.append(menu(section.partition("\n")[0], [normpath(f"docs/{n}") for n in linked]))
    return "\n\n".join([*parts, menu("Reference", ["docs/api/commands", "docs/api/index"])])


def menu(caption: str, names: list[str]) -> str:
    """One section of the navigation."""
    head = ["```{toctree}", ":hidden:", *([f":caption: {caption}"] if caption else [])]
    return "\n".join([*head, "", *names, "```"])


def add_navigation(app: Sphinx, docname: str, source: list[str]) -> None:
    """Put the navigation below the front page, which on a forge has none."""
    if docname == app.config.root_doc:
        index = ROOT / "docs" / "index.md"
        source[0] += "\n\n" + navigation(index.read_text(encoding="utf-8"))


def find_home(
    app: Sphinx, env: BuildEnvironment, node: pending_xref, content: nodes.TextElement
) -> nodes.reference | None:
    """A link to an object by the module where it was written, led to where it is shown."""
    if node.get("refdomain") != "py":
        return None
    target = str(node["reftarget"])
    for written in (target, f"{node.get('py:module')}.{target}"):
        owner, found = written, app.config.persona_homes.get(written)
        while found is None and "." in owner:
            owner = owner.rpartition(".")[0]
            found = app.config.persona_homes.get(owner)
        if found:
            full = found + written.removeprefix(owner)
            domain = env.domains.python_domain
            for kind in (node["reftype"], "obj"):
                args = (env, node["refdoc"], app.builder, kind, full, node, content)
                if made := domain.resolve_xref(*args):
                    return made
    return None


# --- docstrings and HTML -------------------------------------------------------------------------


def read_sections(app: Sphinx, what: str, name: str, thing: object, *rest: Any) -> None:
    """The sections of a docstring, such as Parameters, as lists.

    Not by napoleon as an extension: of data it takes all before the first colon for a type.
    """
    _, lines = rest
    if lines and lines[0].startswith("Alias for field number"):  # said of each named tuple
        lines.clear()
    elif what not in ("attribute", "data", "property"):
        lines[:] = NumpyDocstring(lines, Config(napoleon_use_rtype=False), app, what).lines()


UNREADABLE = re.compile(r"<(?:(?:built-in )?function |class )?'?([\w.]+)'?(?: at \w+)?>")


def readable_defaults(app: Sphinx, what: str, name: str, thing: object, *rest: Any) -> Any:
    """The signature with functions by their names: with ``<function f>`` Sphinx cannot parse it."""
    texts = (text and text.replace("<factory>", "...") for text in (rest[1], rest[2]))
    return tuple(text and UNREADABLE.sub(r"\1", text) for text in texts)


def drop_long_values(app: Sphinx, doctree: nodes.document) -> None:
    """No value of a constant that is a table: it is in the source."""
    for node in list(doctree.findall(desc_annotation)):
        if node.astext().lstrip().startswith("=") and len(node.astext()) > LONGEST_VALUE:
            node.parent.remove(node)


def mathml(translator: Any, node: nodes.Element) -> None:
    """A formula as MathML, which browsers draw without a script."""
    block = isinstance(node, nodes.math_block)
    translator.body.append(latex2mathml.tex2mathml(node.astext(), as_block=block))
    raise nodes.SkipNode


def add_front_page(app: Sphinx, error: Exception | None) -> None:
    """Servers and readers look for ``index.html``."""
    if error is None and app.builder.name == "html":
        out = Path(app.outdir)
        shutil.copyfile(out / f"{app.config.root_doc}.html", out / "index.html")


def without_foreign(app: Sphinx, what: str, name: str, thing: object, *rest: Any) -> bool | None:
    """What matplotlib makes in a class of ours has a docstring of its own dialect."""
    return True if str(getattr(thing, "__module__", "")).startswith("matplotlib") else None


def setup(app: Sphinx) -> dict[str, bool]:
    """Called by Sphinx."""
    # In a union Sphinx shows an alias by its repr.
    TypeAliasForwardRef.__repr__ = lambda alias: alias.name  # type: ignore[method-assign]
    app.add_config_value("persona_homes", {}, "")
    app.add_html_math_renderer("mathml", (mathml, None), (mathml, None))
    app.connect("builder-inited", write_pages)
    app.connect("autodoc-process-docstring", read_sections)
    app.connect("autodoc-skip-member", without_foreign)
    app.connect("autodoc-process-signature", readable_defaults)
    app.connect("doctree-read", drop_long_values)
    app.connect("source-read", add_navigation)
    app.connect("missing-reference", find_home)
    app.connect("build-finished", add_front_page)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
