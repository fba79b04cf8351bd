from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from evaluators.task import Kind
from search_spaces.plan import Stage, mixture
from trainables.features import encode_for_training, finished
from trainables.feed import Feed
from trainables.loop import train
from trainables.model import MultiHeadModel
from trainables.settings import Training, as_key
from trainables.weights import load_weights, save_optimizer, save_weights


@pytest.fixture
def run(tiny: Any, tasks: Any, twelve: Any) -> Any:
    """Training options, and where to stop -> the encoder before and after, the model, and what training did."""

    def made(*, share: float, steps: int = 12, model: Any = None, first: int = 0, optimizer: Path | None = None) -> Any:
        training = Training(batch_size=4, max_length_tokens=32, trained_share=share)
        encoder = tiny("xlm-roberta")
        task = tasks[Kind.TAGS]
        model = model or MultiHeadModel(encoder, [task], 0)
        features = finished(encode_for_training(twelve(Kind.TAGS), task, encoder, training))
        feeds = {task.name: Feed(task, [("en", features)], encoder.tokenizer, training)}
        stage = Stage(mixture=mixture({task.name: 1.0}), learning_rate=1e-3, steps=12)
        before = {name: value.detach().clone() for name, value in model.named_parameters()}
        done = train(model, feeds, stage, training, seed=0, first_step=first, last_step=steps, optimizer_file=optimizer)
        after = {name: value.detach().clone() for name, value in model.named_parameters()}
        return before, after, model, done

    return made


def moved(before: Any, after: Any, *, encoder: bool) -> tuple[int, int]:
    names = [name for name in before if name.startswith("encoder.") == encoder]
    return sum(int((before[name] != after[name]).sum()) for name in names), sum(before[name].numel() for name in names)


@pytest.mark.parametrize("share", [0.01, 0.1])
def test_no_more_than_the_share_of_the_encoder_moves_and_the_head_moves_whole(run: Any, share: float) -> None:
    before, after, _, _ = run(share=share)
    changed, size = moved(before, after, encoder=True)
    assert 0.5 * share * size < changed <= round(share * size)
    head, of = moved(before, after, encoder=False)
    assert head == of


def test_all_weights_are_trained_by_default(run: Any) -> None:
    before, after, _, _ = run(share=1.0)
    changed, size = moved(before, after, encoder=True)
    assert changed > 0.3 * size


def test_the_chosen_weights_are_those_of_the_largest_first_gradient(run: Any) -> None:
    before, after, _, _ = run(share=1.0, steps=1)
    first, small, _, _ = run(share=0.02, steps=1)
    few = torch.cat([(first[n] != small[n]).flatten() for n in first if n.startswith("encoder.")])
    all_moved = torch.cat([(before[n] != after[n]).flatten() for n in before if n.startswith("encoder.")])
    assert not bool((few & ~all_moved).any())


def test_training_in_two_parts_moves_the_same_weights_bit_by_bit(run: Any, tmp_path: Path) -> None:
    _, whole, _, _ = run(share=0.05)
    _, _, half, done = run(share=0.05, steps=5)
    save_weights(half, tmp_path / "model")
    save_optimizer(done.optimizer, half, tmp_path / "optimizer")
    _, _, fresh, _ = run(share=0.05, steps=1)
    load_weights(fresh, tmp_path / "model")
    _, continued, _, _ = run(share=0.05, model=fresh, first=5, optimizer=tmp_path / "optimizer")
    assert all(torch.equal(whole[name], continued[name]) for name in whole)


def test_names_of_stages_that_train_everything_hold() -> None:
    assert "trained_share" not in as_key(Training(), ["mnli"])
    assert as_key(Training(trained_share=0.1), ["mnli"])["trained_share"] == 0.1


@pytest.mark.parametrize(
    ("given", "said"),
    [({"trained_share": 0.0}, "above 0"), ({"trained_share": 0.1, "weight_decay": 0.01}, "leave one")],
)
def test_a_share_that_makes_no_sense_is_refused(given: dict[str, float], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Training(**given)  # type: ignore[arg-type]
