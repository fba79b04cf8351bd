from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from evaluators.errors import BadData, CairnError
from evaluators.examples import Bitext, Choice, Pair, Question, Tagged, Text
from trainables.texts import by_language, read_texts, texts_of


def test_every_form_of_file_gives_its_documents_without_blank_ones(tmp_path: Path) -> None:
    documents = ["one two", "", "  ", "三 四"]
    (tmp_path / "a.txt").write_text("\n".join(documents) + "\n", encoding="utf-8")
    (tmp_path / "a.jsonl").write_text("".join(json.dumps({"body": text}) + "\n" for text in documents))
    pq.write_table(pa.table({"body": documents}), tmp_path / "a.parquet")
    for suffix in ("txt", "jsonl", "parquet"):
        texts = list(read_texts(tmp_path / f"a.{suffix}", column="body"))
        assert [text.text for text in texts] == ["one two", "三 四"]
        assert texts[1].id == f"a.{suffix}:4"


def test_a_bad_source_says_what_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"text": "fine"}\n{"txt": "not"}\n')
    pq.write_table(pa.table({"body": ["a"]}), tmp_path / "a.parquet")
    with pytest.raises(BadData, match="line 2"):
        list(read_texts(tmp_path / "a.jsonl"))
    with pytest.raises(BadData, match="no column 'text', only body"):
        list(read_texts(tmp_path / "a.parquet"))
    with pytest.raises(BadData, match="cannot be read"):
        list(read_texts(tmp_path / "missing.txt"))
    with pytest.raises(CairnError, match="no source of text"):
        list(read_texts(tmp_path / "a.pdf"))


def test_examples_of_any_task_can_be_read_as_text() -> None:
    examples = [
        Pair(id="p", first="a b", second="c"),
        Pair(id="s", first="alone"),
        Tagged(id="t", words=("d", "e")),
        Question(id="q", question="f", context="g"),
        Choice(id="c", prompt="h", choices=("i", "j")),
        Text(id="x", text="k"),
    ]
    assert [one.text for one in texts_of(examples)] == ["a b", "c", "alone", "d e", "g", "f", "h i", "h j", "k"]


def test_translations_stay_side_by_side() -> None:
    (text,) = texts_of([Bitext(id="b", foreign="uno", english="one")])
    assert (text.text, text.parallel) == ("uno", "one")


def test_a_text_and_its_translation_are_two_texts_of_two_languages() -> None:
    texts = [
        Text(id="1", text="uno", parallel="one", language="it", parallel_language="en"),
        Text(id="2", text="two", language="en"),
        Text(id="3", text="?"),
    ]
    assert by_language(texts) == {
        "it": [Text(id="1", text="uno", language="it")],
        "en": [Text(id="1:parallel", text="one", language="en"), Text(id="2", text="two", language="en")],
        "": [Text(id="3", text="?")],
    }
