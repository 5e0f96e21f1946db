"""``--method ppo``: a language model as a policy of stable-baselines3, trained token by token."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from persona_env.outputs import whole_folder
from persona_env.reporting.progress import Job

from ..inference.reference import text_config
from ..language_model import save_tokenizer
from ..ppo.ppo import LanguageModelPPO, make_ppo
from ..ppo.ptx import pretraining_of
from .by_size import by_size
from .checkpoint import load_modules, read_facts
from .facts import check_same, facts_of, identity
from .judged_run import Learnt
from .options import TrainOptions
from .plan import Plan, plan_of
from .run_envs import TextEnv
from .run_folder import ADAPTER, POLICY, STATE
from .run_log import RunLog
from .showcase import Policy, load_start
from .token_envs import token_envs
from .trackers import logger_of


class ByPPO:
    """See :class:`~persona_env.agents.training.judged_run.Way`.

    The state is written whole after every update: whatever stops the process, ``resume`` continues
    from the last one. Ctrl-C ends the training there, and what was learnt is judged.
    """

    def __init__(self, options: TrainOptions) -> None:
        self.options, self.ppo = options, build(options)
        self.facts: dict[str, Any] = {}
        if options.resume:
            self._resume()

    def begin(self) -> None:
        """Trackers know the run by the id."""
        fresh = {"options": identity(self.options), "id": uuid4().hex[:8]}
        self.facts = self._resume() if self.options.resume else fresh

    def initial(self) -> Policy:
        """Loaded anew: the one in training is another copy."""
        return load_start(self.options)

    def plan(self, job: Job, envs: Mapping[str, TextEnv], start: Policy) -> Plan:
        """With how long it takes here, as is timed."""
        done = self.ppo.num_timesteps
        return plan_of(self.options, job, dict(envs), start, done=done, build=build)

    def learn(self, plan: Plan) -> Learnt:
        """Train up to ``options.steps`` tokens."""
        seconds = self._learn(plan)
        trained = self._save()
        model, changed = self.ppo.policy.model, self.ppo.policy.optimizer.param_groups[0]["params"]
        done = self.ppo.num_timesteps
        return Learnt(trained, facts_of(self.options, model, changed, done, seconds))

    def _learn(self, plan: Plan) -> float:
        ppo, options = self.ppo, self.options
        with plan.training(ppo.num_timesteps) as stage:
            log = RunLog(options.output, stage, self.facts)
            ppo.set_logger(logger_of(options, self.facts["id"]))
            try:
                ppo.learn(options.steps - ppo.num_timesteps, log, reset_num_timesteps=False)
            except KeyboardInterrupt:
                if not log.saved:  # nothing was learnt
                    raise
                # An update may have been stopped half-way: back to the last whole one.
                ppo.num_timesteps = int(self._resume()["steps"])
                plan.job.say("stopped: keeping what was learnt")
            finally:
                ppo.logger.close()
        return log.seconds()

    def _save(self) -> Policy:
        """Write the model, and its adapters by themselves too; returns it and its codec."""
        policy: Any = self.ppo.policy
        folder, arguments = self.options.output, self.options.template_arguments
        if self.options.rank:
            with whole_folder(folder / ADAPTER) as written:
                policy.save_adapters(written)
                if arguments:  # else it is asked by the tokenizer of its base
                    save_tokenizer(self.options.start, written, arguments)
        model = policy.merged()
        with whole_folder(folder / POLICY) as written:
            model.save_pretrained(written)
            save_tokenizer(self.options.start, written, arguments)
        return model, policy.codec

    def _resume(self) -> dict[str, Any]:
        """Put the saved state into the PPO; returns its facts."""
        state = self.options.output / STATE
        check_same(self.options, read_facts(state).get("options", {}))
        facts = load_modules(state, self.ppo.policy, [self.ppo.policy.optimizer])
        self.ppo.num_timesteps = int(facts["steps"])
        return facts


def build(options: TrainOptions) -> LanguageModelPPO:
    """The environments and the PPO of a run."""
    options = by_size(options)
    model, codec = load_start(options)
    made = make_ppo(
        token_envs(options, codec, text_config(model).vocab_size),
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
    policy: Any = made.policy
    policy.codec = codec  # it knows the arguments of the chat template
    if options.ptx:
        places = made.observation_space["tokens"].shape[0]  # type: ignore[index]
        made.pretraining = pretraining_of(
            options.start, codec, options.ptx, options.ptx_data, places
        )
    return made
