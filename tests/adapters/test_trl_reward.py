"""TRL's reward functions without TRL: batches as its trainers hand them over."""

from __future__ import annotations

import json
import math
import pickle

import gymnasium as gym
import pytest

from persona_env import UserProfile, reward_term
from persona_env.adapters import scoring
from persona_env.adapters.rows import make_rows
from persona_env.adapters.trl import reward, reward_columns
from persona_env.adapters.trl_reward import GATES_ALONE
from persona_env.errors import AgentError, ArgumentError, MessagesError, UnknownNameError
from persona_env.judges import judge_readers
from persona_env.reading import Readers
from persona_env.rewards.term import REGISTRY, unread
from tests.judges.fake_server import GOOD, completion, obeying, serving
from tests.judges.moody import FAILURES, Moody

TINY = gym.make("PersonaChat-v0", register="tiny")
VIOLIN = {"scenario": "violin-strings", "user": "chen"}


@pytest.fixture(autouse=True)
def _registry():
    kept = dict(REGISTRY)
    yield
    REGISTRY.clear()
    REGISTRY.update(kept)


class Trainer:
    """Calls a reward function as GRPOTrainer does, and keeps what it logs."""

    def __init__(self):
        self.metrics, self.extra = {}, {}

    def log_metric(self, name, value):
        self.metrics.setdefault(name, []).append(value)

    def log_extra(self, column, values):
        self.extra.setdefault(column, []).extend(values)

    def __call__(self, function, rows, completions):
        names = [name for name in rows[0] if name != "prompt"]
        return function(
            prompts=[row["prompt"] for row in rows],
            completions=completions,
            completion_ids=[[1]] * len(rows),
            trainer_state=None,
            log_metric=self.log_metric,
            log_extra=self.log_extra,
            **{name: [row[name] for row in rows] for name in names},
        )


def chat(reply):
    return [{"role": "assistant", "content": reply}]


def alike(count, case=VIOLIN):
    asked = [{"role": "user", "content": "How many strings does a violin have?"}]
    return [{"prompt": asked, "env": "PersonaChat-v0", **case}] * count


def test_groups_without_a_signal_are_counted():
    trainer = Trainer()
    rows = [*alike(2), *alike(2, {"scenario": "fluffy-rice", "user": "sam"})]
    replies = ["It has four strings.", "It has four strings.", "Rinse it.", "I do not know."]
    found = trainer(reward(TINY), rows, replies)
    assert found[0] == found[1]
    assert found[2] != found[3]
    assert trainer.metrics["without_signal"] == [0.5]


def test_it_is_the_score_of_the_environment():
    rows = make_rows(TINY, "sft", 16)
    base = TINY.unwrapped
    replies = [row["completion"][0]["content"] for row in rows[:8]] + ["I do not know."] * 8
    wanted = [
        base.score(reply, row["scenario"], row["user"]).reward
        for reply, row in zip(replies, rows, strict=True)
    ]
    assert Trainer()(reward(TINY), rows, [chat(one) for one in replies]) == wanted
    plain = [{**row, "prompt": row["prompt"][-1]["content"]} for row in rows]
    assert Trainer()(reward(TINY), plain, replies) == wanted
    assert min(wanted[:8]) > max(wanted[8:])


def test_several_environments_share_one_data_set():
    title = gym.make("PersonaTitle-v0", register="natural", reader="rules")
    rows = make_rows(TINY, episodes=4) + make_rows(title, episodes=4)
    rows = rows[::2] + rows[1::2]
    replies = [f"A short reply, number {i}." for i in range(8)]
    found = Trainer()(reward([TINY, title]), rows, replies)
    for row, reply, value in zip(rows, replies, found, strict=True):
        env = TINY if row["env"] == "PersonaChat-v0" else title
        assert value == env.unwrapped.score(reply, row["scenario"], row["user"]).reward


def test_what_was_said_before_is_read_from_the_prompt():
    seen = []

    @reward_term(name="last_said_of_adapter", batched=True)
    def last_said(views):
        """Notes what the replies answer, and how often it is called."""
        seen.append([(view.prompt, len(view.transcript)) for view in views])
        return [1.0] * len(views)

    env = gym.make("PersonaChat-v0", register="tiny", terms=[last_said], gates=[])
    first = env.unwrapped.scenarios.find("violin-strings").texts["en"].prompt
    system = {"role": "system", "content": "Chemist."}
    asked = {"role": "user", "content": first}
    later = [system, asked, *chat("Four."), {"role": "user", "content": "Thanks. And why?"}]
    case = {"env": "PersonaChat-v0", **VIOLIN}
    rows = [{"prompt": [system, asked], **case}, {"prompt": later, **case}]
    assert Trainer()(reward(env), rows, ["So.", "So."]) == [1.0, 1.0]
    assert seen == [[(first, 0), ("Thanks. And why?", 3)]]
    with pytest.raises(MessagesError, match="ends with the assistant"):
        Trainer()(reward(env), [{"prompt": later[:3], **case}], ["So."])


def test_the_last_message_of_a_completion_is_the_reply():
    wanted = Trainer()(reward(TINY), alike(1), ["It has four strings."])
    talk = [{"role": "assistant", "content": None}, {"role": "tool", "content": "4"}]
    assert Trainer()(reward(TINY), alike(1), [[*talk, *chat("It has four strings.")]]) == wanted
    empty = Trainer()(reward(TINY), alike(3), [talk[:1], [], ""])
    assert len(set(empty)) == 1
    assert empty[0] < wanted[0]
    with pytest.raises(AgentError, match="must have a text"):
        Trainer()(reward(TINY), alike(1), [chat([{"type": "text", "text": "Four."}])])


def moody(*failing):
    """Rewards of replies of which these places fail, and what is logged; the judge as well."""
    judge, trainer = Moody(), Trainer()
    replies = [f"It has four strings, number {i}." for i in range(4)]
    for place, failure in failing:
        replies[place] += f" fail: {failure}"
    function = reward("PersonaChat-v0", judge=judge)
    return trainer(function, alike(4), [chat(one) for one in replies]), trainer, judge


@pytest.mark.parametrize("failure", FAILURES)
def test_a_reply_that_a_judge_could_not_read_is_none_and_in_no_mean(failure):
    whole, all_read, judge = moody()
    found, trainer, _ = moody((1, failure))
    assert judge.seen == 4
    assert found[1] is None
    assert found[:1] + found[2:] == whole[:1] + whole[2:]
    assert trainer.metrics["invalid"] == [0.25]
    assert all_read.metrics["invalid"] == [0.0]
    assert trainer.metrics["coverage"] == pytest.approx(all_read.metrics["coverage"])
    assert [one is None for one in trainer.extra["coverage"]] == [False, True, False, False]
    assert all(len(cells) == 4 and cells[1] is None for cells in trainer.extra.values())


def test_where_a_judge_reads_nothing_at_all_there_are_no_means():
    found, trainer, _ = moody(*enumerate(FAILURES[:4]))
    assert found == [None] * 4
    assert trainer.metrics == {"invalid": [1.0]}


def test_a_field_that_fails_is_unread_and_no_reason_to_mask():
    warm = {"scenario": "violin-strings", "user": "warm"}
    user = UserProfile.model_validate(
        {
            "id": "warm",
            "preferences": {"tone": {"target": "warm"}},
            "context": {"languages": ["en"]},
        }
    )
    env = gym.make("PersonaChat-v0", profiles=[user], register="natural", reader=Readers([Moody()]))
    trainer = Trainer()
    replies = ["It has four strings. fail: out of range.", "It has four strings, my dear."]
    found = trainer(reward(env), alike(2, warm), replies)
    assert None not in found
    assert trainer.metrics["unread/tone"] == [0.5]
    assert trainer.metrics["reward/tone"] == [pytest.approx((0.5 + GOOD["warm"]) / 2)]
    assert [json.loads(cell).get("tone") for cell in trainer.extra["unread"]] == [1.0, None]
    assert trainer.extra["coverage"][0] < trainer.extra["coverage"][1]
    assert trainer.metrics["invalid"] == [0.0]


def test_means_are_over_the_replies_to_which_a_term_applies():
    rows = make_rows(TINY, "sft", 24)
    trainer = Trainer()
    replies = [row["completion"][0]["content"] for row in rows]
    trainer(reward(TINY), rows, replies)
    verdicts = [
        TINY.unwrapped.score(reply, row["scenario"], row["user"])
        for reply, row in zip(replies, rows, strict=True)
    ]
    for name in TINY.unwrapped.terms:
        got = trainer.metrics.get(f"{'gate' if name.gate else 'reward'}/{name.name}")
        scores = [
            (v.gates if name.gate else v.terms)[name.name]
            for v in verdicts
            if v.weights.get(name.name) or name.name in v.gates
        ]
        assert got == ([pytest.approx(sum(scores) / len(scores))] if scores else None)
    assert trainer.metrics["coverage"] == [1.0]
    assert not any(name.startswith("unread/") for name in trainer.metrics)
    assert {name.partition("/")[0] for name in trainer.metrics} == {
        "reward", "gate", "coverage", "invalid",
    }  # fmt: skip
    for cells, verdict in zip(trainer.extra["terms"], verdicts, strict=True):
        counted = {name: v for name, v in verdict.terms.items() if verdict.weights[name]}
        assert json.loads(cells) == pytest.approx(counted, abs=1e-4)


def test_a_term_of_ones_own_may_be_unread_in_any_register():
    @reward_term(name="riddle_of_adapter")
    def riddle(view):
        """Nobody can tell."""
        return unread()

    trainer = Trainer()
    env = gym.make("PersonaChat-v0", register="tiny", terms=[riddle])
    assert trainer(reward(env), alike(1), ["It has four strings."]) != [None]
    assert trainer.metrics["unread/riddle_of_adapter"] == [1.0]
    assert trainer.metrics["coverage"][0] < 1


@pytest.mark.parametrize("register", ["tiny", "natural"])
def test_columns_add_up_to_the_reward(register):
    options = {"register": register} | ({"reader": "rules"} if register == "natural" else {})
    env = gym.make("PersonaChat-v0", **options)
    rows = make_rows(env, episodes=24)
    replies = ["It has four strings." if i % 2 else "I cannot help with this." for i in range(24)]
    wanted = Trainer()(reward(env), rows, replies)
    functions = reward_columns(env)
    names = [function.__name__ for function in functions]
    assert names == [*(term.name for term in env.unwrapped.terms if not term.gate), GATES_ALONE]
    trainer = Trainer()
    parts = [trainer(function, rows, replies) for function in functions]
    for got, row in zip(zip(*parts, strict=True), wanted, strict=True):
        assert sum(one for one in got if one is not None) == pytest.approx(row)
    assert len(trainer.metrics["coverage"]) == 1
    assert all(len(cells) == 24 for cells in trainer.extra.values())


def test_columns_of_what_a_judge_could_not_read_are_all_none():
    functions = reward_columns("PersonaChat-v0", judge=Moody())
    replies = ["It has four strings.", "It has four strings. fail: refusal"]
    parts = [Trainer()(function, alike(2), replies) for function in functions]
    assert {part[1] for part in parts} == {None}
    assert {part[0] for part in parts} != {None}


def test_where_no_term_counts_the_gates_are_a_column():
    env = gym.make("PersonaChat-v0", register="tiny", terms=[])
    (alone,) = reward_columns(env)
    assert alone.__name__ == GATES_ALONE
    replies = ["It has four strings.", "It has nine strings."]
    found = Trainer()(alone, alike(2), replies)
    assert found == Trainer()(reward(env), alike(2), replies)
    assert found[0] > found[1]


def test_columns_score_a_batch_once(monkeypatch):
    calls, judged = [], scoring.verdicts_on

    def noting(envs, asked):
        calls.append(len(asked))
        return judged(envs, asked)

    monkeypatch.setattr(scoring, "verdicts_on", noting)
    trainer = Trainer()
    functions = reward_columns(TINY)
    for replies in (["Four.", "Five."], ["Six.", "Five."]):
        for function in functions:
            trainer(function, alike(2), replies)
    assert calls == [2, 2]
    assert len(trainer.metrics["invalid"]) == 2


def test_a_judge_by_url():
    with serving(obeying(lambda body, number: completion(json.dumps(GOOD)))) as fake:
        function = reward("PersonaChat-v0", judge=f"m@{fake.url}")
        assert function.scorer.envs["PersonaChat-v0"].readers.name == "rules+judge:m"
        assert None not in Trainer()(function, alike(2), ["It has four.", "Four strings."])
        assert len(fake.questions) == 2
        both = ["PersonaChat-v0", "PersonaTitle-v0"]
        shared = reward(both, reader=judge_readers(f"m@{fake.url}"), split="train")
        readers = {id(env.readers) for env in shared.scorer.envs.values()}
        assert len(readers) == 1


def test_it_can_be_pickled():
    function = reward("PersonaChat-v0", register="tiny")
    again = pickle.loads(pickle.dumps(function))  # noqa: S301
    replies = ["It has four strings.", "I do not know."]
    assert Trainer()(again, alike(2), replies) == Trainer()(function, alike(2), replies)
    assert again.__name__ == "persona_reward"


def test_it_works_without_a_trainer():
    assert not math.isnan(
        reward(TINY)(completions=["Four."], scenario=["violin-strings"], user=["chen"])[0]
    )


def test_what_is_wrong_is_said():
    function = reward(TINY)
    with pytest.raises(ArgumentError, match=r"lacks the columns \['scenario', 'user'\]"):
        function(completions=["Four."])
    with pytest.raises(UnknownNameError, match="unknown user of this environment 'chon'"):
        function(completions=["Four."], scenario=["violin-strings"], user=["chon"])
    with pytest.raises(UnknownNameError, match="Did you mean 'violin-strings'"):
        function(completions=["Four."], scenario=["violin-string"], user=["chen"])
    with pytest.raises(UnknownNameError, match="unknown environment of this reward"):
        function(completions=["Four."], env=["Persona-v0"], **{k: [v] for k, v in VIOLIN.items()})
    two = reward(["PersonaChat-v0", "PersonaTitle-v0"], register="tiny")
    with pytest.raises(ArgumentError, match=r"lacks the columns \['env'\]"):
        two(completions=["Four."], **{k: [v] for k, v in VIOLIN.items()})
    with pytest.raises(ArgumentError, match="made already"):
        reward(TINY, reader="heads")
    with pytest.raises(ArgumentError, match="both name a reader"):
        reward("PersonaChat-v0", reader="heads", judge="m@http://x/v1")
    with pytest.raises(ArgumentError, match="different ids"):
        reward([TINY, TINY])
    with pytest.raises(ArgumentError, match="give one environment"):
        reward([])
    with pytest.raises(ArgumentError, match="envs= takes a list"):
        reward(3)
