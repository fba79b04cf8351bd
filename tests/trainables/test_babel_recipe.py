import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from evaluators.errors import CairnError, UnknownName
from trainables import babel_recipe
from trainables.babel_recipe import RECIPES, TOLERANCE, Alignment, build_babel, check_babel, recorded
from trainables.encoder import load_encoder
from trainables.encoder_source import SHIPPED, EncoderSource

SHIPPED_XLMR = SHIPPED / "babel-xlmr"
UNTRAINED_CENTRED = 17.0
"""What the same network finds before it is trained, about."""


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


def test_a_short_build_is_complete_and_says_how_well_it_aligns(tmp_path: Path, cache: Path) -> None:
    folder = tmp_path / "encoder"
    found = build_babel(folder, cache, steps=5, documents=500)
    files = {path.name for path in folder.iterdir()}
    assert {"config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json", "alignment.json"} <= files
    assert recorded(folder) == found
    assert set(found.by_language) == {"qda", "qro", "qsl", "qin", "qse"}
    with pytest.raises(CairnError, match="points at most"):
        check_babel(folder, cache, SHIPPED_XLMR)


@pytest.mark.parametrize("name", ["babel-xlmr", "babel-xmod"])
def test_the_shipped_encoder_is_what_its_record_says(name: str, cache: Path) -> None:
    found = babel_recipe.alignment(EncoderSource(name=name), cache)
    expected = recorded(SHIPPED / name)
    assert found.centred == pytest.approx(expected.centred, abs=1)
    assert found.plain == pytest.approx(expected.plain, abs=1)
    assert check_babel(SHIPPED / name, cache, SHIPPED / name)[0] == found


@pytest.mark.parametrize("name", RECIPES)
def test_every_shipped_encoder_follows_its_recipe_is_small_and_beats_the_untrained(name: str) -> None:
    folder = SHIPPED / name
    built = json.loads((folder / "build.json").read_text())
    assert built["recipe"] == asdict(RECIPES[name])
    assert sum(path.stat().st_size for path in folder.iterdir()) < 2_000_000
    assert recorded(folder).centred > 2 * UNTRAINED_CENTRED


@pytest.mark.parametrize("name", ["babel-mbert", "babel-mt5", "babel-xmod"])
def test_a_family_is_built_by_the_same_recipe(name: str, tmp_path: Path, cache: Path) -> None:
    build_babel(tmp_path / "built", cache, name, steps=2, documents=200)
    built = load_encoder(EncoderSource(name=str(tmp_path / "built")))
    assert built.family == load_encoder(EncoderSource(name=name)).family
    assert json.loads((tmp_path / "built" / "build.json").read_text())["recipe"]["steps"] == 2


def test_an_encoder_that_babel_has_not_is_told(tmp_path: Path, cache: Path) -> None:
    with pytest.raises(UnknownName, match="did you mean babel-xlmr"):
        build_babel(tmp_path / "built", cache, "babel-xlm")


def test_a_rebuild_within_the_tolerance_passes(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = recorded(SHIPPED_XLMR)

    def near(encoder: EncoderSource, cache: Path) -> Alignment:
        return replace(expected, centred=expected.centred - TOLERANCE + 0.1)

    monkeypatch.setattr(babel_recipe, "alignment", near)
    assert check_babel(tmp_path, cache, SHIPPED_XLMR)[1] == expected
