"""Single flight across workers, nodes and studies: who is training which stage.

A *lease* on a stage's name lasts while its holder's heartbeats arrive at one small named actor of the Ray cluster. A
holder that dies lets it run out; an actor that was killed comes back empty and grants nothing until every living
holder's next heartbeat has told it what is held. Only the actor's own clock is read, so clocks of nodes do not matter.

Leases save work. They are not needed for correctness, which content addressing gives: where the actor cannot be
reached, a stage may be trained twice.
"""

from __future__ import annotations

import hashlib
import logging
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import ray
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt, wait_fixed

from trainables.claims import StageBusy

log = logging.getLogger(__name__)

LEASE_SECONDS = 20.0
"""Without a heartbeat for so long a holder counts as dead."""
_BEATS = 5
"""Heartbeats in that time."""
_ANSWER_SECONDS = 5.0


def _given_up(state: RetryCallState) -> None:
    assert state.outcome is not None
    log.warning("the leases of stages cannot be asked (%s)", type(state.outcome.exception()).__name__)


_again = Retrying(
    retry=retry_if_exception_type((ray.exceptions.RayError, TimeoutError, ValueError)),
    stop=stop_after_attempt(3),
    wait=wait_fixed(0.3),  # the name of an actor that died lives on for a moment
    retry_error_callback=_given_up,
)
_NAMESPACE = "cairn"


@dataclass
class LeaseBook:
    """Who holds what. Pure; the actor is a shell around it."""

    seconds: float
    silent_until: float = 0.0
    """Before this moment nothing new is granted: after a restart the holders are not known yet."""
    clock: Callable[[], float] = time.monotonic
    _held: dict[str, tuple[str, float]] = field(default_factory=dict)
    """Stage -> holder, and when the lease runs out."""

    def acquire(self, key: str, holder: str) -> bool:
        """Take the lease, unless somebody living has it."""
        other = self._held.get(key)
        if other is None and self.clock() < self.silent_until:
            return False
        if other is not None and other[0] != holder and self.clock() < other[1]:
            return False
        self._held[key] = (holder, self.clock() + self.seconds)
        return True

    def beat(self, key: str, holder: str) -> bool:
        """The holder lives. False if the lease went to somebody else meanwhile."""
        other = self._held.get(key)
        if other is not None and other[0] != holder:
            return False
        self._held[key] = (holder, self.clock() + self.seconds)
        return True

    def release(self, key: str, holder: str) -> None:
        """Give the lease back."""
        if self._held.get(key, ("", 0.0))[0] == holder:
            del self._held[key]


class _Keeper:
    """The actor."""

    def __init__(self, seconds: float, recovering: bool) -> None:
        again = recovering or ray.get_runtime_context().was_current_actor_reconstructed
        self._book = LeaseBook(seconds, silent_until=time.monotonic() + seconds if again else 0.0)

    def acquire(self, key: str, holder: str) -> bool:
        return self._book.acquire(key, holder)

    def beat(self, key: str, holder: str) -> bool:
        return self._book.beat(key, holder)

    def release(self, key: str, holder: str) -> None:
        self._book.release(key, holder)


@cache
def leases_of(store: str) -> Leases:
    """The leases on a store's stages, found once in a worker and kept from turn to turn."""
    return Leases(store)


class Leases:
    """The leases on the stages of one store, from any process of the cluster."""

    def __init__(self, store: str, seconds: float = LEASE_SECONDS) -> None:
        self._name = f"leases {hashlib.sha256(store.encode()).hexdigest()[:16]}"
        self._seconds = seconds
        self._actor: Any = None

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Start the actor, unless there is one, and keep it: a driver does so around all its work."""
        self._actor = kept = self._find_or_start(recovering=False)
        try:
            yield
        finally:
            self._actor = None
            del kept  # the last handle that goes ends the actor

    @contextmanager
    def claimed(self, key: str) -> Iterator[None]:
        """Hold the stage.

        Raises:
            StageBusy: somebody living holds it.
        """
        holder = uuid.uuid4().hex
        if self._ask("acquire", key, holder) is False:
            raise StageBusy(key)
        over = threading.Event()
        threading.Thread(target=self._beat, args=(key, holder, over), daemon=True).start()
        try:
            yield
        finally:
            over.set()
            self._ask("release", key, holder)

    def _beat(self, key: str, holder: str, over: threading.Event) -> None:
        while not over.wait(self._seconds / _BEATS):
            self._ask("beat", key, holder)

    def _ask(self, what: str, key: str, holder: str) -> bool | None:
        """The actor's answer; None without a cluster, or if there is none in time."""
        return _again(self._ask_once, what, key, holder) if ray.is_initialized() else None

    def _ask_once(self, what: str, key: str, holder: str) -> bool:
        if self._actor is None:  # a driver keeps it: if there is none, it was lost
            self._actor = self._find_or_start(recovering=True)
        asked = getattr(self._actor, what).remote(key, holder)
        try:
            # not `ray.get`: a task that blocks in it lends its CPU to another, and too many would train at once
            answer: bool = asked.future().result(timeout=_ANSWER_SECONDS)
        except (ray.exceptions.RayError, TimeoutError):
            self._actor = None
            raise
        return answer

    def _find_or_start(self, *, recovering: bool) -> Any:
        # on the driver's node if it may, which is the last one to go; a worker's will do
        here = NodeAffinitySchedulingStrategy(ray.get_runtime_context().get_node_id(), soft=True)
        return (
            ray.remote(num_cpus=0, max_restarts=-1, max_task_retries=-1)(_Keeper)  # asking twice does no harm
            .options(name=self._name, namespace=_NAMESPACE, get_if_exists=True, scheduling_strategy=here)
            .remote(self._seconds, recovering)
        )
