"""Does it cost quality that batches are drawn from stretches sorted by length? (`training.py` says what it saves.)

    python tests/benchmarks/grouping.py [--seeds 12]

The same stages of the offline suite, trained with stretches of one batch (nothing is sorted) and of the usual width,
seed by seed; the mean of a target's dev languages.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

os.environ.update(OMP_NUM_THREADS="1", HF_HUB_OFFLINE="1", TOKENIZERS_PARALLELISM="false")

import scipy.stats
import torch

import trainables.feed
from evaluators.babel.suite import BABEL
from evaluators.reading import available_languages
from experiments.spec import load_spec
from experiments.study import Study, open_study
from search_spaces.plan import Stage
from trainables.feed import STRETCH_BATCHES
from trainables.settings import Inference, Training
from trainables.stages import StageRunner
from trainables.store import FolderStore

SPEC = """\
name: grouping
suite: babel
encoder: babel-xlmr
space: {{tasks: [mnli, squad1], lengths: [1], learning_rates: [1.0e-3], steps: [8],
  target: {{learning_rates: [1.0e-3], steps: 8}}}}
ladder: {{scales: [1.0]}}
search: {{trials: 1, searcher: random, selector: pivot-dev}}
finals: {{winners: 1, seeds: [101], target_steps: 8}}
runs: {runs}
"""
TARGETS = {"xnli": 1e-3, "xquad": 1e-3, "udpos": 1e-3}
STEPS = 180
TRAINING = Training(batch_size=32, max_length_tokens=64)


@contextmanager
def stretches_of(batches: int) -> Iterator[None]:
    usual, trainables.feed.STRETCH_BATCHES = STRETCH_BATCHES, batches
    try:
        yield
    finally:
        trainables.feed.STRETCH_BATCHES = usual


def row(*cells: object) -> None:
    print("|", " | ".join(str(cell) for cell in cells), "|", flush=True)


def score(study: Study, target: str, seed: int, width: int, root: Path) -> float:
    """Mean over the target's dev languages, in points, after training on it."""
    from trainables.evaluation import evaluate

    task = BABEL.target(target)
    stages = StageRunner(
        store=FolderStore(root / f"store {width}"),
        suite=BABEL,
        data=study.data,
        encoder=study.encoder,
        training=TRAINING,
        seed=seed,
        cache=root / "cache",
    )
    assert task.trained_as is not None
    stage = Stage(mixture=((task.trained_as, 1.0),), learning_rate=TARGETS[target], steps=STEPS)
    with stretches_of(width):
        model = stages.load(stages.run(stage, stages.start))
    languages = available_languages(task, "dev", study.data)
    found = evaluate(
        model,
        task,
        "dev",
        languages,
        data=study.data,
        training=TRAINING,
        inference=Inference(),
        limit=None,
        cache=root / "cache",
    )
    first = [row.value for row in found if row.metric == found[0].metric]
    return statistics.mean(first)


def quality(study: Study, seeds: int, root: Path) -> None:
    print()
    row("target", "unsorted", f"stretches of {STRETCH_BATCHES}", "difference, points", "95 % interval", "seeds")
    row(*["---"] * 6)
    for target in TARGETS:
        pairs = [
            [score(study, target, seed, width, root / str(seed)) for width in (1, STRETCH_BATCHES)]
            for seed in range(seeds)
        ]
        differences = [grouped - plain for plain, grouped in pairs]
        spread = scipy.stats.ttest_1samp(differences, 0.0).confidence_interval()
        sides = [f"{statistics.mean(side):.2f}" for side in zip(*pairs, strict=True)]
        row(target, *sides, f"{statistics.mean(differences):+.2f}", f"{spread.low:+.2f} to {spread.high:+.2f}", seeds)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=12)
    given = parser.parse_args()
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory(prefix="grouping") as name:
        root = Path(name)
        (root / "spec.yaml").write_text(SPEC.format(runs=root / "runs"))
        study = open_study(load_spec(root / "spec.yaml"))
        quality(study, given.seeds, root)


if __name__ == "__main__":
    main()
