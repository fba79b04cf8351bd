from itertools import islice

from evaluators.babel.text import pretraining_text
from evaluators.examples import Text


def test_the_corpus_is_a_function_of_its_seed() -> None:
    first, again, other = (list(islice(pretraining_text(seed), 50)) for seed in (3, 3, 4))
    assert first == again
    assert [text.text for text in first] != [text.text for text in other]


def test_documents_are_short_and_many_are_parallel() -> None:
    texts = list(pretraining_text(0, documents=2000))
    words = [len(f"{text.text} {text.parallel}".split()) for text in texts]
    assert len({text.id for text in texts}) == 2000
    assert all(isinstance(text, Text) and text.text for text in texts)
    assert 10 < sum(words) / len(words) < 18
    assert 0.5 < sum(bool(text.parallel) for text in texts) / 2000 < 0.6


def test_a_document_of_the_pivot_reads_as_it_should() -> None:
    english = [text.text for text in pretraining_text(0, documents=3000) if text.text.isascii()]
    assert any(text.endswith("? yes .") for text in english)
    assert any(" . then " in text for text in english)
