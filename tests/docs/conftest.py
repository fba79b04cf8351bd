"""Pages whose examples are run: files are written, edits made, commands given, and what they print is compared."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("analysis", "evaluators", "experiments", "search_spaces", "trainables")
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Block(NamedTuple):
    """A fenced block: `python`, `toml` and `yaml` whose first line names a file, `diff`, `sh`, `text` (its output)."""

    language: str
    text: str


def blocks(page: Path) -> Iterator[Block]:
    for match in _BLOCK.finditer(page.read_text(encoding="utf-8")):
        yield Block(*match.groups())


@dataclass
class Reader:
    """Does what a page says, in a folder with the packages beside it."""

    folder: Path
    site: Path
    """Where `pip install` goes."""
    printed: str = ""

    def do(self, block: Block) -> None:
        named = re.match(r"# (\S+\.\w+)\n", block.text)
        if block.language == "sh":
            self.printed = self.run(block.text)
        elif block.language == "text":
            self._compare(block.text)
        elif block.language == "diff":
            self._edit(block.text)
        elif named:
            file = self.folder / named[1]
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(block.text, encoding="utf-8")

    def run(self, script: str) -> str:
        """What the commands print; they must succeed."""
        environment = {
            **os.environ,
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "PYTHONPATH": f"{self.folder}:{self.site}",
            "PIP_TARGET": str(self.site),
            "PIP_NO_INDEX": "1",
            "PIP_NO_BUILD_ISOLATION": "0",  # pip reads it as the value of build_isolation
            "COLUMNS": "200",
        }
        done = subprocess.run(
            ["bash", "-e"], input=script, cwd=self.folder, env=environment, capture_output=True, text=True, timeout=300
        )
        assert done.returncode == 0, f"{script}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def _compare(self, expected: str) -> None:
        for line in expected.splitlines():
            assert line in self.printed, f"the page promises {line!r}, but this was printed:\n{self.printed}"

    def _edit(self, diff: str) -> None:
        header, *hunks = diff.split("@@\n")
        found = re.search(r"^\+\+\+ b/(\S+)$", header, re.MULTILINE)
        assert found, header
        file = self.folder / found[1]
        text = file.read_text(encoding="utf-8")
        for hunk in hunks:
            lines = hunk.splitlines(keepends=True)
            before = "".join(line[1:] for line in lines if line[0] in " -")
            assert text.count(before) == 1, f"{found[1]} has this {text.count(before)} times:\n{before}"
            text = text.replace(before, "".join(line[1:] for line in lines if line[0] in " +"))
        file.write_text(text, encoding="utf-8")


@pytest.fixture
def examples_of() -> Callable[[str], list[Block]]:
    """The Python examples of a page that name a file."""

    def examples(name: str) -> list[Block]:
        found = blocks(ROOT / "docs" / name)
        return [block for block in found if block.language == "python" and block.text.startswith("# ")]

    return examples


@pytest.fixture
def read_page(tmp_path: Path) -> Callable[[str], Reader]:
    """`read_page("extending.md")` does all that a page of docs/ says, from top to bottom."""

    def read(name: str) -> Reader:
        reader = Reader(tmp_path / "work", tmp_path / "site")
        reader.folder.mkdir()
        for package in PACKAGES:
            _copy(ROOT / package, reader.folder / package)
        for block in blocks(ROOT / "docs" / name):
            reader.do(block)
        return reader

    return read


def _copy(package: Path, to: Path) -> None:
    """Python files are copied, so that a page may edit them; what is large is linked."""
    for file in package.rglob("*"):
        copy = to / file.relative_to(package)
        if file.is_file() and "__pycache__" not in file.parts:
            copy.parent.mkdir(parents=True, exist_ok=True)
            if file.suffix == ".py":
                copy.write_bytes(file.read_bytes())
            else:
                copy.symlink_to(file)
