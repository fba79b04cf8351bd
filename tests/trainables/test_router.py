from __future__ import annotations

import math

import pytest
import torch

from trainables.router import balance_loss, router_z_loss


def test_balanced_experts_lose_one_and_a_single_favourite_their_number() -> None:
    spread = torch.eye(4)[None] * 50
    favourite = torch.tensor([[50.0, 0.0, 0.0, 0.0]]).expand(1, 4, 4)
    mask = torch.ones((1, 4), dtype=torch.long)
    assert float(balance_loss([spread], mask, 1)) == pytest.approx(1.0, rel=1e-4)
    assert float(balance_loss([favourite], mask, 1)) == pytest.approx(4.0, rel=1e-4)


def test_padding_does_not_count() -> None:
    logits = torch.tensor([[[50.0, 0.0], [0.0, 50.0], [50.0, 0.0], [50.0, 0.0]]])
    mask = torch.tensor([[1, 1, 0, 0]])
    assert float(balance_loss([logits], mask, 1)) == pytest.approx(1.0, rel=1e-4)


def test_the_z_loss_is_the_mean_square_of_the_log_normaliser() -> None:
    logits = torch.zeros((1, 3, 4))
    mask = torch.ones((1, 3), dtype=torch.long)
    assert float(router_z_loss([logits, logits], mask)) == pytest.approx(math.log(4) ** 2, rel=1e-5)
