"""The judgement: a matrix worked by hand, the gain's two ends, and files that are whole."""

from __future__ import annotations

import json
import math

import gymnasium as gym
import numpy as np
import pytest

from persona_env import (
    TermView,
    UserProfile,
    evaluate,
    load_profile,
    load_scenarios,
    reward_term,
)
from persona_env.agent import ReferenceAgent
from persona_env.env import PersonaEnv
from persona_env.envs.chat.env import PersonaChatEnv
from persona_env.errors import AgentError, PersonaEnvError, RewardError
from persona_env.evaluation.evaluate import draw_cases
from persona_env.evaluation.report import Report
from persona_env.metrics.statistics import Mean
from persona_env.registration import make_agent
from persona_env.scenarios.case import Case


@reward_term(uses=("context.device",))
def likes(view: TermView) -> float:
    """A user's device is a table of what each reply is worth: 'a=1 b=0.25'."""
    table = dict(pair.split("=") for pair in (view.field("context.device") or "").split())
    return float(table.get(view.reply, 0))


@reward_term
def slowly(view: TermView) -> float:
    """A term of a user's own, which no oracle knows."""
    return float("slowly" in view.reply)


ANA = UserProfile(id="ana", context={"languages": ["en"], "device": "a=1 b=0.25 c=0.5"})
BO = UserProfile(id="bo", context={"languages": ["en"], "device": "a=0.5 b=0.75 c=0.5"})
SCENARIOS = ["drain-cleaner", "highest-mountain-taiwan"]
TRAINED = next(s.id for s in load_scenarios("train", "hazard") if "en" in s.texts)


class Letters(PersonaEnv):
    """Ana's best reply is 'a', Bo's is 'b'; user-blind, 'a' is best: (1 + 0.5) / 2."""

    def oracle(self, scenario, user):
        return "a" if user.id == "ana" else "b"


class Fixed(ReferenceAgent):
    def __init__(self, replies):
        self.replies = replies

    def answer(self, cases):
        return [self.replies[case.user.id] for case in cases]


@pytest.fixture
def letters():
    return Letters(
        profiles=[ANA, BO], scenarios=SCENARIOS, terms=["likes"], gates=[], register="tiny"
    )


def test_the_matrix_worked_by_hand(letters):
    report = evaluate(Fixed({"ana": "c", "bo": "a"}), letters)
    assert report.users == ("ana", "bo")
    assert report.matrix == ((0.5, 0.5), (1.0, 0.5))  # rows: written for; columns: judged by
    assert report.own_best == (False, False)  # ana and bo give the same; ana more to bo's
    assert report.per_user["ana"] == Mean(0.5, 0.0, 2)
    assert report.reward == Mean(0.5, 0.0, 4)
    assert report.blind.mean == 0.75  # 'a' to both: 1, 0.5
    assert report.oracle.mean == 0.875  # 'a' and 'b': 1, 0.75
    assert report.gain.mean == pytest.approx((0.5 - 0.75) / (0.875 - 0.75))  # -2
    assert report.normalised == pytest.approx(0.5 / 0.875)
    assert {name: m.n for name, m in report.per_category.items()} == {"fact": 2, "hazard": 2}
    assert report.words == Mean(1.0, 0.0, 4)
    assert report.identity_gap == 0.0


def test_worst_user(letters):
    report = evaluate(Fixed({"ana": "b", "bo": "b"}), letters)
    assert report.worst_user == "ana"
    assert report.per_user["ana"].mean == 0.25
    assert report.own_best == (False, True)


def test_the_gain_is_1_for_the_oracle_and_0_for_the_blind(letters):
    for env in (letters, PersonaChatEnv(register="tiny", split="heldout", scenarios=["hazard"])):
        assert evaluate(make_agent("oracle", env), env, episodes=60).gain.mean == 1.0
        assert evaluate(make_agent("blind", env), env, episodes=60).gain.mean == 0.0


def test_the_gain_is_not_known_where_users_do_not_differ():
    env = Letters(profiles=[ANA], scenarios=SCENARIOS, terms=["likes"], gates=[])
    report = evaluate(Fixed({"ana": "a"}), env)
    assert math.isnan(report.gain.mean)
    saved = json.dumps(report.replies)
    assert "NaN" not in saved


@pytest.mark.parametrize(
    ("values", "mean", "se"),
    [
        ([0.0, 1.0], 0.5, 0.5),  # sd sqrt(1/2), over sqrt(2)
        ([0.2, 0.4, 0.9], 0.5, math.sqrt(0.13 / 3)),  # squares 0.09 + 0.01 + 0.16, over 2
        ([0.3, 0.3], 0.3, 0.0),
    ],
)
def test_standard_error(values, mean, se):
    found = Mean.of(values)
    assert (found.mean, found.se, found.n) == (pytest.approx(mean), pytest.approx(se), len(values))


def test_the_error_of_one_value_is_not_known():
    assert math.isnan(Mean.of([0.4]).se)


def test_identity_gap_of_every_reference():
    env = PersonaChatEnv(register="tiny", split="heldout")
    for name in ("oracle", "blind", "constant", "noisy_profile"):
        assert evaluate(make_agent(name, env), env, episodes=36).identity_gap == 0.0


def test_a_reward_that_tells_twins_apart_is_seen(letters, monkeypatch):
    term = letters.terms[0]
    unfair = PersonaEnv.score

    def score(self, reply, scenario, user):
        verdict = unfair(self, reply, scenario, user)
        if user.protected.gender == "swapped":
            return type(verdict)(
                verdict.reward / 2,
                *[getattr(verdict, n) for n in ("terms", "weights", "gates", "reasons")],
            )
        return verdict

    monkeypatch.setattr(PersonaEnv, "score", score)
    assert term.name == "likes"
    assert evaluate(Fixed({"ana": "a", "bo": "b"}), letters).identity_gap == 0.5


# --- cases and observations ---------------------------------------------------------------------


def test_cases_are_drawn_evenly_without_repetition():
    env = PersonaChatEnv(register="tiny")
    drawn = draw_cases(env, 4 * len(env.users), seed=1)
    assert len({(case.scenario.id, case.user.id) for case in drawn}) == len(drawn)
    assert {sum(c.user is user for c in drawn) for user in env.users} == {4}
    assert drawn == draw_cases(env, 4 * len(env.users), seed=1)
    assert drawn != draw_cases(env, 4 * len(env.users), seed=2)
    assert len(draw_cases(env, None, 0)) == sum(len(pool) for _, pool in env.cases.values())
    with pytest.raises(ValueError, match="episodes"):
        draw_cases(env, 0, 0)


def test_an_agent_sees_what_the_environment_shows(letters):
    seen = []

    def agent(observations):
        seen.extend(observations)
        return ["a"] * len(observations)

    evaluate(agent, letters)
    assert [o["prompt"] for o in seen] == [
        letters.observe(*c)["prompt"] for c in draw_cases(letters, None, 0)
    ]
    assert all("Uses a=" in o["user"] for o in seen)
    seen.clear()
    hidden = PersonaChatEnv(
        register="tiny", profiles=[ANA, BO], scenarios=SCENARIOS, user_visibility="hidden"
    )
    evaluate(agent, gym.wrappers.OrderEnforcing(hidden))
    assert {o["user"] for o in seen} == {""}
    assert not any(o["user_vector"].any() for o in seen)


def test_batches_are_small_and_in_order():
    env, sizes = PersonaChatEnv(register="tiny", split="heldout", profiles=["vic"]), []

    def agent(observations):
        sizes.append(len(observations))
        return [o["prompt"] for o in observations]

    report = evaluate(agent, env, episodes=70)
    assert sizes == [64, len(report.replies) - 64]
    for entry in report.replies:
        case = Case(env._find_scenario(entry["scenario"]), env.users[0])
        assert entry["reply"] == env.observe(*case)["prompt"]
        assert entry["reward"] == env.score(entry["reply"], *case).reward


@pytest.mark.parametrize("change", [-1, 1])
def test_a_wrong_number_of_replies_is_an_error(letters, change):
    with pytest.raises(ValueError, match=f"gave {4 + change} replies to 4 observations"):
        evaluate(lambda observations: ["a"] * (len(observations) + change), letters)


def test_a_reference_agent_with_a_wrong_number_of_replies_is_an_error(letters):
    class Short(ReferenceAgent):
        def answer(self, cases):
            return ["a"]

    with pytest.raises(ValueError, match="gave 1 reply to 4 observations"):
        evaluate(Short(), letters)


def test_another_environment_is_refused():
    with pytest.raises(TypeError, match="PersonaEnv"):
        evaluate(lambda o: [], gym.make("CartPole-v1"))


class NoList:
    def __len__(self):
        return 4


@pytest.mark.parametrize("answer", ["abcd", b"abcd", {0: 1, 1: 2, 2: 3, 3: 4}, None, 4, NoList()])
def test_an_agent_that_gives_no_list_is_named(letters, answer):
    with pytest.raises(AgentError, match="not a list of 4 texts, one for each observation"):
        evaluate(lambda observations: answer, letters)


@pytest.mark.parametrize("reply", [None, b"a", 3, {"role": "assistant", "content": "a"}, ["a"]])
def test_a_reply_that_is_no_text_is_the_agents_fault(letters, reply):
    with pytest.raises(AgentError, match=r"the agent gave .* for observation 2, not a text"):
        evaluate(lambda observations: ["a", "a", reply, "a"], letters)
    with pytest.raises(AgentError, match="for observation 0"):
        evaluate(Fixed({"ana": reply, "bo": "a"}), letters)


def test_a_reply_that_no_file_can_hold_is_the_agents_fault(letters):
    with pytest.raises(AgentError, match=r"observation 3 holds '\\ud800' at position 1"):
        evaluate(lambda observations: ["a", "a", "a", "b\ud800"], letters)


def test_lists_arrays_and_generators_of_texts_are_answers(letters):
    kinds = (list, tuple, np.array, iter)
    reports = [evaluate(lambda seen, k=k: k(["a"] * len(seen)), letters) for k in kinds]
    assert reports[1:] == reports[:-1]


def test_an_agent_that_fails_half_way_is_passed_on_with_the_place():
    env, calls = PersonaChatEnv(register="tiny", split="heldout", profiles=["vic"]), []

    def agent(observations):
        calls.append(len(observations))
        if len(calls) == 2:
            raise ConnectionError("no route")
        return ["Hm."] * len(observations)

    with pytest.raises(ConnectionError, match="no route") as raised:
        evaluate(agent, env, episodes=70)
    assert raised.value.__notes__ == [
        f"raised by the agent at observations 64 to {63 + calls[1]}: nothing is judged"
    ]


# --- figures that are not defined ----------------------------------------------------------------


def test_more_episodes_than_cases_are_all_cases(letters):
    assert draw_cases(letters, 1000, 0) == draw_cases(letters, None, 0)
    report = evaluate(Fixed({"ana": "a", "bo": "b"}), letters, episodes=1000)
    assert report.reward.n == 4
    assert "cases           4, by split" in str(report)


def test_fewer_episodes_than_users_report_the_users_who_asked(letters):
    report = evaluate(Fixed({"ana": "a", "bo": "b"}), letters, episodes=1)
    assert report.users == ("ana",)
    assert "nan" not in str(report)
    assert "reward          1.000 (one value)" in str(report)


@pytest.mark.parametrize("reply", ["", "d"])
def test_where_all_users_give_the_same_nobody_is_worst_or_best(letters, reply):
    report = evaluate(Fixed({"ana": reply, "bo": reply}), letters)
    assert report.worst_user == ""
    assert report.own_best == (False, False)
    assert "worst user      none: all earn the same" in str(report)
    assert "own user best   0 of 2 users" in str(report)


def test_a_twin_gives_the_same_and_leaves_the_own_user_best():
    users = [ANA, ANA.model_copy(update={"id": "amy"}), BO]
    env = Letters(profiles=users, scenarios=SCENARIOS, terms=["likes"], gates=[], register="tiny")
    report = evaluate(Fixed({"ana": "a", "amy": "a", "bo": "b"}), env)
    assert report.own_best == (True, True, True)


def test_users_without_a_common_scenario():
    """Each prompt is asked by one user: nobody can write better than who knows no user."""
    env = PersonaChatEnv(register="tiny", profiles=["sam", "wei"], scenarios=["fact"])
    report = evaluate(make_agent("constant", env), env)
    assert "no two users who ask the same prompt want different" in report.undefined["gain"]
    assert report.normalised == report.reward.mean / report.oracle.mean
    assert "\ngain not defined: the user-blind replies earn as much" in str(report)
    assert "nan" not in str(report)
    assert np.isfinite(report.matrix).all()


def test_terms_that_the_oracle_does_not_know_leave_share_and_gain_undefined(tmp_path):
    why = "the reference replies do not know the reward terms slowly"
    weighs = load_profile("sam").weigh(slowly=2.0)
    for options in ({"terms": ["length", "slowly"], "gates": []}, {"profiles": [weighs, "nora"]}):
        given = {"profiles": ["sam", "nora"], "scenarios": ["fact"], "register": "tiny"}
        env = PersonaChatEnv(**given | options)
        report = evaluate(make_agent("oracle", env), env)
        assert report.undefined == {"normalised": why, "gain": why}
        assert math.isnan(report.normalised)
        assert math.isnan(report.gain.mean)
        assert report.oracle.n == report.reward.n  # what they earn is known all the same
        assert f"\ngain and share of the oracle's not defined: {why}" in str(report)
        assert f"oracle          {report.oracle}" in str(report)
        report.save(tmp_path / "r.json")
        read = json.loads((tmp_path / "r.json").read_text("utf-8"))
        assert read["gain"] == {"mean": None, "se": None, "n": report.reward.n}
        assert read["undefined"] == report.undefined


def test_a_term_of_no_weight_takes_no_part():
    users = [load_profile(name).weigh(slowly=0.0) for name in ("sam", "nora")]
    env = PersonaChatEnv(register="tiny", profiles=users, scenarios=["opinion"])
    assert "slowly" in [term.name for term in env.terms]
    assert evaluate(make_agent("oracle", env), env).undefined == {}


def test_an_oracle_that_is_not_the_best_of_what_was_seen_is_no_measure(letters):
    class Poor(Letters):
        def oracle(self, scenario, user):
            return "b" if user.id == "ana" else "a"

    env = Poor(profiles=[ANA, BO], scenarios=SCENARIOS, terms=["likes"], gates=[])
    why = "the agent's replies earn more than the oracle's, 0.875 against 0.375"
    assert evaluate(Fixed({"ana": "a", "bo": "b"}), env).undefined == {
        "normalised": why, "gain": why
    }  # fmt: skip
    assert evaluate(make_agent("oracle", letters), letters).undefined == {}


def test_an_oracle_that_earns_nothing_is_no_measure():
    class Silent(Letters):
        def oracle(self, scenario, user):
            return "nothing"

    env = Silent(profiles=[ANA, BO], scenarios=SCENARIOS, terms=["likes"], gates=[])
    report = evaluate(Fixed({"ana": "nothing", "bo": "nothing"}), env)
    assert report.undefined["normalised"] == "the oracle's replies earn nothing"
    assert math.isnan(report.normalised)
    assert "nan" not in str(report)


def test_an_environment_without_an_oracle_says_what_to_do():
    env = PersonaEnv(profiles=[ANA], scenarios=SCENARIOS[:1], terms=["likes"], gates=[])
    with pytest.raises(PersonaEnvError, match=r"PersonaEnv has no oracle .*Suite\.judge"):
        evaluate(Fixed({"ana": "a"}), env)


def test_a_report_tells_of_which_split_its_scenarios_are():
    env = PersonaChatEnv(
        register="tiny", split="heldout", profiles=["sam"], scenarios=["fact", TRAINED]
    )
    report = evaluate(make_agent("oracle", env), env)
    assert report.splits == {"heldout": report.reward.n - 1, "train": 1}
    said = f"by split of the scenario: {report.reward.n - 1} heldout, 1 train"
    assert f"cases           {report.reward.n}, {said}" in str(report)


@pytest.mark.parametrize(
    ("mean", "said"),
    [
        (Mean.of([]), "not defined (no values)"),
        (Mean.of([0.5]), "0.500 (one value)"),
        (Mean(math.nan, math.nan, 3), "not defined (of 3 values)"),
        (Mean(0.5, math.nan, 3), "0.500 (error not known)"),
        (Mean.of([0.0, 1.0]), "0.500 ± 0.500"),
    ],
)
def test_a_mean_never_prints_nan(mean, said):
    assert str(mean) == said


# --- the file -----------------------------------------------------------------------------------


def report_of(letters) -> Report:
    return evaluate(Fixed({"ana": "c", "bo": "b"}), letters)


def test_json_round_trip(letters, tmp_path):
    report = report_of(letters)
    report.save(tmp_path / "deep" / "report.json")
    read = json.loads((tmp_path / "deep" / "report.json").read_text("utf-8"))
    assert read["matrix"] == [list(row) for row in report.matrix]
    assert read["reward"] == {"mean": report.reward.mean, "se": report.reward.se, "n": 4}
    assert read["users"] == ["ana", "bo"]
    assert read["worst_user"] == "ana"
    assert [entry["reply"] for entry in read["replies"]] == [e["reply"] for e in report.replies]
    assert set(read) == set(Report.__dataclass_fields__)


def test_an_unknown_error_is_null(tmp_path):
    env = Letters(profiles=[ANA], scenarios=SCENARIOS[:1], terms=["likes"], gates=[])
    evaluate(Fixed({"ana": "a"}), env).save(tmp_path / "r.json")

    def refuse(token):
        raise AssertionError(f"{token} is no JSON")

    read = json.loads((tmp_path / "r.json").read_text("utf-8"), parse_constant=refuse)
    assert read["reward"]["se"] is None
    assert read["gain"]["mean"] is None


@pytest.mark.parametrize("where", ["replace", "write"])
def test_a_failure_leaves_the_old_file_and_nothing_beside_it(letters, tmp_path, monkeypatch, where):
    path = tmp_path / "report.json"
    path.write_text("old", encoding="utf-8")
    report = report_of(letters)
    if where == "replace":
        monkeypatch.setattr(
            "pathlib.Path.replace", lambda self, target: (_ for _ in ()).throw(OSError("disk full"))
        )
        with pytest.raises(OSError, match="disk full"):
            report.save(path)
    else:
        from persona_env.outputs import write_text

        with pytest.raises(UnicodeEncodeError):
            write_text(path, "half " * 10_000 + "\ud800")
    monkeypatch.undo()
    assert path.read_text("utf-8") == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_the_report_reads_well(letters):
    text = str(report_of(letters))
    for part in (
        "gain",
        "worst user      ana 0.500",
        "own user best",
        "1 of 2 users",
        "identity gap    0",
    ):
        assert part in text


def test_the_same_seed_gives_the_same_report():
    env = PersonaChatEnv(register="tiny", split="heldout", scenarios=["opinion"])
    first, second = (evaluate(make_agent("noisy_profile", env), env, 30, seed=3) for _ in range(2))
    assert first == second
    assert first.gain.se > 0
    assert np.isfinite(first.matrix).all()


# --- batched reward terms -------------------------------------------------------------------------

ASKED: list[list[tuple[str, str]]] = []


@reward_term(batched=True, uses="context.device")
def asks_a_model(views: list[TermView]) -> list[float]:
    """A judge that gives the second letter of a user's table half of its value."""
    ASKED.append([(view.reply, view.field("context.device")) for view in views])
    return [likes(view) / 2 for view in views]


@pytest.fixture
def slow_letters():
    ASKED.clear()
    return Letters(
        profiles=[ANA, BO], scenarios=SCENARIOS, terms=["likes", "asks_a_model"], gates=[]
    )


def test_batched_terms_judge_each_reply_for_its_own_user_alone(slow_letters):
    report = evaluate(Fixed({"ana": "c", "bo": "a"}), slow_letters)
    # The matrix, the identity gap and the choice of the blind replies are of 'likes' alone.
    assert report.matrix == ((0.5, 0.5), (1.0, 0.5))
    assert report.own_best == (False, False)  # ana and bo give the same; ana more to bo's
    assert report.identity_gap == 0.0
    assert report.not_crossed == ("asks_a_model",)
    # Rewards are of both terms: (x + x / 2) / 2.
    assert report.reward.mean == 0.375
    assert report.blind.mean == pytest.approx(0.75 * 0.75)
    assert report.oracle.mean == pytest.approx(0.875 * 0.75)
    assert [len(call) for call in ASKED] == [4, 4, 4]  # the blind, the oracle, the agent
    assert ("a", ANA.context.device) not in ASKED[-1]  # what was written for Bo
    assert "not crossed     asks_a_model: batched" in str(report)


def test_batched_terms_judge_for_every_user_if_asked_to(slow_letters):
    report = evaluate(Fixed({"ana": "c", "bo": "a"}), slow_letters, cross_batched=True)
    assert report.matrix == ((0.375, 0.375), (0.75, 0.375))
    assert report.reward.mean == 0.375
    assert report.not_crossed == ()
    assert "not crossed" not in str(report)
    crossed = ASKED[-2]  # before the swap of protected fields
    assert {pair for pair in crossed if pair[0] == "a"} == {
        ("a", ANA.context.device),
        ("a", BO.context.device),
    }


def test_they_are_called_in_batches():
    ASKED.clear()
    env = PersonaChatEnv(
        register="tiny",
        split="heldout",
        profiles=["vic"],
        terms=["asks_a_model"],
        gates=["degenerate"],
    )
    answers = [f"Reply {number}." for number in range(70)]
    evaluate(lambda seen: [answers.pop() for _ in seen], env, episodes=70)
    assert [len(call) for call in ASKED[:2]] == [64, 6]


def test_where_every_term_is_batched_the_matrix_is_not_known():
    env = Letters(profiles=[ANA, BO], scenarios=SCENARIOS, terms=["asks_a_model"], gates=[])
    report = evaluate(Fixed({"ana": "c", "bo": "a"}), env)
    assert report.reward.mean == 0.25
    assert np.isnan(report.matrix).all()
    assert math.isnan(report.identity_gap)
    assert report.own_best == (False, False)
    assert "own user best   not known: every term is batched" in str(report)
    crossed = evaluate(Fixed({"ana": "c", "bo": "a"}), env, cross_batched=True)
    assert crossed.matrix == ((0.25, 0.25), (0.5, 0.25))


def test_progress_is_told_in_shares_that_rise_to_one():
    env = PersonaChatEnv(profiles=["sam", "nora"], register="tiny", split="heldout")
    shares, plain = [], evaluate(make_agent("constant", env), env, 130)
    assert evaluate(lambda seen: ["I cannot help with this."] * len(seen), env, 130,
                    progress=shares.append).matrix == plain.matrix  # fmt: skip
    n = plain.reward.n
    assert n == 130
    answered = [done / n / 3 for done in range(1, n + 1)]
    crossed = [(2 + done / n) / 3 for done in (64, 128, n)]
    assert shares == pytest.approx([*answered, 1.5 / 3, 2 / 3, *crossed])


def test_an_outage_of_a_judge_is_no_report(slow_letters, monkeypatch):
    def down(view):
        raise ConnectionError("no server")

    monkeypatch.setitem(globals(), "likes", down)
    with pytest.raises(RewardError, match="'asks_a_model' failed on a batch of 4 replies"):
        evaluate(Fixed({"ana": "c", "bo": "a"}), slow_letters)
