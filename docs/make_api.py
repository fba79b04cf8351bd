"""Writes `docs/api.md` from the signatures and docstrings of what a researcher imports: `python docs/make_api.py`.

Nothing is imported for it; the sources are parsed. What is listed here is what the page promises to keep.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "api.md"

HEAD = """\
# What can be imported?

Made from the docstrings by `python docs/make_api.py`; a test keeps it so. These names are meant to stay, others may
move. None of `analysis`, `evaluators` and `search_spaces` loads torch or ray. What a user can mend is raised as
[`CairnError`](troubleshooting.md#in-python).

```python
# results.py
\"\"\"The finals of a run as a table, and what its best trial tried.\"\"\"

import sys
from pathlib import Path

import pandas as pd

from analysis.load import load
from search_spaces.plan import describe, from_json

run = load(Path(sys.argv[1]))
finals = pd.DataFrame([vars(score) for score in run.finals if score.split == "test"])
print(finals.groupby(["arm", "task", "metric"])["value"].mean().round(2).to_string())

selector = run.resolved["selector"]
best = max((trial for trial in run.trials if trial.last), key=lambda trial: trial.last.selectors[selector])
print(best.name, describe(from_json(best.plan)), dict(best.last.selectors))
```

`python results.py runs/order_study`. `summary.json` in the run folder has every number of the report, and the journals
hold one JSON object a line for whatever reads that ([what is in them](run.md#the-run-folder)).
"""

SURFACE: Mapping[str, Mapping[str, Sequence[str]]] = {
    "A run's results": {
        "analysis/load.py": ("load", "Run", "Trial", "Report", "FinalScore", "FinalFailure"),
        "analysis/summary.py": ("summarise",),
        "analysis/report.py": ("build_report",),
    },
    "Plans and spaces": {
        "search_spaces/plan.py": ("Plan", "Stage", "mixture", "describe", "as_json", "from_json"),
        "search_spaces/space.py": ("Space", "Setting"),
        "search_spaces/chooser.py": ("Chooser", "Random", "Replay"),
        "search_spaces/controls.py": ("controls",),
        "search_spaces/exhaustive.py": ("every_draw",),
    },
    "Suites, tasks and data": {
        "evaluators/suites.py": ("find_suite", "known_suites"),
        "evaluators/suite.py": ("Suite",),
        "evaluators/task.py": ("Task", "Metric", "score"),
        "evaluators/table.py": ("Table",),
        "evaluators/source.py": ("DataSource",),
        "evaluators/reading.py": ("read", "Reading"),
    },
    "Scores": {
        "evaluators/submission/scoring.py": ("score_folders",),
        "evaluators/submission/partial.py": ("score_what_is_there",),
        "evaluators/metrics/accuracy.py": ("accuracy",),
        "evaluators/metrics/squad.py": ("exact_match", "answer_f1"),
        "evaluators/metrics/tagging.py": ("span_scores", "token_accuracy"),
        "evaluators/metrics/retrieval.py": ("nearest_foreign", "mine"),
        "evaluators/metrics/ranking.py": ("mean_reciprocal_rank", "mean_average_precision"),
        "analysis/logme.py": ("logme",),
    },
    "Studies": {
        "experiments/spec/reading.py": ("load_spec", "read_spec"),
        "experiments/study.py": ("open_study",),
        "experiments/planning/forecast.py": ("forecast_of",),
        "experiments/run.py": ("run_spec",),
        "experiments/judging/evaluating.py": ("evaluate_model", "Request"),
        "experiments/exporting/export.py": ("export_run",),
    },
    "Encoders": {
        "trainables/encoder_source.py": ("EncoderSource", "shipped_names"),
        "trainables/encoder.py": ("load_encoder", "Encoder"),
    },
}
"""Section -> file -> names."""
PASSED_ON = {"experiments.spec.reading": "experiments.spec"}
"""Module -> the package from which its names are meant to be imported."""


def page() -> str:
    """The whole page."""
    parts = [HEAD]
    for section, files in SURFACE.items():
        parts.append(f"## {section}\n")
        for file, names in files.items():
            tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
            found = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
            parts += [_entry(home(file), found[name]) for name in names]
    return "\n".join(parts)


def home(file: str) -> str:
    """What the names of a file are imported from."""
    module = file.removesuffix(".py").replace("/", ".")
    return PASSED_ON.get(module, module)


def _entry(module: str, node: ast.FunctionDef | ast.ClassDef) -> str:
    lines = [f"### `{module}.{node.name}`", ""]
    if isinstance(node, ast.FunctionDef):
        lines += ["```text", _signature(node), "```", ""]
    lines.append(_doc(node))
    if isinstance(node, ast.ClassDef):
        members = list(_members(node))
        lines += ["", *members] if members else []
    return "\n".join([*lines, ""])


def _signature(node: ast.FunctionDef) -> str:
    text = f"{node.name}({ast.unparse(node.args)})"
    return text + (f" -> {ast.unparse(node.returns)}" if node.returns else "")


def _members(node: ast.ClassDef) -> Iterator[str]:
    """Fields with what stands below them, those without a word together; then public methods."""
    bare = []
    for field, after in zip(node.body, [*node.body[1:], None], strict=True):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and field.target.id[0] != "_":
            name = f"`{field.target.id}: {ast.unparse(field.annotation)}`"
            if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant):
                yield f"- {name}: {_in_one_line(str(after.value.value))}"
            else:
                bare.append(name)
    if bare:
        yield f"- {', '.join(bare)}"
    for method in node.body:
        if isinstance(method, ast.FunctionDef) and method.name[0] != "_":
            is_property = any(ast.unparse(decorator) == "property" for decorator in method.decorator_list)
            said = _in_one_line((ast.get_docstring(method) or "").partition("\n\n")[0])
            yield f"- `{method.name if is_property else _signature(method)}`: {said}"


def _doc(node: ast.FunctionDef | ast.ClassDef) -> str:
    """The docstring as Markdown: paragraphs, and a list of what is raised."""
    text = ast.get_docstring(node) or ""
    body, _, raised = text.partition("\nRaises:\n")
    paragraphs = [_in_one_line(part) for part in body.strip().split("\n\n")]
    if raised:
        lines = re.sub(r"\n {8,}", " ", raised.rstrip()).splitlines()
        raises = [re.sub(r"^([\w, ]+): ", r"`\1`: ", line.strip()) for line in lines if line.strip()]
        paragraphs.append("Raises " + " ".join(raises))
    return "\n\n".join(paragraphs)


def _in_one_line(text: str) -> str:
    return " ".join(text.split())


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
