"""``persona-env train``: stable-baselines3 PPO trains a language model on replies to each user.

Other methods are in ``agents/learning/``. The options are in ``options.py``, the environments that
follow from them in ``run_envs.py`` and ``token_envs.py``, what
it says that it will do in ``plan.py``, its record in ``run_log.py``, its judgement in
``showcase.py``, the rules of its folder in ``run_folder.py``.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any
from uuid import uuid4

import torch

from persona_env.outputs import whole_folder
from persona_env.reporting.progress import Job

from ..language_model import load_policy, save_tokenizer
from ..ppo.ppo import LanguageModelPPO, make_ppo
from ..sizes import parameters_of
from .by_size import by_size, chosen_by_size
from .checkpoint import load_modules, read_facts
from .facts import check_same, facts_of, finish, identity
from .options import TrainOptions, command_of
from .plan import AFTER, BEFORE, Plan, plan_of
from .run_envs import judged_envs, new_judge
from .run_folder import ADAPTER, POLICY, STATE, check_run, only_writer
from .run_log import RunLog
from .showcase import judge
from .token_envs import token_envs
from .trackers import check_trackers, logger_of

_LOG = logging.getLogger(__name__)
PARAMETERS_A_THREAD = 500_000


def train(options: TrainOptions, job: Job | None = None) -> Path:
    """Run, or resume, and leave a folder with everything, its report too; returns the folder.

    Everything that can be refused is refused before the folder is touched. Each file is written
    whole, and the state after every update: whatever stops the process, ``resume`` continues from
    the last update. Ctrl-C ends the training there, and judges what was learnt. ``job`` is told
    how far it is; by default it tells on standard error, unless the run is ``quiet``.

    Raises
    ------
    PersonaEnvError
        If an option is wrong, if peft or a tracker is missing, if the folder holds a run already
        and ``resume`` is not set, or the reverse, or if another process is writing to it.
    """
    job = job or Job(quiet=options.quiet)
    if options.seeds > 1:
        from .seeds import train_seeds  # which trains by this function

        return train_seeds(options, job)
    if options.method != "ppo":
        from ..learning.run import learn  # TRL loads only where it is needed

        return learn(options, job)
    began = job.now()
    check_run(options.output, options.resume)
    given = options
    with job.waiting("loading the policy and the environments"):
        check_trackers(options)
        options = by_size(options)
        torch.set_num_threads(options.threads or threads_for(parameters_of(options.start)))
        new_judge()
        ppo, (envs, held_out) = build(options), judged_envs(options)
        if options.resume:
            _resume(ppo, options)
    with only_writer(options.output) as folder:
        # Again: another process may have written since.
        check_run(folder, options.resume)
        facts = _resume(ppo, options) if options.resume else _begun(options)
        if chosen := chosen_by_size(given, options):
            _LOG.info(chosen)
        start = load_policy(options.start, options.device, options.end_token)
        plan = plan_of(options, job, envs, start, done=ppo.num_timesteps, build=build)
        if not options.resume:
            with plan.judging(BEFORE) as stage:
                judge(options, envs, "before", start, stage)
        del start  # of a large model a copy is much
        seconds = _learn(ppo, options, facts, plan)
        trained = _save(ppo.policy, options, folder)
        with plan.judging(AFTER) as stage:
            judge(options, envs, "after", trained, stage)
        own, changed = ppo.policy.model, ppo.policy.optimizer.param_groups[0]["params"]
        found = facts_of(options, own, changed, ppo.num_timesteps, seconds)
        found |= {
            "held_out": held_out,
            "chosen": chosen,
            "command": command_of(given),
            "began": began,
        }
        finish(options, envs[""], trained, found, job)
    return folder


def _begun(options: TrainOptions) -> dict[str, Any]:
    """What the state of a run tells of its beginning; trackers know the run by the id."""
    return {"options": identity(options), "id": uuid4().hex[:8]}


def _save(policy: Any, options: TrainOptions, folder: Path) -> tuple[Any, Any]:
    """Write the model, and its adapters by themselves too; returns it and its codec."""
    if options.rank:
        with whole_folder(folder / ADAPTER) as written:
            policy.save_adapters(written)
    model = policy.merged()
    with whole_folder(folder / POLICY) as written:
        model.save_pretrained(written)
        save_tokenizer(options.start, written)
    return model, policy.codec


def _resume(ppo: LanguageModelPPO, options: TrainOptions) -> dict[str, Any]:
    """Put the saved state into ``ppo``; returns its facts."""
    state = options.output / STATE
    check_same(options, read_facts(state).get("options", {}))
    facts = load_modules(state, ppo.policy, [ppo.policy.optimizer])
    ppo.num_timesteps = int(facts["steps"])
    return facts


def threads_for(parameters: int) -> int:
    """One thread for each half million parameters, of those that torch would take.

    The products of a tiny model are too small to share: with the threads that torch takes by
    itself they can be many times slower, above all on a busy machine.
    """
    return max(1, min(torch.get_num_threads(), parameters // PARAMETERS_A_THREAD))


def build(options: TrainOptions) -> LanguageModelPPO:
    """The environments and the PPO of a run."""
    options = by_size(options)
    model, codec = load_policy(options.start, options.device, options.end_token)
    return make_ppo(
        token_envs(options, codec, model.config.vocab_size),
        options.start,
        kl_coef=options.kl,
        floor=options.floor,
        temperature=options.temperature,
        precision=options.precision,
        compiled=options.compiled,
        lora=options.rank or 0,
        microbatch=options.microbatch,
        gradient_checkpointing=options.gradient_checkpointing,
        learning_rate=options.lr,
        seed=options.seed,
        device=options.device,
    )


def _learn(
    ppo: LanguageModelPPO, options: TrainOptions, facts: dict[str, Any], plan: Plan
) -> float:
    with plan.training(ppo.num_timesteps) as stage:
        log = RunLog(options.output, stage, facts)
        ppo.set_logger(logger_of(options, facts["id"]))
        try:
            ppo.learn(options.steps - ppo.num_timesteps, log, reset_num_timesteps=False)
        except KeyboardInterrupt:
            if not log.saved:  # nothing was learnt
                raise
            # An update may have been stopped half-way: back to the last whole one.
            ppo.num_timesteps = int(_resume(ppo, options)["steps"])
            plan.job.say("stopped: keeping what was learnt")
        finally:
            ppo.logger.close()
    return log.seconds()
