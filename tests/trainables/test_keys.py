import hashlib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search_spaces.chooser import Random
from search_spaces.plan import Stage, mixture
from search_spaces.space import Setting, Space
from search_spaces.target import Target
from search_spaces.weights import Weights
from trainables.keys import digest, family_key, stage_content, stage_key
from trainables.settings import TaskTraining, Training

STAGE = Stage(mixture=mixture({"mnli": 1.0, "ccg": 1.0}), learning_rate=1e-3, steps=90)
DATA = {"mnli": "sha-1", "ccg": "sha-2", "panx": "sha-3"}


def key(
    stage: Stage = STAGE, start: str = "encoder", training: Training | None = None, seed: int = 0, **data: str
) -> str:
    return stage_key(start, stage, training=training or Training(), data={**DATA, **data}, seed=seed)


def family(stage: Stage, schedule: str) -> str:
    training = Training(schedule=schedule)  # type: ignore[arg-type]
    return family_key("encoder", stage, training=training, data=DATA, seed=0)


def test_a_digest_is_the_sha256_of_canonical_json() -> None:
    text = r'{"a":"\u00e9","b":[1,0.5]}'
    assert digest({"b": [1.0, 0.5], "a": "é"}) == hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize(
    "other",
    [
        key(start="another encoder"),
        key(replace(STAGE, learning_rate=2e-3)),
        key(replace(STAGE, steps=91)),
        key(replace(STAGE, mixture=mixture({"mnli": 1.0, "ccg": 2.0}))),
        key(training=Training(batch_size=16)),
        key(training=Training(schedule="linear")),
        key(training=Training(precision="bfloat16")),
        key(training=Training(max_length_tokens=64)),
        key(training=Training(per_task={"ccg": TaskTraining(batch_size=8)})),
        key(seed=1),
        key(ccg="other bytes"),
    ],
)
def test_whatever_changes_numbers_changes_the_key(other: str) -> None:
    assert other != key()


@pytest.mark.parametrize(
    "equal",
    [
        key(panx="other bytes"),
        key(training=Training(per_task={"panx": TaskTraining(batch_size=8)})),
        key(training=Training(per_task={"ccg": TaskTraining(batch_size=32)})),
        key(training=Training(clip_norm=1)),
        key(replace(STAGE, mixture=mixture({"ccg": 7.0, "mnli": 7.0}))),
    ],
)
def test_what_changes_no_number_changes_no_key(equal: str) -> None:
    assert equal == key()


SPACE = Space(
    tasks=("mnli", "ccg"),
    lengths=(1, 2),
    learning_rates=(1e-3, 2e-3),
    steps=(30, 90),
    target=Target(learning_rates=(1e-3,), steps=30),
    grouping="any",
    weights=Weights(explicit={"mnli": 3.0}),
)


@given(st.integers(0, 500), st.integers(0, 500))
def test_equal_draws_make_equal_stages_and_those_equal_keys(one: int, other: int) -> None:
    plans = [SPACE.plan(Random(seed), Setting(targets=("panx",))) for seed in (one, other)]
    keys = []
    for plan in plans:
        start, named = "encoder", []
        for stage in plan.trunk:
            named.append(start := key(stage, start=start))
        keys.append(named)
    for place, (ours, theirs) in enumerate(zip(*keys, strict=False), start=1):
        assert (ours == theirs) == (plans[0].trunk[:place] == plans[1].trunk[:place])


def test_lengths_of_a_stage_are_one_family_unless_the_schedule_looks_ahead() -> None:
    shorter = replace(STAGE, steps=30)
    assert family(STAGE, "constant") == family(shorter, "constant")
    assert family(STAGE, "linear") != family(shorter, "linear")
    assert family(STAGE, "constant") != family(replace(STAGE, learning_rate=2e-3), "constant")


def test_the_content_names_the_fields_of_the_design() -> None:
    content = stage_content("encoder", STAGE, training=Training(), data=DATA, seed=0)
    assert list(content) == ["format", "start", "stage", "stop", "training", "data", "seed"]
    assert content["data"] == {"ccg": "sha-2", "mnli": "sha-1"}


def test_not_a_number_has_no_digest() -> None:
    with pytest.raises(ValueError, match="JSON"):
        digest({"a": float("nan")})


def test_data_without_a_fingerprint_is_an_error() -> None:
    with pytest.raises(KeyError):
        stage_key("encoder", STAGE, training=Training(), data={"mnli": "sha-1"}, seed=0)
