"""The user's description, which a reward term may declare: preferences and context, no more."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from persona_env import TermView, UserProfile, describe, load_profile, reward_term
from persona_env.auditor.cases import known_cases
from persona_env.auditor.reward_checks import run_first
from persona_env.auditor.user_checks import protected, undeclared
from persona_env.envs.chat import PersonaChatEnv
from persona_env.errors import RewardError, UndeclaredFieldError
from persona_env.evaluation.evaluate import draw_cases
from persona_env.rewards import get_term
from persona_env.rewards.term import REGISTRY
from persona_env.users.profile import Protected

from ..support import cases, shared_env

HUSH = "0451-hush"
ANA = UserProfile(
    id="ana",
    preferences={"tone": "warm"},
    context={"age_band": "adult", "device": "a phone"},
    protected=dict.fromkeys(Protected.model_fields, HUSH),
    secrets={"door_code": HUSH},
    extensions={
        "alarm": {"role": "secret", "value": HUSH},
        "party": {"role": "protected", "value": HUSH},
        "units": {"role": "preference", "value": "metric"},
        "city": {"role": "context", "value": "Taipei"},
    },
)


@pytest.fixture(autouse=True)
def _registry():
    kept = dict(REGISTRY)
    yield
    REGISTRY.clear()
    REGISTRY.update(kept)


@pytest.fixture
def heard():
    """What a term that declares the description reads."""
    found = []

    @reward_term(uses="description")
    def listens(view):
        found.append(view.description)
        return (len(view.description) + 31 * sum(map(ord, view.description))) % 97 / 97

    return found


def test_a_term_reads_preferences_and_context(heard):
    env = PersonaChatEnv(profiles=[ANA], terms=["listens"], gates=[])
    env.score("Yes.", "highest-mountain-taiwan", ANA)
    assert heard == [describe(ANA)]
    assert heard == ["Adult. Uses a phone. City: Taipei. Wants: warm; units: metric."]


def test_a_secret_that_is_asked_about_is_not_in_it(heard):
    env = PersonaChatEnv(split="all", terms=["listens"], gates=[])
    asked = [(s, u) for u, pool in env.cases.values() for s in pool if s.secret in u.secrets]
    assert asked
    for scenario, user in asked:
        env.score("Yes.", scenario, user)
        assert user.secrets[scenario.secret] in env.observe(scenario, user)["user"]
        assert not [secret for secret in user.secrets.values() if secret in heard[-1]]


OTHER = st.dictionaries(
    st.sampled_from(sorted(Protected.model_fields)), st.one_of(st.none(), st.text(max_size=12))
)
CASES = cases("all")


@settings(max_examples=60, deadline=None)
@given(st.integers(0, len(CASES) - 1), OTHER, st.text(max_size=8))
def test_a_protected_swap_moves_nothing(number, others, secret):
    scenario, user = CASES[number]
    twin = user.twin(**others)
    alarm = {"alarm": {"role": "secret", "value": secret}}
    twin = twin.model_copy(update={"secrets": {"pin": secret}})
    twin = UserProfile.model_validate(
        {**twin.model_dump(), "extensions": {**twin.model_dump()["extensions"], **alarm}}
    )
    views = [
        TermView.before(scenario, one, "en" if "en" in scenario.texts else "zh", ("description",))
        for one in (user, twin)
    ]
    assert views[0].description == views[1].description


def test_a_term_that_does_not_declare_it_cannot_read_it():
    @reward_term(uses="preferences.tone")
    def nosy(view):
        return float("warm" in view.description)

    with pytest.raises(UndeclaredFieldError, match=r"does not declare 'description'.*Add it to"):
        PersonaChatEnv(terms=["nosy"], gates=[]).score("Yes.", "highest-mountain-taiwan", "sam")
    with pytest.raises(RewardError, match="Did you mean 'description'"):
        reward_term(name="typo", uses="descripton")(lambda view: 1.0)


def test_it_weighs_1_and_goes_with_other_fields(heard):
    assert get_term("listens").weight == 1.0

    @reward_term(uses=("description", "preferences.tone"))
    def both(view):
        return float(view.target("tone") in view.description)

    env = PersonaChatEnv(profiles=["sam", ANA], terms=[both], gates=[])
    assert env.score("Yes.", "highest-mountain-taiwan", ANA).terms == {"both": 1.0}


def test_the_audit_takes_a_described_field_for_a_declared_one(heard):
    env = PersonaChatEnv(terms=["listens"], gates=[])
    known = known_cases(env, draw_cases(env, 12, 0))
    first, samples = run_first(env, known)
    assert all(check.passed for check in first)
    assert undeclared(env, samples).passed
    assert protected(env, samples).passed


def test_the_description_in_an_environment_is_that_of_who_asks(heard):
    env = shared_env().light_copy()
    env.terms = (get_term("listens"),)
    env.reset(seed=0)
    env.step("Yes.")
    assert heard == [describe(env.user)]
    assert load_profile("sam") is not None
