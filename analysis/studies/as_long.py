"""What an arm gains over direct fine-tuning, and over arms that train as long: more training may gain as much.

An arm without a trunk, such as "target longer", hands retrieval the encoder as it came. It is no control there, and is
compared with on the trained tasks alone.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from analysis.finals import DIRECT, Layout
from analysis.statistics import Estimate
from analysis.studies.answer import said
from analysis.studies.member import Member
from evaluators.errors import CairnError


def comparable(members: Sequence[Member], over: str, layout: Layout) -> Layout:
    """The part of a layout on which gains over an arm tell something.

    Raises:
        CairnError: the arm trains none of its tasks.
    """
    if over == DIRECT or any(one.run.arm_plans.get(over, {}).get("trunk") for one in members):
        return layout
    trained = members[0].without_retrieval(layout)
    if not trained:
        raise CairnError(
            f"{over!r} trains nothing for {', '.join(layout)}, so it is no control; leave it out of controls"
        )
    return trained


def doubted(found: Mapping[str, Estimate]) -> list[str]:
    """The controls over which a difference is not told on the same side as over direct."""
    return [over for over, one in found.items() if one.verdict != found[DIRECT].verdict]


def holds(found: Mapping[str, Estimate]) -> bool:
    """Is a difference told from 0 over direct, and over every control on the same side?"""
    return found[DIRECT].verdict in ("better", "worse") and not doubted(found)


def is_gain(found: Mapping[str, Estimate]) -> bool:
    """Is there a gain over direct and over every control?"""
    return all(one.verdict == "better" for one in found.values())


def said_over(found: Mapping[str, Estimate]) -> str:
    """`+1.20 points (...) over direct, +0.80 points (...) over target longer`."""
    return ", ".join(f"{said(one)} over {over}" for over, one in found.items())


def listed(names: Collection[str]) -> str:
    """`direct, target longer and shuffled labels`."""
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last
