"""Batched and async terms: when they are called, what they return, and what fails."""

from __future__ import annotations

import asyncio
import functools
import multiprocessing
import subprocess
import sys
import threading
import warnings
from dataclasses import replace

import gymnasium as gym
import numpy as np
import pytest
import torch
from gymnasium.utils.env_checker import data_equivalence

from persona_env import Exchange, Reason, Scenario, Score, UserProfile, reward_term
from persona_env.envs.chat.env import PersonaChatEnv
from persona_env.errors import RewardError, ScoreRangeError
from persona_env.evaluation.scores import Answer, rewards_of
from persona_env.rewards import get_term, judge, judge_all
from persona_env.rewards.builtin import load_builtin
from persona_env.rewards.term import REGISTRY
from persona_env.scenarios.case import Case
from persona_env.vector import PersonaVectorEnv, TokenVectorEnv

from ..support import tiny_codec

PLAIN = Scenario(
    id="plain", family="f", split="train", category="fact",
    texts={"en": {"prompt": "Why?", "answer": "So."}},
)  # fmt: skip
ANA = UserProfile(id="ana", context={"languages": ["en"]}, preferences={"tone": "warm"})
SECONDS = 20  # that a test waits for what should be there at once


@pytest.fixture(autouse=True)
def _registry():
    """What a test registers is gone after it."""
    load_builtin()
    kept = dict(REGISTRY)
    yield
    REGISTRY.clear()
    REGISTRY.update(kept)


class Judge:
    """Half a point for each 'e', not more than one; keeps the replies of each call."""

    def __init__(self):
        self.calls = []

    def __call__(self, views):
        self.calls.append([view.reply for view in views])
        return [min(1.0, view.reply.count("e") / 2) for view in views]


class AsyncJudge(Judge):
    async def __call__(self, views):
        await asyncio.sleep(0)
        return super().__call__(views)


@pytest.fixture(params=[Judge, AsyncJudge])
def called(request):
    """A judge, registered as the batched term 'fake'."""
    return reward_term(name="fake", batched=True)(request.param())


def exchange(reply, scenario=PLAIN, user=ANA):
    return Exchange(scenario, user, reply, "en")


def verdicts(*terms, replies=("See.", "No.", "Yes.")):
    return judge_all(map(exchange, replies), tuple(map(get_term, terms)))


# --- when they are called -----------------------------------------------------------------------


def test_once_a_step_and_once_a_score_in_a_single_environment(called):
    env = PersonaChatEnv(terms=["fake"], gates=["degenerate"])
    env.reset(seed=0)
    env.step("Yes.")
    assert called.calls == [["Yes."]]
    assert env.score("See.", "highest-mountain-taiwan", "sam").terms == {"fake": 1.0}
    assert called.calls == [["Yes."], ["See."]]


def test_once_a_step_for_all_rows_and_equal_replies_once(called):
    options = {"terms": ["fake"], "gates": []}
    env = PersonaChatEnv(profiles=["sam"], scenarios=["highest-mountain-taiwan"], **options)
    rows = PersonaVectorEnv(env, 5, autoreset_mode="SameStep")
    rows.reset(seed=0)
    rewards = rows.step(("See.", "No.", "See.", "Yes.", "No."))[1]
    assert rewards.tolist() == [1.0, 0.0, 1.0, 0.5, 0.0]
    assert called.calls == [["See.", "No.", "Yes."]]
    rows.step(("a", "b", "c", "d", "e"))
    assert called.calls[1:] == [["a", "b", "c", "d", "e"]]


def test_rows_are_what_single_environments_are(called):
    options = {"terms": ["fake", "length"], "gates": ["factuality", "degenerate"], "max_turns": 2}
    native = gym.make_vec("PersonaChat-v0", num_envs=3, **options)
    sync = gym.make_vec("PersonaChat-v0", num_envs=3, vectorization_mode="sync", **options)
    replies = ("See the Yushan.", "No.", "Yes, 3952 metres.")
    assert data_equivalence(native.reset(seed=3), sync.reset(seed=3), exact=True)
    for _ in range(4):
        assert data_equivalence(native.step(replies), sync.step(replies), exact=True)


def test_token_rows_ask_only_for_the_replies_that_end(called):
    rows = TokenVectorEnv(PersonaChatEnv(terms=["fake"], gates=[]), 3, tokenizer=tiny_codec())
    rows.reset(seed=0)
    word, end = tiny_codec().encode("e")[0], tiny_codec().end_id
    rows.step(np.array([word, word, word]))
    assert called.calls == []
    assert rows.step(np.array([end, word, end]))[1].tolist() == [0.5, 0.0, 0.5]
    assert called.calls == [["e", "e"]]  # of two cases
    rows.step(np.array([word, end, word]))  # the other two begin again
    assert called.calls[1:] == [["ee"]]


def test_a_plain_async_term_is_called_for_each_reply():
    seen = []

    @reward_term
    async def counted(view):
        seen.append(view.reply)
        return len(view.reply) / 10

    found = verdicts(counted, replies=("a", "bb", "a"))
    assert [v.reward for v in found] == [0.1, 0.2, 0.1]
    assert sorted(seen) == ["a", "bb"]


def test_no_replies_no_call(called):
    assert judge_all([], (get_term("fake"),)) == []
    assert called.calls == []


def test_an_evaluation_scores_many_replies_as_one_by_one(called):
    env = PersonaChatEnv(terms=["fake", "length"], profiles=["sam", "nora"])
    cases = [Case(s, u) for u, pool in env.cases.values() for s in list(pool)[:3]]
    answers = [Answer(case, f"See {i}.") for i, case in enumerate(cases)]
    found = rewards_of(env, answers)
    assert called.calls == [[answer.reply for answer in answers]]
    assert found.tolist() == [env.score(a.reply, *a.case).reward for a in answers]


# --- what they return ---------------------------------------------------------------------------


def test_scores_weights_gates_and_reasons_by_hand():
    @reward_term(batched=True, uses="preferences.tone", weight=3.0)
    def zeal(views):
        score = Score(0.5, (Reason(0, 1, views[0].target("tone")),))
        return [score if view.reply != "No." else None for view in views]

    @reward_term(batched=True, gate=True)
    async def limit(views):
        return [0.5 if v.reply == "Yes." else None for v in views]

    @reward_term
    def always(view):
        return Score(1.0, (Reason(0, 2, "always"),))

    see, no, yes = verdicts(zeal, limit, always)
    assert see.reward == pytest.approx((3 * 0.5 + 1.0) / 4)
    assert (see.terms, see.weights) == ({"always": 1.0, "zeal": 0.5}, {"always": 1.0, "zeal": 3.0})
    assert see.gates == {"limit": 1.0}
    assert no.reward == 1.0
    assert "zeal" not in {**no.terms, **no.weights}
    assert yes.reward == pytest.approx(0.5 * (3 * 0.5 + 1.0) / 4)
    assert yes.reasons["zeal"] == (Reason(0, 1, "warm"),)


def test_entries_have_the_order_of_the_terms():
    score = Score(0.5, (Reason(0, 1, "because"),))
    reward_term(name="aaa", batched=True)(lambda views: [score] * len(views))
    reward_term(name="bbb")(lambda view: score)
    reward_term(name="ccc", batched=True)(lambda views: [score] * len(views))
    env = PersonaChatEnv(terms=["ccc", "bbb", "aaa"], gates=[])
    verdict = env.score("Yes.", "highest-mountain-taiwan", "sam")
    assert [*verdict.terms] == [*verdict.weights] == [*verdict.reasons] == ["aaa", "bbb", "ccc"]


@pytest.mark.parametrize(
    "result",
    [
        [0.25, 0.5, None], (0.25, 0.5, None), iter([0.25, 0.5, None]),
        [np.float32(0.25), torch.tensor(0.5), None],
    ],
    ids=lambda value: type(value).__name__,
)  # fmt: skip
def test_a_list_of_any_numbers(result):
    reward_term(name="fixed", batched=True)(lambda views: result)
    found = verdicts("fixed")
    assert [v.terms for v in found] == [{"fixed": 0.25}, {"fixed": 0.5}, {}]
    assert [v.weights for v in found] == [{"fixed": 1.0}, {"fixed": 1.0}, {}]


@pytest.mark.parametrize("array", [np.array, torch.tensor])
def test_an_array_is_a_list_of_scores(array):
    reward_term(name="fixed", batched=True)(lambda views: array([0.25, 0.5, 1.0]))
    assert [v.reward for v in verdicts("fixed")] == [0.25, 0.5, 1.0]


def test_a_deferred_term_for_some_scenarios_alone(called):
    """As a mixture has it, whose environments own terms."""
    term = replace(get_term("fake"), only_in=frozenset({"fact"}))
    other = PLAIN.model_copy(update={"category": "know_how"})
    batch = [exchange("See.", other), exchange("Yes."), exchange("No.", other)]
    found = judge_all(batch, (term,))
    assert called.calls == [["Yes."]]
    assert [v.terms for v in found] == [{}, {"fake": 0.5}, {}]


def test_what_is_worked_out_once_is_kept_for_all_replies():
    seen = []

    def prompt_of(view):
        seen.append(view.question)
        return view.question

    @reward_term(batched=True)
    def asks(views):
        return [float(view.once(prompt_of) == "Why?") for view in views]

    terms = (get_term(asks),)
    for _ in range(2):
        assert [v.reward for v in judge_all(map(exchange, "abc"), terms)] == [1.0] * 3
    assert seen == ["Why?"]


# --- at the same time ---------------------------------------------------------------------------


def test_async_terms_run_at_the_same_time_as_each_other_and_as_batched_ones():
    """Each waits for all the others: one after the other they would wait for ever."""
    arrived, both = threading.Barrier(3, timeout=SECONDS), []

    async def meet(views):
        await asyncio.to_thread(arrived.wait)
        return [1.0] * len(views)

    def meet_here(views):
        arrived.wait()
        both.append(threading.current_thread())
        return [1.0] * len(views)

    reward_term(name="one", batched=True)(meet)
    reward_term(name="two", batched=True)(functools.partial(meet))
    reward_term(name="in_this_thread", batched=True)(meet_here)
    assert [v.reward for v in verdicts("one", "two", "in_this_thread")] == [1.0] * 3
    assert both == [threading.current_thread()]  # what is not async stays in the caller's thread


def test_calls_of_one_plain_async_term_run_at_the_same_time():
    arrived = threading.Barrier(3, timeout=SECONDS)

    @reward_term
    async def meets(view):
        await asyncio.to_thread(arrived.wait)
        return 1.0

    assert [v.reward for v in verdicts(meets)] == [1.0] * 3


def test_they_run_where_a_loop_is_running_already(called):
    async def trainer():
        env = PersonaChatEnv(terms=["fake"], gates=[])
        env.reset(seed=0)
        return env.step("Yes.")[1]

    assert asyncio.run(trainer()) == 0.5


def test_the_loop_is_the_same_from_step_to_step():
    """A client of a server keeps its connections in the loop that opened them."""
    lock, loops = asyncio.Lock(), []

    @reward_term
    async def guarded(view):
        async with lock:  # belongs to the loop in which it is first waited for
            loops.append(asyncio.get_running_loop())
            await asyncio.sleep(0)
            return 1.0

    for _ in range(3):
        verdicts(guarded)
    assert len(set(loops)) == 1


@pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="no fork here")
def test_a_forked_process_has_a_loop_of_its_own(called):
    verdicts("fake")

    def child(sender):
        sender.send([v.reward for v in verdicts("fake")])

    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    with warnings.catch_warnings():  # newer Pythons warn of threads in a process that forks
        warnings.simplefilter("ignore", DeprecationWarning)
        process = context.Process(target=child, args=(sender,))
        process.start()
    assert receiver.poll(SECONDS)
    assert receiver.recv() == [1.0, 0.0, 0.5]
    process.join(SECONDS)
    assert process.exitcode == 0


# --- what fails ---------------------------------------------------------------------------------


async def _async(value):
    return value


def failing(result):
    if isinstance(result, BaseException):
        raise result
    return result


@pytest.mark.parametrize("is_async", [False, True])
@pytest.mark.parametrize(
    ("result", "says"),
    [
        ([0.5], "a score for each view, but 1 came for 3"),
        ([0.5] * 4, "a score for each view, but 4 came for 3"),
        ([], "a score for each view, but 0 came for 3"),
        (0.5, "a list of 3 scores, not float"),
        (None, "a list of 3 scores, not NoneType"),
        ("abc", "a list of 3 scores, not str"),
        ({"a": 1, "b": 2, "c": 3}, "a list of 3 scores, not dict"),
        ({0.1, 0.2, 0.3}, "a list of 3 scores, not set"),
        ([0.5, "0.5", 0.5], "one number or None, not str"),
        (np.ones((3, 1)), r"not ndarray of shape \(1,\)"),
        (KeyError("down"), "failed on a batch of 3 replies: KeyError: 'down'"),
        (SystemExit(1), "failed on a batch of 3 replies: SystemExit: 1"),
    ],
    ids=repr,
)
def test_what_is_wrong_is_an_error_that_names_the_term(result, says, is_async):
    if is_async:

        async def wrong(views):
            return failing(result)
    else:
        if isinstance(result, SystemExit):
            pytest.skip("ends the program, as anywhere")

        def wrong(views):
            return failing(result)

    reward_term(name="wrong", batched=True)(wrong)
    with pytest.raises(RewardError, match=f"reward term 'wrong'.*{says}"):
        verdicts("length", "wrong")
    assert [v.reward for v in verdicts("length")] == [1.0] * 3


@pytest.mark.parametrize("value", [1.5, -0.1, float("nan"), 0.3])
def test_a_value_outside_the_range_is_an_error(value):
    reward_term(name="wrong", batched=True, values=(0, 1))(lambda views: [1, value, 0])
    with pytest.raises(ScoreRangeError, match="reward term 'wrong': a score must lie in"):
        verdicts("wrong")


def test_a_failing_async_term_names_the_case():
    @reward_term
    async def breaks_in_a_batch(view):
        if view.reply == "No.":
            raise ZeroDivisionError("by nothing")
        return 1.0

    with pytest.raises(RewardError) as raised:
        verdicts(breaks_in_a_batch)
    for part in ("'breaks_in_a_batch'", "'plain'", "'ana'", "ZeroDivisionError: by nothing"):
        assert part in str(raised.value)
    assert isinstance(raised.value.__cause__, ZeroDivisionError)


def test_a_timeout_and_a_cancelled_call_are_errors():
    async def slow(views):
        async with asyncio.timeout(0.01):
            await asyncio.sleep(SECONDS)

    async def gives_up(views):
        raise asyncio.CancelledError("by the client")

    for term, says in ((slow, "TimeoutError"), (gives_up, "CancelledError: by the client")):
        reward_term(name="wrong", batched=True)(term)
        with pytest.raises(RewardError, match=f"reward term 'wrong' failed .*{says}"):
            verdicts("wrong")


@pytest.mark.parametrize("is_async", [False, True])
def test_the_first_failure_ends_what_still_runs(is_async):
    started, ended = threading.Event(), threading.Event()

    @reward_term(batched=True)
    async def endless(views):
        started.set()
        try:
            await asyncio.sleep(1000)
        finally:
            ended.set()

    def fails(views):
        assert started.wait(SECONDS)
        raise KeyError("down")

    async def fails_later(views):
        while not started.is_set():
            await asyncio.sleep(0.001)
        raise KeyError("down")

    reward_term(name="fails", batched=True)(fails_later if is_async else fails)
    with pytest.raises(RewardError, match="'fails' failed"):
        verdicts("endless", "fails")
    assert ended.wait(SECONDS)


def test_an_outage_leaves_the_environment_where_it_was():
    up = []

    @reward_term(batched=True)
    async def server(views):
        return [1.0 if up else failing(ConnectionError("no server"))] * len(views)

    rows = PersonaVectorEnv(PersonaChatEnv(terms=["server"], gates=[], max_turns=2), 2)
    rows.reset(seed=0)
    before = rows.observe()["prompt"]
    with pytest.raises(RewardError, match="ConnectionError: no server"):
        rows.step(("Yes.", "No."))
    assert rows.observe()["prompt"] == before
    up.append(True)
    assert rows.step(("Yes.", "No."))[1].tolist() == [1.0, 1.0]


def test_a_forgotten_async_def_is_an_error():
    reward_term(name="forgotten", batched=True)(lambda views: _async([0.5] * len(views)))
    with pytest.raises(RewardError, match="register an 'async def'"):
        verdicts("forgotten")


def test_an_async_term_that_scores_is_an_error_and_not_a_deadlock(called):
    is_async = isinstance(called, AsyncJudge)

    @reward_term
    async def scores_itself(view):
        return judge(exchange(view.reply), (get_term("fake"),)).reward

    if is_async:
        with pytest.raises(RewardError, match="must not score replies itself"):
            verdicts("scores_itself")
    else:
        assert [v.reward for v in verdicts("scores_itself")] == [1.0, 0.0, 0.5]


def test_a_batched_function_takes_one_argument():
    with pytest.raises(RewardError, match="one argument, a list of views"):
        reward_term(batched=True, name="x")(lambda views, users: [])


def test_where_nothing_is_batched_no_thread_is_started():
    code = (
        "import sys, threading, gymnasium as gym, persona_env\n"
        "env = gym.make('PersonaChat-v0'); env.reset(seed=0); env.step('No.')\n"
        "assert 'persona_env.rewards.asynchronous' not in sys.modules\n"
        "assert threading.active_count() == 1"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
