from evaluators.reading import read
from evaluators.source import DataSource
from evaluators.tasks.anli import ANLI


def test_three_sets_are_read_as_one_with_ids_that_do_not_clash(data: DataSource) -> None:
    reading = read(ANLI, "train", "en", data)
    ids = [example.id for example in reading.examples]
    assert len(ids) == len(set(ids)) == 3 * 12 + 12 + 11
    assert ids[0] == "train_r1 0"
    assert ids[36] == "nyu-mll/glue/mnli/0"
    assert ids[-1] == "stanfordnlp/snli/plain_text/11"


def test_snli_rows_without_a_gold_label_are_dropped_and_counted(data: DataSource) -> None:
    assert read(ANLI, "dev", "en", data).dropped == {"no gold label": 1}
