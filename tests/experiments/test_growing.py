"""A cluster that begins with a head without CPUs and starts nodes as they are asked for.

The nodes are Ray's stand-ins on this machine; the autoscaler that starts and ends them is the real one.
"""

import json
import socket
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Protocol

import pytest

from evaluators.errors import CairnError
from experiments import ray_session as session
from experiments.spec.settings import Resources

ROOT = Path(__file__).parents[2]
WriteSpec = Callable[..., Path]
NumbersOf = Callable[[Path], dict[str, Any]]
StartHead = Callable[..., AbstractContextManager[tuple[int, int, dict[str, str]]]]
_LISTS = ("initialization", "setup", "head_setup", "worker_setup", "head_start_ray", "worker_start_ray")


class Finished(Protocol):
    """A study that nothing disturbed."""

    numbers: dict[str, Any]


def autoscaling(port: int) -> dict[str, Any]:
    import ray

    address = f"{ray.util.get_node_ip_address()}:{port}"
    return {
        "cluster_name": "growing",
        "max_workers": 2,
        "upscaling_speed": 2.0,
        "idle_timeout_minutes": 1,
        "provider": {
            "type": "fake_multinode",
            "use_node_id_as_ip": True,
            "disable_node_updaters": True,
            "disable_launch_config_check": True,
            "gcs_address": address,
        },
        "available_node_types": {
            "worker": {"resources": {"CPU": 1}, "node_config": {}, "min_workers": 0, "max_workers": 2},
            "ray.head.default": {"resources": {"CPU": 0}, "node_config": {}, "max_workers": 0},
        },
        "head_node_type": "ray.head.default",
        **{name: {} for name in ("auth", "docker", "file_mounts", "head_node", "worker_nodes")},
        **{name: [] for name in ("cluster_synced_files", "rsync_exclude", "rsync_filter")},
        **{f"{name}_commands": [] for name in _LISTS},
        "file_mounts_sync_continuously": False,
    }


def test_a_study_begins_without_any_worker_and_ends_with_the_same_numbers(
    finished: Finished, write_spec: WriteSpec, start_head: StartHead, tmp_path: Path, numbers_of: NumbersOf
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = int(taken.getsockname()[1])
    (tmp_path / "autoscaling.json").write_text(json.dumps(autoscaling(port)))
    spec = write_spec(tmp_path, ("eta: 2}", "eta: 2, concurrency: 2}"))
    fake = {"RAY_FAKE_CLUSTER": "1", "AUTOSCALER_UPDATE_INTERVAL_S": "1", "PYTHONPATH": str(ROOT)}
    flags = ("--num-cpus=0", f"--autoscaling-config={tmp_path / 'autoscaling.json'}")
    with start_head(*flags, gcs=port, RAY_AUTH_MODE="disabled", **fake) as (_, _, environment):
        done = subprocess.run(
            [sys.executable, "-m", "experiments.run", str(spec)],
            env={**environment, "RAY_ADDRESS": f"127.0.0.1:{port}"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=400,
        )
    assert done.returncode == 0, done.stdout
    assert numbers_of(spec) == finished.numbers


def test_without_a_word_on_how_far_a_cluster_grows_an_empty_one_is_refused_with_the_mend() -> None:
    with pytest.raises(CairnError, match=r"there are 0 and 0; .*search\.concurrency"):
        session.room_for({}, Resources(gpu=1))


def test_a_node_that_never_comes_is_told_with_what_was_asked_for() -> None:
    asked: list[Any] = []
    removed: list[Any] = []
    place = SimpleNamespace(wait=lambda timeout_seconds: False)

    def placement_group(bundles: list[dict[str, float]]) -> SimpleNamespace:
        asked.extend(bundles)
        return place

    ray = SimpleNamespace(util=SimpleNamespace(placement_group=placement_group, remove_placement_group=removed.append))
    with pytest.raises(CairnError, match="no node came up in 20 minutes with room for a trial, 8 CPUs and 1 GPUs"):
        session._wait_for_a_place(ray, Resources(cpu=8, gpu=1))
    assert asked == [{"CPU": 8.0, "GPU": 1.0}]
    assert removed == [place]


def test_a_cluster_counts_as_growing_by_who_made_it_or_by_having_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("RAY_CLUSTER_NAME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert not session._grows({"CPU": 2.0})
    assert session._grows({"memory": 1.0})
    (tmp_path / "ray_bootstrap_config.yaml").touch()
    assert session._grows({"CPU": 2.0})
    (tmp_path / "ray_bootstrap_config.yaml").unlink()
    monkeypatch.setenv("RAY_CLUSTER_NAME", "cairn")
    assert session._grows({"CPU": 2.0})
