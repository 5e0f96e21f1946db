"""An agent that is asked in words which of two replies is better."""

from __future__ import annotations

import pytest

from persona_env.agent import Failed
from persona_env.agents.learning.ai_feedback import Principle, drawn_for
from persona_env.agents.learning.annotators import find_annotator
from persona_env.agents.learning.asked import AskedAnnotator
from persona_env.errors import PersonaEnvError
from persona_env.preferences import Candidates
from persona_env.preferences.agreement import order_flips
from persona_env.text_envs import make_text_env

HERE = "tests.agents.learning.test_asked"
ONE = Candidates(
    prompt="Rice?", replies=("Rinse it.", "No."),
    messages=({"role": "system", "content": "Child."}, {"role": "user", "content": "Rice?"}),
)  # fmt: skip
KIND = Principle("kind", "Be kind.")


class Asked:
    """Answers by a function of the question; what it is asked is kept."""

    def __init__(self, answer):
        self.answer, self.texts = answer, []

    def __call__(self, observations):
        texts = [one["messages"][-1]["content"] for one in observations]
        self.texts += texts
        return [self.answer(text) for text in texts]


def rinses(text):
    """The letter of the reply that rinses."""
    return "Reply B." if text.index("No.") < text.index("Rinse it.") else "It is A"


def says(answer, *candidates, principles=()):
    return AskedAnnotator(Asked(answer), "ann", principles).annotate(candidates or (ONE,))


def test_the_same_reply_in_both_orders_is_preferred():
    (said,) = says(rinses)
    assert (said.label, said.probability, said.annotator) == ("first", 1.0, "ann")
    assert said.by_order == (1.0, 1.0)
    assert order_flips([said]) == (0, 1)
    (said,) = says(rinses, ONE.model_copy(update={"replies": ("No.", "Rinse it.")}))
    assert (said.label, said.probability) == ("second", 0.0)


def test_who_always_says_a_prefers_nothing():
    (said,) = says(lambda text: "A")
    assert (said.label, said.probability) == ("same", 0.5)
    assert said.by_order == (1.0, 0.0)  # what stands first, in either order
    assert order_flips([said]) == (1, 1)


@pytest.mark.parametrize("answer", ["Neither.", "A or B", "", Failed("timeout")])
def test_an_answer_without_a_letter_or_a_failure_leaves_no_label(answer):
    assert says(lambda text: answer) == [None]
    assert says(lambda text: answer if text.index("No.") < text.index("Rinse") else "A") == [None]


def test_more_than_two_replies_get_no_label_and_are_not_asked():
    three = Candidates(prompt="?", replies=("a", "b", "c"))
    asked = Asked(rinses)
    assert AskedAnnotator(asked, "ann").annotate([three, ONE])[0] is None
    assert len(asked.texts) == 2


def test_a_principle_is_drawn_for_each_pair_and_the_users_wishes_are_one():
    asked = Asked(lambda text: "A")
    some = [ONE.model_copy(update={"seed": n}) for n in range(30)]
    notes = [said.note for said in AskedAnnotator(asked, "ann", [KIND]).annotate(some, seed=1)]
    assert {*notes} == {"principle kind", "principle user"}
    assert notes == [one.note for one in AskedAnnotator(asked, "ann", [KIND]).annotate(some, 1)]
    assert any("Be kind. Answer with one letter" in text for text in asked.texts)
    assert drawn_for(ONE, [], None) is None


agent = Asked(rinses)


def test_agents_annotate_by_name():
    env = make_text_env("PersonaChat-v0", register="tiny", profiles=["sam"])[1]
    found = find_annotator(f"asked:{HERE}:agent", env, principles=[KIND])
    assert (found.name, found.principles) == (f"asked:{HERE}:agent", [KIND])
    assert isinstance(find_annotator("asked:persona-tiny", env), AskedAnnotator)
    with pytest.raises(PersonaEnvError, match="cannot be asked in words"):
        find_annotator("asked:oracle", env)
