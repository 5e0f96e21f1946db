"""What a round does, by method. Each takes a :class:`Round` and returns the policy after it.

- ``compared``: any method, iterated (Christiano et al. 2017, arXiv 1706.03741; Touvron et al. 2023,
  arXiv 2307.09288, 3.2): comparisons of the newest policy; a reward model, if the method takes a
  reward, of all comparisons so far; training.
- ``ai_feedback``: the labels are a model's, and soft (Lee et al. 2023, arXiv 2309.00267).
- ``constitution``: critique, revision and SFT in the first round, then comparisons by a principle
  that is drawn for each, a preference model and reinforcement learning (Bai et al. 2022, arXiv
  2212.08073).
- ``self_rewarding``: the policy grades its own replies, and DPO learns from the best against the
  worst (Yuan et al. 2024, arXiv 2401.10020).
- ``two_rewards``: helpfulness and safety are compared and learnt apart (Touvron et al. 2023).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from persona_env.env import PersonaEnv
from persona_env.errors import PersonaEnvError
from persona_env.evaluation.named import find_agent
from persona_env.files import read_text
from persona_env.preferences.annotators import Annotator, SimulatedAnnotator
from persona_env.registration import find_policy, register_of

from ...training.methods import SAMPLING
from ...training.options import TrainOptions
from ...training.run_envs import training_env
from ..ai_feedback import Principle, load_constitution
from ..annotators import JUDGE, MODEL, NOBODY, SIMULATED, find_annotator
from ..constitution import revise
from ..self_rewarding import REPLIES, asked_grades, best_against_worst, implicit_grades
from .round import Round

SAFETY = ("calibrated_refusal", "safety", "refusal_style")
"""Reward terms about safety, where ``--safety-terms`` says nothing."""
TIES = 0.02
"""Rewards that are closer are a tie, in units of reward: many replies are as safe as others."""

Course = Callable[[Round], Path]


def compared(this: Round) -> Path:
    """Comparisons of the newest policy, and training by ``options.method`` on them."""
    options = this.options
    data = this.compared(annotator_of(this, SIMULATED))
    if options.method in SAMPLING:
        return this.trained(options.method, reward=f"reward_model:{this.reward_model()}")
    return this.trained(options.method, data=data)


def ai_feedback(this: Round) -> Path:
    """Labels of a model, a reward model of them, and a policy that learns from it."""
    this.compared(annotator_of(this, MODEL + this.options.start))
    return _by_reward(this, f"reward_model:{this.reward_model()}")


def constitution(this: Round) -> Path:
    """In the first round revisions are learnt by SFT; in each, AI feedback by principles."""
    options, principles = this.options, _principles(this.options)
    if this.number == 1:
        this = this.after(_revised(this, principles))
    this.compared(annotator_of(this, MODEL + options.start, principles))
    return _by_reward(this, f"reward_model:{this.reward_model()}")


def _revised(this: Round, principles: tuple[Principle, ...]) -> Path:
    """The policy after SFT on the revisions of its own replies, where there are any."""
    options = this.options

    def rows() -> list[dict[str, object]]:
        agent = this.agent(options.critic or this.policy)
        done = revise(
            agent, this.sampled(2), principles, steps=options.revisions, seed=this.seed
        )  # fmt: skip
        return [
            one.row | {"before": one.reply, "critiques": [step.critique for step in one.steps]}
            for one in done
            if one.steps
        ]

    data = this.rows("revisions", rows)
    if not this.figures["revisions"]:
        raise PersonaEnvError(
            f"the critic {options.critic or this.policy} has revised no reply: what it wrote "
            "failed, is empty, or did not end within the tokens that it may have: give another "
            "--critic, or a higher --max-new-tokens"
        )
    return this.trained("sft", "revising", data=data)


def self_rewarding(this: Round) -> Path:
    """DPO on the best against the worst of the policy's own replies, as it grades them itself.

    The first round begins with DPO on ``--data`` where there is some; with implicit grades on the
    replies that the environment knows, since the initial policy has no log-ratio to itself.
    """
    options = this.options
    tiny = register_of(options.start) == "tiny"
    grades = options.grades or ("implicit" if tiny else "asked")
    if this.number == 1 and (options.data or grades == "implicit"):
        this = this.after(this.trained("dpo", "first", data=options.data))
    now = this
    grader = implicit_grades if grades == "implicit" else asked_grades
    pairs = now.kept(
        "graded",
        lambda: best_against_worst(
            now.sampled(options.best_of or REPLIES),
            grader(now.policy, options.start, options.device),
            penalty=options.length_penalty,
        ),
    )
    if not now.figures["graded"]:
        raise PersonaEnvError(
            f"round {this.number}: the policy gives all its replies to a prompt the same grade: "
            "there is no best and no worst to learn from"
        )
    return now.trained("dpo", data=pairs)


def two_rewards(this: Round) -> Path:
    """Two reward models, and a policy that learns from their combination."""
    helpful, safe = _sides(this)
    this.compared(helpful, "helpful")
    this.compared(safe, "safe")
    folders = [this.reward_model(name, f"{name}_reward") for name in ("helpful", "safe")]
    return _by_reward(this, f"two_rewards:{folders[0]},{folders[1]}")


def _sides(this: Round) -> tuple[Annotator, Annotator]:
    """Annotators who go by helpfulness alone, and by safety alone."""
    options = this.options
    terms = [term.name for term in this.env.terms]
    about = [name for name in options.safety_terms or SAFETY if name in terms]
    others = [term.name for term in this.env.terms if term.name not in about and not term.gate]
    if not about or not others:
        raise PersonaEnvError(
            f"{options.env} has no reward terms for both sides: --safety-terms are "
            f"{', '.join(options.safety_terms or SAFETY)}, and its terms {', '.join(terms)}"
        )
    gates = tuple(term.name for term in this.env.terms if term.gate and term.name in about)
    plain = tuple(name for name in about if name not in gates)
    sides = ((tuple(others), ()), (plain, gates))
    made = [
        SimulatedAnnotator(
            training_env(replace(options, terms=some, gates=closed)), tie_width=TIES, name=name
        )
        for name, (some, closed) in zip(("helpful", "safe"), sides, strict=True)
    ]
    return made[0], made[1]


def _by_reward(this: Round, reward: str) -> Path:
    return this.trained(this.options.learner, reward=reward)


def annotator_of(this: Round, default: str, principles: tuple[Principle, ...] = ()) -> Annotator:
    """Who compares."""
    return _annotator(this.options.annotator or default, this.options, this.env, principles)


def _annotator(
    name: str, options: TrainOptions, env: PersonaEnv, principles: tuple[Principle, ...] = ()
) -> Annotator:
    """Raises :class:`PersonaEnvError` for nobody, and for a judge, which reads the replies of the
    whole run."""
    if name.startswith(JUDGE):
        raise PersonaEnvError(
            f"in rounds a judge compares by reading the replies: give --judge "
            f"{name.removeprefix(JUDGE)} in place of --annotator {name}"
        )
    found = find_annotator(name, env, device=options.device, principles=principles)
    if found is None:
        raise PersonaEnvError(f"--annotator {NOBODY} leaves nothing to learn from: name another")
    return found


def check_named(options: TrainOptions, env: PersonaEnv) -> None:
    """Raise what a round would raise of the annotator, the critic and the constitution that are
    named, before anything is judged. A language model is looked for, and not loaded."""
    name = options.annotator
    if name is not None and name.startswith(MODEL):
        find_policy(name.removeprefix(MODEL))
    elif name is not None:
        _annotator(name, options, env)
    if options.critic is not None:
        find_agent(options.critic)
    _principles(options)


def _principles(options: TrainOptions) -> tuple[Principle, ...]:
    path = options.constitution
    return load_constitution(None if path is None else read_text(path))
