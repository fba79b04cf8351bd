"""`cairn plan`: a forecast, for people and for programs."""

from __future__ import annotations

import json
from pathlib import Path

from experiments.planning.forecast import Forecast, forecast_of
from experiments.planning.hours import Costs, Hours
from experiments.spec import load_spec
from experiments.stages.disk import size_text
from experiments.study import open_study
from search_spaces.plan import describe


def plan_text(path: Path, data: Path | None, *, as_json: bool, costs: Costs | None = None) -> str:
    """What `cairn plan` prints."""
    spec = load_spec(path, other_data=data is not None)
    forecast = forecast_of(open_study(spec, data))
    hours = forecast.hours(costs or Costs())
    if not as_json:
        return _text(forecast, hours)
    return json.dumps({**forecast.as_json(), "hours": hours.as_json()}, indent=2, ensure_ascii=False)


def _text(forecast: Forecast, hours: Hours) -> str:
    spec = forecast.study.spec
    finals = forecast.finals
    lines = [f"{spec.name}: {forecast.trials} trials on {forecast.study.suite.title}", "", "plans"]
    for climb in forecast.climbs:
        proposal = climb.proposal
        label = f"control: {proposal.control}" if proposal.control else ""
        lines.append(f"  {proposal.trial}  {describe(proposal.plan)}  {label}".rstrip())
    if forecast.unknown:
        lines.append(f"  and {forecast.unknown} that {spec.search.searcher} will propose")
    lines += ["", f"finals: {finals['arms']} arms x {finals['seeds']} seeds x {finals['targets']} targets", ""]
    lines.append(f"{'':22}{'if none is stopped':>20}{'if all that can are':>22}")
    most, fewest = forecast.most, forecast.fewest
    rows = (
        ("stages, each alone", most.naive, fewest.naive),
        ("stages, shared", most.shared, fewest.shared),
        ("  in the store", most.in_store, fewest.in_store),
        ("  to train", most.to_train, fewest.to_train),
        ("steps, each alone", most.naive_steps, fewest.naive_steps),
        ("steps to train", most.steps_to_train, fewest.steps_to_train),
        ("examples to train on", most.examples_to_train, fewest.examples_to_train),
    )
    lines += [f"{name:22}{high:>20,}{low:>22,}" for name, high, low in rows]
    for name, (high, low) in forecast.phases.items():
        ratio = f"{high.shared:,} of {high.naive:,}"
        lines.append(f"  {name + ' alone':20}{ratio:>20}{f'{low.shared:,} of {low.naive:,}':>22}")
    sizes = [size_text(count.to_train * forecast.stage_bytes) for count in (most, fewest)]
    lines.append(f"{'disk, about':22}{sizes[0]:>20}{sizes[1]:>22}")
    lines += ["", *hours.lines()]
    return "\n".join([*lines, "", *(f"note: {note}" for note in forecast.notes)]).rstrip()
