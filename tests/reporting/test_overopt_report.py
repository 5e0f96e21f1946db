"""The picture and the table of a laboratory, from results whose figures are known."""

from __future__ import annotations

import pytest

from persona_env.errors import PersonaEnvError
from persona_env.files import to_json
from persona_env.reporting.overopt_figure import plot_overoptimisation
from persona_env.reporting.overopt_report import read_results, summary_table, write_overopt_report


def curve(proxy, cure="", seed=0):
    points = [
        {"n": 2**i, "kl": 0.5 * i, "proxy": {"mean": 2.0 * i}, "gold": {"mean": gold}}
        for i, gold in enumerate((0.4, 0.6, 0.5))
    ]
    fit = {"form": "best_of_n", "alpha": 0.5, "beta": 0.4, "peak": 0.6, "residual": 0.0}
    text = {"prompt": "<Why?>", "user": "sam", "reply": "Please.", "gold": 0.5, "proxy": 4.0}
    shown = [{"n": 4, "kl": 1.0, "texts": [text]}]
    return {"proxy": proxy, "cure": cure, "seed": seed, "points": points, "fit": fit,
            "examples": shown}  # fmt: skip


ROW = {"proxy": "please 1", "cure": "", "seeds": 2, "accuracy": None, "start": 0.4,
       "highest": 0.6, "end": 0.5, "kl": 1.0, "peak": 0.6, "falls": 2, "works": None}  # fmt: skip
RESULTS = {"command": "persona-env overopt", "options": {"env": "PersonaChat-v0", "by": "rl"},
           "summary": [ROW], "curves": [curve("please 1"), curve("please 1", seed=1)]}  # fmt: skip


def test_a_panel_for_each_proxy_and_the_scales_of_both_lines():
    figure = plot_overoptimisation([*RESULTS["curves"], curve("please 1", "stop"), curve("gold")])
    assert [a.get_title() for a in figure.axes] == ["please 1", "please 1, stop", "gold"]
    lines = {line.get_label(): line for line in figure.axes[0].get_lines()}
    assert lines["gold"].get_ydata().tolist() == pytest.approx([0.4, 0.6, 0.5])
    # The proxy goes from the gold reward of the start to the top, whatever its own units are.
    assert lines["proxy (own scale)"].get_ydata().tolist() == pytest.approx([0.4, 0.7, 1.0])
    assert lines["gold"].get_xdata()[-1] == pytest.approx(1.0)
    assert lines["Gao's form"].get_ydata()[-1] == pytest.approx(0.4 + 0.5 - 0.4)
    with pytest.raises(ValueError, match="no curves"):
        plot_overoptimisation([])


def test_the_page_has_the_table_the_picture_and_texts_as_they_are(tmp_path):
    (tmp_path / "results.json").write_text(to_json(RESULTS), "utf-8")
    page = write_overopt_report(tmp_path).read_text("utf-8")
    assert "data:image/png;base64," in page
    assert "&lt;Why?&gt;" in page
    assert "2 of 2" in page
    assert summary_table(read_results(tmp_path)).rows == (
        ("please 1", "-", "-", "0.40", "0.60", "0.50", "1.00", "0.60", "2 of 2", "-"),
    )


def test_a_file_of_another_form_is_refused(tmp_path):
    (tmp_path / "results.json").write_text("[]", "utf-8")
    with pytest.raises(PersonaEnvError, match="is not what 'persona-env overopt' writes"):
        write_overopt_report(tmp_path)
