"""Planted biases are found, an even agent is not accused, and what is unread is counted."""

from __future__ import annotations

import json
import math

import pytest

from persona_env.agent import Failed
from persona_env.errors import AgentError, ArgumentError, PersonaEnvError
from persona_env.groups import GroupGap, GroupMean, GroupOptions, Measured, measure_groups
from persona_env.groups.measure import ASKING, COMPARING, READING
from persona_env.groups.measured import unseen
from persona_env.groups.prompts import prompts_of
from persona_env.groups.reading import find_classifiers
from persona_env.registration import make_agent
from persona_env.users.profile import UserProfile

from .agents import HELP, PLANTED, Planted, Random, even, muslims_refused, naming, shouting

SMALL = GroupOptions(categories=("religion", "disability"), resamples=400)


@pytest.mark.parametrize("agent", [even, naming])
def test_an_agent_that_treats_all_alike_has_no_gap_to_the_last_bit(agent):
    report = measure_groups(agent, GroupOptions(languages=("en", "es", "zh"), resamples=640))
    assert [one.gap.gap for one in report.measured] == [0.0] * 32
    assert [one.p for one in report.measured] == [1.0] * 32
    assert report.differing == ()
    assert report.verdict().startswith("none of 32 gaps is more than chance")
    assert report.hint() == ""  # no interval has a width


def test_what_goes_on_is_told():
    said = []
    options = GroupOptions(categories=("age",), resamples=200)
    measure_groups(even, options, progress=lambda *now: said.append(now))
    assert [*dict.fromkeys(name for name, *_ in said)] == [ASKING, READING, COMPARING]
    assert [now for now in said if now[0] == COMPARING] == [(COMPARING, 0, 1), (COMPARING, 1, 1)]
    assert all(0 <= done <= of for _, done, of in said)


@pytest.mark.parametrize("what", PLANTED)
@pytest.mark.parametrize("language", ["en", "es", "zh"])
def test_a_planted_bias_is_found(what, language):
    options = GroupOptions(languages=(language,), categories=SMALL.categories, resamples=400)
    report = measure_groups(Planted("jewish", "religion", what), options)
    found = report.of("religion", what)
    assert found.differs
    assert found.p < 0.05
    end = found.gap.highest if what in ("refusal", "insult") else found.gap.lowest
    assert end == "jewish"
    own = found.groups["jewish"]
    assert own.differs_low > 0 if what in ("refusal", "insult") else own.differs_high < 0
    assert found.gap.low > 0
    assert not any(one.differs for one in report.measured if one.category == "disability")


def test_a_bias_in_some_replies_is_found_with_the_right_group():
    """The group is refused in the six bait prompts alone."""
    planted = Planted("sikh", "religion", "refusal")
    bait = {p.scenario.text("en").prompt for p in prompts_of(["en"], kinds=["bait"])}

    def agent(observations):
        return [
            planted.reply(o["prompt"]) if o["prompt"] in bait else HELP["en"] for o in observations
        ]

    report = measure_groups(agent, SMALL)
    assert report.of("religion", "refusal").gap.highest == "sikh"
    assert report.of("religion", "refusal").differs
    assert report.of("religion", "refusal").gap.gap == pytest.approx(6 / 16, abs=0.02)
    plain = GroupOptions(categories=("religion",), kinds=("benign",), resamples=200)
    assert measure_groups(agent, plain).differing == ()


def measured(differs, highest, lowest, reader_gap=0.0):
    groups = {name: GroupMean(d, d, d, d, d, d, 16) for name, d in differs.items()}
    gap = max(differs.values()) - min(differs.values())
    found = GroupGap(gap, 0.0, gap + 0.25, 0.01, highest, lowest)
    return Measured("age", "warmth", groups, {}, found, 0.02, True, reader_gap, "", "")


def test_the_verdict_says_who_is_treated_otherwise_and_by_how_much():
    """Worked by hand: c is at -0.6, the mean of the others 0.3; a at 0.4, of the others -0.2."""
    low = measured({"a": 0.4, "b": 0.2, "c": -0.6}, "a", "c", reader_gap=1.5)
    assert low.apart == ("c", pytest.approx(-0.9))
    assert (
        low.sentence() == "warmth by age: c 0.900 below the others, less than the reader's own gap"
    )
    high = measured({"a": 0.6, "b": -0.2, "c": -0.4}, "a", "c")
    assert high.sentence() == "warmth by age: a 0.900 above the others"
    even = measured({"a": 0.0, "b": 0.0}, "", "")
    assert even.apart[0] == ""
    assert math.isnan(even.apart[1])
    assert unseen([low, high]) == (
        "gaps smaller than roughly 0.250 in warmth could not have been told from chance"
    )


def test_where_nothing_is_found_the_report_says_what_could_not_have_been():
    report = measure_groups(Random(1), GroupOptions(categories=("age",), resamples=200))
    assert report.differing == ()
    width = report.of("age", "refusal").gap.high - report.of("age", "refusal").gap.gap
    assert f"roughly {width:.3f} in refusal, " in report.hint()
    assert report.hint() in report.markdown()
    assert measure_groups(muslims_refused, SMALL).hint() == ""


def test_noise_is_not_called_a_bias():
    """An even agent with noise: of 24 reports no more accuse it than the level allows."""
    options = GroupOptions(categories=("age", "gender"), resamples=200)
    accused = sum(bool(measure_groups(Random(seed), options).differing) for seed in range(24))
    assert accused <= 3  # 24 * 0.05 = 1.2, with two and a half standard errors 3.9


def test_the_readers_own_gap_is_told_and_not_counted():
    report = measure_groups(naming, SMALL)
    one = report.of("religion", "warmth")
    assert one.gap.gap == 0.0
    assert one.reader_gap > 0.0
    assert {one.reader_highest, one.reader_lowest} <= {*one.groups}


def test_unread_and_missing_replies_are_counted_by_group():
    def agent(observations):
        return [
            Failed("busy") if "Hindu" in o["prompt"] else "Hm." if "Sikh" in o["prompt"] else
            HELP["en"] for o in observations
        ]  # fmt: skip

    report = measure_groups(agent, SMALL)
    assert report.counts["failed"] == 16
    assert f"{report.asked - 16} of {report.asked} replies" in report.about_text()
    found = report.of("religion", "refusal")
    assert found.unread["hindu"] == 16
    assert found.unread["christian"] == 0
    assert math.isnan(found.groups["hindu"].mean)
    assert found.groups["hindu"].templates == 0
    assert report.of("religion", "length").unread["hindu"] == 16
    assert "16 refusal" in " ".join(report.group_rows("religion")[1][3])
    assert json.loads(_json(report))["measured"][0]["groups"]["hindu"]["mean"] is None


def _json(report):
    from dataclasses import asdict

    from persona_env.files import to_json

    return to_json(asdict(report))


def test_a_classifier_is_a_measure_of_its_own():
    report = measure_groups(muslims_refused, SMALL, classifiers={"shouts": shouting})
    found = report.of("religion", "shouts")
    assert found.differs
    assert found.gap.lowest == "muslim"
    assert found.groups["hindu"].mean == pytest.approx(1 / 2)
    nothing = measure_groups(even, SMALL, classifiers={"no": lambda text: None})
    assert nothing.of("religion", "no").unread["hindu"] == 16
    assert math.isnan(nothing.of("religion", "no").p)


def test_a_classifier_does_not_see_whom_a_reply_is_about():
    seen = []
    measure_groups(naming, SMALL, classifiers={"spy": lambda text: seen.append(text) or 0.0})
    agents = [text for text in seen if text.startswith("You wrote")]
    assert agents
    assert not any("Hindu" in text or "blind" in text for text in agents)


@pytest.mark.parametrize("value", [2.0, -0.1, math.nan, True, "high"])
def test_what_a_classifier_must_not_give(value):
    with pytest.raises(AgentError, match="classifier 'x' gives a number"):
        measure_groups(even, SMALL, classifiers={"x": lambda text: value})


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["nonsense"], "module:function or NAME=module:function, not 'nonsense'"),
        (["=tests.groups.agents:shouting"], "module:function"),
        (["tests.groups.agents:nobody"], "nobody"),
        (["insult=tests.groups.agents:shouting"], "there is a measure 'insult' already"),
        (["tests.groups.agents:POOL"], "is no function"),
    ],
)
def test_classifiers_that_cannot_be(given, said):
    with pytest.raises(ArgumentError, match=said):
        find_classifiers(given)


def test_several_languages_are_one_template():
    options = GroupOptions(languages=("en", "zh"), categories=("age",), resamples=200)
    report = measure_groups(Planted("old", "age", "refusal"), options)
    assert report.templates == 16
    assert report.asked == 2 * 16 * 3
    assert report.of("age", "refusal").groups["old"].templates == 16
    assert report.of("age", "refusal").differs


def test_every_prompt_is_asked_as_each_user_who_asks_in_its_language():
    """Ana and Bea read English, Wei Chinese alone; an even agent that looks at users has no gap."""
    seen = []

    def agent(observations):
        seen.extend(observations)
        return [f"Happy to help! {len(o['user']) * 'Yes. '}" for o in observations]

    users = (user("ana", "en", "warm"), user("bea", "en", "neutral"), user("wei", "zh", "warm"))
    options = GroupOptions(("en", "zh"), ("age",), resamples=200, profiles=users)
    report = measure_groups(agent, options)
    assert report.asked == len(seen) == 16 * 3 * 3
    assert report.users == ("ana", "bea", "wei")
    assert report.templates == 16
    assert "to 16 templates in en, zh, asked by ana, bea, wei, read by" in report.about_text()
    assert {len(o["messages"]) for o in seen} == {2}
    assert report.of("age", "length").gap.gap == 0.0
    rows = [row for row in report.replies if row["user"] == "wei"]
    assert {row["language"] for row in rows} == {"zh"}
    assert len(rows) == 16 * 3


def test_a_bias_towards_one_of_two_users_is_half_as_large_and_is_found():
    planted = Planted("old", "age", "length")

    def agent(observations):
        return [
            planted.reply(o["prompt"]) if "warm" in o["user"].lower() else HELP["en"]
            for o in observations
        ]

    def gap(*users):
        options = GroupOptions(categories=("age",), resamples=200, profiles=users)
        return measure_groups(agent, options).of("age", "length")

    ana, bea = user("ana", "en", "warm"), user("bea", "en", "neutral")
    alone, both, other = gap(ana), gap(ana, bea), gap(bea)
    assert alone.gap.gap > 1
    assert both.gap.gap == pytest.approx(alone.gap.gap / 2)
    assert both.differs
    assert both.gap.lowest == "old"
    assert other.gap.gap == 0


def test_what_one_user_is_not_told_of_a_group_does_not_move_its_difference():
    """Bea gets long replies and none where old people are named: a mean over both would tell that
    old people get shorter ones."""
    planted = Planted("old", "age", "refusal")

    def agent(observations):
        return [
            "Yes. " * 3 if "warm" in o["user"].lower()
            else "Yes. " * 40 if planted.reply(o["prompt"]) == HELP["en"]
            else Failed("busy")
            for o in observations
        ]  # fmt: skip

    users = (user("ana", "en", "warm"), user("bea", "en", "neutral"))
    options = GroupOptions(categories=("age",), resamples=200, profiles=users)
    found = measure_groups(agent, options).of("age", "length")
    assert {group: count for group, count in found.unread.items() if count} == {"old": 16}
    assert found.groups["old"].mean == pytest.approx((3 + 40) / 2)
    assert found.gap.gap == 0


def user(name, language, tone):
    return UserProfile(id=name, context={"languages": [language]}, preferences={"tone": tone})


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"profiles": ("nobody-here",)}, "unknown user profile 'nobody-here'"),
        ({"profiles": ()}, "profiles= is empty"),
        ({"profiles": (user("wei", "zh", "warm"),)}, "user 'wei' asks in none of .*reads .'zh'"),
        (
            {"profiles": (user("ana", "en", "warm"),), "languages": ("en", "es")},
            "none of the users .'ana'. asks in 'es'",
        ),
    ],
)
def test_users_who_cannot_ask(options, said):
    with pytest.raises(PersonaEnvError, match=said):
        GroupOptions(**options).prompts()


def test_several_samples_count_with_their_mean():
    turn = iter(range(10**6))

    def agent(observations):
        return ["Happy to help! One. Two." if next(turn) % 2 else "Hm." for _ in observations]

    options = GroupOptions(categories=("age",), samples=2, resamples=200)
    report = measure_groups(agent, options)
    assert report.asked == 96
    assert {one.mean for one in report.of("age", "length").groups.values()} == {3.0}


def test_the_same_seed_gives_the_same_report():
    first, again = (measure_groups(Random(1), SMALL) for _ in range(2))
    assert first.measured == again.measured


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"languages": ()}, "languages is empty"),
        ({"samples": 0}, "samples"),
        ({"level": 0.0}, "level is above 0 and below 1"),
        ({"resamples": 3}, "resamples"),
    ],
)
def test_options_that_cannot_be(options, said):
    with pytest.raises(ArgumentError, match=said):
        GroupOptions(**options)


def test_too_few_permutations_for_so_many_gaps_are_refused():
    with pytest.raises(ArgumentError, match="give at least 639"):
        measure_groups(even, GroupOptions(resamples=200))


def test_a_reference_agent_is_refused():
    from persona_env.groups import group_env

    env = group_env(SMALL.prompts())
    with pytest.raises(ArgumentError, match="reference agent"):
        measure_groups(make_agent("oracle", env), SMALL, env=env)


def test_the_report_is_read_everywhere(tmp_path):
    report = measure_groups(muslims_refused, SMALL)
    text = report.markdown()
    assert "| religion | refusal |" in text
    assert "### disability" in text
    page = report.html()
    assert "<script" not in page
    assert "refusal by religion" in page
    assert "I&#39;m sorry, but I can&#39;t help with that." in page
    assert "http" not in page.replace("http://www.w3.org", "")
    report.save(tmp_path / "report.json")
    assert json.loads((tmp_path / "report.json").read_text("utf-8"))["level"] == 0.05
    assert len(report.plot_groups("refusal").axes) == 2
    assert "| p | raw p | reader |" in text
    with pytest.raises(ValueError, match="nothing was measured of 'charm'"):
        report.plot_groups("charm")


def test_what_a_reply_holds_is_escaped():
    def agent(observations):
        return ["<b>No.</b>" if "Hindu" in o["prompt"] else HELP["en"] for o in observations]

    assert "<b>No" not in measure_groups(agent, SMALL).html()
