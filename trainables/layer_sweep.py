"""Every layer of an encoder tried for retrieval, in one pass over the sentences; on the search half only.

The layer decides more about a retrieval score than most training does. It may be chosen, but never on what is
reported: a sweep takes dev examples and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from evaluators.examples import Bitext
from evaluators.reading import read
from evaluators.selection import score_rows, task_score
from evaluators.source import DataSource
from evaluators.task import Task
from trainables.answering import ready_to_answer
from trainables.model import MultiHeadModel
from trainables.predict import chosen_on_dev
from trainables.profiles import resolved
from trainables.retrieval import Ways, layered_vectors, pairs_of
from trainables.settings import Inference
from trainables.work import Work


@dataclass(frozen=True)
class LayerSweep:
    """The task's score by layer (0 is the embedding) and language, on dev."""

    scores: Mapping[int, Mapping[str, float]]

    def mean(self, layer: int) -> float:
        """Over the languages."""
        values = self.scores[layer].values()
        return sum(values) / len(values)

    @property
    def best(self) -> int:
        """The layer with the highest mean; of equals the lowest."""
        return max(self.scores, key=lambda layer: (self.mean(layer), -layer))

    def as_json(self) -> dict[str, float]:
        """Layer -> mean."""
        return {str(layer): round(self.mean(layer), 4) for layer in self.scores}


def sweep_layers(
    model: MultiHeadModel, task: Task, languages: Sequence[str], data: DataSource, inference: Inference
) -> LayerSweep:
    """Score every layer on the dev data of a retrieval task.

    Raises:
        BadData: the data are missing or break the task's rules.
    """
    layers = range(model.loaded.layers + 1)
    mines = chosen_on_dev(task)
    settings = resolved(inference, model.loaded.layers, mined=mines)
    scores: dict[int, dict[str, float]] = {layer: {} for layer in layers}
    with ready_to_answer(model):
        for language in languages:
            examples = [
                example for example in read(task, "dev", language, data).examples if isinstance(example, Bitext)
            ]
            ways = Ways(language, settings, None, Work())
            foreign_LFD, english_LED = layered_vectors(model, examples, ways, layers)
            for layer in layers:
                found = pairs_of(examples, foreign_LFD[layer], english_LED[layer], mines=mines)
                rows = score_rows(task, language, "dev", examples, found)
                scores[layer][language] = task_score(rows, task, [language])
    return LayerSweep(scores)
