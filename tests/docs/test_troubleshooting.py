"""Every message on docs/troubleshooting.md is still said, and what a run can end with is on the page."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "troubleshooting.md").read_text(encoding="utf-8")
FILES = [
    file
    for package in ("analysis", "evaluators", "experiments", "search_spaces", "trainables")
    for file in sorted((ROOT / package).rglob("*.py"))
]
WHOLE = [
    *("analysis/load.py", "evaluators/raw_rows.py", "evaluators/source.py", "evaluators/suites.py"),
    *(f"experiments/{name}.py" for name in ("ray_session", "record", "run", "commands/store", "planning/hours")),
    *(f"experiments/running/{name}.py" for name in ("mlflow_runs", "shared_folders", "under_tune")),
    *(f"experiments/search/{name}.py" for name in ("proposals", "suggestions")),
    *(f"trainables/{name}.py" for name in ("encoder_source", "features", "memory")),
    *(f"trainables/store/{name}.py" for name in ("entry", "folder", "remote")),
]
"""Modules that a run goes through: all that they refuse must be on the page."""
GAP = "\0"


class Raised(NamedTuple):
    """A message as the code has it, with gaps for what is filled in."""

    place: str
    template: str


def template_of(node: ast.expr) -> str | None:
    """The text of a string or f-string; None for anything else."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else GAP for part in node.values)
    return None


@cache
def nodes_of(file: Path) -> list[ast.AST]:
    return list(ast.walk(ast.parse(file.read_text(encoding="utf-8"))))


@cache
def errors() -> set[str]:
    """Names of `CairnError` and all that derive from it."""
    bases = {
        node.name: {base.id for base in node.bases if isinstance(base, ast.Name)}
        for file in FILES
        for node in nodes_of(file)
        if isinstance(node, ast.ClassDef)
    }
    found = {"CairnError"}
    while grown := {name for name, above in bases.items() if above & found} - found:
        found |= grown
    return found


def raised(file: Path) -> Iterator[Raised]:
    """Messages of a user's mistakes that a module writes out; a name's own message is that of its class."""
    for node in nodes_of(file):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in errors() and node.args:
            template = template_of(node.args[0])
            if template is not None and node.func.id != "UnknownName":
                yield Raised(f"{file.relative_to(ROOT)}:{node.lineno}", template)


@cache
def every_text() -> list[str]:
    texts = (template_of(node) for file in FILES for node in nodes_of(file) if isinstance(node, ast.expr))
    return sorted({text for text in texts if text})


def quotes() -> list[str]:
    """The first cell of every row, as it is quoted: in one backtick or, where it has some itself, in two."""
    cells = re.findall(
        r"^\| (``.+?``|`.+?`(?= \||\s[a-z(]))(?: [^|]*)? \|", PAGE.partition("## In Python")[0], re.MULTILINE
    )
    return [cell.strip("`").strip() for cell in cells]


def pattern(quote: str) -> re.Pattern[str]:
    """What a text must look like of which this is the quote."""
    return re.compile(".*".join(re.escape(part) for part in quote.split("...")), re.DOTALL)


@pytest.mark.parametrize("quote", quotes())
def test_what_is_quoted_is_said(quote: str) -> None:
    if quote == "FILE, line N: ...; ...":
        quote = "...: ...; ..."
    found = pattern(quote)
    assert len(quote.replace(".", "").strip()) >= 2
    assert any(found.search(text) for text in every_text()), f"nothing says {quote!r} any more"


@pytest.mark.parametrize("module", WHOLE)
def test_all_that_a_module_refuses_is_on_the_page(module: str) -> None:
    patterns = [pattern(quote) for quote in quotes() if len(quote.replace(".", "")) > 12]
    missing = [one for one in raised(ROOT / module) if not any(found.search(one.template) for found in patterns)]
    assert not missing, f"docs/troubleshooting.md lacks {missing}"


def test_the_modules_that_must_be_whole_refuse_something() -> None:
    assert all(any(raised(ROOT / module)) or "memory" in module for module in WHOLE)


def test_every_kind_of_mistake_is_on_the_page() -> None:
    table = PAGE.partition("## In Python")[2]
    assert set(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)) == errors() - {"CairnError"}
