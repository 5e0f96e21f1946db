"""The chat template of a Hugging Face tokenizer: how it takes the user's description."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from persona_env.errors import TokenizerError, nearest
from persona_env.messages import Message, described
from persona_env.text.thoughts import opened_thought

Roles = tuple[str, ...]
FIRST_TURNS: tuple[Roles, ...] = (("system", "user"), ("user",))
OTHER_TURNS: tuple[Roles, ...] = (("system", "user", "assistant", "user"), ("user", "assistant"))

_WORD = re.compile(r"[A-Za-z_]\w*")
_OWN = ("messages", "add_generation_prompt", "chat_template", "tokenize")


class Style(NamedTuple):
    """A way to hand over messages: the description as a system turn or at the head of the first
    user turn; contents as texts or as lists of parts."""

    system: bool
    parts: bool

    def __str__(self) -> str:
        where = "a system turn" if self.system else "the first user turn"
        return f"{where} and {'parts' if self.parts else 'text'}"


STYLES = (Style(True, False), Style(True, True), Style(False, False), Style(False, True))


class ChatTemplate:
    """Renders messages by the first :class:`Style` in which the template shows all of them.

    Some templates refuse a system turn, some drop it, some want contents in parts. Whether all
    contents are shown is checked once for each sequence of roles, with stand-ins for contents;
    that of a first turn at construction. ``scaffold`` is what the template writes by itself.

    Raises
    ------
    TokenizerError
        Where a template is missing, fails, or does not show a content.
    """

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer
        self.source = _source(tokenizer.chat_template)
        self._shown: set[Roles] = set()
        self._style = self._suitable()
        self.scaffold = "\n".join(
            text for roles in (*FIRST_TURNS, *OTHER_TURNS) for text in self._written(roles)
        )

    def render(self, messages: Sequence[Message]) -> str:
        """The prompt for the next reply."""
        roles = tuple(message["role"] for message in messages)
        if roles not in self._shown:
            self._check(roles, self._style)
        return self._rendered(messages, self._style)

    def after_reply(self) -> str:
        """What is written after a reply; empty if nothing is, or the template writes no reply."""
        said = _stand_ins(("user", "assistant"))
        try:
            text = self._rendered(said, self._style, replies=False)
        except TokenizerError:
            return ""
        _, shown, rest = text.rpartition(said[-1]["content"])
        return rest.lstrip() if shown else ""

    def opened_thought(self) -> str:
        """The mark of a thought that the template opens before a reply; empty without one."""
        asked = self._rendered(_stand_ins(("user",)), self._style)
        return opened_thought(asked)

    def _suitable(self) -> Style:
        wrong = []
        for style in STYLES:
            try:
                for roles in FIRST_TURNS:
                    self._check(roles, style)
            except TokenizerError as error:
                wrong.append(f"with {style}: {error}")
            else:
                return style
        raise TokenizerError(
            "the tokenizer's chat template cannot be used. It must show the user's description "
            "and the question:\n" + "\n".join(wrong) + "\nGive the tokenizer another "
            "chat_template, or None for plain lines."
        )

    def _check(self, roles: Roles, style: Style) -> None:
        said = _stand_ins(roles)
        text = self._rendered(said, style)
        lost = [m["role"] for m in said if m["content"] not in text]
        if lost:
            raise TokenizerError(
                f"the chat template leaves out {', '.join(lost)} of the turns {', '.join(roles)}"
            )
        self._shown.add(roles)

    def _written(self, roles: Roles) -> list[str]:
        """What the template writes between the contents, with and without a reply to follow."""
        said, found = _stand_ins(roles), []
        for replies in (True, False):
            try:
                text = self._rendered(said, self._style, replies)
            except TokenizerError:
                continue
            for message in said:
                text = text.replace(message["content"], "\0")
            found.append(text)
        return found

    def _rendered(self, messages: Sequence[Message], style: Style, replies: bool = True) -> str:
        from jinja2 import TemplateError

        try:
            text: str = self._tokenizer.apply_chat_template(
                _arranged(messages, style),
                chat_template=self.source, tokenize=False, add_generation_prompt=replies,
            )  # fmt: skip
        except (TemplateError, TypeError, ValueError, LookupError, AttributeError) as error:
            roles = ", ".join(message["role"] for message in messages)
            raise TokenizerError(
                f"the chat template fails on the turns {roles}: {type(error).__name__}: {error}"
            ) from error
        return text


def tell_template(tokenizer: Any, arguments: Mapping[str, Any]) -> None:
    """Set arguments of a tokenizer's chat template, such as ``{"enable_thinking": False}``.

    They stand at the head of the template from now on: whoever renders it, also from a copy that is
    saved, renders it so.

    Raises
    ------
    TokenizerError
        Without a template, and for an argument that it does not read: jinja would not say so.
    """
    if not tokenizer.chat_template:
        raise TokenizerError(
            f"the tokenizer has no chat template, which could be given {[*arguments]}"
        )
    source = _source(tokenizer.chat_template)
    words = set(_WORD.findall(source))
    for name in arguments:
        if name not in words:
            raise TokenizerError(
                f"the chat template has no argument {name!r}.{nearest(name, sorted(words))} Leave "
                "it out, or read the template for its name"
            )
        if name in _OWN:
            raise TokenizerError(f"the argument {name!r} of a chat template is set already")
    head = (f"{{%- set {name} = {_literal(value)} -%}}" for name, value in arguments.items())
    tokenizer.chat_template = "".join([*head, source])


def _literal(value: Any) -> str:
    """A JSON value as jinja writes it.

    >>> _literal({"a": [None, True, 1.5], "b": "two"})
    '{"a": [none, true, 1.5], "b": "two"}'
    """
    if isinstance(value, dict):
        pairs = (f"{_literal(str(name))}: {_literal(one)}" for name, one in value.items())
        return f"{{{', '.join(pairs)}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_literal, value))}]"
    return "none" if value is None else json.dumps(value, ensure_ascii=False)


def _source(template: Any) -> str:
    """The template that is meant where there are several by name."""
    if isinstance(template, list | tuple):
        template = {one["name"]: one["template"] for one in template}
    if not isinstance(template, dict):
        return str(template)
    if "default" not in template and len(template) != 1:
        raise TokenizerError(
            f"the tokenizer has the chat templates {sorted(template)} and no 'default': assign the "
            "one that is meant to its chat_template"
        )
    return str(template["default"] if "default" in template else next(iter(template.values())))


def _stand_ins(roles: Roles) -> list[Message]:
    """Messages whose contents no template writes by itself."""
    return [{"role": role, "content": f"Qz{role}{place}zQ"} for place, role in enumerate(roles)]


def _arranged(messages: Sequence[Message], style: Style) -> list[dict[str, Any]]:
    description, turns = described(messages)
    if description and style.system:
        turns = list(messages)
    elif description and turns:
        first = f"{description}\n\n{turns[0]['content']}"
        turns = [{**turns[0], "content": first}, *turns[1:]]
    if not style.parts:
        return list(turns)
    return [{**m, "content": [{"type": "text", "text": m["content"]}]} for m in turns]
