"""Conversations of public data sets, as prompts, users and comparisons of this library."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from persona_env.arguments import choice
from persona_env.errors import PersonaEnvError, ScenarioError
from persona_env.languages import LANGUAGES
from persona_env.preferences.comparison import Candidates, Comparison
from persona_env.preferences.ratings import compare_ratings
from persona_env.rows import Row
from persona_env.scenarios.prompts import scenarios_of
from persona_env.scenarios.schema import Scenario
from persona_env.suites.prism import SPAN
from persona_env.suites.talk import Talk
from persona_env.users.profile import UserProfile
from persona_env.users.words import in_words

TURNS = ("first", "last", "all")
"""Which turns of a conversation are prompts."""


@dataclass(frozen=True, slots=True)
class Conversations:
    """What some files hold.

    Parameters
    ----------
    talks:
        The conversations, in the order of the files.
    users:
        Everybody who takes part or answered a survey, by id. Of users without a survey only the
        languages are known.
    said:
        Comparisons that a file holds as such.
    rows:
        How many rows were read, by the name of the format.
    left_out:
        How many rows were left out on purpose, and why.
    bad:
        The errors of rows that are wrong: each names the file and the line.
    """

    talks: tuple[Talk, ...]
    users: Mapping[str, UserProfile]
    said: tuple[Comparison, ...] = ()
    rows: Mapping[str, int] = field(default_factory=dict)
    left_out: Mapping[str, int] = field(default_factory=dict)
    bad: tuple[PersonaEnvError, ...] = ()

    def prompts(self, turns: str = "first", split: str | None = None) -> list[dict[str, Any]]:
        """A row for each prompt, as :func:`~persona_env.scenarios.prompts.read_prompts` reads them:
        ``id``, ``messages``, ``user``, ``language``, ``category``, and ``split`` if it is given.

        Prompts in a language of which the library has no data are left out; see
        :meth:`elsewhere`.
        """
        return [
            {
                "id": talk.name_of(at),
                "messages": talk.messages(at),
                "language": talk.turns[at].language or LANGUAGES[0],
                "category": talk.id.partition("-")[0],
            }
            | ({"user": talk.user} if talk.user else {})
            | ({"split": split} if split else {})
            for talk, at in self._asked(turns)
            if (talk.turns[at].language or LANGUAGES[0]) in LANGUAGES
        ]

    def elsewhere(self, turns: str = "first") -> Counter[str]:
        """How many prompts are in a language of which the library has no data, by language."""
        found = (talk.turns[at].language for talk, at in self._asked(turns))
        return Counter(language for language in found if language not in ("", *LANGUAGES))

    def _asked(self, turns: str) -> Iterator[tuple[Talk, int]]:
        choice("turns", turns, TURNS)
        for talk in self.talks:
            every = range(len(talk.turns))
            at = {"first": every[:1], "last": every[-1:], "all": every}[turns]
            yield from ((talk, place) for place in at)

    def scenarios(self, turns: str = "first", split: str = "train") -> tuple[Scenario, ...]:
        """The prompts as scenarios, each asked by its user alone; give :attr:`users` as
        ``profiles=`` beside them.

        Raises :class:`ScenarioError` where there are none.
        """
        cells = self.prompts(turns, split)
        rows = [Row(one, f"prompt {one['id']!r}", ScenarioError) for one in cells]
        return scenarios_of(rows, "talks", "these conversations")

    def comparisons(
        self, *, margin: float = 0.0, ranked: bool = False, described: bool = False
    ) -> list[Comparison]:
        """What users say of the replies that they scored, and what the files hold as comparisons.

        Parameters
        ----------
        margin, ranked:
            See :func:`~persona_env.preferences.ratings.compare_ratings`; scores are from 1 to 100.
        described:
            What is known of the user stands before the talk as a system turn, as a reward model
            that ``sees`` the user in the prompt needs it. No protected field is told.
        """
        rated = (
            self._of_turn(talk, at, margin, ranked=ranked, described=described)
            for talk in self.talks
            for at in range(len(talk.turns))
        )
        return [*self.said, *chain.from_iterable(rated)]

    def _of_turn(
        self, talk: Talk, at: int, margin: float, *, ranked: bool, described: bool
    ) -> list[Comparison]:
        turn = talk.turns[at]
        rated = [place for place, one in enumerate(turn.answers) if one.score is not None]
        if len(rated) < 2:
            return []
        answers = [turn.answers[place] for place in rated]
        messages = talk.messages(at)
        if described and talk.user in self.users:
            told = {"role": "system", "content": in_words(self.users[talk.user])}
            messages = [told, *messages]
        asked = Candidates(
            prompt=turn.prompt,
            replies=tuple(one.text for one in answers),
            messages=tuple(messages),
            scenario=talk.name_of(at),
            user=talk.user,
            language=turn.language,
        )
        when = {"time": talk.time} if talk.time else {}
        return compare_ratings(
            asked,
            [one.score for one in answers if one.score is not None],
            span=SPAN,
            margin=margin,
            chosen=rated.index(turn.chosen) if turn.chosen in rated else None,
            policies=[one.model for one in answers],
            ranked=ranked,
            annotator=talk.user,
            **when,
        )

    @property
    def unrated(self) -> int:
        """How many replies have no score beside others that have one: they are compared with none.

        Of conversations without any score all are.
        """
        return sum(one.score is None for t in self.talks for a in t.turns for one in a.answers)
