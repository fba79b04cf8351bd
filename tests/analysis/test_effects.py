"""The planted gains are 2.0 and 1.0 on average over the two languages of transfer of pawsx, de and ja."""

from analysis.effects import effects_table
from analysis.load import load

NO_PLAN = {"trunk": [], "targets": []}


def test_a_table_gives_each_arm_minus_the_baseline_over_the_languages_of_transfer(empty_run) -> None:
    writer = empty_run(noise=0)
    for arm, gain in (("direct", 0.0), ("first", 2.0), ("second", 1.0)):
        writer.add_final(arm, NO_PLAN, gain)
    lines = effects_table(load(writer.write()), [("first", "second")]).splitlines()
    rows = [line.strip("| ").split(" | ") for line in lines]
    assert rows[0] == ["zero-shot, 3 seeds", "pawsx", "panx", "xquad", "tatoeba"]
    assert {row[0]: row[1] for row in rows[2:]} == {
        "direct: score": "64.0 (64.0 to 64.0)",
        "first": "**+2.0 (2.0 to 2.0)**",
        "second": "**+1.0 (1.0 to 1.0)**",
        "first, minus second": "**+1.0 (1.0 to 1.0)**",
    }


def test_an_interval_that_holds_zero_is_not_bold(empty_run) -> None:
    writer = empty_run(noise=5.0)
    for arm in ("direct", "same"):
        writer.add_final(arm, NO_PLAN, 0.0)
    table = effects_table(load(writer.write()))
    assert "**" not in next(line for line in table.splitlines() if line.startswith("| same"))


def test_one_seed_has_no_interval(empty_run) -> None:
    writer = empty_run(seeds=(11,), noise=0)
    writer.add_final("direct", NO_PLAN, 0.0)
    assert "64.0 (one seed)" in effects_table(load(writer.write()))
