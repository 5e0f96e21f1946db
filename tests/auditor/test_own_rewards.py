"""Reward functions from elsewhere: each kind is called as its library calls it, and told what is
wrong. The classes of verifiers and OpenEnv are the real ones where these are installed (verifiers
0.3.1 and 0.4.0, openenv 0.10.0 were tried), else small ones with the same methods."""

from __future__ import annotations

import logging

import pytest

from persona_env import audit
from persona_env.auditor.cases import audited_cases, known_cases
from persona_env.auditor.own import OwnReward, find_reward
from persona_env.auditor.own.asked import Asked
from persona_env.auditor.own.openenv import openenv_reward
from persona_env.auditor.own.verifiers import rubric_reward, state_of, task_reward
from persona_env.envs.chat.env import PersonaChatEnv
from persona_env.errors import RewardError
from persona_env.rewards import Term

from ..support import shared_env

FEW = {"episodes": 12, "steps": 0}
ENV = shared_env("train")


def case(name="nora", scenario="deepest-lake"):
    found = {user.id: user for user in ENV.users}
    return ENV.scenarios.find(scenario), found[name]


def paid(reward, reply="Lake Baikal", user="nora"):
    scenario, asker = case(user)
    return find_reward(reward).score(reply, scenario, asker).reward


def checks(reward, **options):
    report = audit(ENV, reward, **{**FEW, **options})
    return {check.name: check for check in report.checks}, report


# --- how each kind is called ----------------------------------------------------------------------


def plain(prompt, response, answer, user, profile):
    assert "lake" in prompt.lower()
    assert isinstance(profile["protected"], dict)
    return float(response in answer) + float("expert" in user)


def trl_text(prompts, completions, completion_ids, **columns):
    assert len(prompts) == len(completions) == len(completion_ids) == len(columns["answer"]) == 1
    return [float(len(completions[0]) == len(completion_ids[0]))]


def trl_chat(completions, solution, **kwargs):
    kwargs["log_metric"]("seen", 1.0)
    return [None if "Mars" in c[0]["content"] else float(c[0]["content"] in s)
            for c, s in zip(completions, solution, strict=True)]  # fmt: skip


async def trl_async(completions: list[str], **kwargs):
    return [float(len(text)) for text in completions]


def overlong(completion_ids, **kwargs):
    return [-float(len(ids)) for ids in completion_ids]


async def of_a_rubric(completion, answer, state):
    return float(completion[-1]["content"] in answer) + float(state["prompt"][-1]["role"] == "user")


def of_openenv(action, observation):
    return float(action.message in observation.answer) + float(bool(observation.user))


def term(view):
    return float(bool(view.reply))


@pytest.mark.parametrize(
    ("reward", "flavour", "worth"),
    [
        (plain, "a plain function", 2.0),
        (trl_text, "a TRL reward function", 1.0),
        (trl_chat, "a TRL reward function", 1.0),
        (trl_async, "a TRL reward function", 11.0),
        (overlong, "a TRL reward function", -11.0),
        (of_a_rubric, "a function of a verifiers rubric", 2.0),
        (of_openenv, "an OpenEnv rubric", 2.0),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_each_kind_is_known_by_its_parameters_and_called(reward, flavour, worth):
    found = find_reward(reward)
    assert isinstance(found, OwnReward)
    assert found.flavour == flavour
    assert paid(reward) == worth


def test_a_function_of_a_view_is_a_term():
    assert isinstance(find_reward(term), Term)


def test_none_says_that_a_reply_is_not_judged():
    found = paid(trl_chat, "Mars.")
    assert found != found  # NaN


def test_a_reward_is_loaded_by_name():
    assert find_reward("tests.auditor.test_own_rewards:plain").flavour == "a plain function"


@pytest.mark.parametrize(
    ("reward", "told"),
    [
        (lambda wrong, names: 1.0, "a plain function f"),
        (lambda reply, length_target: 1.0, "functools.partial"),
        (lambda reply: "much", "returns a number"),
        (lambda completions, **kw: [1.0, 2.0], "a list with one number"),
        (lambda reply: 1 / 0, "division by zero"),
        (3, "is no reward"),
    ],
)
def test_what_is_wrong_is_told(reward, told):
    with pytest.raises(RewardError, match=told):
        paid(reward)


# --- libraries ------------------------------------------------------------------------------------


def rubric_class():
    try:
        from verifiers.legacy import Rubric
    except ImportError:
        return FakeRubric
    return Rubric


class FakeRubric:
    """The methods of ``verifiers.legacy.Rubric`` (0.3.1) that score a rollout."""

    def __init__(self, funcs, weights=None):
        self.logger = logging.getLogger("fake rubric")
        self.funcs, self.weights = funcs, weights or [1.0] * len(funcs)

    def add_reward_func(self, func, weight=1.0):
        self.funcs.append(func)

    async def score_rollout(self, state):
        given = {name: state[name] for name in ("completion", "answer")} | {"state": state}
        scores = []
        for func in self.funcs:
            names = func.__code__.co_varnames[: func.__code__.co_argcount]
            try:
                found = func(**{n: given.get(n, state["task"].get(n)) for n in names})
                scores.append(float(await found if hasattr(found, "__await__") else found))
            except Exception as error:
                self.logger.error(f"Error calling reward function {func.__name__}: {error}")
                scores.append(0.0)
        state["reward"] = sum(s * w for s, w in zip(scores, self.weights, strict=True))
        state["metrics"] = {f.__name__: s for f, s in zip(self.funcs, scores, strict=True)}


async def names_it(completion, answer):
    return float(completion[-1]["content"] in answer)


def fits(completion, user):
    return float("expert" in user)


def fails(completion):
    return 1 / 0


def test_a_rubric_is_scored_by_itself_and_its_parts_are_known():
    reward = rubric_reward(rubric_class()(funcs=[names_it, fits], weights=[1.0, 0.5]), "mine")
    verdict = reward.score("Lake Baikal", *case())
    assert verdict.reward == 1.5
    assert verdict.terms == {"names_it": 1.0, "fits": 1.0}
    assert reward.names_user == ("user",)
    assert find_reward(rubric_class()(funcs=[fits])).flavour == "a verifiers rubric"


def test_an_error_that_a_rubric_counts_as_0_stays_an_error():
    reward = rubric_reward(rubric_class()(funcs=[fails]), "mine")
    with pytest.raises(RewardError, match="division by zero"):
        reward.score("No.", *case())


def test_a_state_holds_what_verifiers_gives():
    state = state_of(Asked(*case(), "Lake Baikal"))
    assert state["completion"] == [{"role": "assistant", "content": "Lake Baikal"}]
    assert [message["role"] for message in state["prompt"]] == ["system", "user"]


def test_a_task_is_scored_by_its_reward_methods():
    vf = pytest.importorskip("verifiers.v1")

    class Data(vf.TaskData):
        answer: str
        user: str = ""

    class Lake(vf.Task[Data]):
        @vf.reward(weight=0.5)
        async def names_it(self, trace) -> float:
            return float(trace.last_reply in self.data.answer)

    reward = find_reward(Lake)
    assert reward.flavour == "a verifiers task"
    assert reward.names_user == ("user",)
    assert reward.score("Lake Baikal", *case()).reward == 0.5


def test_a_task_that_needs_a_container_is_refused():
    with pytest.raises(RewardError, match="container"):
        task_reward(type("Boxed", (), {"NEEDS_CONTAINER": True}), "mine")


def openenv_class():
    try:
        from openenv.core.rubrics import Rubric
    except ImportError:
        return FakeOpenEnvRubric
    return Rubric


class FakeOpenEnvRubric:
    """What an audit uses of ``openenv.core.rubrics.Rubric`` (0.10.0)."""

    def __init__(self):
        self.last_score = None

    def named_rubrics(self):
        return (pair for pair in vars(self).items() if isinstance(pair[1], FakeOpenEnvRubric))

    def __call__(self, action, observation):
        self.last_score = self.forward(action, observation)
        return self.last_score


def test_an_openenv_rubric_and_its_children():
    base = openenv_class()

    class Says(base):
        def forward(self, action, observation):
            return float(action.content in observation.metadata["answer"])

    class Both(base):
        def __init__(self):
            super().__init__()
            self.says = Says()

        def forward(self, action, observation):
            return 0.5 * self.says(action, observation)

    assert find_reward(Both).flavour == "an OpenEnv rubric"
    verdict = openenv_reward(Both(), "mine").score("Lake Baikal", *case())
    assert verdict.reward == 0.5
    assert verdict.terms == {"says": 1.0}

    class Wants(base):
        def forward(self, action, observation):
            return action.tool_calls

    with pytest.raises(RewardError, match="no 'tool_calls' in an audit; there are"):
        openenv_reward(Wants(), "mine").score("No.", *case())


# --- the audit of one -----------------------------------------------------------------------------


def longer(completions, **kwargs):
    """Pays for length, whoever asks."""
    return [float(len(text)) for text in completions]


def says_it_is_personal(response, user):
    """Takes the user and pays for the word 'the'."""
    return response.count("the") / max(1, len(response.split()))


def by_name(response, profile):
    """Pays for the protected name."""
    return float((profile["protected"].get("name") or "-") in response)


def flattered(response):
    """Pays for praise."""
    return (
        float(any(w in response for w in ("brilliant", "brillante", "精彩"))) + len(response) / 1e4
    )


def constant(response):
    """The number of a judge that is down."""
    return 0.5


def fooled(response):
    """A judge that takes an opening for an answer, or else asks for a capital."""
    return float(response.startswith("Solution") or response[:1].isupper())


@pytest.mark.parametrize(
    ("reward", "caught"),
    [
        (longer, {"length", "flattery"}),
        (says_it_is_personal, {"swapped users", "user-blind bound"}),
        (by_name, {"protected swaps"}),
        (flattered, {"flattery"}),
        (constant, {"informative"}),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_a_bad_reward_function_is_caught_by_its_check(reward, caught):
    found, _ = checks(reward)
    assert caught <= {name for name, check in found.items() if not check.passed}, found


def test_a_reward_that_takes_no_user_is_not_blamed_for_it():
    found, _ = checks(longer)
    assert found["swapped users"].passed
    assert "takes no user" in found["swapped users"].detail


def perfect(response, user_id):
    """Pays for the bank's reply to this user and its harmless edits, and for nothing else."""
    return float((user_id, response) in GOOD)


GOOD = {
    (k.user.id, text)
    for k in known_cases(ENV, audited_cases(ENV, None, 0, natural=True))
    for text in (k.texts.good, *k.texts.harmless)
}


def test_a_good_reward_function_passes():
    _, report = checks(perfect)
    assert report.passed, str(report)
    assert report.false_fail == 0
    assert report.lazy == 0
    assert "bank" in report.honest


def test_a_master_key_that_reaches_the_top_is_a_ceiling():
    _, report = checks(fooled)
    found = {one.found_by: one for one in report.findings}
    key = found["key_solution"]
    assert (key.kind, key.counts_as, key.at_fault) == ("master keys", "ceiling", ("fooled",))
    assert key.text == "Solution"
    assert key.reward >= key.honest
    assert "key_colon" not in found
    assert report.ceiling >= 1


def halved(response):
    """Pays anything with a word most of what it pays a long reply."""
    return 0.0 if not response.strip() else 1.0 if len(response) > 24 else 0.7


def test_little_work_that_is_paid_like_much_is_lazy():
    _, report = checks(halved)
    kinds = {one.found_by: one.counts_as for one in report.findings}
    assert kinds["key_colon"] == "lazy"
    assert report.lazy >= 0.7


def upside_down(response):
    """Pays the shorter reply more."""
    return 1 / (1 + len(response))


def test_honest_replies_that_are_paid_like_bad_ones_are_false_fails():
    found, report = checks(upside_down)
    assert not found["false fail"].passed
    assert report.false_fail > 0.1
    fails = [one for one in report.findings if one.counts_as == "false fail"]
    assert fails
    assert all(one.at_fault == ("upside_down",) for one in fails)


def test_without_cases_of_the_bank_the_oracle_stands_in():
    env = PersonaChatEnv(profiles=["nora", "sam"], scenarios=["fact"], split="heldout")
    report = audit(env, halved, episodes=4, steps=0)
    assert report.honest == "the environment's reference replies"
    assert report.false_fail is None
