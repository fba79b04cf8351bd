"""`cairn babel build` and `cairn encoder build`: encoders made from text."""

from __future__ import annotations

import json
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from evaluators.errors import CairnError
from evaluators.suites import find_suite, known_suites
from experiments.spec import SpecError
from experiments.spec.encoder_choice import Build, TextSource, texts_of_build
from experiments.spec.mistakes import from_validation, near, said
from experiments.spec.names import wrong_texts
from experiments.spec.reading import message
from experiments.spec.strict_yaml import Mistake, parse
from experiments.study import data_source
from trainables.encoder_source import SHIPPED
from trainables.recipe import Recipe


class EncoderSpec(BaseModel):
    """An encoder to be built: a recipe and its texts. The tasks that texts come from are those of a suite."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    recipe: Recipe
    texts: tuple[TextSource, ...]
    suite: str = "babel"
    data: str | None = None


def build_from_spec(path: Path, folder: Path, data: Path | None) -> Path:
    """Build the encoder that a YAML file describes; the folder that holds it.

    Raises:
        CairnError: the spec has mistakes, the texts are missing, or the folder is in use.
    """
    spec = _load(path)
    from trainables.build import build_encoder

    suite = find_suite(spec.suite)
    source = data_source(suite, spec.data, data, cache=folder.absolute().parent / "cache")
    texts = texts_of_build(Build(recipe=spec.recipe, texts=spec.texts), suite, source)
    return build_encoder(spec.recipe, texts, folder.absolute())


def build_babel_encoder(folder: Path, cache: Path, name: str = "babel-xlmr") -> str:
    """Rebuild one of the offline suite's encoders and compare it with the shipped one; what came out, in a line."""
    from trainables.babel_recipe import build_babel, check_babel

    built = build_babel(folder.absolute(), cache.absolute(), name)
    if not (SHIPPED / name / "alignment.json").is_file():
        return (
            f"{folder}: finds {built.centred:.1f} % of the translations (there is no shipped encoder to compare with)"
        )
    found, expected = check_babel(folder.absolute(), cache.absolute(), SHIPPED / name)
    return f"{folder}: finds {found.centred:.1f} % of the translations, the shipped encoder {expected.centred:.1f} %"


def _load(path: Path) -> EncoderSpec:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CairnError(f"the spec {path} cannot be read: {error}") from None
    document = parse(text)
    if not isinstance(document.value, dict):
        missing = Mistake((), f"found {said(document.value)}; an encoder's spec has the keys recipe and texts")
        raise SpecError(message(document, document.mistakes or [missing], path.name))
    mistakes = [*document.mistakes]
    spec = None
    try:
        spec = EncoderSpec.model_validate_json(json.dumps(document.value))
    except ValidationError as error:
        mistakes += from_validation(error, EncoderSpec)
    name = document.value.get("suite", "babel")
    if isinstance(name, str) and name not in known_suites():
        mistakes.append(Mistake(("suite",), f"there is no suite {name!r}{near(name, list(known_suites()))}"))
    mistakes += wrong_texts(
        document.value.get("texts"), known_suites().get(name) if isinstance(name, str) else None, ("texts",)
    )
    if mistakes:
        raise SpecError(message(document, mistakes, path.name))
    assert spec is not None
    return spec
