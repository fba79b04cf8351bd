"""Masked language modelling mixed into a stage, so that the encoder keeps its languages while it learns English tasks.

(The "continue MLM" arm of the literature.) MLM is also a task like any other, `mlm`: a stage that trains on it anyway
keeps the share it has there.
"""

from __future__ import annotations

from dataclasses import dataclass

from search_spaces.chooser import Chooser, ask
from search_spaces.grid import check_grid
from search_spaces.plan import mixture

MLM = "mlm"


@dataclass(frozen=True, kw_only=True)
class MlmShares:
    """Shares of a stage's batches that may be masked language modelling; 0 mixes none in. The stage stays as long."""

    values: tuple[float, ...] = (0.0,)

    def __post_init__(self) -> None:
        check_grid("mlm_shares", self.values, allowed=lambda share: 0 <= share < 1, rule="from 0 to below 1")

    def draw(self, choose: Chooser, name: str, shares: tuple[tuple[str, float], ...]) -> tuple[tuple[str, float], ...]:
        """The mixture of one stage, with MLM mixed in as decided."""
        return with_mlm(shares, ask(choose, f"{name}.mlm_share", self.values))


def with_mlm(shares: tuple[tuple[str, float], ...], mlm_share: float) -> tuple[tuple[str, float], ...]:
    """The mixture with this share of MLM; unchanged if the share is 0 or the mixture has MLM already."""
    if mlm_share == 0 or MLM in dict(shares):
        return shares
    return mixture({MLM: mlm_share} | {task: share * (1 - mlm_share) for task, share in shares})
