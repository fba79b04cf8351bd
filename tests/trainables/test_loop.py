from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from evaluators.gold import gold_of
from evaluators.task import Kind, Task
from search_spaces.plan import Stage, mixture
from trainables.batches import Batch
from trainables.devices import best_device
from trainables.encoder import Encoder
from trainables.features import encode_for_training, finished
from trainables.feed import Feed
from trainables.loop import TrainingDiverged, task_order, train
from trainables.memory import MicroBatches, TooLarge
from trainables.model import MultiHeadModel
from trainables.predict import predict
from trainables.settings import Training
from trainables.weights import load_weights, save_optimizer, save_weights
from trainables.work import Work

Twelve = Callable[[Kind], Any]
Tasks = dict[Kind, Task]


@pytest.fixture
def feeds(tiny: Callable[[str], Encoder], tasks: Tasks, twelve: Twelve) -> Callable[..., dict[str, Feed]]:
    def build(encoder: Encoder, training: Training, *kinds: Kind) -> dict[str, Feed]:
        made = {}
        for kind in kinds:
            task = tasks[kind]
            features = finished(encode_for_training(twelve(kind), task, encoder, training.of(task.name)))
            made[task.name] = Feed(task, [("en", features)], encoder.tokenizer, training)
        return made

    return build


def stage_of(steps: int, rate: float, *names: str) -> Stage:
    return Stage(mixture=mixture(dict.fromkeys(names, 1.0)), learning_rate=rate, steps=steps)


@pytest.mark.parametrize("kind", [Kind.PAIR, Kind.TAGS, Kind.SPAN, Kind.CHOICE])
@pytest.mark.parametrize("family", ["xlm-roberta", "mt5"])
def test_a_learner_overfits_twelve_examples(
    kind: Kind, family: str, tiny: Any, tasks: Tasks, twelve: Twelve, feeds: Any, training: Training
) -> None:
    encoder = tiny(family)
    model = MultiHeadModel(encoder, [tasks[kind]], 0)
    stage = stage_of(250, 1e-2, tasks[kind].name)
    train(model, feeds(encoder, training, kind), stage, training, seed=0)
    gold = [gold_of(example) for example in twelve(kind)]
    assert predict(model, tasks[kind], twelve(kind), "en", training) == gold


def test_masked_words_of_twelve_texts_are_learned(tiny: Any, tasks: Tasks, feeds: Any, training: Training) -> None:
    encoder = tiny("xlm-roberta")
    model = MultiHeadModel(encoder, [tasks[Kind.TEXT]], 0)
    feed = feeds(encoder, training, Kind.TEXT)
    first = train(model, feed, stage_of(300, 1e-2, "mlm"), training, seed=0, last_step=5).losses["mlm"]
    last = train(model, feed, stage_of(300, 1e-2, "mlm"), training, seed=0).losses["mlm"]
    assert last < first / 3


def parameters(model: MultiHeadModel) -> dict[str, Tensor]:
    return {name: parameter.detach().clone() for name, parameter in model.named_parameters()}


@pytest.mark.parametrize("schedule", ["constant", "linear"])
def test_300_steps_in_one_go_or_in_three_give_equal_weights_bit_by_bit(
    schedule: Any, tiny: Any, tasks: Tasks, feeds: Any, tmp_path: Path
) -> None:
    training = Training(batch_size=5, max_length_tokens=32, schedule=schedule, warmup_steps=10, weight_decay=0.01)
    kinds = (Kind.PAIR, Kind.TAGS, Kind.TEXT)
    stage = stage_of(300, 3e-3, *(tasks[kind].name for kind in kinds))

    def fresh(seed: int) -> tuple[MultiHeadModel, dict[str, Feed]]:
        encoder = tiny("xlm-roberta")
        encoder.dropout = 0.1
        for module in encoder.module.modules():
            if isinstance(module, torch.nn.Dropout):
                module.p = 0.1
        return MultiHeadModel(encoder, [tasks[kind] for kind in kinds], seed), feeds(encoder, training, *kinds)

    whole, feed = fresh(7)
    train(whole, feed, stage, training, seed=7)
    for first, last in ((0, 90), (90, 91), (91, 300)):
        torch.manual_seed(first)
        part, feed = fresh(7 if first == 0 else 99)
        state = None
        if first:
            load_weights(part, tmp_path / f"{first}.safetensors")
            state = tmp_path / f"{first}-optimizer.safetensors"
        trained = train(part, feed, stage, training, seed=7, first_step=first, last_step=last, optimizer_file=state)
        save_weights(part, tmp_path / f"{last}.safetensors")
        save_optimizer(trained.optimizer, part, tmp_path / f"{last}-optimizer.safetensors")
    one, three = parameters(whole), parameters(part)
    assert one.keys() == three.keys()
    assert all(torch.equal(one[name], three[name]) for name in one)
    other, feed = fresh(7)
    train(other, feed, stage, training, seed=8)
    embedding = "encoder.embeddings.word_embeddings.weight"
    assert not torch.equal(one[embedding], parameters(other)[embedding])


def test_training_leaves_the_callers_random_state_alone(
    tiny: Any, tasks: Tasks, feeds: Any, training: Training
) -> None:
    encoder = tiny("xlm-roberta")
    model = MultiHeadModel(encoder, [tasks[Kind.PAIR]], 0)
    torch.manual_seed(1)
    before = torch.get_rng_state()
    train(model, feeds(encoder, training, Kind.PAIR), stage_of(2, 1e-3, "pair"), training, seed=0)
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize("kind", [Kind.PAIR, Kind.TAGS, Kind.SPAN, Kind.CHOICE, Kind.TEXT])
def test_a_batch_in_parts_has_the_gradient_of_the_whole(kind: Kind, tiny: Any, tasks: Tasks, feeds: Any) -> None:
    training = Training(batch_size=8, max_length_tokens=32)
    encoder = tiny("xlm-roberta")
    model = MultiHeadModel(encoder, [tasks[kind]], 0)
    batch = feeds(encoder, training, kind)[tasks[kind].name].batch(0, 0)
    gradients = []
    for size in (None, 3):
        parts = list(batch.parts(size))
        assert [part.examples for part in parts] == ([8] if size is None else [3, 3, 2])
        model.zero_grad()
        sum(model.loss(part, training) for part in parts).backward()
        gradients.append([p.grad.clone() for p in model.parameters() if p.grad is not None])
    for whole, together in zip(*gradients, strict=True):
        torch.testing.assert_close(whole, together, atol=1e-4, rtol=1e-3)


def test_micro_batches_are_counted_as_one_step(tiny: Any, tasks: Tasks, feeds: Any, training: Training) -> None:
    losses = []
    for sizes in ({}, {"pair": 5}):
        encoder = tiny("xlm-roberta")
        model = MultiHeadModel(encoder, [tasks[Kind.PAIR]], 0)
        feed = feeds(encoder, training, Kind.PAIR)
        stage = stage_of(3, 1e-3, "pair")
        trained = train(model, feed, stage, training, seed=0, micro_batches=MicroBatches(sizes))
        assert trained.examples == 36
        losses.append(trained.losses["pair"])
    assert losses[0] == pytest.approx(losses[1], rel=1e-4)


def short_of_memory(monkeypatch: pytest.MonkeyPatch, room: int) -> list[int]:
    """A device that holds so many examples at once; how many were tried."""
    tried: list[int] = []
    loss = MultiHeadModel.loss

    def limited(self: MultiHeadModel, batch: Batch, training: Training) -> Tensor:
        tried.append(batch.examples)
        if batch.examples > room:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB")
        return loss(self, batch, training)

    monkeypatch.setattr(MultiHeadModel, "loss", limited)
    return tried


def test_a_batch_that_does_not_fit_is_halved_and_its_update_stays(
    tiny: Any, tasks: Tasks, feeds: Any, training: Training, monkeypatch: pytest.MonkeyPatch
) -> None:
    calm = replace(training, batch_size=12)
    models = []
    for room in (12, 4):
        with monkeypatch.context() as patch:
            tried, micro_batches = short_of_memory(patch, room), MicroBatches()
            encoder = tiny("xlm-roberta")
            for module in encoder.module.modules():
                if isinstance(module, torch.nn.Dropout):
                    module.p = 0.0
            model = MultiHeadModel(encoder, [tasks[Kind.PAIR]], 0)
            for module in model.modules():
                if isinstance(module, torch.nn.Dropout):
                    module.p = 0.0
            stage = stage_of(3, 1e-3, "pair")
            train(model, feeds(encoder, calm, Kind.PAIR), stage, calm, seed=0, micro_batches=micro_batches)
            models.append(parameters(model))
    assert tried == [12, 6, *[3] * 12]
    assert micro_batches.sizes == {"pair": 3}
    for name, tensor in models[0].items():
        torch.testing.assert_close(tensor, models[1][name], atol=2e-4, rtol=1e-3)


def test_an_example_that_does_not_fit_ends_the_stage_with_a_mend(
    tiny: Any, tasks: Tasks, feeds: Any, training: Training, monkeypatch: pytest.MonkeyPatch
) -> None:
    short_of_memory(monkeypatch, 0)
    encoder = tiny("xlm-roberta")
    model = MultiHeadModel(encoder, [tasks[Kind.PAIR]], 0)
    with pytest.raises(TooLarge, match=r"an example of pair does not fit .* lower max_length_tokens"):
        train(model, feeds(encoder, training, Kind.PAIR), stage_of(3, 1e-3, "pair"), training, seed=0)


def test_answers_are_those_of_smaller_batches_where_memory_runs_out(
    tiny: Any, tasks: Tasks, twelve: Twelve, training: Training, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = MultiHeadModel(tiny("xlm-roberta"), [tasks[Kind.PAIR]], 0)
    whole = predict(model, tasks[Kind.PAIR], twelve(Kind.PAIR), "en", training)
    forward, tried, work = MultiHeadModel.forward, [], Work()

    def limited(self: MultiHeadModel, batch: Batch) -> Tensor:
        tried.append(batch.mask.numel())
        if batch.mask.numel() > 64:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB")
        return forward(self, batch)

    monkeypatch.setattr(MultiHeadModel, "forward", limited)
    assert predict(model, tasks[Kind.PAIR], twelve(Kind.PAIR), "en", training, work=work) == whole
    assert max(tried) > 64
    assert work.inputs == 12, "what failed is not counted"


def test_a_loss_that_is_no_number_names_stage_step_and_task(
    tiny: Any, tasks: Tasks, feeds: Any, training: Training
) -> None:
    encoder = tiny("xlm-roberta")
    model = MultiHeadModel(encoder, [tasks[Kind.PAIR]], 0)
    feed = feeds(encoder, training, Kind.PAIR)
    with torch.no_grad():
        model.heads["pair"].linear.bias[0] = float("inf")
    before = parameters(model)
    with pytest.raises(TrainingDiverged, match=r"loss of pair .* at step 0 of 50 on pair at the learning rate 0.001"):
        train(model, feed, stage_of(50, 1e-3, "pair"), training, seed=0)
    assert all(torch.equal(before[name], tensor) for name, tensor in parameters(model).items())


def test_half_precision_keeps_weights_and_moments_in_float32(tiny: Any, tasks: Tasks, feeds: Any) -> None:
    training = Training(batch_size=12, max_length_tokens=32, precision="bfloat16")
    encoder = tiny("xlm-roberta")
    model = MultiHeadModel(encoder, [tasks[Kind.PAIR]], 0)
    trained = train(model, feeds(encoder, training, Kind.PAIR), stage_of(20, 1e-2, "pair"), training, seed=0)
    kept = [*model.parameters(), *(t for state in trained.optimizer.state.values() for t in state.values())]
    assert {tensor.dtype for tensor in kept} == {torch.float32}


def test_float16_scales_its_loss_skips_what_overflows_and_goes_on_from_a_file(
    tiny: Any, tasks: Tasks, feeds: Any, tmp_path: Path
) -> None:
    training = Training(batch_size=12, max_length_tokens=32, precision="float16")
    stage = stage_of(12, 1e-3, "pair")

    def fresh() -> MultiHeadModel:
        return MultiHeadModel(tiny("xlm-roberta"), [tasks[Kind.PAIR]], 0)

    def go(model: MultiHeadModel, first: int, last: int) -> torch.optim.Optimizer:
        state = tmp_path / "optimizer.safetensors" if first else None
        feed = feeds(model.loaded, training, Kind.PAIR)
        done = train(model, feed, stage, training, seed=0, first_step=first, last_step=last, optimizer_file=state)
        save_optimizer(done.optimizer, model, tmp_path / "optimizer.safetensors")
        return done.optimizer

    whole, halves = fresh(), fresh()
    go(whole, 0, 12)
    first = go(halves, 0, 6)
    scale, growth = first.param_groups[0]["loss_scale"].tolist()
    assert 0 < growth <= 6 and scale >= 1
    go(halves, 6, 12)
    assert all(torch.equal(tensor, parameters(halves)[name]) for name, tensor in parameters(whole).items())

    stored = load_file(tmp_path / "optimizer.safetensors")
    save_file({**stored, "loss_scale": torch.tensor([2.0**60, 0.0])}, tmp_path / "optimizer.safetensors")
    before = {name: tensor.clone() for name, tensor in parameters(halves).items()}
    skipped = go(halves, 6, 7)
    assert all(torch.equal(tensor, parameters(halves)[name]) for name, tensor in before.items())
    assert skipped.param_groups[0]["loss_scale"].tolist() == [2.0**59, 0.0]


def test_float16_that_overflows_at_every_scale_has_diverged(tiny: Any, tasks: Tasks, feeds: Any) -> None:
    training = Training(batch_size=12, max_length_tokens=32, precision="float16")
    model = MultiHeadModel(tiny("xlm-roberta"), [tasks[Kind.PAIR]], 0)
    model.heads["pair"].register_full_backward_hook(lambda head, wanted, given: tuple(g * float("inf") for g in wanted))
    with pytest.raises(TrainingDiverged, match="loss of pair"):
        train(model, feeds(model.loaded, training, Kind.PAIR), stage_of(50, 1e-3, "pair"), training, seed=0)


def test_tf32_is_the_libraries_setting_for_the_time_of_training_only(tiny: Any, tasks: Tasks, feeds: Any) -> None:
    seen: list[str] = []

    class Watched(MultiHeadModel):
        def loss(self, batch: Batch, training: Training) -> Tensor:
            seen.append(torch.backends.cuda.matmul.fp32_precision)
            return super().loss(batch, training)

    before = torch.backends.cuda.matmul.fp32_precision
    for precision in ("tf32", "float32"):
        training = Training(batch_size=12, max_length_tokens=32, precision=precision)
        model = Watched(tiny("xlm-roberta"), [tasks[Kind.PAIR]], 0)
        train(model, feeds(model.loaded, training, Kind.PAIR), stage_of(1, 1e-3, "pair"), training, seed=0)
    assert seen == ["tf32", "ieee"]
    assert torch.backends.cuda.matmul.fp32_precision == before


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
def test_a_gpu_learns_and_goes_on_from_a_file(
    tiny: Any, tasks: Tasks, twelve: Twelve, feeds: Any, tmp_path: Path
) -> None:
    training = Training(batch_size=12, max_length_tokens=32, precision="bfloat16")
    stage = stage_of(250, 1e-2, "pair")
    for first, last in ((0, 50), (50, 250)):
        encoder = tiny("xlm-roberta")
        model = MultiHeadModel(encoder, [tasks[Kind.PAIR]], 0).to(best_device())
        state = None
        if first:
            load_weights(model, tmp_path / "w.safetensors")
            state = tmp_path / "o.safetensors"
        feed = feeds(encoder, training, Kind.PAIR)
        trained = train(model, feed, stage, training, seed=0, first_step=first, last_step=last, optimizer_file=state)
        save_weights(model, tmp_path / "w.safetensors")
        save_optimizer(trained.optimizer, model, tmp_path / "o.safetensors")
    gold = [gold_of(example) for example in twelve(Kind.PAIR)]
    assert predict(model, tasks[Kind.PAIR], twelve(Kind.PAIR), "en", training) == gold


def test_steps_outside_the_stage_are_refused(tiny: Any, tasks: Tasks, feeds: Any, training: Training) -> None:
    encoder = tiny("xlm-roberta")
    model = MultiHeadModel(encoder, [tasks[Kind.PAIR]], 0)
    feed = feeds(encoder, training, Kind.PAIR)
    with pytest.raises(ValueError, match="not within a stage of 5"):
        train(model, feed, stage_of(5, 1e-3, "pair"), training, seed=0, last_step=6)
    with pytest.raises(ValueError, match="optimiser file"):
        train(model, feed, stage_of(5, 1e-3, "pair"), training, seed=0, first_step=2)


def test_tasks_are_drawn_by_their_share_and_a_longer_stage_begins_like_a_shorter_one() -> None:
    stage = Stage(mixture=mixture({"a": 3.0, "b": 1.0}), learning_rate=1.0, steps=4000)
    order = task_order(stage, 0, 4000)
    assert Counter(order)["a"] == pytest.approx(3000, abs=120)
    assert task_order(replace(stage, steps=10), 0, 10) == order[:10]


def test_a_head_depends_on_seed_and_name_alone(tiny: Any, tasks: Tasks) -> None:
    alone = MultiHeadModel(tiny("xlm-roberta"), [tasks[Kind.TAGS]], 5)
    torch.manual_seed(123)
    beside = MultiHeadModel(tiny("xlm-roberta"), [tasks[Kind.PAIR], tasks[Kind.TAGS]], 5)
    other = MultiHeadModel(tiny("xlm-roberta"), [tasks[Kind.TAGS]], 6)
    weight = alone.heads["tags"].linear.weight
    assert torch.equal(weight, beside.heads["tags"].linear.weight)
    assert not torch.equal(weight, other.heads["tags"].linear.weight)


def test_experts_losses_are_added_for_sparse_encoders(tiny: Any, tasks: Tasks, feeds: Any, training: Training) -> None:
    encoder = tiny("switch")
    model = MultiHeadModel(encoder, [tasks[Kind.PAIR]], 0).eval()
    batch = feeds(encoder, training, Kind.PAIR)["pair"].batch(0, 0)
    with torch.no_grad():
        without = float(model.loss(batch, replace(training, balance_weight=0.0, router_z_weight=0.0)))
        balanced = float(model.loss(batch, replace(training, balance_weight=1.0, router_z_weight=0.0)))
    assert balanced - without >= 0.99 * batch.questions
