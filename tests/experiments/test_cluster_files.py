"""The files that start clusters, checked without a cloud: Ray's own schema, KubeRay's made strict, versions, paths."""

import copy
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from ray.autoscaler._private.util import prepare_config, validate_config

from experiments.jobs.parcel import PACKAGES
from experiments.spec import load_spec

ROOT = Path(__file__).parents[2]
CLUSTER = ROOT / "experiments" / "cluster"
SPECS = sorted((ROOT / "experiments" / "specs").glob("*.yaml"))
LAUNCHED, APPLIED = ["aws", "gcp"], ["raycluster", "rayjob"]
SCHEMA = json.loads((Path(__file__).parent / "kuberay.schema.json").read_text())
RAY = re.findall(r"^ray==(.+)$", (ROOT / "constraints.txt").read_text(), re.MULTILINE)[0]

Plain = dict[str, Any]


def launcher(name: str) -> Plain:
    value: Plain = yaml.safe_load((CLUSTER / f"{name}.yaml").read_text())
    return value


def manifests(name: str) -> list[Plain]:
    return list(yaml.safe_load_all((CLUSTER / f"{name}.yaml").read_text()))


def cluster_of(name: str) -> Plain:
    spec: Plain = manifests(name)[0]["spec"]
    return spec.get("rayClusterSpec", spec)


def refused_by_ray(config: Plain) -> bool:
    try:
        validate_config(prepare_config(copy.deepcopy(config)))
    except (ValueError, KeyError, jsonschema.ValidationError):
        return True
    return False


def wrong_in(document: Plain) -> list[str]:
    """By the schema of its own kind, so that a message names the place."""
    schema = {**SCHEMA, "oneOf": [{"$ref": f"#/$defs/{document['kind']}"}]}
    return [error.message for error in jsonschema.Draft202012Validator(schema).iter_errors(document)]


def mappings(value: Any) -> Iterator[Plain]:
    if isinstance(value, dict):
        yield value
    for child in value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ():
        yield from mappings(child)


@pytest.mark.parametrize("name", LAUNCHED)
def test_rays_launcher_takes_the_file_and_refuses_planted_mistakes(name: str) -> None:
    config = launcher(name)
    assert not refused_by_ray(config)
    assert refused_by_ray({**config, "idle_timeout_minuts": 10})
    assert refused_by_ray({**config, "head_node_type": "heads"})
    broken = copy.deepcopy(config)
    broken["available_node_types"]["gpu_spot"]["resources"]["GPU"] = 0.5
    assert refused_by_ray(broken)
    broken = copy.deepcopy(config)
    broken["available_node_types"]["gpu_spot"]["min_workers"] = 7
    assert refused_by_ray(broken)


@pytest.mark.parametrize("name", LAUNCHED)
def test_the_head_trains_nothing_on_demand_and_workers_come_and_go_on_spot(name: str) -> None:
    config = launcher(name)
    head, worker = (config["available_node_types"][kind] for kind in ("head", "gpu_spot"))
    assert head["resources"] == {"CPU": 0}
    assert "spot" not in json.dumps(head).lower()
    assert (worker["min_workers"], worker["max_workers"]) == (0, config["max_workers"])
    spot = {"aws": {"MarketType": "spot"}, "gcp": [{"provisioningModel": "SPOT"}, {"onHostMaintenance": "TERMINATE"}]}
    assert worker["node_config"][{"aws": "InstanceMarketOptions", "gcp": "scheduling"}[name]] == spot[name]
    assert config["idle_timeout_minutes"] > 0
    assert config["provider"].get("cache_stopped_nodes", False) is False


@pytest.mark.parametrize("name", LAUNCHED)
def test_a_launched_cluster_wants_a_token_and_opens_its_dashboard_to_its_head_alone(name: str) -> None:
    config = launcher(name)
    starts = [line for which in ("head", "worker") for line in config[f"{which}_start_ray_commands"] if "start" in line]
    assert len(starts) == 2
    assert all("RAY_AUTH_MODE=token ray start" in line for line in starts)
    assert "--dashboard-host=127.0.0.1" in starts[0]
    assert list(config["file_mounts"]) == ["~/.ray/auth_token"]
    assert config["setup_commands"] == []  # Ray's default installs a nightly build


@pytest.mark.parametrize("name", APPLIED)
def test_kubernetes_takes_every_field_and_a_typo_anywhere_is_refused(name: str) -> None:
    for document in manifests(name):
        assert wrong_in(document) == []
        free = ("nodeSelector", "rayStartParams", "limits", "requests")
        open_ended = [id(value[key]) for value in mappings(document) for key in free if key in value]
        closed = [place for place, value in enumerate(mappings(document)) if id(value) not in open_ended]
        for place in closed:
            typo = copy.deepcopy(document)
            list(mappings(typo))[place]["replicaz"] = 1
            assert wrong_in(typo), f"{name}: a typo in mapping {place} is not noticed"
    job = copy.deepcopy(manifests(name)[0])
    next(value for value in mappings(job) if "rayStartParams" in value)["rayStartParams"]["num-cpus"] = 0
    assert wrong_in(job), "KubeRay wants text there"


@pytest.mark.parametrize("name", APPLIED)
def test_kubernetes_puts_the_head_on_ordinary_nodes_and_workers_on_spot_with_gpus(name: str) -> None:
    spec = cluster_of(name)
    head, (worker,) = spec["headGroupSpec"], spec["workerGroupSpecs"]
    assert spec["rayVersion"] == RAY
    assert spec["enableInTreeAutoscaling"] is True
    assert spec["authOptions"] == {"mode": "token"}
    assert head["rayStartParams"]["num-cpus"] == "0"
    assert not {"tolerations", "nodeSelector"} & set(head["template"]["spec"])
    pod = worker["template"]["spec"]
    assert {toleration["key"] for toleration in pod["tolerations"]} == {"cloud.google.com/gke-spot", "nvidia.com/gpu"}
    assert pod["nodeSelector"] == {"cloud.google.com/gke-spot": "true"}
    assert (worker["minReplicas"], worker["replicas"]) == (0, 0) and worker["maxReplicas"] > 1
    assert pod["containers"][0]["resources"]["limits"]["nvidia.com/gpu"] == 1


def test_the_two_manifests_describe_the_same_cluster() -> None:
    job, cluster = cluster_of("rayjob"), cluster_of("raycluster")
    head = job["headGroupSpec"]["template"]["spec"]
    head["containers"][0]["volumeMounts"] = [m for m in head["containers"][0]["volumeMounts"] if m["name"] != "spec"]
    head["volumes"] = [volume for volume in head["volumes"] if volume["name"] != "spec"]
    assert job == cluster
    assert manifests("rayjob")[1:] == manifests("raycluster")[1:]


def test_the_job_of_kubernetes_starts_the_entry_point_with_absolute_places() -> None:
    words = manifests("rayjob")[0]["spec"]["entrypoint"].split()
    assert words[:3] == ["python", "-m", "experiments.run"]
    assert all(word.startswith("/") for word in words[3::2])
    mounts = [mount["mountPath"] for value in mappings(cluster_of("rayjob")) for mount in value.get("volumeMounts", ())]
    assert {str(Path(words[3]).parent), words[5]} <= set(mounts)


@pytest.mark.parametrize("spec", SPECS, ids=lambda path: path.stem)
def test_a_trial_of_every_shipped_spec_fits_on_a_worker_of_every_cluster(spec: Path) -> None:
    wanted = load_spec(spec, elsewhere=True).resources
    for name in LAUNCHED:
        there = launcher(name)["available_node_types"]["gpu_spot"]["resources"]
        assert wanted.cpu <= there["CPU"] and wanted.gpu <= there["GPU"]
    limits = cluster_of("raycluster")["workerGroupSpecs"][0]["template"]["spec"]["containers"][0]["resources"]["limits"]
    assert wanted.cpu <= int(limits["cpu"]) and wanted.gpu <= limits["nvidia.com/gpu"]


def test_the_image_has_the_tested_ray_and_copies_what_exists() -> None:
    lines = (CLUSTER / "Dockerfile").read_text().splitlines()
    assert f"FROM rayproject/ray:{RAY}-py311-gpu" in lines
    copied = [word for line in lines if line.startswith("COPY ") for word in line.split()[1:-1] if word[:2] != "--"]
    assert [name for name in copied if not (ROOT / name).exists()] == []
    assert set(PACKAGES) | {"pyproject.toml", "constraints.txt"} <= set(copied)
    from_project = re.findall(
        r'^(?:readme|license-files) = .*"(\w+(?:\.md)?)"', (ROOT / "pyproject.toml").read_text(), re.M
    )
    assert set(from_project) <= set(copied)
