"""``--best-of N --by reward_model:FOLDER`` of the commands that ask an agent."""

from __future__ import annotations

import json

import pytest

from persona_env.agents.learning.reward_model import RewardModel, Said
from persona_env.evaluation.named import find_agent
from tests.cli.test_cli import refused, run, told
from tests.judges.fake_server import reply, serving

OWN = "tests.cli.test_best_of:speaker"
FEW = ("--profiles", "sam,nora", "--episodes", 2, "--register", "tiny", "--no-cross")


@pytest.fixture(scope="module")
def rewards(tmp_path_factory):
    folder = tmp_path_factory.mktemp("rewards")
    for sees in ("blind", "factorised"):
        RewardModel.fresh("persona-tiny", sees=sees, users=("sam",), seed=1).save(folder / sees)
    return folder


SAID: dict[tuple[str, str], list[str]] = {}


def speaker(observations):
    """Never the same reply twice; what was said to whom stands in ``SAID``."""
    replies = []
    for seen in observations:
        mine = SAID.setdefault((seen["prompt"], seen["user"]), [])
        mine.append(f"Reply {len(mine)}." + " Rinse the rice until the water is clear." * len(mine))
        replies.append(mine[-1])
    return replies


def test_eval_answers_with_the_best_of_several_replies(rewards, tmp_path):
    by, kept, agent = f"reward_model:{rewards / 'blind'}", tmp_path / "kept.jsonl", OWN
    given = ("eval", "--agent", agent, *FEW, "--by", by, "--save-replies", kept)
    SAID.clear()
    report = json.loads(told(*given, "--best-of", 4, "--json"))
    assert report["agent"] == {"name": agent, "best_of": 4, "by": by}
    assert [len(replies) for replies in SAID.values()] == [4, 4]
    model = RewardModel.load(rewards / "blind")
    best = set()
    for (prompt, _), replies in SAID.items():
        said = [Said(({"role": "user", "content": prompt},), one) for one in replies]
        best.add(max(zip(model.rewards(said), replies, strict=True))[1])
    first, *rows = [json.loads(line) for line in kept.read_text("utf-8").splitlines()]
    assert {row["reply"] for row in rows} == best
    assert first["made_with"]["best_of"] == 4
    other = refused(*given, "--best-of", 2, "--resume")
    assert "best_of was 4 and is 2" in " ".join(other.split())
    again = told(*given, "--best-of", 4, "--resume")
    assert f"agent: {agent} (best of 4 by" in again


def test_an_endpoint_is_asked_n_times_and_its_cost_is_told(rewards):
    by = f"reward_model:{rewards / 'blind'}"
    with serving(lambda body, number: reply(f"It is number {number}.")) as fake:
        name = f"endpoint:m@{fake.url}"
        done = run("eval", "--agent", name, *FEW[:4], "--no-cross", "--best-of", 3, "--by", by)
        assert len(fake.bodies) == 6
    assert done.exit_code == 0, done.stderr
    assert f"m at {fake.url}/chat/completions: 6 calls, 8 at once" in done.stderr
    assert f"{name}: 6 asked in 6 calls" in done.stderr


def test_a_model_samples_at_temperature_1_and_says_so(rewards):
    from persona_env.evaluation.agent_options import AgentOptions

    options = AgentOptions(best_of=2, by=f"reward_model:{rewards / 'blind'}")
    found = find_agent("persona-tiny", options)
    assert found.about["temperature"] == 1.0
    agent = found.make(None)
    assert agent.agent.temperature == 1.0
    assert agent.n == 2


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("--best-of", 4), "--best-of N and --by reward_model:FOLDER go together"),
        (("--by", "reward_model:x"), "go together"),
        (("--best-of", 4, "--by", "length"), "--by takes reward_model:FOLDER"),
        (("--best-of", 65, "--by", "reward_model:x"), "less than or equal to 64"),
        (("--best-of", 4, "--by", "reward_model:x"), "'x' holds no reward model"),
        (("--best-of", 4, "--by", "reward_model:FACTORISED"), "has to be told by name who"),
        (
            ("--best-of", 4, "--by", "reward_model:BLIND", "--agent", "oracle"),
            "--best-of is for a language model in this process or a language model behind an",
        ),
        (
            ("--best-of", 4, "--by", "reward_model:BLIND", "--agent", "persona-tiny",
             "--temperature", 0),
            "is greedy at --temperature 0",
        ),
        (
            ("--best-of", 4, "--by", "reward_model:BLIND", "--agent",
             "tests.test_agents_by_name:Knows"),
            "this one is told the case",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_and_leaves_no_file(rewards, tmp_path, given, said):
    put = {"FACTORISED": str(rewards / "factorised"), "BLIND": str(rewards / "blind")}
    given = [str(one) for one in given]
    for name, folder in put.items():
        given = [one.replace(name, folder) for one in given]
    agent = () if "--agent" in given else ("--agent", OWN)
    kept = tmp_path / "kept.jsonl"
    done = run("eval", *agent, *FEW, *given, "--save-replies", kept)
    assert done.exit_code == 2
    assert said in " ".join(done.stderr.split())
    assert [*tmp_path.iterdir()] == []


def test_which_commands_take_it(monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    for command in ("eval", "score", "audit", "groups"):
        assert "--best-of" in told(command, "--help")
    assert "--best-of" not in told("collect", "--help")
