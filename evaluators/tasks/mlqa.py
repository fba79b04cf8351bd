"""MLQA: questions on Wikipedia, in seven languages; question and context in the same language. Trained on SQuAD 1.1.

Lewis et al. (2020), "MLQA: Evaluating Cross-lingual Extractive Question Answering". CC BY-SA 3.0. Scored by its own
rule, which knows each language's articles and punctuation.
"""

from evaluators.metrics import MLQA_EXACT_MATCH, MLQA_F1
from evaluators.source import CONVERTED
from evaluators.table import Table
from evaluators.task import Kind, Task
from evaluators.tasks.layouts import answered_question

LANGUAGES = ("en", "es", "de", "ar", "hi", "vi", "zh")


def _table(split: str) -> Table:
    return Table(
        dataset="facebook/mlqa",
        configs={code: (f"mlqa.{code}.{code}",) for code in LANGUAGES},
        split=split,
        revision=CONVERTED,
    )


MLQA = Task(
    name="mlqa",
    kind=Kind.SPAN,
    title="MLQA: extractive question answering",
    read=answered_question,
    tables={"dev": [_table("validation")], "test": [_table("test")]},
    metrics=(MLQA_EXACT_MATCH, MLQA_F1),
    scored_by=("exact_match", "f1"),
    trained_as="squad1",
    parallel=True,
)
