"""Every task by name: what a stage may train on (intermediate) and what transfer is measured on (target).

A new task is one file and one line here. PAWS-X, UD-POS, PAN-X and TyDiQA are both: their English part is trained on.
"""

from __future__ import annotations

from collections.abc import Mapping

from evaluators.errors import UnknownName
from evaluators.task import Task
from evaluators.tasks.anli import ANLI
from evaluators.tasks.bucc2018 import BUCC2018
from evaluators.tasks.ccg import CCG
from evaluators.tasks.control_tasks import real_or_fake, with_shuffled_labels
from evaluators.tasks.copa import COPA
from evaluators.tasks.cosmosqa import COSMOSQA
from evaluators.tasks.csqa import CSQA
from evaluators.tasks.hellaswag import HELLASWAG
from evaluators.tasks.lareqa import LAREQA
from evaluators.tasks.mewslix import MEWSLIX
from evaluators.tasks.mlm import MLM
from evaluators.tasks.mlqa import MLQA
from evaluators.tasks.mnli import MNLI
from evaluators.tasks.mnli_translated import MNLI_TRANSLATED
from evaluators.tasks.panx import PANX
from evaluators.tasks.pawsx import PAWSX
from evaluators.tasks.pawsx_translated import PAWSX_TRANSLATED
from evaluators.tasks.qqp import QQP
from evaluators.tasks.siqa import SIQA
from evaluators.tasks.squad1 import SQUAD1
from evaluators.tasks.squad1_passages import SQUAD1_PASSAGES
from evaluators.tasks.squad1_translated import SQUAD1_TRANSLATED
from evaluators.tasks.squad2 import SQUAD2
from evaluators.tasks.supertags import SUPERTAGS_TASK
from evaluators.tasks.tatoeba import TATOEBA
from evaluators.tasks.tydiqa import TYDIQA
from evaluators.tasks.udpos import UDPOS
from evaluators.tasks.xcopa import XCOPA
from evaluators.tasks.xnli import XNLI
from evaluators.tasks.xnli_extension import XNLI_EXTENSION
from evaluators.tasks.xquad import XQUAD

INTERMEDIATE: Mapping[str, Task] = {
    task.name: task
    for task in (
        *(ANLI, MNLI, QQP, SQUAD1, SQUAD2, HELLASWAG, CCG, SUPERTAGS_TASK, COSMOSQA, CSQA, SIQA, COPA),
        *(PAWSX, TYDIQA, UDPOS, PANX, MLM, MNLI_TRANSLATED, PAWSX_TRANSLATED, SQUAD1_TRANSLATED),
        *(SQUAD1_PASSAGES, MEWSLIX, with_shuffled_labels(MNLI), real_or_fake(MNLI)),
    )
}
TARGET: Mapping[str, Task] = {
    task.name: task
    for task in (
        PAWSX,
        XNLI,
        XCOPA,
        PANX,
        UDPOS,
        BUCC2018,
        TATOEBA,
        XQUAD,
        MLQA,
        TYDIQA,
        XNLI_EXTENSION,
        LAREQA,
        MEWSLIX,
    )
}


def find(name: str) -> Task:
    """The task of this name, whichever table it is in."""
    known = {**INTERMEDIATE, **TARGET}
    if name not in known:
        raise UnknownName("task", name, known, "`cairn tasks` lists them all")
    return known[name]
