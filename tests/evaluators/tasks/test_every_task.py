import math
import os
import pickle
from pathlib import Path

from evaluators.examples import Question
from evaluators.gold import gold_of, gold_predictions
from evaluators.metrics.mlqa import normalised
from evaluators.reading import available_languages, labels_of, read, rows
from evaluators.selection import score_rows
from evaluators.source import DataSource
from evaluators.task import Kind, Task

SPLITS = ("train", "dev", "test")


def test_a_predictor_that_answers_with_the_gold_scores_100(task: Task, data: DataSource) -> None:
    scored = 0
    for split in SPLITS:
        assert available_languages(task, split, data) == task.languages(split)
        for language in task.languages(split):
            examples = read(task, split, language, data).examples
            assert examples, f"{split} {language}"
            if task.kind is Kind.TEXT or gold_of(examples[0], 0) is None:
                continue
            for row in score_rows(task, language, split, examples, gold_predictions(examples)):
                assert row.value == 100.0, row
                scored += 1
    assert scored or task.kind is Kind.TEXT


def test_every_split_with_gold_for_training_has_published_rows_or_is_local(task: Task) -> None:
    for table in task.tables.get("train", ()):
        assert table.rows or table.first or table.dataset.startswith("local/")
        assert not table.rows or len(table.configs) == 1, "published rows belong to one language"


def test_the_score_is_made_of_the_tasks_own_metrics(task: Task) -> None:
    assert set(task.scored_by) <= {metric.name for metric in task.metrics}
    assert bool(task.scored_by) == (task.kind is not Kind.TEXT)


def test_a_task_travels_to_other_processes(task: Task) -> None:
    packed = pickle.dumps((task.name, task.read, task.tables))
    assert pickle.dumps(pickle.loads(packed)) == packed


def test_labels_are_known_for_pairs_and_tags(task: Task, data: DataSource) -> None:
    labels = labels_of(task, data)
    assert bool(labels) == (task.kind in (Kind.PAIR, Kind.TAGS))
    assert len(set(labels)) == len(labels)


def test_halves_of_one_published_split_share_no_item_and_lose_none(task: Task, data: DataSource) -> None:
    halved = [table for table in task.tables.get("dev", ()) if table.half]
    if not halved:
        assert not [table for table in task.tables.get("test", ()) if table.half]
        return
    for language in task.languages("dev"):
        search = {example.id for example in read(task, "dev", language, data).examples}
        report = {example.id for example in read(task, "test", language, data).examples}
        assert search and report and not search & report
        assert len(search | report) == 12


def test_counting_rows_agrees_with_reading_them(task: Task, data: DataSource) -> None:
    for split in SPLITS:
        for language in task.languages(split)[:3]:
            reading = read(task, split, language, data)
            assert rows(task, split, language, data) == len(reading.examples) + sum(reading.dropped.values())


def test_a_predictor_that_answers_with_the_gold_scores_100_on_the_mirror_that_cairn_data_names(
    task: Task, mirror: Path
) -> None:
    """Of real data where there are some; of the mirror in miniature otherwise."""
    data = DataSource(root=Path(os.environ.get("CAIRN_DATA", mirror))).unsealed()
    for split in SPLITS:
        for language in available_languages(task, split, data):
            examples = read(task, split, language, data).examples
            if task.kind is Kind.TEXT or gold_of(examples[0], 0) is None:
                continue
            examples = tuple(example for example in examples if not _answer_is_only_articles(task, example, language))
            for row in score_rows(task, language, split, examples, gold_predictions(examples)):
                assert math.isclose(row.value, 100.0, abs_tol=1e-9), row


def _answer_is_only_articles(task: Task, example: object, language: str) -> bool:
    """MLQA's own F1 gives nothing for an answer of which its normaliser leaves nothing ("una"), right or not."""
    if task.name != "mlqa" or not isinstance(example, Question) or not example.answers:
        return False
    return not normalised(example.answers[0].text, language).strip()
