"""A piece of HTML: whether it parses, its tags in their order, and its text."""

from __future__ import annotations

from functools import lru_cache
from html.parser import HTMLParser
from typing import NamedTuple

from persona_env.text.spans import READINGS

VOID = frozenset(("br", "hr", "img", "input", "meta", "link", "wbr"))
REFUSED = frozenset(("script", "style", "iframe", "object", "embed", "link", "meta", "form"))


class Page(NamedTuple):
    """``problem`` says why it does not parse; ``tags`` are those that open, in their order."""

    tags: tuple[str, ...]
    text: str
    problem: str


@lru_cache(maxsize=READINGS)
def read_page(html: str) -> Page:
    """Reads a piece of HTML, strictly: every tag is closed, in its place, and runs nothing.

    >>> read_page("<ul><li>a</li></ul>").tags, read_page("<b>a</i>").problem
    (('ul', 'li'), '</i> closes <b>')
    """
    reader = _Reader()
    reader.feed(html)
    reader.close()
    if not reader.problem and reader.open:
        reader.problem = f"<{reader.open[-1]}> is not closed"
    return Page(tuple(reader.tags), "\n".join(reader.texts), reader.problem)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags, self.texts, self.open = list[str](), list[str](), list[str]()
        self.problem = ""

    def _note(self, problem: str) -> None:
        self.problem = self.problem or problem

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag in REFUSED or any(name.startswith("on") for name, _ in attrs):
            self._note(f"<{tag}> may run or load something")
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open[-1] != tag:
            last = f"<{self.open[-1]}>" if self.open else "nothing"
            self._note(f"</{tag}> closes {last}")
        else:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        if not data.strip():
            return
        self.texts.append(data.strip())
        if not self.open:
            self._note("text stands outside of every tag")
        if "<" in data:
            self._note("a '<' opens no tag")

    def handle_comment(self, data: str) -> None:
        self._note("it holds a comment")

    def handle_decl(self, decl: str) -> None:
        self._note("it holds a declaration")

    def unknown_decl(self, data: str) -> None:
        self._note("it holds a declaration")

    def handle_pi(self, data: str) -> None:
        self._note("it holds an instruction to programs")
