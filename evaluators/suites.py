"""The suites: XTREME, XTREME-R, their freely available relative OPEN, and the offline BABEL.

XTREME's targets stand in the order in which the official average adds them. XTREME-R's official script prints no total
and cannot score LAReQA; the order of its ten tasks is ours. OPEN is for a local mirror of data that
anyone may use: no XNLI and BUCC, other treebanks, inference in eleven other languages. Its scores are its own and not
comparable with published ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from evaluators import protocols
from evaluators.babel.suite import BABEL
from evaluators.errors import UnknownName
from evaluators.suite import Suite
from evaluators.task import Task
from evaluators.tasks import INTERMEDIATE, TARGET
from evaluators.tasks.panx import PANX_R
from evaluators.tasks.tatoeba import TATOEBA_OPEN, TATOEBA_R
from evaluators.tasks.udpos import UDPOS_R
from evaluators.tasks.udpos_open import UDPOS_OPEN
from evaluators.tasks.xquad import XQUAD_R


def _by_name(tasks: Iterable[Task]) -> dict[str, Task]:
    return {task.name: task for task in tasks}


XTREME = Suite(
    name="xtreme",
    title="XTREME: 40 languages, nine tasks",
    targets=_by_name(
        TARGET[name] for name in ("pawsx", "xnli", "panx", "udpos", "bucc2018", "tatoeba", "xquad", "mlqa", "tydiqa")
    ),
    training=INTERMEDIATE,
    pivots=("de", "ru", "zh"),
    groups={
        "classification": ("pawsx", "xnli"),
        "tagging": ("udpos", "panx"),
        "qa": ("xquad", "mlqa", "tydiqa"),
        "retrieval": ("bucc2018", "tatoeba"),
    },
    protocol=protocols.XTREME,
)

XTREME_R = Suite(
    name="xtreme-r",
    title="XTREME-R: 50 languages, ten tasks",
    targets=_by_name(
        [
            *(TARGET["xnli"], TARGET["xcopa"], PANX_R, UDPOS_R, TATOEBA_R, TARGET["mewslix"], TARGET["lareqa"]),
            *(XQUAD_R, TARGET["mlqa"], TARGET["tydiqa"]),
        ]
    ),
    training={**INTERMEDIATE, "panx": PANX_R, "udpos": UDPOS_R},
    pivots=("de", "ru", "zh"),
    groups={
        "classification": ("xnli", "xcopa"),
        "tagging": ("udpos", "panx"),
        "qa": ("xquad", "mlqa", "tydiqa"),
        "retrieval": ("tatoeba", "mewslix"),
        "multi_choice": ("xcopa",),
    },
    protocol=protocols.XTREME_R,
)

_FREE_TRAINING = (
    *("mnli", "squad1", "squad1-passages", "squad2", "supertags", "cosmosqa", "csqa", "siqa", "copa"),
    *("pawsx", "tydiqa", "mlm"),
)

OPEN = Suite(
    name="open",
    title="OPEN: XTREME's tasks on freely available data",
    targets=_by_name(
        [
            *(TARGET["pawsx"], TARGET["xnli-extension"], TARGET["xcopa"], PANX_R, UDPOS_OPEN, TATOEBA_OPEN),
            *(TARGET["lareqa"], TARGET["xquad"], TARGET["mlqa"], TARGET["tydiqa"]),
        ]
    ),
    training=_by_name([*(INTERMEDIATE[name] for name in _FREE_TRAINING), PANX_R, UDPOS_OPEN]),
    pivots=("de", "fi", "ko"),
    groups={
        "classification": ("pawsx", "xnli-extension", "xcopa"),
        "tagging": ("udpos", "panx"),
        "qa": ("xquad", "mlqa", "tydiqa"),
        "retrieval": ("tatoeba", "lareqa"),
    },
    protocol=protocols.OPEN,
)

SUITES: Mapping[str, Suite] = {suite.name: suite for suite in (BABEL, XTREME, XTREME_R, OPEN)}


def find_suite(name: str) -> Suite:
    """The suite of this name."""
    if name not in SUITES:
        raise UnknownName("suite", name, SUITES, "`cairn suites` lists them all")
    return SUITES[name]
