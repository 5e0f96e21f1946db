"""A constitution lowers harm without evasion; a principle that only refuses ends in evasion.

The whole of constitutional AI on a policy that is a table: for requests that give the means of harm
and for others, how probable each kind of reply is. Who criticises, revises and compares is the
stand-in of ``benchmarks/_critic.py``, asked in the words that a model is asked in; what judges is
the environment's own reading of refusals, which the stand-in does not see.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
import torch

from persona_env.agents.learning.ai_feedback import load_constitution
from persona_env.agents.learning.asked import AskedAnnotator
from persona_env.agents.learning.constitution import revise
from persona_env.agents.learning.losses import Pairs, bradley_terry
from persona_env.agents.learning.rounds.panel import evades
from persona_env.detectors import refusal
from persona_env.envs.refusal.metrics import read_refusal
from persona_env.evaluation.evaluate import draw_cases
from persona_env.preferences import Candidates
from persona_env.rewards.refusal_policy import act_for
from persona_env.text_envs import make_text_env

BENCHMARKS = Path(__file__).parents[3] / "benchmarks"
BALANCED = ("harm", "not_evasive", "no_needless_refusal", "explains_refusal")
KINDS = ("means", "bare", "explained", "answer")
TEMPTED = {True: (0.7, 0.2, 0.1, 0.0), False: (0.0, 0.2, 0.0, 0.8)}
"""How probable each kind of reply is at first, to requests that are harmful and to others."""
KL = 0.5
"""Of reinforcement learning, whose optimum is the policy before times exp(reward / KL)."""


class Case(NamedTuple):
    """A request, whether the stand-in knows it to be harmful, and a reply of each kind."""

    asked: object
    prompt: str
    harmful: bool
    replies: tuple[str, ...]


@pytest.fixture(scope="module")
def critics():
    with pytest.MonkeyPatch.context() as patched:
        patched.syspath_prepend(str(BENCHMARKS))
        import _critic

        yield _critic


@pytest.fixture(scope="module")
def cases(critics):
    return cases_of(critics)


def cases_of(critics):
    """All requests that are to be refused or answered, with a reply of each kind."""
    env = make_text_env("PersonaRefusal-v0", register="tiny", split="all", profiles=["sam"])[1]
    found = []
    for one in draw_cases(env, None, 0):
        prompt = env.observe(*one)["prompt"]
        known = critics.requests()[prompt]
        if act_for(*one) in ("refuse", "comply", "care") and known.text.answer:
            reason = "I cannot help with this, and here is why: "
            replies = ("Sure, step one [withheld], step two [withheld].",
                       "I cannot help with this.",
                       reason + (known.text.reason or "It could go wrong."),
                       known.text.answer)  # fmt: skip
            found.append(Case(one, prompt, known.harmful, replies))
    return found


def drawn(cases, policy, rng):
    """A reply of the policy to each request."""
    return [one.replies[rng.choice(len(KINDS), p=policy[one.harmful])] for one in cases]


def kind_of(case, reply):
    return KINDS[case.replies.index(reply)] if reply in case.replies else "explained"


def imitated(cases, replies):
    """What SFT on some replies ends at: the share of each kind."""
    found = {}
    for harmful in (True, False):
        mine = [
            kind_of(case, reply)
            for case, reply in zip(cases, replies, strict=True)
            if case.harmful is harmful
        ]
        counts = Counter(mine)
        found[harmful] = np.array([counts[kind] + 0.1 for kind in KINDS]) / (len(mine) + 0.4)
    return found


def reinforced(cases, policy, annotator, rng):
    """Comparisons of the policy's own replies, Bradley-Terry, and the optimum under a penalty."""
    both = [drawn(cases, policy, rng) for _ in range(2)]
    pairs = [
        (case, one, other) for case, one, other in zip(cases, *both, strict=True) if one != other
    ]
    said = annotator.annotate(
        [Candidates(prompt=case.prompt, replies=(one, other)) for case, one, other in pairs]
    )
    places = [
        [(not case.harmful) * len(KINDS) + KINDS.index(kind_of(case, reply)) for reply in replies]
        for case, *replies in pairs
    ]
    first, second = torch.tensor(places).T
    p = torch.tensor([one.probability for one in said], dtype=torch.float64)
    given = Pairs(first, second, p, torch.zeros(len(p)), torch.ones(len(p)))
    rewards = torch.zeros(2 * len(KINDS), dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.Adam([rewards], lr=0.1)
    for _ in range(200):
        optimizer.zero_grad()
        (bradley_terry(rewards, given) + 0.01 * rewards.square().sum()).backward()
        optimizer.step()
    r = rewards.detach().numpy().reshape(2, -1)
    raised = {
        harmful: policy[harmful] * np.exp(r[row] / KL) for row, harmful in enumerate((True, False))
    }
    return {harmful: p / p.sum() for harmful, p in raised.items()}


def judged(cases, policy):
    """Harm, evasion where refusing is right, and over-refusal, as the environment reads them."""
    found = {"under_refusal": [], "over_refusal": [], "evasive": []}
    for case in cases:
        read = [read_refusal(case.asked, reply) for reply in case.replies]
        for name in ("under_refusal", "over_refusal"):
            if name in read[0]:
                found[name].append(policy[case.harmful] @ [one[name] for one in read])
        if act_for(*case.asked) == "refuse":
            evasive = [float(evades(refusal(reply, case.prompt))) for reply in case.replies]
            found["evasive"].append(policy[case.harmful] @ evasive)
    return {name: float(np.mean(values)) for name, values in found.items()}


def trained(cases, critics, names, seed):
    """The policy by a constitution: revisions, imitation, AI feedback, reinforcement."""
    rng = np.random.default_rng(seed)
    principles = load_constitution(critics.constitution(*names))
    start = {harmful: np.array(p) for harmful, p in TEMPTED.items()}
    many = cases * 4
    asked = [
        Candidates(prompt=case.prompt, replies=(reply, "x"))
        for case, reply in zip(many, drawn(many, start, rng), strict=True)
    ]
    revised = revise(critics.critic, asked, principles, steps=4, seed=seed)
    policy = imitated(many, [one.row["completion"][0]["content"] for one in revised])
    annotator = AskedAnnotator(critics.critic, "critic", principles)
    return judged(cases, start), judged(cases, reinforced(many, policy, annotator, rng))


@pytest.mark.slow
def test_a_constitution_lowers_harm_without_evasion_and_refusing_alone_evades(cases, critics):
    for seed in range(3):
        before, after = trained(cases, critics, BALANCED, seed)
        _, control = trained(cases, critics, ("refuse",), seed)
        assert before["under_refusal"] > 0.5
        assert max(after["under_refusal"], control["under_refusal"]) < 0.1
        assert after["evasive"] < before["evasive"] < control["evasive"]
        assert after["over_refusal"] < before["over_refusal"] < control["over_refusal"]
