"""The data sets of the offline suite: layouts and sizes.

Evaluation sets speak all six languages. Training sets of targets are small, those of intermediate tasks larger; both
are in the pivot, and of some there are translations.
"""

from __future__ import annotations

from evaluators.babel import tasks_choice, tasks_pair, tasks_question, tasks_tag
from evaluators.babel.languages import LANGUAGES, PIVOT
from evaluators.babel.sheet import NUMBER, NUMBERS, TEXT, TEXTS, Column, Part, Sheet
from evaluators.babel.supertags import CATEGORIES

DEV_ROWS = 200
TEST_ROWS = 300
HALVED_ROWS = 600
"""Rows of sets with a single split, of which a search reads one half and the report the other."""
TARGET_ROWS = 800
TAG_ROWS = 400
INTERMEDIATE_ROWS = 6000
CHOICE_ROWS = 4000

NLI_LABELS = ("entailment", "neutral", "contradiction")
QQP_LABELS = ("not_duplicate", "duplicate")

ITEM = "babel-{}".format
_ONLY_PIVOT = (PIVOT,)
_NLI = {"premise": TEXT, "hypothesis": TEXT, "label": Column(classes=NLI_LABELS)}
_ANSWERS = Column(inner={"text": TEXTS, "answer_start": NUMBERS})
_SQUAD = {"id": TEXT, "title": TEXT, "context": TEXT, "question": TEXT, "answers": _ANSWERS}


def _target(train: int) -> list[Part]:
    return [
        Part(split="test", bucket="test", rows=TEST_ROWS),
        Part(split="validation", bucket="dev", rows=DEV_ROWS),
        Part(split="train", bucket="train", rows=train, languages=_ONLY_PIVOT),
    ]


def _intermediate(train: int, *, names: tuple[str, str, str] = ("train", "validation", "test")) -> list[Part]:
    return [
        Part(split=names[2], bucket="test", rows=TEST_ROWS, languages=_ONLY_PIVOT),
        Part(split=names[1], bucket="dev", rows=DEV_ROWS, languages=_ONLY_PIVOT),
        Part(split=names[0], bucket="train", rows=train, languages=_ONLY_PIVOT),
    ]


TARGETS = (
    Sheet(
        dataset="babel/xnli",
        make=tasks_pair.entailment,
        write=tasks_pair.nli_row,
        columns=_NLI,
        parts=_target(TARGET_ROWS),
        translated=True,
    ),
    Sheet(
        dataset="babel/paws-x",
        make=tasks_pair.paraphrase,
        write=tasks_pair.pawsx_row,
        columns={"id": NUMBER, "sentence1": TEXT, "sentence2": TEXT, "label": Column(classes=("0", "1"))},
        numbered={"id": int},
        parts=_target(TARGET_ROWS),
    ),
    Sheet(
        dataset="babel/universal_dependencies",
        make=tasks_tag.sentence,
        write=tasks_tag.udpos_row,
        columns={
            **{"idx": TEXT, "text": TEXT, "tokens": TEXTS, "lemmas": TEXTS},
            "upos": Column(many=True, classes=tasks_tag.UPOS),
            **dict.fromkeys(("xpos", "feats", "head", "deprel", "deps", "misc"), TEXTS),
        },
        numbered={"idx": ITEM},
        parts=_target(TAG_ROWS),
        translated=True,
    ),
    Sheet(
        dataset="babel/wikiann",
        make=tasks_tag.named,
        write=tasks_tag.panx_row,
        columns={
            "tokens": TEXTS,
            "ner_tags": Column(many=True, classes=tasks_tag.ENTITIES),
            **{"langs": TEXTS, "spans": TEXTS},
        },
        parts=_target(TAG_ROWS),
        translated=True,
    ),
    Sheet(
        dataset="babel/xquad",
        make=tasks_question.question,
        write=tasks_question.xquad_row,
        columns={name: column for name, column in _SQUAD.items() if name != "title"},
        numbered={"id": ITEM},
        parts=[
            Part(split="validation", bucket="test", rows=HALVED_ROWS, halved=True),
            Part(split="train", bucket="train", rows=TARGET_ROWS, languages=_ONLY_PIVOT),
        ],
        config="xquad.{language}",
    ),
    Sheet(
        dataset="babel/tatoeba",
        make=tasks_question.bitext,
        write=tasks_question.tatoeba_row,
        columns=dict.fromkeys(("source_sentence", "target_sentence", "source_lang", "target_lang"), TEXT),
        parts=[
            Part(
                split="validation",
                bucket="test",
                rows=HALVED_ROWS,
                languages=tuple(code for code in LANGUAGES if code != PIVOT),
                halved=True,
            ),
        ],
        config="tatoeba.{language}",
    ),
)

INTERMEDIATES = (
    Sheet(
        dataset="babel/mnli",
        make=tasks_pair.entailment,
        write=tasks_pair.nli_row,
        columns={**_NLI, "idx": NUMBER},
        numbered={"idx": int},
        parts=_intermediate(INTERMEDIATE_ROWS, names=("train", "validation_matched", "test_matched")),
        translated=True,
    ),
    Sheet(
        dataset="babel/anli",
        make=tasks_pair.adversarial,
        write=tasks_pair.anli_row,
        columns={"uid": TEXT, **_NLI, "reason": TEXT},
        numbered={"uid": ITEM},
        parts=_intermediate(INTERMEDIATE_ROWS, names=("train_r1", "dev_r1", "test_r1")),
    ),
    Sheet(
        dataset="babel/qqp",
        make=tasks_pair.same_question,
        write=tasks_pair.qqp_row,
        columns={"question1": TEXT, "question2": TEXT, "label": Column(classes=QQP_LABELS), "idx": NUMBER},
        numbered={"idx": int},
        parts=_intermediate(INTERMEDIATE_ROWS),
    ),
    Sheet(
        dataset="babel/squad",
        make=tasks_question.question,
        write=tasks_question.squad_row,
        columns=_SQUAD,
        numbered={"id": ITEM},
        parts=_intermediate(INTERMEDIATE_ROWS),
    ),
    Sheet(
        dataset="babel/squad_v2",
        make=tasks_question.question_or_none,
        write=tasks_question.squad_row,
        columns=_SQUAD,
        numbered={"id": ITEM},
        parts=_intermediate(INTERMEDIATE_ROWS),
    ),
    Sheet(
        dataset="babel/race",
        make=tasks_choice.reading,
        write=tasks_choice.race_row,
        columns={"example_id": TEXT, "article": TEXT, "answer": TEXT, "question": TEXT, "options": TEXTS},
        numbered={"example_id": ITEM},
        parts=_intermediate(CHOICE_ROWS),
    ),
    Sheet(
        dataset="babel/hellaswag",
        make=tasks_choice.ending,
        write=tasks_choice.hellaswag_row,
        columns={
            **{"ind": NUMBER, "activity_label": TEXT, "ctx_a": TEXT, "ctx_b": TEXT, "ctx": TEXT, "endings": TEXTS},
            **dict.fromkeys(("source_id", "split", "split_type", "label"), TEXT),
        },
        numbered={"ind": int, "source_id": ITEM},
        parts=_intermediate(CHOICE_ROWS),
    ),
    Sheet(
        dataset="babel/commonsense_qa",
        make=tasks_choice.common_sense,
        write=tasks_choice.csqa_row,
        columns={
            **{"id": TEXT, "question": TEXT, "question_concept": TEXT},
            "choices": Column(inner={"label": TEXTS, "text": TEXTS}),
            "answerKey": TEXT,
        },
        numbered={"id": ITEM},
        parts=_intermediate(CHOICE_ROWS),
    ),
    Sheet(
        dataset="babel/ccgbank",
        make=tasks_tag.sentence,
        write=tasks_tag.ccg_row,
        columns={"idx": TEXT, "tokens": TEXTS, "supertags": Column(many=True, classes=CATEGORIES)},
        numbered={"idx": ITEM},
        parts=_intermediate(INTERMEDIATE_ROWS),
    ),
)
