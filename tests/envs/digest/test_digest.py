"""PersonaDigest-v0: its data, users, references, options, measures and its picture."""

from __future__ import annotations

from collections import Counter

import gymnasium as gym
import pytest
from gymnasium.utils.env_checker import check_env

import persona_env  # noqa: F401 - registers the environment
from persona_env import check_persona_env, evaluate
from persona_env.detectors import leaked
from persona_env.envs.digest import PersonaDigestEnv
from persona_env.envs.digest.communities import community
from persona_env.envs.digest.draws import families, make
from persona_env.envs.digest.env import generators
from persona_env.envs.digest.metrics import read_reply
from persona_env.envs.digest.people import TOPICS
from persona_env.envs.digest.reading import read_digest
from persona_env.envs.digest.sentences import point
from persona_env.envs.digest.wants import value_of
from persona_env.errors import PersonaEnvError
from persona_env.evaluation.evaluate import draw_cases, replies_of
from persona_env.registration import make_agent
from persona_env.scenarios.case import Case
from persona_env.scenarios.library import load_scenarios
from tests.envs.digest.weeks import SPLITS, item_about, made, said, user, week

from ...support import every_split

WRITTEN = load_scenarios(folder="digest")
GENERATED = [make(name, index) for name in families() for index in range(12)]
COMMUNITIES = ("choir", "studio", "garden", "school", "workshop")


def test_how_many():
    assert len(WRITTEN) == 60
    assert Counter(w.split for w in WRITTEN) == {"train": 36, "heldout": 24}
    assert sum(len(community(name).threads) for name in COMMUNITIES) == 75
    assert sum(len(pool) for pool in generators().values()) >= 10_000
    assert {family.split for family in families().values()} == set(SPLITS)
    assert {u.id for u in made("train").users}.isdisjoint(u.id for u in made("heldout").users)


def test_generated_weeks_are_distinct_and_the_same_anywhere():
    prompts = {make("club", index).texts["en"].prompt for index in range(200)}
    assert len(prompts) == 200
    assert make("club", 3) == make("club", 3)


def test_sizes_fit():
    sizes = [len(scenario.messages) for scenario in (*WRITTEN, *GENERATED)]
    assert min(sizes) >= 30
    assert 150 < max(sizes) <= 300
    longest = max(len(t.prompt) for s in (*WRITTEN, *GENERATED) for t in s.texts.values())
    assert longest <= PersonaDigestEnv.prompt_length / 2


@pytest.mark.parametrize("scenario", [*WRITTEN[::4], *GENERATED[::5]], ids=lambda s: s.id)
def test_the_facts_of_a_week(scenario):
    """Each item's own sentence tells it in whole, in every language; a private one shows in it."""
    members = {member.name: member for member in scenario.members}
    private = tuple(phrase for one in scenario.private for phrase in one.phrasings)
    assert {item.topic for item in scenario.items if not item.circle} == set(TOPICS)
    for place, item in enumerate(scenario.items):
        for code in scenario.texts:
            text = point(item, scenario.monday, code)
            reading = read_digest(scenario, text)
            told = [t for read in reading.points for t in read.told if t.place == place]
            assert value_of(told[0], item, members.get(item.owner or "")) == 1, text
            assert not reading.faults, (text, reading.faults)
            assert not reading.strange, text
            if not item.minor:
                assert bool(leaked(text, private)) is bool(item.circle), text


@pytest.mark.parametrize("scenario", [*WRITTEN, *GENERATED], ids=lambda s: s.id)
def test_nothing_private_is_said_in_public(scenario):
    public = "\n".join(m.text for m in scenario.messages if not m.circle)
    private = [phrase for one in scenario.private for phrase in one.phrasings]
    assert not leaked(public, private)
    circles = {message.circle for message in scenario.messages if message.circle}
    assert circles == {one.circle for one in scenario.private}


@every_split
def test_references(split):
    env = made(split)
    cases = draw_cases(env, 40, 1)

    def mean(agent: str) -> float:
        replies = replies_of(make_agent(agent, env), env, cases)
        rewards = [env.score(r, *c).reward for r, c in zip(replies, cases, strict=True)]
        return sum(rewards) / len(rewards)

    oracle = mean("oracle")
    assert oracle >= 0.99
    assert mean("blind") <= 0.7 * oracle
    assert mean("random") <= 0.7 * oracle
    assert mean("noisy_profile") < oracle
    assert mean("constant") == 0


@pytest.mark.parametrize("welfare", ["mean", "min", "nash"])
def test_one_digest_for_all(welfare):
    env = made("train", digest_for="all", welfare=welfare)
    cases = draw_cases(env, 12, 2)
    rewards = [env.score(env.oracle(*case), *case).reward for case in cases]
    assert min(rewards) >= 0.99
    names = {term.name for term in env.terms}
    assert "digest_welfare" in names
    assert "digest_content" not in names
    assert "interested in" in made("train", digest_for="all").observe(
        WRITTEN[0], user("ottilie")
    )["prompt"]  # fmt: skip


@pytest.mark.parametrize("split", SPLITS)
def test_one_digest_for_all_cannot_please_every_reader(split):
    env = made(split, digest_for="all")
    cases = draw_cases(env, 30, 1)
    replies = replies_of(make_agent("blind", env), env, cases)
    rewards = [env.score(r, *c).reward for r, c in zip(replies, cases, strict=True)]
    assert sum(rewards) / len(rewards) <= 0.7


def test_what_stands_behind_the_words_of_a_digest_for_all_does_not_count():
    env, scenario = made("train", digest_for="all"), WRITTEN[0]
    brief, detailed = user("dunstan"), user("cressida")
    gate = lambda reply: env.score(reply, scenario, brief).gates["digest_welfare"]  # noqa: E731
    short, long = env.oracle(scenario, brief), env.oracle(scenario, detailed)
    assert gate(short) == env.score(long, scenario, detailed).gates["digest_welfare"] == 1
    assert 0 < gate(f"{short}\n{long}") < gate(long) < 1


def test_welfare_decides_what_is_told():
    chosen = {
        made("train", digest_for="all", welfare=welfare).oracle(scenario, user("ottilie"))
        for welfare in ("mean", "min", "nash")
        for scenario in WRITTEN[:12]
    }
    assert len(chosen) > 12


def test_options_that_there_are_not():
    for options in ({"digest_for": "everyone"}, {"welfare": "sum"}):
        with pytest.raises(PersonaEnvError, match=next(iter(options))):
            PersonaDigestEnv(register="tiny", **options)


def test_users_who_differ_in_protected_fields_alone_get_the_same():
    env = made("train")
    effie, fergus = user("effie"), user("fergus")
    for scenario in env.scenarios.shown[::20]:
        reply = env.oracle(scenario, effie)
        assert reply == env.oracle(scenario, fergus)
        assert env.score(reply, scenario, effie) == env.score(reply, scenario, fergus)


def test_both_checkers_in_text_tokens_and_vectors():
    text = gym.make("PersonaDigest-v0").unwrapped
    check_env(text, skip_render_check=True)
    assert all(check.passed for check in check_persona_env(made("train"), cases=4))
    tokens = gym.make("PersonaDigestTokens-v0")
    check_env(tokens.unwrapped, skip_render_check=True)
    vector = gym.make_vec("PersonaDigest-v0", num_envs=2, vectorization_mode="vector_entry_point")
    vector.reset(seed=0)
    _, rewards, *_ = vector.step(("Ruth sings.", "Nothing."))
    assert rewards.tolist() == [0, 0]


NATURAL = (
    "Here is your digest of the week:\n\n**Places**\n- Agnes is booking the church hall by "
    "Thursday 21 January. [#{hall}]\n- Omar fetches the risers from the school on Friday 22 "
    "January, not on Saturday. [#{risers}]",
    "- Agnes is booking the church hall by Thursday 21 January. [#{hall}]",
    "- Agnes is booking the church hall by Wednesday 20 January. [#{hall}]",
    "The choir will soon have a new place to sing.",
)  # fmt: skip


def test_natural_replies_are_in_the_order_that_is_expected():
    scenario = week("choir-2")
    numbers = {name: item_about(scenario, words).cites[0]
               for name, words in (("hall", "church hall"), ("risers", "risers"))}  # fmt: skip
    replies = [text.format(**numbers) for text in NATURAL]
    env = gym.make("PersonaDigest-v0").unwrapped
    one = next(u for u in env.users if u.id == "dunstan").prefer(format="bullets")
    env = PersonaDigestEnv(profiles=[one])
    rewards = [env.score(reply, scenario, one).reward for reply in replies]
    assert rewards == sorted(rewards, reverse=True), rewards
    assert rewards[0] >= 0.95
    assert rewards[-1] == 0


def test_measures_by_hand():
    scenario = week("choir-1")
    hall, brewery = said(scenario, "church hall"), said(scenario, "brewery")
    found = read_reply(Case(scenario, user("dunstan")), f"{hall}\n{brewery}\nAgnes left [#999].")
    assert found["leaks"] >= 2
    assert found["inventions"] == 1
    assert found["coverage"] == 0.5
    assert found["cited"] == pytest.approx(2 / 3)
    assert found["worst_member"] == 0
    whole = read_reply(Case(scenario, user("percival")), scenario.texts["en"].answer)
    assert whole["worst_member"] == 1


def test_the_measures_are_in_a_report():
    report = evaluate(make_agent("oracle", made("heldout")), made("heldout"), episodes=8)
    assert report.measures["leaks"].mean == 0
    assert report.measures["inventions"].mean == 0
    assert report.measures["cited"].mean == 1


def test_the_matrix_of_members_and_items():
    scenario = week("choir-1")
    reply = f"{said(scenario, 'church hall')}\n{said(scenario, 'brewery')}"
    picture = made().matrix(reply, scenario)
    rows = {row[0]: row[1:] for row in picture.rows}
    columns = dict(zip(picture.columns[1:], zip(*rows.values(), strict=True), strict=True))
    hall = f"#{item_about(scenario, 'church hall').cites[0]}"
    brewery = f"#{item_about(scenario, 'brewery').cites[0]}"
    names = [name.split()[0] for name in rows]
    assert dict(zip(names, columns[hall], strict=True))["Agnes"] == "told"
    assert dict(zip(names, columns[brewery], strict=True)) == {
        "Ruth": "other", "Tomás": "told", "Lin": "LEAK", "Agnes": "LEAK", "Omar": "LEAK",
        "Paula": "LEAK",
    }  # fmt: skip
    assert int(rows["Lin (technician)"][-1]) >= 1
    assert "LEAK" in str(picture)
    assert "<table" in picture._repr_html_()
