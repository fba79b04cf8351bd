from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from trainables.settings import Inference, Masking, Retrieval, TaskTraining, Training, as_key


def test_a_constant_rate_rises_over_the_warm_up_and_stays() -> None:
    training = Training(schedule="constant", warmup_steps=4)
    assert [training.learning_rate_factor(step, 100) for step in (0, 1, 3, 4, 99)] == [0.25, 0.5, 1.0, 1.0, 1.0]


def test_a_linear_rate_falls_to_zero_at_the_end() -> None:
    training = Training(schedule="linear", warmup_share=0.2)
    assert [training.learning_rate_factor(step, 10) for step in (0, 1, 2, 6, 10)] == [0.5, 1.0, 1.0, 0.5, 0.0]


def test_a_task_keeps_what_it_does_not_override() -> None:
    training = Training(batch_size=32, per_task={"csqa": TaskTraining(batch_size=16)})
    assert (training.of("csqa").batch_size, training.of("csqa").max_length_tokens) == (16, 128)
    assert training.of("mnli").batch_size == 32


def test_the_key_ignores_overrides_of_other_tasks() -> None:
    plain = Training()
    other = Training(per_task={"csqa": TaskTraining(batch_size=16)})
    assert as_key(plain, ["mnli"]) == as_key(other, ["mnli"])
    assert as_key(plain, ["csqa"]) != as_key(other, ["csqa"])
    assert as_key(plain, ["csqa"]) != as_key(plain, ["mnli"])


def test_an_override_that_equals_the_general_setting_changes_no_key() -> None:
    spelt_out = Training(batch_size=32, per_task={"mnli": TaskTraining(batch_size=32)})
    assert as_key(spelt_out, ["mnli"]) == as_key(Training(batch_size=32), ["mnli"])


def test_a_key_is_plain_json() -> None:
    key = as_key(Training(), ["mnli"])
    assert json.loads(json.dumps(key)) == key


@pytest.mark.parametrize(
    ("wrong", "mend"),
    [
        ({"warmup_share": 0.1}, "linear schedule"),
        ({"warmup_share": 0.1, "warmup_steps": 3, "schedule": "linear"}, "keep one"),
        ({"batch_size": 0}, "at least 1"),
        ({"max_length_tokens": 8}, "at least 16"),
    ],
)
def test_settings_that_cannot_hold_say_why(wrong: dict[str, object], mend: str) -> None:
    with pytest.raises(ValueError, match=mend):
        Training(**wrong)  # type: ignore[arg-type]


def test_masking_shares_sum_to_at_most_one() -> None:
    with pytest.raises(ValueError, match="sum to at most 1"):
        Masking(masked=0.8, replaced=0.3)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Inference(batch_tokens=-5),
        lambda: Inference(best_spans=0),
        lambda: Retrieval(layer=-3),
        lambda: Retrieval(max_length_tokens=0),
    ],
)
def test_a_model_cannot_be_asked_in_a_way_that_makes_no_sense(make: Callable[[], object]) -> None:
    with pytest.raises(ValueError, match=r"is (-5|0|-3);"):
        make()
