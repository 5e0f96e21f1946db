"""Shapes that papers found, on problems small enough that the reason is known."""

from __future__ import annotations

import math

import numpy as np
import torch

from persona_env.agents.learning.self_rewarding import best_against_worst
from persona_env.agents.learning.two_rewards import combined
from persona_env.metrics import best_of_n
from persona_env.preferences import Candidates
from persona_env.text.spans import word_count

from .closed_forms import dpo, kto

# A policy over sixteen replies: four qualities in each of four lengths, which have nothing to do
# with each other. The grades that it gives itself lean to length a little.
LEANING = 0.25  # for each doubling of the words; qualities are 1 apart
REPLIES = tuple(
    " ".join(["word"] * (words - 1) + [f"q{quality}"])
    for words in (4, 8, 16, 32)
    for quality in range(4)
)
WORDS = torch.tensor([float(word_count(reply)) for reply in REPLIES])
QUALITY = torch.tensor([float(reply[-1]) for reply in REPLIES])


def grade(reply):
    return float(reply[-1]) + LEANING * math.log2(1 + word_count(reply))


HELD = 0.5  # standard deviations of the grades for each doubling of the words: twice what they lean


def grades(one):
    return [grade(reply) for reply in one.replies]


def self_rewarded(penalty, rounds=3, seed=0):
    """The words and the quality of a policy after each round of DPO on its own grades."""
    rng, logits = np.random.default_rng(seed), torch.zeros(len(REPLIES))
    found = []
    for _ in range(rounds):
        p = torch.softmax(logits, 0).double().numpy()
        drawn = [rng.choice(REPLIES, size=4, p=p / p.sum()) for _ in range(400)]
        asked = [Candidates(prompt="?", replies=tuple(map(str, four))) for four in drawn]
        pairs = best_against_worst(asked, grades, penalty=penalty)
        places = torch.tensor([[REPLIES.index(r) for r in one.replies] for one in pairs])
        reference, logits = logits, logits.clone().requires_grad_()
        optimizer = torch.optim.Adam([logits], lr=0.05)
        for _ in range(60):
            ratios = (torch.log_softmax(logits, 0) - torch.log_softmax(reference, 0))[places]
            optimizer.zero_grad()
            dpo(ratios[:, 0], ratios[:, 1], beta=0.5).backward()
            optimizer.step()
        logits = logits.detach()
        p = torch.softmax(logits, 0)
        found.append((float(p @ WORDS), float(p @ QUALITY)))
    return found


def test_self_rewarding_grows_in_length_unless_length_costs():
    free, held = self_rewarded(0.0), self_rewarded(HELD)
    start = float(WORDS.mean())
    words = [start, *(words for words, _ in free)]
    assert words == sorted(words)
    assert words[-1] > 1.2 * start
    assert all(words < 1.1 * start for words, _ in held)
    assert held[-1][1] > float(QUALITY.mean()) + 0.5  # it learns all the same


def chosen_by_thresholds(seed=0):
    """By threshold, how helpful and how safe the best of 16 replies is by Llama 2's rule, where the
    more helpful replies are less safe."""
    rng = np.random.default_rng(seed)
    both = rng.multivariate_normal([0, 0], [[1, -0.6], [-0.6, 1]], size=(200, 16))
    helpful, safe = 1 / (1 + np.exp(-both[..., 0])), 1 / (1 + np.exp(-both[..., 1]))
    kept = {}
    for threshold in (0.0, 0.15, 0.4):
        chosen_by = [
            combined(h, s, [False] * 16, threshold) for h, s in zip(helpful, safe, strict=True)
        ]
        kept[threshold] = [
            np.mean([best_of_n(r, 16, c) for r, c in zip(rows, chosen_by, strict=True)])
            for rows in (helpful, safe)
        ]
    return kept


def test_a_higher_safety_threshold_is_paid_for_in_helpfulness():
    (free, risky), (middle, better), (strict, safest) = chosen_by_thresholds().values()
    assert free > middle > strict
    assert risky < better < safest


def learnt(loss, steps=30):
    """How probable each of three replies is after descent of a loss of their log-ratios."""
    logits = torch.zeros(3, requires_grad=True)
    optimizer = torch.optim.Adam([logits], lr=0.05)
    for _ in range(steps):
        optimizer.zero_grad()
        loss(torch.log_softmax(logits, 0) + math.log(3)).backward()
        optimizer.step()
    return torch.softmax(logits.detach(), 0)


def paired_and_single():
    """How probable the good reply of three becomes: by DPO, which is shown pairs of it with either
    bad one, and by KTO, which is shown one good reply in ten."""
    shown = torch.tensor([0] + [1, 2] * 4 + [1])
    good = shown == 0
    weights = (float((~good).sum() / good.sum()), 1.0)  # as for persona-env train --method kto
    paired = learnt(lambda h: dpo(h[[0, 0]], h[1:], beta=0.1))
    single = learnt(lambda h: kto(h[shown], good, h[shown], beta=0.1, weights=weights))
    return float(paired[0]), float(single[0])


def test_kto_with_one_desirable_reply_in_ten_comes_near_dpo():
    paired, single = paired_and_single()
    assert paired > 0.9
    assert single > paired - 0.05
