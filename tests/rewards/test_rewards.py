# ruff: noqa: E501
"""Terms, gates, weights, and the promise that protected fields move nothing."""

from __future__ import annotations

import copy
import math
import pickle
import re
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from persona_env import (
    Exchange,
    PersonaEnvError,
    Scenario,
    Score,
    TermView,
    UserProfile,
    registered_terms,
    reward_term,
)
from persona_env.envs.chat.env import PersonaChatEnv
from persona_env.envs.shared.words import PHRASES
from persona_env.errors import RewardError, UndeclaredFieldError, UnknownNameError
from persona_env.languages.lexicon import list_names
from persona_env.rewards import Reason, choose_terms, combine, get_term, judge, judge_all
from persona_env.scenarios.schema import ScenarioText
from persona_env.text import lexicon
from persona_env.text.spans import READINGS, fold
from persona_env.users.profile import Protected

from ..support import cases, shared_env

PLAIN = Scenario(
    id="plain", family="f", split="train", category="fact",
    texts={"en": {"prompt": "Why?", "answer": "So."}},
)  # fmt: skip


@reward_term
def half(view: TermView) -> float:
    return 0.5


@reward_term(uses=("preferences.tone",))
def whole_by_tone(view: TermView) -> Score | None:
    return None if view.target("tone") is None else Score(1.0, (Reason(0, 2, "because"),))


@reward_term(uses=("preferences.tone", "preferences.length"))
def two_wishes(view: TermView) -> float:
    return 0.0


@reward_term(uses=("preferences.tone",), weight=4)
def fixed_weight(view: TermView) -> int:
    return 1


@reward_term(gate=True)
def quarter_gate(view: TermView) -> float:
    return 0.25


@reward_term(gate=True)
def silent_gate(view: TermView) -> None:
    return None


@reward_term
def breaks(view: TermView) -> float:
    raise ZeroDivisionError("by nothing")


@reward_term
def too_big(view: TermView) -> float:
    return 1.5


@reward_term
def not_a_number(view: TermView) -> float:
    return math.nan


@reward_term
def text_instead(view: TermView):
    return "good"


@reward_term(uses=("preferences.tone",))
def reads_undeclared(view: TermView) -> float:
    return float(view.field("protected.gender") == "female")


@reward_term(uses=("extensions.mood",))
def reads_mood(view: TermView) -> float:
    return float(view.field("extensions.mood") == "good")


@reward_term(uses=("context.age_band",))
def no_haste(view: TermView) -> float:
    return float("quick" not in view.reply)


@reward_term
def says_the_prompt(view: TermView) -> float:
    return int(view.prompt.rstrip("?")) / 20


BLANK = UserProfile(id="ana")
asked: list[str] = []


@reward_term
def counts_calls(view: TermView) -> float:
    asked.append("again")
    return 1.0


def verdict(*terms, user=None, reply="So."):
    user = user or UserProfile(id="ana")
    return judge(Exchange(PLAIN, user, reply, "en"), tuple(get_term(term) for term in terms))


# --- the formula, worked by hand ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "weights", "gates", "expected"),
    [
        ({"a": 1.0, "b": 0.0}, {"a": 1.0, "b": 3.0}, {}, 0.25),  # 1 * 1 / 4
        ({"a": 0.8, "b": 0.4}, {"a": 2.0, "b": 2.0}, {"g": 0.5}, 0.3),  # 0.6 * 0.5
        ({"a": 0.5}, {"a": 7.0}, {"g": 0.5, "h": 0.2}, 0.05),
        ({"a": 0.5}, {"a": 0.0}, {"g": 0.7}, 0.7),  # nothing weighs: the gates alone
        ({}, {}, {}, 1.0),
        ({"a": 1.0}, {"a": 1.0}, {"g": 0.0}, 0.0),
    ],
)
def test_combine(values, weights, gates, expected):
    assert combine(values, weights, gates) == pytest.approx(expected, abs=1e-15)


def test_judge_worked_by_hand():
    user = UserProfile(id="ana", preferences={"tone": {"target": "warm", "weight": 3}})
    found = verdict(half, whole_by_tone, quarter_gate, silent_gate, user=user)
    assert found.terms == {"half": 0.5, "whole_by_tone": 1.0}
    assert found.weights == {"half": 1.0, "whole_by_tone": 3.0}
    assert found.gates == {"quarter_gate": 0.25, "silent_gate": 1.0}
    assert found.reward == pytest.approx(0.25 * (0.5 + 3 * 1.0) / 4)  # 0.21875
    assert found.reasons == {"whole_by_tone": (Reason(0, 2, "because"),)}


def test_none_leaves_both_sums_and_counts_as_an_open_gate():
    found = verdict(half, whole_by_tone, silent_gate)  # a user without a wish for tone
    assert found.reward == 0.5
    assert "whole_by_tone" not in {**found.terms, **found.weights}
    assert found.gates == {"silent_gate": 1.0}


def test_only_gates():
    assert verdict(quarter_gate).reward == 0.25
    assert verdict(silent_gate).reward == verdict(whole_by_tone).reward == 1.0


# --- batches, and what is remembered ------------------------------------------------------------

DRAIN = ("Sorry, I cannot help.", "Hey, use baking soda. It depends.", "Usa bicarbonato, jaja.", "")
USERS = ("sam", "nora", "lucia")


def fresh(reply: str, scenario: str, name: str):
    """A verdict with nothing remembered."""
    for remembered in remembering():
        remembered.cache_clear()
    return shared_env().score(reply, scenario, name)


def remembering():
    """Every bounded cache that scoring a reply fills."""
    modules = [m for name, m in sorted(sys.modules.items()) if name.startswith("persona_env.")]
    found = {id(f): f for m in modules for f in vars(m).values() if hasattr(f, "cache_info")}
    reads = ("detectors", "text", "rewards", "envs")
    return [
        f for f in found.values()
        if f.__module__.removeprefix("persona_env.").startswith(reads)
        and f.cache_info().maxsize is not None
    ]  # fmt: skip


def test_judge_all_is_judge_for_each():
    env = shared_env()
    batch = [
        Exchange(scenario, user, reply, next(iter(scenario.texts)))
        for scenario, user in cases("all")[::97]
        for reply in (env.oracle(scenario, user), *DRAIN, DRAIN[0])
    ]
    assert judge_all(iter(batch), env.terms) == [judge(one, env.terms) for one in batch]
    assert judge_all([], env.terms) == []


def test_verdicts_have_floats_whatever_a_term_returns():
    exchange = Exchange(PLAIN, UserProfile(id="ana"), "So.", "en")
    verdict = judge(exchange, (get_term("fixed_weight"),))
    assert {*map(type, (*verdict.terms.values(), *verdict.weights.values()))} == {float}
    assert type(Score(True).value) is float


def test_verdicts_of_a_batch_share_no_dicts():
    exchange = Exchange(PLAIN, UserProfile(id="ana"), "So.", "en")
    first, second = judge_all([exchange, exchange], (get_term("half"),))
    assert first == second
    first.terms["half"] = 0.0
    assert second.terms["half"] == 0.5
    assert judge(exchange, (get_term("half"),)).terms["half"] == 0.5


def test_a_verdict_is_not_given_to_another_scenario_of_the_same_address():
    """An object that nothing holds gives its address to the next one."""

    def exchanges():
        for number in range(20):
            question = {"prompt": f"{number}?", "answer": "So."}
            made = PLAIN.model_copy(update={"texts": {"en": ScenarioText(**question)}})
            yield Exchange(made, BLANK, "Yes.", "en")
            del made
            for remembered in remembering():  # so that nothing else holds the scenario
                remembered.cache_clear()

    found = judge_all(exchanges(), (get_term("says_the_prompt"),))
    assert [v.terms["says_the_prompt"] for v in found] == [number / 20 for number in range(20)]


@pytest.mark.parametrize("users", [USERS, USERS[::-1]])
def test_nothing_remembered_reaches_another_user(users):
    alone = {
        (name, reply): fresh(reply, "drain-cleaner", name) for name in users for reply in DRAIN
    }
    assert len({verdict.reward for verdict in alone.values()}) > len(DRAIN)
    for reply in DRAIN:
        for name in users:
            assert shared_env().score(reply, "drain-cleaner", name) == alone[name, reply]


def test_users_of_one_name_are_told_apart():
    env = shared_env()
    for wish in ("brief", "detailed", "brief"):
        user = UserProfile(id="ana", preferences={"length": wish})
        assert env.score("Baking soda. " * 9, "drain-cleaner", user) == fresh_for(user)


def fresh_for(user: UserProfile):
    for remembered in remembering():
        remembered.cache_clear()
    return shared_env().score("Baking soda. " * 9, "drain-cleaner", user)


def test_what_is_remembered_is_bounded():
    """Caches without a bound hold what the library itself ships: word lists and expressions."""
    env = shared_env()
    env.score("Baking soda.", "drain-cleaner", "sam")
    sizes = {f.__qualname__: f.cache_info() for f in remembering()}
    assert {"fold", "_case", "_found", "_held", "_sentence"} <= set(sizes)
    for name, info in sizes.items():
        assert 0 < info.maxsize <= 65536, name
    for number in range(READINGS + 10):
        fold(f"reply {number}")
    assert fold.cache_info().currsize == READINGS


def test_no_list_is_ruled_out_that_occurs():
    """What the words rule out, the expressions do not find: stock phrases and oracle replies."""
    stock = [p for bank in PHRASES.values() for entry in bank.values() for p in entry]
    texts = [*stock, *(shared_env().oracle(*case) for case in CASES[::29])]
    names = list_names("phrases")
    found = [(n, t) for t in map(fold, texts) for n in names if lexicon.pattern(n).search(t)]
    assert len({name for name, _ in found}) > len(names) // 2
    assert all(lexicon.may_hold(text, name) for name, text in found)


def test_a_term_of_ones_own_is_asked_each_time():
    asked.clear()
    for _ in range(3):
        verdict(counts_calls)
    assert len(asked) == 3


# --- what a term may be -------------------------------------------------------------------------


def test_an_exception_names_the_term_the_scenario_and_the_user():
    with pytest.raises(RewardError) as raised:
        verdict(half, breaks)
    for part in ("'breaks'", "'plain'", "'ana'", "ZeroDivisionError: by nothing"):
        assert part in str(raised.value)
    assert isinstance(raised.value.__cause__, ZeroDivisionError)


@pytest.mark.parametrize("term", [too_big, not_a_number, text_instead])
def test_a_value_that_is_no_score_is_an_error(term):
    with pytest.raises(PersonaEnvError, match=f"reward term '{term.__name__}'"):
        verdict(term)


@pytest.mark.parametrize("bad", [-0.01, 1.01, math.nan, math.inf])
def test_score_refuses(bad):
    with pytest.raises(RewardError, match=re.escape("[0, 1]")):
        Score(bad)


def test_a_whole_number_is_a_score():
    assert verdict(fixed_weight).terms == {"fixed_weight": 1.0}


def test_an_undeclared_field_is_unreadable():
    with pytest.raises(UndeclaredFieldError) as raised:
        verdict(reads_undeclared)
    for part in ("'reads_undeclared'", "'protected.gender'", "preferences.tone"):
        assert part in str(raised.value)


def test_a_view_holds_no_user():
    view = TermView.of(Exchange(PLAIN, UserProfile(id="ana"), "So.", "en"), ("preferences.tone",))
    held = [getattr(view, name) for name in TermView.__slots__]
    assert view._fields in held
    assert not [item for item in held if isinstance(item, UserProfile | Exchange)]
    with pytest.raises(AttributeError):
        view.user  # noqa: B018
    with pytest.raises(UndeclaredFieldError):
        view.target("length")


def test_before_there_is_a_reply_none_can_be_read():
    exchange = Exchange(PLAIN, UserProfile(id="ana"), "So.", "en")
    view = TermView.of(exchange, ())
    assert view.once(lambda before: before.question) == "Why?"
    for name in ("reply", "transcript", "prompt"):
        with pytest.raises(AttributeError, match="there is no reply yet"):
            view.once(lambda before, name=name: getattr(before, name))
    assert view.reply == "So."


def test_a_view_cannot_be_changed():
    view = TermView.of(Exchange(PLAIN, UserProfile(id="ana"), "So.", "en"), ())
    for one in (view, view.once(lambda before: before)):
        for name in ("reply", "scenario", "note"):
            with pytest.raises(AttributeError, match=f"cannot be changed, and '{name}'"):
                setattr(one, name, None)
            with pytest.raises(AttributeError, match="cannot be changed"):
                delattr(one, name)
    assert view.reply == "So."


def test_a_view_may_be_copied_and_sent_to_a_process():
    view = TermView.of(Exchange(PLAIN, WARM, "So.", "en"), ("preferences.tone",))
    for twin in (copy.deepcopy(view), pickle.loads(pickle.dumps(view))):  # noqa: S301
        assert (twin.reply, twin.prompt, twin.target("tone")) == ("So.", "Why?", "warm")
        with pytest.raises(AttributeError, match="cannot be changed"):
            twin.reply = "No."


def test_a_term_cannot_write_into_the_profile():
    user = UserProfile(id="ana", secrets={"door_code": "4711"})
    view = TermView.of(Exchange(PLAIN, user, "So.", "en"), ("secrets",))
    with pytest.raises(TypeError, match="item assignment"):
        view.field("secrets")["door_code"] = "0"
    assert view.field("secrets") == user.secrets == {"door_code": "4711"}


@pytest.mark.parametrize("name", Protected.model_fields)
def test_a_protected_field_cannot_be_declared(name):
    with pytest.raises(RewardError, match=f"'protected.{name}' is protected"):
        reward_term(uses=(f"protected.{name}",))(half)


@pytest.mark.parametrize(
    ("path", "near"),
    [
        ("preferences.lenght", "preferences.length"),
        ("context.age", "context.age_band"),
        ("length", "preferences.length"),
    ],
)
def test_an_unknown_field_gives_the_nearest(path, near):
    with pytest.raises(RewardError) as raised:
        reward_term(uses=(path,))(half)
    assert f"unknown profile field {path!r}. Did you mean {near!r}?" in str(raised.value)


def test_an_undecorated_function_is_no_term():
    with pytest.raises(RewardError, match="@reward_term"):
        get_term(verdict)


def test_unknown_term_gives_the_nearest_name():
    with pytest.raises(UnknownNameError, match="Did you mean 'factuality'"):
        get_term("factualty")


def test_an_extension_moves_a_reward_only_in_a_role_that_may():
    good = {"mood": {"role": "preference", "value": "good"}}
    assert verdict(reads_mood, user=UserProfile(id="ana", extensions=good)).reward == 1.0
    assert verdict(reads_mood).reward == 0.0  # unknown is legal
    hidden = {"mood": {"role": "protected", "value": "good"}}
    with pytest.raises(RewardError, match=r"extensions\.mood.*protected"):
        verdict(reads_mood, user=UserProfile(id="ana", extensions=hidden))


# --- weights ------------------------------------------------------------------------------------

WARM = UserProfile(
    id="ana",
    preferences={
        "tone": {"target": "warm", "weight": 3},
        "length": {"target": "brief", "weight": 5},
    },
)


@pytest.mark.parametrize(
    ("term", "user", "expected"),
    [
        (half, WARM, 1.0),  # uses no wish
        (whole_by_tone, WARM, 3.0),  # the one wish it uses
        (two_wishes, WARM, 1.0),  # several
        (fixed_weight, WARM, 4.0),
        (whole_by_tone, UserProfile(id="bo"), 1.0),
        (whole_by_tone, WARM.weigh(whole_by_tone=0.5), 0.5),  # the profile overrides each
        (fixed_weight, WARM.weigh(fixed_weight=0), 0.0),
    ],
)
def test_weight_for(term, user, expected):
    assert get_term(term).weight_for(user) == expected


def test_built_in_weights():
    weights = {name: t.weight for name, t in registered_terms().items() if t.builtin}
    assert weights["calibrated_refusal"] == 3.0
    for name in ("length", "tone", "caveats", "language", "format", "humour", "reading_level"):
        assert weights[name] == name
    assert weights["avoid"] == "avoid"
    assert weights["stance"] == "views"


def test_a_custom_term_joins_by_a_profiles_weight():
    user = UserProfile(id="ana")
    assert "no_haste" not in {t.name for t in PersonaChatEnv(profiles=[user]).terms}
    env = PersonaChatEnv(profiles=[user.weigh(no_haste=2.5)])
    slow, quick = (env.score(r, "drain-cleaner", "ana") for r in ("Slowly.", "Be quick."))
    assert slow.weights["no_haste"] == quick.weights["no_haste"] == 2.5
    assert (slow.terms["no_haste"], quick.terms["no_haste"]) == (1.0, 0.0)
    assert list(slow.terms) == sorted(slow.terms)


def test_only_those_who_weigh_a_custom_term_feel_it():
    users = [
        UserProfile(id="ana", weights={"no_haste": 10}),
        UserProfile(id="bo", weights={"no_haste": 0}),
    ]
    env = PersonaChatEnv(profiles=users, terms=["no_haste", "half"], gates=[])
    rewards = [env.score("Be quick.", "drain-cleaner", user).reward for user in users]
    assert rewards == pytest.approx([0.5 / 11, 0.5])


def test_an_unknown_weight_is_an_error_at_construction():
    user = UserProfile(id="ana", weights={"lenght": 1.0})
    for terms in (None, ["length"]):
        with pytest.raises(UnknownNameError) as raised:
            PersonaChatEnv(profiles=[user], terms=terms)
        assert "'ana'" in str(raised.value)
        assert "Did you mean 'length'?" in str(raised.value)


def test_terms_chosen_by_name_and_by_function():
    env = PersonaChatEnv(terms=["tone", half], gates="factuality")
    assert [t.name for t in env.terms] == ["factuality", "half", "tone"]
    chosen = choose_terms(["tone", "tone"], [], gates=())
    assert [t.name for t in chosen] == ["tone"]


def test_gates_first_then_terms_each_in_order():
    terms = list(registered_terms().values())
    keys = [(not term.gate, term.name) for term in terms]
    assert keys == sorted(keys)
    assert {"factuality", "safety", "secrets", "degenerate"} <= {t.name for t in terms if t.gate}


# --- for any reply ------------------------------------------------------------------------------

CASES = cases("all")
PARTS = st.sampled_from(
    ["I cannot help", "Sorry", "haha", "- ", "1. ", "\n", "¿", "?", "不", "你好", "90%", '"', "«", "'",
     "it depends", "[withheld]", "No.", "As an AI", "3952", "Yushan", "。", "\u200b", "\u202e", "ﬁ", "İ"]
)  # fmt: skip
REPLIES = st.one_of(
    st.text(max_size=120),
    st.lists(st.one_of(PARTS, st.text(max_size=8)), max_size=12).map(" ".join),
)
ANY_CASE = st.sampled_from(range(len(CASES)))


@settings(max_examples=250, deadline=None)
@given(REPLIES, ANY_CASE)
def test_any_reply_gets_a_pure_and_finite_reward(reply, number):
    scenario, user = CASES[number]
    env = shared_env()
    kept = user.model_dump_json()
    first, second = (env.score(reply, scenario, user) for _ in range(2))
    assert first == second
    assert 0.0 <= first.reward <= 1.0
    assert math.isfinite(first.reward)
    for reasons in first.reasons.values():
        for reason in reasons:
            assert 0 <= reason.start <= reason.end <= len(reply)
    assert user.model_dump_json() == kept


OTHER = st.dictionaries(
    st.sampled_from(sorted(Protected.model_fields)), st.one_of(st.none(), st.text(max_size=12))
)


@settings(max_examples=250, deadline=None)
@given(REPLIES, ANY_CASE, OTHER, st.booleans())
def test_protected_twins_get_the_same_reward_to_the_last_bit(reply, number, protected, oracle):
    scenario, user = CASES[number]
    twin = user.twin(**protected)
    env = shared_env()
    if oracle:
        reply = env.oracle(scenario, user)
        assert reply == env.oracle(scenario, twin)
    assert env.score(reply, scenario, user) == env.score(reply, scenario, twin)


@settings(max_examples=60, deadline=None)
@given(ANY_CASE, OTHER)
def test_protected_twins_look_the_same_to_the_agent(number, protected):
    scenario, user = CASES[number]
    env = shared_env()
    mine, theirs = (env.observe(scenario, u) for u in (user, user.twin(**protected)))
    assert mine["user"] == theirs["user"]
    assert mine["user_vector"].tobytes() == theirs["user_vector"].tobytes()
