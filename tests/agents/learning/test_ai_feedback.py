"""A language model as an annotator, with a model whose next token is known."""

from __future__ import annotations

import math
from types import SimpleNamespace

import pytest
import torch
from transformers import LlamaConfig

from persona_env.agents import load_policy
from persona_env.agents.learning import ai_feedback
from persona_env.agents.learning.ai_feedback import (
    CLAMP,
    ModelAnnotator,
    Principle,
    answer_log_probs,
    expected_grade,
    first_tokens,
    load_constitution,
    question,
)
from persona_env.errors import PersonaEnvError
from persona_env.preferences import Candidates
from persona_env.preferences.agreement import order_flips
from persona_env.wrappers.tokenizers import bundled_codec

CODEC = bundled_codec()
ONE = Candidates(
    prompt="Rice?", replies=("Rinse it.", "No."),
    messages=({"role": "system", "content": "Child."}, {"role": "user", "content": "Rice?"}),
)  # fmt: skip


class Model:
    """Gives each next token the logit that a function of the text so far says."""

    device = torch.device("cpu")
    dtype = torch.float32
    config = LlamaConfig(max_position_embeddings=512, vocab_size=CODEC.size)

    def __init__(self, logits_of):
        self.logits_of, self.asked = logits_of, []

    def __call__(self, input_ids, **masked):
        ids = input_ids
        text = CODEC.decode(ids[0].tolist())
        self.asked.append(text)
        logits = torch.full((1, ids.shape[1], CODEC.size), -30.0)
        for token, value in self.logits_of(text).items():
            logits[:, :, token] = value
        return SimpleNamespace(logits=logits)


A, B = (first_tokens(CODEC, letter)[0] for letter in "AB")


def annotator(logits_of, **more):
    return ModelAnnotator(Model(logits_of), CODEC, **more)


def test_a_model_that_likes_what_stands_first_prefers_nothing():
    (said,) = annotator(lambda text: {A: 2.0, B: 0.0}).annotate([ONE])
    assert said.probability == pytest.approx(0.5)
    assert said.by_order == pytest.approx((1 / (1 + math.exp(-2)), 1 / (1 + math.exp(2))))
    assert order_flips([said]) == (1, 1)


def test_the_label_is_the_mean_of_both_orders():
    def rinsing(text):
        first = text.index("Rinse it.") < text.index("No.")
        return {A: 2.0, B: 0.0} if first else {A: 0.0, B: 1.0}

    (said,) = annotator(rinsing, name="judge").annotate([ONE])
    expected = (1 / (1 + math.exp(-2)) + 1 / (1 + math.exp(-1))) / 2
    assert said.probability == pytest.approx(expected)
    assert (said.label, said.annotator, said.note) == ("first", "judge", "")
    assert said.by_order == pytest.approx((1 / (1 + math.exp(-2)), 1 / (1 + math.exp(-1))))
    assert {"persona_env", "transformers"} <= set(said.versions)


def test_the_model_is_shown_the_user_both_replies_and_the_principle():
    (_, asked) = question(ONE, (1, 0), "Be kind.")
    text = asked["content"]
    assert text.index("Child.") < text.index("Rice?") < text.index("No.") < text.index("Rinse it.")
    assert "Be kind. Answer with one letter, A or B." in text


def test_a_principle_is_drawn_for_each_pair_by_the_seed():
    some = [ONE.model_copy(update={"seed": n}) for n in range(30)]
    principles = [Principle(name, f"Be {name}.") for name in ("kind", "brief", "fair")]
    made = annotator(lambda text: {A: 0.0, B: 0.0}, principles=principles)
    notes = [said.note for said in made.annotate(some, seed=1)]
    assert len({*notes}) == 4  # what the user wants is one
    assert notes == [said.note for said in made.annotate(some, seed=1)]
    assert "Be kind." in "".join(made.model.asked)


def test_more_than_two_replies_get_no_label():
    three = Candidates(prompt="?", replies=("a", "b", "c"))
    assert annotator(lambda text: {A: 0.0, B: 0.0}).annotate([three]) == [None]


def test_reasoning_comes_first_and_clamps(monkeypatch):
    """It is asked to reason, not for a letter alone; the letter follows what it wrote."""
    asked = []

    def thinks(model, codec, prompts, *, max_new_tokens):
        asked.extend(codec.decode(ids) for ids in prompts)
        return [codec.encode("The one that rinses is better.")] * len(prompts)

    monkeypatch.setattr(ai_feedback, "generate", thinks)
    sure = annotator(lambda text: {A: 9.0, B: 0.0}, reasons=True)
    sure.annotate([ONE])
    assert len(asked) == len(sure.model.asked) == 2
    assert all("Say in two or three sentences" in text for text in asked)
    assert not any("Answer with one letter" in text for text in asked)
    for text in sure.model.asked:
        assert text.endswith("The one that rinses is better.\nSo the better one is Reply")

    def rinsing(text):
        return {A: 9.0, B: 0.0} if text.index("Rinse it.") < text.index("No.") else {B: 9.0, A: 0.0}

    (said,) = annotator(rinsing, reasons=True).annotate([ONE])
    assert said.probability == CLAMP[1]
    assert min(said.by_order) > 0.99  # as it was said


def test_a_policy_can_be_asked_to_reason():
    model, codec = load_policy("persona-tiny")
    (said,) = ModelAnnotator(model, codec, reasons=True).annotate([ONE])
    assert CLAMP[0] <= said.probability <= CLAMP[1]


def test_a_grade_is_an_expectation():
    """All mass on 10 gives 1, all on 1 gives -1."""
    one, zero, end = CODEC.encode("1")[0], CODEC.encode("0")[0], CODEC.end_id
    ten = CODEC.encode("10")

    def only(wanted):
        def logits(text):
            return dict.fromkeys({*wanted, end}, 30.0)

        return Model(logits)

    top = expected_grade(only(ten), CODEC, ONE, "Rinse it.")
    low = expected_grade(Model(lambda text: {one: 30.0, end: 30.0, zero: -30.0}), CODEC, ONE, "No.")
    assert top > low
    assert low == pytest.approx(-1, abs=1e-6)
    assert -1 <= top <= 1


def test_a_prompt_is_read_once_for_all_grades():
    """The log-probabilities are those that each answer by itself has after the prompt."""
    model, codec = load_policy("persona-tiny")
    prompt, answers = codec.encode("How good?"), [codec.encode(text) for text in ("1", "10", "9")]
    read = []
    handle = model.register_forward_hook(lambda *given: read.append(1))
    found = answer_log_probs(model, prompt, answers)
    handle.remove()
    assert len(read) == 1
    for answer, one in zip(answers, found, strict=True):
        with torch.inference_mode():
            logits = model(torch.tensor([[*prompt, *answer]])).logits[0, len(prompt) - 1 : -1]
        alone = logits.double().log_softmax(-1).gather(1, torch.tensor(answer)[:, None])[:, 0]
        torch.testing.assert_close(one, alone, atol=1e-4, rtol=0)


def test_the_constitution_of_the_library_and_ones_own():
    principles = load_constitution()
    assert len(principles) >= 16
    assert len({one.name for one in principles}) == len(principles)
    own = load_constitution('[[principle]]\nname = "kind"\ntext = "Be kind."')
    assert own == (Principle("kind", "Be kind."),)
    for wrong in ("", "principle = 3", '[[principle]]\nname = "kind"'):
        with pytest.raises(PersonaEnvError, match=r"\[\[principle\]\]"):
            load_constitution(wrong)
