"""Whether the Hugging Face Hub answers, asked once and briefly."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from huggingface_hub import get_hf_file_metadata, hf_hub_url, try_to_load_from_cache
from huggingface_hub.errors import EntryNotFoundError, HfHubHTTPError

from persona_env.errors import PersonaEnvError

CONFIG = "config.json"
SECONDS = 5.0  # how long the hub has to answer
# What its HTTP client raises, which another major version of huggingface_hub has from elsewhere,
# and OSError: an answer that is an error, no network, offline mode.
FAILURES: tuple[type[Exception], ...] = HfHubHTTPError.__bases__


def only_local(path: str) -> bool:
    """Whether a policy is to be read from this machine alone, without asking the hub.

    Parameters
    ----------
    path:
        What :func:`persona_env.registration.find_policy` gives: a folder, or a hub id.

    Raises
    ------
    PersonaEnvError
        If it is on the hub, the hub does not answer or refuses, and no copy is in the cache.
    """
    return Path(path).is_dir() or _is_away(path)


def folder_of(path: str) -> str:
    """The folder of a policy that is read from this machine alone, also of a copy in the cache.

    With peft installed, transformers asks the hub for adapters of an id whatever it is told, and
    waits for minutes where there is none.
    """
    copy = None if Path(path).is_dir() else try_to_load_from_cache(path, CONFIG)
    return str(Path(copy).parent) if isinstance(copy, str) else path


@lru_cache
def _is_away(path: str) -> bool:
    """Whether the hub does not answer, and a copy of this id is in the cache."""
    try:
        get_hf_file_metadata(hf_hub_url(path, CONFIG), timeout=SECONDS)
    except FAILURES as error:
        if isinstance(try_to_load_from_cache(path, CONFIG), str):
            return True
        raise PersonaEnvError(_advice(path, error)) from error
    return False


def _advice(path: str, error: BaseException) -> str:
    if isinstance(error, EntryNotFoundError):
        return (
            f"{path!r} on the Hugging Face Hub has no {CONFIG} and is no whole model. Of a LoRA "
            f"adapter give the folder that 'hf download {path}' prints"
        )
    if isinstance(error, HfHubHTTPError):
        return (
            f"{path!r} is no folder here, and the Hugging Face Hub refuses it: {error}. Correct "
            "the name; where it is private or gated, log in with 'hf auth login'"
        )
    return (
        f"{path!r} is no folder here, and the Hugging Face Hub cannot be asked for it "
        f"({type(error).__name__}: {error}). Give a folder or a bundled policy, or fetch it where "
        f"there is a network: 'hf download {path}' fills the cache"
    )
