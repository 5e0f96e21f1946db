"""A refused command leaves everything as it was; an output that fails leaves no half of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

import persona_env.cli.app
from persona_env.errors import PersonaEnvError
from persona_env.outputs import check_targets, save_all, whole_folder, write_files, write_text

from .test_cli import error_of


def contents(folder: Path) -> dict[str, bytes | None]:
    """Every file and folder below ``folder``, with what is in the files."""
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
        for path in sorted(folder.rglob("*"))
    }


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A folder to stand in: with a run, a file, and an empty folder."""
    monkeypatch.chdir(tmp_path)
    run = tmp_path / "run"
    run.mkdir()
    for name in ("state.safetensors", "before.json", "after.json", "run.json", "examples.json"):
        (run / name).write_text("kept")
    (run / "curve.csv").write_text("step,seconds,reward\n512,1.0,0.3\n")
    (tmp_path / "policy-only" / "policy").mkdir(parents=True)
    (tmp_path / "odd").mkdir()
    (tmp_path / "odd" / "run.json").write_text("[1, 2]")
    (tmp_path / "curve-only").mkdir()
    (tmp_path / "curve-only" / "run.json").write_text("{}")
    (tmp_path / "curve-only" / "curve.csv").write_text("step,reward,reward_sd,kl\n1,0.5,0.1,0\n")
    (tmp_path / "curve-only" / "after.json").write_text('{"users": ["a"], "matrix": ')
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("text")
    (tmp_path / "bad.jsonl").write_text('{"x": 1}\n')
    return tmp_path


TRAIN = ("train", "--steps", "64", "--envs", "4")
EVAL = ("eval", "--profiles", "ben", "--scenarios", "fact", "--episodes", "1")
REFUSED = [
    (*TRAIN, "--output", "run"),
    (*TRAIN, "--output", "run", "--resume"),  # its state is none
    (*TRAIN, "--output", "policy-only"),
    (*TRAIN, "--output", "empty", "--resume"),
    (*TRAIN, "--output", "nowhere", "--resume"),
    (*TRAIN, "--output", "file"),
    (*TRAIN, "--output", "file/run"),
    (*TRAIN, "--output", "new/run", "--device", "gpu"),
    (*TRAIN, "--output", "new/run", "--env", "PersonaChat"),
    (*TRAIN, "--output", "new/run", "--env", "nowhere:PersonaChat-v0"),
    (*TRAIN, "--output", "new/run", "--env", "gymnasium:CartPole-v1"),
    (*TRAIN, "--output", "new/run", "--policy", "persona-tny"),
    (*TRAIN, "--output", "new/run", "--policy", "empty"),
    (*TRAIN, "--output", "new/run", "--profiles", "lim"),
    (*TRAIN, "--output", "new/run", "--profiles", ","),
    (*TRAIN, "--output", "new/run", "--scenarios", "facts"),
    (*TRAIN, "--output", "new/run", "--terms", "lenght"),
    (*TRAIN, "--output", "new/run", "--terms", "factuality"),
    (*TRAIN, "--output", "new/run", "--gates", "tone"),
    (*TRAIN, "--output", "new/run", "--temperature", "0"),
    (*TRAIN, "--output", "new/run", "--kl", "-1"),
    (*TRAIN, "--output", "new/run", "--kl", "nan"),
    (*TRAIN, "--output", "new/run", "--floor", "3"),
    (*TRAIN, "--output", "new/run", "--lr", "-1"),
    (*TRAIN, "--output", "new/run", "--lr", "nan"),
    (*TRAIN, "--output", "new/run", "--precision", "half"),
    (*TRAIN, "--output", "new/run", "--together", "3"),
    (*TRAIN, "--output", "new/run", "--seed", "99999999999999"),
    (*TRAIN, "--output", "new/run", "--max-new-tokens", "400"),
    (*EVAL, "--save", "empty"),
    (*EVAL, "--save", ""),
    (*EVAL, "--save", "file/report.json"),
    (*EVAL, "--save", "new/report.json", "--matrix", "new/m.gif"),
    (*EVAL, "--save", "new/a.json", "--matrix", "new/m.png", "--reliability", "new/r.png"),
    (*EVAL, "--save", "new/m.png", "--matrix", "new/m.png"),
    (*EVAL, "--save", "new/a.json", "--agent", "oracel"),
    (*EVAL, "--save", "new/a.json", "--seed", "-1"),
    (*EVAL, "--save", "new/a.json", "--env", "gymnasium:CartPole-v1"),
    ("audit", "--episodes", "1", "--agent", "persona-tny"),
    ("audit", "--env", "gymnasium:CartPole-v1"),
    ("validate", "--figures", "empty"),
    ("validate", "--figures", "new/f.json", "--write", "empty"),
    ("validate", "--figures", "new/f.json", "--write", "new/f.json"),
    ("validate", "--figures", "new/f.json", "--data", "bad.jsonl"),
    ("validate", "--write", "file/page.md"),
    ("report", "empty"),
    ("report", "file"),
    ("report", "run"),
    ("report", "odd"),
    ("report", "curve-only"),
]


@pytest.mark.parametrize("arguments", REFUSED, ids=" ".join)
def test_a_refused_command_changes_nothing(here, arguments):
    before = contents(here)
    result = CliRunner().invoke(persona_env.cli.app.app, arguments)
    assert result.exit_code == 2, result.output
    assert error_of(result.stderr)
    assert "Traceback" not in result.stderr
    assert contents(here) == before


def test_a_run_folder_that_is_used_says_what_to_do(here):
    told = {
        output: CliRunner().invoke(persona_env.cli.app.app, [*TRAIN, "--output", output]).stderr
        for output in ("run", "policy-only", "file")
    }
    assert "holds a run: give --resume, or another --output" in told["run"]
    assert "has a 'policy' already: give another --output" in told["policy-only"]
    assert "'file' is no folder" in told["file"]


def test_files_that_belong_together_are_written_all_or_none(tmp_path):
    write_files({tmp_path / "a" / "x": "é\n", tmp_path / "b" / "y": b"\x00"})
    before = contents(tmp_path)
    assert before == {"a": None, "a/x": "é\n".encode(), "b": None, "b/y": b"\x00"}
    with pytest.raises(PersonaEnvError, match="it is a folder"):
        write_files({tmp_path / "a" / "x": "new", tmp_path / "c" / "z": "new", tmp_path / "b": ""})
    with pytest.raises(UnicodeEncodeError):
        write_files({tmp_path / "a" / "x": "new", tmp_path / "c" / "z": "\ud800"})
    with pytest.raises(ZeroDivisionError):
        save_all(
            {
                tmp_path / "c" / "z": lambda path: write_text(path, "new"),
                tmp_path / "a" / "x": lambda path: 1 / 0,
            }
        )
    assert contents(tmp_path) == before
    with pytest.raises(PersonaEnvError, match="same path"):
        check_targets(tmp_path / "n", None, tmp_path / "n")


def test_a_folder_is_replaced_whole_or_not_at_all(tmp_path):
    folder = tmp_path / "policy"
    for text in ("one", "two"):
        with whole_folder(folder) as draft:
            (draft / text).write_text(text)
            assert (folder / "one").exists() == (text == "two")
        assert contents(tmp_path) == {"policy": None, f"policy/{text}": text.encode()}
    before = contents(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        interrupted(folder)
    assert contents(tmp_path) == before
    # A process that was killed between the two moves, and one that was killed while it wrote.
    folder.replace(tmp_path / ".policy.old")
    (tmp_path / ".policy.new").mkdir()
    with pytest.raises(KeyboardInterrupt):
        interrupted(folder)
    assert contents(tmp_path) == before


def interrupted(folder: Path) -> None:
    with whole_folder(folder) as draft:
        (draft / "three").write_text("half")
        raise KeyboardInterrupt


@pytest.mark.skipif(sys.platform == "win32", reason="no limits of file sizes there")
def test_a_full_disk_leaves_the_old_file_and_no_half_one(tmp_path):
    code = f"""
import resource
from pathlib import Path
from persona_env.outputs import write_files
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
folder = Path({str(tmp_path)!r})
write_files({{folder / "small": "old"}})
try:
    write_files({{folder / "small": "new", folder / "new" / "large": "x" * 2000}})
except OSError as error:
    print(error.strerror)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "File too large"
    assert contents(tmp_path) == {"small": b"old"}


@pytest.mark.skipif(
    sys.platform == "win32" or os.geteuid() == 0, reason="everything is open to root"
)
def test_a_folder_that_is_closed_is_named(here):
    (here / "empty").chmod(0o555)
    for arguments in ((*TRAIN, "--output", "empty/run"), (*EVAL, "--save", "empty/a.json")):
        result = CliRunner().invoke(persona_env.cli.app.app, arguments)
        assert result.exit_code == 2
        assert "no permission for" in result.stderr


@pytest.mark.parametrize("encoding", ["cp1252", "ascii", "gbk"])
@pytest.mark.parametrize(
    "arguments",
    [
        ("score", "你好 😀 é", "--user", "wei", "--scenario", "highest-mountain-taiwan"),
        ("profiles",),
        ("profiles", "wei"),
        ("terms",),
        ("train", "--help"),
    ],
    ids=lambda given: given[0],
)
def test_output_goes_wherever_it_is_sent(encoding, arguments):
    env = {**os.environ, "PYTHONIOENCODING": encoding}
    command = [sys.executable, "-m", "persona_env", *arguments]
    done = subprocess.run(command, capture_output=True, env=env, check=False)
    assert done.returncode == 0, done.stderr
    text = done.stdout.decode(encoding)
    if arguments[0] == "score" and encoding != "gbk":
        assert r"\u4f60\u597d \ud83d\ude00" in text


@pytest.mark.slow
def test_json_is_whole_in_every_encoding():
    command = [
        sys.executable, "-m", "persona_env",
        "score", "你好 😀 é", "--user", "wei", "--scenario", "highest-mountain-taiwan", "--json",
    ]  # fmt: skip
    for encoding in ("cp1252", "latin-1", "utf-8"):
        env = {**os.environ, "PYTHONIOENCODING": encoding}
        done = subprocess.run(command, capture_output=True, env=env, check=True)
        assert json.loads(done.stdout.decode(encoding))["reply"] == "你好 😀 é"


MISSPELT = [
    "train --profiles samm",
    "train --register naturall",
    "train --precision half",
    "train --terms lenght",
    "train --user-simulator rules",
    "eval --agent persona-tiny --split heldot",
    "eval --agent persona-tiny --reader hedas",
    "score x --user samm --scenario fluffy-rice --agent persona-tiny",
    "audit --agent persona-tiny --env PersonaCha-v0",
    "collect --output x.db --annotator simulatd",
    "compare a.json b.json --format html",
    "reward-model a.db --output x --policy persona-tin",
]


def test_what_is_misspelt_is_told_before_torch_loads(tmp_path):
    script = (
        "import sys; from typer.testing import CliRunner; from persona_env.cli.app import app\n"
        f"for words in {MISSPELT!r}:\n"
        "    done = CliRunner().invoke(app, words.split())\n"
        "    assert done.exit_code == 2 and 'error: ' in done.stderr, words\n"
        "    assert 'torch' not in sys.modules, words\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("score", "No."), "Missing option '--user'. A user of the environment"),
        (("score", "No.", "--user", "sam"), "Missing option '--scenario'. The id of a scenario"),
        (("export", "--kind", "prompt", "--output", "a.jsonl"), "'--kind': 'prompt' is not one of"),
    ],
)
def test_a_parameter_that_is_missing_or_wrong_is_told_with_what_belongs_there(given, said):
    result = CliRunner().invoke(persona_env.cli.app.app, given)
    assert result.exit_code == 2
    assert said in " ".join(result.output.split())
