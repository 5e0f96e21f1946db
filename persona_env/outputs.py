"""Files are written whole or not at all, and files that belong together all or none."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from persona_env.errors import PersonaEnvError


def write_text(path: Path, text: str) -> None:
    """Write one file as UTF-8; see :func:`write_files`."""
    write_files({path: text})


def write_files(contents: Mapping[Path, str | bytes]) -> None:
    """Write every file beside its path, then move all of them there: all are written or none.

    Missing folders are made, and removed again if anything fails.

    Raises
    ------
    PersonaEnvError
        For a path that no file can have; see :func:`check_target`.
    OSError
        If the disk is full, for instance. What was there before is then unchanged.
    """
    drafts: dict[Path, Path] = {}
    with _kept_folders(path.parent for path in map(check_target, contents)):
        try:
            for path, content in contents.items():
                data = content.encode("utf-8") if isinstance(content, str) else content
                drafts[path] = _draft(path, data)
            for path, draft in drafts.items():
                draft.replace(path)
        except BaseException:
            for draft in drafts.values():
                draft.unlink(missing_ok=True)
            raise


def save_all(writers: Mapping[Path, Callable[[Path], None]]) -> None:
    """Let each function write the file of its path; all files are written or none."""
    with tempfile.TemporaryDirectory() as name:
        contents = {}
        for i, (path, write) in enumerate(writers.items()):
            draft = Path(name, str(i), path.name)
            write(draft)
            contents[path] = draft.read_bytes()
    write_files(contents)


def check_target(path: Path) -> Path:
    """``path``, if a file can be written there; ask before the work that the file is for.

    Raises
    ------
    PersonaEnvError
        If it is a folder, or if nothing can be written into the folder that it is to be in.
    """
    if path.is_dir():
        raise PersonaEnvError(f"cannot write to {str(path)!r}: it is a folder; give a file's name")
    check_folder(path.parent)
    return path


def check_targets(*paths: Path | None) -> None:
    """:func:`check_target` for each path that is given; two files cannot have the same."""
    given = [check_target(path) for path in paths if path is not None]
    if len({path.absolute() for path in given}) < len(given):
        raise PersonaEnvError(f"two outputs have the same path: {[str(path) for path in given]}")


def check_folder(path: Path) -> Path:
    """``path``, if it is a folder that files can be written into, or if it can be made.

    Raises
    ------
    PersonaEnvError
        If it is no folder, or is closed to this user.
    """
    there = next(folder for folder in (path, *path.absolute().parents) if folder.exists())
    if not there.is_dir():
        raise PersonaEnvError(f"cannot write into {str(path)!r}: {str(there)!r} is no folder")
    if not os.access(there, os.W_OK | os.X_OK):
        raise PersonaEnvError(f"cannot write into {str(path)!r}: no permission for {str(there)!r}")
    return path


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """Make a folder where none is; after an error it goes again, if nothing is in it."""
    with _kept_folders([check_folder(path)]):
        yield path


@contextmanager
def whole_folder(path: Path) -> Iterator[Path]:
    """A folder to fill, which takes the place of ``path`` at the end; an error leaves ``path``.

    Two at the same time would be in each other's way: hold a lock.
    """
    draft, old = (path.with_name(f".{path.name}.{kind}") for kind in ("new", "old"))
    _settle(path, draft, old)  # what a process left that was killed
    draft.mkdir(parents=True)
    try:
        yield draft
        if path.exists():
            path.replace(old)
        draft.replace(path)
    finally:
        _settle(path, draft, old)


def _settle(path: Path, draft: Path, old: Path) -> None:
    if old.exists() and not path.exists():
        old.replace(path)
    for left in (draft, old):
        shutil.rmtree(left, ignore_errors=True)


@contextmanager
def _kept_folders(paths: Iterator[Path] | list[Path]) -> Iterator[None]:
    """Make these folders; after an error remove those that are new, and still empty."""
    wanted = list(paths)
    missing = {p for path in wanted for p in (path, *path.parents) if not p.exists()}
    try:
        for path in wanted:
            path.mkdir(parents=True, exist_ok=True)
        yield
    except BaseException:
        for path in sorted(missing, key=lambda p: len(p.parts), reverse=True):
            with suppress(OSError):  # another process may use it by now
                path.rmdir()
        raise


def _draft(path: Path, data: bytes) -> Path:
    """A new file beside ``path`` with this content."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(name).chmod(0o666 & ~_umask())
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return Path(name)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
