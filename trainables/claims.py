"""Who may train a stage now. A claim saves work and is not needed for correctness: equal stages have equal names."""

from __future__ import annotations

import faulthandler
import logging
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from filelock import FileLock, Timeout

log = logging.getLogger(__name__)


class StageBusy(Exception):
    """Somebody else is training the stage. Not an error: come back later."""

    def __init__(self, key: str) -> None:
        super().__init__(f"the stage {key} is being trained elsewhere")
        self.key = key


class Claims(Protocol):
    """Something that hands out stages."""

    def claimed(self, key: str) -> AbstractContextManager[None]:
        """Hold the stage for the time of the `with`.

        Raises:
            StageBusy: somebody else holds it, and this does not wait.
        """
        ...


@dataclass(frozen=True)
class FileClaims:
    """Locks of the operating system, for the processes of one machine: they end with their process, SIGKILL included.

    Where the filesystem has no such locks nothing is held, and a stage may be trained twice.
    """

    folder: Path
    waits: bool = True
    """Wait until the stage is free, where nothing else could be done meanwhile."""

    @contextmanager
    def claimed(self, key: str) -> Iterator[None]:
        """See `Claims`."""
        self.folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self.folder / f"{key}.lock", poll_interval=0.1, fallback_to_soft=False)
        try:
            lock.acquire(blocking=False)
        except Timeout:
            if not self.waits:
                raise StageBusy(key) from None
            log.info("waiting for stage %s, which another process is training", key[:12])
            lock.acquire()
        except (OSError, NotImplementedError) as error:
            log.warning("%s has no locks (%s); equal stages may be trained twice", self.folder, error)
        try:
            yield
        finally:
            lock.release()


@dataclass(frozen=True)
class TimeLimit:
    """Ends the whole process, with the stacks of its threads, if a stage is held for too long: it hangs."""

    seconds: float | None

    @contextmanager
    def claimed(self, key: str) -> Iterator[None]:
        """See `Claims`."""
        if self.seconds is None:
            yield
            return
        faulthandler.dump_traceback_later(self.seconds, exit=True)
        try:
            yield
        finally:
            faulthandler.cancel_dump_traceback_later()


@dataclass(frozen=True)
class AllOf:
    """Holds a stage by several means at once."""

    claims: tuple[Claims, ...]

    @contextmanager
    def claimed(self, key: str) -> Iterator[None]:
        """See `Claims`."""
        with ExitStack() as held:
            for claims in self.claims:
                held.enter_context(claims.claimed(key))
            yield
