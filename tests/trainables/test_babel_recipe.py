import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from evaluators.errors import CairnError
from trainables import babel_recipe
from trainables.babel_recipe import RECIPE, TOLERANCE, Alignment, build_babel, check_babel, recorded
from trainables.encoder_source import SHIPPED, EncoderSource

SHIPPED_XLMR = SHIPPED / "babel-xlmr"


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


def test_a_short_build_is_complete_and_says_how_well_it_aligns(tmp_path: Path, cache: Path) -> None:
    folder = tmp_path / "encoder"
    found = build_babel(folder, cache, replace(RECIPE, steps=5), documents=500)
    files = {path.name for path in folder.iterdir()}
    assert {"config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json", "alignment.json"} <= files
    assert recorded(folder) == found
    assert set(found.by_language) == {"qda", "qro", "qsl", "qin", "qse"}
    with pytest.raises(CairnError, match="points at most"):
        check_babel(folder, cache, SHIPPED_XLMR)


def test_the_shipped_encoder_is_what_its_record_says(cache: Path) -> None:
    found = babel_recipe.alignment(EncoderSource(name="babel-xlmr"), cache)
    expected = recorded(SHIPPED_XLMR)
    assert found.centred == pytest.approx(expected.centred, abs=1)
    assert found.plain == pytest.approx(expected.plain, abs=1)
    assert check_babel(SHIPPED_XLMR, cache, SHIPPED_XLMR)[0] == found


def test_the_shipped_encoder_follows_the_recipe_and_is_small() -> None:
    built = json.loads((SHIPPED_XLMR / "build.json").read_text())
    assert built["recipe"] == asdict(RECIPE)
    assert sum(path.stat().st_size for path in SHIPPED_XLMR.iterdir()) < 1_000_000


def test_a_rebuild_within_the_tolerance_passes(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = recorded(SHIPPED_XLMR)

    def near(encoder: EncoderSource, cache: Path) -> Alignment:
        return replace(expected, centred=expected.centred - TOLERANCE + 0.1)

    monkeypatch.setattr(babel_recipe, "alignment", near)
    assert check_babel(tmp_path, cache, SHIPPED_XLMR)[1] == expected
