"""StreamedReplies: pieces become one reply, waiting is priced as a user wishes, and only then."""

from __future__ import annotations

import gymnasium as gym
import pytest
from gymnasium.utils.env_checker import check_env
from hypothesis import given, settings
from hypothesis import strategies as st

from persona_env import UserProfile
from persona_env.errors import (
    ActionError,
    ArgumentError,
    NoEpisodeError,
    UnknownNameError,
    WrongEnvironmentError,
)
from persona_env.wrappers import StreamedReplies, TokenActions
from persona_env.wrappers.streaming import END, seconds_of
from persona_env.wrappers.waiting import check_waiting, waiting_score

ASKED = {"scenario": "fluffy-rice"}


def user(wish: str | None, name: str = "wanda") -> UserProfile:
    extension = {"waiting": {"role": "preference", "value": wish}} if wish else {}
    return UserProfile(id=name, extensions=extension, context={"languages": ["en"]})


def streamed(wish: str | None, **options) -> StreamedReplies:
    env = gym.make("PersonaChat-v0", register="tiny", profiles=[user(wish)], **options)
    return StreamedReplies(env, weight=0.5)


def said(env: StreamedReplies, pieces: list[str]) -> tuple[float, dict]:
    env.reset(seed=0, options=ASKED)
    for piece in pieces:
        _, reward, over, _, info = env.step(piece)
        assert (reward, over) == (0.0, False)
        assert info["streamed"].endswith(piece)
    _, reward, over, _, info = env.step(END)
    assert over
    return reward, info


ANSWER = "Rinse it until the water runs clear."


@given(st.lists(st.integers(1, 12), max_size=6))
@settings(max_examples=20, deadline=None)
def test_pieces_are_one_reply(cuts):
    """However it is cut: a user without a wish gives what the whole reply earns."""
    env, pieces, at = streamed(None), [], 0
    for cut in cuts:
        pieces.append(ANSWER[at : at + cut])
        at += cut
    pieces = [piece for piece in (*pieces, ANSWER[at:]) if piece]
    reward, info = said(env, pieces)
    assert reward == env.unwrapped.score(ANSWER, "fluffy-rice", env.unwrapped.users[0]).reward
    assert info["messages"][-1]["content"] == ANSWER
    assert "waiting_score" not in info


def test_waiting_by_hand():
    """80 words of thoughts are 10 seconds: too late for a first text, and well for a whole one."""
    thoughts = f"<think>{'so ' * 80}</think>"
    for wish, pieces, score in [
        ("early", [ANSWER], 1.0),
        ("early", [thoughts, ANSWER], 0.0),  # text at 10.875 s
        ("early", ["Rinse it ", thoughts, "until the water runs clear."], 1.0),  # text at 0.25 s
        ("complete", [thoughts[:100], ANSWER], 1.0),
        ("complete", [thoughts * 4, ANSWER], 1 - 30.875 / 50),  # done at 40.875 s
    ]:
        _, info = said(streamed(wish), pieces)
        assert info["waiting_score"] == pytest.approx(score, abs=0.01), (wish, info)


def test_waiting_takes_away_and_never_adds():
    whole = streamed(None).unwrapped.score(ANSWER, "fluffy-rice", user("early")).reward
    for wish in ("early", "complete"):
        soon, _ = said(streamed(wish), [ANSWER])
        late, _ = said(streamed(wish), [f"<think>{'so ' * 2000}</think>"[:4000], ANSWER])
        assert soon == pytest.approx(whole)
        assert late <= 0.5 * whole + 1e-9


def test_hidden_text_is_no_early_text():
    thoughts = f"<think>{'so ' * 80}</think>"
    assert "seconds_to_text" not in said(streamed("early"), ["<!-- words -->", " \n"])[1]
    env = StreamedReplies(streamed("early").env, sees_thoughts=True)
    assert said(env, ["<think>So. ", thoughts[7:], ANSWER])[1]["seconds_to_text"] < 1


def test_a_hidden_user_is_not_told():
    env = streamed("early", user_visibility="hidden")
    assert "waiting_score" not in said(env, [ANSWER])[1]


def test_a_reply_that_is_too_long_is_cut():
    env = StreamedReplies(gym.make("PersonaChat-v0", register="tiny", max_length=20))
    env.reset(seed=0)
    *_, truncated, info = env.step("x" * 30)
    assert (truncated, info["cut"]) == (True, True)
    assert info["messages"][-1]["content"] == "x" * 20
    with pytest.raises(NoEpisodeError):
        env.step("more")


@pytest.mark.filterwarnings("ignore:.*is different from the unwrapped version")
def test_it_is_an_environment():
    check_env(StreamedReplies(gym.make("PersonaChat-v0").unwrapped), skip_render_check=True)


@pytest.mark.parametrize("weight", [-0.1, 1.1, True, "a"])
def test_mistakes_are_told(weight):
    text = gym.make("PersonaChat-v0", register="tiny")
    with pytest.raises(ArgumentError, match="weight"):
        StreamedReplies(text, weight=weight)
    with pytest.raises(WrongEnvironmentError, match="text"):
        StreamedReplies(TokenActions(text))
    env = StreamedReplies(text, clock=lambda piece: -1.0)
    with pytest.raises(NoEpisodeError):
        env.step("a")
    env.reset(seed=0)
    with pytest.raises(ActionError):
        env.step(3)
    with pytest.raises(ArgumentError, match="clock"):
        env.step("a")
    with pytest.raises(UnknownNameError, match="early"):
        check_waiting("earli")


def test_pure_functions():
    assert seconds_of("三个字四个字二五", pace=5) == pytest.approx(1.0)
    assert [waiting_score("early", t, 99) for t in (0, 1, 5.5, 10, 99)] == [1, 1, 0.5, 0, 0]
    assert [waiting_score("complete", 0, t) for t in (10, 35, 60)] == [1, 0.5, 0]
