"""The options that are for some methods of training alone; ``methods.py`` says for which."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from typer import Option

Names = tuple[str, ...] | None
SOME = "For some methods alone"
"""Heading of these options in the help page."""


@dataclass(frozen=True)
class MethodOptions:
    """What is learnt from, and how."""

    method: Annotated[
        str,
        Option(
            help="How it learns: ppo, sft, dpo, ipo, robust, kto, grpo, rloo, best-of-n, "
            "ai-feedback, constitution, self-rewarding, two-rewards."
        ),
    ] = "ppo"
    reward: Annotated[
        str,
        Option(
            help="What is trained on: rule (that of the environment), reward_model:FOLDER, "
            "two_rewards:HELPFUL,SAFE (folders of two of them), graded_by:POLICY (a grade that a "
            "model gives), or a term, module:name. It is judged by the environment's reward in any "
            "case."
        ),
    ] = "rule"
    data: Annotated[
        Path | None,
        Option(
            help="Comparisons to learn from, .jsonl, .json, .csv, .parquet or .db; of sft also "
            "rows of prompt and completion. Default: the replies that the environment knows."
        ),
    ] = None
    rounds: Annotated[
        int | None,
        Option(
            min=1,
            help="How often to collect comparisons of the newest policy, fit a reward model "
            "where the method takes a reward, and train. Default: 1 for methods that are made of "
            "such rounds; else --reward or --data is learnt from.",
            rich_help_panel=SOME,
        ),
    ] = None
    pairs: Annotated[
        int, Option(min=1, help="Pairs, or prompts, that a round collects.", rich_help_panel=SOME)
    ] = 400
    annotator: Annotated[
        str | None,
        Option(
            help="Who compares in rounds: simulated, reward_model:FOLDER, model:FOLDER_OR_ID, "
            "asked:AGENT (any agent, in words), or module:attribute. Default: simulated; of "
            "ai-feedback and constitution the initial policy.",
            rich_help_panel=SOME,
        ),
    ] = None
    learner: Annotated[
        str,
        Option(
            help="For methods that fit a reward model, what learns from it: ppo, grpo, rloo or "
            "best-of-n.",
            rich_help_panel=SOME,
        ),
    ] = "ppo"
    critic: Annotated[
        str | None,
        Option(
            help="For constitution: who criticises and revises, an agent by name; default: the "
            "policy itself.",
            rich_help_panel=SOME,
        ),
    ] = None
    constitution: Annotated[
        Path | None,
        Option(
            help="For constitution: a TOML file of principles; default: that of the library.",
            rich_help_panel=SOME,
        ),
    ] = None
    revisions: Annotated[
        int,
        Option(min=1, help="For constitution: how often a reply is revised.", rich_help_panel=SOME),
    ] = 1
    grades: Annotated[
        str | None,
        Option(
            help="For self-rewarding, how the policy grades its replies: asked (from 1 to 10), or "
            "implicit (its log-ratio to the initial policy). Default: implicit for the bundled "
            "policies, which cannot be asked.",
            rich_help_panel=SOME,
        ),
    ] = None
    length_penalty: Annotated[
        float,
        Option(
            min=0.0,
            help="For self-rewarding: what each doubling of the words costs, in standard "
            "deviations of the grades.",
            rich_help_panel=SOME,
        ),
    ] = 0.0
    safety_terms: Annotated[
        Names,
        Option(
            help="For two-rewards: the reward terms that are about safety; the others are about "
            "helpfulness. Default: calibrated_refusal, safety, refusal_style.",
            rich_help_panel=SOME,
        ),
    ] = None
    whiten: Annotated[
        bool,
        Option(
            "--whiten",
            help="For methods that sample: rewards in units of their spread over the last thousand "
            "replies, as Llama 2 has them; --kl is weighed against that.",
            rich_help_panel=SOME,
        ),
    ] = False
    ptx: Annotated[
        float,
        Option(
            min=0.0,
            help="For ppo: weight of the language-modelling loss on pretraining text that is mixed "
            "into each update (PPO-ptx); 0: none.",
            rich_help_panel=SOME,
        ),
    ] = 0.0
    ptx_data: Annotated[
        Path | None,
        Option(
            help="For ppo with --ptx: .jsonl, .json or .csv with rows of prompt and completion, or "
            "of text. Default: what the bundled policies were pretrained on.",
            rich_help_panel=SOME,
        ),
    ] = None
    batch: Annotated[
        int,
        Option(
            min=2,
            help="Replies, or pairs of them, of a step; ppo has --envs.",
            rich_help_panel=SOME,
        ),
    ] = 64
    beta: Annotated[
        float,
        Option(
            help="For dpo, ipo, robust and kto: how closely they keep to the initial policy.",
            rich_help_panel=SOME,
        ),
    ] = 0.1
    flips: Annotated[
        float,
        Option(
            help="For robust: the share of comparisons that are taken to be wrong.",
            rich_help_panel=SOME,
        ),
    ] = 0.1
    best_of: Annotated[
        int | None,
        Option(
            min=2,
            help="The replies to each prompt to choose from. Default: 16 of best-of-n, 4 of "
            "self-rewarding.",
            rich_help_panel=SOME,
        ),
    ] = None
