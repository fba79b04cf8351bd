"""Which details of a spec make other stages, and which do not: the table of docs/stages.md, a test a row."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from experiments.search.proposals import control_proposals
from experiments.spec import load_spec
from experiments.stages.names import chains
from experiments.study import open_study

WriteSpec = Callable[..., Path]
TABLE = Path(__file__).parents[3] / "docs" / "stages.md"

FORKS = {
    "learning rate": ("learning_rates: [1.0e-3, 5.0e-4]", "learning_rates: [2.0e-3, 5.0e-4]"),
    "steps": ("steps: [9]", "steps: [12]"),
    "batch size": ("batch_size: 8", "batch_size: 16"),
    "input length": ("max_length_tokens: 64", "max_length_tokens: 48"),
    "number of training examples": ("max_examples: 64", "max_examples: 48"),
    "schedule": ("batch_size: 8,", "batch_size: 8, schedule: linear,"),
    "warm-up": ("batch_size: 8,", "batch_size: 8, warmup_steps: 2,"),
    "weight decay": ("batch_size: 8,", "batch_size: 8, weight_decay: 0.1,"),
    "gradient clipping": ("batch_size: 8,", "batch_size: 8, clip_norm: 2.0,"),
    "precision": ("batch_size: 8,", "batch_size: 8, precision: bfloat16,"),
    "the stage's own overrides": ("max_length_tokens: 64", "max_length_tokens: 64, per_task: {mnli: {batch_size: 4}}"),
    "seed": ("lengths: [1, 2]", "lengths: [1, 2]\n  seeds: [7]"),
    "encoder": ("encoder: {encoder}", "encoder: babel-xlmr"),
}
SAME = {
    "name of the study": ("name: tiny", "name: other"),
    "folders": ("runs: {runs}", "runs: {runs}\nstore: {runs}/elsewhere"),
    "workers, cores, time limits": (
        "finals:",
        "resources: {cpu: 2, stage_minutes: 5, checkpoint_minutes: 1, activation_checkpointing: true}\nfinals:",
    ),
    "search": ("trials: 4, searcher: random", "trials: 40, searcher: tpe"),
    "stopping": ("eta: 2", "eta: 4"),
    "finals": ("seeds: [101], target_steps: 4", "seeds: [5, 6], target_steps: 40"),
    "what is evaluated": ("dev_examples: 8", "dev_examples: 80"),
    "how it is read": ("finals:", "inference: {batch_tokens: 512}\nfinals:"),
    "languages of the evaluation": ("targets: ", "languages: [qda, qro]\ntargets: "),
    "targets": ("[udpos, pawsx, tatoeba]", "[xnli]"),
    "other tasks of the space": ("tasks: [mnli, ccg]", "tasks: [mnli, ccg, qqp]"),
    "overrides of other tasks": ("max_length_tokens: 64", "max_length_tokens: 64, per_task: {ccg: {batch_size: 4}}"),
    "other learning rates of the grid": ("[1.0e-3, 5.0e-4]", "[1.0e-3, 7.0e-4, 5.0e-4]"),
    "rungs below": ("finals:", "ladder: {scales: [0.5, 1.0]}\nfinals:"),
}


def key_of(spec: Path) -> str:
    """Of mnli alone, at the first learning rate, whole."""
    study = open_study(load_spec(spec))
    control = next(p for p in control_proposals(study.spec.space, study.setting) if p.control == "mnli alone")
    return chains(study)(control, len(study.spec.ladder.rungs) - 1)[0].key


@pytest.fixture
def changed(write_spec: WriteSpec, tmp_path: Path) -> Callable[[str, str], Path]:
    """The small study's spec with one thing changed."""

    def write(old: str, new: str) -> Path:
        spec = write_spec(tmp_path)
        text = spec.read_text()
        runs, encoder = (re.search(rf"^{name}: (.*)$", text, re.M)[1] for name in ("runs", "encoder"))  # type: ignore[index]
        old, new = (part.replace("{runs}", runs).replace("{encoder}", encoder) for part in (old, new))
        assert text.count(old) >= 1
        spec.write_text(text.replace(old, new, 1))
        return spec

    return write


@pytest.mark.parametrize("row", FORKS)
def test_a_detail_that_changes_numbers_makes_another_stage(
    row: str, changed: Callable[[str, str], Path], write_spec: WriteSpec, tmp_path: Path
) -> None:
    assert key_of(changed(*FORKS[row])) != key_of(write_spec(tmp_path / "usual"))


@pytest.mark.parametrize("row", SAME)
def test_a_detail_that_changes_no_number_makes_no_other_stage(
    row: str, changed: Callable[[str, str], Path], write_spec: WriteSpec, tmp_path: Path
) -> None:
    assert key_of(changed(*SAME[row])) == key_of(write_spec(tmp_path / "usual"))


def test_bytes_of_the_training_data_count_and_their_place_does_not(
    write_spec: WriteSpec, tmp_path: Path, world: Path
) -> None:
    usual = key_of(write_spec(tmp_path / "usual"))
    copied = shutil.copytree(world, tmp_path / "copy")
    spec = write_spec(tmp_path / "copied", (f"data: {world}", f"data: {copied}"))
    assert key_of(spec) == usual
    for file in copied.rglob("test.parquet"):
        file.write_bytes(b"others")
    assert key_of(spec) == usual, "test data are not trained on"
    file = copied / "babel" / "mnli" / "en" / "train.parquet"
    pq.write_table(pq.read_table(file).slice(0, 100), file)
    assert key_of(spec) != usual


def test_the_page_has_every_row() -> None:
    rows = re.findall(r"^\| ([^|]+?) \| (yes|no) \|", TABLE.read_text(), re.M)
    assert {name for name, forks in rows if forks == "yes"} == {*FORKS, "bytes of the training data"}
    assert {name for name, forks in rows if forks == "no"} == {*SAME, "place of the data, test data"}
