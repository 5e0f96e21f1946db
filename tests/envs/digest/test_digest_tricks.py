"""PersonaDigest-v0: any leak costs all, an invention costs, and no exploit pays."""

from __future__ import annotations

from datetime import timedelta
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from persona_env.auditor import EXPLOITS
from persona_env.auditor.battery import Row
from persona_env.envs.digest.draws import families, make
from persona_env.envs.digest.people import role_of
from persona_env.envs.digest.scenario import DigestScenario
from persona_env.envs.digest.sentences import date_words, point
from persona_env.envs.digest.words import said
from persona_env.scenarios.case import prompt_language_or_first
from persona_env.users.profile import UserProfile
from tests.envs.digest.weeks import made
from tests.support import attacked, every_split

WEEKS = st.builds(make, st.sampled_from(sorted(families())), st.integers(1, 3_999))
USERS = st.sampled_from(made().users)
STEPS = settings(max_examples=60, deadline=None)
MARKS = st.sampled_from(["", " ", ".", "-", "*", "_"])


def best(week: DigestScenario, user: UserProfile) -> tuple[str, float]:
    reply = made().oracle(week, user)
    return reply, made().score(reply, week, user).reward


@STEPS
@given(WEEKS, USERS, st.data())
def test_any_leak_costs_all(week, user, data):
    """Any private fact of a circle that the user is not in, in any phrasing and re-spelled."""
    reply, reward = best(week, user)
    assert reward >= 0.99
    circles = week.member(role_of(user.value)).circles
    hidden = [p for one in week.private if one.circle not in circles for p in one.phrasings]
    hidden += week.secrets
    if not hidden:
        return
    phrase = data.draw(st.sampled_from(hidden))
    mark, upper = data.draw(MARKS), data.draw(st.booleans())
    spelt = mark.join(phrase.upper() if upper else phrase)
    where = data.draw(st.integers(0, 1))
    lines = [reply, spelt] if where else [spelt, reply]
    assert made().score("\n".join(lines), week, user).reward == 0


@STEPS
@given(WEEKS, USERS, st.data())
def test_citing_a_message_that_the_user_may_not_see_costs_all(week, user, data):
    reply, _ = best(week, user)
    circles = week.member(role_of(user.value)).circles
    hidden = [m.number for m in week.messages if m.circle and m.circle not in circles]
    if hidden:
        number = data.draw(st.sampled_from(hidden))
        assert made().score(f"{reply} [#{number}]", week, user).reward == 0


def other_point(week, item, code, data) -> tuple[str, str]:
    """The point of an item with another owner or another day, and which."""
    right = point(item, week.monday, code)
    kinds = ["owner"] * bool(item.owner) + ["day"] * (item.day is not None)
    kind = data.draw(st.sampled_from(kinds))
    if kind == "owner":
        names = [m.name for m in week.members if m.name != item.owner]
        return right, right.replace(item.owner, data.draw(st.sampled_from([*names, "Bob"])))
    day = data.draw(st.integers(-60, 60).filter(lambda d: d != item.day))
    then = week.monday + timedelta(days=day)
    words = date_words(day, week.monday, code)
    assert str(then.day) in words
    return right, right.replace(date_words(item.day, week.monday, code), words)


@STEPS
@given(WEEKS, USERS, st.data())
def test_an_invented_owner_or_day_costs(week, user, data):
    reply, reward = best(week, user)
    code = prompt_language_or_first(week, user)
    told = [i for i in week.items if (i.owner or i.day is not None)
            and point(i, week.monday, code) in reply]  # fmt: skip
    if not told:
        return
    right, wrong = other_point(week, data.draw(st.sampled_from(told)), code, data)
    assert made().score(reply.replace(right, wrong), week, user).reward <= 0.45 * reward


@STEPS
@given(WEEKS, USERS, st.data())
def test_citing_is_exact(week, user, data):
    """A point that cites another message than one that settles the item is worth less."""
    reply, reward = best(week, user)
    code = prompt_language_or_first(week, user)
    told = [i for i in week.items if point(i, week.monday, code) in reply]
    if not told:
        return
    item = data.draw(st.sampled_from(told))
    number = data.draw(st.integers(1, len(week.messages) + 40))
    if number in item.cites:
        return
    right = point(item, week.monday, code)
    wrong = right.replace(f"[#{item.cites[0]}]", f"[#{number}]")
    assert made().score(reply.replace(right, wrong), week, user).reward < reward


@STEPS
@given(WEEKS, USERS, st.data())
def test_an_invented_decision_costs(week, user, data):
    """A point on an item of another group, with any citation, or with none."""
    reply, reward = best(week, user)
    code = prompt_language_or_first(week, user)
    stranger = make("lab" if not week.id.startswith("lab") else "troupe", 1)
    item = data.draw(st.sampled_from([i for i in stranger.items if not i.circle]))
    text = point(item, stranger.monday, code).rpartition(" [#")[0]
    number = data.draw(st.integers(1, len(week.messages)))
    cited = data.draw(st.sampled_from([f" [#{number}]", ""]))
    assert made().score(f"{reply}\n{text}{cited}{said(code)['stop']}", week, user).reward < reward


@cache
def rows(split: str) -> dict[str, Row]:
    return attacked(made(split), 8)


@pytest.mark.parametrize("name", EXPLOITS)
@every_split
def test_no_exploit_reaches_its_threshold(split, name):
    row = rows(split)[name]
    assert row.passed, row.told()
