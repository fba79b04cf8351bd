from evaluators.reading import read
from evaluators.source import DataSource
from evaluators.tasks.xnli_extension import XNLI_EXTENSION


def test_english_dev_is_mnli_and_its_rows_are_numbered_as_in_the_other_languages(data: DataSource) -> None:
    assert XNLI_EXTENSION.languages("dev")[0] == "en"
    assert "en" not in XNLI_EXTENSION.languages("test")
    english, finnish = (read(XNLI_EXTENSION, "dev", language, data).examples for language in ("en", "fi"))
    assert [example.id for example in english] == [example.id for example in finnish]
