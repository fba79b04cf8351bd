"""A million candidates: peak memory of encoding-free search in shards, and its time against one product in memory.

    python tests/benchmarks/candidates.py [--quick]

Candidates are random unit vectors made shard by shard, as many and as wide as Mewsli-X's for a base encoder; the peak
is that of a process of its own. The ratio is taken at a size that one product can hold, in alternating pairs.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator

import numpy as np
from memory import peak_mebibytes

from trainables.candidates import SHARD_PASSAGES, nearest_passages

MEWSLI_X = 1_003_893
WIDTH = 768
QUERIES = 1_500
BEST = 20


def vectors(count: int, seed: int) -> np.ndarray:
    """Unit float32 vectors."""
    made = np.random.default_rng(seed).standard_normal((count, WIDTH), dtype=np.float32)
    return made / np.linalg.norm(made, axis=1, keepdims=True)


def shards(count: int) -> Iterator[np.ndarray]:
    """All candidates, a shard at a time."""
    for number, start in enumerate(range(0, count, SHARD_PASSAGES)):
        yield vectors(min(SHARD_PASSAGES, count - start), number)


def at_once(queries: np.ndarray, passages: np.ndarray) -> np.ndarray:
    """The same answer from one product that is held in memory and sorted."""
    products = queries @ passages.T
    return np.argsort(products, axis=1, kind="stable")[:, ::-1][:, :BEST]


def peak(count: int) -> None:
    """Search, then print seconds and the peak of this process."""
    began = time.perf_counter()
    nearest_passages(vectors(QUERIES, 10**6), shards(count), BEST)
    print(f"{time.perf_counter() - began:.1f} {peak_mebibytes():.0f}")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--peak", type=int)
    given = parser.parse_args()
    if given.peak:
        peak(given.peak)
        return
    count = 100_000 if given.quick else MEWSLI_X
    output = subprocess.run(
        [sys.executable, __file__, "--peak", str(count)], capture_output=True, text=True, check=True
    ).stdout
    seconds, mebibytes = map(float, output.split())
    queries, passages = vectors(200, 1), vectors(40_000, 2)
    ratios = []
    for _ in range(5):
        began = time.perf_counter()
        ours = nearest_passages(queries, [passages], BEST)
        middle = time.perf_counter()
        theirs = at_once(queries, passages)
        ratios.append((middle - began) / (time.perf_counter() - middle))
        assert (ours == theirs).mean() > 0.999, "the two disagree beyond rounding"
    print("| candidates x width, queries | peak MiB | seconds, vectors made included | time over one sorted product |")
    print("| --- | --- | --- | --- |")
    spread = f"{statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f}) at 40,000 x 200"
    print(f"| {count:,} x {WIDTH}, {QUERIES:,} | {mebibytes:,.0f} | {seconds:.0f} | {spread} |")


if __name__ == "__main__":
    main()
