"""PersonaTitle-v0: how users title, as inferred from titles or stated, worked by hand."""

from __future__ import annotations

import pytest

from persona_env import UserProfile
from persona_env.envs.title.choice import habits_for, language_for, past_titles
from persona_env.envs.title.env import PersonaTitleEnv
from persona_env.envs.title.habits import HABITS, Habit, infer
from persona_env.envs.title.stated import stated
from persona_env.errors import ProfileError
from persona_env.users.profile import Extension

from .titles import CHAIN, titler

PLAIN = ("Mending a torn sail", "Rent for the attic room", "A gift for the piano teacher")


def shown(*titles: str) -> dict[str, tuple[object, float] | None]:
    """The habits of these titles, as pairs of value and confidence."""
    return {n: h and (h.value, h.confidence) for n, h in infer(titles).items()}


# --- inferred -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("habit", "value", "titles"),
    [
        ("language", "en", PLAIN),
        ("language", "es", ("Coser una vela rota", "Alquiler del ático", "Regalo para mi tía")),
        ("language", "zh", ("修补破帆布", "阁楼房租合同", "送给钢琴老师的礼物")),
        ("case", "sentence", PLAIN),
        ("case", "title", ("Mending a Torn Sail", "Rent for the Attic", "Gift for a Teacher")),
        ("case", "lower", ("mending a torn sail", "attic rent", "gift for a teacher")),
        ("case", "upper", ("MENDING A TORN SAIL", "ATTIC RENT", "GIFT FOR A TEACHER")),
        ("emoji", "none", PLAIN),
        ("emoji", "leading", ("⛵ Mending a sail", "🏠 Attic rent", "🎹 Gift for a teacher")),
        ("emoji", "trailing", ("Mending a sail ⛵", "Attic rent 🏠", "Gift for a teacher 🎹")),
        ("tags", "none", ("Mending C# code", "Room #4 for rent", "Attic and/or cellar")),
        ("tags", "some", ("Mending a sail #boat", "Attic rent #home #money", "#gift Piano")),
        ("date", "none", ("Half 1/2 of a cup", "Mending a sail", "Attic rent of 2026")),
        ("date", "iso", ("2026-05-01 Sail", "Attic rent 2026-05-09", "2026-06-30 Gift")),
        ("date", "short", ("1 May Sail", "9 May Attic rent", "Gift 30 Jun")),
        ("date", "short", ("5月1日 补帆", "5月9日 房租", "6月30日 送礼物")),
        ("date", "slash", ("01/05 Sail", "09/05 Attic rent", "30/06 Gift")),
        ("separator", "none", ("Well-made sails", "Attic rent", "Call at 10:30")),
        ("separator", "colon", ("Boat: torn sail", "Home: attic rent", "Music: a gift")),
        ("separator", "colon", ("船：补帆布", "家：阁楼房租", "音乐：送礼物")),
        ("separator", "dash", ("Boat - torn sail", "Home – attic rent", "Music - a gift")),
        ("separator", "bar", ("Boat | torn sail", "Home | attic rent", "Music | a gift")),
        ("stop", "none", PLAIN),
        ("stop", "stop", ("Mending a sail.", "Attic rent.", "Gift for a teacher.")),
        ("stop", "stop", ("修补破帆布。", "阁楼房租合同。", "送老师的礼物。")),
        ("quotes", "none", ("Grandma's sail", "Attic rent", "The teacher's gift")),
        ("quotes", "double", ('"Mending a sail"', "“Attic rent”", 'The "gift" of a teacher')),
    ],
)
def test_three_titles_that_agree_show_a_habit(habit, value, titles):
    assert shown(*titles)[habit] == (value, 1.0)
    assert infer(titles)[habit].source == "inferred"


@pytest.mark.parametrize(
    ("habit", "titles"),
    [
        ("language", ("Mending a torn sail", "Alquiler del ático", "送给钢琴老师的礼物")),
        ("case", ("mending a torn sail", "ATTIC RENT", "Gift for a teacher")),
        ("case", ("修补破帆布", "阁楼房租合同", "送给钢琴老师的礼物")),  # no case at all
        ("case", ("Sailing", "Rent", "Piano")),  # a sentence's case and a title's
        ("emoji", ("⛵ Mending a sail", "Attic rent 🏠", "Gift for a teacher")),
        ("emoji", ("Mending ⛵ a sail", "Attic 🏠 rent", "Gift 🎹 for a teacher")),  # inside
        ("emoji", ("⛵🏠🎹 Mending", "⛵🏠🎹 Rent", "⛵🏠🎹 Gift")),  # more than two
        ("tags", ("Mending a sail #boat", "Attic rent", "A #gift for her")),
        ("date", ("2026-05-01 Sail", "9 May Attic rent", "30/06 Gift")),
        ("separator", ("Boat: torn sail", "Home - attic rent", "Music | a gift")),
        ("stop", ("Mending a sail.", "Attic rent?", "Gift for a teacher")),
        ("quotes", ('"Mending a sail"', "Attic rent", 'Gift for "a teacher')),
        ("length", ("Sail", "Rent for the attic room", "What to give to the piano teacher in May")),
    ],
)
def test_titles_that_disagree_show_none(habit, titles):
    assert shown(*titles)[habit] is None


def test_two_titles_are_too_few():
    assert infer(PLAIN[:2]) == dict.fromkeys(HABITS)
    assert infer(()) == dict.fromkeys(HABITS)
    # three titles, of which two have letters with a case
    assert shown("mending a sail", "attic rent", "送老师的礼物")["case"] is None


def test_confidence_is_the_share_that_agrees():
    lower = ("mending a torn sail", "rent for an attic", "gift for a teacher")
    assert shown(*lower, "Two new oars")["case"] == ("lower", 3 / 4)
    assert shown(*lower, "Two new oars", "Cheap paint")["case"] is None  # 3 of 5
    assert shown(*lower, "two oars", "Cheap paint")["case"] == ("lower", 4 / 5)
    assert shown(*lower, "📎 two oars")["emoji"] == ("none", 3 / 4)
    # what tells nothing does not count: no case in the Chinese title
    assert shown(*lower, "修补破帆布")["case"] == ("lower", 1.0)
    # a single word with a capital agrees with both, and so decides for neither
    assert shown("Torn Sails", "Attic Rent", "Piano")["case"] == ("title", 1.0)


def test_lengths():
    # 3, 4, 5 words: all within max(1, 0.4 * 4) of the median 4; beside by ceil(0.3 * 4) = 2
    assert shown("one two three", "one two three four", "one two three four five")["length"] == (
        (1, 7),
        1.0,
    )
    # 10, 10, 10, 2: the last is no neighbour of 10; beside by 3
    ten = " ".join("abcdefghij")
    assert shown(ten, ten, ten, "a b")["length"] == ((7, 13), 3 / 4)
    assert shown(ten, ten, "a b", "a b c")["length"] is None
    # emoji, tags, dates are no words: 2 words each; least 1 beside
    assert shown("⛵ torn sail #boat", "2026-05-01 attic rent", "9 May piano gift")["length"] == (
        (1, 3),
        1.0,
    )
    # Chinese: 6 characters each, beside by max(2, ceil(1.8)) = 2
    assert shown("修补破旧帆布", "阁楼房租合同", "钢琴老师礼物")["length"] == ((4, 8), 1.0)


# --- stated -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("habit", "value"),
    [
        ("case", "upper"),
        ("emoji", "trailing"),
        ("tags", "some"),
        ("date", "slash"),
        ("separator", "bar"),
        ("stop", "stop"),
        ("quotes", "double"),
    ],
)
def test_what_is_stated_goes_first(habit, value):
    user = titler("mara", past=PLAIN, **{habit: value})
    assert infer(PLAIN)[habit].value != value
    habits = habits_for(CHAIN, user.value, "en")
    assert habits[habit] == Habit(value, 1.0, "stated")
    others = {name: one for name, one in infer(PLAIN).items() if name != habit}
    assert {name: habits[name] for name in others} == others


def test_stated_lengths():
    wishes = {"brief": (1, 5), "medium": (4, 9), "detailed": (8, 16)}
    for wish, ends in wishes.items():
        user = titler("mara", past=PLAIN).prefer(length=wish)
        assert habits_for(CHAIN, user.value, "en")["length"] == Habit(ends, 1.0, "stated")
    own = titler("mara", length="2-3").prefer(length="detailed")
    assert habits_for(CHAIN, own.value, "en")["length"] == Habit((2, 3), 1.0, "stated")
    brief = titler("mara").prefer(length="brief")
    found = [habits_for(CHAIN, brief.value, code)["length"].value for code in ("en", "es", "zh")]
    assert found == [(1, 5), (1, 7), (2, 10)]


def test_the_language_of_a_title():
    files = titler("mara", past=("修补破帆布", "阁楼房租合同", "送给钢琴老师的礼物"))
    habits = habits_for(CHAIN, files.value, "en")
    assert habits["language"] == Habit("zh", 1.0, "inferred")
    assert language_for(habits, CHAIN, "en") == "zh"
    told = files.prefer(language="es")
    habits = habits_for(CHAIN, told.value, "en")
    assert habits["language"] == Habit("es", 1.0, "stated")
    assert language_for(habits, CHAIN, "en") == "es"
    mixed = titler("mara").prefer(language="mix")
    assert stated(mixed.value, "en")["language"] is None
    english = CHAIN.model_copy(update={"sessions": {"en": CHAIN.sessions["en"]}})
    assert language_for(habits, english, "en") == "en"  # the session is not there in Spanish


def test_nothing_is_known_of_who_states_and_shows_nothing():
    assert habits_for(CHAIN, titler("mara").value, "en") == dict.fromkeys(HABITS)


def with_extensions(**values: object) -> UserProfile:
    extensions = {n: Extension(role="preference", value=v) for n, v in values.items()}
    return UserProfile(id="mara", context={"languages": ["en"]}, extensions=extensions)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"title_cse": "lower"}, ["mara", "title_cse", "title_case"]),
        ({"title_case": "lowr"}, ["mara", "title_case 'lowr'", "'sentence'", "'lower'"]),
        ({"title_emoji": "leadin"}, ["title_emoji 'leadin'", "'leading'"]),
        ({"title_date": "isoo"}, ["title_date 'isoo'", "'iso'"]),
        ({"title_length": "6-3"}, ["title_length '6-3'", "'3-6'"]),
        ({"title_length": "0-3"}, ["title_length '0-3'"]),
        ({"title_length": "short"}, ["title_length 'short'"]),
        ({"past_titles": "Torn sail"}, ["past_titles 'Torn sail'"]),
        ({"past_titles": ("Torn sail", "")}, ["past_titles"]),
    ],
)
def test_wrong_habits_are_errors(fields, said):
    with pytest.raises(ProfileError) as caught:
        PersonaTitleEnv(profiles=[with_extensions(**fields)])
    assert [part for part in said if part not in str(caught.value)] == []


@pytest.mark.parametrize(
    ("fields", "nearest"),
    [
        ({"title_cse": "lower"}, "title_case"),
        ({"title_case": "lowr"}, "lower"),
        ({"title_quotes": "doubel"}, "double"),
    ],
)
def test_errors_name_the_nearest(fields, nearest):
    with pytest.raises(ProfileError, match=rf"(?i)(?:mean|nearest)[^.]*{nearest}"):
        PersonaTitleEnv(profiles=[with_extensions(**fields)])


# --- which titles are shown ---------------------------------------------------------------------


def test_titles_that_tell_the_subject_are_not_shown():
    telling = ("Chains for a necklace", "A squeak in the floor", "Riding my bikes")
    user = titler("mara", past=(*telling, *PLAIN))
    assert sorted(past_titles(CHAIN, user.value)) == sorted(PLAIN)
    assert past_titles(CHAIN, titler("mara", past=telling).value) == ()
    assert past_titles(CHAIN, titler("mara").value) == ()
    chinese = titler("mara", past=("项链断了", "链条太脏", "修补破帆布"))
    assert sorted(past_titles(CHAIN, chinese.value)) == ["修补破帆布", "项链断了"]


def test_at_most_four_are_shown_and_the_same_to_all():
    many = (*PLAIN, "Two new oars", "Cheap paint for a boat", "Letter to the landlord")
    user = titler("mara", past=many)
    found = past_titles(CHAIN, user.value)
    assert len(found) == 4
    assert set(found) < set(many)
    assert past_titles(CHAIN, titler("otto", past=many[::-1]).value) == found
