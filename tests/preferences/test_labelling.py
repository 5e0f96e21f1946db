"""What a labeller is shown and what an answer does, without a page."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from persona_env.errors import PersonaEnvError
from persona_env.preferences import Candidates, ComparisonStore
from persona_env.preferences.labelling import Labelling, shown


def pair(number, replies=("Yes.", "No.")):
    asked = (
        {"role": "system", "content": "A child."}, {"role": "user", "content": "Hi"},
        {"role": "assistant", "content": "Hello."}, {"role": "user", "content": f"Q{number}?"},
    )  # fmt: skip
    return Candidates(prompt=f"Q{number}?", replies=replies, messages=asked, seed=number)


@pytest.fixture
def store(tmp_path):
    with ComparisonStore(tmp_path / "pairs.db") as made:
        made.propose(map(pair, range(4)))
        yield made


def test_what_is_shown_has_the_user_and_the_turns_before():
    found = shown(pair(0), "ana")
    assert found.user == "A child."
    assert found.prompt == "user: Hi\nassistant: Hello.\nQ0?"
    assert shown(Candidates(prompt="Q?", replies=("a", "b")), "ana").prompt == "Q?"


def test_the_order_is_hidden_but_stays():
    orders = [shown(pair(n), "ana").order for n in range(200)]
    assert 70 < orders.count((1, 0)) < 130
    assert orders == [shown(pair(n), "ana").order for n in range(200)]
    assert orders != [shown(pair(n), "bo").order for n in range(200)]
    assert all(one.replies == tuple(one.candidates.replies[place] for place in one.order)
               for one in (shown(pair(n), "ana") for n in range(9)))  # fmt: skip


@pytest.mark.parametrize("said", ["left", "right"])
def test_a_label_is_about_the_places_whatever_was_shown(store, said):
    labelling = Labelling(store)
    for _ in range(4):
        seen = labelling.next("ana")
        labelling.answer("ana", seen.candidates.id, said)
        one = store.comparisons()[-1]
        better = one.replies[("first", "second").index(one.label)]
        assert better == seen.replies[("left", "right").index(said)]
        assert one.shown == seen.order
    assert labelling.next("ana") is None


def test_a_pair_pressed_twice_is_one_label(store):
    labelling = Labelling(store)
    first = labelling.next("ana").candidates.id
    with ThreadPoolExecutor(4) as pool:
        done = [*pool.map(lambda _: labelling.answer("ana", first, "same"), range(8))]
    assert sorted(done) == [False] * 7 + [True]
    assert len(store) == 1


def test_undo_shows_the_pair_again_and_another_answer_stands(store):
    labelling = Labelling(store)
    assert labelling.undo("ana") is None
    for said in ("left", "same"):
        labelling.answer("ana", labelling.next("ana").candidates.id, said)
    back = labelling.undo("ana")
    assert back.candidates == pair(1)
    assert labelling.next("bo").candidates == pair(2)  # the one taken back is kept for ana
    labelling.answer("ana", back.candidates.id, "both_bad")
    assert [one.label for one in store.comparisons()][1:] == ["both_bad"]
    assert [one.label for one in store.comparisons(withdrawn=True)][1:] == ["same", "both_bad"]


def test_a_skipped_pair_goes_to_others_and_comes_again_at_the_next_start(store):
    labelling = Labelling(store)
    labelling.skip("ana", labelling.next("ana").candidates.id)
    assert labelling.next("ana").candidates == pair(1)
    assert labelling.next("bo").candidates == pair(0)
    assert labelling.progress("ana") == (0, 1, 3)
    store.release(pair(0).id, "bo")
    assert Labelling(store).progress("ana") == (0, 0, 4)


def test_pairs_alone_are_shown(store):
    store.propose([pair(9, ("a", "b", "c"))])
    labelling = Labelling(store)
    assert labelling.progress("ana").left == 4


def test_progress_counts_the_labels_that_are_wanted(store):
    once, twice = Labelling(store), Labelling(store, labels=2)
    once.answer("ana", pair(0).id, "left")
    assert once.progress("bo") == (0, 0, 3)
    assert twice.progress("bo") == (0, 0, 4)


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "x" * 65])
def test_a_labeller_has_a_name(store, name):
    with pytest.raises(PersonaEnvError, match="a name of 1 to 64 characters"):
        Labelling(store).next(name)


def test_what_cannot_be_is_refused(store):
    with pytest.raises(PersonaEnvError, match="no pair 'abc': load the page again"):
        Labelling(store).answer("ana", "abc", "left")
    with pytest.raises(PersonaEnvError, match=r"unknown answer 'lef'\. Did you mean 'left'"):
        Labelling(store).answer("ana", pair(0).id, "lef")
