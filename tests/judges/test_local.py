"""A judge in this process: a tiny untrained model, and one whose words are written down."""

from __future__ import annotations

import json
import pickle

import pytest
import torch
from transformers import LlamaConfig, LlamaForCausalLM

from persona_env.errors import JudgeError, PersonaEnvError, UnknownNameError
from persona_env.judges import LocalJudge, Record, ReplayJudge, question_of
from persona_env.judges.local import LETTERS, LEVELS
from persona_env.judges.question import CHOICES, DEGREES, ORDER
from persona_env.reading import Reading
from tests.judges.cases import ask_about
from tests.judges.fake_server import GOOD
from tests.support import hugging_face

CHAT = (
    "{% for m in messages %}<{{ m['role'] }}>{{ m['content'] }}\n{% endfor %}"
    "{% if add_generation_prompt %}<assistant>{% endif %}"
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A model of two layers that has read nothing, with room for a question."""
    found = tmp_path_factory.mktemp("model")
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=600, hidden_size=32, intermediate_size=48, num_hidden_layers=2,
        num_attention_heads=4, num_key_value_heads=2, max_position_embeddings=8192,
        bos_token_id=None, eos_token_id=1, pad_token_id=0,
    )  # fmt: skip
    LlamaForCausalLM(config).save_pretrained(found)
    hugging_face(CHAT).save_pretrained(found)
    return found


class Told:
    """A runner that says what it is told, and is sure of one sign for each field."""

    def __init__(self, text=None, signs=None):
        self.text, self.signs, self.users = text, signs or {}, []

    def write(self, system, user, max_new_tokens):
        self.users.append(user)
        return self.text

    def probabilities(self, system, asked):
        self.users += [user for user, _ in asked]
        fields = [next(n for n in self.signs if f'field "{n}"' in user) for user, _ in asked]
        return [
            [float(word == self.signs[field]) for word in words]
            for field, (_, words) in zip(fields, asked, strict=True)
        ]


def judge_with(runner, **options):
    judge = LocalJudge("told", **options)
    judge.runner = runner
    return judge


def test_it_asks_the_same_question_as_an_endpoint():
    runner = Told(json.dumps(GOOD))
    (reading,) = judge_with(runner).fill([ask_about("It has four.")], [Reading()])
    assert reading.warm.value == 0.8
    assert runner.users == [question_of(ask_about("It has four.")).user]


def test_levels_are_asked_field_by_field_and_a_degree_is_their_mean():
    signs = dict.fromkeys(DEGREES, "9") | {"warm": "3"} | dict.fromkeys(CHOICES, "B")
    runner = Told(signs=signs)
    judge = judge_with(runner, way="levels")
    (reading,) = judge.fill([ask_about("It has four.")], [Reading()])
    assert len(runner.users) == len(DEGREES) + len(CHOICES)
    assert reading.warm.value == pytest.approx(3 / 9, abs=1e-4)
    assert reading.correct.value == 1.0
    assert (reading.act.value, reading.form.value) == ("care", "bullets")
    assert reading.languages is None
    assert not judge.cost.failures
    assert not any(user.rstrip().endswith("```") for user in runner.users)


def test_signs_are_enough():
    assert len(LEVELS) == 10
    assert len(LETTERS) >= max(map(len, CHOICES.values()))


def test_a_model_writes_greedily(folder):
    judge = LocalJudge(str(folder))
    asked = question_of(ask_about("Four."))
    first, again = (judge.runner.write(*asked[:1], asked.user, 20) for _ in range(2))
    assert first == again
    judge.fill([ask_about("Four.")], [Reading()])
    assert sum(judge.cost.failures.values()) == len(ORDER)  # it has learnt nothing


def test_levels_of_a_model_are_probabilities(folder):
    judge = LocalJudge(str(folder), way="levels")
    (reading,) = judge.fill([ask_about("It has four.")], [Reading()])
    values = [getattr(reading, name).value for name in DEGREES]
    assert all(0 < value < 1 for value in values)
    assert reading.act.is_read
    said = [("Say a digit, please.", LEVELS), ("Say a digit.", LEVELS), ("Speak!", LETTERS)]
    together = judge.runner.probabilities("Read.", said)
    for one, shares in zip(said, together, strict=True):
        assert sum(shares) == pytest.approx(1)
        assert judge.runner.probabilities("Read.", [one])[0] == pytest.approx(shares, abs=1e-5)


def test_a_question_that_does_not_fit_is_not_cut_but_fails(folder):
    for way in ("json", "levels"):
        judge = LocalJudge(str(folder), way=way)
        assert judge.fill([ask_about("so " * 20_000)], [Reading()]) == [Reading()]
        assert set(judge.cost.failures) == {"grader_failed"}


def test_signs_that_are_one_token_are_an_error(folder):
    with pytest.raises(JudgeError, match="give way='json'"):
        LocalJudge(str(folder)).runner.probabilities("Read.", [("Say.", ["b", "zqb"])])


def test_it_is_recorded_and_replayed(tmp_path):
    record = tmp_path / "r.jsonl"
    signs = dict.fromkeys(DEGREES, "4") | dict.fromkeys(CHOICES, "A")
    judge = judge_with(Told(signs=signs), way="levels", record=Record(record))
    found = judge.fill([ask_about("Four.")], [Reading()])
    assert ReplayJudge(str(record)).fill([ask_about("Four.")], [Reading()]) == found


def test_a_pickled_judge_holds_no_model(folder):
    judge = LocalJudge(str(folder))
    assert judge.runner
    assert len(pickle.dumps(judge)) < 20_000


def test_names_are_checked():
    with pytest.raises(UnknownNameError, match="Did you mean 'levels'"):
        LocalJudge("persona-tiny", way="level")
    with pytest.raises(PersonaEnvError, match="no_such_folder"):
        LocalJudge("no_such_folder").fill([ask_about("Four.")], [Reading()])
