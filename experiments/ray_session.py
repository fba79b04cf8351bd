"""Ray, started or joined for one run, with every setting it depends on said here.

With RAY_ADDRESS (or inside `ray job submit`) the cluster there is joined; otherwise a small one is started on this
machine and ended with the run. Nothing else is ever stopped. A cluster that is joined may grow by itself: then the
spec's concurrency says how far, as nodes that are not up yet cannot be counted.
"""

from __future__ import annotations

import logging
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from evaluators.errors import CairnError
from experiments.spec.settings import Resources

_DRIVER_ENVIRONMENT = {
    "RAY_AIR_NEW_OUTPUT": "0",
    "RAY_DEDUP_LOGS": "1",
    "RAY_DISABLE_IMPORT_WARNING": "1",
    "RAY_USAGE_STATS_ENABLED": "0",
    # the kernel's own kill reaches us as a lost worker, which is retried; Ray's monitor would end the whole search
    "RAY_memory_monitor_refresh_ms": "0",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
    # a job may bring variables that we pass on too; without this Ray refuses to start
    "RAY_OVERRIDE_JOB_RUNTIME_ENV": "1",
    # we write our own record; TensorBoard files come from an explicit callback
    "TUNE_DISABLE_AUTO_CALLBACK_LOGGERS": "1",
    "TUNE_DISABLE_STRICT_METRIC_CHECKING": "1",
    "TUNE_GLOBAL_CHECKPOINT_S": "3600",
    "TUNE_WARN_EXCESSIVE_EXPERIMENT_CHECKPOINT_SYNC_THRESHOLD_S": "0",
    "TUNE_PRINT_ALL_TRIAL_ERRORS": "0",
    "TUNE_WARN_THRESHOLD_S": "60",
    "RAY_CHDIR_TO_TRIAL_DIR": "0",
}
_PASSED_ON = ("HF_HUB_OFFLINE", "HF_HOME", "HF_ENDPOINT", "HF_TOKEN", "CUBLAS_WORKSPACE_CONFIG")
_GROW_SECONDS = 1200.0
"""For the first node that a trial fits on: a cloud starts one in minutes."""


@contextmanager
def ray_session(resources: Resources, concurrency: int | None) -> Iterator[int]:
    """A cluster for the time of the `with`; gives the number of trials that run on it at once.

    A cluster of our own has room for `concurrency` trials (None: as many as the machine has CPUs for). One that grows
    counts as large as `concurrency`, once a first trial fits.

    Raises:
        CairnError: not even one trial fits, no node comes up that it fits on, or the cluster does not answer.
    """
    for name, value in _DRIVER_ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    import ray

    started = not ray.is_initialized()
    if started:
        _start(ray, resources, concurrency)
    _quiet()
    try:
        if concurrency is not None and os.environ.get("RAY_ADDRESS") and _grows(ray.cluster_resources()):
            _wait_for_a_place(ray, resources)
            yield concurrency
        else:
            room = room_for(ray.cluster_resources(), resources)
            yield min(room, concurrency or room)
    finally:
        if started:
            ray.shutdown()


def places_on(available: dict[str, float], resources: Resources) -> int:
    """How many trials fit at once on these resources; on nodes that they do not fill evenly, fewer do."""
    room = [available.get("CPU", 0.0) / resources.cpu]
    if resources.gpu:
        room.append(available.get("GPU", 0.0) / resources.gpu)
    return int(min(room))


def room_for(available: dict[str, float], resources: Resources) -> int:
    """How many trials fit at once: at least one."""
    room = places_on(available, resources)
    if not room:
        raise CairnError(
            f"a trial takes {resources.cpu} CPUs and {resources.gpu:g} GPUs, but there are {available.get('CPU', 0):g} "
            f"and {available.get('GPU', 0):g}; lower resources in the spec, run on a larger machine, or, on a cluster "
            "that grows, say how many trials it may grow to with search.concurrency"
        )
    return room


def _grows(available: dict[str, float]) -> bool:
    """Was the cluster made by Ray's launcher or by KubeRay, or is it a head without CPUs, whose workers are to come?"""
    launched = Path("~/ray_bootstrap_config.yaml").expanduser().exists()
    return launched or "RAY_CLUSTER_NAME" in os.environ or not available.get("CPU")


def _wait_for_a_place(ray: Any, resources: Resources) -> None:
    """Ask for the place of one trial; a node is started for it where there is none."""
    bundle = {"CPU": float(resources.cpu), **({"GPU": float(resources.gpu)} if resources.gpu else {})}
    place = ray.util.placement_group([bundle])
    try:
        if not place.wait(timeout_seconds=_GROW_SECONDS):
            raise CairnError(
                f"no node came up in {_GROW_SECONDS / 60:.0f} minutes with room for a trial, {resources.cpu} CPUs and "
                f"{resources.gpu:g} GPUs; `ray status` on the head says what it waits for: compare resources in the "
                "spec with the cluster's node types, and the cloud's quota"
            )
    finally:
        ray.util.remove_placement_group(place)


def _start(ray: Any, resources: Resources, concurrency: int | None) -> None:
    threads = str(resources.cpu)
    variables = {
        # a stopped trial unwinds in its own time before its worker is used again
        "TUNE_FUNCTION_THREAD_TIMEOUT_S": "120",
        "OMP_NUM_THREADS": threads,
        "MKL_NUM_THREADS": threads,
        "TOKENIZERS_PARALLELISM": "false",
        "HF_DATASETS_DISABLE_PROGRESS_BARS": "1",
        "RAY_CHDIR_TO_TRIAL_DIR": "0",
        **{name: os.environ[name] for name in _PASSED_ON if name in os.environ},
    }
    address = os.environ.get("RAY_ADDRESS")
    options: dict[str, Any] = {"address": address}
    if not address:
        cpus = None if concurrency is None else concurrency * resources.cpu
        options = {"address": "local", "include_dashboard": False, "num_cpus": cpus}
    try:
        ray.init(
            **options,
            runtime_env={"env_vars": variables},
            log_to_driver=False,
            logging_level=logging.ERROR,
            configure_logging=True,
        )
    except (ConnectionError, RuntimeError) as error:
        raise CairnError(f"no Ray cluster at {address or 'this machine'}: {error}") from error


def _quiet() -> None:
    for name in ("ray", "ray.tune", "ray.train", "ray.tune.tune", "ray.tune.execution.tune_controller"):
        logging.getLogger(name).setLevel(logging.CRITICAL)


@contextmanager
def terminated_like_interrupted() -> Iterator[None]:
    """SIGTERM (from `ray job stop`, a scheduler) does what Ctrl+C does: everything finished is kept.

    Ray sets a handler of its own when it starts, so this is entered before and after.
    """

    def interrupt(number: int, frame: object) -> None:
        if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as a shell has it for what runs in its background
            raise KeyboardInterrupt
        os.kill(os.getpid(), signal.SIGINT)

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
