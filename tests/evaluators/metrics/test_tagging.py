import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluators.errors import CairnError
from evaluators.examples import Tagged
from evaluators.metrics import SPAN_F1, TOKEN_ACCURACY
from evaluators.metrics.tagging import span_scores, spans, token_accuracy

BIO = ["O", "B-PER", "I-PER", "B-LOC", "I-LOC"]
UPOS = ["NOUN", "VERB", "SCONJ", "CCONJ", "SYM", "INTJ", "X", "ADJ"]
NAMES = st.text(alphabet="BIESOXN.-_ñ語", min_size=1, max_size=5)


def corpora(tags):
    pairs = st.lists(st.tuples(tags, tags), max_size=12)
    return st.lists(pairs, min_size=1, max_size=6).map(
        lambda corpus: ([[g for g, _ in s] for s in corpus], [[p for _, p in s] for s in corpus])
    )


def bio_spans_read_off_one_by_one(sentences):
    """Entities of BIO tags, by scanning to the right from every place that starts one."""
    found, offset = set(), 0
    for tags in sentences:
        for start, tag in enumerate(tags):
            before = tags[start - 1] if start else "O"
            if tag == "O" or (tag[0] == "I" and before[2:] == tag[2:]):
                continue
            end = start
            while end + 1 < len(tags) and tags[end + 1] == f"I-{tag[2:]}":
                end += 1
            found.add((tag[2:], offset + start, offset + end))
        offset += len(tags) + 1
    return found


def upos_runs_read_off_one_by_one(sentences):
    """Runs of equal tags, where a tag that begins with S never merges."""
    found, offset = set(), 0
    for tags in sentences:
        for start, tag in enumerate(tags):
            if start and tags[start - 1] == tag and tag[0] != "S":
                continue
            end = start
            while end + 1 < len(tags) and tags[end + 1] == tag and tag[0] != "S":
                end += 1
            found.add((tag, offset + start, offset + end))
        offset += len(tags) + 1
    return found


@given(corpora(st.sampled_from(BIO)), st.sampled_from(["legacy", "current"]))
def test_entities_are_what_a_slow_scan_finds_under_both_behaviours(corpus, behaviour):
    for sentences in corpus:
        assert spans(sentences, behaviour) == bio_spans_read_off_one_by_one(sentences)


@given(corpora(st.sampled_from(UPOS)))
def test_bare_tags_form_runs_in_which_s_stands_alone(corpus):
    for sentences in corpus:
        assert spans(sentences, "legacy") == upos_runs_read_off_one_by_one(sentences)


@given(corpora(NAMES), st.sampled_from(["legacy", "current"]))
def test_scores_of_any_tags_are_percentages_and_swap_with_the_sides(corpus, behaviour):
    gold, predicted = corpus
    there, back = span_scores(gold, predicted, behaviour), span_scores(predicted, gold, behaviour)
    assert there.precision == back.recall
    assert there.recall == back.precision
    assert there.f1 == pytest.approx(back.f1)
    assert all(0 <= value <= 100 for value in there)


@given(corpora(st.sampled_from([*BIO, *UPOS])))
def test_gold_against_itself_is_perfect_wherever_there_is_a_span(corpus):
    gold, _ = corpus
    expected = 100.0 if any(tag != "O" for sentence in gold for tag in sentence) else 0.0
    assert span_scores(gold, gold).f1 == expected


@given(corpora(st.sampled_from(UPOS)))
@settings(max_examples=50)
def test_token_accuracy_counts_equal_places(corpus):
    gold, predicted = corpus
    tokens = [g == p for one, other in zip(gold, predicted, strict=True) for g, p in zip(one, other, strict=True)]
    if tokens:
        assert token_accuracy(gold, predicted) == pytest.approx(100 * sum(tokens) / len(tokens))
    else:
        with pytest.raises(CairnError, match="no tokens"):
            token_accuracy(gold, predicted)


@pytest.mark.parametrize(
    ("gold", "predicted", "message"),
    [
        ([], [], "nothing to score"),
        ([["O"]], [], "0 predictions for 1"),
        ([["O", "O"]], [["O"]], "sentence 0 has 2 gold tags and 1"),
        ([["O"]], [[""]], "empty tag"),
    ],
)
def test_what_cannot_be_scored_is_refused(gold, predicted, message):
    with pytest.raises(CairnError, match=message):
        span_scores(gold, predicted)


def test_an_example_without_tags_is_refused_by_its_id():
    for metric in (SPAN_F1, TOKEN_ACCURACY):
        with pytest.raises(CairnError, match="'de-7' has no gold"):
            metric.compute([Tagged(id="de-7", words=("a",))], [("NOUN",)], "de")


def test_a_large_corpus_takes_time_in_proportion():
    corpus = [["B-PER", "I-PER", "O", "NOUN", "VERB"] * 8] * 5000
    began = time.perf_counter()
    assert span_scores(corpus, corpus).f1 == 100.0
    assert time.perf_counter() - began < 10
