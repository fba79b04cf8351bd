"""PAN-X (WikiAnn): persons, organisations and places in Wikipedia sentences. Trained on English.

Pan et al. (2017), splits of Rahimi et al. (2019). Text CC BY-SA 3.0, no licence stated for the annotation. Rows have no
id. Chinese, Japanese and Thai "words" are single characters.
"""

from collections.abc import Sequence
from dataclasses import replace

from evaluators.metrics import SPAN_F1, SPAN_PRECISION, SPAN_RECALL, TOKEN_ACCURACY
from evaluators.table import Table
from evaluators.task import Kind, Split, Task
from evaluators.tasks.layouts import words_and_entities

LABELS = ("O", "B-PER", "I-PER", "B-ORG", "I-ORG", "B-LOC", "I-LOC")
LANGUAGES = (
    *("ar", "he", "vi", "id", "jv", "ms", "tl", "eu", "ml", "ta", "te", "af", "nl", "en", "de", "el", "bn", "hi", "mr"),
    *("ur", "fa", "fr", "it", "pt", "es", "bg", "ru", "ja", "ka", "ko", "th", "sw", "yo", "my", "zh", "kk", "tr", "et"),
    *("fi", "hu"),
)
ADDED_BY_XTREME_R = ("qu", "pl", "uk", "az", "lt", "pa", "gu", "ro")


def _table(split: str, languages: Sequence[str], rows: int | None = None) -> Table:
    return Table(
        dataset="unimelb-nlp/wikiann",
        configs={code: (code,) for code in languages},
        split=split,
        rows=rows,
        classes={"ner_tags": LABELS},
    )


def _tables(languages: Sequence[str]) -> dict[Split, Sequence[Table]]:
    return {
        "train": [_table("train", ("en",), 20_000)],
        "dev": [_table("validation", languages)],
        "test": [_table("test", languages)],
    }


PANX = Task(
    name="panx",
    kind=Kind.TAGS,
    title="PAN-X: named entities",
    read=words_and_entities,
    tables=_tables(LANGUAGES),
    labels=LABELS,
    metrics=(SPAN_PRECISION, SPAN_RECALL, SPAN_F1, TOKEN_ACCURACY),
    scored_by=("f1",),
    trained_as="panx",
)

PANX_R = replace(PANX, tables=_tables((*LANGUAGES, *ADDED_BY_XTREME_R)))
"""XTREME-R's, in eight languages more."""
