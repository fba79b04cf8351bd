"""What needs a GPU: throughput, several trials on one card, running out of memory, the same numbers twice.

    python tests/benchmarks/gpu.py [--small]

Encoders of XLM-R's base and large size with random weights, pairs of 128 tokens, 32 a batch. `--small` takes tiny ones
for a few steps and any device: it shows that the script works, and says nothing else. `pytest -m gpu` are the tests.
"""

from __future__ import annotations

import argparse
import datetime
import multiprocessing
import platform
import time
from dataclasses import dataclass, replace
from typing import Any, get_args

import numpy as np
import torch
from transformers import XLMRobertaConfig, XLMRobertaModel

from evaluators.babel.suite import BABEL
from search_spaces.plan import Stage
from trainables.columns import Features, Rows
from trainables.devices import best_device
from trainables.encoder import Encoder, describe, load_encoder
from trainables.encoder_source import EncoderSource
from trainables.feed import Feed
from trainables.loop import Trained, train
from trainables.memory import MicroBatches
from trainables.model import MultiHeadModel
from trainables.settings import Precision, Training

TASK = BABEL.training_task("mnli")
STEPS, WARM_UP = 40, 10


@dataclass(frozen=True)
class Size:
    """Of an encoder and its inputs."""

    name: str
    layers: int
    hidden: int
    vocabulary: int = 250_002
    tokens: int = 128


BASE, LARGE = Size("base", 12, 768), Size("large", 24, 1024)
TINY = Size("tiny", 2, 64, vocabulary=3000, tokens=32)


def encoder_of(size: Size) -> Encoder:
    config = XLMRobertaConfig(
        vocab_size=size.vocabulary,
        num_hidden_layers=size.layers,
        hidden_size=size.hidden,
        num_attention_heads=size.hidden // 64,
        intermediate_size=4 * size.hidden,
        max_position_embeddings=514,
        type_vocab_size=1,
    )
    torch.manual_seed(0)
    module = XLMRobertaModel(config, add_pooling_layer=False)
    tokenizer = load_encoder(EncoderSource(name="babel-xlmr")).tokenizer
    return describe(EncoderSource(name=size.name), module, tokenizer)


def feed_of(size: Size, encoder: Encoder, training: Training) -> Feed:
    rows, draws = Rows(), np.random.default_rng(0)
    for number in range(1024):
        rows.add(input_ids=draws.integers(10, 1000, size.tokens).tolist(), label=number % 3)
    return Feed(TASK, [("en", Features(rows.table(), rows.counts))], encoder.tokenizer, training)


@dataclass
class Session:
    """One model, its batches and its settings."""

    model: MultiHeadModel
    feed: Feed
    training: Training

    def go(self, steps: int, micro_batches: MicroBatches | None = None) -> Trained:
        stage = Stage(mixture=((TASK.name, 1.0),), learning_rate=1e-5, steps=steps)
        return train(self.model, {TASK.name: self.feed}, stage, self.training, seed=0, micro_batches=micro_batches)


def session(size: Size, precision: Precision, *, checkpointing: bool = False) -> Session:
    training = Training(batch_size=32, max_length_tokens=size.tokens, precision=precision)
    encoder = encoder_of(size)
    feed = feed_of(size, encoder, training)
    if checkpointing:
        encoder.module.activation_checkpointing_enable()
    return Session(MultiHeadModel(encoder, [TASK], 0).to(best_device()), feed, training)


def examples_a_second(size: Size, precision: Precision, steps: int, *, checkpointing: bool = False) -> float:
    ready = session(size, precision, checkpointing=checkpointing)
    ready.go(WARM_UP)
    if torch.cuda.is_available():
        torch.cuda.synchronize()
        torch.cuda.reset_peak_memory_stats()
    began = time.perf_counter()
    ready.go(steps)
    if torch.cuda.is_available():
        torch.cuda.synchronize()
    return 32 * steps / (time.perf_counter() - began)


def peak_gib() -> float:
    return torch.cuda.max_memory_allocated() / 2**30 if torch.cuda.is_available() else float("nan")


def row(*cells: object) -> None:
    print("|", " | ".join(str(cell) for cell in cells), "|", flush=True)


def table(*columns: str) -> None:
    print()
    row(*columns)
    row(*["---"] * len(columns))


def throughput(sizes: list[Size], steps: int) -> None:
    table("encoder", "precision", "activations", "examples a second", "over float32", "peak GiB")
    for size in sizes:
        plain = 0.0
        for precision in get_args(Precision):
            for checkpointing in (False, True) if precision == "bfloat16" else (False,):
                rate = examples_a_second(size, precision, steps, checkpointing=checkpointing)
                plain = plain or rate
                kept = "computed again" if checkpointing else "kept"
                row(size.name, precision, kept, f"{rate:.0f}", f"{rate / plain:.2f}", f"{peak_gib():.1f}")


def one_of_several(size: Size, steps: int, start: Any, rates: Any) -> None:
    ready = session(size, "bfloat16")
    ready.go(WARM_UP)
    start.wait()
    began = time.perf_counter()
    ready.go(steps)
    rates.put(32 * steps / (time.perf_counter() - began))


def together(size: Size, steps: int) -> None:
    """Trials that share a card (`resources.gpu: 0.5` and so on), by what they do in all."""
    table("trials on one card", "examples a second in all", "over one trial")
    context, alone = multiprocessing.get_context("spawn"), 0.0
    for count in (1, 2, 4):
        start, rates = context.Barrier(count), context.Queue()
        trials = [context.Process(target=one_of_several, args=(size, steps, start, rates)) for _ in range(count)]
        for trial in trials:
            trial.start()
        total = sum(rates.get(timeout=300) for _ in trials)
        for trial in trials:
            trial.join()
        alone = alone or total
        row(count, f"{total:.0f}", f"{total / alone:.2f}")


def short_of_memory(size: Size) -> None:
    """A share of the card that holds the model, and not the batch."""
    if not torch.cuda.is_available():
        print("\nrunning out of memory needs a GPU; the tests stand in for it")
        return
    ready = session(replace(size, tokens=512), "float32")
    ready.go(1)
    whole, state = torch.cuda.max_memory_allocated(), torch.cuda.memory_allocated()
    total = torch.cuda.get_device_properties(0).total_memory
    torch.cuda.set_per_process_memory_fraction((state + (whole - state) / 3) / total)
    micro_batches = MicroBatches()
    ready.go(3, micro_batches)
    torch.cuda.set_per_process_memory_fraction(1.0)
    table("room for activations", "examples of 32 at once")
    row("a third of what a batch wants", micro_batches.sizes.get(TASK.name, 32))


def twice(size: Size, steps: int) -> None:
    """Are two trainings equal to the last bit?"""
    table("precision", "parameters that differ after the same training twice", "largest difference")
    for precision in get_args(Precision):
        first, second = session(size, precision), session(size, precision)
        first.go(steps), second.go(steps)
        pairs = list(zip(first.model.parameters(), second.model.parameters(), strict=True))
        differing = sum(not torch.equal(one, other) for one, other in pairs)
        largest = max(float((one - other).detach().abs().max()) for one, other in pairs)
        row(precision, f"{differing} of {len(pairs)}", f"{largest:.1e}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--small", action="store_true")
    small = parser.parse_args().small
    if not small and not torch.cuda.is_available():
        raise SystemExit("no CUDA device is here; --small tries the script on anything")
    card = torch.cuda.get_device_name() if torch.cuda.is_available() else platform.processor() or "a CPU"
    print(f"{card}, {datetime.date.today()}, torch {torch.__version__}")
    steps = 3 if small else STEPS
    throughput([TINY] if small else [BASE, LARGE], steps)
    together(TINY if small else BASE, steps)
    short_of_memory(TINY if small else BASE)
    twice(TINY if small else BASE, steps)


if __name__ == "__main__":
    main()
