"""The `encoder` of a spec: one that exists, or one to be built from text before the search.

A built encoder lies in the store, under a digest of its recipe and its texts, so that a second run finds it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

from evaluators.errors import CairnError
from evaluators.examples import Text
from evaluators.reading import available_languages, fingerprint, read
from evaluators.sampling import pick
from evaluators.source import DataSource
from evaluators.suite import Suite
from evaluators.task import Task
from trainables.encoder_source import EncoderSource
from trainables.keys import digest
from trainables.recipe import Recipe

FORMAT = 2
"""Raised whenever an encoder is built to other weights than before."""


@dataclass(frozen=True, kw_only=True)
class TextSource:
    """Text of one split of a task, or of a file (.txt, .jsonl, .parquet)."""

    task: str | None = None
    file: str | None = None
    split: Literal["train", "dev"] = "train"
    languages: tuple[str, ...] | None = None
    """None: all that the task has in that split."""
    examples: int | None = None
    """At most so many for each language, chosen by a hash; None: all."""
    column: str = "text"
    """Of a .jsonl or .parquet file."""

    def __post_init__(self) -> None:
        if (self.task is None) == (self.file is None):
            raise ValueError("a source of text is a task or a file; give one of the two")
        if self.file is not None and (self.languages is not None or self.examples is not None):
            raise ValueError("languages and examples have no effect on a file; remove them")
        if self.examples is not None and self.examples < 1:
            raise ValueError(f"examples is {self.examples}; give 1 or more, or leave it out for all")


@dataclass(frozen=True, kw_only=True)
class Build:
    """A recipe and the texts that go into it."""

    recipe: Recipe
    texts: tuple[TextSource, ...]

    def __post_init__(self) -> None:
        if not self.texts:
            raise ValueError("texts is empty; name at least one source")


@dataclass(frozen=True, kw_only=True)
class EncoderChoice:
    """A shipped name, a folder or a hub id (the fields of `EncoderSource`), or something to build."""

    name: str | None = None
    build: Build | None = None
    revision: str | None = None
    pooling: Literal["first", "mean"] | None = None
    trust_remote_code: bool = False

    def __post_init__(self) -> None:
        if (self.name is None) == (self.build is None):
            raise ValueError("an encoder has a name or is to be built; give one of name and build")
        if self.build is not None and (self.revision is not None or self.trust_remote_code):
            raise ValueError("revision and trust_remote_code have no effect on an encoder that is built; remove them")


def source_of(choice: EncoderChoice, suite: Suite, data: DataSource, built: Path) -> EncoderSource:
    """Where the encoder is, or will be once it is built."""
    if choice.name is not None:
        return EncoderSource(
            name=choice.name,
            revision=choice.revision,
            pooling=choice.pooling,
            trust_remote_code=choice.trust_remote_code,
        )
    assert choice.build is not None
    return EncoderSource(name=str(built / build_key(choice.build, suite, data)), pooling=choice.pooling)


def build_key(build: Build, suite: Suite, data: DataSource) -> str:
    """Equal for equal recipes on equal texts."""
    texts = [_text_identity(source, suite, data) for source in build.texts]
    return digest({"format": FORMAT, "recipe": asdict(build.recipe), "texts": texts})[:16]


def texts_of_build(build: Build, suite: Suite, data: DataSource) -> Iterator[Text]:
    """The documents, source after source."""
    from trainables.texts import read_texts, texts_of

    for source in build.texts:
        if source.file is not None:
            yield from read_texts(Path(source.file).expanduser(), source.column)
            continue
        task = _task(source, suite)
        for language in _languages(source, task, data):
            yield from texts_of(pick(read(task, source.split, language, data).examples, source.examples))


def ensure_built(build: Build, suite: Suite, data: DataSource, folder: Path, *, on_start: Callable[[], Any]) -> None:
    """Build the encoder unless it is there. `on_start` is called before the work begins."""
    if (folder / "config.json").is_file():
        return
    on_start()
    from trainables.build import build_encoder

    build_encoder(build.recipe, texts_of_build(build, suite, data), folder)


def _text_identity(source: TextSource, suite: Suite, data: DataSource) -> dict[str, Any]:
    if source.file is not None:
        path = Path(source.file).expanduser()
        try:
            return {"file": sha256(path.read_bytes()).hexdigest(), "kind": path.suffix, "column": source.column}
        except OSError as error:
            raise CairnError(f"the text {path} cannot be read: {error}") from error
    task = _task(source, suite)
    languages = _languages(source, task, data)
    return {
        "task": task.name,
        "split": source.split,
        "languages": list(languages),
        "examples": source.examples,
        "data": fingerprint(task, source.split, languages, data),
    }


def _task(source: TextSource, suite: Suite) -> Task:
    assert source.task is not None
    return suite.targets[source.task] if source.task in suite.targets else suite.training_task(source.task)


def _languages(source: TextSource, task: Task, data: DataSource) -> tuple[str, ...]:
    return source.languages if source.languages is not None else available_languages(task, source.split, data)
