"""The pictures: every format, the same bytes each time, whole or not at all."""

import math

import pytest

from persona_env.errors import PersonaEnvError
from persona_env.reporting.plots import (
    picture_format,
    plot_curve,
    plot_matrix,
    plot_reliability,
    save_picture,
)

USERS = ("ana", "ben")
MATRIX = ((0.9, 0.2), (0.3, 0.8))
ROWS = [
    {"step": 100.0, "reward": 0.4, "reward_sd": 0.2, "kl": 0.0},
    {"step": 200.0, "reward": 0.9, "reward_sd": 0.3, "kl": 0.1},
]
BINS = {"ana": [(0.2, 0.3, 4), (0.9, 0.8, 6)], "ben": [(0.5, 0.5, 3)]}
STARTS = {"png": b"\x89PNG", "svg": b"<?xml"}


def texts(axes):
    return [text.get_text() for text in axes.texts]


@pytest.mark.parametrize("kind", STARTS)
def test_a_picture_has_the_format_of_its_ending_and_is_the_same_each_time(tmp_path, kind):
    for name in ("a", "b"):
        save_picture(tmp_path / f"{name}.{kind}", plot_matrix(USERS, MATRIX))
        save_picture(tmp_path / f"{name}_curve.{kind}", plot_curve(ROWS))
        save_picture(tmp_path / f"{name}_bins.{kind}", plot_reliability(BINS))
    for name in ("", "_curve", "_bins"):
        first = (tmp_path / f"a{name}.{kind}").read_bytes()
        assert first.startswith(STARTS[kind])
        assert first == (tmp_path / f"b{name}.{kind}").read_bytes()
    assert len(list(tmp_path.iterdir())) == 6  # no temporary file is left


def test_a_plot_is_a_figure_that_is_neither_shown_nor_saved(tmp_path, monkeypatch):
    from matplotlib import pyplot
    from matplotlib.figure import Figure

    monkeypatch.chdir(tmp_path)
    for made in (plot_matrix(USERS, MATRIX), plot_curve(ROWS), plot_reliability(BINS)):
        assert isinstance(made, Figure)
    assert pyplot.get_fignums() == []
    assert list(tmp_path.iterdir()) == []


def test_what_is_drawn_is_what_was_given():
    axes = plot_matrix(USERS, MATRIX).axes[0]
    assert texts(axes) == ["0.90", "0.20", "0.30", "0.80"]
    assert axes.images[0].get_array().tolist() == [[0.9, 0.2], [0.3, 0.8]]
    assert [label.get_text() for label in axes.get_xticklabels()] == [*USERS]
    assert sorted(patch.get_xy() for patch in axes.patches) == [(-0.5, -0.5), (0.5, 0.5)]
    above, below = plot_curve(ROWS).axes
    assert above.lines[0].get_ydata().tolist() == [0.4, 0.9]
    assert below.lines[0].get_ydata().tolist() == [0.0, 0.1]
    left, right = plot_reliability(BINS).axes
    assert left.collections[0].get_offsets().tolist() == [[0.2, 0.3], [0.9, 0.8]]
    assert right.get_title() == "ben"


@pytest.mark.parametrize(("n", "shown"), [(12, "0.25"), (13, "25"), (48, "25")])
def test_numbers_stand_in_each_cell(n, shown):
    axes = plot_matrix([f"u{i}" for i in range(n)], [[0.25] * n] * n).axes[0]
    assert texts(axes) == [shown] * n * n


def test_what_is_not_known_has_no_number():
    axes = plot_matrix(USERS, ((0.5, math.nan), (math.nan, 0.5))).axes[0]
    assert texts(axes) == ["0.50", "0.50"]
    assert texts(plot_matrix(["u"] * 49, [[0.5] * 49] * 49).axes[0]) == []


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
