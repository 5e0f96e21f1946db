"""Critique and revision by principles, and a model that grades itself."""

from __future__ import annotations

import pytest

from persona_env.agent import Cut, Failed
from persona_env.agents.learning.ai_feedback import Principle, of_user
from persona_env.agents.learning.constitution import revise
from persona_env.agents.learning.self_rewarding import best_against_worst
from persona_env.errors import PersonaEnvError
from persona_env.preferences import Candidates

KIND = Principle("kind", "Choose the kind reply.")
SEEN = ({"role": "system", "content": "Child."}, {"role": "user", "content": "Rice?"})
ONE = Candidates(prompt="Rice?", replies=("Go away.", "x"), messages=SEEN)
PLAIN = Candidates(prompt="Tea?", replies=("No.", "x"))


class Reviser:
    """Criticises with the principle, and revises by adding a word."""

    def __init__(self, says=None):
        self.asked, self.says = [], says

    def __call__(self, observations):
        texts = [one["messages"][-1]["content"] for one in observations]
        self.asked += texts
        return [self.answer(text) for text in texts]

    def answer(self, text):
        if "fall short" in text:
            return "It is unkind."
        before = text.split("The reply: ")[1].split("\n")[0]
        return f"{before} Please." if self.says is None else self.says


def test_each_step_criticises_then_revises_what_came_before():
    agent = Reviser()
    first, second = revise(agent, [ONE, PLAIN], [KIND], steps=2)
    assert [step.reply for step in first.steps] == ["Go away. Please.", "Go away. Please. Please."]
    assert first.row == {
        "prompt": list(SEEN),
        "completion": [{"role": "assistant", "content": "Go away. Please. Please."}],
    }
    assert second.row["prompt"] == [{"role": "user", "content": "Tea?"}]
    assert second.steps[0].principle == KIND.text
    revisions = [text for text in agent.asked if "Write the reply anew" in text]
    assert all("What is wrong with it: It is unkind." in text for text in revisions)


def test_what_the_user_wants_is_a_principle():
    assert of_user(SEEN) == (Principle("user", "Choose the reply that suits this user. Child."),)
    assert of_user(SEEN[1:]) == ()
    (only,) = revise(Reviser(), [ONE], [])
    assert only.steps[0].principle.endswith("Child.")


def test_principles_are_drawn_by_the_seed():
    some = [PLAIN.model_copy(update={"seed": n}) for n in range(20)]
    principles = [KIND, Principle("brief", "Choose the brief reply.")]
    drawn = [[one.steps[0].principle for one in revise(Reviser(), some, principles, seed=s)]
             for s in (0, 0, 1)]  # fmt: skip
    assert drawn[0] == drawn[1] != drawn[2]
    assert len({*drawn[0]}) == 2


def test_the_critic_is_told_of_the_user():
    agent = Reviser()
    revise(agent, [ONE, PLAIN], [KIND])
    assert ["About the user: Child." in text for text in agent.asked] == [True, False] * 2


@pytest.mark.parametrize("says", ["  ", Cut("No, because"), Failed("no answer")])
def test_what_is_empty_unfinished_or_failed_keeps_the_reply(says):
    (one,) = revise(Reviser(says), [PLAIN], [KIND], steps=2)
    assert one.steps == ()
    assert one.row["completion"][0]["content"] == "No."


def test_without_a_critique_nothing_is_revised():
    class Half(Reviser):
        """Has no critique of one of the replies."""

        def answer(self, text):
            lost = "fall short" in text and "Rice" in text
            return Failed("no answer") if lost else super().answer(text)

    lost, done = revise(Half(), [ONE, PLAIN], [KIND])
    assert (lost.steps, done.steps[0].reply) == ((), "No. Please.")


def test_the_best_stands_against_the_worst_and_ties_are_left_out():
    four = Candidates(prompt="?", replies=("a", "a b", "a b c", "a b c d"))
    tied = Candidates(prompt="!", replies=("a", "b"))
    (found,) = best_against_worst(
        [four, tied], lambda one: [float(len(reply.split()) % 4) for reply in one.replies]
    )
    assert found.replies == ("a b c", "a b c d")
    assert (found.label, found.annotator) == ("first", "itself")


def test_a_penalty_holds_the_length():
    two = Candidates(prompt="?", replies=("a b c", "a b c a b c a b c a b c a b c"))

    def longer(one):
        return [0.1 * len(reply.split()) for reply in one.replies]

    (free,) = best_against_worst([two], longer)
    (held,) = best_against_worst([two], longer, penalty=2.0)  # 0.3 - 2.4 and 1.5 - 4.8
    assert free.replies == tuple(reversed(held.replies))
    assert held.replies[0] == "a b c"
    with pytest.raises(PersonaEnvError, match="penalty must be 0 or above"):
        best_against_worst([two], longer, penalty=-1)
