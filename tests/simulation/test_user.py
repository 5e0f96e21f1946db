"""What an environment makes of a user simulator: the default, whatever is given, and errors."""

from __future__ import annotations

import pickle

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env

from persona_env import TermView, load_scenarios, reward_term
from persona_env.auditor import check_persona_env
from persona_env.envs.chat.env import PersonaChatEnv
from persona_env.errors import ArgumentError, MessagesError, PersonaEnvError, SimulatorError
from persona_env.rewards.exchange import Exchange, Turn
from persona_env.simulation.complaints import ComplainingUser, complaint
from persona_env.simulation.rules import RuleBasedUser
from persona_env.simulation.user import UserCase, Utterance
from persona_env.users.profile import Extension
from persona_env.vector import PersonaVectorEnv
from persona_env.wrappers import TokenActions

from ..support import tiny_codec
from .talks import LONG, SHORT, person, talking

HEARD: list[tuple[str, str, int]] = []


@reward_term
def overheard(view: TermView) -> float:
    """Notes what a term is told of the conversation."""
    HEARD.append((view.prompt, view.question, len(view.transcript)))
    return 0.5


@reward_term
def yeses(view: TermView) -> float:
    """The share of ten yeses."""
    return min(1.0, view.reply.count("yes") / 10)


class Says:
    """Says one thing after another, by the number of replies."""

    def __init__(self, *things):
        self.things = things

    def reply(self, case, turns, verdict, rng):
        rng.random()
        thing = self.things[len(turns) // 2 - 1]
        if isinstance(thing, Exception):
            raise thing
        return thing(case) if callable(thing) else thing


class Flaky(RuleBasedUser):
    """A rule-based user behind a line that breaks."""

    down = False

    def reply(self, case, turns, verdict, rng):
        said = RuleBasedUser.reply(self, case, turns, verdict, rng)
        if Flaky.down:
            raise ConnectionError("the line is down")
        return said


class NeedsMore:
    def __init__(self, more):
        self.more = more

    def reply(self, case, turns, verdict, rng):
        return None


def scripted(*things, **options):
    given = {"max_turns": 4, "split": "all", "terms": ["yeses"], "gates": [], **options}
    return PersonaChatEnv(register="tiny", profiles=["sam"], user_simulator=Says(*things), **given)


# --- the default, and what is accepted ----------------------------------------------------------


def test_the_default_is_one_complaint_from_the_generator_of_the_environment():
    env = PersonaChatEnv(register="tiny", max_turns=3, split="all")
    assert type(env.user_simulator) is ComplainingUser
    for seed in range(30):
        env.reset(seed=seed)
        rng = np.random.Generator(np.random.PCG64())
        rng.bit_generator.state = env.np_random.bit_generator.state
        language, user = env.language, env.user
        case = UserCase(env.scenario, user, language, register="tiny")
        verdict = env.score("Hm. Too bad.", env.scenario, user)
        observation, *_ = env.step("Hm. Too bad.")
        assert observation["prompt"] == complaint(verdict, case, language, rng)
        assert rng.bit_generator.state == env.np_random.bit_generator.state


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        (None, ComplainingUser),
        ("complaints", ComplainingUser),
        ("rule_based", RuleBasedUser),
        ("persona_env.simulation.rules:RuleBasedUser", RuleBasedUser),
        (RuleBasedUser(patience=1), RuleBasedUser),
        (Says("More."), Says),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_simulators_that_are_accepted(given, kind):
    env = gym.make("PersonaChat-v0", register="tiny", max_turns=2, user_simulator=given)
    assert type(env.unwrapped.user_simulator) is kind


@pytest.mark.parametrize(
    ("given", "match"),
    [
        ("rule_base", "Did you mean 'rule_based'.*complaints.*module:Class"),
        ("no.such.module:User", "no.such.module:User.*cannot be made.*No module named"),
        ("persona_env.simulation.rules:NoSuch", "cannot be made.*NoSuch"),
        (f"{__name__}:NeedsMore", "cannot be made.*more"),
        ("persona_env.simulation.rules:LANGUAGES", "cannot be made"),
        (RuleBasedUser, "is the class RuleBasedUser: give an instance"),
        (7, "of type int, which has no method 'reply'"),
        (lambda *args: "More.", "of type function, which has no method 'reply'"),
    ],
)
def test_simulators_that_are_none(given, match):
    with pytest.raises(SimulatorError, match=match) as caught:
        PersonaChatEnv(register="tiny", user_simulator=given)
    assert isinstance(caught.value, PersonaEnvError)


@pytest.mark.parametrize(
    ("turns", "topics", "match"),
    [
        (1, 2, "at most max_turns=1, not 2"),
        (3, 4, "at most max_turns=3, not 4"),
        (3, 0, "at least 1"),
        (3, 1.5, "whole number"),
        (3, True, "whole number"),
    ],
)
def test_a_topic_takes_a_turn(turns, topics, match):
    with pytest.raises(ArgumentError, match=rf"max_topics must be .*{match}"):
        PersonaChatEnv(register="tiny", max_turns=turns, max_topics=topics)


def test_an_environment_with_a_simulator_holds_what_every_one_has_to():
    options = {"split": "all", "max_turns": 3, "max_topics": 2, "user_simulator": "rule_based"}
    names = {
        check.name
        for check in check_persona_env(PersonaChatEnv(register="tiny", **options), cases=36)
    }
    assert {"same seed", "other processes", "rows of a vector"} <= names


def test_spec_and_environment_are_pickled():
    env = gym.make(
        "PersonaChat-v0", register="tiny", max_turns=3, user_simulator=RuleBasedUser(patience=1)
    )
    again = gym.make(pickle.loads(pickle.dumps(env.spec)))  # noqa: S301
    assert again.unwrapped.user_simulator == RuleBasedUser(patience=1)
    check_env(env.unwrapped, skip_render_check=True)


# --- what follows from what is said ---------------------------------------------------------------


def test_who_leaves_without_a_word_ends_the_episode():
    env = scripted("More.", None)
    env.reset(seed=0)
    observation, reward, terminated, truncated, info = env.step("yes")
    assert (observation["prompt"], reward, terminated) == ("More.", 0.1, False)
    assert "ended" not in info
    observation, reward, terminated, truncated, info = env.step("yes yes yes")
    assert (observation["prompt"], terminated, truncated) == ("", True, False)
    assert reward == pytest.approx(0.2)
    assert info["ended"] == "left"
    env.reset(seed=0)
    assert env.step("yes")[4].get("ended") is None
    assert env.step("yes " * 9)[4]["ended"] == "content"


def test_last_words_are_seen():
    env = scripted(Utterance("Thanks.", leaves="content"))
    env.reset(seed=0)
    observation, _, terminated, _, info = env.step("yes")
    assert (observation["prompt"], terminated, info["ended"]) == ("Thanks.", True, "content")
    assert observation["transcript"].endswith("assistant: yes")


def test_the_limit_comes_first():
    env = scripted("More.", "More.", max_turns=2)
    env.reset(seed=0)
    env.step("yes")
    observation, _, terminated, _, info = env.step("yes")
    assert (observation["prompt"], terminated, info["ended"]) == ("", True, "limit")


def test_one_turn_tells_nothing_of_an_end():
    env = PersonaChatEnv(register="tiny")
    env.reset(seed=0)
    assert "ended" not in env.step("No.")[4]


def test_a_term_is_told_what_was_said_last_and_what_was_asked():
    HEARD.clear()
    env = scripted("And why?", "Go on.", terms=["overheard"], max_turns=3)
    observation, _ = env.reset(seed=0)
    question = observation["prompt"]
    for reply in ("Hm.", "So.", "Yes."):
        env.step(reply)
    assert [(question, question, 0), ("And why?", question, 3), ("Go on.", question, 5)] == HEARD


def test_an_exchange_knows_both():
    env = PersonaChatEnv(register="tiny")
    scenario, user = env.scenarios[0], env.users[0]
    text = scenario.text("en").prompt
    first = Exchange(scenario, user, "So.", "en")
    assert first.prompt == first.question == text
    said = (Turn("user", text), Turn("assistant", "So."), Turn("user", "Why?"))
    later = first._replace(transcript=said)
    assert (later.prompt, later.question) == ("Why?", text)


def test_each_topic_pays_its_last_reply():
    def other(case):
        return Utterance("Now this.", scenario=case.topics[3])

    env = scripted("More.", other, "More.", max_turns=4, max_topics=2)
    env.reset(seed=0)
    paid = []
    for count in (2, 6, 8, 4):
        _, reward, over, _, info = env.step("yes " * count)
        paid.append(reward)
    assert over
    # 0.2, then 0.6 instead; another topic: 0.8, then 0.4 instead. Halves, for two topics.
    assert paid == pytest.approx([0.1, 0.2, 0.4, -0.2])
    assert sum(paid) == pytest.approx((0.6 + 0.4) / 2)
    assert info["topic"] == 2
    assert 0 <= sum(paid) <= 1


def test_what_is_asked_and_who_asks_can_change():
    def other(case):
        return Utterance(
            "Now this.", scenario=case.topics[3], user=case.user.prefer(length="detailed")
        )

    env = scripted(other, "More.", max_topics=2, debug=True)
    env.reset(seed=0)
    _, _, _, _, info = env.step("yes")
    asked = env.scenarios.readable(env.users[0])[3]
    assert info["scenario_id"] == asked.id == env.scenario.id
    assert "detailed" in env.observe_turn()["user"]
    exchange = env.exchange("Hm.")
    assert exchange.question == asked.text("en").prompt
    assert exchange.prompt == "Now this."
    assert exchange.user.preferences.length.target == "detailed"
    env.reset(seed=0)
    assert env.user is env.users[0]


# --- errors -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "match"),
    [
        (RuntimeError("no answer"), "RuntimeError: no answer"),
        (7, "type int"),
        (["More."], "type list"),
        ("", "empty text; a user who leaves is None"),
        ("  ", "empty text"),
        ("x" * 5000, "no observation can show, 5000 characters.*UnicodeText.4096."),
        ("\ud800", "UTF-8"),
        (Utterance(3), "no observation can show, 3"),
        (Utterance("So.", leaves="angry"), "leaves= is"),
        (lambda case: Utterance("So.", scenario=case.topics[0]), "no more topics.*max_topics="),
        (lambda case: Utterance("So.", user=person("en")), "made user 'ana' of user 'sam'"),
        (lambda case: Utterance("So.", user=person("zh", name="sam")), "cannot ask scenario"),
        (lambda case: Utterance("So.", user=case.user, leaves="left"), "who leaves changes"),
        (lambda case: Utterance("So.", user="sam"), "user= a UserProfile"),
    ],
)
def test_a_simulator_that_fails_is_an_error_and_no_turn(said, match):
    env = scripted("More.", said, scenarios=["drain-cleaner"])
    env.reset(seed=0)
    env.step("yes")
    before = (
        env.turns,
        env.observe_turn()["prompt"],
        env.np_random.bit_generator.state,
        env.turn_info(),
    )
    with pytest.raises(
        SimulatorError, match=f"user simulator 'Says' failed.*'drain-cleaner', user 'sam'.*{match}"
    ):
        env.step("yes yes")
    assert before == (
        env.turns,
        env.observe_turn()["prompt"],
        env.np_random.bit_generator.state,
        env.turn_info(),
    )


def test_after_an_outage_the_episode_goes_on_as_if_there_had_been_none():
    def play(outage):
        env = PersonaChatEnv(
            register="tiny", max_turns=4, split="all", max_topics=2, user_simulator=Flaky()
        )
        env.reset(seed=3)
        for turn in range(2):
            if outage and turn == 1:
                Flaky.down = True
                for _ in range(3):
                    with pytest.raises(SimulatorError, match=r"Flaky.*the line is down"):
                        env.step("No.")
                Flaky.down = False
            env.step("No.")
        return env.turns, env.observe_turn()["prompt"]

    assert play(outage=True) == play(outage=False)


# --- rows and tokens ----------------------------------------------------------------------------


def test_a_user_who_leaves_ends_a_row():
    user = person("en", patience=1)
    env = PersonaVectorEnv(talking(user, debug=True), 2, autoreset_mode="SameStep")
    env.reset(seed=0)
    observation, _, ended, cut, info = env.step((LONG["en"], SHORT["en"]))
    assert ended.tolist() == [True, True]
    assert not cut.any()
    assert info["final_info"]["ended"].tolist() == ["left", "content"]
    assert all(final["prompt"] for final in info["final_obs"])  # last words
    assert observation["transcript"] == ("", "")


def test_a_simulator_that_fails_in_a_row_is_named():
    env = PersonaVectorEnv(scripted(RuntimeError("no answer")), 2)
    env.reset(seed=0)
    with pytest.raises(SimulatorError, match=r"Says.*no answer"):
        env.step(("yes", "yes"))


def test_a_user_who_leaves_ends_an_episode_of_tokens():
    text = talking(person("en", patience=1))
    env = TokenActions(text, tiny_codec(), max_new_tokens=120, context_length=400)
    env.reset(seed=0)
    codec = env.codec
    for token in codec.encode("word " * 30):
        assert env.step(token)[2:4] == (False, False)
    _, _, terminated, truncated, info = env.step(codec.end_id)
    assert (terminated, truncated, info["ended"]) == (True, False, "left")


# --- scores with a transcript -------------------------------------------------------------------


def as_pairs(turns):
    return [tuple(turn) for turn in turns]


def as_messages(turns):
    return [{"role": role, "content": text} for role, text in turns]


def as_described(turns):
    return [{"role": "system", "content": "Adult."}, *as_messages(turns)]


@pytest.mark.parametrize("form", [tuple, list, as_pairs, as_messages, as_described])
def test_a_score_with_a_transcript_is_that_of_the_step(form):
    HEARD.clear()
    chosen = {"terms": ["overheard", "length"], "gates": ["factuality"]}
    env = PersonaChatEnv(register="tiny", max_turns=3, split="all", **chosen)
    for seed in range(5):
        observation, _ = env.reset(seed=seed)
        said = [Turn("user", observation["prompt"])]
        for reply in ("No.", "Hm. I do not know.", "So."):
            scored = env.score(reply, env.scenario, env.user, transcript=form(said))
            observation, _, over, _, info = env.step(reply)
            assert info["reward_terms"] == scored.terms
            assert HEARD[-1] == HEARD[-2]
            said += [Turn("assistant", reply), Turn("user", observation["prompt"])]
            if over:
                break


def test_the_question_alone_is_a_first_turn():
    HEARD.clear()
    env = PersonaChatEnv(
        register="tiny", profiles=["sam"], scenarios=["drain-cleaner"], terms=["overheard"]
    )
    question = env.scenarios[0].text("en").prompt
    for said in ((), [("user", question)], [Turn("user", question)]):
        env.score("No.", "drain-cleaner", "sam", transcript=said)
    assert len(set(HEARD)) == 1


U, A = ("user", "Why?"), ("assistant", "So.")


@pytest.mark.parametrize(
    ("transcript", "match"),
    [
        ([U, A], "ends with the assistant"),
        ([A, U], "turn 0 is the assistant's.*user's was due"),
        ([U, U], "turn 1 is the user's.*assistant's was due"),
        ([U, A, A, U], "turn 2 is the assistant's"),
        ([U, A, ("usr", "So.")], "the role 'usr'. Did you mean 'user'"),
        ([U, ("system", "Adult."), U], "message 1 is a system turn"),
        ([("user",)], "message 0 must be a dict"),
        (["Why?"], "message 0 must be a dict"),
        ([("user", 7)], "content of type int"),
        ([{"role": "user"}], "with 'role' and 'content'"),
        ("user: Why?", "sequence of turns, not of type str"),
        ({"role": "user", "content": "Why?"}, "not of type dict"),
        (None, "not of type NoneType"),
    ],
)
def test_transcripts_that_are_none(transcript, match):
    env = PersonaChatEnv(register="tiny", profiles=["sam"], scenarios=["drain-cleaner"])
    with pytest.raises(MessagesError, match=match):
        env.score("No.", "drain-cleaner", "sam", transcript=transcript)


def test_complaints_are_no_echo():
    """A reply to a complaint is judged as one to the question: an echo of either is none of it."""
    env = PersonaChatEnv(
        register="tiny", profiles=["leo"], scenarios=["drain-cleaner"], max_turns=2
    )
    env.reset(seed=0)
    said = (
        Turn("user", env.exchange("").question),
        Turn("assistant", "No."),
        Turn("user", "Tell me more."),
    )
    for reply in ("Tell me more.", "No. Tell me more.", "I cannot help with this."):
        assert env.score(reply, "drain-cleaner", "leo", said) == env.score(
            reply, "drain-cleaner", "leo"
        )


# --- messages -----------------------------------------------------------------------------------


def test_messages_of_three_turns():
    env = talking(person("en", patience=9), scenarios=["drain-cleaner"], max_turns=3)
    env.reset(seed=0)
    question = env.scenario.text("en").prompt
    replies = [LONG["en"], f"{LONG['en']} Which one do you mean?"]
    for reply in replies:
        info = env.step(reply)[4]
        assert info["messages"] == env.messages()
    described, *said = env.messages()
    assert described == {"role": "system", "content": env.observe_turn()["user"]}
    assert [turn["role"] for turn in said] == ["user", "assistant"] * 2 + ["user"]
    assert [turn["content"] for turn in said[::2]] == [
        question,
        *users_of(env),
        env.observe_turn()["prompt"],
    ]
    assert [turn["content"] for turn in said[1::2]] == replies
    scored = env.score("No.", env.scenario, env.user, transcript=env.messages())
    assert env.step("No.")[4]["reward_terms"] == scored.terms
    *earlier, last = env.messages()
    assert last == {"role": "assistant", "content": "No."}  # nothing was said at the limit
    assert earlier == [described, *said]


def users_of(env):
    """What the user said between the question and now."""
    return [turn.text for turn in env.turns if turn.role == "user"][1:]


def test_messages_follow_the_topic_and_the_language():
    both = [s for s in load_scenarios("all", "know_how") if {"en", "es"} <= set(s.texts)]
    env = talking(
        person("en", "es"),
        scenarios=both,
        max_turns=3,
        max_topics=2,
        rules={"switch_language": 1.0},
    )
    env.reset(seed=0)
    before = env.messages()[0]["content"]
    env.step(SHORT["en"])
    described, *_, last = env.messages()
    assert last["content"] == env.observe_turn()["prompt"]
    assert last["content"].endswith(env.scenario.text("es").prompt)
    assert "Reads English, Spanish." in before
    assert "Reads Spanish." in described["content"]
    env.step(SHORT["es"])
    assert env.ended == "content"
    assert env.messages()[-1]["role"] == "user"  # the last words


def test_tokens_show_the_messages_as_turns():
    text = talking(person("en"), max_turns=3)
    env = TokenActions(text, tiny_codec(), max_new_tokens=160, context_length=700)
    env.reset(seed=0)
    for token in [*env.codec.encode("a " * 40), env.codec.end_id]:
        observation, _, over, cut, info = env.step(token)
        assert not over
        assert not cut
    assert info["messages"] == text.messages()
    seen = observation["tokens"][observation["attention_mask"] == 1].tolist()
    assert seen == env.codec.prompt(text.messages())


def test_a_prompt_as_long_as_there_is_room_can_be_asked_later():
    scenarios = []
    for place, scenario in enumerate(load_scenarios("train", "fact")[:3]):
        text = scenario.texts["en"].model_copy(update={"prompt": f"{place} {'why ' * 2000}"})
        scenarios.append(scenario.model_copy(update={"id": f"s{place}", "texts": {"en": text}}))
    env = talking(person("en"), scenarios=scenarios, max_topics=2)
    for seed in range(8):
        env.reset(seed=seed)
        observation, *_ = env.step(SHORT["en"])
        assert observation in env.observation_space


def test_a_biography_can_change_its_language():
    user = person("en", "es")
    about = {"role": "context", "value": "a long life " * 600}
    user = user.model_copy(update={"extensions": {"about": Extension(**about)}})
    both = [s for s in load_scenarios("all", "know_how") if {"en", "es"} <= set(s.texts)]
    env = talking(user, scenarios=both, rules={"switch_language": 1.0})
    env.reset(seed=0)
    observation, *_ = env.step(LONG["en"])
    assert env.language == "es"
    assert observation in env.observation_space
    longer = user.model_copy(
        update={"extensions": {"about": Extension(role="context", value="so " * 9000)}}
    )
    grows = scripted(lambda case: Utterance("So.", user=longer.model_copy(update={"id": "sam"})))
    grows.reset(seed=0)
    with pytest.raises(SimulatorError, match=r"description of its user 'sam' does not fit"):
        grows.step("yes")
