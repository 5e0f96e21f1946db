"""The language model whose states are probed: found at once, or an error that says what to do."""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import torch
from safetensors import SafetensorError
from transformers import AutoConfig, AutoModel, AutoTokenizer, PreTrainedModel
from transformers.utils import logging as transformers_logging

from persona_env.errors import PersonaEnvError
from persona_env.registration import HUB_ID

from ..hub import only_local

MODEL = "HuggingFaceTB/SmolLM2-135M-Instruct"
"""The model that the shipped heads were trained on."""
_GGUF_NEEDS = ("gguf", "accelerate")
_SPLIT = re.compile(r"-0*[2-9]\d*-of-\d+\.gguf$")  # the further parts of a file in several


class Source(NamedTuple):
    """Where a model lies: a folder or an id of the hub, and how it is to be read."""

    path: str
    local: bool
    gguf: str | None = None

    def options(self) -> dict[str, Any]:
        """What ``from_pretrained`` is given, whatever is loaded."""
        options = {"trust_remote_code": False, "local_files_only": self.local}
        return options | ({"gguf_file": self.gguf} if self.gguf else {})


def find_source(name: str) -> Source:
    """Where the model ``name`` is; nothing is loaded.

    Parameters
    ----------
    name:
        A folder with a model as safetensors, or with one GGUF file; or an id of the hub.

    Raises
    ------
    PersonaEnvError
        If there is no such folder and the hub does not have it or cannot be asked, or if the
        folder holds several GGUF files, or what reads them is not installed.
    """
    folder = Path(name)
    if folder.is_dir():
        return Source(name, True, None if (folder / "config.json").exists() else _gguf_in(folder))
    if not HUB_ID.fullmatch(name):
        raise PersonaEnvError(
            f"the probes find no model {name!r}: give a folder with its weights (none has this "
            f"name), or an id of the Hugging Face Hub such as {MODEL!r}"
        )
    try:
        return Source(name, only_local(name))
    except PersonaEnvError as error:
        raise PersonaEnvError(
            f"the probes need a language model: {error}. A folder with a copy of its weights, "
            "safetensors or one GGUF file, will do: reader='probes:FOLDER'. reader='heads' needs "
            "no model"
        ) from error


def _gguf_in(folder: Path) -> str:
    files = [path.name for path in sorted(folder.glob("*.gguf")) if not _SPLIT.search(path.name)]
    if len(files) != 1:
        raise PersonaEnvError(
            f"the probes find no model in the folder {str(folder)!r}: it must hold config.json and "
            f"model.safetensors, or one GGUF file, and holds {len(files)} of the latter"
        )
    missing = [name for name in _GGUF_NEEDS if find_spec(name) is None]
    if missing:
        raise PersonaEnvError(
            f"{files[0]!r} is a GGUF file, and what reads it is not installed: pip install "
            f"{' '.join(missing)}"
        )
    return files[0]


def load_model(source: Source, layers: int) -> tuple[PreTrainedModel, Any]:
    """The lower ``layers`` layers of the model, in single precision, and its tokenizer.

    Raises
    ------
    PersonaEnvError
        If the files are no model, or its tokenizer has no chat template.
    """
    said = transformers_logging.get_verbosity()
    transformers_logging.set_verbosity_error()  # the upper layers are left out on purpose
    transformers_logging.disable_progress_bar()
    try:
        config = AutoConfig.from_pretrained(source.path, **source.options())
        config.num_hidden_layers = min(layers, config.num_hidden_layers)
        model = AutoModel.from_pretrained(
            source.path, config=config, dtype=torch.float32, use_safetensors=True,
            **source.options(),
        )  # fmt: skip
        tokenizer = AutoTokenizer.from_pretrained(source.path, **source.options())
    except (OSError, ValueError, SafetensorError) as error:
        raise PersonaEnvError(
            f"{source.path!r} holds no language model that the probes can read, as safetensors or "
            f"as one GGUF file ({error})"
        ) from error
    finally:
        transformers_logging.set_verbosity(said)
    if not tokenizer.chat_template:
        raise PersonaEnvError(
            f"the tokenizer of {source.path!r} has no chat template: the probes need a model that "
            f"was tuned for chats, such as {MODEL!r}"
        )
    return model.eval(), tokenizer
