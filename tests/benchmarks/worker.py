"""What surrounds training in a worker: setting up its first trial and the next one, and its memory over many.

    python tests/benchmarks/worker.py [--data DIR] [--quick]

Set-up is all that comes before a trial's first step. The first trial's counts from the start of the process: imports,
reading an encoder of the size of XLM-R base, tokenising. The next trial has another seed. Memory is of a process that
trains and judges one small trial after another on the offline suite. `--data` is a mirror of the hub with MNLI.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

os.environ.update(HF_HUB_OFFLINE="1", TOKENIZERS_PARALLELISM="false")

import psutil

EXAMPLES = 20_000


def set_up(root: Path, data: str) -> None:
    """Two trials of a fresh worker in a study that nobody began; prints the seconds before the first step of each."""
    began = psutil.Process().create_time()
    import torch

    import trainables.stage_training
    from evaluators.babel.suite import BABEL
    from evaluators.source import DataSource
    from evaluators.suites import find_suite
    from search_spaces.plan import Stage
    from trainables.encoder_source import EncoderSource
    from trainables.settings import Training
    from trainables.stages import StageRunner
    from trainables.store import FolderStore

    torch.set_num_threads(2)
    started: list[float] = []
    loop = trainables.stage_training.train

    def noted(*given: object, **named: object) -> object:
        started.append(time.time())
        return loop(*given, **named)  # type: ignore[arg-type]

    trainables.stage_training.train = noted  # type: ignore[assignment]
    assert BABEL.mirror is not None
    source = DataSource(root=Path(data)) if data else DataSource(root=BABEL.mirror(root / "world"))
    taken = []
    for seed in range(2):
        stages = StageRunner(
            store=FolderStore(root / f"store {os.getpid()}"),
            suite=find_suite("open") if data else BABEL,
            data=source,
            encoder=EncoderSource(name=str(root / "encoder")),
            training=Training(batch_size=2, max_examples=EXAMPLES, max_length_tokens=128, schedule="linear"),
            seed=seed,
            cache=root / f"cache {os.getpid()}",
        )
        stages.run(Stage(mixture=(("mnli", 1.0),), learning_rate=1e-5, steps=1), stages.start)
        taken.append(started[-1] - began)
        began = time.time()
    print(json.dumps(taken))


def base_size_encoder(folder: Path) -> None:
    """Random weights of the size of XLM-R base, under the offline suite's tokenizer."""
    from transformers import XLMRobertaConfig, XLMRobertaModel

    from trainables.encoder import load_encoder
    from trainables.encoder_source import EncoderSource

    config = XLMRobertaConfig(vocab_size=250_002, max_position_embeddings=514, type_vocab_size=1)
    XLMRobertaModel(config, add_pooling_layer=False).save_pretrained(folder)
    load_encoder(EncoderSource(name="babel-xlmr")).tokenizer.library.save_pretrained(folder)


def set_ups(root: Path, data: str, workers: int) -> None:
    base_size_encoder(root / "encoder")
    print("\n| set-up of a worker's first trial, s | of the next, s | the next over the first |\n| --- | --- | --- |")
    pairs = []
    for _ in range(workers):
        command = [sys.executable, __file__, "--probe", str(root), "--data", data]
        said = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
        pairs.append(json.loads(said.splitlines()[-1]))
    first, second = (statistics.median(side) for side in zip(*pairs, strict=True))
    ratios = [after / before for before, after in pairs]
    spread = f"{statistics.median(ratios):.3f} ({min(ratios):.3f} to {max(ratios):.3f})"
    print(f"| {first:.1f} | {second:.2f} | {spread} |", flush=True)


def memory(root: Path, trials: int) -> None:
    """Resident memory of one process that takes one trial after another."""
    from evaluators.babel.suite import BABEL
    from evaluators.source import DataSource
    from search_spaces.plan import Stage
    from trainables.encoder_source import EncoderSource
    from trainables.evaluation import evaluate
    from trainables.settings import Inference, Training
    from trainables.stages import StageRunner
    from trainables.store import FolderStore

    assert BABEL.mirror is not None
    data, training = DataSource(root=BABEL.mirror(root / "world")), Training(batch_size=16, max_length_tokens=64)
    print("\n| trials that a worker has taken | its memory, MiB |\n| --- | --- |")
    tasks = ("mnli", "squad1", "ccg", "udpos")
    for number in range(1, trials + 1):
        stages = StageRunner(
            store=FolderStore(root / "store"),
            suite=BABEL,
            data=data,
            encoder=EncoderSource(name="babel-xlmr"),
            training=replace(training, schedule="linear"),
            seed=number,
            cache=root / "cache",
        )
        stage = Stage(mixture=((tasks[number % len(tasks)], 1.0),), learning_rate=1e-4, steps=4)
        after = stages.run(stage, stages.start)
        end = stages.run(Stage(mixture=(("udpos", 1.0),), learning_rate=1e-4, steps=2), after)
        evaluate(
            stages.load(end),
            BABEL.target("udpos"),
            "dev",
            ["en", "qda"],
            data=data,
            training=training,
            inference=Inference(),
            limit=40,
            cache=root / "cache",
        )
        for key in list(stages.store.entries()):
            stages.store.remove(key)
        if number in {trials // 10, trials // 4, trials // 2, trials}:
            print(f"| {number} | {psutil.Process().memory_info().rss / 2**20:.0f} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", default="")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--probe", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.probe:
        set_up(given.probe, given.data)
        return
    with tempfile.TemporaryDirectory(prefix="worker") as name:
        set_ups(Path(name), given.data and str(Path(given.data).absolute()), 1 if given.quick else 3)
        memory(Path(name), 40 if given.quick else 400)


if __name__ == "__main__":
    main()
