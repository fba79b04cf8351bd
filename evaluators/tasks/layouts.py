"""Column layouts that several data sets share. Each function reads one row; what is special stands in a task's file."""

from __future__ import annotations

from evaluators.examples import Answer, Bitext, Pair, Question, Tagged
from evaluators.table import Row

NLI_LABELS = ("entailment", "neutral", "contradiction")
"""In the order of the label numbers of ANLI, MNLI, SNLI and XNLI."""


def premise_and_hypothesis(row: Row) -> Pair:
    """MNLI, XNLI: no id, but the same row number in all languages."""
    return Pair(id=row["#"], first=row["premise"], second=row["hypothesis"], label=row["label"])


def answered_question(row: Row) -> Question:
    """SQuAD's layout, where every question has an answer."""
    question = question_perhaps_without_answer(row)
    if not question.answers:
        raise ValueError("the question has no answer")
    return question


def question_perhaps_without_answer(row: Row) -> Question:
    """SQuAD's layout; empty answer lists mean that the context holds no answer."""
    texts, starts = row["answers"]["text"], row["answers"]["answer_start"]
    if len(texts) != len(starts):
        raise ValueError(f"there are {len(texts)} answers and {len(starts)} places")
    return Question(
        id=row["id"],
        question=row["question"],
        context=row["context"],
        answers=tuple(Answer(text=text, start=start) for text, start in zip(texts, starts, strict=True)),
    )


def words_and_entities(row: Row) -> Tagged:
    """WikiAnn: no id."""
    return Tagged(id=row["#"], words=tuple(row["tokens"]), tags=row["ner_tags"])


def sentence_pair(row: Row) -> Bitext:
    """Tatoeba: no id, two namings of the columns. Sentences may keep their line ends, which are stripped."""
    foreign, english = ("sentence1", "sentence2") if "sentence1" in row else ("source_sentence", "target_sentence")
    return Bitext(id=row["#"], foreign=row[foreign].strip(), english=row[english].strip())
