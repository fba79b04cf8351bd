"""Mewsli-X: which of a million entities does a mention in a news text mean? Eleven languages.

Ruder et al. (2021), "XTREME-R: Towards More Challenging and Nuanced Multilingual Evaluation"; release 20220518_6. Texts
are WikiNews and Wikipedia (CC BY 2.5 and CC BY-SA 3.0). A query is the sentence that holds the mention, marked; a
candidate is an entity's title and description, in one of fifty languages. Trained on English Wikipedia.

The hub's copy has a candidate file outside its configurations; a mirror holds it as the config `candidate_entities`,
split `test`, and the training pairs as documents whose mentions bring their `entity` along. The columns are those of
the release's own description; nobody here has opened the hub's files.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from evaluators.examples import Passage, Query
from evaluators.metrics import MRR_20
from evaluators.source import DataSource, stream
from evaluators.table import Row, Table
from evaluators.task import Kind, Pool, Task

LANGUAGES = ("ar", "de", "en", "es", "fa", "ja", "pl", "ro", "ta", "tr", "uk")
DATASET = "izhx/mewsli-x"
_ENTITIES = Table(dataset=DATASET, configs={"en": ("candidate_entities",)}, split="test")


def read(row: Row) -> list[Query]:
    """Every mention of a document."""
    return [_query(row["context"], mention) for mention in row["mentions"]]


def _query(context: Mapping[str, Any], mention: Mapping[str, Any]) -> Query:
    entity = mention.get("entity")
    query = Query(
        id=mention["example_id"], text=marked(context, mention["mention_span"]), right=(mention["entity_id"],)
    )
    return query if entity is None else replace(query, passage=passage(entity))


def marked(context: Mapping[str, Any], span: Mapping[str, int]) -> str:
    """`mention: left { mention } right`, from the one sentence that holds the mention."""
    text, start, end = context["text"], span["start"], span["end"]
    if not 0 <= start < end <= len(text):
        raise ValueError(f"the mention is from {start} to {end} in a text of {len(text)} characters")
    whole = {"start": 0, "end": len(text)}
    sentence = next((one for one in context["sentence_spans"] if one["start"] <= start < one["end"]), whole)
    left, right = text[sentence["start"] : start], text[end : max(end, sentence["end"])]
    return " ".join(f"mention: {left} {{ {text[start:end]} }} {right}".split())


def passage(row: Row) -> Passage:
    """An entity as a candidate."""
    return Passage(
        id=row["entity_id"],
        text=f"{row['title']}: {row['description']}",
        language=row.get("description_language", ""),
    )


def passages(data: DataSource) -> Iterator[Passage]:
    """All entities, read piece by piece."""
    for row in stream(_ENTITIES, "candidate_entities", data):
        yield passage(row)


def _known(query: Query, data: DataSource) -> Query:
    return query


def _table(split: str, configs: Mapping[str, Sequence[str]], rows: int | None = None) -> Table:
    return Table(dataset=DATASET, configs=configs, split=split, rows=rows)


_BY_LANGUAGE = {code: (code,) for code in LANGUAGES}

MEWSLIX = Task(
    name="mewslix",
    kind=Kind.RANKING,
    title="Mewsli-X: finding the entity of a mention",
    read=read,
    tables={
        "train": [_table("train", {"en": ("wikipedia_pairs",)}, rows=167_719)],
        "dev": [_table("validation", _BY_LANGUAGE)],
        "test": [_table("test", _BY_LANGUAGE)],
    },
    metrics=(MRR_20,),
    scored_by=("map@20",),
    trained_as="mewslix",
    pool=Pool(passages=passages, joined=_known, tables=(_ENTITIES,)),
)
