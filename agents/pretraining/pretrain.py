"""Makes ``persona-tiny``, the bundled initial policy, from the project's own scenarios.

``python -m persona_env.agents.pretraining.pretrain --output DIR`` trains a byte-level BPE
tokenizer, then a small Llama-like transformer on replies in every style (see
:mod:`persona_env.agents.pretraining.corpus`). It is seeded, saves its state as it goes and resumes
from it; ``DIR`` gets what ``from_pretrained`` reads. With
``--start persona-tiny --behaviours ...`` that policy goes on reading, the text of other
environments too.
"""

from __future__ import annotations

import argparse
import logging
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from torch.nn import functional
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from persona_env.errors import PersonaEnvError
from persona_env.outputs import write_text
from persona_env.registration import ENVIRONMENTS, find_policy, load
from persona_env.wrappers.bundled_tokenizer import (
    ASK,
    END,
    PAD,
    REPLY,
    SPECIAL,
    USER,
    BundledCodec,
)

from ..device import known_device
from ..language_model import load_policy
from ..training.checkpoint import load_modules, save_modules
from ..training.run_folder import only_writer

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Recipe:
    """How the initial policy is made."""

    vocab_size: int = 2048
    hidden_size: int = 128
    layers: int = 4
    heads: int = 4
    steps: int = 6000
    # How many replies follow their user, up to which share of the steps: first the preferences,
    # and at last habits, so that little of it shows.
    follows: tuple[tuple[float, float], ...] = ((0.9, 0.9), (1.0, 0.27))
    batch: int = 64
    lr: float = 6e-3  # of the matrices, by Muon
    lr_rest: float = 3e-3  # of embeddings and norms, by AdamW
    seed: int = 7
    corpus_for_tokenizer: int = 20_000
    behaviours: tuple[str, ...] = ()  # environments whose text is read as often as the chat's
    start: str = ""  # the policy that reads on, if not a new one


def draw_example(recipe: Recipe) -> Callable[[np.random.Generator, float], Any]:
    """The corpus: a function from a random generator and a share of followers to an example."""
    chat = load("persona_env.agents.pretraining.corpus:example")
    if not recipe.behaviours:
        return chat  # type: ignore[no-any-return]
    example_of, copying = (
        load(f"persona_env.agents.pretraining.corpus:{n}") for n in ("example_of", "copying")
    )
    envs = [
        load(ENVIRONMENTS[name])(split="all", profile_text="short") for name in recipe.behaviours
    ]

    def draw(rng: np.random.Generator, follows: float = 0.3) -> Any:
        which = int(rng.integers(len(envs) + 2))
        if which < len(envs):
            return example_of(envs[which], rng, follows)
        return chat(rng, follows) if which == len(envs) else copying(rng)

    return draw


def train_tokenizer(recipe: Recipe) -> Tokenizer:
    """A byte-level BPE tokenizer over the corpus."""
    rng = np.random.default_rng(recipe.seed)
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=recipe.vocab_size,
        special_tokens=list(SPECIAL),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    draw = draw_example(recipe)
    drawn = (draw(rng, 0.3) for _ in range(recipe.corpus_for_tokenizer))
    parts = (part for e in drawn for part in (*e.observation.values(), e.reply))
    tokenizer.train_from_iterator(parts, trainer)
    return tokenizer


def build_model(recipe: Recipe) -> LlamaForCausalLM:
    """A Llama-like transformer of about a million parameters: new, or the one to start from."""
    torch.manual_seed(recipe.seed)
    if recipe.start:
        return load_policy(recipe.start)[0]
    config = LlamaConfig(
        vocab_size=recipe.vocab_size,
        hidden_size=recipe.hidden_size,
        intermediate_size=recipe.hidden_size * 11 // 4,
        num_hidden_layers=recipe.layers,
        num_attention_heads=recipe.heads,
        num_key_value_heads=recipe.heads,
        max_position_embeddings=512,
        tie_word_embeddings=True,
        pad_token_id=SPECIAL.index(PAD),
        eos_token_id=SPECIAL.index(END),
        bos_token_id=None,
    )
    return LlamaForCausalLM(config)


def encode(codec: BundledCodec, item: Any) -> tuple[list[int], int]:
    """The ids of prompt, reply and end, and where the reply begins."""
    prompt = codec.prompt(item.observation)
    return [*prompt, *codec.encode(item.reply), codec.end_id], len(prompt)


POOL = 8  # batches drawn together and sorted by length, so that little is padding


def batches(codec: BundledCodec, recipe: Recipe, first: int) -> Iterator[tuple[torch.Tensor, ...]]:
    """Batches from step ``first`` (a multiple of POOL) on: ids and labels (-100 but in replies)."""
    draw = draw_example(recipe)
    for chunk in range(first // POOL, math.ceil(recipe.steps / POOL)):
        rng = np.random.default_rng(np.random.SeedSequence([recipe.seed, chunk]))
        done = chunk * POOL / recipe.steps
        share = next(share for until, share in recipe.follows if done < until)
        rows = [encode(codec, draw(rng, share)) for _ in range(recipe.batch * POOL)]
        rows.sort(key=lambda row: len(row[0]))
        for k in rng.permutation(POOL):
            yield pad(rows[k * recipe.batch : (k + 1) * recipe.batch], codec.pad_id)


def pad(rows: list[tuple[list[int], int]], pad_id: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Rows of ids as a batch, and its labels: -100 but in replies."""
    ids = torch.full((len(rows), max(len(row) for row, _ in rows)), pad_id)
    labels = torch.full_like(ids, -100)
    for i, (row, start) in enumerate(rows):
        ids[i, : len(row)] = torch.tensor(row)
        labels[i, start : len(row)] = ids[i, start : len(row)]
    return ids, labels


def rate(step: int, recipe: Recipe) -> float:
    """The factor of both learning rates: warm-up over 100 steps, level to half of the steps, down
    to a tenth when the last phase begins, and on to a fiftieth."""
    done = step / recipe.steps
    turns = (0.0, 0.5, 0.9, 1.0), (1.0, 1.0, 0.1, 0.02)
    return min(1.0, (step + 1) / 100) * float(np.interp(done, *turns))


def optimizers(model: LlamaForCausalLM, recipe: Recipe) -> list[torch.optim.Optimizer]:
    """Muon for the matrices of the layers (Jordan 2024: fewer steps), AdamW for the rest."""
    parameters = dict(model.named_parameters())
    matrices = [p for name, p in parameters.items() if p.ndim == 2 and ".layers." in name]
    rest = [p for name, p in parameters.items() if p.ndim != 2 or ".layers." not in name]
    return [
        torch.optim.Muon(matrices, lr=recipe.lr, weight_decay=0.01, adjust_lr_fn="match_rms_adamw"),
        torch.optim.AdamW(rest, lr=recipe.lr_rest, betas=(0.9, 0.98), weight_decay=0.01),
    ]


def loss_on_replies(model: LlamaForCausalLM, ids: torch.Tensor, labels: torch.Tensor) -> Any:
    """Mean cross-entropy over reply tokens; logits are made for those positions only."""
    hidden = model.model(input_ids=ids).last_hidden_state[:, :-1]
    wanted = labels[:, 1:]
    kept = wanted != -100
    return functional.cross_entropy(model.lm_head(hidden[kept]).float(), wanted[kept])


def pretrain(output: Path, recipe: Recipe, device: str, minutes: float = math.inf) -> None:
    """Train (or resume) until ``recipe.steps`` or for ``minutes``, then save to ``output``.

    Raises :class:`PersonaEnvError` if another process is writing to ``output``, if the device or
    the policy to start from is not here, or if the state in ``output`` is that of another model.
    """
    model = build_model(recipe).to(known_device(device))
    with only_writer(output):
        _pretrain(output, recipe, device, minutes, model)


def _pretrain(
    output: Path, recipe: Recipe, device: str, minutes: float, model: LlamaForCausalLM
) -> None:
    state = output / "training.safetensors"
    codec = BundledCodec(_tokenizer(output, recipe))
    # On CPUs the fused attention's backward pass is slower than plain matrix products.
    model.set_attn_implementation("eager")
    both = optimizers(model, recipe)
    peaks = [group["lr"] for optimizer in both for group in optimizer.param_groups]
    step = load_modules(state, model, both)["step"] if state.exists() else 0
    groups = [group for optimizer in both for group in optimizer.param_groups]
    began, smooth = time.monotonic(), 0.0
    for ids, labels in batches(codec, recipe, step):
        for group, peak in zip(groups, peaks, strict=True):
            group["lr"] = peak * rate(step, recipe)
        with torch.autocast(device.split(":", maxsplit=1)[0], torch.bfloat16):
            loss = loss_on_replies(model, ids.to(device), labels.to(device))
        model.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for optimizer in both:
            optimizer.step()
        step += 1
        smooth = 0.98 * smooth + 0.02 * loss.item()
        if step % 100 == 0:
            log.info("step %d loss %.3f after %.0f s", step, smooth, time.monotonic() - began)
        out_of_time = time.monotonic() - began > minutes * 60 and step % POOL == 0
        if step % 400 == 0 or step == recipe.steps or out_of_time:
            save_modules(state, model, both, {"step": step})
        if out_of_time:
            break
    save(output, model, codec)


def save(output: Path, model: LlamaForCausalLM, codec: BundledCodec) -> None:
    """Write weights in half precision and a tokenizer with its chat template."""
    half = model.to("cpu", torch.float16)
    half.config.dtype = torch.float32
    fast = PreTrainedTokenizerFast(
        tokenizer_object=codec.tokenizer, eos_token=END, pad_token=PAD,
        additional_special_tokens=[USER, ASK, REPLY],
    )  # fmt: skip
    fast.chat_template = Path(find_policy("persona-tiny"), "chat_template.jinja").read_text("utf-8")
    with TemporaryDirectory(dir=output) as folder:
        half.save_pretrained(folder)
        fast.save_pretrained(folder)
        for path in Path(folder).iterdir():
            path.replace(output / path.name)


def _tokenizer(output: Path, recipe: Recipe) -> Tokenizer:
    path = output / "tokenizer.json"
    if not path.exists():
        made = _tokenizer_of(recipe.start) if recipe.start else train_tokenizer(recipe)
        write_text(path, made.to_str(pretty=True))
    return Tokenizer.from_file(str(path))


def _tokenizer_of(policy: str) -> Tokenizer:
    codec = load_policy(policy)[1]
    if not isinstance(codec, BundledCodec):
        raise PersonaEnvError(f"{policy!r} has another tokenizer: only bundled policies read on")
    return codec.tokenizer


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--minutes", type=float, default=math.inf)
    parser.add_argument("--steps", type=int, default=Recipe.steps)
    parser.add_argument("--layers", type=int, default=Recipe.layers)
    parser.add_argument("--behaviours", nargs="*", default=(), choices=sorted(ENVIRONMENTS))
    parser.add_argument("--hidden-size", type=int, default=Recipe.hidden_size)
    parser.add_argument("--start", default=Recipe.start, help="a policy that reads on")
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    recipe = Recipe(
        steps=options.steps, layers=options.layers, hidden_size=options.hidden_size,
        behaviours=tuple(options.behaviours), start=options.start,
    )  # fmt: skip
    pretrain(options.output, recipe, options.device, options.minutes)


if __name__ == "__main__":
    main()
