"""Good texts: those of the bank, and the sentences of scenarios."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from persona_env.bank import (
    load_acts,
    load_answers,
    load_canned,
    load_cases,
    load_pairs,
    load_sentences,
)
from persona_env.scenarios.library import load_scenarios

FOLDS = 4
FOLDERS = ("chat", "opinion", "refusal", "summary", "wild")


class Good(NamedTuple):
    """A text in its order; ``fold`` is the pair of writing runs with which it is left out."""

    text: str
    language: str
    source: str
    run: int
    family: str = ""

    @property
    def fold(self) -> int:
        """The pair of runs; scenarios have none and are left out by family."""
        return (self.run - 1) % 8 // 2 if self.run else -1


def load_good() -> list[Good]:
    """All texts in the languages of the bank's cases."""
    known = {case["language"] for case in load_cases()}
    found = [
        one for one in (*_of_cases(), *_of_others(), *_of_scenarios()) if one.language in known
    ]
    return [*{one.text: one for one in found if one.text.strip()}.values()]


def _of_cases() -> Iterator[Good]:
    for case in load_cases():
        for name in ("good_a", "good_b", "bad", "spoiled", "prompt"):
            yield Good(case[name], case["language"], f"case {name}", case["run"], case["family"])


def _of_others() -> Iterator[Good]:
    for row in load_acts():
        yield Good(row["reply"], row["language"], "act", row["run"])
        yield Good(row["prompt"], row["language"], "request", row["run"])
    for row in load_pairs():
        for side in ("with", "without"):
            yield Good(row[side], row["language"], "pair", row["run"])
    for row in load_sentences():
        for side in ("bad", "fine"):
            yield Good(row[side], row["language"], "sentence", row["run"] + 1)
    for row in load_answers():
        for name in ("short_right", "neighbour", "wrong", "wrong_neighbour"):
            yield Good(row[name], row["language"], "answer", 1)
    for row in load_canned():
        yield Good(row["text"], row["language"], "canned", 1)


def _of_scenarios() -> Iterator[Good]:
    for folder in FOLDERS:
        for scenario in load_scenarios("train", folder=folder):
            for code, text in scenario.texts.items():
                said = (text.prompt, text.answer, text.general, text.reason, text.alternative)
                more = (text.care, text.both, text.unknown, text.cannot, text.question)
                options = (option.view for option in text.options)
                for part in (*said, *more, *text.plain, *text.expert, *options):
                    yield Good(part, code, f"scenario {folder}", 0, scenario.family)
            for code, post in getattr(scenario, "posts", {}).items():
                yield Good(post.post, code, "post", 0, scenario.family)


def left_out(texts: list[Good], fold: int) -> tuple[list[Good], list[Good]]:
    """What is trained on without a pair of runs, and the texts of these.

    The families of scenarios that the pair wrote on are left out of the first with it.
    """
    held = [one for one in texts if one.fold == fold]
    families = {one.family for one in held if one.family}
    return [one for one in texts if one.fold != fold and one.family not in families], held
