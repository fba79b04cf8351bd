"""A searcher whose every proposal trains all of its stages, with luck of its own: what sharing is compared with."""

from __future__ import annotations

from search_spaces.exhaustive import Draw
from search_spaces.plan import Plan
from search_spaces.searchers.protocol import History, Searcher


class Unshared:
    """Gives each proposal a seed that no other has."""

    def __init__(self, searcher: Searcher) -> None:
        self._searcher = searcher

    def propose(self, history: History) -> Draw | None:
        """The searcher's proposal, to be trained from the encoder on."""
        draw = self._searcher.propose(history)
        return None if draw is None else draw._replace(seed=1 + len(history.proposed))

    def best(self, history: History) -> Plan | None:
        """The searcher's pick."""
        return self._searcher.best(history)
