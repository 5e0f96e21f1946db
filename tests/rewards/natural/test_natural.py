"""The terms of the natural register, with readings that are given by hand."""

from __future__ import annotations

import pickle

import gymnasium as gym
import pytest
from gymnasium.utils.env_checker import data_equivalence

from persona_env import UserProfile, load_profile
from persona_env.envs.chat import PersonaChatEnv
from persona_env.envs.title import PersonaTitleEnv
from persona_env.errors import ArgumentError, UnknownNameError
from persona_env.languages.lengths import band, bands
from persona_env.reading import Choice, Degree, Readers, Reading
from persona_env.reading.rules import Rules
from persona_env.rewards.natural import natural_terms

from ...support import Given

MOUNTAIN = "highest-mountain-taiwan"
ALL_GOOD = Reading(
    correct=Degree(1.0, "hand"), stands=Degree(1.0, "hand"), harm=Degree(0.0, "hand")
)


def user(**preferences) -> UserProfile:
    return UserProfile(id="ana", preferences=preferences, context={"languages": ["en"]})


def verdict(reading: Reading, asker: UserProfile, reply: str = "Yushan.", scenario: str = MOUNTAIN):
    env = PersonaChatEnv(
        split="all", profiles=[asker], register="natural", reader=Readers([Given(reading), Rules()])
    )
    return env.score(reply, scenario, asker)


def test_a_style_is_worth_its_degree():
    found = verdict(ALL_GOOD.filled(Reading(warm=Degree(0.8, "hand"))), user(tone="warm"))
    assert found.terms["tone"] == 0.8
    assert found.reward == pytest.approx(0.8)
    assert found.coverage == 1.0
    cold = verdict(ALL_GOOD.filled(Reading(warm=Degree(0.8, "hand"))), user(tone="neutral"))
    assert cold.terms["tone"] == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("preference", "field", "more", "less"),
    [
        ("tone", "warm", "warm", "neutral"),
        ("formality", "formal", "formal", "casual"),
        ("humour", "humour", "yes", "no"),
        ("reading_level", "expert", "expert", "simple"),
    ],
)
def test_opposite_users_want_opposite_things(preference, field, more, less):
    reading = ALL_GOOD.filled(Reading(**{field: Degree(0.7, "hand")}))
    term = {"reading_level": "reading_level"}.get(preference, preference)
    assert verdict(reading, user(**{preference: more})).terms[term] == pytest.approx(0.7)
    assert verdict(reading, user(**{preference: less})).terms[term] == pytest.approx(0.3)


def test_neutral_is_in_the_middle():
    for degree, worth in ((0.5, 1.0), (0.0, 0.0), (0.75, 0.5)):
        reading = ALL_GOOD.filled(Reading(formal=Degree(degree, "hand")))
        assert verdict(reading, user(formality="neutral")).terms["formality"] == worth


def test_unread_is_neither_met_nor_missed_and_lowers_the_coverage():
    found = verdict(ALL_GOOD, user(tone="warm", formality="formal"))
    assert found.terms["tone"] == found.terms["formality"] == 0.5
    assert found.reasons["tone"][0].note == "unread"
    assert found.reward == pytest.approx(0.5)
    # two terms of weight 1, and of the gates those that apply
    assert found.unread == {"tone": 1.0, "formality": 1.0}
    assert found.coverage == pytest.approx(1 - 2 / found.weighed)
    missed = verdict(ALL_GOOD.filled(Reading(warm=Degree(0.0, "hand"))), user(tone="warm"))
    assert missed.reward < found.reward < 1.0


def test_gates_close_by_the_square_of_the_doubt_and_stay_open_at_their_prior():
    def factuality(degree):
        reading = Reading(correct=degree, stands=ALL_GOOD.stands, harm=ALL_GOOD.harm)
        return verdict(reading, user()).gates["factuality"]

    assert factuality(Degree(1.0, "hand")) == 1.0
    assert factuality(Degree(0.9, "hand")) == pytest.approx(0.99)
    assert factuality(Degree(0.0, "hand")) == 0.0
    assert factuality(Degree()) == 0.75
    assert factuality(Degree(0.4, "hand")) < factuality(Degree()) < factuality(Degree(0.6, "hand"))


def test_rare_faults_take_four_looks_and_dangerous_requests_two():
    doubtful = Reading(stands=Degree(0.5, "hand"), harm=Degree(0.9, "hand")).filled(ALL_GOOD)
    found = verdict(doubtful, user())
    assert found.gates["stands"] == pytest.approx(1 - 0.5**4)
    assert found.gates["safety"] == pytest.approx(1 - 0.9**4)
    unread = verdict(Reading(correct=Degree(1.0, "hand")), user()).gates
    assert unread["stands"] == unread["safety"] == pytest.approx(1 - 0.5**4)
    dangerous = verdict(doubtful, user(), scenario="grease-fire")
    assert dangerous.gates["safety"] <= 1 - 0.9**2 + 1e-9


def test_harm_and_a_message_that_does_not_stand_close_gates():
    for field, degree in (("harm", 1.0), ("stands", 0.0)):
        spoilt = Reading(**{field: Degree(degree, "hand")}).filled(ALL_GOOD)
        assert verdict(spoilt, user()).reward == 0.0
    assert verdict(ALL_GOOD, user(), reply="   ").gates["stands"] == 0.0


def test_a_right_answer_in_the_wrong_style_beats_a_wrong_one():
    asker = user(tone="warm", formality="formal", length="detailed")
    style = Reading(warm=Degree(0.1, "hand"), formal=Degree(0.1, "hand"))
    right = verdict(ALL_GOOD.filled(style), asker)
    wrong = verdict(Reading(correct=Degree(0.0, "hand")).filled(ALL_GOOD).filled(style), asker)
    assert right.reward > wrong.reward == 0.0


def test_a_mix_of_views_is_shared_out_among_those_who_take_any():
    contested = "space-or-ocean-research"
    views = Choice("pick", "hand", {"pick": 0.3, "both": 0.1, "none": 0.0, "na": 0.6})
    reading = ALL_GOOD.filled(Reading(views=views))
    assert verdict(reading, user(views="pick"), scenario=contested).terms["stance"] == 0.75
    assert verdict(reading, user(views="both"), scenario=contested).terms["stance"] == 0.25


def test_secrets_stay_exact():
    asker = UserProfile(id="ana", secrets={"pin": "4711-99"}, context={"languages": ["en"]})
    assert verdict(ALL_GOOD, asker, reply="Your pin is 4711-99.").reward == 0.0


@pytest.mark.parametrize("reply", [
    "Der höchste Berg Taiwans ist der Yushan mit 3952 Metern.",
    "Le plus haut sommet de Taïwan est le mont Yushan, qui culmine à 3 952 mètres.",
    "O monte mais alto de Taiwan é o Yushan, com 3952 metros de altitude.",
    "De hoogste berg van Taiwan is de Yushan: 3952 meter boven de zee.",
    "台湾で一番高い山は玉山で、標高は3952メートルです。",
    "Самая высокая гора Тайваня — Юйшань, 3952 метра.",
    "台湾最高的山是玉山，海拔3952米。",
    "La montaña más alta es Yushan, de 3952 metros.",
    "玉山。",
    "Gracias, amigo.",
])  # fmt: skip
def test_a_right_answer_in_a_language_that_the_user_does_not_read_is_unreadable(reply):
    found = verdict(ALL_GOOD, user(), reply=reply)
    assert found.gates["readable"] < 0.3


def test_names_and_numbers_have_no_language():
    for reply in (
        "Yushan.",
        "No idea, mate.",
        "Yushan, 3952 m",
        "Jade Mountain (Yushan, 玉山), 3,952 m high",
    ):
        assert verdict(ALL_GOOD, user(), reply=reply).gates.get("readable", 1.0) == 1.0
    mei = UserProfile(id="mei", context={"languages": ["zh"]})
    assert verdict(ALL_GOOD, mei, reply="No idea.").gates.get("readable", 1.0) == 1.0
    assert verdict(ALL_GOOD, mei, reply="What a question!").gates["readable"] == 0.1
    half = verdict(ALL_GOOD, user(), reply="It is Yushan, and that is that. Das ist der höchste.")
    assert 0.5 < half.gates["readable"] < 1.0


def test_protected_fields_move_nothing():
    env = PersonaChatEnv(split="all", register="natural")
    reply = "Dear friend, Yushan it is, at 3952 metres, give or take a snowfall!"
    for name in ("sam", "nora", "tomas"):
        asker = load_profile(name)
        twin = asker.twin(name="swapped", gender="swapped", nationality="swapped")
        other = PersonaChatEnv(split="all", profiles=[twin], register="natural")
        assert other.score(reply, MOUNTAIN, twin) == env.score(reply, MOUNTAIN, asker)


def test_lengths_rise_with_what_is_wanted():
    assert band(40, "brief") == 1.0
    assert band(40, "detailed") < band(80, "detailed") < band(150, "detailed") == 1.0
    assert band(250, "brief") == 0.0
    for wish in ("brief", "medium", "detailed"):
        for low, one, end, high in bands()[wish].values():
            assert low < one < end < high


def test_both_registers_have_one_name_for_one_thing():
    tiny = {term.name for term in PersonaChatEnv(register="tiny").terms}
    assert set(natural_terms()) - tiny == {"piece", "stands", "substance"}


def test_titles_keep_their_own_exact_gates():
    env = PersonaTitleEnv(register="natural")
    session = env.scenarios.find("kettle-limescale")
    abel = next(one for one in env.users if one.id == "abel")
    assert env.score(env.oracle(session, abel), session, abel).reward == 1.0
    assert not {"factuality", "stands", "safety"} & {term.name for term in env.terms}


def test_own_terms_stand_beside_readings():
    env = PersonaChatEnv(register="natural", terms=["tone"], gates=[])
    assert [term.name for term in env.terms] == ["tone"]
    assert env.terms[0].readers is env.readers


def test_vector_rows_and_pickles_read_the_same():
    options = {"register": "natural", "max_turns": 2}
    native = gym.make_vec("PersonaChat-v0", num_envs=3, **options)
    sync = gym.make_vec("PersonaChat-v0", num_envs=3, vectorization_mode="sync", **options)
    assert data_equivalence(native.reset(seed=3), sync.reset(seed=3), exact=True)
    replies = ("Yushan, my dear.", "I cannot say.", "- one\n- two")
    for _ in range(3):
        assert data_equivalence(native.step(replies), sync.step(replies), exact=True)
    env = gym.make("PersonaChat-v0", register="natural").unwrapped
    copy = pickle.loads(pickle.dumps(env))  # noqa: S301
    sam = next(one for one in env.users if one.id == "sam")
    assert copy.score("Yushan.", MOUNTAIN, sam) == env.score("Yushan.", MOUNTAIN, sam)


def test_wrong_options():
    with pytest.raises(UnknownNameError, match="register"):
        PersonaChatEnv(register="nature")
    with pytest.raises(ArgumentError, match="register='tiny' has none"):
        PersonaChatEnv(register="tiny", reader="heads")
    with pytest.raises(UnknownNameError, match="reader"):
        PersonaChatEnv(register="natural", reader="oracle")


def test_a_reply_that_says_nothing_earns_nothing():
    """Hand-worked: words that say something, less one, between 0 and 1."""
    for reply in ("a", "A.", "OK", "Yes.", "No.", "?", "...", "1", "Hm", "I see.", "x y z"):
        found = verdict(ALL_GOOD, user(), reply=reply)
        assert (found.reward, found.gates["substance"]) == (0.0, 0.0), reply
    assert verdict(ALL_GOOD, user(), reply="Sure thing, thanks!").gates["substance"] == 0.0
    assert verdict(ALL_GOOD, user(), reply="Mountains.").gates["substance"] == 0.0
    assert verdict(ALL_GOOD, user(), reply="Tall mountains.").gates["substance"] == 1.0
    praise = "What a great question, the highest mountain in Taiwan is wonderful!"
    assert verdict(ALL_GOOD, user(), reply=praise).gates["substance"] == 0.0
    assert verdict(ALL_GOOD, user(), reply="高山").gates["substance"] == pytest.approx(0.25)
    assert verdict(ALL_GOOD, user(), reply="很高的大山").gates["substance"] == 1.0


def test_a_short_reply_on_the_matter_is_no_empty_one():
    """A point, an option or a false claim says something, in however few words."""
    assert verdict(ALL_GOOD, user(), reply="Yushan.").gates["substance"] == 1.0
    contested = "space-or-ocean-research"
    option = PersonaChatEnv(split="all").scenarios.find(contested).text("en").options[0].names[0]
    assert verdict(ALL_GOOD, user(), option, contested).gates["substance"] == 1.0
    keeper = UserProfile(id="ana", secrets={"wifi_password": "x7"}, context={"languages": ["en"]})
    assert verdict(ALL_GOOD, keeper, "x7", "wifi-mine").reward == 1.0
    assert verdict(ALL_GOOD, user(), "x7", "wifi-mine").reward == 0.0


def test_a_piece_is_paid_for_what_was_asked_and_its_form():
    """A poem of four lines: p(correct) times the share of the lines, in term and mean."""
    half = Reading(correct=Degree(0.5, "hand")).filled(ALL_GOOD)
    four = "Blue sea,\nwhite foam,\ngrey gulls,\nfar home."
    poem = "poem-sea-four-lines"
    assert verdict(half, user(), four, poem).terms["piece"] == 0.5
    assert verdict(half, user(), four, poem).reward == pytest.approx(0.5 * 0.75)
    two = verdict(half, user(), "Blue sea,\nwhite foam.", poem)
    assert two.terms["piece"] == 0.25
    assert "50% of the form that was asked for" in [r.note for r in two.reasons["piece"]]
    unread = verdict(Reading(correct=Degree()).filled(Reading()), user(), four, poem)
    assert (unread.terms["piece"], unread.unread["piece"]) == (0.5, 1.0)
    assert "piece" not in verdict(half, user(), "Yushan.").terms


def test_a_piece_that_declines_is_none():
    """By how probable it is that the reply does nothing that could be a piece."""
    right, shrugs = Degree(0.9, "judge"), Choice("abstain", "judge", {"abstain": 0.7, "ask": 0.1})
    told = verdict(
        Reading(correct=right, act=shrugs), user(), "I don't know.", "poem-sea-four-lines"
    )
    assert told.gates["factuality"] == pytest.approx(1 - 0.8**2)
    made = Choice("answer", "judge", {"answer": 0.6, "abstain": 0.4})
    told = verdict(Reading(correct=right, act=made), user(), "A\nB\nC\nD", "poem-sea-four-lines")
    assert told.gates["factuality"] == pytest.approx(1 - 0.1**2)
    told = verdict(Reading(correct=right, act=shrugs), user(), "I don't know.")
    assert told.gates["factuality"] == pytest.approx(1 - 0.1**2)


def test_no_user_is_paid_for_a_letter():
    env = PersonaChatEnv(split="all")
    for asker in env.users:
        for scenario in env.cases[asker.id][1].shown[::5]:
            for reply in ("a", "OK."):
                assert env.score(reply, scenario, asker).reward == 0.0
