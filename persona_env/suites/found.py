"""What files of conversations hold: each row is told by its columns, and taken or named."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from persona_env.errors import PersonaEnvError
from persona_env.languages import LANGUAGES
from persona_env.preferences.comparison import Comparison
from persona_env.preferences.formats import OWN, comparisons_of
from persona_env.preferences.published import PUBLISHED
from persona_env.rows import Row, each_row
from persona_env.suites import prism, survey, wildchat
from persona_env.suites.conversations import Conversations
from persona_env.suites.talk import Talk
from persona_env.users.profile import UserProfile

FORMATS: dict[str, tuple[str, ...]] = {
    "PRISM conversations": prism.CONVERSATIONS,
    "PRISM utterances": prism.UTTERANCES,
    "PRISM survey": survey.COLUMNS,
    "WildChat": wildchat.COLUMNS,
    "comparisons": OWN,
    **{f"comparisons of {name}": form.columns for name, form in PUBLISHED.items()},
}
"""The columns by which each format is told; the first that a row has all of holds."""


class Found:
    """What was read so far."""

    def __init__(self, toxic: bool) -> None:
        self.toxic = toxic
        self.talks: dict[str, Talk] = {}
        self.people: dict[str, UserProfile] = {}
        self.countries: dict[str, str] = {}
        self.said: list[Comparison] = []
        self.rows: Counter[str] = Counter()
        self.left_out: Counter[str] = Counter()
        self.bad: list[PersonaEnvError] = []

    def read(self, file: str | Path, most: int | None) -> None:
        """Take what a file holds."""
        before = len(self.bad)
        rows = islice(each_row(file, bad=self.bad), most)
        first = next(rows, None)
        if first is None:
            reason = f": {self.bad[before]}" if len(self.bad) > before else ""
            raise PersonaEnvError(f"{file}: no rows{reason}")
        form = _format_of(first)
        good = self._take(form, self._counted(form, first, rows))
        if not good and len(self.bad) > before:
            raise PersonaEnvError(f"{file}: no row of it is good; the first: {self.bad[before]}")

    def _counted(self, form: str, first: Row, rows: Iterable[Row]) -> Iterator[Row]:
        self.rows[form] += 1
        yield first
        for row in rows:
            self.rows[form] += 1
            yield row

    def _take(self, form: str, rows: Iterator[Row]) -> int:
        """How many rows, or conversations, were good or left out on purpose."""
        if form == "PRISM utterances":
            return sum(
                self._add(talk, where=form) for talk in prism.read_utterances(rows, self.bad)
            )
        good = 0
        for row in rows:
            try:
                good += self._one(form, row)
            except PersonaEnvError as error:
                self.bad.append(error)
        return good

    def _one(self, form: str, row: Row) -> bool:
        if form == "PRISM conversations":
            return self._add(prism.read_conversation(row), row.where)
        if form == "PRISM survey":
            return self._person(survey.read_person(row), row)
        if form != "WildChat":
            self.said += comparisons_of(row)
        elif wildchat.is_toxic(row) and not self.toxic:
            self.left_out["marked as toxic"] += 1
        else:
            talk = wildchat.read_wildchat(row, self.rows[form])
            if talk.user and (country := wildchat.country_of(row)):
                self.countries.setdefault(talk.user, country)
            return self._add(talk, row.where)
        return True

    def _add(self, talk: Talk, where: str) -> bool:
        if talk.id in self.talks:
            self.bad.append(
                PersonaEnvError(f"{where}: the conversation {talk.id!r} is there already")
            )
            return False
        self.talks[talk.id] = talk
        return True

    def _person(self, user: UserProfile, row: Row) -> bool:
        if user.id in self.people:
            raise row.error(f"the user {user.id!r} is there already")
        self.people[user.id] = user
        return True

    def whole(self) -> Conversations:
        """All of it, with the languages that each user writes."""
        read: dict[str, Counter[str]] = {}
        for talk in self.talks.values():
            if talk.user:
                spoken = read.setdefault(talk.user, Counter())
                spoken.update(turn.language for turn in talk.turns if turn.language in LANGUAGES)
        for name in read.keys() - self.people.keys():
            self.people[name] = UserProfile(id=name, extensions=self._country(name))
        users = {
            name: _reading(user, read.get(name, Counter())) for name, user in self.people.items()
        }
        return Conversations(
            tuple(self.talks.values()), dict(sorted(users.items())), tuple(self.said),
            dict(self.rows), dict(self.left_out), tuple(self.bad),
        )  # fmt: skip

    def _country(self, name: str) -> dict[str, Any]:
        country = self.countries.get(name)
        return {"country": {"role": "protected", "value": country}} if country else {}


def _reading(user: UserProfile, spoken: Counter[str]) -> UserProfile:
    """The user with the languages in which they write, the most frequent first."""
    languages = tuple(code for code, _ in spoken.most_common())
    context = user.context.model_copy(update={"languages": languages})
    return user.model_copy(update={"context": context}) if languages else user


def _format_of(row: Row) -> str:
    for name, columns in FORMATS.items():
        if all(column in row.cells for column in columns):
            return name
    known = "; ".join(f"{name}: {', '.join(columns)}" for name, columns in FORMATS.items())
    raise row.error(
        f"the columns {sorted(map(str, row.cells))} are of no format that is known. Known: {known}"
    )
