from collections.abc import Callable
from pathlib import Path

import pytest

from experiments.finals.plan import arms, units
from experiments.spec import load_spec
from experiments.study import open_study

NLI = "{mixture: {mnli: 1}, learning_rate: 1.0e-3, steps: 5}"
TAGS = "{mixture: {ccg: 1}, learning_rate: 1.0e-3, steps: 20}"
BOTH = f"controls: [direct, target longer], arms: {{one: {{trunk: [{TAGS}]}}, two: {{trunk: [{NLI}, {TAGS}]}}}}"


def steps_of(spec: Path) -> dict[str, dict[str, int]]:
    """Arm -> training task -> steps of its target stage."""
    study = open_study(load_spec(spec))
    found: dict[str, dict[str, int]] = {}
    for unit in units(study, arms(study, [])):
        if unit.stage is not None:
            found.setdefault(unit.arm.name, {})[unit.task] = unit.stage.steps
    return found


@pytest.mark.parametrize("together", ["true", "false"])
def test_without_trunks_in_the_space_a_longer_target_is_so_by_the_longest_that_is_written(
    tmp_path: Path, write_spec: Callable[..., Path], together: str
) -> None:
    spec = write_spec(
        tmp_path,
        ("tasks: [mnli, ccg]\n  lengths: [1, 2]", "tasks: []\n  lengths: [0]"),
        ("learning_rates: [2.0e-3], steps: 9}", f"learning_rates: [2.0e-3], steps: 9, together: {together}}}"),
        ("trials: 4", "trials: 0"),
        ("winners: 1", "winners: 0"),
        ("controls: [direct]", BOTH),
    )
    found = steps_of(spec)
    assert found["direct"] == found["two"] == {"udpos": 4, "pawsx": 4}
    assert found["target longer"] == {"udpos": 29, "pawsx": 29}


def test_a_space_s_own_trunks_say_how_much_longer_a_target_is(tmp_path: Path, write_spec: Callable[..., Path]) -> None:
    assert steps_of(write_spec(tmp_path, ("controls: [direct]", BOTH)))["target longer"] == {"udpos": 22, "pawsx": 22}
