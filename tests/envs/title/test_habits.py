"""Habits: what titles show, by hand, on titles that no generator wrote."""

from __future__ import annotations

import pytest

from persona_env import UserProfile
from persona_env.envs.title import PersonaTitleEnv
from persona_env.envs.title.choice import habits_for, language_for, past_titles
from persona_env.envs.title.habits import HABITS, infer
from persona_env.envs.title.stated import check_habits
from persona_env.envs.title.style import cases, length
from persona_env.envs.title.titles import read_title
from persona_env.errors import PersonaEnvError

MAYA = (
    "Moss between the tiles",
    "Second opinion on the roof",
    "Old mandolin strings",
    "Reading list for a long train ride",
)
OSKAR = (
    "2025-10-01 BOILER NOISE #house",
    "2025-11-12 BUS PASS RENEWAL #papers",
    "2025-12-24 GOOSE FOR NINE #kitchen",
    "2026-01-09 SKATE SHARPENING #sport",
)
NURIA = (
    "💡 Trámites - Renovar el carné de la biblioteca.",
    "🎻 Ocio - Afinar un violín de segunda mano.",
    "🪴 Casa - Qué planta aguanta sin sol.",
    "🚲 Calle - Cadena oxidada tras el invierno.",
)
YUN = ("“修旧闹钟”", "“换自行车内胎”", "“给老师的感谢信”", "“周末短途路线”")


def values(titles):
    return {name: habit and habit.value for name, habit in infer(tuple(titles)).items()}


@pytest.mark.parametrize(
    ("titles", "shown"),
    [
        (
            MAYA,
            {"language": "en", "case": "sentence", "emoji": "none", "tags": "none", "date": "none",
             "separator": "none", "stop": "none", "quotes": "none", "length": (1, 7)},
        ),
        (
            OSKAR,
            {"case": "upper", "emoji": "none", "tags": "some", "date": "iso", "separator": "none",
             "stop": "none", "quotes": "none", "length": (1, 4)},
        ),
        (
            NURIA,
            {"language": "es", "case": "sentence", "emoji": "leading", "tags": "none",
             "date": "none", "separator": "dash", "stop": "stop", "quotes": "none"},
        ),
        (
            YUN,
            {"language": "zh", "case": None, "emoji": "none", "quotes": "double", "stop": "none",
             "length": (2, 9)},
        ),
    ],
)  # fmt: skip
def test_what_titles_show(titles, shown):
    found = values(titles)
    assert {name: found[name] for name in shown} == shown
    assert set(found) == set(HABITS)


def test_a_confidence_is_the_share_that_agrees():
    mixed = (*MAYA[:3], "🎿 Ski wax for wet snow")
    assert infer(mixed)["emoji"].confidence == 0.75
    assert infer(mixed)["case"].confidence == 1.0
    assert infer(MAYA)["emoji"].source == "inferred"


@pytest.mark.parametrize(
    ("titles", "unknown"),
    [
        ((), HABITS),
        (MAYA[:2], HABITS),
        (("Old mandolin strings", "old mandolin", "OLD STRINGS", "Old Mandolin Case"), ["case"]),
        (("Mandolin", "Roof", "Moss"), ["case", "language"]),  # sentence or title case?
        (("A tap", "A tap.", "A tap #x", "🔧 A tap", "A tap - b"), []),
        (("Roof", "A very long and winding title about one roof", "Roof tiles",
          "Another title that goes on and on until the reader sleeps"), ["length"]),
        (("Tap #a", "Tap", "Roof #b", "Moss"), ["tags"]),
    ],
)  # fmt: skip
def test_what_titles_do_not_agree_on_stays_unknown(titles, unknown):
    found = infer(tuple(titles))
    assert all(found[name] is None for name in unknown)


def test_three_of_four_agree_and_two_do_not():
    assert values(("Tap #a", "Roof #b", "Moss #c", "Gate"))["tags"] == "some"
    assert values(("Tap #a", "Roof #b", "Moss", "Gate"))["tags"] is None


@pytest.mark.parametrize(
    ("text", "case"),
    [
        ("Fix the leaking tap", {"sentence"}),
        ("Fix the Leaking Tap", {"title"}),
        ("fix the leaking tap", {"lower"}),
        ("FIX THE LEAKING TAP", {"upper"}),
        ("Sourdough", {"sentence", "title"}),
        ("Fans of the NAS are loud", {"sentence"}),
        ("NAS", {"sentence", "title", "lower", "upper"}),
        ("iPhone screen repair", {"lower", "sentence"}),
        ("Home: leaking tap", {"sentence"}),
        ("Home: Leaking tap", {"sentence"}),
        ("Home: Leaking Tap", {"title"}),
        ("Fix The leaking Tap", set()),
        ("修水龙头", set()),
    ],
)
def test_cases(text, case):
    assert cases(read_title(text)) == case


def test_names_keep_their_capitals():
    assert cases(read_title("Week in Lisbon"), frozenset({"Lisbon"})) == {"sentence", "title"}
    assert cases(read_title("week in Lisbon"), frozenset({"Lisbon"})) == {"lower"}


@pytest.mark.parametrize(
    ("text", "language", "count"),
    [
        ("🍞 2026-03-14 Baking: rye bread #food", "en", 3),
        ("Rice-cooker spills", "en", 2),
        ("修厨房水龙头", "zh", 6),
        ("NAS硬盘更换", "zh", 6),
    ],
)
def test_length_is_that_of_the_words(text, language, count):
    assert length(read_title(text), language) == count


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2026-03-14 Roof", [("iso", 3, 14)]),
        ("Roof (14 Mar)", [("short", 3, 14)]),
        ("March 14 roof", [("short", 3, 14)]),
        ("14 de marzo tejado", [("short", 3, 14)]),
        ("3月14日 屋顶", [("short", 3, 14)]),
        ("14/03 roof", [("slash", 3, 14)]),
        ("Roof for 1/2 the price, 24/7", []),
        ("Roof 2026-13-40", []),
        ("May I paint it", []),
        ("Meeting at 10:30", []),
    ],
)
def test_dates(text, found):
    assert [(d.kind, d.month, d.day) for d in read_title(text).dates] == found


# --- the profile and the titles together --------------------------------------------------------

SESSION = PersonaTitleEnv(split="all").scenarios.find("kettle-limescale")


def user(titles=(), **extensions):
    own = {name: {"role": "preference", "value": value} for name, value in extensions.items()}
    if titles:
        own["past_titles"] = {"role": "preference", "value": tuple(titles)}
    return UserProfile(id="u", context={"languages": ["en"]}, extensions=own)


def test_what_is_stated_goes_before_what_is_shown():
    habits = habits_for(SESSION, user(MAYA, title_case="upper", title_length="3-4").value, "en")
    assert (habits["case"].value, habits["case"].source) == ("upper", "stated")
    assert habits["length"].value == (3, 4)
    assert (habits["emoji"].value, habits["emoji"].source) == ("none", "inferred")


def test_without_anything_nothing_applies():
    assert not any(habits_for(SESSION, user().value, "en").values())


def test_a_wish_for_length_is_one_for_titles():
    for wish, low, high in (("brief", 1, 5), ("medium", 4, 9), ("detailed", 8, 16)):
        value = user().prefer(length=wish).value
        assert habits_for(SESSION, value, "en")["length"].value == (low, high)


def test_a_language_that_the_session_lacks_is_not_asked_for():
    spanish = habits_for(SESSION, user(NURIA).value, "en")
    assert spanish["language"].value == "es"
    assert language_for(spanish, SESSION, "en") == "en"


def test_no_shown_title_tells_the_answer():
    telling = ("Kettle descaling", "Boiling kettles", "Limescale in the shower")
    shown = past_titles(SESSION, user((*telling, *MAYA)).value)
    assert set(shown) == set(MAYA)


def test_whoever_has_the_same_titles_is_shown_the_same():
    titles = (*MAYA, *OSKAR, *NURIA)
    first = past_titles(SESSION, user(titles).value)
    again = past_titles(SESSION, user(titles).model_copy(update={"id": "v"}).value)
    assert first == again
    assert len(first) == 4


@pytest.mark.parametrize(
    ("extensions", "said"),
    [
        ({"title_case": "uper"}, "Did you mean 'upper'"),
        ({"title_emojis": "none"}, "Did you mean 'title_emoji'"),
        ({"title_length": "short"}, "no range"),
        ({"title_length": "6-3"}, "no range"),
        ({"past_titles": "one title"}, "no list"),
    ],
)
def test_a_habit_that_there_is_not(extensions, said):
    with pytest.raises(PersonaEnvError, match=said):
        check_habits(user(**extensions))
    with pytest.raises(PersonaEnvError, match=said):
        PersonaTitleEnv(profiles=[user(**extensions)])
