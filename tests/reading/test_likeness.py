"""How a reply compares with listed answers."""

import json
from pathlib import Path

import numpy as np
import pytest

from persona_env.errors import ScenarioError
from persona_env.reading.likeness import LIKENESS, Answers, answers_of, likeness, tokens_of
from persona_env.scenarios.library import load_scenarios
from persona_env.scenarios.loader import ANSWERS, read_answers, read_scenario_file

LEGS = Answers(
    ["Eight.", "Spiders walk on eight legs.", "Eight; it is insects that have six."],
    ["Six.", "Like any insect, a spider has six legs.", "Eight is for crabs, spiders have ten."],
    ["How many legs does a spider have?"],
)


def _named(reply: str, answers: Answers = LEGS) -> dict[str, float]:
    return dict(zip(LIKENESS, answers.compare(reply).tolist(), strict=True))


def test_numbers_are_the_same_in_words_and_digits() -> None:
    assert "#8" in tokens_of("eight") & tokens_of("8") & tokens_of("ocho") & tokens_of("八条腿")


def test_a_number_of_several_characters_is_one() -> None:
    found = {one for one in tokens_of("海拔三千九百五十二米，共八条路") if one[0] == "#"}
    assert found == {"#3952", "#8"} == {one for one in tokens_of("3952, 8") if one[0] == "#"}


def test_a_denied_word_is_another_word() -> None:
    denied = tokens_of("It is not made of glass.")
    assert "!glass" in denied
    assert "glass" not in denied
    assert "glass" in tokens_of("It is not cheap, glass is.")  # a comma ends what is denied


@pytest.mark.parametrize(
    ("text", "beginning"),
    [("Nope, never.", "^no"), ("Sí, claro.", "^yes"), ("不会。", "^no"), ("A cat.", "^")],
)
def test_how_an_answer_begins(text: str, beginning: str) -> None:
    assert beginning in tokens_of(text)


def test_the_weight_of_a_word_is_worked_out_by_hand() -> None:
    # 'insec' stands in one of three right answers and in one of three wrong ones
    assert LEGS.weights["insec"] == pytest.approx(0.0)
    # '#8' in three of three and one of three: log((3.5 / 4) / (1.5 / 4))
    assert LEGS.weights["#8"] == pytest.approx(np.log(3.5 / 1.5))


def test_right_and_wrong_answers_in_new_words() -> None:
    right, wrong = _named("8 of them."), _named("10 of them.")
    assert right["for_right"] > 0 > wrong["for_right"]
    assert (right["number_is_right"], wrong["number_is_right"]) == (1, 0)
    assert (right["number_is_other"], wrong["number_is_other"]) == (0, 1)
    assert (right["number_is_wrong"], wrong["number_is_wrong"]) == (0, 1)


def test_a_whole_answer_is_nearest_to_itself() -> None:
    assert _named("Like any insect, a spider has six legs.")["nearest_wrong"] == 1


@pytest.mark.parametrize("reply", ["", "...", "😀", "\n\n", "^no ! #"])
def test_a_reply_without_words_speaks_for_nothing(reply: str) -> None:
    found = _named(reply)
    assert all(found[name] == 0 for name in LIKENESS if name not in ("yes_or_no", "is_listed"))


def test_a_scenario_without_answers_gets_zeros() -> None:
    (scenario, *_) = (s for s in load_scenarios("train") if not answers_of(s).right)
    assert not likeness(scenario, "Anything.")[:-1].any()


def test_listed_answers_speak_for_their_side() -> None:
    """Each listed answer is compared with those of the other scenarios' lists and its own."""
    found = []
    for scenario in load_scenarios("train")[:60]:
        for text in scenario.texts.values():
            found += [likeness(scenario, one)[0] > 0 for one in text.right]
            found += [likeness(scenario, one)[0] < 0 for one in text.wrong]
    assert np.mean(found) > 0.95


def test_every_line_of_the_bundled_answers_belongs_to_a_scenario() -> None:
    for folder in ("chat", "refusal", "opinion"):
        known = {s.id: s for s in load_scenarios(folder=folder)}
        path = Path(__file__).parents[2] / "envs" / folder / "scenarios" / ANSWERS
        for line in path.read_text("utf-8").splitlines():
            row = json.loads(line)
            text = known[row["id"]].texts[row["language"]]
            assert {*row["right"]} <= {*text.right}
            assert {*row["wrong"]} <= {*text.wrong}
            assert not {*row["right"]} & {*row["wrong"]}


SCENARIO = """
category = "fact"
[families]
animals = "train"
[[scenario]]
id = "legs"
family = "animals"
[scenario.en]
prompt = "How many legs does a spider have?"
answer = "It has eight."
reference = [["eight"]]
right = ["8"]
"""


def test_own_answers_stand_in_the_file_or_beside_it(tmp_path: Path) -> None:
    (tmp_path / "facts.toml").write_text(SCENARIO, "utf-8")
    row = {"id": "legs", "language": "en", "right": ["Eight."], "wrong": ["Six."]}
    (tmp_path / ANSWERS).write_text(json.dumps(row) + "\n", "utf-8")
    (scenario,) = read_scenario_file(tmp_path / "facts.toml")
    assert scenario.texts["en"].right == ("8", "Eight.")
    assert scenario.texts["en"].wrong == ("Six.",)


@pytest.mark.parametrize("line", ["{", '{"id": "legs"}', "[]", '{"id": 1, "language": "en"}'])
def test_a_faulty_line_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / ANSWERS
    path.write_text(f"{line}\n", "utf-8")
    with pytest.raises(ScenarioError, match="line 1"):
        read_answers(path)
