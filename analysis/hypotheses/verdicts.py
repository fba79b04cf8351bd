"""Every registered claim is confirmed, rejected or left open; all their tests are corrected together (Holm, 1979).

A claim has two one-sided tests of its number (`finding`), with s the smallest effect worth the name:

- **confirmed**: the number is shown to be above 0, and not shown to be below s;
- **rejected**: it is shown to be below s, whether the opposite holds or next to nothing;
- **open**: neither, or the data cannot speak, and why.

"The gain is all retrieval" is confirmed by a number near 0 instead, and rejected by one beyond 0 that is not near it.
Claims that the data cannot answer count in the correction too, as whether they can depends on how the run went. In
nineteen of twenty studies, or more, no claim is confirmed that is wrong, and none is rejected that holds by s or more.
Claims that were written down after the first trial are exploratory, with false discovery rates (Benjamini and Hochberg,
1995), and neither confirmed nor rejected.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
from scipy.stats import false_discovery_control

from analysis.arrays import Floats
from analysis.finals import Finals, Layout
from analysis.hypotheses.arms import better_claim, gain_claim
from analysis.hypotheses.claims import Better, Claim, GainFrom, MixtureBeatsOrders, from_json
from analysis.hypotheses.finding import Finding, Unanswered
from analysis.hypotheses.mixtures import mixture_claim
from analysis.hypotheses.orders import Tasks, order_claim
from analysis.hypotheses.registration import Registration, registration_of
from analysis.load import Json, Run
from analysis.numbers import interval, probability, signed
from analysis.order.sources import every_evidence, scores_of_finals, scores_of_search
from evaluators.suites import find_suite

LEVEL = 0.05
Outcome: TypeAlias = Literal["confirmed", "rejected", "open", "exploratory"]


@dataclass(frozen=True)
class Decision:
    """What is said of a claim, with adjusted p values; None where nothing could be tested."""

    outcome: Literal["confirmed", "rejected", "open"]
    confirming: float | None = None
    rejecting: float | None = None


def hypotheses_of(run: Run, finals: Finals, layout: Layout) -> Json | None:
    """All claims of a run with their verdicts, as plain values; None if it has none."""
    written = run.resolved.get("analysis", {}).get("hypotheses", {})
    if not written:
        return None
    claims = {name: from_json(value).claim() for name, value in written.items()}
    band = float(run.resolved["analysis"]["equivalence_band"])
    found = _held_against(claims, band, run, finals, layout)
    registration = registration_of(run)
    decided = decisions(found, false_discovery_control if registration.problem else holm)
    rows = [
        _row(name, claim, one, decision, band=band, count=len(claims), registration=registration)
        for (name, claim), one, decision in zip(claims.items(), found, decided, strict=True)
    ]
    return {
        "registered": {
            "time": registration.time,
            "when": registration.when,
            "sha256": registration.sha256,
            "beforehand": not registration.problem,
            "problem": registration.problem,
            "stages_stored_before": registration.stored,
        },
        "level": LEVEL,
        "tests": 2 * len(claims),
        "claims": rows,
        "sentence": _counted(rows, registration),
    }


def holm(values: Sequence[float]) -> Floats:
    """Adjusted p values: a family of tests has any false alarm no more often than the level says (Holm, 1979).

    Written out, as the library's `multipletests` collects Python's garbage on every call.
    """
    order = np.argsort(values)
    adjusted = np.empty(len(values))
    adjusted[order] = np.maximum.accumulate(np.arange(len(values), 0, -1) * np.asarray(values)[order])
    return np.minimum(adjusted, 1.0)


def decisions(
    found: Sequence[Finding | Unanswered],
    method: Callable[[Sequence[float]], Floats] = holm,
    level: float = LEVEL,
) -> list[Decision]:
    """Verdicts on claims whose tests, two for each, are corrected together."""
    raw = [p for one in found for p in ((one.confirming, one.rejecting) if isinstance(one, Finding) else (1.0, 1.0))]
    adjusted = method(raw)
    return [
        _decision(one, float(adjusted[2 * place]), float(adjusted[2 * place + 1]), level)
        if isinstance(one, Finding)
        else Decision("open")
        for place, one in enumerate(found)
    ]


def hypotheses_text(found: Mapping[str, Any]) -> str:
    """A line a claim, for the terminal."""
    return "\n".join([found["sentence"], *(f"  {row['name']}: {row['sentence']}" for row in found["claims"])])


def _decision(found: Finding, confirming: float, rejecting: float, level: float) -> Decision:
    is_confirmed, is_rejected = confirming <= level, rejecting <= level
    if is_confirmed and is_rejected:
        return Decision("confirmed" if found.equivalence_confirms else "rejected", confirming, rejecting)
    if is_confirmed or is_rejected:
        return Decision("confirmed" if is_confirmed else "rejected", confirming, rejecting)
    return Decision("open", confirming, rejecting)


def _held_against(
    claims: Mapping[str, Claim], band: float, run: Run, finals: Finals, layout: Layout
) -> list[Finding | Unanswered]:
    suite = find_suite(run.resolved["suite"])
    evidences = every_evidence(run, finals, layout)
    scores = (scores_of_finals(run, finals, layout), scores_of_search(run))
    kinds = {name: str(task.kind) for name, task in suite.training.items()}
    tasks = Tasks(sizes=run.resolved.get("sizes", {}), kinds=kinds)
    found: list[Finding | Unanswered] = []
    for claim in claims.values():
        by, form = _points(claim, band), claim.form
        if isinstance(form, MixtureBeatsOrders):
            found.append(mixture_claim(form, by, scores))
        elif isinstance(form, GainFrom):
            found.append(gain_claim(form, by, run, finals, layout, suite.groups[form.group]))
        elif isinstance(form, Better):
            found.append(better_claim(form, by, run, finals, layout))
        else:
            found.append(order_claim(form, by, evidences, tasks))
    return found


def _points(claim: Claim, band: float) -> float:
    return band if claim.by is None else claim.by


def _row(
    name: str,
    claim: Claim,
    found: Finding | Unanswered,
    decision: Decision,
    *,
    band: float,
    count: int,
    registration: Registration,
) -> Json:
    by = _points(claim, band)
    outcome: Outcome = "exploratory" if registration.problem and isinstance(found, Finding) else decision.outcome
    fixed = {"name": name, "claim": str(claim.form), "by": by, "outcome": outcome}
    if isinstance(found, Unanswered):
        nothing = dict.fromkeys(("mean", "low", "high", "p_confirm", "p_reject", "source", "data"))
        return {**fixed, **nothing, "seeds": [], "sentence": f"open, as {found.reason}."}
    low, high = found.bounds(LEVEL / (2 * count))
    row = {
        **fixed,
        "mean": found.estimate,
        "low": low,
        "high": high,
        "p_confirm": decision.confirming,
        "p_reject": decision.rejecting,
        "source": found.source,
        "seeds": list(found.seeds),
        "data": found.data,
    }
    return {**row, "sentence": _sentence(row, claim, found, count)}


def _sentence(row: Mapping[str, Any], claim: Claim, found: Finding, count: int) -> str:
    wide = f"{100 - 100 * LEVEL / count:.4g}\u00a0% interval {interval(row)}"
    data = f"{found.data}, {len(found.seeds)} seeds of the {found.source}"
    told = f"{row['outcome']}: {claim.form}: {signed(found.estimate)} points ({wide}; {data}); {_why(row, found)}"
    return ". ".join([told, *(_begun(note.rstrip(".")) for note in found.notes)]) + "."


def _why(row: Mapping[str, Any], found: Finding) -> str:
    letter = "q" if row["outcome"] == "exploratory" else "p"
    confirming, rejecting = (probability(row[name], letter) for name in ("p_confirm", "p_reject"))
    near, by = found.equivalence_confirms, row["by"]
    yes = f"within {by:g} of 0 while the whole gain is beyond it" if near else "above 0"
    no = "other than 0" if near else f"below {by:g}"
    if row["outcome"] == "exploratory":
        return f"{yes}: {confirming}; {no}: {rejecting} (Benjamini-Hochberg)"
    if row["outcome"] == "open":
        return f"shown neither to be {yes} ({confirming}) nor {no} ({rejecting})"
    if row["outcome"] == "confirmed":
        return f"it is {yes} ({confirming})"
    beyond = "" if near or row["p_confirm"] > LEVEL else f"above 0 ({confirming}), but "
    worth = ", the least worth the name" if not near and by > 0 else ""
    return f"it is {beyond}{no} ({rejecting}){worth}"


def _begun(text: str) -> str:
    return text[:1].upper() + text[1:]


def _counted(rows: Sequence[Mapping[str, Any]], registration: Registration) -> str:
    if registration.problem:
        return (
            f"The {_count(len(rows), 'hypothesis', 'hypotheses')} of this run {'is' if len(rows) == 1 else 'are'} "
            f"exploratory, not registered beforehand: {registration.problem}."
        )
    parts = []
    for outcome in ("confirmed", "rejected", "open"):
        names = [row["name"] for row in rows if row["outcome"] == outcome]
        if names:
            parts.append(f"{len(names)} {outcome} ({', '.join(names)})")
    return f"Of {_count(len(rows), 'registered hypothesis', 'registered hypotheses')}: {', '.join(parts)}."


def _count(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"
