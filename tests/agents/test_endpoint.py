"""An agent behind an endpoint: how it is asked, and how it fails; a fake server on 127.0.0.1."""

from __future__ import annotations

import time

import pytest

from persona_env.agent import Cut, Failed
from persona_env.agents.endpoint import EndpointAgent, endpoint_agent
from persona_env.endpoints import Price, Purse
from persona_env.errors import AgentError, ArgumentError, PersonaEnvError
from tests.judges.fake_server import FAULTS, reply, serving, slowly

SEEN = [{"user": "A child.", "transcript": "", "prompt": f"Why {number}?"} for number in range(6)]


def agent_at(url, **options):
    return EndpointAgent("m", url, **{"backoff": 0.001, "timeout": 5.0, "retries": 1, **options})


def echo(body, number):
    return reply(f"About {body['messages'][-1]['content']}")


def test_every_prompt_is_asked_and_answered_in_its_place():
    with serving(echo) as fake:
        agent = agent_at(fake.url, temperature=0.5, max_new_tokens=7, concurrency=3)
        assert agent(SEEN) == [f"About Why {number}?" for number in range(6)]
        assert len(fake.bodies) == 6
        assert fake.bodies[0] == {
            "model": "m",
            "messages": [
                {"role": "system", "content": "A child."},
                {"role": "user", "content": "Why 0?"},
            ],
            "max_tokens": 7,
            "temperature": 0.5,
        }
    assert str(agent.cost) == (
        "6 asked in 6 calls (0 repeated); 60 tokens in, 18 out; nothing failed"
    )


def test_what_is_not_given_is_not_sent_and_template_arguments_are():
    with serving(echo) as fake:
        agent_at(fake.url)(SEEN[:1])
        agent_at(fake.url, template_arguments={"enable_thinking": False})(SEEN[:1])
        assert set(fake.bodies[0]) == {"model", "messages", "max_tokens"}
        assert fake.bodies[1]["chat_template_kwargs"] == {"enable_thinking": False}


def test_a_newer_server_is_given_the_limit_by_its_other_name():
    def behave(body, number):
        if "max_tokens" in body:
            return 400, {}, "'max_tokens' is not supported: use 'max_completion_tokens'"
        return reply("Yes.")

    with serving(behave) as fake:
        assert agent_at(fake.url, max_new_tokens=9)(SEEN) == ["Yes."] * 6
        assert [body.get("max_completion_tokens") for body in fake.bodies] == [None, *[9] * 6]


@pytest.mark.parametrize(
    ("fault", "why", "kind"),
    [
        ("429", "status 429: slow down", "status 429"),
        ("500", "status 500: down", "status 500"),
        ("400", "status 400: too long", "status 400"),
        ("malformed", "no chat completion: status 200", "no completion"),
        ("no choice", "no chat completion: status 200", "no completion"),
        ("filtered", "content_filter", "content_filter"),
        ("dropped", "Error", "no response"),
    ],
)
def test_what_fails_is_no_reply_and_the_others_are_there(fault, why, kind):
    def behave(body, number):
        return FAULTS[fault] if "Why 4" in body["messages"][-1]["content"] else echo(body, number)

    with serving(behave) as fake:
        agent = agent_at(fake.url)
        replies = agent(SEEN)
    assert isinstance(replies[4], Failed)
    assert why in replies[4].why
    assert [one for one in replies if isinstance(one, str)] == [
        f"About Why {number}?" for number in (0, 1, 2, 3, 5)
    ]
    assert agent.cost.failures == {kind: 1}
    assert agent.cost.asked == 6


def test_what_passes_is_tried_again():
    tries = []

    def behave(body, number):
        tries.append(number)
        return FAULTS["429"] if len(tries) % 2 else reply("Yes.")

    with serving(behave) as fake:
        agent = agent_at(fake.url, concurrency=1)
        assert agent(SEEN) == ["Yes."] * 6
    assert agent.cost.retries == 6


def test_a_cut_reply_is_told_from_a_whole_one_and_an_empty_one_is_a_reply():
    said = iter([reply("Half of", "length"), reply(""), reply(None), reply("Whole.")])
    with serving(lambda body, number: next(said)) as fake:
        replies = agent_at(fake.url, concurrency=1)(SEEN[:4])
    assert replies == ["Half of", "", "", "Whole."]
    assert [isinstance(one, Cut) for one in replies] == [True, False, False, False]


def test_reasoning_that_comes_apart_is_left_out():
    with serving(lambda body, number: reply("Four.", reasoning_content="Hm, 2 + 2.")) as fake:
        assert agent_at(fake.url)(SEEN[:1]) == ["Four."]


@pytest.mark.parametrize("fault", ["400", "500", "malformed"])
def test_an_endpoint_that_never_answers_is_told_at_once(fault):
    with serving(lambda body, number: FAULTS[fault]) as fake:
        with pytest.raises(AgentError, match=r"cannot ask 'm' at .*check that the server runs"):
            agent_at(fake.url, retries=0)(SEEN)
        assert len(fake.bodies) == 1


def test_why_one_waits_for_the_first_reply_is_told_while_one_waits():
    said = []
    with serving(lambda body, number: FAULTS["429"] if number < 3 else reply("Yes.")) as fake:
        assert agent_at(fake.url, retries=2, tell=said.append)(SEEN[:1]) == ["Yes."]
    assert said[0].startswith(f"m at {fake.url}/chat/completions: 1 call, 8 at once")
    assert said[1:] == ["no answer yet (status 429: slow down); it is asked again in 1 s"] * 2


def test_a_key_that_is_not_there_is_told_before_the_estimate(monkeypatch):
    monkeypatch.delenv("AN_AGENT_KEY", raising=False)
    said = []
    agent = agent_at("http://127.0.0.1:9/v1", key_env="AN_AGENT_KEY", tell=said.append)
    with pytest.raises(AgentError, match="holds no key"):
        agent(SEEN)
    assert said == []


def test_prompts_are_asked_at_once():
    with serving(slowly(0.2, "Yes.")) as fake:
        agent, begun = agent_at(fake.url, concurrency=5), time.monotonic()
        agent(SEEN)
        assert time.monotonic() - begun < 6 * 0.2


def test_a_slow_server_is_not_waited_for_longer_than_it_may_take():
    with serving(slowly(1.0, "Yes.")) as fake:
        agent = agent_at(fake.url, timeout=0.2, retries=0)
        with pytest.raises(AgentError, match="cannot ask 'm'"):
            agent(SEEN)


def test_the_work_is_estimated_before_it_begins_and_after_the_first_replies():
    said = []
    with serving(echo) as fake:
        agent_at(fake.url, concurrency=2, max_new_tokens=10, tell=said.append)(SEEN)
        before, after = said
        assert before == (
            f"m at {fake.url}/chat/completions: 6 calls, 2 at once (each repeated at most 1 "
            "time); about 21 tokens in, at most 60 out"
        )
    assert after.startswith("4 replies are there; the others take ")


def test_the_estimate_and_the_sum_have_what_it_costs_where_a_price_is_given():
    said = []
    with serving(echo) as fake:
        agent = agent_at(fake.url, max_new_tokens=10, price=Price(2.0, 5.0), tell=said.append)
        agent(SEEN)
    assert said[0].endswith(
        "about 21 tokens in, at most 60 out; cost about 0.000042 in, at most 0.0003 out"
    )
    # 60 tokens in and 18 out, as the endpoint says.
    assert "60 tokens in, 18 out; cost 0.00021; nothing failed" in str(agent.cost)


@pytest.mark.parametrize("concurrency", [1, 3])
def test_a_purse_ends_the_calls_before_they_could_cost_more(concurrency):
    """A token out costs 1: a call at most 7, and 3 in fact. Of 13 there are three, which cost 9."""
    said = []
    with serving(echo) as fake:
        agent = agent_at(
            fake.url, price=Price(0.0, 1e6), purse=Purse(13.0), max_new_tokens=7,
            concurrency=concurrency, tell=said.append,
        )  # fmt: skip
        replies = agent(SEEN)
        assert len(fake.bodies) == 3
    assert said[0].endswith("no call is made that could exceed --max-cost 13.00")
    failed = [one.why for one in replies if isinstance(one, Failed)]
    assert failed == ["the budget of money is spent (--max-cost)"] * 3
    assert agent.endpoint.purse.spent == 9.0
    assert agent.cost.failures == {"budget spent": 3}


@pytest.mark.parametrize(
    ("fault", "calls"), [("silent", 2), ("malformed", 2), ("500", 4), ("dropped", 2)]
)
def test_what_nobody_tells_counts_as_much_as_it_can_and_an_error_as_nothing(fault, calls):
    """Of 13 one call that costs 3, and one that may cost 7 though nobody says; errors are free."""

    def behave(body, number):
        if number != 2:
            return echo(body, number)
        if fault == "silent":
            told = reply("Yes.")
            del told["usage"]
            return told
        return FAULTS[fault]

    with serving(behave) as fake:
        agent = agent_at(
            fake.url, price=Price(0.0, 1e6), purse=Purse(13.0), max_new_tokens=7, concurrency=1,
            retries=0,
        )  # fmt: skip
        agent(SEEN)
        assert len(fake.bodies) == calls
    assert agent.cost.untold == (fault != "500")
    assert agent.endpoint.purse.spent == (9.0 if fault == "500" else 10.0)


def test_a_purse_with_a_limit_needs_a_price():
    with pytest.raises(AgentError, match=r"max_cost= \(--max-cost\) needs .*--agent-price IN,OUT"):
        agent_at("http://127.0.0.1:9/v1", purse=Purse(1.0))


def test_a_budget_ends_the_calls():
    with serving(echo) as fake:
        replies = agent_at(fake.url, max_calls=2, concurrency=1)(SEEN)
        assert len(fake.bodies) == 2
    assert sum(isinstance(one, Failed) for one in replies) == 4


def test_the_key_is_sent_and_shown_nowhere(monkeypatch):
    monkeypatch.setenv("AN_AGENT_KEY", "sk-secret")
    with serving(echo) as fake:
        agent = agent_at(fake.url, key_env="AN_AGENT_KEY")
        agent(SEEN[:1])
        assert fake.headers[-1]["Authorization"] == "Bearer sk-secret"
    assert "sk-secret" not in repr(vars(agent)) + agent.estimate([])
    monkeypatch.delenv("AN_AGENT_KEY")
    with pytest.raises(AgentError, match=r"'AN_AGENT_KEY' holds no key.*--agent-key-env"):
        agent(SEEN[:1])


@pytest.mark.parametrize(
    ("name", "said"),
    [("m", "'m' names no agent: give MODEL@URL"), ("m@http://k:s@x/v1", "without a user")],
)
def test_a_name_that_is_none_is_refused(name, said):
    with pytest.raises(PersonaEnvError, match=said):
        endpoint_agent(name)


def test_options_are_checked():
    with pytest.raises(ArgumentError, match="concurrency must be"):
        endpoint_agent("m@http://x/v1", concurrency=0)
    with pytest.raises(ArgumentError, match="temperature"):
        endpoint_agent("m@http://x/v1", temperature=-1.0)
