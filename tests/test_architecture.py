"""The borders of the house: imports go one way, and the light parts load neither torch nor ray."""

import ast
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MAY_IMPORT = {
    "search_spaces": set(),
    "evaluators": set(),
    "trainables": {"evaluators", "search_spaces"},
    "analysis": {"evaluators", "search_spaces"},
    "experiments": {"evaluators", "search_spaces", "trainables", "analysis"},
}
HOMES = {
    "torch": ("trainables/",),
    "transformers": ("trainables/",),
    "ray": (
        *("trainables/trial.py", "trainables/leases.py", "trainables/nodes.py"),
        *("experiments/ray_session.py", "experiments/running/", "experiments/finals/", "experiments/jobs/"),
    ),
}
FILES = sorted(path for package in MAY_IMPORT for path in (ROOT / package).rglob("*.py"))


def imported_modules(path: Path) -> set[str]:
    """Dotted names, also of imports inside functions; of `from a import b`, `a.b`."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def imported(path: Path) -> set[str]:
    return {name.split(".")[0] for name in imported_modules(path)}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_go_one_way(path: Path) -> None:
    package = path.relative_to(ROOT).parts[0]
    siblings = (imported(path) & set(MAY_IMPORT)) - {package}
    assert siblings <= MAY_IMPORT[package]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_torch_and_ray_stay_in_their_homes(path: Path) -> None:
    place = path.relative_to(ROOT).as_posix()
    for library, homes in HOMES.items():
        if library in imported(path):
            assert place.startswith(homes), f"{place} imports {library}"


def test_rooms_of_experiments_do_not_import_in_circles() -> None:
    """A room is a folder; a file beside the rooms is one of its own."""
    rooms: dict[str, set[str]] = {}
    for path in (ROOT / "experiments").rglob("*.py"):
        room = path.relative_to(ROOT / "experiments").parts[0].removesuffix(".py")
        names = [name.split(".") for name in imported_modules(path)]
        rooms.setdefault(room, set()).update(name[1] for name in names if name[0] == "experiments" and name[1] != room)
    TopologicalSorter(rooms).prepare()  # raises a CycleError with the rooms that make a circle


@pytest.mark.parametrize("module", ["search_spaces", "evaluators", "analysis", "experiments.cli"])
def test_light_parts_load_neither_torch_nor_ray(module: str) -> None:
    package = module.split(".")[0]
    code = (
        "import importlib, pkgutil, sys\n"
        f"package = importlib.import_module({package!r})\n"
        f"names = [{module!r}] if {module!r} != {package!r} else\\\n"
        "    [m.name for m in pkgutil.walk_packages(package.__path__, package.__name__ + '.')]\n"
        "for name in names: importlib.import_module(name)\n"
        "heavy = {'torch', 'ray', 'transformers'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)
