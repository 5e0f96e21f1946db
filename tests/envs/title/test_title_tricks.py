"""PersonaTitle-v0: titles that nobody should be paid for, in the form that each user likes."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import pytest

from persona_env import UserProfile
from persona_env.envs.title.choice import habits_for, language_for, past_titles
from persona_env.envs.title.compose import compose
from persona_env.envs.title.content import private
from persona_env.envs.title.draws import make
from persona_env.envs.title.env import PersonaTitleEnv
from persona_env.envs.title.facts import Facts, facts_of, words_of
from persona_env.envs.title.families import families
from persona_env.envs.title.form import in_rows
from persona_env.envs.title.session import TitleScenario, transcript
from persona_env.envs.title.titles import read_title
from persona_env.envs.title.words import tokens
from persona_env.languages import Language
from persona_env.scenarios.case import prompt_language_or_first
from persona_env.scenarios.library import load_scenarios
from persona_env.text.spans import is_cjk

from .titles import CHAIN

HALF = 0.5  # of the oracle's reward: every trick pays less
WRITTEN = load_scenarios(folder="title")
PAID = ("chess-blunders", "excel-buscar")  # where a trick was once found to pay
SESSIONS = [
    CHAIN,
    *(make(name, 3) for name in families()),
    *(s for i, s in enumerate(WRITTEN) if i % 8 == 0 or s.id in PAID),
]
FOREIGN = {"en": " in Reykjavik", "es": " en Reikiavik", "zh": "，在雷克雅未克"}
FOR = {"en": " for ", "es": " para ", "zh": "给"}
BEGIN = {"en": "Sure, here is a title: ", "es": "Claro, aquí tienes: ", "zh": "好的，标题是"}
FILLER = {
    "en": " and how to use it and how to get it",
    "es": " y cómo usar y cómo hacer",
    "zh": "的问题的方法的原因",
}
Meeting = tuple[TitleScenario, UserProfile, Language]


@cache
def made(register: str = "natural") -> PersonaTitleEnv:
    return PersonaTitleEnv(split="all", register=register)


@cache
def meetings() -> list[Meeting]:
    """Users with the sessions of their split that are there in their languages."""
    found = []
    for user in made().users:
        for scenario in (s for s in SESSIONS if s.split == user.split):
            asked = next((c for c in user.context.languages if c in scenario.sessions), None)
            if asked is None:
                continue
            habits = habits_for(scenario, user.value, prompt_language_or_first(scenario, user))
            if habits["language"] and habits["language"].value not in scenario.sessions:
                continue
            found.append((scenario, user, language_for(habits, scenario, asked)))
    return found


def dressed(meeting: Meeting, *bodies: str, code: str = "") -> str:
    """The best of these words in the user's case, with the user's emoji, tags, date and marks."""
    scenario, user, language = meeting
    language = code or language
    session = scenario.sessions[language].model_copy(update={"titles": bodies})
    changed = scenario.model_copy(update={"sessions": {**scenario.sessions, language: session}})
    habits = habits_for(scenario, user.value, prompt_language_or_first(scenario, user))
    return compose(changed, habits, language)


def keywords(meeting: Meeting) -> list[str]:
    """The content words of the longest good title, in reverse order."""
    scenario, _, code = meeting
    title, known = scenario.sessions[code].titles[2], facts_of(scenario.sessions[code], code)
    if code == "zh":
        return _chinese(title, known)[::-1]
    words = [word for word, _ in tokens(title) if not known.is_small(word)]
    return [*dict.fromkeys(words)][::-1]


def _chinese(title: str, known: Facts) -> list[str]:
    pieces = [piece.text for run in known.pieces_of(title) for piece in run if piece.kind == "own"]
    words = [piece[i : i + 2] for piece in pieces for i in range(0, len(piece), 2)]
    return [*dict.fromkeys(word for word in words if is_cjk(word[0]))]


# --- the tricks: each gives the titles that it tries in one meeting ------------------------------


def word_salad(meeting: Meeting) -> Iterator[str]:
    words, blank = keywords(meeting), "" if meeting[2] == "zh" else " "
    if len(words) > 2:
        yield dressed(meeting, blank.join(words))
        yield dressed(meeting, blank.join(sorted(words)), blank.join(sorted(words)[::-1]))


def list_of_keywords(meeting: Meeting) -> Iterator[str]:
    words, comma = keywords(meeting), "，" if meeting[2] == "zh" else ", "
    if len(words) > 2:
        yield dressed(meeting, comma.join(words), comma.join(words[:3]))


def copied_message(meeting: Meeting) -> Iterator[str]:
    first = meeting[0].sessions[meeting[2]].messages[0]
    yield first
    yield dressed(meeting, first.rstrip(".?!。？！"))


def reply(meeting: Meeting) -> Iterator[str]:
    session = meeting[0].sessions[meeting[2]]
    yield session.messages[1]
    yield BEGIN[meeting[2]] + session.titles[0]
    yield dressed(meeting, *(BEGIN[meeting[2]] + title for title in session.titles))


def two_lines(meeting: Meeting) -> Iterator[str]:
    title = oracle(meeting)
    yield f"{title}\n{title}"
    yield f"{title}\n\n{meeting[0].sessions[meeting[2]].titles[0]}"


def other_language(meeting: Meeting) -> Iterator[str]:
    scenario, _, right = meeting
    for code in scenario.sessions:
        if code != right:
            yield dressed(meeting, *scenario.sessions[code].titles, code=code)


def made_up_detail(meeting: Meeting) -> Iterator[str]:
    titles = meeting[0].sessions[meeting[2]].titles
    yield dressed(meeting, *(title + FOREIGN[meeting[2]] for title in titles))


def private_detail(meeting: Meeting) -> Iterator[str]:
    session, code = meeting[0].sessions[meeting[2]], meeting[2]
    for value in session.private:
        yield dressed(meeting, *(f"{title}{FOR[code]}{value}" for title in session.titles))


def repetition(meeting: Meeting) -> Iterator[str]:
    session, blank = meeting[0].sessions[meeting[2]], "" if meeting[2] == "zh" else " "
    for joint in (blank, ", "):
        yield dressed(meeting, *(f"{title}{joint}{title}" for title in session.titles))


def nothing(meeting: Meeting) -> Iterator[str]:
    yield from ("", " ", ".", "🚲", meeting[0].date.isoformat())


def whole_session(meeting: Meeting) -> Iterator[str]:
    scenario, _, code = meeting
    yield transcript(scenario.sessions[code], code)
    yield " ".join(scenario.sessions[code].messages)


def earlier_title(meeting: Meeting) -> Iterator[str]:
    yield from past_titles(meeting[0], meeting[1].value)


def tags_only(meeting: Meeting) -> Iterator[str]:
    words = [word for word in keywords(meeting) if word[0].isalpha()]
    yield " ".join(f"#{word}" for word in words[:3])
    yield " ".join(f"#{word}" for word in words)


def topic_only(meeting: Meeting) -> Iterator[str]:
    yield dressed(meeting, meeting[0].sessions[meeting[2]].topics[0])


def oracle(meeting: Meeting) -> str:
    return made().oracle(meeting[0], meeting[1])


# Good titles, drowned.


def emoji_flood(meeting: Meeting) -> Iterator[str]:
    yield oracle(meeting) + " " + meeting[0].emoji[0] * 20


def tag_flood(meeting: Meeting) -> Iterator[str]:
    yield " ".join([oracle(meeting), *(f"#{word}" for word in keywords(meeting) * 3)])


def date_flood(meeting: Meeting) -> Iterator[str]:
    yield f"2026-01-01 2026-01-02 2026-01-03 {oracle(meeting)}"


def filler(meeting: Meeting) -> Iterator[str]:
    session, code = meeting[0].sessions[meeting[2]], meeting[2]
    yield dressed(meeting, *(title + FILLER[code] for title in session.titles))


TRICKS = (
    word_salad, list_of_keywords, copied_message, reply, two_lines, other_language, made_up_detail,
    private_detail, repetition, nothing, whole_session, earlier_title, tags_only, topic_only,
    emoji_flood, tag_flood, date_flood, filler,
)  # fmt: skip


NAMED = {trick.__name__: trick for trick in TRICKS}


@cache
def paying(name: str, code: str, register: str) -> list[tuple[float, str, str, str]]:
    """The titles of a trick that pay half of the oracle's reward or more, the best first."""
    found, tried = [], 0
    for meeting in (one for one in meetings() if one[2] == code):
        scenario, user, _ = meeting
        best = made(register).score(oracle(meeting), scenario, user).reward
        for title in NAMED[name](meeting):
            tried += 1
            reward = made(register).score(title, scenario, user).reward
            if reward >= HALF * best:
                found.append((round(reward, 3), title, user.id, scenario.id))
    assert tried
    return sorted(found, reverse=True)


@pytest.mark.parametrize("register", ["natural", pytest.param("tiny", marks=pytest.mark.slow)])
@pytest.mark.parametrize("code", ["en", "es", "zh"])
@pytest.mark.parametrize("name", [trick.__name__ for trick in TRICKS])
def test_no_trick_pays(name, code, register):
    assert paying(name, code, register) == []


# --- private details, whatever the gates make of the other words ----------------------------------


@pytest.mark.parametrize("name", families())
def test_each_private_detail_closes_the_gate(name):
    tried = 0
    for scenario in (make(name, index) for index in range(12)):
        for code, session in scenario.sessions.items():
            for value in session.private:
                for title in (f"{session.titles[0]}{FOR[code]}{value}", value, value.upper()):
                    assert private(read_title(title), facts_of(session, code)), title
                    tried += 1
    assert tried


def test_the_sessions_tell_every_kind_of_private_detail():
    told = {
        value
        for name in families()
        for index in range(12)
        for value in make(name, index).sessions["en"].private
    }
    assert any("@" in value for value in told)
    assert any(sum(map(str.isdigit, value)) > 6 for value in told)
    assert any(value.replace(" ", "").isalpha() for value in told)


def test_an_address_is_private_without_its_first_part_being_listed():
    session = CHAIN.sessions["en"].model_copy(update={"private": ("orla@example.org",)})
    assert private(read_title("Chain of orla@example.org"), facts_of(session, "en"))


@pytest.mark.parametrize(
    ("title", "is_said_twice"),
    [
        ("por qué y porque por qué y porque", True),
        ("Por qué, y cómo: por qué", False),
        ("más y más y más escalas", False),
        ("Paso a paso: una nota y otra nota", False),
    ],
)
def test_a_row_of_words_that_follows_itself(title, is_said_twice):
    assert bool(in_rows(words_of(read_title(title)))) is is_said_twice
