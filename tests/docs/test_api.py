"""docs/api.md is what the docstrings say, and its names can be imported."""

import importlib
import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def make_api() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_api", ROOT / "docs" / "make_api.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_is_up_to_date(make_api: ModuleType) -> None:
    assert make_api.PAGE.read_text(encoding="utf-8") == make_api.page(), "run `python docs/make_api.py`"


def test_every_name_can_be_imported_and_says_what_it_is(make_api: ModuleType) -> None:
    for files in make_api.SURFACE.values():
        for file, names in files.items():
            module = importlib.import_module(make_api.home(file))
            assert all(getattr(module, name).__doc__ for name in names)
