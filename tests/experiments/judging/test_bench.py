"""A small bench on the offline suite: its shape, and that it makes sense; no time is asserted."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from evaluators.errors import CairnError, UnknownName
from experiments.cli import app
from experiments.judging.bench import Request, measure
from experiments.judging.bench_text import bench_text
from experiments.judging.blocks import Course
from experiments.spec import load_spec
from experiments.study import open_study

SHORT = Course(blocks=6, calls=2, warmup=1)


def request(world: Path, *models: str, **changed: Any) -> Request:
    given: dict[str, Any] = {"lengths": (16, None), "batches": (1, 4), "course": SHORT, "data": world, **changed}
    return Request(models=models, **given)


@pytest.fixture(scope="module")
def measured(world: Path) -> dict[str, Any]:
    return measure(request(world, "babel-xlmr", "babel-mbert", languages=("en", "qda")), say=lambda text: None)


def test_every_model_is_asked_every_kind_of_input(measured: dict[str, Any]) -> None:
    cells = {(one["model"], one["language"], one["length"], one["batch"]) for one in measured["rows"]}
    assert len(cells) == len(measured["rows"]) == 2 * 2 * 2 * 2
    assert {one["calls"] for one in measured["rows"]} == {12}


def test_numbers_agree_with_each_other(measured: dict[str, Any]) -> None:
    for one in measured["rows"]:
        times = [one[name]["value"] for name in ("p50", "p95", "p99")]
        assert 0 < times[0] <= times[1] <= times[2]
        examples, tokens = (one[f"{name}_per_second"]["value"] for name in ("examples", "tokens"))
        assert tokens / examples == pytest.approx(one["tokens"] / one["batch"])
        assert one["length"] is None or one["tokens"] == one["length"] * one["batch"]
        assert one["decoder_steps"] == 0


def test_the_first_model_stands_against_itself_and_the_second_against_it(measured: dict[str, Any]) -> None:
    (control,) = measured["control"]
    assert (control["model"], control["with"]) == ("babel-xlmr, again", "babel-xlmr")
    (comparison,) = measured["comparisons"]
    assert (comparison["model"], comparison["with"]) == ("babel-mbert", "babel-xlmr")
    assert len(comparison["cells"]) == 8
    assert measured["trusted"] == (control["verdict"] == "equivalent")


def test_the_text_says_whether_it_may_be_believed(measured: dict[str, Any]) -> None:
    assert "the control is equivalent to itself" in bench_text({**measured, "trusted": True})
    assert "NOT TO BE BELIEVED" in bench_text({**measured, "trusted": False})


def test_a_finished_run_is_asked_through_its_winner(finished: Any, world: Path) -> None:
    run = str(open_study(load_spec(finished.spec)).folder.path)
    found = measure(request(world, run, lengths=(16,), batches=(2,)), say=lambda text: None)
    assert [one["model"] for one in found["models"]] == [run]
    with pytest.raises(CairnError, match="has no decoder"):
        measure(request(world, run, heads=("generate",)), say=lambda text: None)


def test_a_run_without_winners_is_asked_through_an_arm(finished: Any, world: Path, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    shutil.copytree(open_study(load_spec(finished.spec)).folder.path, folder)
    finals = folder / "finals.jsonl"
    kept = [line for line in finals.read_text(encoding="utf-8").splitlines() if "winner" not in line]
    finals.write_text("\n".join(kept) + "\n", encoding="utf-8")
    options = [str(folder), "--lengths=16", "--batches=1", "--blocks=1", "--calls=1", "--warmup=0", "--json"]
    bare = CliRunner().invoke(app, ["bench", *options, "--data", str(world)])
    assert "--arm" in str(bare.exception)
    answer = CliRunner().invoke(app, ["bench", *options, "--data", str(world), "--arm", "direct"])
    assert answer.exit_code == 0, answer.output


def test_the_command_prints_one_json_object(world: Path) -> None:
    options = ["--lengths=16", "--batches=1", "--blocks=1", "--calls=1", "--warmup=0", "--json", "--data"]
    answer = CliRunner().invoke(app, ["bench", "babel-xlmr", *options, str(world)])
    assert answer.exit_code == 0, answer.output
    found = json.loads(answer.stdout)
    assert found["rows"][0]["p50"]["low"] is None
    assert not found["trusted"]


def test_threads_and_precision_are_as_asked_and_put_back(world: Path) -> None:
    import torch

    before = torch.get_num_threads()
    wanted = request(world, "babel-xlmr", lengths=(16,), batches=(1,), threads=2, precision="bfloat16")
    found = measure(wanted, say=lambda text: None)
    assert (found["machine"]["threads"], found["machine"]["precision"]) == (2, "bfloat16")
    assert torch.get_num_threads() == before


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"models": ("babel-xlmr", "babel-xlmr")}, "named twice"),
        ({"band": 0.0}, "the band"),
        ({"arm": "direct"}, "no model is a finished run"),
        ({"batches": (0,)}, "counts"),
        ({"lengths": ()}, "name at least one"),
    ],
)
def test_settings_that_cannot_be_meant_are_refused(world: Path, changed: dict[str, Any], message: str) -> None:
    with pytest.raises(CairnError, match=message):
        request(world, *changed.pop("models", ("babel-xlmr",)), **changed)


@pytest.mark.parametrize(
    ("changed", "message"),
    [({"heads": ("generates",)}, "generate"), ({"languages": ("qdx",)}, "qda"), ({"lengths": (9999,)}, "reads 3 to")],
)
def test_what_is_not_there_is_refused(world: Path, changed: dict[str, Any], message: str) -> None:
    with pytest.raises(CairnError, match=message):
        measure(request(world, "babel-xlmr", **changed), say=lambda text: None)


def test_numbers_on_the_command_line_are_numbers(world: Path) -> None:
    with pytest.raises(CairnError, match="--lengths holds 'long'"):
        Request.of(
            ["babel-xlmr"], languages=None, lengths="32,long", batches="1", heads=None, blocks=1, calls=1, warmup=0
        )
    with pytest.raises(UnknownName):
        measure(request(world, "no-such-encoder"), say=lambda text: None)
