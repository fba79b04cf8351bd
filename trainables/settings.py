"""How a stage is trained and how a model is asked: plain values, no torch.

`Training` holds everything that changes the numbers of a trained stage, and nothing else: it goes into the stage's key
(`as_key`, which leaves out the overrides of tasks that the stage does not train on). `Inference` changes what is read
out of a finished model, so it is no part of any key. Devices, threads and micro-batches change neither and are
arguments where they are used.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal, TypeAlias

Precision: TypeAlias = Literal["float32", "tf32", "bfloat16", "float16"]


@dataclass(frozen=True, kw_only=True)
class Masking:
    """Corruption for masked language modelling: a share of the tokens is selected; each is masked, replaced or kept."""

    selected: float = 0.15
    masked: float = 0.8
    replaced: float = 0.1
    replace_from: Literal["vocabulary", "batch", "document"] = "vocabulary"
    """Where a replacing token is drawn from: the vocabulary, or (harder) the batch, or (hardest) the same input."""

    def __post_init__(self) -> None:
        if not 0 < self.selected < 1:
            raise ValueError(f"masking selects {self.selected} of the tokens; give a share between 0 and 1")
        if min(self.masked, self.replaced) < 0 or self.masked + self.replaced > 1:
            raise ValueError(f"masked {self.masked} and replaced {self.replaced} are shares that sum to at most 1")


@dataclass(frozen=True, kw_only=True)
class TaskTraining:
    """What one training task does differently; None keeps the general setting."""

    batch_size: int | None = None
    max_length_tokens: int | None = None
    max_examples: int | None = None

    def __post_init__(self) -> None:
        for name in ("batch_size", "max_length_tokens", "max_examples"):
            value = getattr(self, name)
            if value is not None and value < 1:
                raise ValueError(f"{name} is {value}; it must be at least 1")


@dataclass(frozen=True, kw_only=True)
class Training:
    """How every stage is trained. Learning rate and number of steps belong to the stage (`search_spaces.plan`)."""

    batch_size: int = 32
    """Examples an update (questions for multiple choice, windows for long texts)."""
    max_length_tokens: int = 128
    schedule: Literal["constant", "linear"] = "constant"
    """After warm-up: stay at the peak, so that longer stages continue shorter ones, or decay to zero at the end."""
    warmup_steps: int = 0
    warmup_share: float = 0.0
    """Warm-up as a share of the stage's steps; for the linear schedule only, which knows its end."""
    weight_decay: float = 0.0
    """Not applied to biases and layer norms."""
    adam_betas: tuple[float, float] = (0.9, 0.999)
    adam_epsilon: float = 1e-8
    clip_norm: float = 1.0
    trained_share: float = 1.0
    """Of the encoder's weights, that a stage may change: those of the largest first gradient (`trainables.sparse`)."""
    precision: Precision = "float32"
    """Of the computation; weights and optimiser state are float32 always."""
    max_examples: int | None = None
    """At most this many training examples a task and language, chosen by a hash of their ids."""
    max_question_tokens: int = 64
    stride_tokens: int = 128
    """Distance between the starts of neighbouring windows of a context; at most two thirds of a window's room."""
    masking: Masking = Masking()
    balance_weight: float = 0.01
    """Weight of the experts' load-balancing loss; without effect on dense encoders."""
    router_z_weight: float = 0.001
    per_task: Mapping[str, TaskTraining] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("batch_size", "max_question_tokens", "stride_tokens"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} is {getattr(self, name)}; it must be at least 1")
        if self.max_length_tokens < 16:
            raise ValueError(f"max_length_tokens is {self.max_length_tokens}; a pair needs at least 16")
        if self.max_examples is not None and self.max_examples < 1:
            raise ValueError(f"max_examples is {self.max_examples}; it must be at least 1, or left out for all")
        if self.warmup_steps < 0 or not 0 <= self.warmup_share < 1:
            raise ValueError(f"warm-up is {self.warmup_steps} steps and a share of {self.warmup_share}; neither fits")
        if self.warmup_steps and self.warmup_share:
            raise ValueError("warmup_steps and warmup_share are both given; keep one")
        if self.warmup_share and self.schedule == "constant":
            raise ValueError("warmup_share needs the linear schedule; give warmup_steps with the constant one")
        if self.clip_norm <= 0 or self.weight_decay < 0:
            raise ValueError(
                f"clip_norm {self.clip_norm} must be positive, weight_decay {self.weight_decay} not negative"
            )

        if not 0 < self.trained_share <= 1:
            raise ValueError(f"trained_share is {self.trained_share}; give a share above 0, 1 for all weights")
        if self.trained_share < 1 and self.weight_decay:
            raise ValueError("weight_decay changes every weight and trained_share only some; leave one of them out")

    def of(self, task: str) -> Training:
        """The settings of one training task: the general ones with its overrides applied."""
        own = self.per_task.get(task, TaskTraining())
        chosen = {name: value for name, value in asdict(own).items() if value is not None}
        return replace(self, per_task={}, **chosen)

    def learning_rate_factor(self, step: int, steps: int) -> float:
        """Share of the peak learning rate at update number `step` (from 0) of a stage of `steps` updates."""
        warmup = self.warmup_steps or round(self.warmup_share * steps)
        if step < warmup:
            return (step + 1) / warmup
        if self.schedule == "constant":
            return 1.0
        return max(0.0, (steps - step) / max(1, steps - warmup))


@dataclass(frozen=True, kw_only=True)
class Hardware:
    """How a stage uses its devices. Up to rounding it changes no numbers, so it is no part of any key."""

    processes: int = 1
    """That train together, each on a whole device of one node."""
    activation_checkpointing: bool = False
    """Compute activations again on the way back instead of keeping them: about a third slower, for long inputs or large
    encoders."""


Pooling: TypeAlias = Literal["mean", "first"]
ProfileName: TypeAlias = Literal["xtreme-2020", "xtreme", "jiant-14-mean"]


@dataclass(frozen=True, kw_only=True)
class Retrieval:
    """How a sentence becomes a vector for retrieval without training."""

    profile: ProfileName = "xtreme-2020"
    """Where the fields that are left out come from (`trainables.profiles`)."""
    layer: int | None = None
    """Hidden layer, counted from 1 (0 is the embedding); None: the profile's."""
    pooling: Pooling | None = None
    """The mean over all real positions, special tokens included, or the first position; None: the profile's."""
    centred: bool = False
    """Subtract each side's mean vector first, which removes what only says the language."""
    max_length_tokens: int = 512

    def __post_init__(self) -> None:
        if self.layer is not None and self.layer < 0:
            raise ValueError(f"layer is {self.layer}; give 0 for the embedding, or the number of a layer")
        if self.max_length_tokens < 3:
            raise ValueError(f"max_length_tokens is {self.max_length_tokens}; a sentence needs at least 3")


@dataclass(frozen=True, kw_only=True)
class Inference:
    """How a finished model is asked."""

    batch_tokens: int = 8192
    """Padded tokens in one batch, at most (a single longer input still passes)."""
    best_spans: int = 20
    """Candidate starts and ends kept a window."""
    max_answer_tokens: int = 30
    retrieval: Retrieval = Retrieval()

    def __post_init__(self) -> None:
        for name in ("batch_tokens", "best_spans", "max_answer_tokens"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} is {getattr(self, name)}; it must be at least 1")


def as_key(training: Training, tasks: Iterable[str]) -> dict[str, Any]:
    """What a stage on these tasks depends on, as plain JSON values; equal where the training is equal."""
    general = asdict(replace(training, per_task={}))
    del general["per_task"]
    general["adam_betas"] = list(training.adam_betas)
    if training.trained_share == 1.0:
        del general["trained_share"]  # so that names from before there was such a choice hold
    resolved = {name: training.of(name) for name in sorted(tasks)}
    varying = ("batch_size", "max_length_tokens", "max_examples")
    for name in varying:
        del general[name]
    general["tasks"] = {task: {name: getattr(own, name) for name in varying} for task, own in resolved.items()}
    return general
