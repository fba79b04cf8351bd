"""A study: what its file may say, the specs that it writes, and one whole in seconds."""

import json
import re
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest
import yaml

from analysis.load import Run
from analysis.studies.member import Member
from evaluators.errors import CairnError, UnknownName
from experiments import studies
from experiments.judging import bench
from experiments.methods import Method, SameSpeed
from experiments.planning.forecast import forecast_of
from experiments.spec import SpecError, load_spec
from experiments.spec.settings import winner_of
from experiments.studies import load_study, run_study, study_folder, summarise, write_specs
from experiments.study import open_study
from search_spaces.controls import TARGET_LONGER, controls
from search_spaces.space import Setting

SHIPPED = sorted((Path(studies.__file__).parent / "specs" / "studies").glob("*.yaml"))


def study_text(tmp_path: Path, encoder: Path, world: Path, **changes: object) -> Path:
    spec = {
        "suite": "babel",
        "data": str(world),
        "encoder": str(encoder),
        "targets": ["udpos", "tatoeba"],
        "space": {
            **{"tasks": [], "lengths": [0], "learning_rates": [1e-3], "steps": [2]},
            "target": {"learning_rates": [1e-3], "steps": 2},
        },
        "training": {"batch_size": 4, "max_length_tokens": 32, "max_examples": 16},
        "ladder": {"scales": [1.0]},
        "search": {"trials": 0, "searcher": "random", "selector": "en-dev"},
        "evaluation": {"dev_examples": 4, "final_examples": 8},
        "finals": {
            **{"winners": 0, "seeds": [101, 102], "target_steps": 2},
            "arms": {"mnli": {"trunk": [{"mixture": {"mnli": 1.0}, "learning_rate": 1e-3, "steps": 2}]}},
        },
        "runs": str(tmp_path / "runs"),
    }
    claims = [{"says": "it helps", "certainty": "direction", "arm": "mnli", "targets": ["udpos"], "at_least": -100.0}]
    value = {
        "study": "small",
        "question": "Does it help?",
        "counts_as_answer": "An interval on one side.",
        "method": {"kind": "published", "source": "a paper", "claims": claims},
        "runs": {"one": {}, "two": {"training": {"batch_size": 8}}},
        "spec": spec,
        **changes,
    }
    path = tmp_path / "small.yaml"
    path.write_text(yaml.safe_dump(value, sort_keys=False))
    return path


@pytest.mark.usefixtures("ray_room")
def test_a_study_runs_its_runs_answers_and_goes_on_where_it_was(
    tmp_path: Path, tiny_encoder: Path, world: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = study_text(tmp_path, tiny_encoder, world)
    assert run_study(path) == 0
    folder = tmp_path / "runs" / "small"
    summary = json.loads((folder / "summary.json").read_text())
    assert summary["answer"].startswith("one agrees with 1 of 1 claims taken from a paper")
    assert [run["name"] for run in summary["runs"]] == ["one", "two"]
    page = (folder / "report.html").read_text()
    assert summary["answer"] in page and "Does it help?" in page
    for run in summary["runs"]:
        assert (folder / run["report"]).resolve().is_file()
    batch = [load_spec(folder / "specs" / f"{name}.yaml").training.batch_size for name in ("one", "two")]
    assert batch == [4, 8]
    scores = (tmp_path / "runs" / "small.two" / "scores.jsonl").read_bytes()
    capsys.readouterr()
    assert run_study(path) == 0
    assert (tmp_path / "runs" / "small.two" / "scores.jsonl").read_bytes() == scores
    assert summary["answer"] in capsys.readouterr().out


def test_a_study_whose_runs_are_not_there_is_told(tmp_path: Path, tiny_encoder: Path, world: Path) -> None:
    path = study_text(tmp_path, tiny_encoder, world)
    study = load_study(path)
    specs = write_specs(study)
    with pytest.raises(CairnError, match="holds no run"):
        summarise(study, path, specs)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"method": {"kind": "orders", "off": 1}}, "unknown key"),
        ({"runs": {}}, "runs: is empty"),
        ({"runs": {"one": {"name": "mine"}}}, "the study names its runs"),
        ({"question": 3}, "question"),
        ({"method": {"kind": "guesses"}}, "method"),
        ({"method": {"kind": "same-speed", "arms": ["direct", "direct"]}}, "two different arms"),
        ({"method": {"kind": "same-speed", "lengths": ["short"]}}, "own"),
        ({"method": {"kind": "architecture", "arm": "mnli", "pairs": []}}, "pairs, or two sizes"),
    ],
)
def test_mistakes_in_a_study_are_told(
    tmp_path: Path, tiny_encoder: Path, world: Path, changes: dict[str, object], said: str
) -> None:
    with pytest.raises(SpecError, match=re.escape(said)):
        load_study(study_text(tmp_path, tiny_encoder, world, **changes))


def test_mistakes_in_one_run_are_told_before_the_first_is_run(tmp_path: Path, tiny_encoder: Path, world: Path) -> None:
    path = study_text(tmp_path, tiny_encoder, world, runs={"one": {}, "two": {"targets": ["udposs"]}})
    with pytest.raises(SpecError, match=r"(?s)two\.yaml has 1 mistake:.*udpos"):
        run_study(path)
    assert not (tmp_path / "runs" / "small.one").exists()


def test_a_file_that_is_no_study_is_told(tmp_path: Path) -> None:
    path = tmp_path / "none.yaml"
    path.write_text("[1, 2]")
    with pytest.raises(SpecError, match="a study is keys with values"):
        load_study(path)
    with pytest.raises(SpecError, match="cannot be read"):
        load_study(tmp_path / "absent.yaml")


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_every_shipped_study_loads_and_so_do_its_runs(path: Path, tmp_path: Path) -> None:
    study = load_study(path)
    specs = write_specs(study, runs=tmp_path)
    assert list(specs) == list(study.runs)
    assert study_folder(study, tmp_path).is_dir()
    for file in specs.values():
        spec = load_spec(file)
        made = controls(spec.space, Setting(targets=("target",), sizes=dict.fromkeys(spec.space.tasks, 10_000)))
        named = {name for name in spec.finals.controls if winner_of(name) is None}
        written = {TARGET_LONGER} if spec.space.lengths == (0,) else set()
        assert named <= {*made, *written}, path.name


@pytest.mark.parametrize("path", [one for one in SHIPPED if ".babel." not in one.name], ids=lambda path: path.name)
def test_every_shipped_study_is_planned_from_the_hub_without_data(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CAIRN_DATA", raising=False)
    for file in write_specs(load_study(path), runs=tmp_path).values():
        spec = load_spec(file)
        study = open_study(spec.model_copy(update={"runs": str(tmp_path)}))
        assert forecast_of(study).most.to_train > 0


def test_a_mixture_whose_sizes_the_hub_does_not_say_is_refused_with_its_mend(tmp_path: Path) -> None:
    full = load_study(next(path for path in SHIPPED if path.name == "phang2020.yaml"))
    (file,) = write_specs(full, runs=tmp_path).values()
    written = yaml.safe_load(file.read_text())
    written["space"]["tasks"].append("mlm")
    file.write_text(yaml.safe_dump(written))
    with pytest.raises(CairnError, match=r"examples there are of mlm is not known.*; write space\.weights\.explicit"):
        forecast_of(open_study(load_spec(file)))


def test_a_study_of_speed_asks_for_own_lengths_and_its_own_warmup(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bench.Request] = []
    monkeypatch.setattr(bench, "measure", lambda request, say: asked.append(request) or {})
    units = [{"unit": json.dumps([arm, {}, 101, "xnli", None, ["xnli"]])} for arm in ("direct", "mnli first")]
    (tmp_path / "finals.jsonl").write_text("".join(f"{json.dumps(unit)}\n" for unit in units))
    nothing: dict[str, Any] = {
        "environment": {},
        "trials": (),
        "finals": (),
        "arm_plans": {},
        "failures": (),
        "torn": {},
    }
    run = Run(path=tmp_path, resolved={"suite": "babel"}, **nothing)
    method = SameSpeed(kind="same-speed", arms=("direct", "mnli first"), lengths=("own", 32), warmup=30)
    studies._timed(method, [Member("one", run)], None)
    assert asked[0].lengths == (None, 32)
    assert asked[0].course.warmup == 30
    with pytest.raises(CairnError, match="no arm 'winner 1'"):
        studies._timed(SameSpeed(kind="same-speed"), [Member("one", run)], None)


@pytest.mark.parametrize(
    ("study", "said", "mistaken", "message"),
    [
        ("low_resource_by_size", "mnli first", "mnli furst", "did you mean mnli first"),
        ("low_resource_by_size", "[qin, qse]", "[qin, qsx]", "language of these targets"),
        ("size_and_architecture", "sparse: xmod", "sparse: xmood", "did you mean xmod"),
        ("scaling_law", "examples_of: xnli-translated", "examples_of: xnli-translted", "did you mean xnli-translated"),
        ("mt5_latency", "languages: [en, qin]", "languages: [en, qix]", "language of these targets"),
        ("phang2020", "over: squad1 alone", "over: squad1 alona", "arm of the finals of"),
    ],
)
def test_a_name_that_a_method_misspells_is_told_before_anything_is_trained(
    study: str, said: str, mistaken: str, message: str, tmp_path: Path
) -> None:
    (path,) = (one for one in SHIPPED if one.name == f"{study}.babel.yaml")
    head, method, rest = path.read_text(encoding="utf-8").partition("method:")
    method, runs, rest = rest.partition("\nruns:")
    assert said in method
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(f"{head}method:{method.replace(said, mistaken, 1)}{runs}{rest}", encoding="utf-8")
    with pytest.raises(UnknownName, match=message):
        write_specs(load_study(wrong), runs=tmp_path)


def test_every_study_has_its_offline_twin() -> None:
    names = {path.name for path in SHIPPED} - {"order_mbert_vs_xlmr.real.yaml"}
    whole = {name for name in names if not name.endswith(".babel.yaml")}
    assert len(whole) == 6
    assert names == whole | {name.replace(".yaml", ".babel.yaml") for name in whole}


def test_the_example_of_the_page_loads(tmp_path: Path) -> None:
    page = (Path(studies.__file__).parents[1] / "docs" / "studies" / "README.md").read_text(encoding="utf-8")
    found = re.search(r"```yaml\n(.*?)```", page, re.DOTALL)
    assert found
    path = tmp_path / "which_encoder.yaml"
    path.write_text(found[1])
    assert list(write_specs(load_study(path), runs=tmp_path)) == ["mbert", "xlmr"]


def test_the_page_names_every_method() -> None:
    page = (Path(studies.__file__).parents[1] / "docs" / "studies" / "README.md").read_text(encoding="utf-8")
    kinds = [literal for one in get_args(get_args(Method)[0]) for literal in get_args(get_type_hints(one)["kind"])]
    assert len(kinds) == 6
    assert all(f"| `{kind}` |" in page for kind in kinds)
