"""Training beside transformers' own Trainer, beside a bare loop, and what surrounds it.

    python tests/benchmarks/training.py [--data DIR] [--pairs 5] [--quick] [--only-loop]

Both sides train the same small encoder (4 layers, 192 wide, random weights; padding costs here what it costs at any
size) on the same tokenised examples, as many of them, in float32 with fused AdamW, on one thread, in turn. The
Trainer shuffles and pads each batch to its longest input, as it comes. `--data` is a mirror of the hub with MNLI and
SQuAD; without it the offline suite's sentences are used, which differ less in length.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

os.environ.update(OMP_NUM_THREADS="1", HF_HUB_OFFLINE="1", TOKENIZERS_PARALLELISM="false", ACCELERATE_USE_CPU="true")

import torch
from transformers import (
    AutoModelForQuestionAnswering,
    AutoModelForSequenceClassification,
    AutoTokenizer,
    DataCollatorWithPadding,
    Trainer,
    TrainingArguments,
)

import trainables.feed
from evaluators.babel.suite import BABEL
from evaluators.reading import read
from evaluators.source import DataSource
from evaluators.suite import Suite
from evaluators.suites import find_suite
from evaluators.task import Kind
from search_spaces.plan import Stage
from trainables.build import build_encoder
from trainables.encoder import load_encoder
from trainables.encoder_source import EncoderSource
from trainables.feed import Feed, open_feed
from trainables.loop import new_optimizer, train
from trainables.model import MultiHeadModel
from trainables.recipe import Recipe
from trainables.settings import Training
from trainables.texts import texts_of
from trainables.weights import load_weights, save_optimizer, save_weights

RECIPE = Recipe(
    layers=4,
    hidden=192,
    heads=4,
    feed_forward=768,
    vocabulary=8000,
    steps=1,
    learning_rate=1e-3,
    max_length_tokens=384,
)
RATE = 1e-4
WIDTHS = (1, 16, 32, 50, 64)


def spread(ratios: list[float]) -> str:
    return f"{statistics.median(ratios):.3f} ({min(ratios):.3f} to {max(ratios):.3f})"


def seconds(work: Callable[[], Any]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def ours(feed: Feed, encoder: EncoderSource, training: Training, steps: int) -> Callable[[], Any]:
    model = MultiHeadModel(load_encoder(encoder), [feed.task], 0)
    stage = Stage(mixture=((feed.task.name, 1.0),), learning_rate=RATE, steps=steps)
    return lambda: train(model, {feed.task.name: feed}, stage, training, seed=0)


def theirs(feed: Feed, encoder: EncoderSource, training: Training, steps: int, folder: Path) -> Callable[[], Any]:
    """The same number of the same rows, in the library's own classes."""
    (_, features), *_ = feed._parts
    inputs = features.lists("input_ids")
    if feed.task.kind is Kind.SPAN:
        gold = {"start_positions": features.numbers("start"), "end_positions": features.numbers("end")}
        model = AutoModelForQuestionAnswering.from_pretrained(encoder.name)
    else:
        gold = {"labels": features.numbers("label")}
        model = AutoModelForSequenceClassification.from_pretrained(encoder.name, num_labels=len(feed.task.labels) or 3)
    rows = [
        {"input_ids": inputs[row].tolist(), **{name: int(column[row]) for name, column in gold.items()}}
        for row in range(len(features))
    ]
    arguments = TrainingArguments(
        output_dir=str(folder),
        per_device_train_batch_size=training.batch_size,
        max_steps=steps,
        learning_rate=RATE,
        lr_scheduler_type="constant",
        optim="adamw_torch_fused",
        save_strategy="no",
        logging_strategy="no",
        report_to=[],
        disable_tqdm=True,
        use_cpu=True,
        seed=0,
    )
    collator = DataCollatorWithPadding(AutoTokenizer.from_pretrained(encoder.name))
    return Trainer(model=model, args=arguments, train_dataset=rows, data_collator=collator).train


def bare(feed: Feed, encoder: EncoderSource, training: Training, steps: int) -> Callable[[], Any]:
    """Nothing but forward, backward, clipping and the step, on batches that are there already."""
    model = MultiHeadModel(load_encoder(encoder), [feed.task], 0)
    optimizer = new_optimizer(model, RATE, training)
    batches = [feed.batch(0, number) for number in range(steps)]

    def loop() -> None:
        model.train()
        for batch in batches:
            optimizer.zero_grad(set_to_none=True)
            loss = model.loss(batch, training) / batch.questions
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), training.clip_norm)
            optimizer.step()

    return loop


def real_share(feed: Feed, steps: int) -> float:
    batches = [feed.batch(0, number) for number in range(steps)]
    return sum(int(batch.mask.sum()) for batch in batches) / sum(batch.mask.numel() for batch in batches)


def paired(
    one: Callable[[], Callable[[], Any]], other: Callable[[], Callable[[], Any]], pairs: int
) -> tuple[str, float, float]:
    """Seconds of the first over seconds of the second; each side is made anew, which is not timed."""
    sides: list[tuple[float, float]] = []
    for turn in range(pairs + 1):
        mine, other_side = one(), other()
        order = [mine, other_side] if turn % 2 else [other_side, mine]
        taken = {id(work): seconds(work) for work in order}
        if turn:  # the first turn warms both up
            sides.append((taken[id(mine)], taken[id(other_side)]))
    medians = [statistics.median(side) for side in zip(*sides, strict=True)]
    return spread([a / b for a, b in sides]), medians[0], medians[1]


def of_equal_length(feed: Feed) -> Feed:
    """Only rows of the most frequent length, so that no padding can be saved."""
    ((language, features),) = feed._parts
    lengths = features.lengths
    values, counts = torch.tensor(lengths).unique(return_counts=True)
    common = int(values[counts.argmax()])
    table = features._table.filter(torch.tensor(lengths == common).tolist())
    chosen = type(features)(table.combine_chunks(), features.counts)
    return Feed(feed.task, [(language, chosen)], feed._tokenizer, replace(TRAINING, per_task={}))


TRAINING = Training(batch_size=32, max_length_tokens=128)


def speed(
    suite: Suite,
    data: DataSource,
    tasks: Mapping[str, Training],
    root: Path,
    pairs: int,
    steps: int,
    *,
    only_loop: bool,
) -> None:
    pair, span = tasks
    texts = texts_of(read(suite.training_task(pair), "train", "en", data).examples[:4000])
    source = EncoderSource(name=str(build_encoder(RECIPE, texts, root / "encoder")))
    encoder = load_encoder(source)
    print("\n| what | our time over theirs | s, ours | s, theirs | real over processed tokens, ours |")
    print("| --- | --- | --- | --- | --- |")

    def feed_of(name: str) -> Feed:
        return open_feed(suite.training_task(name), data, encoder, tasks[name], root / "cache", ["en"])

    feeds = {name: feed_of(name) for name in tasks}
    cases: list[tuple[str, Feed, Training]] = [
        (f"pairs ({pair}) over the Trainer", feeds[pair], tasks[pair]),
        (f"questions ({span}) over the Trainer", feeds[span], tasks[span]),
        ("pairs of one length over the Trainer", of_equal_length(feeds[pair]), tasks[pair]),
    ]
    for what, feed, training in () if only_loop else cases:
        figures = paired(
            partial(ours, feed, source, training, steps),
            partial(theirs, feed, source, training, steps, root / "trainer"),
            pairs,
        )
        row(what, figures, real_share(feed, steps))
    feed, training = cases[2][1], cases[2][2]
    figures = paired(partial(ours, feed, source, training, steps), partial(bare, feed, source, training, steps), pairs)
    row("the same over a bare loop on finished batches", figures, real_share(feed, steps))
    if not only_loop:
        padding(tasks, feed_of)


def padding(tasks: Mapping[str, Training], feed_of: Callable[[str], Feed]) -> None:
    print("\n| real over processed tokens, stretches of | " + " | ".join(f"{width} batches" for width in WIDTHS) + " |")
    print("| --- " * (1 + len(WIDTHS)) + "|")
    usual = trainables.feed.STRETCH_BATCHES
    for name in tasks:
        shares = []
        for width in WIDTHS:
            trainables.feed.STRETCH_BATCHES = width
            shares.append(real_share(feed_of(name), 200))
        trainables.feed.STRETCH_BATCHES = usual
        print(f"| {name} | " + " | ".join(f"{share:.3f}" for share in shares) + " |", flush=True)


def row(what: str, figures: tuple[str, float, float], share: float) -> None:
    ratio, mine, other = figures
    print(f"| {what} | {ratio} | {mine:.1f} | {other:.1f} | {share:.3f} |", flush=True)


def border(root: Path) -> None:
    """What storing and loading a stage takes at the size of XLM-R base."""
    from transformers import XLMRobertaConfig, XLMRobertaModel

    config = XLMRobertaConfig(vocab_size=250002, max_position_embeddings=514, type_vocab_size=1)
    model = XLMRobertaModel(config, add_pooling_layer=False)
    optimizer = new_optimizer(model, RATE, TRAINING)
    for parameter in model.parameters():
        parameter.grad = torch.zeros_like(parameter)
    optimizer.step()
    root.mkdir()
    saved = seconds(lambda: save_weights(model, root / "model.safetensors"))
    state = seconds(lambda: save_optimizer(optimizer, model, root / "optimizer.safetensors"))
    loaded = seconds(lambda: load_weights(model, root / "model.safetensors"))
    count = sum(parameter.numel() for parameter in model.parameters()) / 1e6
    print(
        f"\n{count:.0f} M parameters: {saved:.1f} s to save weights, {state:.1f} s the optimiser, {loaded:.1f} s to "
        f"load: 2 % of a stage of {50 * (saved + state + loaded) / 60:.0f} minutes"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only-loop", action="store_true", help="only beside the bare loop")
    given = parser.parse_args()
    torch.set_num_threads(1)
    pairs, steps = (1, 5) if given.quick else (given.pairs, 40)
    with tempfile.TemporaryDirectory(prefix="training") as name:
        root = Path(name)
        if given.data:
            suite, data = find_suite("open"), DataSource(root=given.data.absolute())
            tasks = {
                "mnli": replace(TRAINING, max_examples=4000),
                "squad1": replace(TRAINING, max_length_tokens=384, batch_size=8, max_examples=1500),
            }
        else:
            assert BABEL.mirror is not None
            suite, data = BABEL, DataSource(root=BABEL.mirror(root))
            tasks = {"mnli": TRAINING, "squad1": TRAINING}
        speed(suite, data, tasks, root, pairs, steps, only_loop=given.only_loop)
        if not given.quick and not given.only_loop:
            border(root / "border")


if __name__ == "__main__":
    sys.exit(main())
