"""A cluster that grows and shrinks on one machine: a head without CPUs, Ray's autoscaler, nodes of one CPU.

The nodes are Ray's stand-ins (each has a raylet of its own and joins as a machine would); the autoscaler that starts
and ends them is the real one. What there is and what is asked for is read from the head's GCS, as the autoscaler does.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

import ray
from campaign import descendants
from ray._raylet import GcsClient
from ray.autoscaler._private.fake_multi_node.node_provider import FAKE_HEAD_NODE_ID
from ray.autoscaler.v2.sdk import get_cluster_resource_state
from ray.core.generated.autoscaler_pb2 import NodeStatus

ROOT = Path(__file__).parents[2]
_LISTS = ("initialization", "setup", "head_setup", "worker_setup", "head_start_ray", "worker_start_ray")
_NODE = "RAY_OVERRIDE_NODE_ID_FOR_TESTING="
_TITLES = ("::ImplicitFunc.train", "::train_trunk", "::final_scores")
"""What a worker is called while it works on a trial, on a trunk of the finals, on a unit of them."""


class Node(NamedTuple):
    """A living node."""

    is_taken: bool
    """Its place is given to somebody."""
    is_working: bool
    """A worker process on it works on something: no longer starting, not idle."""


class Moment(NamedTuple):
    """The cluster at one time."""

    nodes: dict[str, Node]
    waiting: int
    """Places that were asked for and are not there."""

    @property
    def working(self) -> int:
        """Nodes that work."""
        return sum(node.is_working for node in self.nodes.values())


class Head(NamedTuple):
    """A running head: its process and the address to join at."""

    pid: int
    address: str

    def look(self) -> Moment:
        """What there is now."""
        state = get_cluster_resource_state(GcsClient(address=self.address))
        working = {node for pid, node in self.raylets().items() if _works(pid)}
        nodes = {}
        for node in state.node_states:
            name, places = node.node_id.hex(), node.total_resources.get("CPU", 0.0)
            if places and node.status != NodeStatus.DEAD:
                nodes[name] = Node(node.available_resources.get("CPU", 0.0) < places, name in working)
        waiting = sum(each.count for each in state.pending_resource_requests)
        waiting += sum(len(gang.requests) for gang in state.pending_gang_resource_requests)
        return Moment(nodes, waiting)

    def raylets(self) -> dict[int, str]:
        """Raylets of nodes that came: process id -> node."""
        found = {}
        for pid, command in descendants(self.pid):
            if "raylet/raylet" in command:
                with suppress(OSError):
                    variables = Path(f"/proc/{pid}/environ").read_text().split("\0")
                    found[pid] = next(each.removeprefix(_NODE) for each in variables if each.startswith(_NODE))
        return {pid: node for pid, node in found.items() if node != FAKE_HEAD_NODE_ID}


def _works(raylet: int) -> bool:
    return any(title in command for _, command in descendants(raylet) for title in _TITLES)


@contextmanager
def growing_cluster(*, most: int, idle_seconds: float) -> Iterator[Head]:
    """A head whose cluster has no node at first, at most `most`, and ends those that are idle for so long.

    It has ports and a folder of its own, and is ended with all that it started.
    """
    folder = Path(tempfile.mkdtemp(prefix="cairn-"))  # short: paths of sockets are limited
    port, *others = _free_ports(4)
    address = f"{ray.util.get_node_ip_address()}:{port}"
    (folder / "autoscaling.json").write_text(json.dumps(_autoscaling(address, most=most, idle_seconds=idle_seconds)))
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("RAY_")},
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "HF_HUB_OFFLINE": "1",
        "RAY_AUTH_MODE": "disabled",
        "RAY_FAKE_CLUSTER": "1",
        "AUTOSCALER_UPDATE_INTERVAL_S": "1",
        # a cloud knows which of its machines live; a stand-in counts until its silence is noticed
        "AUTOSCALER_HEARTBEAT_TIMEOUT_S": "5",
    }
    command = ["ray", "start", "--head", "--block", "--disable-usage-stats", "--dashboard-host=127.0.0.1"]
    command += ["--num-cpus=0", f"--temp-dir={folder}", f"--autoscaling-config={folder / 'autoscaling.json'}"]
    names = ("port", "dashboard-port", "dashboard-agent-listen-port", "ray-client-server-port")
    command += [f"--{name}={given}" for name, given in zip(names, (port, *others), strict=True)]
    with (folder / "head.log").open("w") as log:
        head = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        )
    try:
        by = time.monotonic() + 120
        while not _answers(others[0]):
            assert head.poll() is None and time.monotonic() < by, (folder / "head.log").read_text()
            time.sleep(0.2)
        yield Head(head.pid, address)
    finally:
        below = [pid for pid, _ in descendants(head.pid)]
        head.terminate()
        with suppress(subprocess.TimeoutExpired):
            head.wait(timeout=30)
        with suppress(ProcessLookupError):
            os.killpg(head.pid, signal.SIGKILL)
        for pid in below:
            with suppress(OSError):
                if str(folder).encode() in Path(f"/proc/{pid}/cmdline").read_bytes():
                    os.kill(pid, signal.SIGKILL)
        shutil.rmtree(folder, ignore_errors=True)


def _autoscaling(address: str, *, most: int, idle_seconds: float) -> dict[str, Any]:
    return {
        "cluster_name": "elastic",
        "max_workers": most,
        "upscaling_speed": float(most),
        "idle_timeout_minutes": idle_seconds / 60,
        "provider": {
            "type": "fake_multinode",
            "use_node_id_as_ip": True,
            "disable_node_updaters": True,
            "disable_launch_config_check": True,
            "gcs_address": address,
        },
        "available_node_types": {
            "worker": {"resources": {"CPU": 1}, "node_config": {}, "min_workers": 0, "max_workers": most},
            "ray.head.default": {"resources": {"CPU": 0}, "node_config": {}, "max_workers": 0},
        },
        "head_node_type": "ray.head.default",
        **{name: {} for name in ("auth", "docker", "file_mounts", "head_node", "worker_nodes")},
        **{name: [] for name in ("cluster_synced_files", "rsync_exclude", "rsync_filter")},
        **{f"{name}_commands": [] for name in _LISTS},
        "file_mounts_sync_continuously": False,
    }


def _free_ports(count: int) -> list[int]:
    taken = [socket.socket() for _ in range(count)]
    for each in taken:
        each.bind(("127.0.0.1", 0))
    ports = [int(each.getsockname()[1]) for each in taken]
    for each in taken:
        each.close()
    return ports


def _answers(port: int) -> bool:
    with socket.socket() as asking:
        return asking.connect_ex(("127.0.0.1", port)) == 0
