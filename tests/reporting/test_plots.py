"""The pictures: every format, the same bytes each time, whole or not at all."""

import math

import pytest

from persona_env.errors import PersonaEnvError
from persona_env.reporting.plots import picture_format, plot_curve, plot_matrix, save_picture

USERS = ("ana", "ben")
MATRIX = ((0.9, 0.2), (0.3, 0.8))
ROWS = [
    {"step": 100.0, "reward": 0.4, "reward_sd": 0.2, "kl": 0.0},
    {"step": 200.0, "reward": 0.9, "reward_sd": 0.3, "kl": 0.1},
]
STARTS = {"png": b"\x89PNG", "svg": b"<?xml"}


@pytest.mark.parametrize("kind", STARTS)
def test_a_picture_has_the_format_of_its_ending_and_is_the_same_each_time(tmp_path, kind):
    for name in ("a", "b"):
        save_picture(tmp_path / f"{name}.{kind}", plot_matrix(USERS, MATRIX))
        save_picture(tmp_path / f"{name}_curve.{kind}", plot_curve(ROWS))
    for name in ("", "_curve"):
        first = (tmp_path / f"a{name}.{kind}").read_bytes()
        assert first.startswith(STARTS[kind])
        assert first == (tmp_path / f"b{name}.{kind}").read_bytes()
    assert len(list(tmp_path.iterdir())) == 4  # no temporary file is left


def test_numbers_stand_in_the_matrix_up_to_twelve_users(tmp_path):
    texts = []
    for n in (12, 13):
        path = tmp_path / f"{n}.svg"
        save_picture(path, plot_matrix([f"u{i}" for i in range(n)], [[0.25] * n] * n))
        texts.append(path.read_text(encoding="utf-8").count("<!-- 0.25 -->"))
    assert texts == [144, 0]


def test_a_name_without_a_font_and_an_unknown_value_are_drawn(tmp_path):
    save_picture(tmp_path / "m.png", plot_matrix(("小明",), ((0.5,),)))
    save_picture(tmp_path / "c.png", plot_curve([{**ROWS[0], "kl": math.nan}]))


def test_another_ending_is_named_before_anything_is_written(tmp_path):
    with pytest.raises(PersonaEnvError, match="gif"):
        save_picture(tmp_path / "m.gif", plot_matrix(USERS, MATRIX))
    with pytest.raises(ValueError, match="no rows"):
        plot_curve([])
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(PersonaEnvError):
        picture_format(tmp_path)
