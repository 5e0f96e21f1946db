"""Of several replies the one that a reward model likes most."""

from __future__ import annotations

import pytest

from persona_env.agent import Cut, Failed, StreamingAgent
from persona_env.agents.learning.rerank import BestOf
from persona_env.agents.learning.reward_model import RewardModel
from persona_env.errors import PersonaEnvError

ASKED = [{"messages": [{"role": "user", "content": text}]} for text in ("Rice?", "Tea?", "Bread?")]


class Longest:
    """A reward model that likes length, and notes what it was asked about."""

    sees, knows_names = "blind", False

    def __init__(self):
        self.seen = []

    def rewards(self, said):
        self.seen += [one.messages[-1]["content"] for one in said]
        return [float(len(one.reply)) for one in said]


def saying(*replies):
    """An agent that gives these in turn."""
    left = list(replies)
    return lambda observations: [left.pop(0) for _ in observations]


def test_the_reply_that_earns_most_is_given_to_each():
    model = Longest()
    agent = BestOf(saying("a", "abc", "ab", "x", "xy", "xyz", "p", "pqr", "pq"), model, n=3)
    assert agent(ASKED) == ["abc", "xyz", "pqr"]
    assert model.seen == ["Rice?"] * 3 + ["Tea?"] * 3 + ["Bread?"] * 3


def test_an_unfinished_reply_is_taken_only_where_none_ended_and_a_failure_only_where_all_failed():
    lost = Failed("no answer")
    agent = BestOf(saying(Cut("long and long"), "a", Cut("bc"), Cut("b"), lost, lost), Longest(), 2)
    first, second, third = agent(ASKED)
    assert (first, second, third) == ("a", "bc", lost)
    assert isinstance(second, Cut)


def test_replies_are_given_as_they_come_whatever_their_order():
    class Backwards(StreamingAgent):
        def stream(self, observations):
            texts = ("a", "abc", "x", "xyz")
            yield from ((place, texts[place]) for place in (3, 2, 0, 1))

    stream = BestOf(Backwards(), Longest(), 2).stream(ASKED[:2])
    assert [*stream] == [(1, "xyz"), (0, "abc")]


def test_an_agent_is_asked_for_a_batch_at_a_time():
    sizes = []

    def agent(observations):
        sizes.append(len(observations))
        return ["Yes."] * len(observations)

    BestOf(agent, Longest(), 4, batch=8)(ASKED)
    assert sizes == [8, 4]


def test_what_cannot_be_is_refused():
    for n in (0, 65):
        with pytest.raises(PersonaEnvError, match="n must be"):
            BestOf(saying(), Longest(), n)
    model = RewardModel.fresh("persona-tiny", sees="factorised", users=("sam",))
    with pytest.raises(PersonaEnvError, match="told by name who the user is"):
        BestOf(saying(), model)


def test_more_replies_earn_more_by_the_model_that_chooses():
    from persona_env.agents.language_model import load_agent
    from persona_env.agents.learning.reward_model import Said

    model, means = RewardModel.fresh("persona-tiny", sees="prompt", seed=1), []
    for n in (1, 8):
        agent = load_agent("persona-tiny", temperature=1.0, max_new_tokens=8, seed=0)
        replies = BestOf(agent, model, n)(ASKED * 4)
        said = [
            Said(tuple(seen["messages"]), str(reply))
            for seen, reply in zip(ASKED * 4, replies, strict=True)
        ]
        means.append(sum(model.rewards(said)) / len(said))
    assert means[1] > means[0]
