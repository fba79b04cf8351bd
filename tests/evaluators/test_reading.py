from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from evaluators.errors import BadData, SealedSplit, UnknownName
from evaluators.examples import Answer, Pair, Question
from evaluators.reading import available_languages, fingerprint, is_available, labels_of, read, rows
from evaluators.source import DataSource
from evaluators.table import Row, Table
from evaluators.task import Dropped, Kind, Task
from evaluators.tasks import find
from evaluators.tasks.layouts import answered_question, premise_and_hypothesis

NLI = ["entailment", "neutral", "contradiction"]


def pairs(label: list[int]) -> dict[str, list[Any]]:
    numbers = range(len(label))
    return {"premise": [f"p{n}" for n in numbers], "hypothesis": [f"h{n}" for n in numbers], "label": label}


def table(split: str = "validation", **options: Any) -> Table:
    given = {"configs": {"de": ("de",), "sw": ("sw",)}, "classes": {"label": NLI}} | options
    return Table(dataset="some/nli", split=split, **given)


TASK = Task(
    name="toy",
    kind=Kind.PAIR,
    title="",
    read=premise_and_hypothesis,
    tables={"dev": [table()], "test": [table("test")]},
    labels=NLI,
)


@pytest.fixture
def data(tmp_path: Path) -> DataSource:
    return DataSource(root=tmp_path)


@pytest.fixture
def put(tmp_path: Path, write: Callable[..., Path]) -> Callable[..., Path]:
    def put(columns: dict[str, list[Any]], config: str = "de", split: str = "validation", classes: Any = NLI) -> Path:
        named = {"label": classes} if "label" in columns and classes else {}
        return write(tmp_path / f"some/nli/{config}/{split}.parquet", columns, named)

    return put


def test_label_numbers_become_the_tasks_labels(put: Callable[..., Path], data: DataSource) -> None:
    put(pairs([2, 0]))
    reading = read(TASK, "dev", "de", data)
    assert reading.examples == (
        Pair(id="0", first="p0", second="h0", label="contradiction"),
        Pair(id="1", first="p1", second="h1", label="entailment"),
    )
    assert not reading.dropped and not reading.repaired and not reading.absent


@pytest.mark.parametrize("number", [3, -2])
def test_a_label_number_out_of_range_names_file_and_row(
    put: Callable[..., Path], data: DataSource, number: int
) -> None:
    path = put(pairs([0, number]))
    with pytest.raises(BadData, match=rf"{path}, row 1: label is {number}; label numbers go from 0 to 2"):
        read(TASK, "dev", "de", data)


def test_classes_in_another_order_are_refused(put: Callable[..., Path], data: DataSource) -> None:
    put(pairs([0]), classes=["contradiction", "neutral", "entailment"])
    with pytest.raises(BadData, match=r"classes of column 'label' are contradiction, neutral, entailment; the task"):
        read(TASK, "dev", "de", data)


def test_a_file_that_names_no_classes_is_taken_at_its_numbers(put: Callable[..., Path], data: DataSource) -> None:
    put(pairs([1]), classes=None)
    assert read(TASK, "dev", "de", data).examples[0].label == "neutral"  # type: ignore[union-attr]


def test_a_missing_column_is_named_with_those_there_are(put: Callable[..., Path], data: DataSource) -> None:
    put({"sentence1": ["p"], "sentence2": ["h"], "label": [0]})
    with pytest.raises(BadData, match=r"row 0: there is no column 'premise', only sentence1, sentence2, label"):
        read(TASK, "dev", "de", data)


def test_an_empty_cell_is_no_text(put: Callable[..., Path], data: DataSource) -> None:
    put({"premise": ["p", None], "hypothesis": ["h", "h"], "label": [0, 0]})
    with pytest.raises(BadData, match="row 1: first is None, not a text"):
        read(TASK, "dev", "de", data)


def test_gold_is_not_filled_in(put: Callable[..., Path], data: DataSource) -> None:
    put(pairs([0, -1]))
    with pytest.raises(BadData, match="1 of 2 examples have no gold, the first is '1'"):
        read(TASK, "dev", "de", data)


def test_a_test_split_has_gold_for_all_rows_or_for_none(put: Callable[..., Path], data: DataSource) -> None:
    put(pairs([-1, -1]), split="test")
    assert [example.label for example in read(TASK, "test", "de", data.unsealed()).examples] == [None, None]  # type: ignore[union-attr]
    put(pairs([0, -1]), split="test")
    with pytest.raises(BadData, match="1 of 2 examples have no gold"):
        read(TASK, "test", "de", data.unsealed())


def test_test_gold_cannot_be_read_while_the_source_is_sealed(put: Callable[..., Path], data: DataSource) -> None:
    put(pairs([0]), split="test")
    with pytest.raises(SealedSplit, match="the test split of toy is sealed"):
        read(TASK, "test", "de", data)
    assert is_available(TASK, "test", "de", data)
    assert rows(TASK, "test", "de", data) == 1
    assert len(fingerprint(TASK, "test", ["de"], data)) == 64
    assert len(read(TASK, "test", "de", data.unsealed()).examples) == 1


def test_every_target_is_sealed(mirror: Path) -> None:
    sealed = DataSource(root=mirror)
    for name in ("xnli", "pawsx", "udpos", "panx", "xquad", "mlqa", "tydiqa", "bucc2018", "tatoeba"):
        with pytest.raises(SealedSplit):
            read(find(name), "test", find(name).languages("test")[0], sealed)


def test_reading_dev_of_a_halved_set_gives_the_search_half_only(mirror: Path) -> None:
    sealed = DataSource(root=mirror)
    halves = {
        language: {example.id for example in read(find("xquad"), "dev", language, sealed).examples}
        for language in ("en", "zh")
    }
    assert halves["en"] == halves["zh"]
    assert 0 < len(halves["en"]) < 12


def test_rows_without_gold_are_dropped_where_the_data_set_says_so_and_counted(
    put: Callable[..., Path], data: DataSource
) -> None:
    def read_or_drop(row: Row) -> Pair:
        if row["label"] is None:
            raise Dropped("no gold label")
        return premise_and_hypothesis(row)

    put(pairs([0, -1, 2, -1]))
    reading = read(replace(TASK, read=read_or_drop), "dev", "de", data)
    assert [example.id for example in reading.examples] == ["0", "2"]
    assert reading.dropped == {"no gold label": 2}


def test_a_missing_file_is_an_error_and_the_language_is_not_available(
    put: Callable[..., Path], data: DataSource
) -> None:
    put(pairs([0]))
    assert available_languages(TASK, "dev", data) == ("de",)
    with pytest.raises(BadData, match=r"sw/validation\.parquet is missing"):
        read(TASK, "dev", "sw", data)


def test_an_unknown_language_is_named_with_near_ones(data: DataSource) -> None:
    with pytest.raises(UnknownName, match="no toy dev language 'sv'; did you mean de, sw"):
        read(TASK, "dev", "sv", data)
    with pytest.raises(UnknownName, match="no toy split 'train'; did you mean dev, test"):
        read(TASK, "train", "de", data)
    assert not is_available(TASK, "dev", "sv", data)


def test_a_language_spread_over_several_files_may_lack_some_and_says_which(
    put: Callable[..., Path], data: DataSource
) -> None:
    task = replace(TASK, tables={"dev": [table(configs={"de": ("de_gsd", "de_hdt")})]})
    with pytest.raises(BadData, match="missing"):
        read(task, "dev", "de", data)
    put(pairs([0]), config="de_gsd")
    alone = read(task, "dev", "de", data)
    assert [example.id for example in alone.examples] == ["some/nli/de_gsd/0"]
    assert [Path(place).parent.name for place in alone.absent] == ["de_hdt"]
    put(pairs([0, 1]), config="de_hdt")
    both = read(task, "dev", "de", data)
    assert [example.id for example in both.examples] == [f"some/nli/{n}" for n in ("de_gsd/0", "de_hdt/0", "de_hdt/1")]
    assert not both.absent
    assert both.fingerprint != alone.fingerprint
    assert rows(task, "dev", "de", data) == 3


def test_every_table_of_a_split_must_be_there(put: Callable[..., Path], data: DataSource) -> None:
    put(pairs([0]), config="de", split="train_r1")
    task = replace(TASK, tables={"train": [table("train_r1"), table("train_r2")]})
    assert not is_available(task, "train", "de", data)
    with pytest.raises(BadData, match=r"train_r2\.parquet is missing"):
        read(task, "train", "de", data)


def test_a_fingerprint_follows_bytes_and_languages_only(put: Callable[..., Path], data: DataSource) -> None:
    put(pairs([0]))
    put(pairs([1]), config="sw")
    before = fingerprint(TASK, "dev", ["de", "sw"], data)
    assert fingerprint(TASK, "dev", ["de", "sw"], data.unsealed()) == before
    assert fingerprint(TASK, "dev", ["de"], data) != before
    assert read(TASK, "dev", "de", data).fingerprint == fingerprint(TASK, "dev", ["de"], data)
    put(pairs([2]), config="sw")
    assert fingerprint(TASK, "dev", ["de", "sw"], data) != before


def question(start: int) -> dict[str, list[Any]]:
    return {
        "id": ["q0", "q1"],
        "question": ["Who?", "Where?"],
        "context": ["Ada wrote in London", "Ada wrote in London"],
        "answers": [{"text": ["Ada"], "answer_start": [0]}, {"text": ["London"], "answer_start": [start]}],
    }


def asked(stripped: bool) -> Task:
    return Task(
        name="asked",
        kind=Kind.SPAN,
        title="",
        read=answered_question,
        tables={"dev": [table(stripped=stripped, classes={})]},
    )


@pytest.mark.parametrize("off", [-3, -1, 1, 2, 3])
def test_an_answer_off_its_stripped_context_is_moved_and_counted(
    put: Callable[..., Path], data: DataSource, off: int
) -> None:
    put(question(13 + off))
    reading = read(asked(stripped=True), "dev", "de", data)
    second = reading.examples[1]
    assert isinstance(second, Question)
    assert second.answers == (Answer(text="London", start=13),)
    assert reading.repaired == {"answer offset moved with its stripped context": 1}


@pytest.mark.parametrize(("off", "stripped"), [(1, False), (4, True), (-4, True)])
def test_any_other_answer_off_its_context_names_file_and_row(
    put: Callable[..., Path], data: DataSource, off: int, stripped: bool
) -> None:
    put(question(13 + off))
    with pytest.raises(BadData, match=rf"row 1: the answer 'London' should start at {13 + off}, but there stands"):
        read(asked(stripped), "dev", "de", data)


def test_tags_as_many_as_words_are_demanded(tmp_path: Path, write: Callable[..., Path]) -> None:
    columns = {"tokens": [["Ada"], ["in", "London"]], "ner_tags": [[1], [0]]}
    write(tmp_path / "unimelb-nlp/wikiann/de/validation.parquet", columns)
    with pytest.raises(BadData, match="row 1: there are 1 tags for 2 words"):
        read(find("panx"), "dev", "de", DataSource(root=tmp_path))


def test_a_tag_number_out_of_range_names_file_and_row(tmp_path: Path, write: Callable[..., Path]) -> None:
    columns = {"tokens": [["Ada"], ["in", "London"]], "ner_tags": [[1], [0, 7]]}
    write(tmp_path / "unimelb-nlp/wikiann/de/validation.parquet", columns)
    with pytest.raises(BadData, match=r"row 1: ner_tags is \[0, 7\]; label numbers go from 0 to 6"):
        read(find("panx"), "dev", "de", DataSource(root=tmp_path))


def test_an_open_set_of_tags_is_that_of_the_training_split_the_most_frequent_first(
    data: DataSource, mirror: Path
) -> None:
    assert labels_of(TASK, data) == tuple(NLI)
    assert labels_of(find("ccg"), DataSource(root=mirror)) == ("NP", "(S\\NP)/NP")


def test_on_the_hub_the_declaration_is_believed() -> None:
    hub = DataSource(root=None)
    assert is_available(find("xnli"), "dev", "sw", hub)
    assert not is_available(find("xnli"), "train", "sw", hub)
    assert rows(find("mnli"), "train", "en", hub) == 392_702
    assert rows(find("anli"), "train", "en", hub) == 162_865 + 392_702 + 550_152
    assert rows(find("xnli"), "dev", "sw", hub) is None
    assert fingerprint(find("xnli"), "dev", ["sw"], hub) != fingerprint(find("xnli"), "dev", ["th"], hub)
