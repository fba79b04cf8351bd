from collections.abc import Callable
from pathlib import Path

import pytest

from evaluators.errors import CairnError
from experiments.running import shared_folders
from experiments.spec import load_spec
from experiments.study import open_study

WriteSpec = Callable[..., Path]


def test_a_store_that_another_node_does_not_see_is_refused_with_the_mend(write_spec: WriteSpec, tmp_path: Path) -> None:
    study = open_study(load_spec(write_spec(tmp_path)))
    with shared_folders._places(study) as places:
        assert [place.field for place in places] == ["data", "encoder", "store"]
        paths = [str(place.path) for place in places]
        assert shared_folders.missing(paths) == []
        shared_folders.refuse(places, [], "10.0.0.2")
        with pytest.raises(CairnError, match=r"10\.0\.0\.2 does not see .* store: .*write s3://bucket/stages"):
            shared_folders.refuse(places, paths[-1:], "10.0.0.2")
    assert shared_folders.missing(paths) == paths[-1:]  # nothing of it stays


def test_a_bucket_and_a_shipped_encoder_need_no_shared_disk(
    write_spec: WriteSpec, tiny_encoder: Path, tmp_path: Path
) -> None:
    runs = f"runs: {tmp_path}/runs"
    changes = [(runs, f"{runs}\nstore: s3://bucket/stages"), (f"encoder: {tiny_encoder}", "encoder: babel-xlmr")]
    study = open_study(load_spec(write_spec(tmp_path, *changes)))
    with shared_folders._places(study) as places:
        assert [place.field for place in places] == ["data"]
