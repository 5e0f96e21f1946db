"""Terms of a user's own: what may be one, what it may declare and return, and its name."""

from __future__ import annotations

import functools
import math
import subprocess
import sys
import types
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import partial

import gymnasium as gym
import numpy as np
import pytest
import torch

from persona_env import Score, TermView, UserProfile, load_profile, register_env, reward_term
from persona_env.auditor.purity import impurities
from persona_env.envs.calibration import PersonaCalibrationEnv
from persona_env.envs.chat.env import PersonaChatEnv
from persona_env.errors import PersonaEnvError, RewardError, ScoreRangeError, UnknownNameError
from persona_env.registration import ENVIRONMENTS
from persona_env.rewards import get_term, registered_terms
from persona_env.rewards.builtin import load_builtin
from persona_env.rewards.term import REGISTRY

CASE = ("highest-mountain-taiwan", "sam")


@pytest.fixture(autouse=True)
def _registry():
    """What a test registers is gone after it."""
    load_builtin()
    kept = dict(REGISTRY)
    yield
    REGISTRY.clear()
    REGISTRY.update(kept)


def many(**options):
    return gym.make_vec("PersonaChat-v0", num_envs=2, **options)


def score(*terms, reply="Yes."):
    return PersonaChatEnv(terms=terms, gates=[]).score(reply, *CASE)


def written_in(module, function, file="elsewhere.py"):
    """The same function as if another module had defined it."""
    code = function.__code__.replace(co_filename=file)
    made = types.FunctionType(code, {"__name__": module}, function.__name__)
    made.__module__, made.__qualname__ = module, function.__name__
    return made


# --- what may be a term -------------------------------------------------------------------------


def shorter_than(view, limit=10):
    """1 below the limit."""
    return float(len(view.reply) < limit)


@dataclass
class Counter:
    """Not hashable, as dataclasses are."""

    limit: int = 10

    def __call__(self, view):
        """1 below the limit."""
        return float(len(view.reply) < self.limit)

    def method(self, view):
        return self(view)

    @classmethod
    def of_class(cls, view):
        return cls()(view)

    @staticmethod
    def static(view):
        return 1.0


def local():
    def inside(view):
        return shorter_than(view)

    return inside


@pytest.mark.parametrize(
    ("thing", "name"),
    [
        (functools.partial(shorter_than, limit=20), "shorter_than"),
        (functools.partial(functools.partial(shorter_than), limit=20), "shorter_than"),
        (Counter(), "Counter"),
        (Counter().method, "method"),
        (Counter.of_class, "of_class"),
        (Counter.static, "static"),
        (local(), "inside"),
        (functools.lru_cache(shorter_than), "shorter_than"),
        (torch.nn.Identity(), "Identity"),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_any_callable_with_a_name(thing, name):
    assert reward_term(thing) is thing
    assert get_term(thing).name == name
    if name != "Identity":
        assert score(thing).terms == score(name).terms == {name: 1.0}


def test_a_bound_method_is_found_when_it_is_looked_up_again():
    judge, other = Counter(), Counter()
    reward_term(judge.method)
    assert judge.method is not judge.method
    assert score(judge.method).terms == {"method": 1.0}
    with pytest.raises(RewardError, match="not a registered reward term of this process"):
        get_term(other.method)


def test_a_name_is_given():
    strict = reward_term(name="strict", uses="preferences.length")(Counter(3))
    loose = reward_term(functools.partial(shorter_than, limit=99), name="loose", weight=3)
    found = score(strict, loose, reply="Four letters.")
    assert found.terms == {"loose": 1.0, "strict": 0.0}
    assert get_term(strict).uses == ("preferences.length",)
    assert get_term(loose).weight == 3.0


def test_a_lambda_needs_a_name():
    with pytest.raises(RewardError, match=r"name='\.\.\.'"):
        reward_term(lambda view: 1.0)
    short = reward_term(name="short")(lambda view: float(len(view.reply) < 9))
    assert score(short).terms == {"short": 1.0}


@pytest.mark.parametrize(
    ("thing", "options", "says"),
    [
        (Counter, {}, r"is a class: register one of its objects, reward_term\(Counter"),
        ("no_haste", {}, "another callable, not 'no_haste'; its name is given by name="),
        (3, {}, "another callable, not 3"),
        (Counter.method, {}, r"takes \(self, view\): missing a required argument"),
        (lambda: 1.0, {"name": "none"}, "takes no|too many positional"),
        (shorter_than, {"name": ""}, "is a text, not ''"),
        (shorter_than, {"name": 3}, "is a text, not 3"),
        (shorter_than, {"validity": ""}, "validity="),
    ],
)
def test_what_is_no_term_is_refused_when_it_is_registered(thing, options, says):
    with pytest.raises(RewardError, match=says):
        reward_term(thing, **options)


def test_one_callable_has_one_name():
    reward_term(name="first")(shorter_than)
    with pytest.raises(RewardError, match=r"registered as 'first' already.*functools\.partial"):
        reward_term(name="second")(shorter_than)
    second = reward_term(name="second")(functools.partial(shorter_than, limit=2))
    assert score("first", second).terms == {"first": 1.0, "second": 0.0}


def test_the_purity_of_any_callable_is_read():
    class Drawing:
        def __call__(self, view):
            return np.random.default_rng().random()

        def method(self, view):
            return self(view) + np.random.default_rng().random()

    assert impurities(Drawing()) == ("numpy",) == impurities(Drawing().method)
    assert impurities(functools.partial(Drawing())) == ("numpy",)
    assert impurities(functools.partial(shorter_than, limit=np.random.default_rng)) != ()
    assert impurities(functools.partial(shorter_than, limit=3)) == ()


# --- names --------------------------------------------------------------------------------------

BEFORE = """
from persona_env import reward_term
@reward_term
def length(view): return 0.125
"""
AFTER = """
import gymnasium as gym
import persona_env
from persona_env import reward_term
gym.make("PersonaChat-v0")
@reward_term
def safety(view): return 0.5
"""


@pytest.mark.parametrize("code", [BEFORE, AFTER])
def test_the_name_of_a_built_in_term_is_refused_in_both_orders(code):
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "of the library already" in done.stderr
    assert "reward_term(name='my_" in done.stderr


def test_a_built_in_term_keeps_its_facts():
    length = get_term("length")
    with pytest.raises(RewardError, match="of the library already"):
        reward_term(weight=9.0)(length.function)
    assert get_term("length") is length
    mine = functools.partial(length.function)
    reward_term(name="my_length", uses=length.uses, weight=9.0)(mine)
    assert not get_term("my_length").builtin
    assert "my_length" not in {term.name for term in PersonaChatEnv().terms}
    assert get_term(length.function) is length


RELOADED = """
import importlib
import gymnasium as gym
import persona_env
gym.make("PersonaChat-v0")
import persona_env.rewards.terms.avoid as module
before = persona_env.registered_terms()["avoid"]
importlib.reload(module)
after = persona_env.registered_terms()["avoid"]
assert after is not before and after.builtin
assert "avoid" in {term.name for term in gym.make("PersonaChat-v0").unwrapped.terms}
"""


def test_a_module_of_the_library_may_be_loaded_again():
    subprocess.run([sys.executable, "-c", RELOADED], check=True)


def test_a_cell_may_be_run_again_and_environments_keep_their_terms():
    user = UserProfile(id="ana", weights={"calm": 2.0}, context={"languages": ["en"]})
    made = []
    for value in (0.25, 0.75):

        @reward_term
        def calm(view, value=value):
            return value

        made.append(PersonaChatEnv(profiles=[user]))
    worth = [env.score("Yes.", CASE[0], user).terms["calm"] for env in made]
    assert worth == [0.25, 0.75]


def test_terms_of_two_modules_do_not_shadow_each_other():
    def gentle(view):
        return 1.0

    reward_term(gentle)
    theirs = written_in("another_project.terms", gentle)
    with pytest.raises(RewardError, match=rf"'gentle' of {__name__!r} already"):
        reward_term(theirs)
    assert get_term(gentle).function is gentle
    reward_term(name="their_gentle")(theirs)
    same_file = written_in("__mp_main__", gentle, gentle.__code__.co_filename)
    reward_term(same_file)  # the same file, imported under another name
    assert get_term(same_file).name == "gentle"


def test_what_was_replaced_is_an_error_that_says_so():
    first, second = Counter(1), Counter(2)
    reward_term(first)
    reward_term(second)
    with pytest.raises(RewardError, match="another one has its name since"):
        score(first)
    assert score(second).terms == {"Counter": 0.0}


def test_an_environment_of_ones_own_need_not_be_a_package(monkeypatch):
    module = types.ModuleType("lonely_module")
    module.LonelyEnv = PersonaChatEnv
    monkeypatch.setitem(sys.modules, "lonely_module", module)
    monkeypatch.setitem(ENVIRONMENTS, "Lonely-v0", "lonely_module:LonelyEnv")
    load_builtin.cache_clear()
    assert "length" in registered_terms()
    assert register_env is not None


# --- terms= and gates= --------------------------------------------------------------------------


def chosen(make=PersonaChatEnv, **options):
    return [t.name for t in make(**options).terms]


def kinds(gate, make=PersonaChatEnv):
    return [t.name for t in make().terms if t.gate is gate]


def test_terms_and_gates_may_be_one_name_or_one_callable():
    assert chosen(terms="tone", gates="factuality") == ["factuality", "tone"]
    reward_term(shorter_than)
    assert chosen(terms=shorter_than, gates=[]) == ["shorter_than"]
    judge = reward_term(Counter(), gate=True)
    assert chosen(terms=[], gates=judge) == ["Counter"]


def test_a_term_named_twice_counts_once():
    reward_term(shorter_than)
    twice = chosen(terms=["shorter_than", shorter_than, "tone", "tone"], gates=["safety"] * 2)
    assert twice == ["safety", "shorter_than", "tone"]


def test_terms_leave_the_gates_as_they_are_and_gates_the_terms():
    gates, terms = kinds(True), kinds(False)
    assert chosen(terms=["tone"]) == [*gates, "tone"]
    assert chosen(terms=[]) == gates
    assert chosen(gates=["safety"]) == ["safety", *terms]
    assert chosen(gates=[]) == terms
    assert chosen(terms=[], gates=[]) == []
    assert PersonaChatEnv(terms=[], gates=[]).score("No.", *CASE).reward == 1.0


def test_what_users_weigh_joins_the_kind_that_is_not_named():
    reward_term(shorter_than)
    user = load_profile("sam").weigh(shorter_than=2.0)
    assert "shorter_than" in chosen(profiles=[user], gates=["safety"])
    assert "shorter_than" not in chosen(profiles=[user], terms=["tone"])


def test_an_environment_keeps_its_own_gates_where_terms_are_named():
    gates = kinds(True, partial(PersonaCalibrationEnv, register="tiny"))
    assert chosen(PersonaCalibrationEnv, terms=["tone"], register="tiny") == [*gates, "tone"]
    assert "calibration" in gates
    assert "factuality" not in gates  # which it replaces


def test_in_a_mixture_what_is_named_is_for_all_and_the_rest_is_by_default():
    mixed = {"behaviours": {"PersonaChat-v0": 1, "PersonaCalibration-v0": 1}}
    mixed["register"] = "tiny"
    env = PersonaChatEnv(terms=["confidence"], **mixed)
    gates = {t.name: t for t in env.terms if t.gate}
    assert [t.name for t in env.terms if not t.gate] == ["confidence"]
    assert env.terms[-1].is_for("calibration")  # though that environment replaces it
    assert not gates["factuality"].is_for("calibration")
    assert gates["calibration"].is_for("calibration")
    assert not gates["calibration"].is_for("fact")
    assert "calibration" not in chosen(gates=["factuality"], **mixed)


@pytest.mark.parametrize("make", [PersonaChatEnv, partial(gym.make, "PersonaChat-v0"), many])
def test_a_gate_in_terms_and_a_term_in_gates_are_refused(make):
    with pytest.raises(PersonaEnvError, match=r"'factuality', which is a gate: give it in gates="):
        make(terms=["tone", "factuality"])
    with pytest.raises(PersonaEnvError, match=r"gates= names 'tone', which is a term: .* terms="):
        make(gates="tone")


def test_what_the_natural_register_alone_has_is_named_like_all_others():
    gates = kinds(True)
    assert {"stands", "substance", "factuality"} <= {*gates}
    kept = [name for name in gates if name != "factuality"]
    assert chosen(gates=kept) == [*kept, *kinds(False)]
    assert chosen(gates="stands", terms="piece") == ["stands", "piece"]
    env = PersonaChatEnv(gates=["stands", "substance"], terms=[])
    assert env.score("", *CASE).gates["stands"] == 0.0
    assert env.score("", *CASE).reward == 0.0
    assert "piece" in chosen(profiles=[load_profile("sam").weigh(piece=2.0)])
    with pytest.raises(PersonaEnvError, match=r"gates= names 'piece', which is a term"):
        PersonaChatEnv(gates="piece")
    with pytest.raises(UnknownNameError, match="Did you mean 'stands'"):
        PersonaChatEnv(gates="stnads")


@pytest.mark.parametrize(("option", "name"), [("gates", "stands"), ("terms", "piece")])
def test_the_tiny_register_refuses_what_judges_natural_replies_alone(option, name):
    with pytest.raises(PersonaEnvError, match=f"{option}= names '{name}', which judges natural"):
        PersonaChatEnv(register="tiny", **{option: name})
    user = load_profile("sam").weigh(piece=2.0)
    assert "piece" not in chosen(profiles=[user], register="tiny")


@pytest.mark.parametrize("gates", [3, [3], [None], [["safety"]], {"safety"}])
def test_gates_that_are_none(gates):
    with pytest.raises(PersonaEnvError, match=r"gates= takes a list|what was registered, not as"):
        PersonaChatEnv(gates=gates)
    with pytest.raises(UnknownNameError, match="Did you mean 'safety'"):
        PersonaChatEnv(gates="saftey")


def test_a_vector_environment_takes_gates_as_a_single_one():
    envs = gym.make_vec("PersonaChatTokens-v0", num_envs=2, terms=["tone"], gates=["safety"])
    assert [t.name for t in envs.get_attr("terms")[0]] == ["safety", "tone"]


@pytest.mark.parametrize("terms", [3, [3], [None], [["tone"]]])
def test_terms_that_are_none(terms):
    with pytest.raises(PersonaEnvError, match=r"terms= takes a list|what was registered, not as"):
        PersonaChatEnv(terms=terms)
    with pytest.raises(UnknownNameError, match="Did you mean 'factuality'"):
        PersonaChatEnv(terms="factualty")


# --- weights and fields -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "bad", [math.nan, math.inf, -math.inf, -1.0, -0.001, np.float32("nan"), [1.0], "1", "lenght"]
)
def test_a_weight_that_is_none_is_refused(bad):
    with pytest.raises(RewardError, match="weight"):
        reward_term(weight=bad)(shorter_than)
    assert "shorter_than" not in registered_terms()


def test_the_nearest_preference_is_named():
    with pytest.raises(RewardError, match="Did you mean 'length'"):
        reward_term(weight="lenght")(shorter_than)


@pytest.mark.parametrize(
    ("weight", "expected"), [(0, 0.0), (2, 2.0), (np.float32(0.5), 0.5), (torch.tensor(3), 3.0)]
)
def test_a_weight_may_be_any_number(weight, expected):
    reward_term(weight=weight)(shorter_than)
    assert get_term("shorter_than").weight == expected
    assert type(get_term("shorter_than").weight) is float


@pytest.mark.parametrize("bad", [math.nan, math.inf, -1.0, 11.0, "much"])
def test_a_weight_of_a_profile_is_checked(bad):
    with pytest.raises(PersonaEnvError, match=r"sam.*weights\.length"):
        load_profile("sam").weigh(length=bad)


def test_a_gate_has_no_weight():
    with pytest.raises(RewardError, match="a gate multiplies the reward and has no weight"):
        reward_term(gate=True, weight=2.0)(shorter_than)


def test_uses_may_be_one_field():
    reward_term(uses="preferences.length")(shorter_than)
    assert get_term("shorter_than").uses == ("preferences.length",)
    assert get_term("shorter_than").weight == "length"


@pytest.mark.parametrize("uses", ["preferences.lenght", ("length",), ("p",), (3,), ("id",)])
def test_a_field_that_is_none_is_refused(uses):
    with pytest.raises(RewardError, match="unknown profile field"):
        reward_term(uses=uses)(shorter_than)


# --- what a term returns ------------------------------------------------------------------------


def says(value):
    reward_term(name="says")(lambda view: value)
    return score("says").terms["says"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0.5, 0.5),
        (True, 1.0),
        (0, 0.0),
        (np.float64(0.5), 0.5),
        (np.float32(0.5), 0.5),
        (np.float16(0.5), 0.5),
        (np.longdouble(0.5), 0.5),
        (np.int64(1), 1.0),
        (np.bool_(True), 1.0),
        (np.array(0.5), 0.5),
        (torch.tensor(0.5), 0.5),
        (torch.tensor(0.5, dtype=torch.bfloat16, requires_grad=True), 0.5),
        (torch.tensor(True), 1.0),
        (Decimal("0.5"), 0.5),
        (Fraction(1, 2), 0.5),
        (Score(np.float32(0.5)), 0.5),
        (Score(torch.tensor(1)), 1.0),
    ],
    ids=lambda value: f"{type(value).__module__}.{type(value).__name__}",
)
def test_a_number_of_any_library_is_a_score(value, expected):
    found = says(value)
    assert found == expected
    assert type(found) is float


@pytest.mark.parametrize(
    "value",
    [
        np.array([0.5, 0.5]), np.array([0.5]), torch.tensor([0.5]), np.array("0.5"),
        np.str_("0.5"), "0.5", b"1", [0.5], (0.5,), {"score": 0.5}, 1j, np.complex64(0.5), object(),
        math.nan, np.float32("nan"), torch.tensor(math.nan), -0.1, 1.5, -1, 2, np.int64(2),
    ],
    ids=lambda value: "an object" if type(value) is object else repr(value),
)  # fmt: skip
def test_what_is_no_score_is_an_error_that_names_the_term(value):
    with pytest.raises(PersonaEnvError, match="reward term 'says'"):
        says(value)


@pytest.mark.parametrize("value", ["0.5", [0.5], np.array([0.5, 0.5]), None, math.nan, -0.1, 1.1])
def test_a_score_of_no_number_is_refused(value):
    with pytest.raises(ScoreRangeError, match=r"\[0, 1\]"):
        Score(value)


def test_no_array_library_is_imported_for_a_number(tmp_path):
    code = (
        "import sys; from persona_env.rewards.numeric import number_of; before = set(sys.modules);"
        "assert number_of(0.5) == 0.5 and number_of('x') is None;"
        "assert set(sys.modules) == before and 'torch' not in before"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=tmp_path)


def test_a_forgotten_await_is_an_error_and_no_warning():
    async def later():
        return 1.0

    with pytest.raises(RewardError, match="register an 'async def'"):
        says_awaitable(later)


def says_awaitable(later):
    reward_term(name="says")(lambda view: later())
    return score("says")


def test_a_term_that_changes_its_view_is_an_error():
    @reward_term(uses="secrets")
    def rewrites(view: TermView):
        view.reply = "Better."
        return 1.0

    @reward_term(uses="secrets")
    def pockets(view: TermView):
        view.field("secrets").clear()
        return 1.0

    for term, message in ((rewrites, "a view cannot be changed"), (pockets, "clear")):
        with pytest.raises(RewardError, match=f"'{term.__name__}' failed .*{message}"):
            score(term)


# --- ranges -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "fine", "bad", "shown"),
    [
        ({"value_range": (0.4, 1)}, (0.4, 1 - 0.2 * 3, 1.0, np.float32(0.4)), (0.3, 0), "[0.4, 1]"),
        ({"value_range": [0, 0.5]}, (0, 0.5), (0.51, 1), "[0, 0.5]"),
        ({"values": (0, 1 / 3, 1)}, (0, 1 / 3, 1, np.float32(1 / 3)), (0.33, 0.5), "{0, 1/3, 1}"),
        ({"values": (1, 0.5)}, (0.5, 1), (0, 0.75), "{0.5, 1}"),
        ({"values": (1,)}, (1, None), (0.5,), "{1}"),
        ({}, (0, 0.123, 1), (), "[0, 1]"),
    ],
)  # fmt: skip
def test_a_score_outside_the_stated_range_is_an_error(options, fine, bad, shown):
    given = []
    reward_term(name="stated", **options)(lambda view: given[-1])
    assert get_term("stated").range == shown
    for value in fine:
        given.append(value)
        expected = {} if value is None else {"stated": pytest.approx(value)}
        assert score("stated").terms == expected
    for value in bad:
        for form in (value, Score(value)):
            given.append(form)
            with pytest.raises(ScoreRangeError) as raised:
                score("stated")
            assert f"reward term 'stated': a score must lie in {shown}" in str(raised.value)


@pytest.mark.parametrize(
    "options",
    [
        {"value_range": (1, 0)}, {"value_range": (0, 2)}, {"value_range": (-1, 1)},
        {"value_range": (0, 0.5, 1)}, {"value_range": (0.5,)}, {"value_range": (0, math.nan)},
        {"value_range": ("0", "1")}, {"values": (0, 2)}, {"values": (math.nan,)},
        {"values": ("a",)}, {"values": (0, 1), "value_range": (0, 0.5)},
    ],
    ids=str,
)  # fmt: skip
def test_a_range_that_is_none_is_refused(options):
    with pytest.raises(RewardError, match=r"value_range|values"):
        reward_term(**options)(shorter_than)


def test_facts_are_data():
    reward_term(value_range=(0.2, 1), validity="exact", gate=True)(shorter_than)
    term = get_term("shorter_than")
    assert (term.value_range, term.values, term.validity) == ((0.2, 1.0), (), "exact")
    reward_term(values=(1, 0))(local())
    plain = get_term("inside")
    assert (plain.value_range, plain.values, plain.validity) == (
        (0.0, 1.0),
        (0.0, 1.0),
        "not stated",
    )


def test_a_term_without_reasons_is_told_by_its_range_and_docstring():
    def shouting(view: TermView) -> Score:
        """1 without exclamation marks, 0.5 with ``!``. What it is for stands elsewhere."""
        return Score(0.5 if "!" in view.reply else 1.0)

    term = reward_term(values=(0.5, 1.0))(shouting)
    env = gym.make(
        "PersonaChat-v0", profiles=["sam"], scenarios=["fluffy-rice"], terms=[term], gates=[]
    ).unwrapped
    verdict = env.score("Rinse it!", "fluffy-rice", "sam")
    assert str(verdict).splitlines()[1] == (
        "  term shouting 0.50: of {0.5, 1}; 1 without exclamation marks, 0.5 with ! (weight 1)"
    )
    assert "of {0.5, 1}; 1 without" in verdict._repr_html_()
    REGISTRY.pop("shouting")
    assert "no reason is given" in str(verdict)
