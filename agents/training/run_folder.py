"""The folder of a training run: what is in it, and that one process at a time writes to it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from persona_env.errors import PersonaEnvError
from persona_env.outputs import check_folder, new_folder

STATE, CURVE, POLICY, FACTS = "state.safetensors", "curve.csv", "policy", "run.json"
ADAPTER = "adapter"  # of LoRA, as peft writes it; the policy holds it too
LOCK = ".lock"
BEGUN, CHECKPOINTS = "begun.json", "checkpoints"  # of methods through TRL, in place of the state


def has_begun(folder: Path) -> bool:
    """Whether a run has left something in the folder that can be resumed."""
    return (folder / STATE).exists() or (folder / BEGUN).exists()


def check_run(folder: Path, resume: bool) -> None:
    """Refuse to begin a run where one is, or to resume one where none is; changes nothing.

    Raises
    ------
    PersonaEnvError
        With what to do.
    """
    check_folder(folder)
    begun = has_begun(folder)
    if resume and not begun:
        raise PersonaEnvError(
            f"nothing to resume: {folder / STATE} does not exist; leave out --resume"
        )
    if resume:
        return
    if begun:
        raise PersonaEnvError(f"{folder} holds a run: give --resume, or another --output")
    for name in (POLICY, FACTS):
        if (folder / name).exists():
            raise PersonaEnvError(f"{folder} has a {name!r} already: give another --output")


@contextmanager
def only_writer(folder: Path) -> Iterator[Path]:
    """Make ``folder`` if it is not there, and keep other processes from writing to it.

    The operating system holds the lock for this process, and frees it when the process ends,
    killed or not: the file ``.lock`` stays and means nothing by itself. If nothing is written,
    a new folder goes again.

    Raises
    ------
    PersonaEnvError
        If another process is writing to it.
    """
    with new_folder(folder):
        lock = FileLock(folder / LOCK)
        try:
            lock.acquire(timeout=0)
        except Timeout as error:
            raise PersonaEnvError(
                f"another process is writing to {folder}: wait for it, or give another --output"
            ) from error
        try:
            yield folder
        finally:
            if [path.name for path in folder.iterdir()] == [LOCK]:
                with suppress(PermissionError):  # Windows keeps open files
                    (folder / LOCK).unlink()
            lock.release()
