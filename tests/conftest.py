"""A mirror in miniature: every file that any task declares, in the hub's columns, with the hub's own class names.

Class orders and columns are written down here a second time, from the hub's pages, not taken from the declarations.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from evaluators.source import DataSource
from evaluators.suites import OPEN, XTREME_R
from evaluators.table import Table
from evaluators.task import Task
from evaluators.tasks import INTERMEDIATE, TARGET

ROWS = 12
_UPOS = "NOUN PUNCT ADP NUM SYM SCONJ ADJ PART DET CCONJ PROPN PRON X _ ADV INTJ VERB AUX"
UPOS = _UPOS.split()
NER = ["O", "B-PER", "I-PER", "B-ORG", "I-ORG", "B-LOC", "I-LOC"]
NLI = ["entailment", "neutral", "contradiction"]
TYDIQA_NAMES = ["arabic", "bengali", "english", "finnish", "indonesian", "korean", "russian", "swahili", "telugu"]

Columns = dict[str, list[Any]]
Classes = Mapping[str, Sequence[str]]


def write_parquet(path: Path, columns: Columns, classes: Classes | None = None) -> Path:
    """As `datasets` writes it: label columns are integers, and their class names stand in the metadata."""
    classes = classes or {}
    table = pa.table(columns)
    features: dict[str, Any] = {}
    for field in table.schema:
        label = field.name in classes
        kind = {"names": list(classes[field.name]), "_type": "ClassLabel"} if label else {"_type": "Value"}
        features[field.name] = {"feature": kind, "_type": "List"} if pa.types.is_list(field.type) else kind
    metadata = {"huggingface": json.dumps({"info": {"features": features}})}
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table.replace_schema_metadata(metadata), path)
    return path


def numbered(text: str, rows: int = ROWS) -> list[str]:
    return [f"{text} {row}" for row in range(rows)]


def nli(config: str, split: str) -> tuple[Columns, Classes]:
    columns: Columns = {
        "premise": numbered("a premise"),
        "hypothesis": numbered("a hypothesis"),
        "label": [row % 3 for row in range(ROWS)],
    }
    return columns, {"label": NLI}


def glue(config: str, split: str) -> tuple[Columns, Classes]:
    hidden = split.startswith("test")
    if config == "mnli":
        columns, classes = nli(config, split)
    else:
        columns = {"question1": numbered("who"), "question2": numbered("which"), "label": [r % 2 for r in range(ROWS)]}
        classes = {"label": ["not_duplicate", "duplicate"]}
    columns["idx"] = list(range(ROWS))
    if hidden:
        columns["label"] = [-1] * ROWS
    return columns, classes


def anli(config: str, split: str) -> tuple[Columns, Classes]:
    columns, classes = nli(config, split)
    return {"uid": numbered(split), **columns, "reason": [""] * ROWS}, classes


def snli(config: str, split: str) -> tuple[Columns, Classes]:
    columns, classes = nli(config, split)
    columns["label"][0] = -1
    return columns, classes


def pawsx(config: str, split: str) -> tuple[Columns, Classes]:
    columns: Columns = {
        "id": list(range(1, ROWS + 1)),
        "sentence1": numbered("one"),
        "sentence2": numbered("two"),
        "label": [row % 2 for row in range(ROWS)],
    }
    return columns, {"label": ["0", "1"]}


def questions(ids: Sequence[str], *, answered: Callable[[int], bool] = lambda row: True) -> Columns:
    context = "Ada wrote programs in London"
    return {
        "id": list(ids),
        "context": [context] * len(ids),
        "question": [f"where, asks {each}?" for each in ids],
        "answers": [
            {"text": ["London", "in London"], "answer_start": [22, 19]}
            if answered(row)
            else {"text": [], "answer_start": []}
            for row in range(len(ids))
        ],
    }


def squad(config: str, split: str) -> tuple[Columns, Classes]:
    return {**questions(numbered(split)), "title": [""] * ROWS}, {}


def squad_v2(config: str, split: str) -> tuple[Columns, Classes]:
    return {**questions(numbered(split), answered=lambda row: row % 2 == 0), "title": [""] * ROWS}, {}


def parallel_questions(config: str, split: str) -> tuple[Columns, Classes]:
    return questions(numbered("56be")), {}


def tydiqa(config: str, split: str) -> tuple[Columns, Classes]:
    ids = [f"{name}-{row}-0" for name in TYDIQA_NAMES for row in range(ROWS)]
    return {**questions(ids), "title": [""] * len(ids)}, {}


def treebank(config: str, split: str) -> tuple[Columns, Classes]:
    columns: Columns = {
        "idx": numbered("weblog"),
        "text": ["du pain ."] * ROWS,
        "tokens": [["du", "de", "le", "pain", "."]] * ROWS,
        "lemmas": [["_", "de", "le", "pain", "."]] * ROWS,
        "upos": [[13, 2, 8, 0, 1]] * ROWS,
        "head": [["None", "3", "3", "0", "3"]] * ROWS,
    }
    return columns, {"upos": UPOS}


def wikiann(config: str, split: str) -> tuple[Columns, Classes]:
    columns: Columns = {
        "tokens": [["Ada", "Lovelace", "in", "London"]] * ROWS,
        "ner_tags": [[1, 2, 0, 5]] * ROWS,
        "langs": [[config] * 4] * ROWS,
        "spans": [["PER: Ada Lovelace", "LOC: London"]] * ROWS,
    }
    return columns, {"ner_tags": NER}


def supertags(config: str, split: str) -> tuple[Columns, Classes]:
    from evaluators.tasks.supertag_names import SUPERTAGS

    columns: Columns = {
        "idx": numbered("weblog"),
        "tokens": [["This", "one"]] * ROWS,
        "supertags": [[0, 568]] * ROWS,
    }
    return columns, {"supertags": SUPERTAGS}


def hellaswag(config: str, split: str) -> tuple[Columns, Classes]:
    columns: Columns = {
        "ind": list(range(ROWS)),
        "activity_label": ["Roof shingle removal"] * ROWS,
        "ctx_a": ["A man sits on a roof."] * ROWS,
        "ctx_b": ["he"] * ROWS,
        "ctx": ["A man sits on a roof. he"] * ROWS,
        "endings": [["sings.", "starts pulling up roofing.", "is ripping tiles.", "holds a rope."]] * ROWS,
        "label": [""] * ROWS if split == "test" else [str(row % 4) for row in range(ROWS)],
    }
    return columns, {}


def cosmosqa(config: str, split: str) -> tuple[Columns, Classes]:
    columns: Columns = {"id": numbered("3"), "context": numbered("a post"), "question": ["Why?"] * ROWS}
    columns |= {f"answer{place}": numbered(f"because {place}") for place in range(4)}
    columns["label"] = [-1] * ROWS if split == "test" else [row % 4 for row in range(ROWS)]
    return columns, {}


def csqa(config: str, split: str) -> tuple[Columns, Classes]:
    columns: Columns = {
        "id": numbered("90b"),
        "question": numbered("what"),
        "question_concept": ["town"] * ROWS,
        "choices": [{"label": list("ABCDE"), "text": list("vwxyz")}] * ROWS,
        "answerKey": [""] * ROWS if split == "test" else ["ABCDE"[row % 5] for row in range(ROWS)],
    }
    return columns, {}


def siqa(config: str, split: str) -> tuple[Columns, Classes]:
    columns: Columns = {"context": numbered("Alex found a ring"), "question": ["Why?"] * ROWS}
    columns |= {f"answer{letter}": [f"because {letter}"] * ROWS for letter in "ABC"}
    columns["label"] = [str(row % 3 + 1) for row in range(ROWS)]
    return columns, {}


def copa(config: str, split: str) -> tuple[Columns, Classes]:
    columns: Columns = {
        "premise": numbered("a shadow"),
        "choice1": ["The sun was rising."] * ROWS,
        "choice2": ["The grass was cut."] * ROWS,
        "question": ["cause", "effect"] * (ROWS // 2),
        "idx": list(range(ROWS)),
        "label": [-1] * ROWS if split == "test" else [row % 2 for row in range(ROWS)],
    }
    return columns, {"label": ["choice1", "choice2"]}


def bitext(config: str, split: str) -> tuple[Columns, Classes]:
    """Tatoeba keeps its line ends, and its language columns are not to be trusted; BUCC's hold sentence ids."""
    mined = config.startswith("bucc18")
    columns: Columns = {
        "source_sentence": [f"ein Satz {row}\n" for row in range(ROWS)],
        "target_sentence": [f"a sentence {row}\n" for row in range(ROWS)],
        "source_lang": [f"de-{row:09}" if mined else "e" for row in range(ROWS)],
        "target_lang": [f"en-{row:09}" if mined else "e" for row in range(ROWS)],
    }
    return columns, {}


def xcopa(config: str, split: str) -> tuple[Columns, Classes]:
    """As COPA, with gold in the test split and no names for its label numbers."""
    columns, _ = copa(config, "validation")
    return columns, {}


def mined_pairs(config: str, split: str) -> tuple[Columns, Classes]:
    columns, _ = bitext(config, split)
    return {"sentence1": columns["source_sentence"], "sentence2": columns["target_sentence"]}, {}


def paragraphs_in_sentences(config: str, split: str) -> tuple[Columns, Classes]:
    """XQuAD-R: questions as in XQuAD, and the bounds of the sentences of their paragraphs."""
    if split == "validation":
        return parallel_questions(config, split)
    context = "Ada wrote programs in London. It rained."
    columns: Columns = {
        "context": [context],
        "sentences": [["Ada wrote programs in London.", "It rained."]],
        "sentence_start": [[0, 30]],
        "sentence_end": [[29, 40]],
        "question_ids": [parallel_questions(config, split)[0]["id"]],
    }
    return columns, {}


def mentions(config: str, split: str) -> tuple[Columns, Classes]:
    """Mewsli-X: documents with their mentions, and entities."""
    names = [f"Q{row}" for row in range(ROWS)]
    if config == "candidate_entities":
        columns = {"entity_id": names, "title": names, "description": ["a city"] * ROWS}
        return columns | {"description_language": ["en"] * ROWS}, {}
    text = "It rained. Ada saw London there. It was late."
    context = {"text": text, "language": config, "sentence_spans": [{"start": 0, "end": 10}, {"start": 11, "end": 32}]}
    span = {"start": 19, "end": 25}
    found: list[list[dict[str, Any]]] = []
    for row, name in enumerate(names):
        mention: dict[str, Any] = {"example_id": f"{split}-{row}", "entity_id": name, "mention_span": span}
        if split == "train":
            mention["entity"] = {"entity_id": name, "title": name, "description": "a city"}
        found.append([mention])
    return {"context": [context] * ROWS, "mentions": found}, {}


def wikipedia(config: str, split: str) -> tuple[Columns, Classes]:
    columns: Columns = {"id": numbered("7"), "url": [""] * ROWS, "title": [""] * ROWS, "text": numbered("An article.")}
    return columns, {}


CONTENT: dict[str, Callable[[str, str], tuple[Columns, Classes]]] = {
    "aps/super_glue": copa,
    "allenai/cosmos_qa": cosmosqa,
    "allenai/social_i_qa": siqa,
    "cambridgeltl/xcopa": xcopa,
    "facebook/anli": anli,
    "facebook/mlqa": parallel_questions,
    "facebook/xnli": nli,
    "google-research-datasets/paws-x": pawsx,
    "google-research-datasets/tydiqa": tydiqa,
    "google-research-datasets/xquad_r": paragraphs_in_sentences,
    "google/xquad": parallel_questions,
    "google/xtreme": bitext,
    "izhx/mewsli-x": mentions,
    "local/ud_supertags": supertags,
    "mteb/tatoeba-bitext-mining": mined_pairs,
    "nyu-mll/glue": glue,
    "rajpurkar/squad": squad,
    "rajpurkar/squad_v2": squad_v2,
    "Rowan/hellaswag": hellaswag,
    "salesforce/xnli_extension": nli,
    "stanfordnlp/snli": snli,
    "tau/commonsense_qa": csqa,
    "unimelb-nlp/wikiann": wikiann,
    "universal-dependencies/universal_dependencies": treebank,
    "wikimedia/wikipedia": wikipedia,
}


def every_task() -> dict[str, Task]:
    """Every declaration, those of OPEN and XTREME-R under names of their own."""
    suites = {"open": OPEN, "r": XTREME_R}
    renamed = {f"{suite} {name}": task for suite, of in suites.items() for name, task in of.targets.items()}
    return {**INTERMEDIATE, **TARGET, **renamed}


def declared_files(tasks: Iterable[Task]) -> dict[tuple[str, str, str], Table]:
    return {
        (table.dataset, config, table.split): table
        for task in tasks
        for tables in (*task.tables.values(), task.pool.tables if task.pool else ())
        for table in tables
        for configs in table.configs.values()
        for config in configs
    }


@pytest.fixture(scope="session")
def mirror(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Read it, do not write into it."""
    root = tmp_path_factory.mktemp("mirror")
    for dataset, config, split in declared_files(every_task().values()):
        folder = root / dataset / config
        if dataset == "local/ccgbank":
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"{split}.txt").write_text("We saw Ada\tNP (S\\NP)/NP NP\nAda saw us\tNP (S\\NP)/NP NP\n")
        else:
            write_parquet(folder / f"{split}.parquet", *CONTENT[dataset](config, split))
    return root


@pytest.fixture(scope="session")
def data(mirror: Path) -> DataSource:
    """The mirror with test splits open."""
    return DataSource(root=mirror).unsealed()


@pytest.fixture
def write() -> Callable[..., Path]:
    """`write(path, columns, classes)` makes a Parquet file as `datasets` would."""
    return write_parquet


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that takes `task` walks every task; a new one is tested by existing."""
    if "task" in metafunc.fixturenames:
        tasks = every_task()
        metafunc.parametrize("task", tasks.values(), ids=tasks.keys())
