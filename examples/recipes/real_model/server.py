"""``--vllm-server``: what can be wrong with it is said before anything is trained."""

from __future__ import annotations

import argparse

import httpx
from accelerate import PartialState
from trl.import_utils import is_vllm_available

START = "'trl vllm-serve --model MODEL' on a GPU of its own"


def check_server(options: argparse.Namespace) -> None:
    """End the run if GRPO is to sample from a server of vLLM and cannot."""
    if options.vllm_server is None or not options.steps:
        return
    wrong = _wrong(options.vllm_server, options.seeds)
    if wrong:
        raise SystemExit(f"--vllm-server {options.vllm_server}: {wrong}")


def device() -> str:
    """The kind of device that trains."""
    return str(PartialState().device.type)


def _wrong(url: str, seeds: list[int]) -> str | None:
    if device() != "cuda":
        return f"the weights go to the server from a CUDA device, not from {device()!r}"
    if len(seeds) > 1:
        return f"a server takes the weights of one trainer, not of {len(seeds)} seeds: give one"
    if not is_vllm_available():
        return "vLLM is not installed beside the trainer: pip install 'trl[vllm]'"
    try:
        status = httpx.get(f"{url.rstrip('/')}/health", timeout=10).status_code
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return f"nobody answers ({error}); start {START}, and wait until it is up"
    if status != httpx.codes.OK:
        return f"/health answers {status}; give the address that {START} prints, without /v1"
    return None
