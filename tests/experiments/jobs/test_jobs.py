"""A small cluster of our own with job server and token: studies are sent, watched, broken, stopped, brought back."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, NamedTuple, Protocol
from zipfile import ZipFile

import pytest

from evaluators.errors import CairnError
from experiments.jobs import parcel as parcels
from experiments.jobs.pack import packed, unpacked
from experiments.jobs.parcel import parcel
from experiments.jobs.places import refuse_relative_places
from experiments.record import read_json, read_rows
from experiments.spec import load_spec

ROOT = Path(__file__).parents[3]
SECRET = "hf_planted-secret-4711"
TOKEN = "a-token-of-the-tests-0123456789abcdef"
WriteSpec = Callable[..., Path]
NumbersOf = Callable[[Path], dict[str, Any]]
StartHead = Callable[..., AbstractContextManager[tuple[int, int, dict[str, str]]]]


class Finished(Protocol):
    """A study that nothing disturbed."""

    spec: Path
    numbers: dict[str, Any]


class Head(NamedTuple):
    """A cluster of one machine."""

    address: str
    environment: Mapping[str, str]

    def cairn(self, *arguments: object, **environment: str) -> "subprocess.CompletedProcess[str]":
        """`cairn ...` on the laptop: without the repository on the path of the cluster."""
        return subprocess.run(
            [sys.executable, "-c", "from experiments.cli import main; main()", *map(str, arguments)],
            env={**self.environment, "PYTHONPATH": str(ROOT), **environment},
            capture_output=True,
            text=True,
            timeout=300,
        )


@pytest.fixture(scope="module")
def head(start_head: StartHead) -> Iterator[Head]:
    """`ray start --head` as a user types it, with a token."""
    with start_head("--num-cpus=2", RAY_AUTH_MODE="token", RAY_AUTH_TOKEN=TOKEN) as (_, dashboard, environment):
        started = Head(f"http://127.0.0.1:{dashboard}", environment)
        by = time.monotonic() + 60
        while (done := started.cairn("job", "ls", "--address", started.address)).returncode:
            assert time.monotonic() < by, done.stderr
            time.sleep(0.5)
        yield started


def sent(spec: Path) -> Path:
    """The run folder on the cluster."""
    return spec.parent / "runs" / "tiny"


def reports(spec: Path) -> int:
    trials = sent(spec) / "trials.jsonl"
    return sum(row["event"] == "report" for row in read_rows(trials)) if trials.exists() else 0


def test_a_study_on_a_cluster_comes_back_with_the_numbers_of_one_at_home_and_without_the_secrets(
    head: Head, finished: Finished, write_spec: WriteSpec, tmp_path: Path, numbers_of: NumbersOf
) -> None:
    spec, back = write_spec(tmp_path / "there"), tmp_path / "back"
    passed = ["--env", "HF_TOKEN", "--env", "AWS_SECRET_ACCESS_KEY"]
    done = head.cairn(
        *("submit", spec, "--address", head.address, "--follow", "--to", back, *passed),
        HF_TOKEN=SECRET,
        AWS_SECRET_ACCESS_KEY=SECRET,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "writing the report" in done.stdout
    assert f"fetched: {back / 'report.html'}" in done.stdout
    assert numbers_of(spec) == finished.numbers
    here = {path.relative_to(back) for path in back.rglob("*") if path.is_file() and path.name != ".lock"}
    assert all((back / name).read_bytes() == (sent(spec) / name).read_bytes() for name in here)
    assert {"report.html", "summary.json", "trials.jsonl", "scores.jsonl", "spec.yaml"} <= {str(name) for name in here}
    commit = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True).stdout.strip()
    assert (read_json(back / "environment.json")["commit"] or "").removesuffix("-dirty") == commit

    job = done.stdout.split()[1]
    shown = [head.cairn("job", *words, "--address", head.address).stdout for words in (["status", job], ["ls"])]
    assert "succeeded" in shown[0] and str(sent(spec)) in shown[0] and job in shown[1]
    assert SECRET not in "".join([done.stdout, done.stderr, *shown])
    holding = [path for path in spec.parent.rglob("*") if path.is_file() and SECRET.encode() in path.read_bytes()]
    assert not holding

    other = write_spec(tmp_path / "other")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "trials.jsonl").write_text(json.dumps({"event": "proposed"}) + "\n")
    refused = head.cairn("job", "fetch", job, "--address", head.address, "--to", tmp_path / "elsewhere")
    assert (refused.returncode, "holds another run" in refused.stderr) == (2, True), refused.stderr
    nothing = head.cairn("job", "fetch", job, "--address", head.address, "--run", sent(other), "--to", back)
    assert (nothing.returncode, "there is no run in" in nothing.stderr) == (2, True), nothing.stderr


def test_a_job_that_is_stopped_is_continued_by_the_same_command_to_the_same_numbers(
    head: Head, finished: Finished, write_spec: WriteSpec, tmp_path: Path, numbers_of: NumbersOf
) -> None:
    spec = write_spec(tmp_path)
    job = head.cairn("submit", spec, "--address", head.address).stdout.split()[1]
    by = time.monotonic() + 200
    while reports(spec) < 4:
        assert time.monotonic() < by, head.cairn("job", "logs", job, "--address", head.address).stdout
        time.sleep(0.1)
    assert f"{job}: stopped" in head.cairn("job", "stop", job, "--address", head.address).stdout
    known = reports(spec)
    ended = {row["trial"] for row in read_rows(sent(spec) / "trials.jsonl") if row["event"] == "ended"}
    assert known and len(ended) < 9
    again = head.cairn("submit", spec, "--address", head.address, "--follow", "--to", tmp_path / "back")
    assert again.returncode == 0, again.stdout + again.stderr
    assert numbers_of(spec) == finished.numbers


def test_a_job_that_fails_says_why_and_ends_with_the_status_of_its_run(
    head: Head, write_spec: WriteSpec, world: Path, tmp_path: Path
) -> None:
    spec = write_spec(tmp_path, (f"data: {world}", "data: /not/on/the/cluster"))
    done = head.cairn("submit", spec, "--address", head.address, "--follow")
    assert done.returncode == 2
    assert "there is no folder '/not/on/the/cluster'" in done.stdout
    assert done.stderr.startswith("cairn: tiny-")
    assert " failed: tiny.yaml has 1 mistake" in done.stderr
    job = done.stdout.split()[1]
    status = head.cairn("job", "status", job, "--address", head.address)
    assert "reason: tiny.yaml has 1 mistake" in status.stdout


@pytest.mark.parametrize("token", [{"RAY_AUTH_TOKEN": "a-wrong-token-0123456789"}, {"RAY_AUTH_MODE": "disabled"}])
def test_a_wrong_token_is_one_sentence(head: Head, token: dict[str, str]) -> None:
    done = head.cairn("job", "ls", "--address", head.address, **token)
    assert done.returncode == 2
    assert done.stderr.startswith("cairn: the cluster wants its token: set RAY_AUTH_MODE=token")
    assert TOKEN not in done.stderr


def test_no_job_of_that_name_is_one_sentence(head: Head) -> None:
    done = head.cairn("job", "stop", "tiny-000000", "--address", head.address)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"cairn: there is no job tiny-000000 at {head.address}; `cairn job ls` names them\n"


def test_an_address_where_nobody_answers_is_refused_within_seconds(write_spec: WriteSpec, tmp_path: Path) -> None:
    laptop = Head("", {name: value for name, value in os.environ.items() if not name.startswith("RAY_")})
    spec = write_spec(tmp_path)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        for address in (f"127.0.0.1:{silent.getsockname()[1]}", "127.0.0.1:1"):
            began = time.monotonic()
            done = laptop.cairn("submit", spec, "--address", address)
            assert time.monotonic() - began < 20
            assert done.returncode == 2
            assert done.stderr.startswith(f"cairn: nobody answers at http://{address} (")
            assert done.stderr.count("\n") == 1
    assert "no address of a job server" in laptop.cairn("job", "ls", "--address", "ray://there:10001").stderr


@pytest.mark.parametrize(
    ("field", "old", "new"),
    [
        ("runs", "runs: {folder}/runs", "runs: runs"),
        ("store", "runs: {folder}/runs", "runs: {folder}/runs\nstore: stages"),
        ("data", "data: {world}", "data: mirror"),
        ("encoder.name", "encoder: {encoder}", "encoder: ./enc"),
        ("search.storage", "eta: 2}}", "eta: 2, storage: 'sqlite:///study.db'}}"),
    ],
)
def test_a_relative_place_is_refused_before_anything_is_sent(
    write_spec: WriteSpec,
    world: Path,
    tiny_encoder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    field: str,
    old: str,
    new: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copytree(tiny_encoder, tmp_path / "enc")
    filled = {"folder": tmp_path, "world": world, "encoder": tiny_encoder}
    spec = write_spec(tmp_path, (old.format(**filled), new.format(**filled)))
    with pytest.raises(CairnError, match=f"(?s)a job needs absolute or remote places.*\n  {field}: '.*; write "):
        refuse_relative_places(load_spec(spec, elsewhere=True))


def test_absolute_and_remote_places_need_not_exist_here(write_spec: WriteSpec, world: Path, tiny_encoder: Path) -> None:
    folder = tiny_encoder.parent / "elsewhere"
    spec = write_spec(
        folder,
        (f"runs: {folder}/runs", "runs: /mnt/shared/runs\nstore: s3://bucket/stages"),
        (f"data: {world}", "data: /mnt/shared/data"),
        (f"encoder: {tiny_encoder}", "encoder: /mnt/shared/encoder"),
    )
    refuse_relative_places(load_spec(spec, elsewhere=True))
    with pytest.raises(CairnError, match="2 mistakes"):
        load_spec(spec)


def test_a_job_that_ray_submits_refuses_relative_places_as_well(write_spec: WriteSpec, tmp_path: Path) -> None:
    spec = write_spec(tmp_path, (f"runs: {tmp_path}/runs", "runs: runs"))
    done = subprocess.run(
        [sys.executable, "-m", "experiments.run", str(spec)],
        env={**os.environ, "PYTHONPATH": str(ROOT), "RAY_JOB_CONFIG_JSON_ENV_VAR": "{}"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 2
    assert "runs: 'runs'; write an absolute folder" in done.stderr


def test_a_variable_that_is_not_set_is_not_passed_on_in_silence(
    write_spec: WriteSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from experiments.jobs.submit import submission_of, submit_job

    monkeypatch.delenv("HF_TOKEN", raising=False)
    spec = write_spec(tmp_path)
    read = submission_of(spec, data=None, runs=None)
    with pytest.raises(CairnError, match="--env names HF_TOKEN, not set here"):
        submit_job(None, spec, read, data=None, runs=None, passed_on=["HF_TOKEN"])


def test_the_parcel_holds_the_code_and_the_spec_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "my.yaml").write_text("name: mine\n")
    with parcel(tmp_path / "my.yaml") as folder:
        assert sorted(path.name for path in folder.iterdir()) == sorted([*parcels.PACKAGES, "my.yaml"])
        assert not list(folder.rglob("__pycache__"))
        assert (folder / "trainables/shipped/babel-xlmr/model.safetensors").is_file()
    assert not folder.exists()


def test_a_parcel_that_no_cluster_takes_names_the_largest_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parcels, "LIMIT_BYTES", 1000)
    for package in parcels.PACKAGES:
        (tmp_path / package).mkdir()
    (tmp_path / "trainables" / "weights.bin").write_bytes(b"\0" * 2_000_000)
    with pytest.raises(CairnError, match=r"largest files: .*weights\.bin \(2 MiB\)"), parcel(root=tmp_path):
        pass


def test_what_ray_job_submit_takes_from_a_checkout_holds_no_runs_data_or_models(tmp_path: Path) -> None:
    from ray._private.runtime_env.packaging import create_package

    checkout = tmp_path / "checkout"
    for name in (".gitignore", ".rayignore", "pyproject.toml"):
        checkout.mkdir(exist_ok=True)
        shutil.copyfile(ROOT / name, checkout / name)
    kept = ["trainables/shipped/babel-xlmr/model.safetensors", "experiments/run.py", "my.yaml", "specs/own.yaml"]
    left = ["runs/a/trials.jsonl", "runs/store/ab/model.safetensors", "data/x/train.parquet", "model.safetensors"]
    left += [".venv/lib/x.py", "tests/test_x.py", "checkpoints/x.pt", "docs/x.md", "own/train.parquet"]
    for name in [*kept, *left]:
        (checkout / name).parent.mkdir(parents=True, exist_ok=True)
        (checkout / name).write_text("x")
    create_package(str(checkout), tmp_path / "package.zip", include_gitignore=True)
    names = {name for name in ZipFile(tmp_path / "package.zip").namelist() if not name.endswith("/")}
    assert names == {*kept, ".gitignore", ".rayignore", "pyproject.toml"}


def test_a_run_folder_survives_its_way_through_a_log_and_a_damaged_one_is_noticed(tmp_path: Path) -> None:
    run = tmp_path / "run"
    content = {"resolved.json": b"{}", "items/a b/x.parquet": os.urandom(300_000), "report.html": "é".encode()}
    for name, data in content.items():
        (run / name).parent.mkdir(parents=True, exist_ok=True)
        (run / name).write_bytes(data)
    for name in ("tune/1/x", "submissions/x", ".lock"):
        (run / name).parent.mkdir(parents=True, exist_ok=True)
        (run / name).write_text("stays there")
    text = packed(run)
    assert unpacked(f"Running entrypoint\nsome words\n{text}\nmore words\n") == content
    lines = text.splitlines()
    for broken in ("\n".join([*lines[:2], *lines[3:]]), text.replace("A", "B"), f"{lines[0]}\n{lines[-1]}"):
        with pytest.raises(CairnError, match="fetch it again"):
            unpacked(broken)
    with pytest.raises(CairnError, match="no run folder"):
        unpacked("\n".join(lines[:-1]))
    with pytest.raises(CairnError, match="there is no run in"):
        packed(tmp_path)


def test_paths_that_lead_out_of_the_run_folder_are_refused(tmp_path: Path) -> None:
    import base64
    import hashlib

    with ZipFile(tmp_path / "evil.zip", "w") as archive:
        archive.writestr("../evil", "x")
    data = (tmp_path / "evil.zip").read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    text = f"cairn-folder-begins\n{base64.b64encode(data).decode()}\ncairn-folder-ends {len(data)} {digest}"
    with pytest.raises(CairnError, match="leads out of the run folder"):
        unpacked(text)
