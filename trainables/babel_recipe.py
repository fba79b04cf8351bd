"""The encoder of the offline suite: its recipe, its building, and the check that a rebuilt one is as good.

`babel-xlmr` is a two-layer XLM-R of 156 thousand parameters, trained for 16,000 steps on the suite's own text. Three
settings make languages meet at this size: large initial weights, much corruption by replacement (which asks for words
that fit, not only for words that are missing), and translations read side by side.

Training differs in the last digits between machines and library versions, and 16,000 steps make much of little. So a
rebuilt encoder is compared by what it is for: how many sentences find their translation among the suite's Tatoeba
sentences for development, with each language's mean removed, which varies far less between runs than plain cosine.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from evaluators.babel.suite import BABEL
from evaluators.babel.text import DOCUMENTS, pretraining_text
from evaluators.errors import CairnError, UnknownName
from evaluators.reading import read
from evaluators.source import DataSource
from evaluators.task import score
from trainables.babel_families import FAMILIES, write_family
from trainables.build import build_encoder
from trainables.encoder import load_encoder
from trainables.encoder_source import SHIPPED, EncoderSource
from trainables.model import MultiHeadModel
from trainables.predict import predict
from trainables.recipe import Recipe
from trainables.settings import Inference, Masking, Retrieval, Training

RECIPE = Recipe(
    layers=2,
    hidden=64,
    heads=4,
    feed_forward=128,
    vocabulary=1200,
    init_std=0.06,
    steps=16_000,
    learning_rate=4e-3,
    batch_size=32,
    warmup_share=0.06,
    masking=Masking(selected=0.3, masked=0.6, replaced=0.3, replace_from="document"),
    seed=0,
)

RECIPES: Mapping[str, Recipe] = {
    "babel-xlmr": RECIPE,
    **{f"babel-xlmr-{width}": replace(RECIPE, hidden=width, feed_forward=2 * width) for width in (24, 32, 48, 96)},
    **{name: RECIPE for name in FAMILIES},
}
"""Of every shipped encoder. Of a family's, shape and tokenizer are its own."""

RETRIEVAL_LAYER = 2
"""Where the languages of `babel-xlmr` meet. It differs between checkpoints."""

TOLERANCE = 10.0
"""By how many points a rebuilt encoder's retrieval may differ from the recorded value."""

_RECORD = "alignment.json"


@dataclass(frozen=True, kw_only=True)
class Alignment:
    """Share of development sentences that find their translation, in percent, averaged over languages."""

    layer: int
    plain: float
    """By cosine, as Tatoeba is scored."""
    centred: float
    """With each language's mean removed."""
    by_language: Mapping[str, float]
    """Centred, language by language."""


def build_babel(
    folder: Path, cache: Path, name: str = "babel-xlmr", *, steps: int | None = None, documents: int = DOCUMENTS
) -> Alignment:
    """Build an encoder in `folder` and record its alignment beside it. `cache` keeps the suite's files.

    Raises:
        UnknownName: the suite has no encoder of this name.
    """
    if name not in RECIPES:
        raise UnknownName("encoder that can be built for babel", name, RECIPES)
    recipe = replace(RECIPES[name], steps=steps or RECIPES[name].steps)
    with tempfile.TemporaryDirectory() as temporary:
        untrained = write_family(name, SHIPPED / "babel-xlmr", Path(temporary) / name) if name in FAMILIES else None
        build_encoder(recipe, pretraining_text(recipe.seed, documents), folder, untrained)
    found = alignment(EncoderSource(name=str(folder)), cache)
    (folder / _RECORD).write_text(json.dumps(asdict(found), indent=2) + "\n")
    return found


def check_babel(folder: Path, cache: Path, shipped: Path) -> tuple[Alignment, Alignment]:
    """The alignment of the encoder in `folder`, and that recorded for the shipped one.

    Raises:
        CairnError: they are further apart than the tolerance.
    """
    expected = recorded(shipped)
    found = alignment(EncoderSource(name=str(folder)), cache)
    if abs(found.centred - expected.centred) > TOLERANCE:
        raise CairnError(
            f"the encoder in {folder} finds {found.centred:.1f} % of the translations and the shipped one "
            f"{expected.centred:.1f} %; they should differ by {TOLERANCE:g} points at most. Build it again, on one "
            "thread and with the pinned library versions"
        )
    return found, expected


def recorded(folder: Path) -> Alignment:
    """The alignment written beside an encoder when it was built."""
    return Alignment(**json.loads((folder / _RECORD).read_text()))


def alignment(encoder: EncoderSource, cache: Path) -> Alignment:
    """How well the encoder finds translations on the suite's development half."""
    plain, centred = (_retrieval(encoder, cache, centred=centred) for centred in (False, True))
    return Alignment(
        layer=RETRIEVAL_LAYER,
        plain=_mean(plain),
        centred=_mean(centred),
        by_language=centred,
    )


def _retrieval(encoder: EncoderSource, cache: Path, *, centred: bool) -> Mapping[str, float]:
    assert BABEL.mirror is not None
    data = DataSource(root=BABEL.mirror(cache))
    task = BABEL.target("tatoeba")
    model = MultiHeadModel(load_encoder(encoder), [], seed=0)
    inference = Inference(retrieval=Retrieval(layer=RETRIEVAL_LAYER, centred=centred))
    found = {}
    for language in task.languages("dev"):
        examples = read(task, "dev", language, data).examples
        predicted = predict(model, task, examples, language, Training(), inference)
        found[language] = round(score(task, examples, predicted, language)["accuracy"], 2)
    return found


def _mean(values: Mapping[str, float]) -> float:
    return round(sum(values.values()) / len(values), 2)
