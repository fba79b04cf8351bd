import pytest
from hypothesis import given
from hypothesis import strategies as st

from search_spaces.plan import Plan, Stage, as_json, describe, from_json, mixture


def stage(steps: int = 90, **weights: float) -> Stage:
    return Stage(mixture=mixture(weights), learning_rate=1e-3, steps=steps)


def test_a_mixture_is_sorted_and_its_shares_sum_to_one() -> None:
    assert mixture({"qqp": 1.0, "ccg": 3.0}) == (("ccg", 0.75), ("qqp", 0.25))


def test_weights_that_differ_in_the_last_bit_are_one_mixture() -> None:
    assert mixture({"a": 0.1 + 0.2, "b": 0.7}) == mixture({"a": 0.3, "b": 0.7})


@given(st.dictionaries(st.sampled_from("abcdefgh"), st.floats(0.01, 1e6), min_size=1))
def test_any_positive_weights_make_a_stage(weights: dict[str, float]) -> None:
    assert stage(**weights).tasks == tuple(sorted(weights))


@pytest.mark.parametrize("weights", [{}, {"a": 0.0}, {"a": 1.0, "b": -1.0}])
def test_weights_that_are_not_positive_are_refused(weights: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="all weights positive"):
        mixture(weights)


@pytest.mark.parametrize(
    ("fields", "mend"),
    [
        ({"mixture": ()}, "at least one task"),
        ({"mixture": (("b", 0.5), ("a", 0.5))}, "in sorted order"),
        ({"mixture": (("a", 0.5), ("b", 0.4))}, "sum to 1"),
        ({"learning_rate": 0.0}, "must be positive"),
        ({"steps": 0}, "at least one"),
    ],
)
def test_a_stage_that_cannot_be_trained_is_refused(fields: dict[str, object], mend: str) -> None:
    good: dict[str, object] = {"mixture": (("a", 1.0),), "learning_rate": 1e-3, "steps": 1}
    with pytest.raises(ValueError, match=mend):
        Stage(**{**good, **fields})  # type: ignore[arg-type]


def test_a_scaled_stage_has_at_least_one_step() -> None:
    assert [stage(90, a=1).scaled(scale).steps for scale in (1 / 9, 1 / 3, 1.0, 0.001)] == [10, 30, 90, 1]


def test_a_plan_survives_json() -> None:
    plan = Plan(trunk=(stage(a=1, b=2), stage(c=1)), targets=(stage(d=1),))
    assert from_json(as_json(plan)) == plan


def test_a_plan_is_described_by_its_trunk() -> None:
    assert describe(Plan(trunk=(stage(mnli=1), stage(qqp=1, ccg=2)), targets=())) == "mnli 1e-03 > ccg+qqp 1e-03"
    assert describe(Plan(trunk=(), targets=())) == "(direct)"
