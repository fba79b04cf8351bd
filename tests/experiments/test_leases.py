"""Leases in a living Ray: the actor, its death, the death of a holder."""

import os
import signal
import time
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest
import ray

from trainables.claims import StageBusy
from trainables.leases import Leases

SECONDS = 2.0


def wait_for(what: Callable[[], bool], seconds: float = 60.0) -> float:
    began = time.monotonic()
    while not what():
        assert time.monotonic() - began < seconds
        time.sleep(0.05)
    return time.monotonic() - began


def is_free(leases: Leases, key: str) -> bool:
    try:
        with leases.claimed(key):
            return True
    except StageBusy:
        return False


@ray.remote(num_cpus=0)
class Holder:
    """Holds a stage in a process of its own."""

    def hold(self, store: str) -> int:
        self.claim = Leases(store, SECONDS).claimed("stage")
        self.claim.__enter__()
        return os.getpid()


@pytest.fixture
def store(ray_room: int) -> str:
    return uuid.uuid4().hex


def test_a_stage_held_in_another_process_is_busy_until_it_is_given_back(store: str) -> None:
    leases = Leases(store, SECONDS)
    with leases.kept():
        holder = Holder.remote()
        ray.get(holder.hold.remote(store))
        time.sleep(2 * SECONDS)
        with pytest.raises(StageBusy, match="stage"), leases.claimed("stage"):
            pass
        assert is_free(leases, "another stage")
        others = Leases(uuid.uuid4().hex, SECONDS)
        with others.kept():
            assert is_free(others, "stage")


def test_a_killed_holder_loses_its_lease(store: str) -> None:
    leases = Leases(store, SECONDS)
    with leases.kept():
        holder = Holder.options(max_restarts=0).remote()
        os.kill(ray.get(holder.hold.remote(store)), signal.SIGKILL)
        wait_for(lambda: is_free(leases, "stage"))


def test_a_killed_actor_comes_back_and_hears_who_holds_what(store: str) -> None:
    leases = Leases(store, SECONDS)
    with leases.kept():
        holder = Holder.remote()
        ray.get(holder.hold.remote(store))
        ray.kill(leases._actor, no_restart=False)
        until = time.monotonic() + 3 * SECONDS
        while time.monotonic() < until:
            assert not is_free(leases, "stage"), "the holder lives"
        wait_for(lambda: is_free(leases, "another stage"))


def test_when_the_driver_that_owned_the_actor_ends_the_next_who_asks_starts_another(store: str) -> None:
    leases, other = Leases(store, SECONDS), Leases(store, SECONDS)
    with leases.kept():
        holder = Holder.remote()
        ray.get(holder.hold.remote(store))
        ray.kill(leases._actor, no_restart=True)
        until = time.monotonic() + 3 * SECONDS
        while time.monotonic() < until:
            assert not is_free(other, "stage"), "the holder lives, and has told the new actor so"
        wait_for(lambda: is_free(other, "another stage"))


def test_without_ray_nothing_is_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ray, "is_initialized", lambda: False)
    with Leases("store").claimed("stage"):
        assert is_free(Leases("store"), "stage")
