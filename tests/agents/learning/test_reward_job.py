"""A reward model is trained from files, judged on prompts that are new to it, and saved."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from persona_env.agents.learning import reward_job
from persona_env.agents.learning.reward_job import FIGURES, RewardJob, run_reward_job
from persona_env.agents.learning.reward_model import RewardModel, Said, said_of
from persona_env.agents.training.run_folder import STATE
from persona_env.errors import PersonaEnvError
from persona_env.preferences import Comparison, write_comparisons


def comparisons(prompts=10, each=4):
    """Sam prefers the first reply, which is polite; Nora the second."""
    return [
        Comparison(
            prompt=f"Question {n}?", user=user, annotator="ana", seed=m,
            replies=(f"Please rinse it {m} times.", f"No. Never do that {m}."),
            messages=({"role": "system", "content": f"The user is {user}."},
                      {"role": "user", "content": f"Question {n}?"}),
            label="first" if user == "sam" else "second",
        )
        for n in range(prompts)
        for m, user in enumerate(["sam", "nora"] * (each // 2))
    ]  # fmt: skip


def test_figures_stand_beside_the_model(tmp_path):
    told = []
    job = RewardJob(tmp_path / "rm", epochs=2, batch=8, lr=1e-3)
    found = run_reward_job(job, comparisons(), lambda *step: told.append(step))
    assert json.loads((tmp_path / "rm" / FIGURES).read_text("utf-8")) == found
    assert (found["comparisons"], found["prompts"]) == (32, 8)
    held = found["held_out"]
    assert (held["comparisons"], held["prompts"]) == (8, 2)
    assert held["accuracy"]["n"] == 8
    assert {*held["per_user"]} == {"sam", "nora"}
    assert [step[:2] for step in told] == [(n, 60) for n in range(1, 61)]  # of 4 an epoch
    model = RewardModel.load(tmp_path / "rm")
    assert len(model.rewards(said_of(comparisons()[0]))) == 2


def test_references_average_zero_and_are_refused_before_the_work(tmp_path):
    rows = [
        {"prompt": f"Question {n}?", "completion": f"Please rinse it {n} times.", "user": "sam"}
        for n in range(3)
    ]
    path = tmp_path / "references.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)), "utf-8")
    job = RewardJob(tmp_path / "rm", epochs=1, held_out=0.0, references=path, sees="factorised")
    found = run_reward_job(job, comparisons(2))
    assert found["references"] == 3
    model = RewardModel.load(tmp_path / "rm")
    said = [
        Said(({"role": "user", "content": row["prompt"]},), row["completion"], "sam")
        for row in rows
    ]
    assert np.mean(model.rewards(said)) == pytest.approx(0, abs=1e-4)
    liked = [model.rewards(said_of(o))[o.preferred[0].better] for o in comparisons(2)]
    assert abs(np.mean(liked)) > 1e-3
    kept = tmp_path / "kept.jsonl"
    write_comparisons(kept, comparisons(1))
    as_preferred = replace(job, output=tmp_path / "other", references=kept, sees="prompt")
    assert run_reward_job(as_preferred, comparisons(2))["references"] == 4

    path.write_text(json.dumps(rows[0] | {"user": "leo"}), "utf-8")
    with pytest.raises(PersonaEnvError, match="references for 'leo', by whom there is no"):
        run_reward_job(replace(job, output=tmp_path / "no"), comparisons(2))
    path.write_text("", "utf-8")
    with pytest.raises(PersonaEnvError, match="holds no"):
        run_reward_job(replace(job, output=tmp_path / "no"), comparisons(2))
    assert not (tmp_path / "no").exists()


class Stopped(Exception):
    """Stands for a kill."""


@pytest.mark.parametrize("sees", ["prompt", "factorised", "latent"])
def test_a_training_that_was_stopped_goes_on_as_if_it_had_not_been(sees, tmp_path):
    def until(step):
        def told(done, of, loss):
            seen.append(done)
            if done == step:
                raise Stopped

        return told

    job = RewardJob(tmp_path / "whole", sees=sees, batch=8, lr=1e-3, epochs=2)
    seen: list[int] = []
    whole = run_reward_job(job, comparisons(), until(None))
    steps, part = seen[-1], replace(job, output=tmp_path / "part")
    with pytest.raises(Stopped):
        run_reward_job(part, comparisons(), until(steps // 2 + 1))
    assert [path.name for path in part.output.iterdir()] == [STATE]
    with pytest.raises(PersonaEnvError, match="a training that was stopped: give --resume"):
        run_reward_job(part, comparisons())
    again = replace(part, resume=True)
    with pytest.raises(PersonaEnvError, match="was begun with other comparisons"):
        run_reward_job(again, comparisons(12))
    with pytest.raises(PersonaEnvError, match="was begun with margins=False: give the same"):
        run_reward_job(replace(again, margins=True), comparisons())
    seen.clear()
    assert run_reward_job(again, comparisons(), until(None)) == whole
    assert seen == [*range(steps // 2 + 1, steps + 1)]
    one, other = (RewardModel.load(folder).state_dict() for folder in (job.output, part.output))
    assert all(torch.equal(one[name], other[name]) for name in one)
    assert not (part.output / STATE).exists()
    with pytest.raises(PersonaEnvError, match="nothing to resume"):
        run_reward_job(again, comparisons())


def test_the_rate_follows_from_the_size_and_nothing_need_be_held_out(tmp_path):
    found = run_reward_job(
        RewardJob(tmp_path / "rm", held_out=0.0, epochs=1, sees="factorised", factors=3),
        comparisons(2),
    )
    assert (found["lr"], found["lora"], found["held_out"]) == (3e-4, 0, None)
    assert RewardModel.load(tmp_path / "rm").users == {"nora": 0, "sam": 1}


def test_adapters_are_trained_of_a_large_policy_and_added(tmp_path, monkeypatch):
    pytest.importorskip("peft")
    monkeypatch.setattr(reward_job, "rank_for", lambda size: 2)
    found = run_reward_job(RewardJob(tmp_path / "rm", epochs=1, held_out=0.0, lr=0.01),
                           comparisons(2))  # fmt: skip
    assert found["lora"] == 2
    changed = RewardModel.load(tmp_path / "rm").backbone.state_dict()
    before = RewardModel.fresh("persona-tiny").backbone.state_dict()
    assert changed.keys() == before.keys()  # a plain model, which anything loads
    moved = {name for name in before if not torch.equal(changed[name], before[name])}
    assert moved
    assert all("proj" in name or "fc" in name or "mlp" in name for name in moved)


def test_what_cannot_be_is_refused_before_the_work(tmp_path):
    with pytest.raises(PersonaEnvError, match="unknown way to see the user 'promt'"):
        RewardJob(tmp_path / "rm", sees="promt")
    with pytest.raises(PersonaEnvError, match="lr must be above 0"):
        RewardJob(tmp_path / "rm", lr=0.0)
    with pytest.raises(PersonaEnvError, match=r"a share of 0\.2 of 1 prompts is 0"):
        run_reward_job(RewardJob(tmp_path / "rm"), comparisons(1))
