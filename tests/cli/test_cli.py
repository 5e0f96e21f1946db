"""The command line, command by command."""

import json
import subprocess
import sys
from dataclasses import fields
from pathlib import Path
from types import SimpleNamespace

import gymnasium as gym
import pytest
import typer
from rich.cells import cell_len
from rich.style import Style
from rich.text import Text
from typer.testing import CliRunner

import persona_env
import persona_env.cli.app
import persona_env.cli.score
import persona_env.cli.train
import persona_env.evaluation.named
import persona_env.user_profiles
from persona_env.agents.training.options import TrainOptions, command_of
from persona_env.cli.examples import example
from persona_env.cli.score import shortened
from persona_env.cli.show import error_text, names
from persona_env.cli.terms import every_term
from persona_env.errors import PersonaEnvError
from persona_env.rewards import registered_terms
from persona_env.rewards.builtin import load_builtin
from persona_env.rewards.term import REGISTRY

RICE = ("--scenario", "fluffy-rice")


def run(*arguments, stdin=None):
    return CliRunner().invoke(persona_env.cli.app.app, [str(a) for a in arguments], input=stdin)


def told(*arguments, stdin=None):
    result = run(*arguments, stdin=stdin)
    assert result.exit_code == 0, result.output
    return result.stdout


def refused(*arguments):
    result = run(*arguments)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    return error_of(result.stderr)


def error_of(stderr):
    """The error, behind what a busy machine tells while one waits."""
    waited, mark, error = stderr.partition("error: ")
    assert mark, stderr
    assert all(line.endswith(" so far") for line in waited.splitlines())
    return mark + error


def test_envs_counts_users_scenarios_and_categories():
    found = {row["id"]: row for row in json.loads(told("envs", "--json"))}
    chat = found["PersonaChat-v0"]
    assert chat["entry point"] == "persona_env.envs.chat:PersonaChatEnv"
    assert chat["users"] == len(persona_env.load_profiles())
    assert chat["scenarios"] == len(persona_env.load_scenarios())
    assert "know_how" in chat["categories"]
    groups = [row["group"] for row in found.values()]
    assert list(dict.fromkeys(groups)) == ["style", "product", "oversight"]
    assert found["PersonaMonitor-v0"]["group"] == "oversight"
    assert "PersonaChat-v0" in told("envs")


def test_profiles_as_a_list_and_one_of_them_whole():
    rows = json.loads(told("profiles", "--split", "heldout", "--json"))
    assert {row["split"] for row in rows} == {"heldout"}
    assert "lin" in told("profiles")
    assert told("users") == told("profiles")  # a name that many try, not in the help
    assert " users " not in told("--help").partition("Commands")[2]
    whole = told("profiles", "lin")
    assert 'id = "lin"' in whole
    assert "protected.gender" in whole
    assert json.loads(told("profiles", "lin", "--json"))["roles"]["secrets"] == "secret"


def test_users_of_an_environment_are_listed_and_asked_for_by_name():
    rows = json.loads(told("profiles", "--env", "PersonaSummary-v0", "--json"))
    names = {row["id"] for row in rows}
    assert "kay" in names
    assert "nora" not in names
    held = json.loads(
        told("profiles", "--env", "PersonaSummary-v0", "--split", "heldout", "--json")
    )
    assert {row["id"] for row in held} < names
    assert 'id = "kay"' in told("profiles", "kay", "--env", "PersonaSummary-v0")
    assert "Did you mean 'kay'" in refused("profiles", "kayy", "--env", "PersonaSummary-v0")
    for env, user in (("PersonaSummary-v0", "kay"), ("PersonaShell-v0", "abby")):
        listed = json.loads(told("scenarios", "--env", env, "--user", user, "--json"))
        one = ("--env", env, "--user", user, "--scenario", listed[0]["id"])
        assert json.loads(told("score", "I do not know.", *one, "--json"))["user"] == user
        assert "[user]" in told("show-prompt", *one)


def test_terms_say_what_they_use():
    rows = {row["name"]: row for row in json.loads(told("terms", "--json"))}
    assert rows["factuality"]["kind"] == "gate"
    assert rows["length"]["weight"] == "that of length"
    assert "preferences.length" in rows["length"]["uses"]
    assert "length" in told("terms")


def test_score_explains_and_shows_brackets_as_they_are():
    text = told("score", "--user", "amina", *RICE, "Great question! [red]Rinse the rice.")
    assert "[red]Rinse the rice." in text
    assert "reward " in text
    assert "term tone" in text


def test_score_of_a_heldout_user_from_standard_input_as_json():
    found = json.loads(told("score", "--user", "ben", *RICE, "--json", "-", stdin="Rinse it.\n"))
    assert found["reply"] == "Rinse it."
    assert 0 <= found["reward"] <= 1
    assert set(found["terms"]) == set(found["weights"])
    for name, reasons in found["reasons"].items():
        assert name in {**found["terms"], **found["gates"]}
        assert all(0 <= r["start"] <= r["end"] <= len(found["reply"]) for r in reasons)


def test_a_mark_before_what_is_piped_in_is_no_part_of_the_reply():
    piped = "\ufeffRinse it.\r\n"
    found = json.loads(told("score", "--user", "ben", *RICE, "--json", "-", stdin=piped))
    assert found["reply"] == "Rinse it."


def test_score_for_a_user_of_ones_own(tmp_path):
    path = tmp_path / "me.toml"
    path.write_text('id = "me"\n[context]\nlanguages = ["zh"]\n', encoding="utf-8")
    assert json.loads(told("score", "--user", path, *RICE, "--json", "先洗米。"))["user"] == "me"


OWN_TERM = """
from persona_env import Score, reward_term


@reward_term
def NAME(exchange):
    \"\"\"1 without exclamation marks, 0 with any.\"\"\"
    return Score(float("!" not in exchange.reply))
"""

OWN_SCENARIO = """
category = "know_how"
[families]
kitchen = "train"
[[scenario]]
id = "boil-egg"
family = "kitchen"
[scenario.en]
prompt = "How long does a soft egg boil?"
answer = "Six minutes from the boil."
plain = ["Cold water stops it."]
expert = ["Immersion in cold water terminates coagulation."]
reference = [["six minutes", "6 minutes"]]
points = [["cold water"]]
"""


@pytest.fixture
def own(tmp_path, monkeypatch):
    """A folder to stand in, with a term, a user who weighs it, and a scenario; the term's name."""
    load_builtin()
    kept = dict(REGISTRY)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    name = "quiet_for_a_test"
    (tmp_path / f"{name}_module.py").write_text(OWN_TERM.replace("NAME", name), encoding="utf-8")
    user = f'id = "me"\n[preferences]\nlength = "brief"\n[weights]\n{name} = 3.0\n'
    (tmp_path / "me.toml").write_text(user, encoding="utf-8")
    (tmp_path / "egg.toml").write_text(OWN_SCENARIO, encoding="utf-8")
    yield name
    sys.modules.pop(f"{name}_module", None)
    REGISTRY.clear()
    REGISTRY.update(kept)


def test_a_term_and_a_scenario_of_ones_own_score_on_the_command_line(own):
    egg = ("--user", "me.toml", "--scenario", "boil-egg", "--scenarios", "egg.toml", "--json")
    error = refused("score", "Six minutes!", *egg)
    assert f"unknown reward term weighed by user 'me': '{own}'" in error
    assert "by --import on the command line" in error
    module = ("--import", f"{own}_module")
    found = json.loads(told("score", "Six minutes!", *egg, *module))
    assert found["scenario"] == "boil-egg"
    assert (found["terms"][own], found["weights"][own]) == (0.0, 3.0)
    assert json.loads(told("score", "Six minutes.", *egg, *module))["terms"][own] == 1.0
    unknown = refused("score", "Yes.", "--user", "sam", "--scenario", "boil-eg", *egg[4:])
    assert "Did you mean 'boil-egg'" in unknown


@pytest.mark.parametrize(
    "command",
    [
        ("eval", "--profiles", "me.toml", "--episodes", 2, "--json"),
        ("terms", "--json"),
    ],
    ids=lambda command: command[0],
)
def test_a_module_of_ones_own_is_imported_first(own, command):
    assert own in told(*command, "--import", f"{own}_module")


def test_a_run_imports_before_it_reads_users_and_says_so_in_its_command(own, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    options = TrainOptions(imports=[f"{own}_module", "json"], output=tmp_path / "run")
    assert own in registered_terms()
    flags = f"--import {own}_module --import json"
    assert command_of(options) == f"persona-env train {flags} --output {tmp_path / 'run'}"


@pytest.mark.parametrize("command", [("audit",), ("validate",), ("train",), ("terms",)])
def test_a_module_that_is_not_there_is_an_error(own, command):
    error = refused(*command, "--import", f"{own}.py")
    assert f"cannot import '{own}.py'" in error
    assert f"such as '{own}'" in error


def test_what_fails_in_a_module_of_ones_own_is_not_hidden(own, tmp_path):
    (tmp_path / "needs_more.py").write_text("import nothing_of_this_name\n", encoding="utf-8")
    found = run("terms", "--import", "needs_more").exception
    assert isinstance(found, ModuleNotFoundError)
    assert found.name == "nothing_of_this_name"


def test_eval_prints_tables_and_saves(tmp_path):
    save, matrix = tmp_path / "report.json", tmp_path / "matrix.svg"
    result = run(
        "eval", "--profiles", "ben,mei,julia", "--episodes", 6, "--save", save, "--matrix", matrix
    )
    text = result.stdout
    assert f"saved: {save}\nsaved: {matrix}\n" in result.stderr
    assert "own user best" in text
    assert "Row: written for" in text
    assert matrix.read_text(encoding="utf-8").startswith("<?xml")
    assert json.loads(save.read_text(encoding="utf-8"))["users"] == ["ben", "mei", "julia"]


def test_eval_of_conversations():
    arguments = ("eval", "--agent", "noisy_profile", "--profiles", "ben,kim", "--episodes", 8)
    talk = (*arguments, "--turns", 3, "--user-simulator", "rule_based", "--max-topics", 2)
    text = " ".join(told(*talk).split())
    assert "Turns (return" in text
    assert "last so far" in text
    report = json.loads(told(*talk, "--json"))
    assert [turn["turn"] for turn in report["per_turn"]] == [1, 2, 3]
    assert sum(report["ended"].values()) == 8
    plain = json.loads(told(*arguments, "--json"))
    assert "per_turn" not in plain
    assert json.loads(told(*arguments, "--turns", 1, "--json")) == plain


def test_eval_says_why_there_is_no_gain_and_of_which_split_the_scenarios_are():
    text = " ".join(told("eval", "--profiles", "ben", "--episodes", 3).split())
    assert "not defined" in text
    assert "nan" not in text
    assert "3 replies; scenarios by split: 3 heldout" in text


def test_eval_of_natural_replies_has_no_rows_of_the_references():
    given = ("eval", "--profiles", "ben,mei", "--episodes", 4, "--register", "natural")
    text = told(*given)
    assert " ".join(text.split()).count("gain and share of the oracle's not defined") == 1
    assert "(--register tiny)" in " ".join(text.split())
    assert "│ user-blind" not in text
    assert "│ oracle" not in text
    assert "│ gain" not in text
    found = json.loads(told(*given, "--json"))
    assert found["oracle"]["mean"] is found["blind"]["mean"] is found["gain"]["mean"] is None


def test_eval_takes_of_a_file_of_ones_own_what_is_of_the_split(tmp_path):
    path, entry = tmp_path / "own.toml", '[scenario.en]\nprompt = "Why?"\nanswer = "So."\n'
    families = '[families]\na = "train"\nb = "heldout"\n'
    both = "".join(f'[[scenario]]\nid = "{f}1"\nfamily = "{f}"\n{entry}' for f in "ab")
    path.write_text(f'category = "fact"\n{families}{both}', encoding="utf-8")
    for split, name in (("heldout", "b1"), ("train", "a1")):
        arguments = ("eval", "--profiles", "nora", "--scenarios", path, "--split", split, "--json")
        report = json.loads(told(*arguments))
        assert [row["scenario"] for row in report["replies"]] == [name]
        assert report["splits"] == {split: 1}


def test_eval_as_json_is_the_saved_report_and_repeats():
    arguments = ("eval", "--agent", "random", "--scenarios", "fact", "--episodes", 5, "--json")
    first = told(*arguments)
    assert told(*arguments) == first
    assert {r["n"] for r in json.loads(first)["per_category"].values()} == {5}


class Recorder:
    """An agent that keeps what it was shown."""

    def __init__(self):
        self.seen = []

    def __call__(self, observations):
        self.seen += [o["user"] for o in observations]
        return ["Yes."] * len(observations)


@pytest.mark.parametrize("flags", [(), ("--hidden",)])
def test_eval_loads_a_saved_policy_and_hides_the_user(tmp_path, monkeypatch, flags):
    agent, asked = Recorder(), []
    given = {
        persona_env.evaluation.named.MODEL_AGENT: lambda path, seed: asked.append(path) or agent
    }
    load = persona_env.evaluation.named.load
    monkeypatch.setattr(
        persona_env.evaluation.named, "load", lambda entry: given.get(entry) or load(entry)
    )
    told("eval", "--agent", tmp_path, "--episodes", 2, *flags)
    assert asked == [str(tmp_path)]
    assert all(user == "" for user in agent.seen) == bool(flags)


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (("profiles", "lim"), "Did you mean 'lin'"),
        (("eval", "--agent", "mine"), "'module:attribute' for an agent of your own"),
        (("eval", "--user-simulator", "rules_based"), "Did you mean 'rule_based'?"),
        (("eval", "--turns", 2, "--max-topics", 3), "max_topics must be at most max_turns=2"),
        (("profiles", "--split", "tran"), "Did you mean 'train'?"),
        (("profiles", "nowhere.toml"), "nowhere.toml"),
        (("score", "--user", "lin", "--scenario", "fluffy-rise", "x"), "mean 'fluffy-rice'?"),
        (("score", "--user", "lin", "--scenario", "know_how", "x"), "unknown scenario 'know_how'"),
        (("score", "--user", "lin", *RICE, "--env", "PersonaChat", "x"), "'PersonaChat-v0'"),
        (("eval", "--agent", "oracel"), "Did you mean 'oracle'?"),
        (("eval", "--matrix", "m.gif"), "Known: ['png', 'svg']"),
        (("eval", "--profiles", ""), "profiles= is empty"),
        (("report", "nowhere"), "no run.json in 'nowhere'"),
    ],
)
def test_errors_name_the_nearest_and_end_with_two(arguments, part):
    assert part in refused(*arguments)


def test_errors_of_the_command_line_itself_end_with_two_as_well():
    for arguments in (("eval", "--episodes", "0"), ("envz",), ("score", "x")):
        assert run(*arguments).exit_code == 2


def test_a_long_list_of_names_is_cut_after_the_nearest_one():
    text = error_text(PersonaEnvError(f"unknown x. Did you mean 'y'? Known: {['name'] * 500}"))
    assert text.startswith("unknown x. Did you mean 'y'? Known: ['name', ")
    assert text.endswith("'name', ...]")
    assert len(text) < 700
    assert error_text(FileNotFoundError(2, "No such file", "x")) == "x: No such file"
    assert names(" a, b,") == ("a", "b")


def test_train_passes_what_was_given_and_shows_the_example(tmp_path, monkeypatch):
    given = []

    def train(options, job):
        assert not job.quiet
        given.append(options)
        options.output.mkdir()
        user = {
            "user": "lin",
            "profile": "Reads Chinese.",
            "before_explained": [],
            "after_explained": [],
        }
        replies = {"before": "No.", "before_reward": 0.1, "after": "先洗米。", "after_reward": 0.9}
        example = {"prompt": "怎样煮米饭？", "scenario": "s", "category": "fact"}
        (options.output / "run.json").write_text("{}")
        found = json.dumps([{**example, "users": [user | replies]}])
        (options.output / "examples.json").write_text(found)
        return options.output

    module = SimpleNamespace(train=train)
    modules = {"persona_env.agents.training.train": module}
    monkeypatch.setattr(persona_env.cli.train, "import_module", modules.get)
    output = tmp_path / "run"
    text = told("train", "--profiles", "lin,wei", "--output", output, "--tracker", "none")
    assert given == [TrainOptions(profiles=("lin", "wei"), output=output, tracker=("none",))]
    assert "先洗米。 (0.90)" in text
    assert str(output / "report.html") in text
    assert "report.html" in told("report", output)


FLAGS = {
    "imports": ["--import"],
    "resume": ["--resume"],
    "quiet": ["--quiet"],
    "hidden": ["--hidden"],
    "compiled": ["--compile"],
    "gradient_checkpointing": ["--gradient-checkpointing"],
}


COMMANDS = typer.main.get_command(persona_env.cli.app.app).commands
NO_DATA = {"label", "report"}  # a page in the browser; where a page was written


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_that_tells_data_has_json(name):
    flags = {flag for option in COMMANDS[name].params for flag in option.opts}
    assert ("--json" in flags) is (name not in NO_DATA)


@pytest.mark.parametrize("name", COMMANDS)
def test_an_environment_is_given_in_one_way(name):
    """By ``--env``; a list of prompts or comparisons needs none."""
    flags = {flag for option in COMMANDS[name].params for flag in option.opts}
    without = {"envs", "terms", "compare", "groups", "validate", "import", "label", "agreement",
               "reward-model", "report"}  # fmt: skip
    assert ("--env" in flags) is (name not in without), flags
    assert not any(flag.startswith("--environment") or flag == "--env-id" for flag in flags)


def test_the_options_of_train_are_the_fields_of_the_dataclass_with_default_and_help():
    command = typer.main.get_command(persona_env.cli.app.app).commands["train"]
    own = {"help", "as_json"}
    found = {option.name: option for option in command.params if option.name not in own}
    assert list(found) == [field.name for field in fields(TrainOptions)]
    for field in fields(TrainOptions):
        option = found[field.name]
        flags = FLAGS.get(field.name, ["--" + field.name.replace("_", "-")])
        assert [*option.opts, *option.secondary_opts] == flags
        assert option.default == field.default
        assert option.help
    text = " ".join(told("train", "--help").replace("│", " ").split())
    assert "--together" in text
    assert "[default: 4; x>=1]" in text


def test_options_reach_the_run_with_their_types(tmp_path, monkeypatch):
    given = []

    def train(options, job):
        given.append(options)
        options.output.mkdir()
        (options.output / "run.json").write_text("{}")
        return options.output

    module, first, second = SimpleNamespace(train=train), tmp_path / "first", tmp_path / "second"
    monkeypatch.setattr(
        persona_env.cli.train, "import_module", {"persona_env.agents.training.train": module}.get
    )
    monkeypatch.setattr(persona_env.cli.train, "write_report", lambda folder: folder)
    told("train", "--output", first)
    told(
        "train", "--output", second, "--lr", "1e-3", "--seed", "3", "--compile", "--hidden",
        "--terms", "tone, length", "--gates", "", "--max-new-tokens", "9", "--threads", "2",
    )  # fmt: skip
    assert given == [
        TrainOptions(output=first),
        TrainOptions(
            output=second, lr=1e-3, seed=3, compiled=True, hidden=True,
            terms=("tone", "length"), gates=(), max_new_tokens=9, threads=2,
        ),
    ]  # fmt: skip


def test_the_version_and_a_light_start():
    assert told("--version") == f"persona-env {persona_env.__version__}\n"
    code = (
        "import sys, persona_env.cli.app;"
        "print(*{'torch', 'matplotlib', 'transformers'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_score_of_a_reference_reply_says_what_it_is():
    tiny = told("score", "--oracle", "--user", "leo", *RICE)
    assert "reference reply, in the tiny register" in tiny
    assert "reward    1.000" in tiny
    bank = told("score", "--oracle", "--register", "natural", "--user", "leo", *RICE)
    assert "writes no reference replies in the natural register; a good reply of its bank" in bank
    assert "by a language model for: " in bank
    found = json.loads(told("score", "--oracle", "--user", "nora", *RICE, "--json"))
    assert found["reward"] > 0.98
    assert found["what"] == "reference reply, in the tiny register"
    abel = Path(persona_env.user_profiles.__path__[0]) / "title" / "abel.toml"
    title = ("--env", "PersonaTitle-v0", "--scenario", "bread/0", "--register", "natural")
    assert "in the natural register" in told("score", "--oracle", "--user", abel, *title)


def test_score_takes_a_reply_or_a_reference_reply():
    for arguments in (("--oracle", "Rinse it."), ()):
        said = refused("score", *arguments, "--user", "leo", *RICE)
        assert "give one of: a reply to score, --oracle for one of the library's own" in said
    other = ("--scenario", "ambiguous-pack-trip", "--register", "natural")
    assert "holds no reply to 'ambiguous-pack-trip'" in refused(
        "score", "--oracle", "--user", "leo", *other
    )


def test_score_says_what_is_found_and_wanted():
    said = told("score", "--user", "nora", *RICE, "Rinse it well.")
    assert "length 0.00: 3 words; nora wants detailed, 97 to 400 (weight 2)" in said
    found = json.loads(told("score", "--user", "nora", *RICE, "--json", "Rinse it well."))
    assert "tone" not in found["terms"]
    assert found["unread"]["key_points"] == 1.0
    assert found["reasons"]["format"] == [
        {"start": 0, "end": 0, "note": "prose", "wanted": "bullets"}
    ]


def test_scenarios_are_listed_searched_and_shown():
    every = json.loads(told("scenarios", "--json"))
    assert len(every) == len(persona_env.load_scenarios())
    rice = json.loads(told("scenarios", "--search", "RICE", "--category", "know_how", "--json"))
    assert [row["id"] for row in rice] == ["fluffy-rice"]
    assert rice[0]["languages"] == ["en", "es", "zh"]
    mine = json.loads(told("scenarios", "--user", "wei", "--split", "heldout", "--json"))
    assert {row["split"] for row in mine} == {"heldout"}
    assert all("zh" in row["languages"] for row in mine)
    text = told("scenarios", "--env", "PersonaOpinion-v0")
    assert max(map(cell_len, text.splitlines()[:-1])) <= 80
    assert "doctorate-or-job/neutral" in text
    whole = told("scenarios", "fluffy-rice")
    assert "fluffy-rice (know_how, train)" in whole
    assert "  reference: rinse / wash" in whole
    assert "no seed changes its words" in whole
    for seed in range(3):
        env = gym.make("PersonaChat-v0")
        seen, _ = env.reset(seed=seed, options={"user": "sam", "scenario": "fluffy-rice"})
        assert f"  prompt: {seen['prompt']}\n" in whole
    assert json.loads(told("scenarios", "fluffy-rice", "--json"))["family"] == "know_how/kitchen"
    assert "session" in told("scenarios", "--env", "PersonaTitle-v0", "bread/0")


def test_terms_are_shown_whole_with_an_example():
    whole = told("terms", "length")
    for part in ("register: tiny", "register: natural", "preferences.length", "[0, 1]", "example"):
        assert part in whole
    tiny, natural = json.loads(told("terms", "length", "--json"))
    assert tiny["example"]["because"].startswith("8 words; amina wants brief")
    assert natural["source"] == "persona_env.rewards.natural.style (style.py)"
    assert {row["register"] for row in json.loads(told("terms", "--json"))} == {
        "tiny", "natural", "both"
    }  # fmt: skip


def test_every_term_has_an_example():
    for register, term in every_term():
        if not term.builtin:
            continue  # of another test
        shown = example(register, term)
        assert shown is not None, term.name
        assert shown["because"]


def test_unknown_scenarios_and_readers_are_answered_shortly():
    said = refused("scenarios", "fluffy-rise")
    assert "Did you mean 'fluffy-rice'?" in said
    assert "persona-env scenarios --env PersonaChat-v0" in said
    wrong = ("score", "x", "--user", "leo", "--scenario", "fluffyrice")
    for env in ("PersonaChat-v0", "PersonaWild-v0"):
        assert f"persona-env scenarios --env {env}\n" in refused(*wrong, "--env", env)
    assert "persona-env scenarios" in said
    assert len(said) < 220
    said = refused("score", "x", "--user", "leo", *RICE, "--reader", "magic")
    for form in ("heads", "probes:MODEL", "judge:MODEL@URL"):
        assert form in said
    for wrong in (
        ("terms", "lenght"),
        ("profiles", "norah"),
        ("score", "x", "--user", "norah", *RICE),
    ):
        said = refused(*wrong)
        assert "Did you mean '" in said
        assert "All are listed by: persona-env " in said
        assert len(said) < 200
    assert refused("profiles", "qqqq") == (
        "error: unknown user profile 'qqqq'. One of your own is given by its file, such as "
        "ana.toml. All are listed by: persona-env profiles (with --env ID those of an "
        "environment)\n"
    )
    for command in (("score", "x"), ("show-prompt",)):
        assert refused(*command, "--env", "PersonaSummary-v0", "--user", "qqqq", *RICE) == (
            "error: unknown user profile 'qqqq'. One of your own is given by its file, such as "
            "--user ana.toml. All are listed by: persona-env profiles --env PersonaSummary-v0\n"
        )
    assert "Did you mean 'fact'?" in refused("scenarios", "--category", "fcat")


def test_a_long_place_leaves_room_for_term_and_reason(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    words = ("Rinse the rice well, " * 6 + "and do so often, dear.\n") * 3
    text = told("score", "--user", "sam", *RICE, words)
    rows = text.partition("What earned or cost it")[2]
    assert "│ repetition" in rows
    assert " words repeated" in rows
    assert " ... " in rows
    widths = [len(cell) for cell in rows.splitlines()[1].strip("┏┓").split("┳")]
    assert max(widths[:2]) <= 30


def test_a_long_reply_is_shown_with_its_ends():
    reply = "first " + "Rinse it well and often. " * 12000 + "last"
    text = told("score", "--user", "sam", *RICE, "-", stdin=reply)
    assert "first Rinse" in text
    assert "last " in text
    assert "characters ...]" in text
    assert len(text) < 8000
    for plain in ("x" * 5000, "x" * 4999 + " ", "字" * 3000):
        assert len(shortened(Text(plain)).plain) < 1600


def test_bytes_that_are_no_utf8_are_named():
    arguments = ["score", "--user", "sam", *RICE, "-"]
    found = CliRunner().invoke(persona_env.cli.app.app, arguments, input=b"a\xffb")
    assert found.exit_code == 2
    assert "standard input is not UTF-8 (byte 0xff at position 1)" in found.stderr
    assert "the reply is not UTF-8 (byte 0xff at position 2)" in refused(*arguments[:-1], "é\udcff")


@pytest.mark.parametrize("reply", ["", "  ", "\u200b"])
def test_an_empty_reply_has_no_style(reply):
    text = told("score", "--user", "sam", *RICE, "--", reply)
    assert "(empty)" in text
    assert "the reply is empty" in text
    assert "casual (" not in text
    assert "unread" not in text
    assert "was read" not in text


def test_what_is_unread_is_named_beside_the_coverage():
    text = told("score", "--user", "sam", *RICE, "The thing with it is that it goes.")
    assert "of the weight was read; not or only in part: stands" in text
    assert "stands 0.94: unread" in text


def test_terms_are_told_without_markup(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    shown = [told("terms"), told("terms", "calibration"), told("terms", "--json")]
    assert not any("~" in text or ":mod:" in text or "``" in text for text in shown)
    head = shown[0].splitlines()[1].split("┳")
    assert len(head[-1]) >= 30


def test_colours_are_named_and_fit_any_background():
    styles = (persona_env.cli.score.GOOD, persona_env.cli.score.POOR)
    for style in map(Style.parse, styles):
        assert style.bgcolor is None
        assert style.color is None or style.color.name in {"red", "magenta"}
