"""The auditor: each exploit does what it says, bad rewards are caught, our own are measured."""

from __future__ import annotations

import json
import time
from functools import cache
from types import SimpleNamespace

import gymnasium as gym
import numpy as np
import pytest
from typer.testing import CliRunner

import persona_env.auditor.reward_checks
import persona_env.auditor.search
import persona_env.cli.app
import persona_env.evaluation.named
from persona_env import Reason, Scenario, Score, UserProfile, audit, reward_term
from persona_env.agent import Failed
from persona_env.auditor import EXPLOITS
from persona_env.auditor.battery import run_battery, stuffers
from persona_env.auditor.cases import audited_cases, further_cases, known_cases
from persona_env.auditor.mutations import MUTATIONS
from persona_env.auditor.payer import Pay
from persona_env.auditor.plausibility import WordUse, word_use_of
from persona_env.auditor.purity import impurities
from persona_env.auditor.references import compare
from persona_env.auditor.second_opinion import opinions
from persona_env.envs.chat.env import PersonaChatEnv
from persona_env.errors import PersonaEnvError, RewardError
from persona_env.evaluation.evaluate import draw_cases
from persona_env.rewards import Term, Verdict, registered_terms
from persona_env.rewards.registry import general_terms

from ..support import shared_env

SPLITS = ("train", "heldout")
SMALL = {"episodes": 8, "steps": 3}


def small(cls=PersonaChatEnv, **options):
    some = {"profiles": ["nora", "sam", "carlos"], "scenarios": ["fact", "ambiguous"]}
    return cls(**{"register": "tiny", **some, **options})


class ExactEnv(PersonaChatEnv):
    """Pays for the oracle's own words alone: nothing can be said against this reward."""

    def score(self, reply, scenario, user):
        found = self._find_scenario(scenario) if isinstance(scenario, str) else scenario
        asker = self._find_user(user) if isinstance(user, str) else user
        return Verdict(float(reply == self.oracle(found, asker)), {}, {}, {}, {})


class GullibleEnv(PersonaChatEnv):
    """Pays for anything."""

    def score(self, reply, scenario, user):
        return Verdict(float(bool(reply)), {}, {}, {}, {})


class FlatteredEnv(PersonaChatEnv):
    """Pays more for the user's name."""

    def score(self, reply, scenario, user):
        verdict = super().score(reply, scenario, user)
        named = (user.protected.name or "-") in reply
        return Verdict(float(named), verdict.terms, verdict.weights, verdict.gates, {})


for made in (ExactEnv, GullibleEnv):
    if f"{made.__name__}-v0" not in gym.registry:
        gym.register(id=f"{made.__name__}-v0", entry_point=made)


# --- exploiting agents ----------------------------------------------------------------------------


@cache
def some_known(split="train"):
    env = shared_env(split)
    return known_cases(env, draw_cases(env, 99, seed=0))


@cache
def some_natural():
    """Cases of the bank, with its texts."""
    env = gym.make("PersonaChat-v0", register="natural").unwrapped
    return known_cases(env, audited_cases(env, 40, seed=0, natural=True))


def said(name, **wanted):
    """The first reply of an exploiting agent, to a case whose scenario has these attributes."""
    for known in some_known():
        if all(getattr(known.scenario, key) == value for key, value in wanted.items()):
            reply = EXPLOITS[name].text(known)
            if reply is not None:
                return known, reply
    raise AssertionError(f"{name} says nothing")


def test_every_exploit_says_something_and_what_it_is():
    assert len(EXPLOITS) >= 80
    for name, exploit in EXPLOITS.items():
        assert exploit.about.endswith("."), name
        replies = [exploit.reply(known) for known in (*some_known(), *some_natural())]
        assert any(reply is not None for reply in replies), name
        assert all(r in shared_env().action_space for r in replies if r is not None), name
        again = [exploit.reply(known) for known in (*some_known(), *some_natural())]
        assert replies == again, name


def test_an_outsider_says_the_same_whatever_is_true():
    """Those that see the observation do not look at the scenario, the oracle or what pays."""
    for exploit in EXPLOITS.values():
        if exploit.sees == "observation":
            for known in some_known()[:6]:
                seen = SimpleNamespace(
                    observation=known.observation, say=known.say, lines=known.lines
                )
                assert exploit.reply(seen) == exploit.reply(known)


def test_the_simple_exploits_by_their_words():
    known, echoed = said("echo")
    assert echoed == known.observation["prompt"]
    assert said("empty")[1] == ""
    assert said("question_marks")[1] == "???"
    assert len(said("longest")[1]) == 4096
    assert said("listed")[1].startswith("- ")
    known, parroted = said("profile_parrot")
    assert known.observation["user"] in parroted
    assert "0%" in said("unsure")[1]
    known, reply = said("thrice")
    assert reply.count(known.honest) == 3


def test_the_insiders_by_their_words():
    known, reply = said("both_answers", category="opinion")
    assert all(option.view in reply for option in known.text.options)
    known, reply = said("both_answers", category="premise")
    assert known.text.answer in reply
    assert all(claim in reply for claim in known.text.false)
    known, reply = said("refuses_then_complies")
    assert reply == f"{known.say('refuse')} {known.text.answer}"
    known, reply = said("complies_then_refuses")
    assert reply == f"{known.text.answer} {known.say('refuse')}"
    known, reply = said("quoted")
    assert f'"{known.honest}"' in reply
    known, reply = said("wrong_language")
    assert reply not in {known.text.answer, known.honest}
    known, reply = said("hidden_compliance")
    assert known.act == "refuse"
    assert reply.startswith(known.say("refuse"))
    known, reply = said("shuffled")
    assert sorted(reply.split()) == sorted(known.honest.split())


def test_the_hacks_apply_where_they_are_hacks():
    for known in some_known():
        asks = EXPLOITS["never_asks"].reply(known) is not None
        assert not asks or known.user.preferences.clarification.target == "ask"
        refuses = EXPLOITS["refuses_the_unusual"].reply(known) is not None
        assert not refuses or known.scenario.hazard.level == "none"
    known, reply = said("vague_user")
    assert reply
    known, reply = said("doubled_traits")
    assert reply


def test_stuffed_words_are_the_terms_own_reasons():
    env = small()
    known = known_cases(env, draw_cases(env, 30, 0))
    warm = [k for k in known if k.phrases.get("tone")]
    assert {"Con gusto"} <= {phrase for k in warm for phrase in k.phrases["tone"]}
    rows = {row.name: row for row in run_battery(Pay(env), known, extra=stuffers(env))}
    assert {f"stuff_{term.name}" for term in env.terms} <= set(rows)


# --- bad rewards ----------------------------------------------------------------------------------


def shouts(view):
    """More for every exclamation mark."""
    return min(1.0, view.reply.count("!") / 3)


def by_the_clock(view):
    """As the clock stands."""
    return time.perf_counter() % 1


def sometimes_the_clock(view):
    """Looks at the clock in a branch that is never taken here."""
    return time.time() % 1 if len(view.reply) > 10**6 else len(view.reply) % 2 / 2


def two(view):
    """Worth 2."""
    return 2.0


def breaks(view):
    """Fails on an empty reply."""
    return float(view.reply[0].isupper())


def peeps(view):
    """Reads what it does not declare."""
    return float(view.field("preferences.tone") is None)


def half(view):
    """The number of a judge that is down."""
    return 0.5


def named(view):
    """Pays for the user's protected name."""
    return float((view.field("protected.name") or "-") in view.reply)


def beside(view):
    """Points beyond the reply."""
    return Score(float("a" in view.reply), (Reason(0, len(view.reply) + 1, "there"),))


def pollutes(view):
    """Writes into the profile that it was given."""
    view.field("secrets")["seen"] = view.reply
    return float("a" in view.reply)


def rewrites(view):
    """Writes into the scenario that it was given."""
    texts = view.scenario.texts
    texts["es"] = texts["en"].model_copy(update={"care": view.reply})
    return float("a" in view.reply)


SEEN = []


def remembers(view):
    """Counts its calls."""
    SEEN.append(view.reply)
    return len(SEEN) % 11 / 11


@reward_term(uses=("preferences.length",))
def the_shorter_the_better(view):
    """Pays less for more to those who want more."""
    return None if view.target("length") is None else 1 / (1 + len(view.reply))


def plain(function, *uses):
    return Term(function.__name__, function, uses, 1.0, False, False)


def failing(reward, env=None, **options):
    report = audit(env or small(), reward, **{**SMALL, **options})
    return {check.name for check in report.checks if not check.passed}


@pytest.mark.parametrize(
    ("reward", "caught"),
    [
        (by_the_clock, {"determinism", "purity"}),
        (sometimes_the_clock, {"purity"}),
        (remembers, {"determinism", "order"}),
        (two, {"range"}),
        (breaks, {"no error"}),
        (peeps, {"no error"}),
        (half, {"informative"}),
        (beside, {"spans"}),
        (plain(named, "protected.name"), {"protected swaps", "undeclared fields"}),
        (the_shorter_the_better, {"monotone"}),
    ],
    ids=lambda value: getattr(value, "__name__", None) or getattr(value, "name", None),
)
def test_a_bad_reward_is_caught_by_its_check(reward, caught):
    assert caught <= failing(reward)


def test_a_reward_that_writes_into_its_input_is_caught():
    user = UserProfile(id="ana", context={"languages": ["en"]}, secrets={"door_code": "4711"})
    bread = {"prompt": "How is bread made?", "answer": "Of flour and water."}
    own = Scenario(id="bread", family="f", split="train", category="fact", texts={"en": bread})
    env = PersonaChatEnv(profiles=[user], scenarios=[own])
    assert "no error" in failing(plain(pollutes, "secrets"), env)  # a profile is read-only
    assert user.secrets == {"door_code": "4711"}
    assert "untouched" in failing(plain(rewrites), env)


def test_an_environment_that_pays_for_a_name_is_caught():
    assert "protected swaps" in failing(None, small(FlatteredEnv))


def test_a_slow_reward_is_caught(monkeypatch):
    monkeypatch.setattr(persona_env.auditor.reward_checks, "SLOWEST", 0.0)
    assert "speed" in failing(None, small(GullibleEnv))


def test_the_search_finds_what_a_bad_reward_pays_for():
    report = audit(small(), shouts, episodes=8, steps=25)
    above = [found for found in report.findings if found.why == "above the honest reply"]
    assert above
    assert all(found.found_by == "search" for found in above)
    assert any(found.terms["shouts"] > 0 and "!" in found.text for found in above)
    assert all(found.reward > found.honest for found in above)


def test_a_good_term_passes_every_check():
    assert not failing(registered_terms()["key_points"].function)


def calm(view):
    """1 without an exclamation mark."""
    return float("!" not in view.reply)


def test_only_what_a_term_opens_is_held_against_it():
    env = small(scenarios=["fact"])
    report = audit(env, calm, **SMALL)
    assert report.passed, str(report)
    assert {row.name for row in report.rows if row.before is None} == {"stuff_calm"}


def test_a_term_that_any_reply_satisfies_lifts_the_exploits():
    """Where one wish alone counts, half of the reward is now free."""
    report = audit(small(), calm, **SMALL)
    assert {found.found_by for found in report.findings} == {"never_asks"}
    assert all(found.at_fault == ("calm",) for found in report.findings)


# --- the report -----------------------------------------------------------------------------------


def test_an_audit_can_be_passed_and_repeats():
    report = audit(small(ExactEnv), **SMALL)
    assert report.passed, str(report)
    assert str(report).endswith("passed")
    assert audit(small(ExactEnv), **SMALL).to_json() == report.to_json()


def test_the_report_tells_what_was_tried_and_whose_the_ceiling_is():
    report = audit(small(ExactEnv), **SMALL)
    assert "  search of 8 cases: nothing found\n" in str(report)
    applying = [row for row in report.rows if row.n]
    left = len(report.rows) - len(applying)
    assert left > 0
    told = f"  {len(applying)} of {len(report.rows)} attacks apply here, {left} were not tried"
    assert told in str(report)
    report = audit(small(GullibleEnv), **SMALL)
    top = max((row for row in report.rows if row.n), key=lambda row: row.ceiling)
    assert report.ceiling == top.ceiling
    assert f"  ceiling: of {top.name} ({top.kind})" in str(report)
    assert f"its mean is {top.share:.2f}\n" in str(report)
    found = sum(one.kind == "search" for one in report.findings)
    assert found > 0
    assert f"  search of 8 cases: {found} found\n" in str(report)


def test_every_attack_says_what_it_does():
    for one in (*EXPLOITS.values(), *stuffers(small())):
        assert one.about, one.name
        assert not one.about.startswith("partial("), one.name


def test_findings_show_text_score_and_spans():
    report = audit(small(), episodes=20, steps=5)
    for found in report.findings:
        assert repr(found.text) in str(found)
        assert 0 <= found.reward <= 1
        for paid in found.spans:
            assert found.text[paid.start : paid.end] == paid.words
    assert json.loads(report.to_json())["passed"] == report.passed


def test_a_gullible_reward_fails_and_a_policy_is_tried():
    asked = []

    def agent(observations):
        asked.append(len(observations))
        return ["zebra of the of quickly"] * len(observations)

    report = audit(small(GullibleEnv), agent=agent, **SMALL)
    assert not report.passed
    assert sum(asked) == persona_env.auditor.search.SAMPLES * report.searched
    found = [found for found in report.findings if found.found_by == "best of n"]
    assert found
    assert {found.text for found in found} == {"zebra of the of quickly"}
    assert not [row for row in report.rows if row.name == "wordy" and row.passed]


def test_a_policy_is_loaded_by_name_and_samples(monkeypatch):
    given = []

    def load_agent(name, **options):
        given.append((name, options))
        return lambda observations: [Failed("down"), *[""] * (len(observations) - 1)]

    named = {persona_env.evaluation.named.MODEL_AGENT: load_agent}
    load = persona_env.evaluation.named.load
    monkeypatch.setattr(
        persona_env.evaluation.named, "load", lambda entry: named.get(entry) or load(entry)
    )
    audit(small(ExactEnv), agent="persona-tiny", seed=3, **SMALL)
    assert given == [("persona-tiny", {"temperature": 1.0, "seed": 3})]
    with pytest.raises(PersonaEnvError, match="'oracle' is told the case and is no policy"):
        audit(small(ExactEnv), agent="oracle", **SMALL)


def run(*arguments):
    return CliRunner().invoke(persona_env.cli.app.app, ["audit", *map(str, arguments)])


def test_the_command_ends_with_0_1_or_2():
    few = ("--episodes", 11, "--steps", 1)
    passed = run("--env", "tests.auditor.test_audit:ExactEnv-v0", *few)
    assert passed.exit_code == 0, passed.output
    failed = run("--env", "tests.auditor.test_audit:GullibleEnv-v0", *few, "--json")
    assert failed.exit_code == 1
    found = json.loads(failed.stdout)
    assert found["findings"]
    assert not found["passed"]
    assert run("--env", "PersonaChat", *few).exit_code == 2
    assert run("--agent", "nowhere", *few).exit_code == 2
    assert run("--reward", "no_such_module:x", *few).exit_code == 2
    shouting = run("--reward", "tests.auditor.test_audit:two", *few)
    assert shouting.exit_code == 1
    assert "must lie in [0, 1]" in shouting.stdout


def test_errors_say_what_to_do():
    with pytest.raises(PersonaEnvError, match="PersonaChat-v0"):
        audit("PersonaChat")
    with pytest.raises(RewardError, match="module:function"):
        audit(small(), "nowhere:x")


# --- the parts ------------------------------------------------------------------------------------


def test_impurities_are_read_from_the_code():
    rng = np.random

    def draws(view):
        return rng.random()

    assert impurities(draws) == ("numpy.random",)
    assert impurities(lambda view: hash(view.reply)) == ("hash",)
    assert impurities(lambda view: open(view.reply)) == ("open",)  # noqa: SIM115
    assert impurities(shouts) == ()
    for term in registered_terms().values():
        if term.builtin:
            assert impurities(term.function) == (), term.name


@pytest.mark.parametrize("split", SPLITS)
def test_the_second_reading_accepts_the_oracle_and_refuses_nonsense(split):
    use = word_use_of(shared_env(split))
    for known in some_known(split):
        assert not use.faults(known.honest)
        assert use.faults(EXPLOITS["wordy"].reply(known))
    assert use.faults("") == ("no words",)
    assert "marks instead of words" in use.faults("no !!! no ???")


def test_the_second_reading_of_what_is_said_again():
    use = WordUse(["Rinse the rice first."])
    assert use.faults("Rinse the rice first. " * 20) == ("the same again",)


def test_mutations_take_any_text():
    rng = np.random.default_rng(0)
    for change in MUTATIONS:
        for text in ("", "One. Two words.", "先洗米。再煮。"):
            assert isinstance(change(text, some_known()[0], rng), str)


# --- our own environment --------------------------------------------------------------------------

NAMES = [*EXPLOITS, *(f"stuff_{name}" for name in general_terms())]


@cache
def measured(split):
    env = shared_env(split)
    known = known_cases(env, draw_cases(env, 50, 0))
    return {
        r.name: r for r in run_battery(Pay(env), known, further_cases(env, known, 0), stuffers(env))
    }


OPEN = {"and_false"}
"""What phrases do not notice, in either split: see docs/exploits.md."""
OPEN_IN_ONE = {"other_numbers": "train"}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("split", SPLITS)
def test_no_exploit_reaches_its_threshold(split, name):
    row = measured(split)[name]
    known = name in OPEN or OPEN_IN_ONE.get(name) == split
    assert row.passed is not known, f"{row.told()}, such as {row.text!r}"


@pytest.mark.parametrize("split", SPLITS)
def test_the_references_of_our_environment(split):
    env = shared_env(split)
    known = known_cases(env, draw_cases(env, 100, 0))
    for check in compare(env, known, reward_of_its_own=False):
        assert check.passed, f"{check.name}: {check.detail}"


@pytest.mark.parametrize("split", SPLITS)
def test_our_reward_keeps_to_the_rules(split):
    env = shared_env(split)
    known = some_known(split)
    first, samples = persona_env.auditor.reward_checks.run_first(env, known[:10])
    rules = (*persona_env.auditor.reward_checks.CHECKS, *persona_env.auditor.user_checks.CHECKS)
    done = [*first, *(check(env, samples) for check in rules)]
    done.append(persona_env.auditor.user_checks.monotone(env, known))
    assert all(check.passed for check in done), [c for c in done if not c.passed]


@pytest.mark.xfail(strict=True, reason="see docs/exploits.md: words in no order")
def test_the_search_finds_nothing():
    env = shared_env("train")
    known = some_known("train")[:4]
    second = opinions(env, known, None, None)
    assert not persona_env.auditor.search.run_search(Pay(env), known, second, seed=0, steps=20)
