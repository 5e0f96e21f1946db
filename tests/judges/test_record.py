"""Record and replay: the same answers, line by line, and a miss is an error."""

from __future__ import annotations

import json
import pickle
from itertools import count

import pytest

from persona_env.errors import JudgeError
from persona_env.judges import Answer, EndpointJudge, Record, ReplayJudge, question_of
from persona_env.judges import replay as replay_module
from persona_env.judges.judge import Judge
from persona_env.judges.record import Keys, asked
from persona_env.reading import Reading
from tests.judges.cases import ask_about
from tests.judges.fake_server import GOOD, completion, obeying, serving

TEXT = json.dumps(GOOD)


class Counting(Judge):
    """Answers the n-th question it is asked with warmth n / 100."""

    def __init__(self, record=None, model="m", **options):
        super().__init__(model, {"temperature": 0}, record, **options)
        self.numbers = count()

    def answers(self, questions):
        for place in reversed(range(len(questions))):
            yield place, Answer(json.dumps({**GOOD, "warm": next(self.numbers) / 100}))


def read(judge, *replies):
    asks = [ask_about(reply) for reply in replies]
    return judge.fill(asks, [Reading()] * len(asks))


def test_what_was_recorded_is_replayed_without_asking(tmp_path):
    path = tmp_path / "r.jsonl"
    first = read(Counting(Record(path)), "One.", "Two.", "Three.")
    again = ReplayJudge(str(path))
    assert read(again, "Two.", "Three.", "One.") == [first[1], first[2], first[0]]
    assert again.cost.replayed == 3
    assert again.cost.asked == 0
    assert again.name == "judge:m"


def test_a_miss_is_an_error_that_says_what_to_do(tmp_path):
    path = tmp_path / "r.jsonl"
    read(Counting(Record(path)), "One.")
    with pytest.raises(
        JudgeError, match=r"no answer of 'm' to 2 of .*--judge m@URL --judge-record"
    ):
        read(ReplayJudge(str(path)), "One.", "Two.", "Three.")


def test_equal_questions_in_one_batch_keep_their_own_answers(tmp_path):
    path = tmp_path / "r.jsonl"
    same, other = question_of(ask_about("One.")), question_of(ask_about("Two."))
    first = Counting(Record(path)).ask([same, other, same, same])
    assert len({answer.text for answer in first}) == 4
    texts = [answer.text for answer in first]
    assert [a.text for a in ReplayJudge(str(path)).ask([same, other, same, same])] == texts
    assert [a.text for a in ReplayJudge(str(path)).ask([same, same])] == [texts[0], texts[2]]


def test_a_file_holds_neither_prompts_nor_replies(tmp_path):
    path = tmp_path / "r.jsonl"
    read(Counting(Record(path)), "A most peculiar reply.")
    held = path.read_text()
    assert "peculiar" not in held
    assert "violin" not in held
    head, line = map(json.loads, held.splitlines())
    assert head == {
        "model": "m", "parameters": {"temperature": 0}, "question": asked("m", {}).question,
    }  # fmt: skip
    assert set(line) == {"key", "answer"}


def test_the_key_changes_with_everything_that_an_answer_depends_on():
    one, two = question_of(ask_about("One.")), question_of(ask_about("Two."))
    who = asked("m", {"temperature": 0})
    others = [
        Keys(who).of(two), Keys(who).of(one, 1), Keys(asked("n", {"temperature": 0})).of(one),
        Keys(asked("m", {"temperature": 1})).of(one), Keys(who._replace(question="x")).of(one),
        Keys(who).of(one._replace(system="Be kind.")), Keys(who).of(one._replace(before="")),
    ]  # fmt: skip
    keys = [Keys(who).of(one), *others]
    assert len(set(keys)) == len(keys)
    assert Keys(asked("m", {"temperature": 0})).of(one) == keys[0]


def test_the_key_of_a_question_stays_what_it_is():
    """Changed on purpose, this raises the question's version: records have to be made again."""
    assert asked("m", {}).question == (
        "4d20f7377a3e1b39049a94171411b6b61e79ef787ebc02f235ade7e7bd0cf04b"
    )


def test_a_run_that_was_stopped_goes_on(tmp_path):
    path = tmp_path / "r.jsonl"
    first = read(Counting(Record(path)), "One.", "Two.")
    whole = path.read_bytes()
    path.write_bytes(whole[:-7])  # torn in the middle of the last line
    judge = Counting(Record(path))
    again = read(judge, "One.", "Two.")
    assert judge.cost.asked == 1
    assert judge.cost.replayed == 1
    assert sum(a == b for a, b in zip(first, again, strict=True)) >= 1
    assert read(ReplayJudge(str(path)), "One.", "Two.") == again
    assert path.read_bytes().count(b"\n") == 3


def test_answers_are_appended_as_they_come(tmp_path):
    path = tmp_path / "r.jsonl"

    class Stopped(Counting):
        def answers(self, questions):
            for number, found in enumerate(super().answers(questions)):
                if number == 2:
                    raise KeyboardInterrupt
                yield found

    with pytest.raises(KeyboardInterrupt):
        read(Stopped(Record(path)), "One.", "Two.", "Three.")
    assert len(Record(path)) == 2


def test_of_two_answers_with_one_key_the_first_holds(tmp_path):
    path = tmp_path / "r.jsonl"
    read(Counting(Record(path)), "One.")
    line = json.loads(path.read_text().splitlines()[1])
    with path.open("a") as file:
        file.write(json.dumps({**line, "answer": "{}"}) + "\n")
    assert read(ReplayJudge(str(path)), "One.")[0].warm.value == 0.0


def test_what_asking_again_may_mend_is_not_recorded(tmp_path):
    path, troubles = tmp_path / "r.jsonl", [(500, {}, ""), completion("I cannot say.")]

    def behave(body, number):
        return troubles.pop(0) if troubles else completion(TEXT)

    with serving(obeying(behave)) as fake:
        judge = EndpointJudge("m", fake.url, retries=0, record=Record(path), concurrency=1)
        read(judge, "One.", "Two.")
        assert len(Record(path)) == 1  # prose is the judge's own answer, a broken server is none
        assert read(judge, "One.", "Two.")[0].warm.value == 0.8
    replayed = ReplayJudge(str(path))
    assert read(replayed, "One.", "Two.")[1] == Reading()
    assert set(replayed.cost.failures) == {"invalid_response_format"}


def test_a_file_of_several_models_needs_a_name(tmp_path):
    path = tmp_path / "r.jsonl"
    read(Counting(Record(path)), "One.")
    read(Counting(Record(path), model="n"), "One.")
    with pytest.raises(JudgeError, match=r"several models or parameters \(\['m', 'n'\]\)"):
        ReplayJudge(str(path))
    assert read(ReplayJudge(str(path), "n"), "One.")[0].warm.is_read
    with pytest.raises(JudgeError, match=r"no answers of 'o'; it has \['m', 'n'\]"):
        ReplayJudge(str(path), "o")


def test_a_file_of_another_version_is_refused(tmp_path, monkeypatch):
    path = tmp_path / "r.jsonl"
    read(Counting(Record(path)), "One.")
    monkeypatch.setattr(replay_module, "question_digest", lambda: "another")
    with pytest.raises(JudgeError, match="other words of the question"):
        ReplayJudge(str(path))


def test_no_file_is_an_error_to_replay_and_none_to_record(tmp_path):
    with pytest.raises(JudgeError, match="holds no answers: record some with --judge"):
        ReplayJudge(str(tmp_path / "none.jsonl"))
    assert not (tmp_path / "none.jsonl").exists()


@pytest.mark.parametrize("line", ["not JSON", "[]", '{"key": "x"}', '{"model": "m"}', "3"])
def test_a_file_that_is_no_record_is_an_error_with_its_line(tmp_path, line):
    path = tmp_path / "r.jsonl"
    path.write_text(f"\n{line}\n")
    with pytest.raises(JudgeError, match=r"line 2: no line of a judge's record"):
        ReplayJudge(str(path))


def test_a_folder_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(JudgeError, match="No such file or directory"):
        read(Counting(Record(tmp_path / "none" / "r.jsonl")), "One.")


def test_a_pickled_replay_reads_its_file_again(tmp_path):
    path = tmp_path / "r.jsonl"
    first = read(Counting(Record(path)), "One.")
    judge = ReplayJudge(str(path))
    read(judge, "One.")
    data = pickle.dumps(judge)
    assert len(data) < 20_000
    assert read(pickle.loads(data), "One.") == first  # noqa: S301
