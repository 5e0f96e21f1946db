"""What markup hides: comments, struck-out and hidden elements, attributes, thoughts.

Text is read from left to right, and what begins first counts: a fence within a comment opens no
code, a comment within code is shown.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from functools import cached_property

from persona_env.text.spans import Span
from persona_env.text.thoughts import AROUND, BEGINS, ENDS, first_thought, thought_at

_TOKEN = re.compile(
    rf"(?P<thought>(?-i:{BEGINS}))|(?P<answer>(?-i:{ENDS}))|(?P<around>(?-i:{AROUND}))|"
    r"(?P<fence>^ {0,3}(?:`{3,}(?=[^`\n]*$)|~{3,}))|(?P<ticks>`+)|(?P<strike>~+)"
    r"|(?P<comment><!--)|(?P<tag><(?P<close>/?)\s?(?P<name>[a-z][a-z0-9]*)\b(?P<rest>[^<>]*+)>)"
    r"|(?P<note>^ {0,3}\[[^\]\n]{1,99}\]:[ \t]*(?:#|<#?>)[ \t]+"
    r"(?:\([^\n]*\)|\"[^\n]*\"|'[^\n]*')[ \t]*$)",
    re.M | re.I,
)
_BLANK_LINE = re.compile(r"\n[ \t]*\n")
_STRUCK = ("del", "strike", "s")
_UNSEEN = ("script", "style", "template", "head", "noscript")
_NO_CONTENT = "area base br col embed hr img input link meta source track wbr"
_ELEMENTS = (
    "a abbr article aside b big blockquote body button center cite code dd details div dl dt em "
    "fieldset figcaption figure font footer form h1 h2 h3 h4 h5 h6 header html i ins kbd label "
    "legend li main mark nav ol p pre q samp section small span strong sub summary sup table tbody "
    "td textarea tfoot th thead tr tt u ul var"
)
_VOID = frozenset(_NO_CONTENT.split())
_KNOWN = frozenset(_ELEMENTS.split()).union(_VOID, _STRUCK, _UNSEEN)
_ATTRIBUTE = re.compile(r"([\w-]++)(?:\s*+=\s*+(\"[^\"]*+\"|'[^']*+'|[^\s\"'>]++))?+")
_LONGEST_STYLE = 2000  # characters of an attribute; longer ones are taken to hide
_HIDES = re.compile(
    r"(?<![\w-])(?:display:none|visibility:(?:hidden|collapse)"
    r"|(?:font-size|opacity|(?:max-)?(?:height|width)):[0.]++(?!\d)"
    r"|color:(?:transparent|white|#fff(?:fff)?)(?!\w)|(?:left|top|text-indent|margin-left):-\d{3}"
    r"|transform:scale\([0.]++\))"
)


def hidden_spans(text: str) -> list[Span]:
    """What nobody sees of ``text`` where it is shown as Markdown or HTML, in time of its length.

    - Thoughts, by the marks of published chat templates (:mod:`persona_env.text.thoughts`), as
      ``<think>`` or ``[THINK]``; up to the end where they are not closed; all that stands before a
      closing mark that nothing opened; and marks around the answer of a text that has a thought.
    - Comments, also unclosed ones, and ``[//]: # (notes)``.
    - ``~~struck~~``, ``<del>``, ``<s>`` and ``<strike>``; scripts and styles; elements with
      ``hidden``, ``display:none``, no size, or the colour of the page.
    - Attributes of HTML tags; the tags themselves stay.

    Fenced and inline code is shown as it is. A ``<del>`` that is not closed ends with its
    paragraph, another hidden element with the text; a lone ``<s>`` is the mark of a tokenizer and
    hides nothing.

    >>> text = "A<!-- b --> ~~c~~ `<!-- d -->`"
    >>> [text[start:end] for start, end in hidden_spans(text)]
    ['<!-- b -->', '~~c~~']
    """
    return _Scan(text).run()


class _Scan:
    """One way through a text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._cuts: list[Span] = []
        self._open: defaultdict[str, list[tuple[int, bool]]] = defaultdict(list)
        self._struck: int | None = None
        self._thinks = False
        self._beside: list[Span] = []
        self._unclosed: dict[str, int] = {}  # the shortest fence of each mark that nothing closes

    def run(self) -> list[Span]:
        first = first_thought(self._text)
        at = self._cut(*first) if first else 0
        self._thinks = first is not None
        while token := _TOKEN.search(self._text, at):
            kind = "tag" if token["tag"] else str(token.lastgroup)
            at = getattr(self, f"_{kind}")(token)
        self._leave_open()
        return self._cuts + (self._beside if self._thinks else [])

    def _cut(self, start: int, end: int) -> int:
        self._cuts.append((start, end))
        return end

    def _note(self, token: re.Match[str]) -> int:
        return self._cut(*token.span())

    def _comment(self, token: re.Match[str]) -> int:
        end = self._text.find("-->", token.end())
        return self._cut(token.start(), end + len("-->") if end >= 0 else len(self._text))

    def _fence(self, token: re.Match[str]) -> int:
        """Code up to the closing fence; to the end without one, unless a thought ends there."""
        fence = token["fence"].lstrip()
        mark, size = fence[0], len(fence)
        if size < self._unclosed.get(mark, size + 1):
            closing = re.compile(rf"^ {{0,3}}{mark}{{{size},}}[ \t]*$", re.M)
            if found := closing.search(self._text, token.end()):
                return found.end()
            self._unclosed[mark] = size
        return token.end() if token.end() <= self._last_thought else len(self._text)

    def _ticks(self, token: re.Match[str]) -> int:
        """Inline code up to as many backticks in the same paragraph; without them, none."""
        size, end = len(token["ticks"]), token.end()
        starts = self._runs_of_ticks[size]
        place = bisect_left(starts, end)
        if place < len(starts) and starts[place] < self._paragraph_end(end):
            return starts[place] + size
        return end

    def _strike(self, token: re.Match[str]) -> int:
        """GitHub's rule: two tildes that touch what they strike, within a paragraph."""
        start, end = token.span()
        if end - start != len("~~"):
            return end
        before, after = self._text[start - 1 : start], self._text[end : end + 1]
        opened = self._struck
        if opened is not None and not before.isspace() and start < self._paragraph_end(opened):
            self._cut(opened, end)
            self._struck = None
        elif after and not after.isspace() and (after.isalnum() or not before.isalnum()):
            self._struck = start
        return end

    def _tag(self, token: re.Match[str]) -> int:
        name, closes, end = token["name"].lower(), bool(token["close"]), token.end()
        if closes:
            start, hides = self._open[name].pop() if self._open[name] else (end, False)
            return self._cut(start, end) if hides else end
        if name not in _KNOWN:
            return end
        hides = name in (*_STRUCK, *_UNSEEN) or _hides(token["rest"])
        if hides and name in _VOID:
            return self._cut(*token.span())
        if name not in _VOID and not token["rest"].endswith("/"):
            self._open[name].append((token.start(), hides))
        self._cut(*token.span("rest"))
        return end

    def _thought(self, token: re.Match[str]) -> int:
        span = thought_at(self._text, *token.span())
        self._thinks = True
        return self._cut(*span) if span else token.end()

    def _answer(self, token: re.Match[str]) -> int:
        """The end of a thought that nothing began: it is all that stands before."""
        self._thinks = True
        self._open.clear()
        self._struck = None
        return self._cut(0, token.end())

    def _around(self, token: re.Match[str]) -> int:
        self._beside.append(token.span())
        return token.end()

    def _leave_open(self) -> None:
        for name, places in self._open.items():
            start = next((start for start, hides in places if hides), None)
            if start is not None and name != "s":
                struck = name in _STRUCK
                self._cut(start, self._paragraph_end(start) if struck else len(self._text))

    def _paragraph_end(self, at: int) -> int:
        place = bisect_right(self._blank_lines, at)
        return self._blank_lines[place] if place < len(self._blank_lines) else len(self._text)

    @cached_property
    def _blank_lines(self) -> list[int]:
        return [found.start() for found in _BLANK_LINE.finditer(self._text)]

    @cached_property
    def _runs_of_ticks(self) -> dict[int, list[int]]:
        runs: defaultdict[int, list[int]] = defaultdict(list)
        for found in re.finditer("`+", self._text):
            runs[found.end() - found.start()].append(found.start())
        return runs

    @cached_property
    def _last_thought(self) -> int:
        """Where the last thought ends that is closed; -1 without one."""
        return max((found.start() for found in re.finditer(ENDS, self._text)), default=-1)


def _hides(attributes: str) -> bool:
    """Whether an element with these attributes is not shown."""
    for found in _ATTRIBUTE.finditer(attributes) if attributes.strip() else ():
        name, value = found[1].lower(), (found[2] or "").strip("\"'")
        if name == "hidden" or (name == "size" and value == "0"):
            return True
        if name == "style" and (len(value) > _LONGEST_STYLE or _HIDES.search(_bare(value))):
            return True
    return False


def _bare(style: str) -> str:
    return "".join(style.lower().split())
