from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search_spaces.chooser import Random, Replay
from search_spaces.controls import controls
from search_spaces.plan import describe
from search_spaces.space import Setting, Space
from search_spaces.target import Target
from search_spaces.weights import Weights

SETTING = Setting(targets=("mnli", "panx"), sizes={"mnli": 400_000, "qqp": 300_000, "ccg": 40_000, "mlm": 10**9})
WIDE = Space(
    tasks=("mnli", "qqp", "ccg", "mlm"),
    lengths=(0, 1, 2, 3, 4),
    learning_rates=(1e-3, 2e-3),
    steps=(50, 150),
    target=Target(learning_rates=(1e-3, 2e-3), steps=120),
    grouping="any",
    weights=Weights(caps=(1000, 10**6), temperatures=(1.0, 2.0)),
    mlm_shares=(0.0, 0.1),
    task_steps={"ccg": 20},
    seeds=(0, 1, 2),
)


@given(st.integers(0, 10_000))
def test_a_replay_of_recorded_decisions_gives_the_same_plan_and_seed(seed: int) -> None:
    random = Random(seed)
    plan, trial_seed = WIDE.plan(random, SETTING), WIDE.seed(random)
    replay = Replay(random.decisions)
    assert (WIDE.plan(replay, SETTING), WIDE.seed(replay)) == (plan, trial_seed)


@given(st.integers(0, 10_000))
def test_every_plan_keeps_to_its_space(seed: int) -> None:
    plan = WIDE.plan(Random(seed), SETTING)
    without_mlm = [task for stage in plan.trunk for task in stage.tasks if task != "mlm"]
    assert len(set(without_mlm)) == len(without_mlm) <= 3
    assert {stage.learning_rate for stage in plan.trunk} <= {1e-3, 2e-3}
    assert [stage.tasks for stage in plan.targets] == [("mnli", "panx")]


class Recorder(Random):
    """Notes the domain of every question."""

    def __init__(self, seed: int, domains: dict[str, object]) -> None:
        super().__init__(seed)
        self.domains = domains

    def one_of(self, name, options):  # type: ignore[no-untyped-def]
        assert self.domains.setdefault(name, tuple(options)) == tuple(options)
        return super().one_of(name, options)

    def uniform(self, name: str, low: float, high: float) -> float:
        assert self.domains.setdefault(name, (low, high)) == (low, high)
        return super().uniform(name, low, high)


def test_a_name_always_comes_with_the_same_domain() -> None:
    domains: dict[str, object] = {}
    for seed in range(300):
        WIDE.plan(Recorder(seed, domains), SETTING)
    assert {"order.length", "order.rank.mlm", "grouping.join.3", "stage.3.learning_rate"} <= set(domains)


def test_a_space_of_single_values_asks_nothing(space: Callable[..., Space], setting: Setting) -> None:
    fixed = space(lengths=(3,), order="as_written", grouping="together", learning_rates=(1e-3,))
    plan = fixed.plan(Replay({}), setting)
    assert describe(plan) == "ccg+mnli+qqp 1e-03"
    assert [stage.steps for stage in plan.trunk] == [270]


def test_the_empty_trunk_is_a_plan_like_any_other(space: Callable[..., Space], setting: Setting) -> None:
    assert space(tasks=(), lengths=(0,)).plan(Replay({}), setting).trunk == ()


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"tasks": ()}, r"name at least one intermediate task, or set lengths: \[0\]"),
        ({"lengths": (4,)}, "asks for 4 tasks in a row"),
        ({"learning_rates": ()}, "learning_rates is empty"),
        ({"steps": ()}, "steps is empty"),
        ({"mlm_shares": ()}, "mlm_shares is empty"),
        ({"seeds": ()}, "seeds is empty"),
        ({"weights": Weights(explicit={"qpq": 1.0})}, r"weights.explicit names 'qpq'.*did you mean qqp"),
        ({"task_steps": {"panx": 3}}, "task_steps names 'panx'.*not in tasks"),
    ],
)
def test_a_space_that_cannot_be_searched_is_refused(
    space: Callable[..., Space], fields: dict[str, object], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        space(**fields)


def test_a_space_knows_whose_sizes_its_mixtures_lack() -> None:
    known = Setting(targets=("mnli",), sizes={"mnli": 400_000, "qqp": 300_000, "ccg": 0})
    assert WIDE.unsized(SETTING) == []
    assert WIDE.unsized(known) == ["ccg", "mlm"]
    with pytest.raises(ValueError, match="ccg, mlm is not known"):
        controls(WIDE, known)
    for mixes_nothing in (
        replace(WIDE, weights=Weights(explicit={"mnli": 2.0})),
        replace(WIDE, tasks=("mlm",), lengths=(1,), task_steps={}),
        replace(WIDE, lengths=(0,), grouping="separate"),
    ):
        assert mixes_nothing.unsized(known) == []
        assert controls(mixes_nothing, known)


def test_a_changed_space_is_checked_again(space: Callable[..., Space]) -> None:
    with pytest.raises(ValueError, match="repeats a value"):
        replace(space(), learning_rates=(1e-3, 1e-3))
