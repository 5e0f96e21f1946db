"""Pictures of episodes: one size, the same each time, and nothing that is not drawn in silence."""

from __future__ import annotations

import logging

import gymnasium as gym
import numpy as np
import pytest

from persona_env.envs.chat.env import PersonaChatEnv
from persona_env.reporting import card, fonts, pen
from persona_env.reporting.card import HEIGHT, TINTS, WIDTH, Card, Part, draw
from persona_env.reporting.wrapping import width_of, wrap
from persona_env.rewards.picture import card_of

SAID = (("user", "Is tea hot?"), ("assistant", "Happy to help: it is hot."))
WARM = Part("tone", 1.0, 2.0, "warm", ((0, 13),))
SHORT = Part("length", 0.5, 1.0, "6 words", ((0, 25),))


def colour(text):
    return tuple(int(text[i : i + 2], 16) for i in (1, 3, 5))


def pixels(picture, text):
    """How many pixels have this colour."""
    return int((picture == np.array(colour(text), np.uint8)).all(-1).sum())


@pytest.fixture
def no_font(monkeypatch):
    """A machine with the font of matplotlib alone."""
    known = {fonts.BASE: fonts._installed()[fonts.BASE]}
    cached = (fonts._installed, fonts._faces, fonts._bitmap_files, fonts.face_for, fonts._told)
    for each in cached:
        each.cache_clear()
    monkeypatch.setattr(fonts, "_installed", lambda: known)
    monkeypatch.setattr(fonts, "_bitmap_files", tuple)
    yield
    monkeypatch.undo()
    for each in cached:
        each.cache_clear()


@pytest.mark.parametrize("turns", [(), SAID[:1], SAID, SAID * 40, (("user", "x" * 9000),)])
def test_every_picture_has_one_size_and_is_the_same_each_time(turns):
    reply = len(turns) - 1 if len(turns) > 1 else None
    shown = Card("sam: Adult.", turns, reply, None if reply is None else 0.5, (WARM, SHORT) * 9)
    one, other = draw(shown), draw(shown)
    assert one.shape == (HEIGHT, WIDTH, 3) == (576, 1024, 3)
    assert one.dtype == np.uint8
    assert one.flags.owndata
    assert np.array_equal(one, other)


def test_what_a_part_points_at_is_highlighted():
    picture = draw(Card("sam", SAID, 1, 0.8, (WARM,)))
    wide = width_of("Happy to help", card.TEXT)
    left = picture[:, : card.SPLIT]
    rows, columns = np.nonzero((left == np.array(colour(TINTS[0]), np.uint8)).all(-1))
    assert columns.max() - columns.min() == pytest.approx(wide, abs=3)
    assert rows.max() - rows.min() == pytest.approx(card.TEXT + 4, abs=1)
    assert pixels(picture[:, card.SPLIT :], TINTS[0]) > 50  # the same colour beside its name
    assert pixels(draw(Card("sam", SAID, 1, 0.8, (SHORT,))), TINTS[0]) == 0  # all is no place


def test_what_has_no_width_can_be_pointed_at():
    odd = Part("tone", 1.0, 1.0, "", ((0, 1), (2, 4)))
    said = (("user", "Hi."), ("assistant", "\u200ba\x00\t!\n\ud83d"))
    picture = draw(Card("sam", said, 1, 0.8, (odd,)))
    wide = width_of(" ", card.TEXT)
    assert width_of("\t", card.TEXT) == wide > 0
    assert pixels(picture[:, : card.SPLIT], TINTS[0]) == pytest.approx(wide * 21, abs=25)


def test_the_shorter_of_two_spans_is_seen():
    inner = Part("humour", 1.0, 1.0, "", ((6, 8),))
    picture = draw(Card("sam", SAID, 1, 0.8, (WARM, inner)))[:, : card.SPLIT]
    assert 0 < pixels(picture, TINTS[1]) < pixels(picture, TINTS[0])


def test_the_bar_is_as_long_as_the_reward():
    full, half, none = (pixels(draw(Card("", SAID, 1, r)), pen.BAR) for r in (1.0, 0.5, 0.0))
    assert half == pytest.approx(full / 2, rel=0.01)
    assert none == 0


@pytest.mark.parametrize(
    "text", ["one two three four five", "怎样煮米饭才不会太黏？" * 3, "x" * 99, "a\n\nb", "", "  a"]
)
def test_lines_fit_and_lose_nothing(text):
    lines = wrap(text, 16, 60)
    assert all(width_of(text[a:b].rstrip(), 16) <= 60 for a, b in lines)
    assert "".join(text[a:b] for a, b in lines) == text.replace("\n", "")
    assert [a for a, _ in lines] == sorted(a for a, _ in lines)


def test_a_character_without_a_font_is_told_in_the_picture_and_once_in_the_log(no_font, caplog):
    plain = draw(Card("", (("user", "Rice?"),)))
    with caplog.at_level(logging.WARNING):
        pictures = [draw(Card("", (("user", text),))) for text in ("米饭", "饭", "👍🏽")]
    foot = [picture[HEIGHT - 24 :, : card.SPLIT] for picture in (plain, *pictures)]
    assert [pixels(each, card.PAPER) < each.shape[0] * each.shape[1] for each in foot] == [
        False, True, True, True,
    ]  # fmt: skip
    told = [record.getMessage() for record in caplog.records]
    assert len(told) == 2
    assert "draws Chinese (such as 米)" in told[0]
    assert "apt install fonts-noto-cjk" in told[0]
    assert "draws emoji (such as 👍)" in told[1]
    assert fonts.undrawn("Rinse, ¿qué? – don't\n\u200d\ufe0f") == {}
    assert fonts.families() == [fonts.BASE]


def test_a_hidden_user_is_in_no_pixel():
    pictures = []
    for user in ("sam", "nora"):
        env = PersonaChatEnv(user_visibility="hidden", render_mode="rgb_array", register="tiny")
        env.reset(seed=0, options={"user": user, "scenario": "capital-australia"})
        pictures.append(env.render())
    assert np.array_equal(*pictures)
    env.step("No.")
    told = card_of("(hidden)", "", env.turns, env._verdict, tells=False)
    assert (told.parts, told.reward) == ((), env._verdict.reward)
    assert np.array_equal(env.render(), draw(told))


def test_an_episode_is_drawn_turn_by_turn():
    env = gym.make("PersonaChat-v0", register="tiny", render_mode="rgb_array", profiles=["sam"])
    env.reset(seed=3)
    before = env.render()
    env.step("I cannot help with this.")
    after = env.render()
    assert not np.array_equal(before, after)
    env.reset(seed=3)
    assert np.array_equal(env.render(), before)
    env.step("I cannot help with this.")
    assert np.array_equal(env.render(), after)


def test_gymnasium_records_the_frames(tmp_path):
    from gymnasium.wrappers import RecordVideo

    made = gym.make("PersonaChat-v0", register="tiny", render_mode="rgb_array", profiles=["sam"])
    try:
        env = RecordVideo(made, str(tmp_path / "video"), episode_trigger=lambda number: True)
    except gym.error.DependencyNotInstalled:  # without moviepy: the list of frames is the same
        env = gym.wrappers.RenderCollection(made)
    env.reset(seed=0)
    env.step("No.")
    frames = env.recorded_frames if isinstance(env, RecordVideo) else env.render()
    assert [frame.shape for frame in frames] == [(HEIGHT, WIDTH, 3)] * 2
    env.close()
