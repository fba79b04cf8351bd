"""One experiment, as a typed, frozen value."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from experiments.spec.encoder_choice import EncoderChoice
from experiments.spec.settings import Analysis, Evaluation, Finals, Probes, Resources, Search, Tracking
from search_spaces.ladder import Ladder
from search_spaces.space import Space
from trainables.settings import Inference, Training

_NAME = r"^[A-Za-z0-9][A-Za-z0-9._-]*$"


class ExperimentSpec(BaseModel):
    """One experiment. Everything below the root is a plain dataclass of the package that uses it."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    name: Annotated[str, Field(pattern=_NAME)]
    """Of the run folder, `<runs>/<name>`."""
    suite: str
    encoder: EncoderChoice
    """A name, `{name, revision, pooling, trust_remote_code}`, or `{build: {recipe, texts}}`."""
    space: Space
    search: Search
    finals: Finals
    probes: Probes | None = None
    """None: nothing is probed."""
    ladder: Ladder = Ladder()
    training: Training = Training()
    evaluation: Evaluation = Evaluation()
    inference: Inference = Inference()
    analysis: Analysis = Analysis()
    resources: Resources = Resources()
    tracking: Tracking = Tracking()
    data: str | None = None
    """A mirror folder. `--data`, then the variable CAIRN_DATA, go before it; None: the hub, or the suite's own data."""
    targets: tuple[str, ...]
    """Target tasks; all of the suite's by default."""
    languages: tuple[str, ...] | None = None
    """Languages of the evaluation; None, written `all`: every one of the targets' for which there are data."""
    revisions: dict[str, str] = Field(default_factory=dict)
    """Data set on the hub -> commit, forty hex digits; others are asked for on the first start, and recorded."""
    runs: str = "runs"
    """Folder of run folders."""
    store: str | None = None
    """Folder of trained stages, shared by studies; `<runs>/store` by default."""
