"""How a signal ends a run."""

import os
import signal
from collections.abc import Iterator
from typing import Any

import pytest

from experiments.ray_session import terminated_like_interrupted


@pytest.fixture
def on_interrupt() -> Iterator[Any]:
    before = signal.getsignal(signal.SIGINT)
    yield lambda handler: signal.signal(signal.SIGINT, handler)
    signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize("handler", [signal.default_int_handler, signal.SIG_IGN], ids=["foreground", "background"])
def test_a_termination_is_an_interruption_also_where_the_shell_ignores_those(on_interrupt: Any, handler: Any) -> None:
    on_interrupt(handler)
    with pytest.raises(KeyboardInterrupt), terminated_like_interrupted():
        os.kill(os.getpid(), signal.SIGTERM)
        signal.pause()


def test_who_handles_interruptions_hears_of_a_termination(on_interrupt: Any) -> None:
    heard = []
    on_interrupt(lambda number, frame: heard.append(number))
    with terminated_like_interrupted():
        os.kill(os.getpid(), signal.SIGTERM)
    assert heard == [signal.SIGINT]
