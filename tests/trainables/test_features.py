from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from evaluators.errors import BadData, CairnError
from evaluators.examples import Answer, Example, Pair, Question, Tagged
from evaluators.source import DataSource
from evaluators.table import Table
from evaluators.task import Kind, Task
from trainables import features as module
from trainables.columns import Features, Rows
from trainables.encode_spans import OUTSIDE, SpanLengths, encode_asked_spans, encode_training_spans
from trainables.encode_tags import encode_tags
from trainables.encode_text import encode_choices, encode_pairs, encode_texts
from trainables.encoder import Encoder
from trainables.features import asked_features, cached, encode_for_training, finished, training_features
from trainables.settings import TaskTraining, Training

Tiny = Callable[[str], Encoder]


def read_pair(row: Any) -> Pair:
    return Pair(id=str(row["id"]), first=row["first"], second=row["second"], label=row["label"])


@pytest.fixture
def mirror(tmp_path: Path) -> tuple[Task, DataSource]:
    folder = tmp_path / "mirror" / "toy" / "pairs" / "en"
    folder.mkdir(parents=True)
    rows = [{"id": n, "first": "the dog", "second": "a cat", "label": ("yes", "no")[n % 2]} for n in range(6)]
    pq.write_table(pa.Table.from_pylist(rows), folder / "train.parquet")
    task = Task(
        name="pairs",
        kind=Kind.PAIR,
        title="",
        read=read_pair,
        labels=("yes", "no"),
        tables={"train": [Table(dataset="toy/pairs", configs={"en": ("en",)}, split="train")]},
    )
    return task, DataSource(root=tmp_path / "mirror")


def test_training_data_are_tokenised_once(
    mirror: tuple[Task, DataSource], tiny: Tiny, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, training: Training
) -> None:
    task, data = mirror
    first = training_features(task, "en", data, tiny("bert"), training, tmp_path / "cache")
    monkeypatch.setattr(module, "read", lambda *arguments: pytest.fail("the data were parsed again"))
    second = training_features(task, "en", data, tiny("bert"), training, tmp_path / "cache")
    assert len(first) == len(second) == 6
    assert [list(first.lists("input_ids")[row]) for row in range(6)] == [
        list(second.lists("input_ids")[row]) for row in range(6)
    ]


def test_another_length_tokenizer_label_set_or_data_is_another_table(
    mirror: tuple[Task, DataSource], tiny: Tiny, tmp_path: Path, training: Training
) -> None:
    task, data = mirror
    cache = tmp_path / "cache"

    def tables() -> int:
        return len(list(cache.glob("features/*/*/counts.json")))

    training_features(task, "en", data, tiny("bert"), training, cache)
    assert tables() == 1
    training_features(task, "en", data, tiny("bert"), replace(training, max_length_tokens=20), cache)
    assert tables() == 2
    training_features(task, "en", data, tiny("mt5"), training, cache)
    assert tables() == 3
    training_features(replace(task, labels=("no", "yes")), "en", data, tiny("bert"), training, cache)
    assert tables() == 4
    limited = replace(training, per_task={"pairs": TaskTraining(max_examples=2)})
    assert len(training_features(task, "en", data, tiny("bert"), limited, cache)) == 2
    assert tables() == 5
    training_features(task, "en", data, tiny("bert"), replace(training, batch_size=3, stride_tokens=5), cache)
    assert tables() == 5


def test_a_broken_table_is_made_again(tmp_path: Path) -> None:
    def build() -> Rows:
        rows = Rows()
        rows.add(input_ids=[1, 2, 3])
        return rows

    cached(tmp_path, {"a": 1}, build)
    (folder,) = tmp_path.glob("features/*/*")
    (arrow,) = folder.glob("*.arrow")
    arrow.write_bytes(arrow.read_bytes()[:40])
    assert list(cached(tmp_path, {"a": 1}, build).lists("input_ids")[0]) == [1, 2, 3]


def test_a_writer_that_comes_second_throws_its_copy_away(tmp_path: Path) -> None:
    def slow() -> Rows:
        cached(tmp_path, {"a": 1}, build)
        return build()

    def build() -> Rows:
        rows = Rows()
        rows.add(input_ids=[4])
        return rows

    assert list(cached(tmp_path, {"a": 1}, slow).lists("input_ids")[0]) == [4]
    assert len(list(tmp_path.glob("features/*/*"))) == 1
    assert not list(tmp_path.glob("features/*/.*"))


def test_rows_survive_many_chunks() -> None:
    chunks = [pa.table({"input_ids": pa.array([[1, 2], [3]], pa.list_(pa.int32()))}) for _ in range(3)]
    features = Features(pa.concat_tables(chunks), json.loads("{}"))
    assert [list(features.lists("input_ids")[row]) for row in range(6)] == [[1, 2], [3]] * 3
    assert list(features.lengths) == [2, 1] * 3


@pytest.mark.parametrize("family", ["xlm-roberta", "bert", "mt5"])
def test_inputs_are_what_the_tokenizer_itself_would_make(family: str, tiny: Tiny, encoder_folder: Any) -> None:
    from transformers import AutoTokenizer

    encoder = tiny(family)
    library = AutoTokenizer.from_pretrained(encoder_folder(family))
    pairs = [Pair(id="0", first="the red dog", second="a cat"), Pair(id="1", first="yes")]
    rows = encode_pairs(pairs, (), encoder.tokenizer, 32).columns
    expected = [library("the red dog", "a cat"), library("yes")]
    assert rows["input_ids"] == [one["input_ids"] for one in expected]
    if family == "bert":
        assert rows["types"] == [one["token_type_ids"] for one in expected]


def test_a_long_pair_loses_the_end_of_its_longer_text_and_is_counted(tiny: Tiny) -> None:
    tokenizer = tiny("xlm-roberta").tokenizer
    long, short = "dog " * 40, "the cat"
    rows = encode_pairs(
        [Pair(id="0", first=long, second=short), Pair(id="1", first="a", second="a")], (), tokenizer, 16
    )
    assert rows.counts == {"rows": 2, "shortened": 1}
    assert len(rows.columns["input_ids"][0]) == 16
    assert rows.columns["input_ids"][0][-3:-1] == tokenizer.cut([short])[0].ids


def test_a_gold_label_that_the_task_does_not_know_is_an_error(tiny: Tiny) -> None:
    with pytest.raises(BadData, match="'maybe'"):
        encode_pairs([Pair(id="0", first="a", label="maybe")], ("yes", "no"), tiny("bert").tokenizer, 32)


def test_a_long_text_becomes_several_inputs_that_hold_all_of_it(tiny: Tiny, twelve: Any) -> None:
    tokenizer = tiny("xlm-roberta").tokenizer
    text = replace(twelve(Kind.TEXT)[0], text="the red dog " * 30, parallel="")
    rows = encode_texts([text], tokenizer, 20).columns["input_ids"]
    assert max(map(len, rows)) == 20
    assert [number for row in rows for number in row[1:-1]] == tokenizer.cut([text.text])[0].ids


def test_choices_of_unequal_number_keep_their_borders(tiny: Tiny, twelve: Any) -> None:
    rows = encode_choices(twelve(Kind.CHOICE), tiny("xlm-roberta").tokenizer, 32).columns
    assert [len(parts) for parts in rows["parts"]] == [2, 3] * 6
    assert [sum(parts) for parts in rows["parts"]] == [len(ids) for ids in rows["input_ids"]]


@pytest.mark.parametrize("length", [5, 8, 13, 64])
def test_windows_lose_no_word_and_repeat_none(length: int, tiny: Tiny) -> None:
    words = ("the", "mouse", "\u200d", " ", "brown", "xyzzyxyzzyxyzzyxyzzy", "fish") * 5
    sentence = Tagged(id="0", words=words, tags=("OTHER",) * len(words))
    rows = encode_tags([sentence], ("OTHER",), tiny("xlm-roberta").tokenizer, length).columns
    assert max(map(len, rows["input_ids"])) <= length
    assert [word for row in rows["words"] for word in row if word >= 0] == list(range(len(words)))
    assert sum(label == 0 for row in rows["labels"] for label in row) == len(words)


def test_the_label_of_a_word_sits_on_its_first_piece(tiny: Tiny) -> None:
    tokenizer = tiny("xlm-roberta").tokenizer
    sentence = Tagged(id="0", words=("dogs", "see"), tags=("ANIMAL", "OTHER"))
    rows = encode_tags([sentence], ("OTHER", "ANIMAL"), tokenizer, 32).columns
    pieces = len(tokenizer.cut_words([("dogs",)])[0].ids)
    assert pieces > 1
    labels = rows["labels"][0]
    assert (labels[1], labels[1 + pieces]) == (1, 0)
    assert labels.count(-100) == len(labels) - 2


CONTEXT = "the red dog sees a blue cat and the green horse has a brown mouse " * 3


def question(text: str, occurrence: int = 0) -> Question:
    start = -1
    for _ in range(occurrence + 1):
        start = CONTEXT.index(text, start + 1)
    return Question(id=text, question="who sees what", context=CONTEXT, answers=(Answer(text=text, start=start),))


@pytest.mark.parametrize("length", [20, 32, 64])
@pytest.mark.parametrize("family", ["xlm-roberta", "bert", "mt5"])
def test_gold_tokens_are_the_gold_answer(length: int, family: str, tiny: Tiny) -> None:
    tokenizer = tiny(family).tokenizer
    lengths = SpanLengths(input=length, question=64, stride=128)
    asked = [question("blue cat", 1), question("the red dog"), question("mouse", 2)]
    gold = encode_training_spans(asked, tokenizer, lengths).columns
    shown = encode_asked_spans(asked, tokenizer, lengths).columns
    assert gold["input_ids"] == shown["input_ids"]
    found: dict[int, set[str]] = {}
    for row, (start, end) in enumerate(zip(gold["start"], gold["end"], strict=True)):
        if start:
            example = shown["example"][row]
            text = CONTEXT[shown["from"][row][start] : shown["to"][row][end]]
            found.setdefault(example, set()).add(text.strip())
    assert found == {0: {"blue cat"}, 1: {"the red dog"}, 2: {"mouse"}}


def test_windows_overlap_by_a_third_and_show_the_whole_context(tiny: Tiny) -> None:
    tokenizer = tiny("xlm-roberta").tokenizer
    rows = encode_asked_spans([question("mouse")], tokenizer, SpanLengths(input=24, question=64, stride=128)).columns
    windows = [[begin for begin in begins if begin != OUTSIDE] for begins in rows["from"]]
    pieces = [begin for begin, _ in tokenizer.cut([CONTEXT])[0].spans]
    room = len(windows[0])
    step = room * 2 // 3
    assert windows == [pieces[start : start + room] for start in range(0, len(pieces) - room + step, step)]


def test_a_lone_word_mark_does_not_hide_the_answer_behind_it(tiny: Tiny) -> None:
    tokenizer = tiny("xlm-roberta").tokenizer
    spans = tokenizer.cut(["a ? b"])[0].spans
    assert spans.count((2, 3)) == 2
    asked = Question(id="0", question="what", context="a ? b", answers=(Answer(text="?", start=2),))
    rows = encode_training_spans([asked], tokenizer, SpanLengths(input=32, question=64, stride=128)).columns
    assert rows["start"] == rows["end"] != [0]


def test_a_question_is_cut_to_its_limit_and_the_context_keeps_its_room(tiny: Tiny) -> None:
    tokenizer = tiny("xlm-roberta").tokenizer
    asked = replace(question("mouse"), question="what " * 100)
    rows = encode_asked_spans([asked], tokenizer, SpanLengths(input=40, question=6, stride=128))
    assert rows.columns["from"][0].index(0) == 1 + 6 + 2
    assert rows.counts["shortened"] == 1


def test_a_question_without_an_answer_points_at_the_first_position(tiny: Tiny) -> None:
    asked = replace(question("mouse"), answers=())
    rows = encode_training_spans(
        [asked], tiny("bert").tokenizer, SpanLengths(input=64, question=64, stride=128)
    ).columns
    assert set(rows["start"]) == set(rows["end"]) == {0}


def test_an_input_longer_than_the_encoder_reads_is_refused(tiny: Tiny, tasks: Any, twelve: Any) -> None:
    with pytest.raises(CairnError, match="at most 64 tokens"):
        encode_for_training(twelve(Kind.PAIR), tasks[Kind.PAIR], tiny("bert"), Training(max_length_tokens=65))


def test_questions_are_asked_without_their_gold(
    tiny: Tiny, tasks: Any, twelve: Callable[[Kind], list[Example]], training: Training
) -> None:
    for kind in (Kind.PAIR, Kind.TAGS, Kind.SPAN):
        rows = asked_features(twelve(kind), tasks[kind], tiny("bert"), training, None)
        assert not {"labels", "start", "end"} & set(rows.names)
    assert set(asked_features(twelve(Kind.PAIR), tasks[Kind.PAIR], tiny("bert"), training, None).numbers("label")) == {
        -1
    }


def test_retrieval_is_no_training_task(tiny: Tiny, tasks: Any, twelve: Any, training: Training) -> None:
    with pytest.raises(CairnError, match="answered without training"):
        finished(encode_for_training(twelve(Kind.BITEXT), tasks[Kind.BITEXT], tiny("bert"), training))
