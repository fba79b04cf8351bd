"""What there is, in words: `cairn suites` and `cairn tasks`."""

from __future__ import annotations

from evaluators.suite import Suite
from evaluators.suites import find_suite, known_suites
from evaluators.task import Task


def suites_text() -> str:
    """Every suite with its targets and languages."""
    return "\n\n".join(_suite(suite) for suite in known_suites().values())


def tasks_text(suite: str | None) -> str:
    """Every task of one suite, or of all: what it can be used for, its kind, its languages."""
    chosen = [find_suite(suite)] if suite else list(known_suites().values())
    return "\n\n".join(f"{one.name}: {one.title}\n{_tasks(one)}" for one in chosen)


def _suite(suite: Suite) -> str:
    codes = {code for task in suite.targets.values() for split in ("dev", "test") for code in _codes(task, split)}
    lines = [f"{suite.name}: {suite.title}"]
    lines += [f"  targets    {', '.join(suite.targets)}"]
    lines += [f"  training   {', '.join(suite.training)}"]
    lines += [f"  languages  {len(codes)}: {', '.join(sorted(codes))}"]
    lines += [f"  pivots     {', '.join(suite.pivots)}"]
    return "\n".join(lines)


def _tasks(suite: Suite) -> str:
    names = dict.fromkeys([*suite.targets, *suite.training])
    width = max(len(name) for name in names)
    lines = []
    for name in names:
        target, training = suite.targets.get(name), suite.training.get(name)
        task = target or training
        assert task is not None
        use = " and ".join(word for word, is_one in (("target", target), ("training", training)) if is_one)
        lines.append(f"  {name:{width}}  {task.kind.value:6}  {use:19}  {_where(task)}  {task.title}")
    return "\n".join(lines)


def _where(task: Task) -> str:
    codes = dict.fromkeys(code for split in ("train", "dev", "test") for code in _codes(task, split))
    return f"{len(codes):2} languages" if len(codes) != 1 else f"{next(iter(codes)):12}"


def _codes(task: Task, split: str) -> tuple[str, ...]:
    return task.languages(split)  # type: ignore[arg-type]
