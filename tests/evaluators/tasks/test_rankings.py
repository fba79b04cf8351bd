import pytest

from evaluators.errors import BadData
from evaluators.reading import read
from evaluators.source import DataSource
from evaluators.suites import XTREME_R
from evaluators.tasks.lareqa import LAREQA
from evaluators.tasks.mewslix import MEWSLIX, marked
from evaluators.tasks.squad1_passages import SQUAD1_PASSAGES, sentence_at

CONTEXT = "Ada wrote programs. It rained."
SPLIT = "google-research-datasets/xquad_r/{}/{}.parquet"


def questions(starts):
    return {
        "id": list(starts),
        "context": [CONTEXT] * len(starts),
        "question": [f"{name}?" for name in starts],
        "answers": [{"text": ["x"], "answer_start": [start]} for start in starts.values()],
    }


def paragraph(sentences, ids, *, start=0):
    starts = [start]
    for text in sentences[:-1]:
        starts.append(starts[-1] + len(text) + 1)
    ends = [begin + len(text) for begin, text in zip(starts, sentences, strict=True)]
    return {"sentences": sentences, "sentence_start": starts, "sentence_end": ends, "question_ids": ids}


def columns(paragraphs):
    rows = [{"context": " ".join(one["sentences"]), **one} for one in paragraphs]
    return {name: [row[name] for row in rows] for name in rows[0]}


@pytest.fixture
def pool(tmp_path, write):
    """Two languages, two paragraphs; the first has no question in German that lies in a sentence."""
    paragraphs = [
        paragraph(["One two.", "Three four."], ["a"]),
        paragraph(["Ada wrote.", "It rained.", "Ada wrote."], ["b", "c"]),
    ]
    for language, starts in {"en": {"a": 9, "b": 0, "c": 11}, "de": {"a": 8, "b": 22, "c": 12}}.items():
        write(tmp_path / SPLIT.format(language, "validation"), questions(starts))
        write(tmp_path / SPLIT.format(language, "sentences"), columns(paragraphs))
    return DataSource(root=tmp_path).unsealed()


def test_every_sentence_of_a_paragraph_with_a_usable_question_is_a_candidate_once(pool):
    assert LAREQA.pool is not None
    ids = [passage.id for passage in LAREQA.pool.passages(pool)]
    assert ids == ["de_2_0", "de_2_1", "de_2_2", "en_1_0", "en_1_1", "en_2_0", "en_2_1", "en_2_2"]


def test_right_are_the_sentences_with_the_answer_in_all_languages_and_those_that_say_the_same(pool):
    right = {query.id: query.right for query in read(LAREQA, "whole", "en", pool).examples}
    assert right == {
        "a": ("en_1_1",),
        "b": ("de_2_0", "de_2_2", "en_2_0", "en_2_2"),
        "c": ("de_2_1", "en_2_1"),
    }


def test_a_question_whose_answer_is_in_no_sentence_of_any_language_is_left_out_and_counted(tmp_path, write):
    write(tmp_path / SPLIT.format("en", "validation"), questions({"a": 0, "b": 90}))
    write(tmp_path / SPLIT.format("en", "sentences"), columns([paragraph(["One two."], ["a", "b"])]))
    reading = read(LAREQA, "whole", "en", DataSource(root=tmp_path).unsealed())
    assert [query.id for query in reading.examples] == ["a"]
    assert reading.dropped == {"the answer is in no sentence": 1}


def test_a_pool_is_read_again_when_its_files_change(pool, write):
    assert LAREQA.pool is not None
    before = len(list(LAREQA.pool.passages(pool)))
    write(pool.root / SPLIT.format("de", "sentences"), columns([paragraph(["Neu."], ["b"], start=22)]))
    assert len(list(LAREQA.pool.passages(pool))) != before


@pytest.mark.parametrize(
    ("context", "start", "sentence"),
    [
        ("One. Two three. Four.", 6, "Two three."),
        ("He came in 3.5 hours. She left.", 11, "He came in 3.5 hours."),
        ('"No!" she said. Then left.', 20, "Then left."),
        ("All in one", 4, "All in one"),
        ("First (again.) Second", 17, "Second"),
    ],
)
def test_the_sentence_with_the_answer_is_found(context, start, sentence):
    assert sentence_at(context, start) == sentence


def test_a_question_of_squad_brings_its_passage_along(data: DataSource):
    query = read(SQUAD1_PASSAGES, "train", "en", data).examples[0]
    assert query.passage.text == "Ada wrote programs in London"
    assert query.right == (query.passage.id,)


def test_a_mention_is_marked_in_the_one_sentence_that_holds_it(data: DataSource):
    query = read(MEWSLIX, "test", "de", data).examples[0]
    assert query.text == "mention: Ada saw { London } there."
    assert query.right == ("Q0",)


def test_a_mention_outside_all_sentences_is_marked_in_the_whole_text():
    context = {"text": "Ada saw London", "sentence_spans": []}
    assert marked(context, {"start": 8, "end": 14}) == "mention: Ada saw { London }"
    with pytest.raises(ValueError, match="from 8 to 40"):
        marked(context, {"start": 8, "end": 40})


def test_entities_are_read_one_by_one(data: DataSource):
    assert MEWSLIX.pool is not None
    first = next(MEWSLIX.pool.passages(data))
    assert (first.id, first.text, first.language) == ("Q0", "Q0: a city", "en")


def test_a_mirror_without_the_pool_says_so(tmp_path):
    with pytest.raises(BadData, match="candidate_entities"):
        list(XTREME_R.targets["mewslix"].pool.passages(DataSource(root=tmp_path)))
