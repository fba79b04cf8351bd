"""One YAML file is one experiment: read once, strictly, into a typed, frozen `ExperimentSpec`.

`load_spec` finds every mistake in one go: what is no YAML, keys given twice, unknown keys, wrong types, values that a
dimension of the space refuses, and names of suites, tasks, languages, encoders and controls that do not exist. Names
are checked on the raw values, so that a mistake in one place does not hide those in others.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from analysis.hypotheses.claims import long_form
from evaluators.errors import CairnError
from evaluators.suite import Suite
from evaluators.suites import known_suites
from experiments.spec.claim_names import PLACE as CLAIMS
from experiments.spec.claim_names import wrong_claim_names
from experiments.spec.encoder_choice import EncoderChoice
from experiments.spec.mistakes import from_validation, near, said
from experiments.spec.settings import Analysis, Evaluation, Finals, Probes, Resources, Search, Tracking, winner_of
from experiments.spec.strict_yaml import Document, Mistake, Place, parse
from search_spaces.controls import ALL_MIXED, DIRECT, OF_A_WINNER, TARGET_LONGER
from search_spaces.ladder import Ladder
from search_spaces.mlm import MLM
from search_spaces.space import Space
from trainables.encoder_source import SHIPPED, WELL_KNOWN, EncoderSource, folder_of, shipped_names
from trainables.settings import Inference, Training

_NAME = r"^[A-Za-z0-9][A-Za-z0-9._-]*$"


class SpecError(CairnError):
    """A spec with mistakes; the message lists all of them."""


class ExperimentSpec(BaseModel):
    """One experiment. Everything below the root is a plain dataclass of the package that uses it."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    name: Annotated[str, Field(pattern=_NAME)]
    """Of the run folder, `<runs>/<name>`."""
    suite: str
    encoder: EncoderChoice
    """A name, `{name, revision, pooling, trust_remote_code}`, or `{build: {recipe, texts}}`."""
    space: Space
    search: Search
    finals: Finals
    probes: Probes | None = None
    """None: nothing is probed."""
    ladder: Ladder = Ladder()
    training: Training = Training()
    evaluation: Evaluation = Evaluation()
    inference: Inference = Inference()
    analysis: Analysis = Analysis()
    resources: Resources = Resources()
    tracking: Tracking = Tracking()
    data: str | None = None
    """A mirror folder. `--data`, then the variable CAIRN_DATA, go before it; None: the hub, or the suite's own data."""
    targets: tuple[str, ...]
    """Target tasks; all of the suite's by default."""
    languages: tuple[str, ...] | None = None
    """Languages of the evaluation; None, written `all`: every one of the targets' for which there are data."""
    revisions: dict[str, str] = Field(default_factory=dict)
    """Data set on the hub -> commit, forty hex digits; others are asked for on the first start, and recorded."""
    runs: str = "runs"
    """Folder of run folders."""
    store: str | None = None
    """Folder of trained stages, shared by studies; `<runs>/store` by default."""


def load_spec(path: Path, *, other_data: bool = False, elsewhere: bool = False) -> ExperimentSpec:
    """The spec in a file. With `other_data`, the spec's own data folder will not be used and need not exist.

    With `elsewhere`, the spec is for other machines: absolute paths in it need not exist here.

    Raises:
        SpecError: with every mistake in the file, or because there is no such file.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        beside = sorted(file.name for file in path.parent.glob("*.yaml")) if path.parent.is_dir() else []
        hint = near(path.name, beside) if beside else "; give the path of a YAML file"
        raise SpecError(f"there is no spec {path}{hint}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise SpecError(f"the spec {path} cannot be read: {error}") from None
    return read_spec(text, path.name, other_data=other_data, elsewhere=elsewhere)


def read_spec(text: str, name: str = "spec", *, other_data: bool = False, elsewhere: bool = False) -> ExperimentSpec:
    """The spec in a text; `name` is how the message calls it.

    Raises:
        SpecError: with every mistake.
    """
    document = parse(text)
    if not document.mistakes and not isinstance(document.value, dict):
        document.mistakes.append(Mistake((), f"found {said(document.value)}; a spec is keys with values"))
    if not isinstance(document.value, dict):
        raise SpecError(message(document, document.mistakes, name))
    raw = _filled_in(document.value)
    mistakes = [*document.mistakes]
    spec = None
    try:
        spec = ExperimentSpec.model_validate_json(json.dumps(raw))
    except ValidationError as error:
        mistakes += from_validation(error, ExperimentSpec)
    mistakes += [m for m in _wrong_names(raw) if not (elsewhere and _is_absolute_path(_at(raw, m.place)))]
    mistakes += [] if other_data or elsewhere else _missing_folder(raw)
    mistakes += _contradictions(raw)
    if mistakes:
        raise SpecError(message(document, mistakes, name))
    assert spec is not None
    return spec


def message(document: Document, mistakes: Sequence[Mistake], name: str) -> str:
    """All mistakes, in the order of the file, each with its place and line."""
    lines = []
    for mistake in _once_a_place(mistakes):
        place = _as_written(mistake.place, document)
        line = next((document.lines[place[:n]] for n in range(len(place), 0, -1) if place[:n] in document.lines), 0)
        where = ".".join(str(part) for part in place)
        lines.append((line, f"  {where + ': ' if where else ''}{mistake.text}{f' (line {line})' if line else ''}"))
    count = f"{len(lines)} mistake{'s' if len(lines) != 1 else ''}"
    return "\n".join([f"{name} has {count}:", *(text for _, text in sorted(lines))])


def _as_written(place: Place, document: Document) -> Place:
    """The place in the file of a value that was written short."""
    short = isinstance(document.value, dict) and isinstance(document.value.get("encoder"), str)
    if short and place[:1] == ("encoder",):
        return ("encoder",)
    return place[:-1] if place[-1:] == (0,) and isinstance(_at(document.value, place[:-1]), str) else place


def _once_a_place(mistakes: Sequence[Mistake]) -> list[Mistake]:
    """The first mistake of each place says enough."""
    first: dict[Place, Mistake] = {}
    for mistake in mistakes:
        first.setdefault(mistake.place, mistake)
    return list(first.values())


def _filled_in(value: Mapping[str, Any]) -> dict[str, Any]:
    """The long form of what may be written short: an encoder's name, `all` targets, languages, trials, claims."""
    raw = dict(value)
    if isinstance(raw.get("encoder"), str):
        raw["encoder"] = {"name": raw["encoder"]}
    suite = _suite(raw)
    if raw.get("targets", "all") == "all":
        raw["targets"] = list(suite.targets) if suite else []
    if raw.get("languages") == "all":
        raw["languages"] = None
    if isinstance(raw.get("search"), dict) and raw["search"].get("trials") == "all":
        raw["search"] = {**raw["search"], "trials": None}
    claims = _at(raw, CLAIMS)
    if isinstance(claims, dict):
        raw["analysis"] = {**raw["analysis"], "hypotheses": {name: long_form(one) for name, one in claims.items()}}
    return raw


def _suite(raw: Mapping[str, Any]) -> Suite | None:
    name = raw.get("suite")
    return known_suites().get(name) if isinstance(name, str) else None


def _languages(suite: Suite, targets: Iterable[Any]) -> tuple[str, ...]:
    """Every language in which one of the targets can be evaluated, the source language first."""
    tasks = [suite.targets[name] for name in targets if isinstance(name, str) and name in suite.targets]
    codes = {code for task in tasks for split in ("dev", "test") for code in task.languages(split)}
    return tuple(sorted(codes, key=lambda code: (code != suite.source_language, code)))


def _wrong_names(raw: Mapping[str, Any]) -> list[Mistake]:
    """Names in the raw values that are in no table. A value of a wrong type is left to pydantic."""
    mistakes = []
    suite = _suite(raw)
    if isinstance(raw.get("suite"), str) and suite is None:
        mistakes.append(
            Mistake(("suite",), f"there is no suite {raw['suite']!r}{near(raw['suite'], list(known_suites()))}")
        )
    if isinstance(raw.get("encoder"), dict):
        mistakes += _wrong_encoder(raw["encoder"])
        mistakes += wrong_texts(_at(raw, ("encoder", "build", "texts")), suite, ("encoder", "build", "texts"))
    if suite is None:
        return mistakes
    training = {*suite.training, MLM}
    unknown = _Checker(raw, mistakes)
    unknown(("targets",), "target task", suite.targets)
    if isinstance(raw["targets"], list):
        unknown(("languages",), f"language of these targets in {suite.name}", _languages(suite, raw["targets"]))
    unknown(("space", "tasks"), f"training task of {suite.name}", training)
    tasks = _at(raw, ("space", "tasks"))
    names = [name for name in tasks if isinstance(name, str)] if isinstance(tasks, list) else []
    unknown(("search", "prior"), "task in this space", names)
    unknown(("space", "target", "task_steps"), f"training task of {suite.name}", training)
    unknown(("training", "per_task"), f"training task of {suite.name}", training)
    unknown(("finals", "task_steps"), f"training task of {suite.name}", training)
    for place in _written_mixtures(raw):
        unknown(place, f"training task of {suite.name}", training)
    alone = [f"{name} alone" for name in names]
    controls = _at(raw, ("finals", "controls"))
    derived = (
        [name for name in controls if isinstance(name, str) and winner_of(name)] if isinstance(controls, list) else []
    )
    offered = [f"{how} of winner 1" for how in OF_A_WINNER]
    unknown(
        ("finals", "controls"),
        "control in this space",
        [DIRECT, *_controls_beside_direct(raw, alone), *offered, *derived],
    )
    return mistakes + wrong_claim_names(raw, suite)


def _controls_beside_direct(raw: Mapping[str, Any], alone: Sequence[str]) -> list[str]:
    """As `search_spaces.controls` makes them: none in a space of direct plans, no mixture of one task."""
    if _at(raw, ("space", "lengths")) == [0]:
        return []
    return [TARGET_LONGER, *alone, *([ALL_MIXED] if len(alone) != 1 else [])]


def _written_mixtures(raw: Mapping[str, Any]) -> list[Place]:
    """Places of the mixtures in the plans that the finals write out."""
    plans = _at(raw, ("finals", "arms"))
    trunks = {name: _at(plan, ("trunk",)) for name, plan in plans.items()} if isinstance(plans, dict) else {}
    return [
        ("finals", "arms", name, "trunk", number, "mixture")
        for name, trunk in trunks.items()
        if isinstance(trunk, list)
        for number in range(len(trunk))
    ]


def _missing_folder(raw: Mapping[str, Any]) -> list[Mistake]:
    data = raw.get("data")
    if not isinstance(data, str) or Path(data).expanduser().is_dir():
        return []
    return [Mistake(("data",), f"there is no folder {data!r}; give a mirror of the hub's layout")]


def _is_absolute_path(value: Any) -> bool:
    return isinstance(value, str) and value.startswith(("/", "~"))


class _Checker:
    """Compares the names in one list, or the keys of one mapping, with what there is."""

    def __init__(self, raw: Mapping[str, Any], mistakes: list[Mistake]) -> None:
        self._raw, self._mistakes = raw, mistakes

    def __call__(self, place: Place, what: str, known: Iterable[str]) -> None:
        value, known = _at(self._raw, place), sorted(known)
        names: Sequence[tuple[int | str, Any]] = ()
        if isinstance(value, list):
            names = list(enumerate(value))
        elif isinstance(value, dict):
            names = [(name, name) for name in value]
        for at, name in names:
            if isinstance(name, str) and name not in known:
                self._mistakes.append(Mistake((*place, at), f"there is no {what} {name!r}{near(name, known)}"))


def _at(raw: Mapping[str, Any], place: Place) -> Any:
    value: Any = raw
    for part in place:
        if isinstance(value, dict):
            value = value.get(part)
        else:
            value = value[part] if isinstance(value, list) and isinstance(part, int) and part < len(value) else None
    return value


def _wrong_encoder(encoder: Mapping[str, Any]) -> list[Mistake]:
    name = encoder.get("name")
    if not isinstance(name, str):
        return []
    try:
        folder = folder_of(EncoderSource(name=name))
    except CairnError as error:
        return [Mistake(("encoder", "name"), str(error))]
    if folder is None and name not in WELL_KNOWN and not re.fullmatch(r"[\w.-]+/[\w.-]+", name):
        return [Mistake(("encoder", "name"), f"{name!r} is no hub id{near(name, [*shipped_names(), *WELL_KNOWN])}")]
    if folder is not None and encoder.get("revision") is not None:
        shipped = "shipped" if folder.parent == SHIPPED else "local"
        return [Mistake(("encoder", "revision"), f"has no effect on a {shipped} encoder; leave it out")]
    return []


def wrong_texts(sources: Any, suite: Suite | None, at: Place) -> list[Mistake]:
    """Tasks and files that sources of text name and that do not exist."""
    if not isinstance(sources, list):
        return []
    mistakes = []
    for number, source in enumerate(sources):
        place: Place = (*at, number)
        task, file = _at(source, ("task",)), _at(source, ("file",))
        known = sorted({*suite.targets, *suite.training}) if suite else []
        if isinstance(task, str) and suite is not None and task not in known:
            mistakes.append(Mistake((*place, "task"), f"there is no task {task!r} in {suite.name}{near(task, known)}"))
        if isinstance(file, str) and not Path(file).expanduser().is_file():
            mistakes.append(Mistake((*place, "file"), f"there is no file {file!r}"))
    return mistakes


def _contradictions(raw: Mapping[str, Any]) -> list[Mistake]:
    """What each part allows and the whole does not; on raw values too, and silent where they are of a wrong type."""
    return [mistake for check in _CHECKS for mistake in check(raw)]


def _selector_has_languages(raw: Mapping[str, Any]) -> list[Mistake]:
    suite, languages, selector = _suite(raw), raw.get("languages"), _at(raw, ("search", "selector"))
    if suite is None or not isinstance(languages, list) or selector not in ("en-dev", "pivot-dev"):
        return []
    wanted = (suite.source_language,) if selector == "en-dev" else suite.pivots
    if any(code in languages for code in wanted):
        return []
    text = f"{selector} needs {' or '.join(wanted)}, which languages leaves out; add it there"
    return [Mistake(("search", "selector"), text)]


def _seeds_are_fresh(raw: Mapping[str, Any]) -> list[Mistake]:
    searched, fresh = _at(raw, ("space", "seeds")) or [0], _at(raw, ("finals", "seeds"))
    if not isinstance(searched, list) or not isinstance(fresh, list):
        return []
    stale = [seed for seed in fresh if seed in searched]
    text = f"{stale} are seeds of the search too; finals need fresh ones, such as [101, 102, 103]"
    return [Mistake(("finals", "seeds"), text)] if stale else []


def _lists_name_things_once(raw: Mapping[str, Any]) -> list[Mistake]:
    mistakes = []
    for key in ("targets", "languages"):
        values = raw.get(key)
        if isinstance(values, list) and not values and _suite(raw):
            mistakes.append(Mistake((key,), f"is empty; name at least one, or write {key}: all"))
        if isinstance(values, list) and any(values.count(value) > 1 for value in values):
            mistakes.append(Mistake((key,), "names something twice; name each once"))
    return mistakes


def _enough_is_proposed(raw: Mapping[str, Any]) -> list[Mistake]:
    winners, trials = _at(raw, ("finals", "winners")), _at(raw, ("search", "trials"))
    if not isinstance(winners, int) or not isinstance(trials, int) or winners <= trials:
        return []
    text = f"is {winners}, but search.trials proposes {trials} plans; lower the one or raise the other"
    return [Mistake(("finals", "winners"), text)]


def _steps_have_effect(raw: Mapping[str, Any]) -> list[Mistake]:
    suite, steps, targets = _suite(raw), _at(raw, ("finals", "task_steps")), raw["targets"]
    if suite is None or not isinstance(steps, dict) or not isinstance(targets, list):
        return []
    trained = {task.trained_as for name, task in suite.targets.items() if name in targets}
    text = "no target of this spec is trained on it, so it has no effect; remove it"
    return [Mistake(("finals", "task_steps", name), text) for name in steps if name not in trained]


def _grids_hold_something(raw: Mapping[str, Any]) -> list[Mistake]:
    """Empty lists beside a value of a wrong type, which keeps the space from being looked at as a whole."""
    space = raw.get("space")
    if not isinstance(space, dict):
        return []
    text = "is empty; give at least one value"
    return [Mistake(("space", key), text) for key, value in space.items() if value == [] and key != "tasks"]


def _revisions_are_commits(raw: Mapping[str, Any]) -> list[Mistake]:
    suite, revisions = _suite(raw), raw.get("revisions")
    if suite is None or not isinstance(revisions, dict):
        return []
    tasks = [*suite.targets.values(), *suite.training.values()]
    known = sorted({table.dataset for task in tasks for tables in task.tables.values() for table in tables})
    mistakes = []
    for name, commit in revisions.items():
        if name not in known:
            mistakes.append(Mistake(("revisions", name), f"no task of {suite.name} reads {name!r}{near(name, known)}"))
        elif isinstance(commit, str) and not re.fullmatch("[0-9a-f]{40}", commit):
            mistakes.append(Mistake(("revisions", name), f"{commit!r} is no commit; give its forty hex digits"))
    return mistakes


_CHECKS: tuple[Callable[[Mapping[str, Any]], list[Mistake]], ...] = (
    _selector_has_languages,
    _seeds_are_fresh,
    _lists_name_things_once,
    _enough_is_proposed,
    _steps_have_effect,
    _grids_hold_something,
    _revisions_are_commits,
)
