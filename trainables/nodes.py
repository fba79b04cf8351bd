"""What a worker knows of the node it runs on."""

from __future__ import annotations

import time
from functools import cache, lru_cache

import ray

_ASK_SECONDS = 5.0
"""Between two questions to the cluster."""


def node_leaves() -> bool:
    """Has this node been told to go (a spot machine taken back, a cluster that shrinks)? Up to five seconds old.

    Ray answers through a call that Ray Train uses, too, and that is no public interface; where it fails, the answer is
    no: then a part of the stage is kept at its usual time.
    """
    return ray.is_initialized() and _leaves(int(time.monotonic() / _ASK_SECONDS))


@lru_cache(maxsize=1)
def _leaves(moment: int) -> bool:
    try:
        return _own_node() in ray._private.state.state.get_draining_nodes()
    except Exception:
        return False


@cache
def _own_node() -> str:
    return str(ray.get_runtime_context().get_node_id())
