"""The one optimiser loop.

Every step draws its task by the mixture's shares, takes that task's next batch, and updates. All randomness is a
function of (seed, step): which task, which examples, which holes, which units drop out. So no random state is stored,
and training to step 300 in one go or in three gives the same weights, bit by bit on a CPU with a fixed number of
threads. The learning rate is constant after warm-up, or decays to zero at the stage's end.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from evaluators.errors import CairnError
from search_spaces.plan import Stage
from trainables.batches import Batch
from trainables.devices import own_randomness
from trainables.feed import Feed
from trainables.memory import MicroBatches
from trainables.model import MultiHeadModel
from trainables.precision import LossScale, computed_in
from trainables.ranks import Ranks
from trainables.seeds import derive
from trainables.settings import Training
from trainables.sparse import ChosenWeights
from trainables.weights import load_optimizer


class TrainingDiverged(CairnError):
    """The loss or the gradient is no longer a number. The trial fails with this reason; the search goes on."""


@dataclass(frozen=True, kw_only=True)
class Trained:
    """What a call of `train` did. The weights are in the model."""

    optimizer: torch.optim.Optimizer
    losses: Mapping[str, float]
    """Mean loss a task over the last tenth of these steps (over all where it does not occur there)."""
    examples: int
    shortened: Mapping[str, int]
    """Training examples a task that lost text because they were too long."""
    seconds: float


def train(
    model: MultiHeadModel,
    feeds: Mapping[str, Feed],
    stage: Stage,
    training: Training,
    *,
    seed: int,
    first_step: int = 0,
    last_step: int | None = None,
    optimizer_file: Path | None = None,
    micro_batches: MicroBatches | None = None,
    after_step: Callable[[int, torch.optim.Optimizer], None] | None = None,
    ranks: Ranks | None = None,
) -> Trained:
    """Train the model in place from `first_step` up to `last_step` (None: the end of the stage), where it is.

    `optimizer_file` is what `save_optimizer` wrote at `first_step`; it is needed for all steps but the first.
    `after_step` is told the steps done so far, after each but the last, and may save model and optimiser.
    `ranks` are the processes that train this together; None: this one alone.
    `micro_batches` cuts batches into parts that fit the device. Up to rounding it changes nothing but which units drop
    out: it learns sizes when memory runs out, and may come with some.

    Raises:
        TrainingDiverged: a loss or a gradient is not finite.
        TooLarge: not even one example of a task fits the device's memory.
    """
    micro_batches = MicroBatches() if micro_batches is None else micro_batches
    last_step = stage.steps if last_step is None else last_step
    if not 0 <= first_step < last_step <= stage.steps:
        raise ValueError(f"steps {first_step} to {last_step} are not within a stage of {stage.steps}")
    if (first_step > 0) != (optimizer_file is not None):
        raise ValueError("an optimiser file is needed exactly when training goes on after step 0")
    optimizer = new_optimizer(model, stage.learning_rate, training)
    if optimizer_file is not None:
        load_optimizer(optimizer, model, optimizer_file)

    ranks = ranks or Ranks()
    scale = LossScale(training.precision, optimizer)
    chosen = ChosenWeights(model.encoder, training.trained_share, optimizer)
    began, examples = time.perf_counter(), 0
    losses: list[tuple[str, float]] = []
    model.train()
    with own_randomness(model.device):
        for step, task, number in _schedule(stage, seed, first_step, last_step):
            batch = feeds[task].batch(seed, number).to(model.device)
            for group in optimizer.param_groups:
                group["lr"] = stage.learning_rate * training.learning_rate_factor(step, stage.steps)
            own_seed = derive(seed, "dropout", step, *([ranks.number] if ranks.number else []))
            add_up = partial(_add_up_gradient, model, batch, training, scale.scaler, ranks, own_seed)
            loss = ranks.add_up(model, micro_batches.run(task, batch.examples, add_up))
            scale.scaler.unscale_(optimizer)
            chosen.keep()
            norm = float(nn.utils.clip_grad_norm_(model.parameters(), training.clip_norm))
            if not math.isfinite(loss) or scale.is_exhausted or not (math.isfinite(norm) or scale.is_used):
                raise TrainingDiverged(_diverged(stage, step, task))
            scale.step(optimizer)
            chosen.note()
            losses.append((task, loss))
            examples += batch.examples
            if after_step is not None and step + 1 < last_step:
                after_step(step + 1, optimizer)
    return Trained(
        optimizer=optimizer,
        losses=_recent_means(losses),
        examples=examples,
        shortened={task: feeds[task].shortened for task in stage.tasks},
        seconds=time.perf_counter() - began,
    )


def new_optimizer(model: nn.Module, learning_rate: float, training: Training) -> torch.optim.AdamW:
    """AdamW; weight decay acts on matrices, not on biases and layer norms."""
    parameters = [parameter for parameter in model.parameters() if parameter.requires_grad]
    groups = [
        {"params": [p for p in parameters if p.ndim >= 2], "weight_decay": training.weight_decay},
        {"params": [p for p in parameters if p.ndim < 2], "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=learning_rate, betas=training.adam_betas, eps=training.adam_epsilon, fused=True)


def task_order(stage: Stage, seed: int, steps: int) -> list[str]:
    """The task of each step from 0 on. A longer order begins with the shorter ones."""
    edges = np.cumsum([share for _, share in stage.mixture])
    draws = np.random.default_rng(derive(seed, "tasks")).random(steps)
    places = np.minimum(np.searchsorted(edges, draws, side="right"), len(edges) - 1)
    return [stage.tasks[place] for place in places]


def _schedule(stage: Stage, seed: int, first_step: int, last_step: int) -> Iterator[tuple[int, str, int]]:
    """Step, task, and how many batches of that task came before."""
    seen = dict.fromkeys(stage.tasks, 0)
    for step, task in enumerate(task_order(stage, seed, last_step)):
        if step >= first_step:
            yield step, task, seen[task]
        seen[task] += 1


def _add_up_gradient(
    model: MultiHeadModel,
    batch: Batch,
    training: Training,
    scaler: torch.amp.GradScaler,
    ranks: Ranks,
    seed: int,
    size: int | None,
) -> float:
    """This rank's share of the batch's mean loss; its scaled gradient is added up from parts of `size` examples."""
    model.zero_grad(set_to_none=True)
    torch.manual_seed(seed)
    total = torch.zeros((), device=model.device)
    questions = batch.questions
    for part in ranks.own(batch, size):
        with computed_in(training.precision, model.device):
            loss: Tensor = model.loss(part, training) / questions
        scaler.scale(loss).backward()
        total += loss.detach()
    return float(total)


def _diverged(stage: Stage, step: int, task: str) -> str:
    return (
        f"training diverged: the loss of {task} is not a finite number at step {step} of {stage.steps} on "
        f"{'+'.join(stage.tasks)} at the learning rate {stage.learning_rate:g}; lower the rate or lengthen the warm-up"
    )


def _recent_means(losses: list[tuple[str, float]]) -> dict[str, float]:
    recent = losses[-max(1, len(losses) // 10) :]
    means = {}
    for task in dict.fromkeys(name for name, _ in losses):
        values = [loss for name, loss in recent if name == task] or [loss for name, loss in losses if name == task]
        means[task] = sum(values) / len(values)
    return means
