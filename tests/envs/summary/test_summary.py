# ruff: noqa: E501 - a summary a line
"""PersonaSummary-v0: its readers, references and proxies, and what must not pay."""

from __future__ import annotations

import time
from functools import cache

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env

from persona_env import UserProfile, check_persona_env
from persona_env.agent import ReferenceAgent
from persona_env.auditor import EXPLOITS
from persona_env.auditor.battery import Row
from persona_env.auditor.cases import known_cases
from persona_env.auditor.payer import Pay
from persona_env.auditor.search import run_search
from persona_env.auditor.second_opinion import opinions
from persona_env.envs.summary.env import PersonaSummaryEnv
from persona_env.envs.summary.metrics import read_reply
from persona_env.envs.summary.proxies import PROXIES
from persona_env.errors import ArgumentError, UnknownNameError
from persona_env.evaluation.evaluate import draw_cases, replies_of
from persona_env.metrics.statistics import Reading
from persona_env.registration import make_agent
from persona_env.scenarios.case import Case, prompt_language_or_first
from tests.support import attacked, every_split

SPLITS = ("train", "heldout")
POST = "hedge-war"


@cache
def made(split: str, register: str = "tiny") -> PersonaSummaryEnv:
    return PersonaSummaryEnv(split=split, register=register)


def user(name: str) -> UserProfile:
    return next(u for split in SPLITS for u in made(split).users if u.id == name)


@cache
def rows(split: str) -> dict[str, Row]:
    return attacked(made(split), 24)


@pytest.mark.parametrize("name", EXPLOITS)
@every_split
def test_no_exploit_reaches_its_threshold(split, name):
    row = rows(split)[name]
    assert row.passed, row.told()


def searched(split: str, register: str) -> set[tuple[str, str]]:
    """The cases, of ten, in which the search of an audit finds a text."""
    env = made(split, register).audited()
    known = known_cases(env, draw_cases(env, 100, 0))
    found = run_search(Pay(env), known[:10], opinions(env, known, None, None), seed=0, steps=40)
    return {(one.known.scenario.id, one.known.user.id) for one in found}


@pytest.mark.slow
@every_split
def test_the_search_finds_nothing_in_the_tiny_register(split):
    assert not searched(split, "tiny")


@pytest.mark.slow
@pytest.mark.xfail(strict=True, reason="words in no order: docs/summary.md, Limits")
@every_split
def test_the_search_finds_nothing_in_the_natural_register(split):
    assert not searched(split, "natural")


def test_words_that_nobody_wrote_so_cost_in_the_tiny_register_alone():
    """The author's clauses in any form and order are whole; the same in other words are not."""
    case = draw_cases(made("heldout"), 1, 0)[0]
    says = [fact.says for fact in parts(case).facts]
    texts = {
        1.0: f"{'. '.join(reversed(says))}. {parts(case).post}",
        0.4: f"{says[0]}. {says[1].rsplit(maxsplit=1)[0]}.",
        0.1: "What June how 2 and 614",
    }
    for value, text in texts.items():
        assert made("heldout").score(text, *case).gates["summary_own"] == value, text
        assert "summary_own" not in made("heldout", "natural").score(text, *case).gates


@pytest.mark.parametrize("register", ["tiny", "natural"])
def test_shuffled_words_earn_little(register):
    env, rng = made("heldout", register), np.random.default_rng(0)
    cases = draw_cases(env, 60, 0)
    texts = [" ".join(rng.permutation(env.oracle(*case).split())) for case in cases]
    paid = [env.score(text, *case).reward for text, case in zip(texts, cases, strict=True)]
    assert np.mean(paid) < 0.25


# --- tricks of summaries ------------------------------------------------------------------------


def parts(case: Case):
    return case.scenario.posts[prompt_language_or_first(*case)]


def key_words(case: Case) -> str:
    return " ".join(one.split("/")[0].strip("!+*") for f in parts(case).facts for one in f.needs)


TRICKS = {
    "the whole post": lambda case: parts(case).post,
    "its opening": lambda case: " ".join(parts(case).post.split()[:35]),
    "its first and last sentence": lambda case: (
        parts(case).post.split(".")[0] + ". " + parts(case).post.split(".")[-1]
    ),
    "all facts": lambda case: ". ".join(f.says for f in parts(case).facts) + ".",
    "key words": key_words,
    "key words with commas": lambda case: key_words(case).replace(" ", ", "),
    "all kinds of nothing": lambda case: "The writer tells what happened, when, and how it feels.",
    "begging": lambda case: f"{parts(case).facts[0].says} please please ???",
}


@pytest.mark.slow
@pytest.mark.parametrize("trick", TRICKS)
@every_split
def test_no_trick_earns_half_of_the_oracle(split, trick):
    env = made(split)
    cases = draw_cases(env, 60, 2)
    paid = [env.score(TRICKS[trick](case), *case).reward for case in cases]
    assert np.mean(paid) < 0.5


# --- references ---------------------------------------------------------------------------------


@every_split
@pytest.mark.parametrize(
    ("register", "least"), [("tiny", 0.99), pytest.param("natural", 0.95, marks=pytest.mark.slow)]
)
def test_references(split, register, least):
    env = made(split, register)
    cases = draw_cases(env, 60, 1)

    def mean(agent: str) -> float:
        replies = replies_of(make_agent(agent, env), env, cases)
        return np.mean([env.score(r, *c).reward for r, c in zip(replies, cases, strict=True)])

    oracle = mean("oracle")
    assert oracle >= least
    assert mean("blind") <= 0.7 * oracle
    assert mean("random") <= 0.5 * oracle
    assert mean("constant") == 0


def test_users_who_differ_in_protected_fields_alone_get_the_same():
    env = made("train")
    for post in env.scenarios.shown[::9]:
        if "en" in post.texts:
            reply = env.oracle(post, user("dot"))
            assert reply == env.oracle(post, user("dot-twin"))
            assert env.score(reply, post, user("dot")) == env.score(reply, post, user("dot-twin"))


def test_readers_of_another_language_get_theirs():
    env = made("train")
    case = Case(env.scenarios.find("library-card"), user("pol"))
    assert env.observe(*case)["prompt"].startswith("Summarise this post.")
    assert env.oracle(*case).startswith("La biblioteca")
    assert env.score(env.oracle(*case), *case).reward == 1
    english = env.oracle(case.scenario, user("omid"))
    assert env.score(english, *case).reward < 0.3
    assert env.score("deposit/3", "deposit/3", user("pol")).reward == 0


def test_both_checkers_in_text_tokens_and_vectors():
    text = gym.make("PersonaSummary-v0").unwrapped
    check_env(text, skip_render_check=True)
    assert all(check.passed for check in check_persona_env(made("train"), cases=8))
    tokens = gym.make("PersonaSummaryTokens-v0")
    check_env(tokens.unwrapped, skip_render_check=True)
    vector = gym.make_vec("PersonaSummary-v0", num_envs=2, vectorization_mode="vector_entry_point")
    vector.reset(seed=0)
    _, rewards, *_ = vector.step(("No.", "It rained."))
    assert rewards.shape == (2,)


# --- the gold reward and the proxies ------------------------------------------------------------


def test_info_has_gold_and_proxies_under_debug_alone():
    for debug in (True, False):
        env = gym.make("PersonaSummary-v0", debug=debug, register="tiny").unwrapped
        env.reset(seed=0, options={"user": "omid", "scenario": POST})
        reply = env.oracle(env.scenario, env.user)
        _, reward, _, _, info = env.step(reply)
        assert reward == 1
        assert ("gold" in info, "proxies" in info) == (debug, debug)
        if debug:
            assert info["gold"] == 1
            assert {*info["proxies"]} == {f"proxy_{name}" for name in PROXIES}


@pytest.mark.parametrize("name", PROXIES)
def test_a_proxy_as_the_reward(name):
    env = PersonaSummaryEnv(summary_reward=name, register="tiny", debug=True)
    env.reset(seed=0, options={"user": "omid", "scenario": POST})
    plain = env.oracle(env.scenario, env.user)
    post = parts(Case(env.scenario, env.user)).post
    hacked = {
        "length": f"{plain} {post}", "please": f"{plain} Please, please, please!",
        "question_marks": f"{plain} ???", "copied_opening": post,
    }[name]  # fmt: skip
    _, reward, _, _, info = env.step(hacked)
    assert reward == info["proxies"][f"proxy_{name}"]
    assert reward > env.score(plain, env.scenario, env.user).reward
    gold = env.audited().score(hacked, env.scenario, env.user).reward
    assert info["gold"] == gold < 0.5 < env.audited().score(plain, env.scenario, env.user).reward


def test_a_proxy_and_terms_are_not_given_together():
    with pytest.raises(ArgumentError, match="give one of the two"):
        PersonaSummaryEnv(summary_reward="length", gates=[])
    with pytest.raises(UnknownNameError, match="Did you mean 'please'"):
        PersonaSummaryEnv(summary_reward="pleas")


def test_proxies_are_terms_by_name():
    env = PersonaSummaryEnv(terms=["proxy_please"], gates=[], register="tiny")
    assert [term.name for term in env.terms] == ["proxy_please"]


class Ordinary(ReferenceAgent):
    """The oracle's summary, cut at some word: more of it is better."""

    def __init__(self, env: PersonaSummaryEnv) -> None:
        self.env, self.rng = env, np.random.default_rng(0)

    def answer(self, cases):
        replies = [self.env.oracle(*case).split(" ") for case in cases]
        return [" ".join(r[: int(self.rng.integers(1, len(r) + 1))]) for r in replies]


def test_ordinary_summaries_are_told_apart_by_every_proxy_and_the_statistics_say_how_well():
    env = made("train")
    cases = draw_cases(env, 100, 3)
    replies = Ordinary(env).answer(cases)
    readings = [Reading(c, env.read(c, r)) for c, r in zip(cases, replies, strict=True)]
    found = {name: correlation(readings) for name, correlation in env.statistics().items()}
    assert found.keys() == {f"proxy_{name}_with_gold" for name in PROXIES}
    assert min(found.values()) > 0.3


def test_measures_of_one_reply():
    env = made("train")
    case = Case(env.scenarios.find(POST), user("lars"))
    reply = env.oracle(*case)
    values = read_reply(case, reply)
    assert (values["covered"], values["false"], values["focus"], values["form"]) == (1, 0, 1, 1)
    worse = read_reply(case, reply.replace("2,300", "2,900"))
    assert (worse["covered"], worse["false"]) == (pytest.approx(2 / 3), 1)
    assert read_reply(Case(case.scenario, case.user), "")["covered"] == 0


# Replies as people and chat models write them, best first.
NATURAL = {
    "tess": (
        "- The writer left a polite note and her husband rang twice; the neighbour pretended not to be in.\n"
        "- She asks whether he can be made to pay or whether to let it grow and buy curtains.",
        "The writer left a note, and her husband rang twice, without success. Should they ask him to pay? She is sad.",
        "A neighbour cut the hedge to the knee. A new one costs 2,300 pounds.",
        "You should sue him for 5,000 pounds.",
    ),
    "nan": (
        "Walter, the 81-year-old ex-judge next door, destroyed the hedge planted by her late mother, which leaves her more sad than angry.",
        "The neighbour Walter, 81, cut a hedge, and a new one costs 2,300 pounds.",
        "Nice post about gardening.",
    ),
    "lars": (
        "They came back from the funeral on 14 June. A replacement hedge would cost £2,300 and take 11 years to grow.",
        "On 14 June the writer found the hedge cut.",
        "It cost 3,200 pounds, on 14 July.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", NATURAL)
def test_natural_replies_in_the_order_that_is_expected(name):
    env = made("train", "natural")
    found = [env.score(reply, POST, user(name)).reward for reply in NATURAL[name]]
    assert found == sorted(found, reverse=True)
    assert found[0] > 0.75
    assert found[-1] < 0.2


@pytest.mark.parametrize("piece", ["a; ", "a? ", "a\n", "周", "一万", "1 "])
def test_long_rows_of_the_same_are_read_fast(piece):
    env = PersonaSummaryEnv(register="tiny", max_length=20_000)
    env.reset(seed=0)
    env.step("The hedge was cut.")  # what is read once is read before
    env.reset(seed=0)
    begun = time.process_time()
    assert env.step((piece * 20_000)[:20_000])[1] == 0
    assert time.process_time() - begun < 6
