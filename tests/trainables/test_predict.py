from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

import trainables.predict as predict_module
import trainables.retrieval as retrieval_module
from evaluators.errors import CairnError
from evaluators.examples import Bitext, Question, Tagged
from evaluators.metrics import BUCC_F1, SQUAD2_F1
from evaluators.metrics.retrieval import PairScores, Threshold
from evaluators.task import Kind, Task
from trainables.model import MultiHeadModel
from trainables.predict import predict
from trainables.profiles import resolved
from trainables.retrieval import Ways, bitext_vectors
from trainables.settings import Inference, Retrieval, TaskTraining, Training
from trainables.spans import Span, answer, best_span
from trainables.work import Work

NUMBERS = np.array([-1, -1, 0, 4, 8, 13, -1], dtype=np.int32)
ENDS = np.array([-1, -1, 3, 7, 12, 16, -1], dtype=np.int32)
CONTEXT = "the dog sees cat"


def scores(**places: float) -> Any:
    array = np.zeros(7, dtype=np.float32)
    for place, value in places.items():
        array[int(place[1:])] = value
    return array


def test_the_best_span_never_ends_before_it_starts_nor_leaves_the_context() -> None:
    span = best_span(scores(p4=5, p0=9), scores(p3=6, p5=2, p6=9), NUMBERS, ENDS, Inference())
    assert span is not None
    assert answer(CONTEXT, [span], may_be_none=False) == "sees cat"


def test_a_span_is_no_longer_than_allowed() -> None:
    span = best_span(scores(p2=5), scores(p5=5, p2=1), NUMBERS, ENDS, Inference(max_answer_tokens=2))
    assert span is not None
    assert answer(CONTEXT, [span], may_be_none=False) == "the"


def test_the_best_window_answers() -> None:
    assert answer(CONTEXT, [Span(1.0, 9.0, 0, 3), Span(2.0, 9.0, 4, 7)], may_be_none=False) == "dog"


def test_no_answer_is_given_only_where_every_window_prefers_it() -> None:
    windows = [Span(2.0, 1.0, 0, 3), Span(1.0, 5.0, 4, 7)]
    assert answer(CONTEXT, windows, may_be_none=True) == "the"
    assert answer(CONTEXT, [replace_nothing(span) for span in windows], may_be_none=True) == ""
    assert answer(CONTEXT, [replace_nothing(span) for span in windows], may_be_none=False) == "the"


def replace_nothing(span: Span) -> Span:
    return Span(span.score, 9.0, span.begin, span.end)


def test_a_context_without_tokens_is_answered_with_nothing(
    tiny: Any, tasks: dict[Kind, Task], training: Training
) -> None:
    model = MultiHeadModel(tiny("xlm-roberta"), [tasks[Kind.SPAN]], 0)
    assert predict(model, tasks[Kind.SPAN], [Question(id="0", question="who", context="")], "en", training) == [""]


def test_only_a_task_with_unanswerable_questions_may_stay_silent(
    tiny: Any, tasks: dict[Kind, Task], twelve: Any, training: Training, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = MultiHeadModel(tiny("xlm-roberta"), [tasks[Kind.SPAN]], 0)
    monkeypatch.setattr(predict_module, "best_span", lambda *arguments: Span(0.0, 1.0, 0, 3))
    silent = replace(tasks[Kind.SPAN], metrics=(SQUAD2_F1,))
    assert predict(model, tasks[Kind.SPAN], twelve(Kind.SPAN), "en", training) == ["the"] * 12
    assert predict(model, silent, twelve(Kind.SPAN), "en", training) == [""] * 12


def test_every_word_of_a_long_sentence_gets_a_tag(tiny: Any, tasks: dict[Kind, Task], training: Training) -> None:
    model = MultiHeadModel(tiny("xlm-roberta"), [tasks[Kind.TAGS]], 0)
    words = ("the", "\u200d", " ", "mouse", "xyzzyxyzzyxyzzyxyzzyxyzzyxyzzyxyzzyxyzzyxyzzy") * 12
    (tags,) = predict(model, tasks[Kind.TAGS], [Tagged(id="0", words=words)], "en", training)
    assert isinstance(tags, tuple)
    assert len(tags) == len(words)
    assert set(tags) <= {"OTHER", "ANIMAL", "COLOUR"}


def test_predictions_do_not_depend_on_how_inputs_are_batched(
    tiny: Any, tasks: dict[Kind, Task], twelve: Any, training: Training
) -> None:
    for kind in (Kind.PAIR, Kind.TAGS, Kind.SPAN, Kind.CHOICE, Kind.BITEXT):
        kinds = [] if kind is Kind.BITEXT else [tasks[kind]]
        model = MultiHeadModel(tiny("xlm-roberta"), kinds, 0)
        together = predict(model, tasks[kind], twelve(kind), "en", training)
        alone = predict(model, tasks[kind], twelve(kind), "en", training, Inference(batch_tokens=1))
        assert together == alone


def test_a_target_is_answered_by_the_head_of_its_training_task(
    tiny: Any, tasks: dict[Kind, Task], twelve: Any, training: Training
) -> None:
    model = MultiHeadModel(tiny("xlm-roberta"), [tasks[Kind.PAIR]], 0)
    with torch.no_grad():
        model.heads["pair"].linear.weight.zero_()
        model.heads["pair"].linear.bias.copy_(torch.tensor([0.0, 1.0]))
    target = replace(tasks[Kind.PAIR], name="abroad", trained_as="pair", labels=("no", "yes"))
    assert predict(model, target, twelve(Kind.PAIR), "sw", training) == ["no"] * 12
    with pytest.raises(CairnError, match="no head 'abroad'"):
        predict(model, replace(target, trained_as=None), twelve(Kind.PAIR), "sw", training)


def test_a_target_is_read_at_the_lengths_of_its_training_task(
    tiny: Any, tasks: dict[Kind, Task], twelve: Any, tmp_path: Any
) -> None:
    model = MultiHeadModel(tiny("xlm-roberta"), [tasks[Kind.SPAN]], 0)
    target = replace(tasks[Kind.SPAN], name="abroad", trained_as="span")
    for length in (20, 64):
        training = Training(per_task={"span": TaskTraining(max_length_tokens=length)})
        predict(model, target, twelve(Kind.SPAN), "en", replace(training, max_length_tokens=16), cache=tmp_path)
    assert len(list(tmp_path.glob("features/*/*/counts.json"))) == 2


def test_features_of_a_dev_set_are_kept_when_a_cache_is_named(
    tiny: Any, tasks: dict[Kind, Task], twelve: Any, training: Training, tmp_path: Any
) -> None:
    model = MultiHeadModel(tiny("xlm-roberta"), [tasks[Kind.PAIR]], 0)
    first = predict(model, tasks[Kind.PAIR], twelve(Kind.PAIR), "en", training, cache=tmp_path)
    assert predict(model, tasks[Kind.PAIR], twelve(Kind.PAIR), "en", training, cache=tmp_path) == first
    assert len(list(tmp_path.glob("features/*/*"))) == 1


def test_equal_sentences_find_each_other(tiny: Any, tasks: dict[Kind, Task], training: Training) -> None:
    model = MultiHeadModel(tiny("xlm-roberta"), [], 0)
    texts = ["the red dog", "a blue cat", "who sees the green mouse"]
    shifted = [Bitext(id=str(n), foreign=texts[n - 1], english=texts[n]) for n in range(3)]
    assert predict(model, tasks[Kind.BITEXT], shifted, "en", training) == [1, 2, 0]


def test_a_mining_task_answers_with_pairs_or_none(tiny: Any, tasks: dict[Kind, Task], training: Training) -> None:
    model = MultiHeadModel(tiny("xlm-roberta"), [], 0)
    texts = ["the red dog", "a blue cat", "who sees the green mouse", "yes and no"]
    bucc = replace(tasks[Kind.BITEXT], metrics=(BUCC_F1,))
    same = [Bitext(id=str(n), foreign=text, english=text) for n, text in enumerate(texts)]
    assert predict(model, bucc, same, "de", training) == [0, 1, 2, 3]


def test_centred_vectors_have_no_mean(tiny: Any, twelve: Any) -> None:
    model = MultiHeadModel(tiny("xlm-roberta"), [], 0).eval()
    with torch.inference_mode():
        foreign, english = bitext_vectors(model, twelve(Kind.BITEXT), ways("sw", Retrieval(centred=True, layer=1)))
    assert np.abs(foreign.mean(axis=0)).max() < 1e-6
    assert np.abs(english.mean(axis=0)).max() < 1e-6


def ways(language: str, retrieval: Retrieval) -> Ways:
    return Ways(language, resolved(Inference(retrieval=retrieval), 2, mined=False), None, Work())


def test_the_vector_of_a_sentence_is_the_mean_over_all_its_positions(tiny: Any) -> None:
    model = MultiHeadModel(tiny("xlm-roberta"), [], 0).eval()
    ids = torch.tensor([model.loaded.tokenizer.join(model.loaded.tokenizer.cut(["the red dog"])[0].ids).ids])
    with torch.inference_mode():
        hidden = model.loaded.run(ids, torch.ones_like(ids), None, ["en"], all_layers=True).layers[1]
        examples = [Bitext(id="0", foreign="the red dog", english="who sees the green mouse and the bird")]
        foreign, _ = bitext_vectors(model, examples, ways("en", Retrieval(layer=1)))
    np.testing.assert_allclose(foreign[0], hidden[0].mean(dim=0).numpy(), atol=1e-6)


def test_the_threshold_of_mined_test_pairs_is_chosen_on_dev_data(
    tiny: Any, tasks: dict[Kind, Task], training: Training, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = MultiHeadModel(tiny("xlm-roberta"), [], 0)
    bucc = replace(tasks[Kind.BITEXT], metrics=(BUCC_F1,))
    dev = [Bitext(id=text, foreign=text, english=text) for text in ("the red dog", "a blue cat", "yes and no")]
    test = [Bitext(id=text, foreign=text, english=text) for text in ("who sees", "the green mouse")]
    chosen_on: list[int] = []

    def never_reached(candidates: Any, gold: Any) -> Threshold:
        chosen_on.append(len(gold))
        return Threshold(1e9, PairScores(0.0, 0.0, 0.0))

    monkeypatch.setattr(retrieval_module, "best_threshold", never_reached)
    assert predict(model, bucc, test, "de", training, dev=dev) == [-1, -1]
    assert predict(model, bucc, dev, "de", training) == [-1, -1, -1]
    assert chosen_on == [3, 3]
