"""Who may import whom, and what library code never does: read from the syntax trees."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FOLDERS = ("persona_env", "envs", "agents", "user_profiles")
FILES = sorted(p for folder in FOLDERS for p in (ROOT / folder).rglob("*.py"))
CONTRACT = [p for p in FILES if p.is_relative_to(ROOT / "persona_env")]
HEAVY = {
    "torch",
    "transformers",
    "stable_baselines3",
    "sb3_contrib",
    "trl",
    "accelerate",
    "datasets",
    "peft",
    "wandb",
    "trackio",
}
MAPPED = ("envs", "agents", "user_profiles")
IDS = [str(p.relative_to(ROOT)) for p in FILES]


def imports(path: Path) -> list[tuple[int, str]]:
    """Every absolute import of a file, at any depth, as (level, dotted name)."""
    found = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found += [(0, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{a.name}" if node.module else a.name for a in node.names]
            found += [(node.level, name) for name in names]
    return found


def test_the_walk_sees_the_tree():
    assert {"persona_env/env.py", "envs/chat/env.py", "agents/reference.py"} <= set(IDS)
    assert (0, "persona_env.env.PersonaEnv") in imports(ROOT / "envs" / "chat" / "env.py")
    assert (2, "shared.oracle.oracle") in imports(ROOT / "envs" / "chat" / "env.py")


# A package imports only from lines above its own.
LAYERS = (
    "errors",
    "arguments files outputs memo messages html",
    "languages lines row_files",
    "text",
    "rows spaces splits registration detectors endpoints",
    "users reporting wrappers",
    "scenarios bank",
    "reading",
    "rewards metrics agent judges",
    "simulation validity",
    "env",
    "vector evaluation",
    "asked entry_points text_envs auditor",
    "envs groups __init__",
    "adapters",
    "preferences",
    "suites",
    "agents cli",
    "__main__ benchmarks scripts user_profiles",
)
RANKS = {name: rank for rank, line in enumerate(LAYERS, 1) for name in line.split()}
SCRIPTS = [path for name in ("benchmarks", "scripts") for path in (ROOT / name).glob("*.py")]
ROOMS = sorted([*FILES, *SCRIPTS])


def room_of(name: str) -> str:
    """The package or module of the table that holds a dotted name."""
    first, *rest = name.split(".")
    if first != "persona_env":
        return first
    return rest[0] if rest and rest[0] in RANKS else "__init__"


def rooms_imported(path: Path) -> set[str]:
    """What a file imports of this project, by the names of the table, its own left out."""
    own = path.relative_to(ROOT).with_suffix("").parts
    dotted = own if own[0] == "persona_env" else ("persona_env", *own)
    names = [
        ".".join((*dotted[: len(dotted) - level], name)) if level else name
        for level, name in imports(path)
    ]
    ours = {room_of(name) for name in names if name.partition(".")[0] == "persona_env"}
    return ours - {room_of(".".join(own))}


def test_the_table_names_everything_once():
    tops = {
        path.relative_to(ROOT / "persona_env").parts[0].removesuffix(".py") for path in CONTRACT
    }
    outside = {"envs", "agents", "user_profiles", "benchmarks", "scripts"}
    assert set(RANKS) == tops | outside
    assert len(RANKS) == sum(len(line.split()) for line in LAYERS)


@pytest.mark.parametrize("path", ROOMS, ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_come_from_the_layers_above(path):
    own = room_of(".".join(path.relative_to(ROOT).with_suffix("").parts))
    wrong = {room for room in rooms_imported(path) if RANKS[room] >= RANKS[own]}
    assert not wrong, f"{own} (layer {RANKS[own]}) imports {sorted(wrong)}"


@pytest.mark.parametrize("path", CONTRACT, ids=lambda p: str(p.relative_to(ROOT)))
def test_the_contract_imports_no_mapped_folder(path):
    for level, name in imports(path):
        parts = name.split(".")
        assert level == 0, f"{name}: the contract is imported by its full name"
        assert parts[0] not in MAPPED
        assert parts[0] != "persona_env" or len(parts) < 2 or parts[1] not in MAPPED


@pytest.mark.parametrize("path", FILES, ids=IDS)
def test_heavy_libraries_are_for_agents(path):
    if path.is_relative_to(ROOT / "agents"):
        return
    assert not {name.split(".")[0] for level, name in imports(path) if level == 0} & HEAVY


@pytest.mark.parametrize(
    "path", [p for p in FILES if p not in CONTRACT], ids=lambda p: str(p.relative_to(ROOT))
)
def test_mapped_folders_import_siblings_relatively_and_the_contract_by_name(path):
    depth = len(path.relative_to(ROOT).parts)
    for level, name in imports(path):
        parts = name.split(".")
        if level == 0:
            assert parts[0] not in MAPPED, f"{name}: run from the root, it would load twice"
            assert parts[:1] != ["persona_env"] or len(parts) < 2 or parts[1] not in MAPPED, name
        elif level == depth:  # to persona_env's own level: only to reach another mapped folder
            assert parts[0] in MAPPED, f"{'.' * level}{name}: import the contract as persona_env.x"
        else:
            assert level < depth


OF_ENVIRONMENTS = [path for path in FILES if path.is_relative_to(ROOT / "envs")]


def environment_of(path: Path, level: int, name: str) -> str:
    """The folder in ``envs`` that an import of a file there leads to; empty for any other."""
    own = path.relative_to(ROOT).parts
    parts = (*own[: len(own) - level], *name.split(".")) if level else tuple(name.split("."))
    parts = parts[1:] if parts[0] == "persona_env" else parts
    return parts[1] if len(parts) > 1 and parts[0] == "envs" else ""


def test_where_an_import_of_an_environment_leads():
    path = ROOT / "envs" / "latent" / "terms.py"
    assert environment_of(path, 1, "asking.kind_asked") == "latent"
    assert environment_of(path, 2, "summary.words.said") == "summary"
    assert environment_of(path, 0, "persona_env.envs.digest.env") == "digest"
    assert environment_of(path, 0, "persona_env.text.tokens") == ""


@pytest.mark.parametrize("path", OF_ENVIRONMENTS, ids=lambda p: str(p.relative_to(ROOT)))
def test_no_environment_imports_another(path):
    own = path.relative_to(ROOT).parts[1]
    found = {environment_of(path, level, name) for level, name in imports(path)}
    assert found <= {own, "shared", ""}, "what several environments need is in envs/shared"


FORBIDDEN_CALLS = {"print", "eval", "exec", "compile", "hasattr", "input", "breakpoint"}
FORBIDDEN_MODULES = {"pickle", "cPickle", "dill", "cloudpickle", "marshal", "shelve", "joblib"}


@pytest.mark.parametrize("path", FILES, ids=IDS)
def test_what_library_code_never_does(path):
    wrong = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Assert):
            wrong.append((node.lineno, "assert"))
        elif isinstance(node, ast.ExceptHandler) and node.type is None:
            wrong.append((node.lineno, "bare except"))
        elif isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else ""
            if name in FORBIDDEN_CALLS:
                wrong.append((node.lineno, name))
            for key in node.keywords:
                value = key.value.value if isinstance(key.value, ast.Constant) else None
                if (key.arg, value) in {("trust_remote_code", True), ("weights_only", False)}:
                    wrong.append((node.lineno, key.arg))
        elif isinstance(node, ast.Attribute):
            owner = ast.unparse(node.value)
            if owner in {"np.random", "numpy.random"} and node.attr not in {
                "default_rng", "Generator", "SeedSequence", "PCG64",
            }:  # fmt: skip
                wrong.append((node.lineno, f"np.random.{node.attr}"))
    wrong += [(0, name) for _, name in imports(path) if name.split(".")[0] in FORBIDDEN_MODULES]
    wrong += [(0, name) for _, name in imports(path) if name.split(".")[0] == "random"]
    if path.name == "ppo.py":  # stable-baselines3 draws its minibatches from the global generator
        wrong = [item for item in wrong if item[1] != "np.random.permutation"]
    if path.name == "timing.py":  # leaves the global generators as it found them
        kept = ("np.random.get_state", "np.random.set_state", "random")
        wrong = [item for item in wrong if item[1] not in kept]
    assert not wrong


def run(code: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code], cwd=cwd, capture_output=True, text=True, check=False
    )


def test_importing_the_package_loads_nothing_heavy(tmp_path):
    done = run("import sys, persona_env; print(*sys.modules)", tmp_path)
    assert done.returncode == 0, done.stderr
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    light = HEAVY | {
        "jinja2",
        "matplotlib",
        "pandas",
        "py3langid",
        "spellchecker",
        "tensorboard",
        "typer",
        "rich",
    }
    assert "persona_env" in loaded
    assert not loaded & light
    assert not [
        n for n in done.stdout.split() if n.startswith(tuple(f"persona_env.{m}" for m in MAPPED))
    ]


def test_an_episode_loads_no_deep_learning(tmp_path):
    code = (
        "import sys, gymnasium as gym; env = gym.make('persona_env:PersonaChat-v0'); "
        "env.reset(seed=0); env.step('No.'); print(*sys.modules)"
    )
    done = run(code, tmp_path)
    assert done.returncode == 0, done.stderr
    assert not {name.partition(".")[0] for name in done.stdout.split()} & (
        HEAVY | {"matplotlib", "pandas"}
    )


@pytest.mark.parametrize("folder", MAPPED)
def test_a_mapped_folder_says_how_to_import_it(folder):
    bare = run(f"import {folder}", ROOT)
    assert bare.returncode != 0
    assert f"ImportError: import this folder as 'persona_env.{folder}'" in bare.stderr
    installed = run(f"import persona_env.{folder}", ROOT)
    assert installed.returncode == 0, installed.stderr
