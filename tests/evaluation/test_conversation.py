"""Whole conversations in an evaluation: worked by hand, seeds, batches, references."""

from __future__ import annotations

import json
from dataclasses import asdict

import numpy as np
import pytest

from persona_env import TermView, UserProfile, evaluate, load_scenarios, make_agent, reward_term
from persona_env import agent as agents
from persona_env.agent import ReferenceAgent
from persona_env.env import PersonaEnv
from persona_env.envs.chat.env import PersonaChatEnv
from persona_env.evaluation.conversation import case_seed, converse, in_place_of
from persona_env.evaluation.conversation_report import ConversationReport
from persona_env.evaluation.evaluate import draw_cases
from persona_env.evaluation.report import Report
from persona_env.messages import as_messages
from persona_env.metrics.statistics import Mean
from persona_env.scenarios.case import Case, prompt_language
from persona_env.simulation.changes import in_language
from persona_env.simulation.rules import RuleBasedUser
from persona_env.simulation.user import Utterance


@reward_term(uses=("context.device",))
def fancies(view: TermView) -> float:
    """A user's device is a table of what each reply is worth; who asked twice gets half of it."""
    table = dict(pair.split("=") for pair in (view.field("context.device") or "").split())
    share = 0.5 if view.prompt == "Half." else 1.0
    return share * float(table.get(view.reply, 0))


ANA = UserProfile(id="ana", context={"languages": ["en"], "device": "a=1 b=0.25 c=0.5"})
BO = UserProfile(id="bo", context={"languages": ["en"], "device": "a=0.5 b=0.75 c=0.5"})
SCENARIOS = ["drain-cleaner", "highest-mountain-taiwan"]


class Letters(PersonaEnv):
    def oracle(self, scenario, user):
        return "a" if user.id == "ana" else "b"

    def read(self, case, reply):
        return {"vowel": float(reply == "a")} if case.user.id == "ana" else {}


class Halves:
    """Content from 0.9 on; Bo leaves after two replies, and halves what the second is worth."""

    def reply(self, case, turns, verdict, rng):
        if verdict.reward >= 0.9 or (case.user.id == "bo" and len(turns) == 4):
            return None
        return "More." if case.user.id == "ana" else "Half."


class ByTurn:
    """Answers by the turn, which it tells from the transcript; notes the sizes of batches."""

    def __init__(self, replies):
        self.replies, self.batches = replies, []

    def __call__(self, observations):
        self.batches.append(len(observations))
        return [self.replies[o["transcript"].count("assistant:")] for o in observations]


def letters(**options):
    options = {"max_turns": 3, "user_simulator": Halves(), "gates": [], **options}
    return Letters(profiles=[ANA, BO], scenarios=SCENARIOS, terms=["fancies"], **options)


def test_conversations_worked_by_hand():
    # Ana gives 0.5, 0.25 and 1.0 and is content. Bo gives 0.5, then 0.75 halved, and leaves.
    env = letters()
    report = evaluate(ByTurn(["c", "b", "a"]), env, turns=3)
    assert type(report) is ConversationReport
    assert report.reward.mean == pytest.approx((1.0 + 0.375) / 2)
    assert report.returns == report.reward
    assert [one.turn for one in report.per_turn] == [1, 2, 3]
    assert [one.reached for one in report.per_turn] == [4, 4, 2]
    assert report.per_turn[0].reward == Mean(0.5, 0.0, 4)
    assert report.per_turn[1].reward.mean == pytest.approx((0.25 + 0.375) / 2)
    assert report.per_turn[2].reward == Mean(1.0, 0.0, 2)
    assert [one.so_far.mean for one in report.per_turn] == pytest.approx([0.5, 0.3125, 0.6875])
    assert [one.measures["vowel"] for one in report.per_turn] == [
        Mean(0.0, 0.0, 2), Mean(0.0, 0.0, 2), Mean(1.0, 0.0, 2),
    ]  # fmt: skip
    assert report.measures["vowel"] == Mean(1.0, 0.0, 2)
    assert report.ended == {"content": 2, "left": 2, "limit": 0}
    # Row Ana: 'a' after 'More.'; row Bo: 'b' after 'Half.', of which Ana gives half of 0.25.
    assert report.matrix == ((1.0, 0.5), (0.125, 0.375))
    assert report.own_best == (True, True)
    assert report.identity_gap == 0.0
    assert env.max_turns == 3


def test_the_limit_is_that_of_the_evaluation():
    for env in (letters(), letters(max_turns=1), letters(max_turns=9)):
        report = evaluate(ByTurn(["c", "b", "a"]), env, turns=2)
        assert report.ended == {"content": 0, "left": 0, "limit": 4}
        assert len(report.per_turn) == 2


def test_the_references_speak_as_often():
    report = evaluate(ByTurn(["c", "b", "a"]), letters(), turns=3)
    # The oracle says 'a' to Ana: 1.0; to Bo 'b', 0.75, and again, halved. Blind says 'a' to both.
    assert report.oracle.mean == pytest.approx((1.0 + 0.375) / 2)
    assert report.blind.mean == pytest.approx((1.0 + 0.25) / 2)
    assert report.gain.mean == pytest.approx(1.0)


def test_one_turn_gives_the_report_of_first_replies():
    some = {"profiles": ["nora", "sam", "wei"], "split": "heldout"}
    env = PersonaChatEnv(
        register="tiny", max_turns=3, user_simulator="rule_based", max_topics=2, **some
    )
    plain = PersonaChatEnv(register="tiny", **some)
    made = [
        evaluate(make_agent("noisy_profile", one), one, episodes=30, seed=3, **turns)
        for one, turns in ((plain, {}), (plain, {"turns": 1}), (env, {"turns": 1}))
    ]
    assert {type(report) for report in made} == {Report}
    first, *others = [json.dumps(asdict(report)) for report in made]
    assert [first, first] == others


@pytest.mark.parametrize(
    ("turns", "topics", "match"), [(0, 1, "at least 1, not 0"), (2, 3, "max_topics=3, not 2")]
)
def test_numbers_of_turns_that_are_none(turns, topics, match):
    env = letters(max_topics=topics)
    with pytest.raises(ValueError, match=match):
        evaluate(ByTurn(["a"]), env, turns=turns)


# --- seeds and batches --------------------------------------------------------------------------


def rules_env(**options):
    rules = RuleBasedUser(switch_language=0.5, patience=2)
    options = {"max_turns": 4, "max_topics": 2, "split": "all", **options}
    return PersonaChatEnv(register="tiny", user_simulator=rules, **options)


def said(talks):
    return {talk.env.turns[0].text + talk.env.user.id: talk.env.turns for talk in talks}


def fixed(observations):
    """Replies by what is seen alone."""
    replies = ("No.", "Which one do you mean?", "Yes, it is so.", "Es así, por supuesto.")
    return [replies[len(o["prompt"]) % 4] for o in observations]


def test_neither_order_nor_batches_matter(monkeypatch):
    env = rules_env()
    cases = draw_cases(env, 80, 0)
    first = said(converse(fixed, env, cases, 4, seed=1))
    assert said(converse(fixed, env, cases[::-1], 4, seed=1)) == first
    assert said(converse(fixed, env, cases[:7], 4, seed=1)).items() <= first.items()
    monkeypatch.setattr(agents, "BATCH", 3)
    assert said(converse(fixed, env, cases, 4, seed=1)) == first
    assert said(converse(fixed, env, cases, 4, seed=2)) != first


def test_an_agent_is_handed_the_transcript_and_the_messages():
    seen = []

    def agent(observations):
        seen.extend(observations)
        return ["No."] * len(observations)

    env = PersonaChatEnv(register="tiny", profiles=["sam"], max_turns=2)
    converse(agent, env, draw_cases(env, 1, 0), 2, seed=0)
    first, second = seen
    assert {key: second[key] for key in env.observation_space} in env.observation_space
    assert first["transcript"] == ""
    assert second["transcript"] == f"user: {first['prompt']}\nassistant: No."
    assert [m["content"] for m in second["messages"]] == [
        second["user"], first["prompt"], "No.", second["prompt"],
    ]  # fmt: skip
    assert as_messages(second) == second["messages"]


def test_all_conversations_of_a_turn_are_asked_together():
    agent = ByTurn(["c", "b", "a"])
    evaluate(agent, letters(), turns=3)
    assert agent.batches == [4, 4, 2]
    agent = ByTurn(["No."] * 2)
    env = PersonaChatEnv(register="tiny", split="all", max_turns=2)
    converse(agent, env, draw_cases(env, 100, 0), 2, seed=0)
    assert agent.batches == [64, 36] * 2


def test_a_conversation_is_an_episode_of_the_environment():
    env = rules_env()
    cases = draw_cases(env, 40, 0)
    for case, talk in zip(cases, converse(fixed, env, cases, 4, seed=1), strict=True):
        env.np_random = np.random.default_rng(case_seed(case, 1))
        observation, _ = env.begin(*case)
        paid, over = [], False
        while not over:
            observation, reward, over, _, info = env.step(fixed([observation])[0])
            paid.append(reward)
        assert talk.env.turns == env.turns
        assert talk.rewards == paid
        assert talk.env.ended == info["ended"]
    other = [case_seed(case, 1).generate_state(1)[0] for case in cases]
    assert len(set(other)) == len(cases)


def test_the_report_is_of_what_was_paid():
    env = rules_env()
    report = evaluate(fixed, env, episodes=60, turns=4)
    talks = converse(fixed, env, draw_cases(env, 60, 0), 4, seed=0)
    assert [r["reward"] for r in report.replies] == [t.verdicts[-1].reward for t in talks]
    assert report.returns.mean == pytest.approx(np.mean([sum(t.rewards) for t in talks]))
    assert 0 <= report.returns.mean <= 1
    assert report.per_turn[0].reached == 60
    assert sum(report.ended.values()) == 60
    for reply, talk in zip(report.replies, talks, strict=True):
        assert [turn["content"] for turn in reply["turns"]] == [
            turn.text for turn in talk.env.turns
        ]
        assert reply["turns"][-1]["content"] == reply["reply"]
        assert len(reply["scenarios"]) == len(reply["rewards"]) == len(reply["turns"]) // 2
        assert reply["ended"] == talk.env.ended


def test_a_report_is_shown_and_saved(tmp_path):
    report = evaluate(fixed, rules_env(), episodes=20, turns=3)
    text = str(report)
    for name in ("reward", "return", "turn 1", "turn 2", "ended", "content", "limit"):
        assert name in text
    report.save(tmp_path / "report.json")
    saved = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert saved["per_turn"][0]["reached"] == 20
    assert saved["ended"] == report.ended


# --- who else judges, and who else answers --------------------------------------------------------


def test_others_judge_in_the_language_of_the_conversation():
    both, english, wish = (
        UserProfile(id="both", context={"languages": ["en", "es"]}),
        UserProfile(id="english", context={"languages": ["en"]}),
        UserProfile(id="wish", context={"languages": ["es", "en"]}, preferences={"language": "en"}),
    )
    other = both.model_copy(update={"id": "other"})
    users = [both, english, wish, other]
    scenario = next(s for s in load_scenarios() if {"en", "es"} <= set(s.texts))
    talk = Case(scenario, in_language(both, "es"))
    assert [in_place_of(user, talk, users) for user in users] == [
        talk.user, english, wish, in_language(other, "es"),
    ]  # fmt: skip
    assert [in_place_of(user, Case(scenario, both), users) for user in users] == users


class Notes(ReferenceAgent):
    """The reference agent inside, and the cases that it was told."""

    def __init__(self, inside):
        self.inside, self.told = inside, []

    def answer(self, cases):
        self.told += cases
        return self.inside.answer(cases)


@pytest.mark.parametrize("name", ["oracle", "blind", "random", "noisy_profile", "constant"])
def test_reference_agents_answer_in_conversations(name):
    pairs = (("en", "es"), ("es", "en"), ("en", "zh"))
    wants = {"length": "brief", "clarification": "ask"}
    users = [
        UserProfile(id="-".join(reads), context={"languages": reads}, preferences=wants)
        for reads in pairs
    ]
    rules = RuleBasedUser(switch_language=1.0)
    env = PersonaChatEnv(
        register="tiny",
        profiles=users,
        split="all",
        max_turns=4,
        max_topics=3,
        user_simulator=rules,
    )
    agent = make_agent(name, env)
    talks = converse(agent, env, draw_cases(env, 60, 0), 4, seed=0)
    assert any(talk.env.user not in users for talk in talks)  # who changed the language
    if name == "oracle":
        for talk in talks:
            assert talk.env.ended in ("content", "limit")
            assert all(verdict.reward >= 0.9 for verdict in talk.verdicts)
            answers = [answer.case.scenario.id for answer in talk.answers]
            assert len(set(answers)) == len(answers)


def test_the_oracle_repeats_itself_to_who_is_not_content():
    class Never:
        def reply(self, case, turns, verdict, rng):
            return "More."

    env = PersonaChatEnv(register="tiny", profiles=["sam"], max_turns=3, user_simulator=Never())
    for talk in converse(make_agent("oracle", env), env, draw_cases(env, 5, 0), 3, seed=0):
        replies = [answer.reply for answer in talk.answers]
        assert replies == [env.oracle(*talk.case)] * 3


def test_the_oracle_answers_what_is_asked_now():
    class Other:
        def reply(self, case, turns, verdict, rng):
            return Utterance("Now this.", scenario=case.topics[0]) if case.topics_left else None

    env = PersonaChatEnv(
        register="tiny", profiles=["sam"], max_turns=3, max_topics=2, user_simulator=Other()
    )
    cases = [Case(env.scenarios.readable(env.users[0])[5], env.users[0])]
    agent = Notes(make_agent("oracle", env))
    (talk,) = converse(agent, env, cases, 3, seed=0)
    assert [case.scenario for case in agent.told] == [cases[0].scenario, env.cases["sam"][1][0]]
    assert sum(talk.rewards) >= 0.9
    assert prompt_language(*talk.case) == "en"
