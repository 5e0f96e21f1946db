"""PersonaTitle-v0: its data, its reward terms worked by hand, and titles that must not pay."""

from __future__ import annotations

from collections import Counter
from functools import cache
from pathlib import Path

import gymnasium as gym
import numpy as np
import pytest

import persona_env
from persona_env import UserProfile
from persona_env.envs.title.choice import past_titles
from persona_env.envs.title.content import key_points
from persona_env.envs.title.draws import make
from persona_env.envs.title.env import PersonaTitleEnv, generators
from persona_env.envs.title.facts import facts_of
from persona_env.envs.title.families import families
from persona_env.envs.title.session import TitleScenario, transcript
from persona_env.envs.title.titles import read_title
from persona_env.evaluation.evaluate import draw_cases
from persona_env.registration import make_agent
from persona_env.scenarios.case import Case
from persona_env.scenarios.library import load_scenarios

from ...support import every_split
from .titles import CHAIN, titler

SPLITS = ("train", "heldout")
WRITTEN = load_scenarios(folder="title")
EACH = [make(name, index) for name in families() for index in range(5)]
ENGLISH, SPANISH, CHINESE = titler("mara"), titler("lola", "es"), titler("mei", "zh")


@cache
def made(split: str = "all") -> PersonaTitleEnv:
    return PersonaTitleEnv(split=split, register="tiny")


@cache
def cases(split: str) -> list[Case]:
    """Every written session of a split and five of each family, with all users who meet them."""
    sample = [s for s in (*WRITTEN, *EACH) if s.split == split]
    users = made(split).users
    return [Case(s, u) for u in users for s in sample if s in made(split).cases[u.id][1]]


def paid(title: str, user: UserProfile, scenario: TitleScenario = CHAIN) -> float:
    return made().score(title, scenario, user).reward


# --- the data -----------------------------------------------------------------------------------


def distinct(each: int) -> int:
    """How many different sessions the families make of their first indices."""
    made_up = (make(name, index) for name in families() for index in range(each))
    return len({scenario.sessions["en"].messages for scenario in made_up})


def test_sessions_are_distinct():
    assert distinct(100) > 0.95 * 100 * len(families())


@pytest.mark.slow
def test_at_least_ten_thousand_sessions():
    sizes = {len(pool) for pool in generators().values()}
    assert len(sizes) == 1
    assert distinct(sizes.pop()) >= 10_000


def test_how_many():
    assert len(families()) >= 12
    written = Counter(code for scenario in WRITTEN for code in scenario.sessions)
    assert written == {"en": 50, "es": 25, "zh": 25}
    assert len({s.id for s in WRITTEN}) == 100
    for scenario in (*WRITTEN, *EACH):
        for session in scenario.sessions.values():
            assert 2 <= len(session.messages) <= 12, scenario.id


def test_what_is_written_holds_code_and_lists():
    said = [m for s in (*WRITTEN, *EACH) for one in s.sessions.values() for m in one.messages]
    assert sum("```" in message for message in said) >= 5
    assert sum("\n- " in message or "\n1. " in message for message in said) >= 20
    assert sum("`" in message for message in said) >= 10


def test_splits_share_nothing():
    train, heldout = (made(split).scenarios for split in SPLITS)
    names = [{s.family for s in WRITTEN if s.split == split} for split in SPLITS]
    names = [
        kept | {f"session/{n}" for n, f in families().items() if f.split == split}
        for kept, split in zip(names, SPLITS, strict=True)
    ]
    assert all(names)
    assert not names[0] & names[1]
    assert {s.family for s in EACH} <= names[0] | names[1]
    assert len(train) + len(heldout) == len(made().scenarios)
    users = [{u.id for u in made(split).users} for split in SPLITS]
    assert not users[0] & users[1]


def test_the_same_index_is_the_same_session():
    assert make("bread", 7) == make("bread", 7)
    assert make("bread", 7) != make("bread", 8)


def test_titles_keep_every_promise():
    """Each title of a session makes all its key points and tells nothing private."""
    wrong = []
    for scenario in (*WRITTEN, *EACH):
        for code, session in scenario.sessions.items():
            known = facts_of(session, code)
            for title in session.titles:
                said = len(key_points(read_title(title), known))
                told = [value for value in session.private if value in title]
                if said < len(session.points) or told:
                    wrong.append((scenario.id, code, title, said, told))
    assert not wrong


@cache
def told_before() -> list[tuple[str, str, str]]:
    """Earlier titles that make a key point of the session they are shown with, in its language."""
    return [
        (scenario.id, title, user.id)
        for split in SPLITS
        for scenario, user in cases(split)
        for title in past_titles(scenario, user.value)
        for code, session in scenario.sessions.items()
        if code in user.context.languages
        if key_points(read_title(title), facts_of(session, code))
    ]


@pytest.mark.slow
def test_earlier_titles_do_not_tell_the_answer():
    assert told_before() == []


# --- the terms, by hand -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "user", "gates"),
    [
        ("Squeaking bike chain", ENGLISH, {}),
        ("Bike chain squeaking on every hill", ENGLISH, {}),
        ("La cadena de la bici chirría", SPANISH, {}),
        ("自行车链条吱吱响", CHINESE, {}),
        # one of two key points: 0.1 + 0.9 / 4
        ("Bike chain", ENGLISH, {"title_points": 0.325}),
        ("Cadena", SPANISH, {"title_points": 0.325}),
        ("链条", CHINESE, {"title_points": 0.325}),
        ("Oil on each link", ENGLISH, {"title_points": 0.1}),
        # one content word of four made up, two of five: half of (3/4)^2, of (3/5)^2
        ("Squeaking bike chain in Madrid", ENGLISH, {"title_grounded": 0.28125}),
        ("Squeaking bike chain for zebras in Madrid", ENGLISH, {"title_grounded": 0.18}),
        # one of three: half of (2/3)^2
        ("Cadena que chirría y zapatos", SPANISH, {"title_grounded": 2 / 9}),
        # neighbours 1, then words that stand apart 0: (1/2 - 0.35) / 0.35
        ("Squeaking bike chain oil", ENGLISH, {"title_phrase": (2 / 3 - 0.35) / 0.35}),
        ("Bike chain oil", ENGLISH, {"title_points": 0.325, "title_phrase": 3 / 7}),
        ("Squeaking bike chain *", ENGLISH, {"title_form": 0.3}),
        ("Squeaking bike chain:", ENGLISH, {"title_form": 0.3}),
        ("Squeaking bike chain of Orla", ENGLISH, {"title_private": 0.0}),
        ("Squeaking bike chain of Finch", ENGLISH, {"title_private": 0.0}),
        ("Cadena que chirría de Olga", SPANISH, {"title_private": 0.0}),
        ("欧兰芬的链条吱吱响", CHINESE, {"title_private": 0.0}),
    ],
)
def test_gates_by_hand(title, user, gates):
    found = made().score(title, CHAIN, user).gates
    below = {name: value for name, value in found.items() if value < 1}
    assert below == pytest.approx(gates)
    assert paid(title, user) == pytest.approx(float(np.prod([*gates.values()])))


@pytest.mark.parametrize(
    ("habit", "value", "right", "wrong"),
    [
        ("case", "sentence", "Squeaking bike chain", "Squeaking Bike Chain"),
        ("case", "title", "Oil for a Squeaking Bike Chain", "Oil for a squeaking bike chain"),
        ("case", "lower", "squeaking bike chain", "Squeaking bike chain"),
        ("case", "upper", "SQUEAKING BIKE CHAIN", "Squeaking bike chain"),
        ("emoji", "none", "Squeaking bike chain", "Squeaking bike chain 🚲"),
        ("emoji", "leading", "🚲 Squeaking bike chain", "Squeaking bike chain 🚲"),
        ("emoji", "trailing", "Squeaking bike chain 🚲", "Squeaking 🚲 bike chain"),
        ("tags", "none", "Squeaking bike chain", "Squeaking bike chain #bike"),
        ("tags", "some", "Squeaking bike chain #bike", "Squeaking bike chain"),
        ("tags", "some", "Squeaking bike chain #bike #hill", "Squeaking bike chain #bike #bike"),
        ("date", "none", "Squeaking bike chain", "14 Mar Squeaking bike chain"),
        ("date", "iso", "2026-03-14 Squeaking bike chain", "14/03 Squeaking bike chain"),
        ("date", "iso", "Squeaking bike chain 2026-03-14", "2026-03-15 Squeaking bike chain"),
        ("date", "iso", "2026-03-14 Squeaking bike chain", "2025-03-14 Squeaking bike chain"),
        ("date", "short", "14 Mar Squeaking bike chain", "14 May Squeaking bike chain"),
        ("date", "slash", "14/03 Squeaking bike chain", "Squeaking bike chain"),
        ("separator", "none", "Squeaking bike chain", "Cycling: squeaking bike chain"),
        ("separator", "colon", "Cycling: squeaking bike chain", "Cycling - squeaking bike chain"),
        ("separator", "dash", "Cycling - squeaking bike chain", "Squeaking bike chain"),
        ("separator", "bar", "Cycling | squeaking bike chain", "Cycling: squeaking bike chain"),
        ("stop", "none", "Squeaking bike chain", "Squeaking bike chain."),
        ("stop", "stop", "Squeaking bike chain.", "Squeaking bike chain!"),
        ("quotes", "none", "Squeaking bike chain", '"Squeaking bike chain"'),
        ("quotes", "double", '"Squeaking bike chain"', "Squeaking bike chain"),
    ],
)
def test_habits_by_hand(habit, value, right, wrong):
    """All that the user states is one habit: the reward is its term."""
    user = titler("mara", **{habit: value})
    assert made().score(right, CHAIN, user).terms[f"title_{habit}"] == 1.0
    assert made().score(wrong, CHAIN, user).terms[f"title_{habit}"] == 0.0
    assert (paid(right, user), paid(wrong, user)) == (1.0, 0.0)


@pytest.mark.parametrize(
    ("title", "code", "ends", "value"),
    [
        ("Squeaking bike chain", "en", "3-3", 1.0),
        ("Squeaking bike chain", "en", "4-6", 2 / 3),
        ("Squeaking bike chain", "en", "1-1", 1 / 3),
        ("Squeaking bike chain", "en", "6-9", 0.0),
        ("🚲 14 Mar Squeaking bike chain #bike", "en", "3-3", 1.0),  # no words of the body
        ("Cadena que chirría", "es", "4-6", 2 / 3),
        ("自行车链条吱吱响", "zh", "8-8", 1.0),
        ("自行车链条吱吱响", "zh", "10-12", 1 - 2 / 5),
        ("自行车链条吱吱响", "zh", "13-20", 0.0),
    ],
)
def test_lengths_by_hand(title, code, ends, value):
    user = titler("mara", code, length=ends)
    assert made().score(title, CHAIN, user).terms["title_length"] == pytest.approx(value)


def test_the_reward_is_the_gates_times_the_weighted_mean():
    user = titler("mara", case="upper", length="3-3", emoji="leading")  # weights 2, 2, 1
    assert paid("Squeaking bike chain", user) == pytest.approx(2 / 5)
    assert paid("🚲 Squeaking bike chain", user) == pytest.approx(3 / 5)
    # no point but the chain; two words beside three
    assert paid("🚲 BIKE CHAIN", user) == pytest.approx((2 + 2 * 2 / 3 + 1) / 5 * 0.325)


def test_nothing_applies_to_other_scenarios():
    with pytest.raises(TypeError):
        made().oracle(load_scenarios()[0], ENGLISH)


# --- measures -----------------------------------------------------------------------------------


def test_measures_by_hand():
    user = titler("mara", case="lower", length="3-4", emoji="none", tags="some")

    def read(title: str) -> dict[str, float]:
        return made().read(Case(CHAIN, user), title)

    assert read("squeaking bike chain #bike") == {
        "style_case": 1, "style_length": 1, "style_emoji": 1, "style_tags": 1, "style": 1,
        "in_language": 1, "informative": 1, "leaks": 0, "made_up": 0,
    }  # fmt: skip
    found = read("Chain of Orla in Madrid 🚲")
    # 'Orla' is a word of the session; 'Madrid' is none: one content word of three
    assert found["made_up"] == pytest.approx(1 / 3)
    assert (found["style_case"], found["style_length"], found["style"]) == (0, 0, 0)
    assert (found["informative"], found["leaks"], found["in_language"]) == (0.5, 1, 1)
    foreign = read("链条吱吱响")
    assert (foreign["in_language"], foreign["informative"], foreign["made_up"]) == (0, 0, 1)
    assert read("")["in_language"] == 0
    assert "style" not in made().read(Case(CHAIN, ENGLISH), "Squeaking bike chain")
    chat = load_scenarios()[0]
    assert made().read(Case(chat, ENGLISH), "Squeaking bike chain") == {}


# --- references ---------------------------------------------------------------------------------


@every_split
def test_the_oracle_satisfies_every_user(split):
    env = made(split)
    rewards = [(env.score(env.oracle(*case), *case).reward, *case) for case in cases(split)]
    short = [(r, s.id, u.id, env.oracle(s, u)) for r, s, u in rewards if r < 0.95]
    assert {user.id for _, _, user in rewards} == {user.id for user in env.users}
    assert not short, f"{len(short)} of {len(rewards)}, such as {short[:5]}"


@every_split
def test_not_looking_at_the_user_costs(split):
    env = made(split)
    drawn = draw_cases(env, 64, seed=0)
    means = {}
    for name in ("oracle", "blind"):
        replies = make_agent(name, env).answer(drawn)
        scored = zip(replies, drawn, strict=True)
        means[name] = float(np.mean([env.score(r, *case).reward for r, case in scored]))
    assert means["blind"] <= 0.7 * means["oracle"], means


def test_most_sessions_are_titled_differently():
    told: dict[str, set[str]] = {}
    for split in SPLITS:
        for scenario, user in cases(split):
            told.setdefault(scenario.id, set()).add(made(split).oracle(scenario, user))
    assert np.mean([len(titles) > 1 for titles in told.values()]) > 0.9


def test_protected_fields_move_nothing():
    other = {"name": "Robin", "gender": "nonbinary", "nationality": "Peru", "ethnicity": "Han"}
    env = made()
    for scenario, user in [case for split in SPLITS for case in cases(split)[::17]]:
        twin = user.twin(**other)
        title = env.oracle(scenario, user)
        assert title == env.oracle(scenario, twin)
        for reply in (
            title,
            title[::-1],
            f"{title}.",
            scenario.id,
            *past_titles(CHAIN, user.value),
        ):
            assert env.score(reply, scenario, user) == env.score(reply, scenario, twin)
        mine, theirs = (env.observe(scenario, each) for each in (user, twin))
        assert mine["user"] == theirs["user"]


# --- the folder ---------------------------------------------------------------------------------


def test_the_environment_is_one_folder():
    root, names = Path(persona_env.__file__).parent, ("envs.title", "PersonaTitle", "past_titles")
    files = (path for path in root.rglob("*.py") if root / "envs" not in path.parents)
    told = [path for path in files if any(name in path.read_text("utf-8") for name in names)]
    assert [str(path.relative_to(root)) for path in told] == ["registration.py"]


def test_a_step():
    env = gym.make("PersonaTitle-v0", debug=True)
    observation, info = env.reset(seed=3, options={"user": "abel"})
    scenario = env.unwrapped.scenarios.find(info["scenario_id"])
    assert observation["prompt"].endswith(transcript(scenario.sessions["en"], "en"))
    assert str(scenario.date) in observation["prompt"]
    shown = past_titles(scenario, made().users[0].value)
    assert made().users[0].id == "abel"
    assert observation["user"].splitlines()[-len(shown) :] == list(shown)
    title = env.unwrapped.oracle(scenario, made().users[0])
    _, reward, terminated, _, info = env.step(title)
    assert (reward, terminated) == (1.0, True)
    assert info["reward_gates"]["title_points"] == info["reward_terms"]["title_tags"] == 1.0


def test_hidden_users_show_no_titles():
    past = past_titles(CHAIN, made().users[0].value)
    seen = {
        how: PersonaTitleEnv(user_visibility=how, profiles=["abel"]).observe(
            CHAIN, made().users[0]
        )["user"]
        for how in ("full", "partial", "hidden")
    }
    assert [all(title in seen[how] for title in past) for how in seen] == [True, True, False]
    assert not any(title in seen["hidden"] for title in past)
