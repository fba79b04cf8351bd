from pathlib import Path

import pytest

from evaluators.babel.mirror import build_mirror
from evaluators.source import DataSource


@pytest.fixture(scope="session")
def mirror(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_mirror(tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="session")
def data(mirror: Path) -> DataSource:
    return DataSource(root=mirror).unsealed()
