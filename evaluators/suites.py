"""The suites: XTREME, XTREME-R, their freely available relative OPEN, and the offline BABEL.

XTREME's targets stand in the order in which the official average adds them. XTREME-R's official script prints no total
and cannot score LAReQA; the order of its ten tasks is ours. OPEN is for a local mirror of data that
anyone may use: no XNLI and BUCC, other treebanks, inference in eleven other languages. Its scores are its own and not
comparable with published ones. The two translated suites ask what direct fine-tuning in the target languages gives.

Other packages bring suites of their own, and tasks within them, by an entry point in the group `cairn.suites`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.metadata import EntryPoint, entry_points

from evaluators import protocols
from evaluators.babel.suite import BABEL, BABEL_TRANSLATED
from evaluators.errors import CairnError, UnknownName
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
    *("pawsx", "tydiqa", "mlm", "mnli-shuffled", "real-fake"),
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

XTREME_TRANSLATED = XTREME.trained_on(
    {
        "pawsx": "pawsx-translated",
        "xnli": "mnli-translated",
        "xquad": "squad1-translated",
        "mlqa": "squad1-translated",
    },
    name="xtreme-translated",
    title="XTREME's tasks that have translations, trained on these",
)

SUITES: Mapping[str, Suite] = {
    suite.name: suite for suite in (BABEL, BABEL_TRANSLATED, XTREME, XTREME_TRANSLATED, XTREME_R, OPEN)
}
"""Those that come with Cairn."""
ENTRY_POINTS = "cairn.suites"


@cache
def known_suites() -> Mapping[str, Suite]:
    """The suites of Cairn and of installed packages, by name.

    Raises:
        CairnError: a package's suite cannot be loaded, or takes the name of another.
    """
    found = dict(SUITES)
    for package, suite in _installed():
        if suite.name in found:
            raise CairnError(
                f"{package} brings a suite {suite.name!r}, and there is one; it must call its own otherwise"
            )
        found[suite.name] = suite
    return found


def find_suite(name: str) -> Suite:
    """The suite of this name."""
    known = known_suites()
    if name not in known:
        raise UnknownName("suite", name, known, "`cairn suites` lists them all")
    return known[name]


def _installed() -> Iterator[tuple[str, Suite]]:
    for point in sorted(entry_points(group=ENTRY_POINTS)):
        package = point.dist.name if point.dist else point.value
        yield package, _loaded(point, package)


def _loaded(point: EntryPoint, package: str) -> Suite:
    try:
        suite = point.load()
    except Exception as error:
        raise CairnError(
            f"{package} brings a suite that cannot be loaded, {point.value} ({type(error).__name__}: {error}); mend or "
            "uninstall that package"
        ) from error
    if not isinstance(suite, Suite):
        raise CairnError(
            f"{package} names {point.value} as a suite, which is none; it must be an evaluators.suite.Suite"
        )
    return suite
