"""Points from tables and from runs."""

import pytest

from analysis.load import load
from analysis.scaling.points import Point, SizedRun, points_of_runs, read_points
from evaluators.errors import BadData, CairnError, UnknownName

NO_PLAN = {"trunk": [], "targets": []}
EQUAL = [Point(size=1e6, data=100.0, seed=1, error=20.5, group="sw")]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("table.csv", "size,data,seed,error,group\n1e6,100,1,20.5,sw\n"),
        ("table.tsv", "size\tdata\tseed\terror\tgroup\n1e6\t100\t1\t20.5\tsw\n"),
        ("table.jsonl", '{"size": 1e6, "data": 100, "seed": 1, "error": 20.5, "group": "sw"}\n'),
    ],
)
def test_a_table_is_read_in_three_forms(tmp_path, name, text) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert read_points(tmp_path / name) == EQUAL


def test_data_and_group_may_be_left_out(tmp_path) -> None:
    (tmp_path / "table.csv").write_text("size,seed,error\n1e6,1,20.5\n", encoding="utf-8")
    assert read_points(tmp_path / "table.csv") == [Point(size=1e6, seed=1, error=20.5)]


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("table.csv", "size,error\n1e6,20\n", "no column 'seed'"),
        ("table.csv", "size,seed,error\n1e6,1,nothing\n", "row 1"),
        ("table.csv", "size,seed,error\n1e6,1,20\n0,1,20\n", "row 2: size is 0"),
        ("table.csv", "size,seed,error\n1e6,1,nan\n", "error is nan"),
        ("table.jsonl", "{\n", "cannot be read"),
        ("table.xlsx", "", "no table"),
    ],
)
def test_a_damaged_table_names_its_row(tmp_path, name, text, message) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(BadData, match=message):
        read_points(tmp_path / name)


@pytest.fixture
def sized(empty_run):
    def make(gain: float, parameters: float, *, max_examples: int | None = None, tasks=("pawsx", "panx")) -> SizedRun:
        writer = empty_run(noise=0)
        writer.path = writer.path.with_name(f"size-{parameters:g}")
        writer.resolved["training"] = {"max_examples": max_examples}
        for arm, extra in (("direct", 0.0), ("winner 1", 3.0)):
            writer.add_final(arm, NO_PLAN, gain + extra, tasks=tasks)
        return SizedRun(load(writer.write()), parameters)

    return make


def test_the_error_of_a_run_is_what_its_zero_shot_headline_lacks(sized) -> None:
    points = points_of_runs([sized(0.0, 1e6), sized(3.0, 1e7)])
    assert [(one.size, one.seed) for one in points] == [(size, seed) for size in (1e6, 1e7) for seed in (11, 12, 13)]
    assert points[0].error - points[3].error == pytest.approx(10 / 3)  # 2 and 4; 2, 4 and 5
    assert points[0].data is None


def test_languages_and_arms_are_groups(sized) -> None:
    runs = [sized(0.0, 1e6), sized(3.0, 1e7)]
    assert {one.group for one in points_of_runs(runs, by="language")} == {"de", "ja", "sw", "yo"}
    by_arm = {(one.size, one.group): one.error for one in points_of_runs(runs, by="arm")}
    assert by_arm[1e6, "winner 1"] == pytest.approx(by_arm[1e7, "direct"])


def test_data_are_the_examples_that_all_runs_were_limited_to(sized) -> None:
    assert {one.data for one in points_of_runs([sized(0.0, 1e6, max_examples=100)])} == {100.0}
    mixed = [sized(0.0, 1e6, max_examples=100), sized(0.0, 1e7)]
    assert {one.data for one in points_of_runs(mixed)} == {None}


def test_runs_of_different_things_are_refused(sized) -> None:
    with pytest.raises(CairnError, match="different things"):
        points_of_runs([sized(0.0, 1e6), sized(0.0, 1e7, tasks=("pawsx",))])


def test_unknown_arms_and_groupings_are_refused(sized) -> None:
    with pytest.raises(CairnError, match="no complete test scores of 'winner 9'"):
        points_of_runs([sized(0.0, 1e6)], arm="winner 9")
    with pytest.raises(UnknownName, match="language"):
        points_of_runs([sized(0.0, 1e6)], by="languages")
