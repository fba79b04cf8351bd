"""`cairn export`: an arm of a finished run as ordinary folders of its library, with a model card.

    DIR/README.md        the model card             DIR/spec.yaml   what the run was started with
    DIR/encoder          the end of the trunk       DIR/<target>    a model that was fine-tuned for it

Targets that one model answers share a folder, named after both (`xquad+mlqa`). Nothing is trained here: models come
from the store or not at all. Every folder is loaded again and asked what our own model is asked, and only what agrees
is kept. All of it appears at once, or nothing.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from evaluators.errors import CairnError
from evaluators.examples import Example
from evaluators.reading import available_languages, read
from evaluators.task import Kind
from experiments.exporting.model_card import CARD, Left, Part, model_card
from experiments.judging.examinees import Finalist, finalist
from experiments.record import RunFolder, read_rows
from search_spaces.plan import Stage

if TYPE_CHECKING:
    from trainables.batches import Batch
    from trainables.model import MultiHeadModel

ENCODER = "encoder"
_ASKED = 8
"""Dev examples of a language, in up to two languages, that both models are asked."""


@dataclass(frozen=True, kw_only=True)
class Exported:
    """What was written, and what was not."""

    folder: Path
    parts: tuple[Part, ...]
    left: tuple[Left, ...]

    @property
    def text(self) -> str:
        """For the command line."""
        width = max(len(name) for name in (CARD, *(part.name for part in self.parts), *(one.name for one in self.left)))
        lines = [f"  {part.name:{width}}  {part.architecture}, {part.proof}" for part in self.parts]
        lines += [f"  {one.name:{width}}  left out: {one.reason}" for one in self.left]
        return "\n".join([f"{self.folder}", *lines, f"  {CARD:{width}}  the model card"])


def export_run(
    run: Path, *, arm: str | None, seed: int | None, data: Path | None, folder: Path, say: Callable[[str], None]
) -> Exported:
    """Write an arm (the first winner, if none is named) and seed (the first) of a finished run into a new folder.

    Raises:
        CairnError: the run is not finished, a stage is missing, the folder is in use or cannot be written, or what was
            written does not answer as the run's own encoder does.
    """
    found = _in_order(finalist(run, arm=arm, seed=seed, data=data))
    failures = _failures(found)
    _check_whole(run, found)
    target = folder.expanduser().absolute()
    with _new_folder(target) as place:
        written: list[Part | Left] = [_encoder(found, place, say)]
        for stage, targets in found.units:
            if stage is None:
                continue
            if reasons := [failures[target] for target in targets if target in failures]:
                written.append(Left("+".join(targets), targets, f"its training failed: {reasons[0]}"))
            else:
                written.append(_tuned(found, stage, targets, place, say))
        parts = [one for one in written if isinstance(one, Part)]
        left = [one for one in written if isinstance(one, Left)]
        shutil.copyfile(found.study.folder.path / "spec.yaml", place / "spec.yaml")
        (place / CARD).write_text(model_card(found, parts, left, target.name), encoding="utf-8")
    return Exported(folder=target, parts=tuple(parts), left=tuple(left))


def _in_order(found: Finalist) -> Finalist:
    """Targets as the suite has them; the record has them as they ended."""
    places = {target: place for place, target in enumerate(found.study.targets)}
    return replace(found, units=tuple(sorted(found.units, key=lambda unit: places.get(unit[1][0], len(places)))))


def _check_whole(run: Path, found: Finalist) -> None:
    done = {target for _, targets in found.units for target in targets}
    if missing := [name for name in found.study.targets if name not in done]:
        raise CairnError(
            f"the finals of {found.arm!r} with seed {found.seed} are not finished: {', '.join(missing)} are missing; "
            f"finish them with `cairn run {RunFolder(run).path / 'spec.yaml'}`"
        )


def _failures(found: Finalist) -> dict[str, str]:
    """Target -> why its training failed."""
    rows = read_rows(found.study.folder.failures)
    return {row["task"]: row["error"] for row in rows if (row["arm"], row["seed"]) == (found.arm, found.seed)}


def _encoder(found: Finalist, place: Path, say: Callable[[str], None]) -> Part:
    from trainables.library_form import compare_encoders, save_encoder

    say("writing the encoder at the trunk's end")
    model = found.workshop.stored([])
    target = next(iter(found.study.targets))
    architecture = save_encoder(model, place / ENCODER)
    compared = compare_encoders(model, place / ENCODER, _texts(found, model, target))
    if not compared.agree:
        raise CairnError(
            f"the encoder answers otherwise once it is saved (difference {compared.difference:g}); the export is not "
            "kept: report this with the encoder's name"
        )
    return Part(ENCODER, (), None, architecture, compared)


def _tuned(
    found: Finalist, stage: Stage, targets: tuple[str, ...], place: Path, say: Callable[[str], None]
) -> Part | Left:
    """The model of a target stage, or why it has no form in the library."""
    from trainables.library_form import NoLibraryHead, compare_encoders, compare_heads, save_encoder, save_with_head

    name = "+".join(targets)
    say(f"writing {name}")
    model = found.workshop.stored([(found.study.spec.training, stage)])
    task, head, folder = found.study.suite.target(targets[0]), stage.tasks[0], place / name
    if task.kind is Kind.RANKING:
        architecture = save_encoder(model, folder)
        compared = compare_encoders(model, folder, _texts(found, model, targets[0]))
    else:
        try:
            architecture = save_with_head(model, head, task.kind, folder)
        except NoLibraryHead as reason:
            return Left(name, targets, str(reason))
        compared = compare_heads(model, task.kind, folder, _questions(found, model, targets[0], head))
    if not compared.agree:
        shutil.rmtree(folder)
        return Left(name, targets, f"as {architecture} it answers otherwise, by up to {compared.difference:.1g}")
    return Part(name, targets, task.kind, architecture, compared)


def _texts(found: Finalist, model: MultiHeadModel, target: str) -> Iterator[Batch]:
    """Batches of single texts."""
    from trainables.answering import batches_by_length
    from trainables.features import sentence_features
    from trainables.settings import Inference
    from trainables.texts import texts_of

    length = min(found.study.spec.training.max_length_tokens, model.loaded.usable_length)
    for language, examples in _examples(found, target):
        sentences = [one.text for one in texts_of(examples)]
        features = sentence_features(sentences, model.loaded, length, None)
        for _, batch in batches_by_length(model, "", Kind.BITEXT, features, language, Inference()):
            yield batch


def _questions(found: Finalist, model: MultiHeadModel, target: str, head: str) -> Iterator[Batch]:
    """Batches of a target's own inputs."""
    from trainables.answering import batches_by_length
    from trainables.features import asked_features
    from trainables.settings import Inference

    task, training = found.study.suite.target(target), found.study.spec.training.of(head)
    for language, examples in _examples(found, target):
        features = asked_features(examples, task, model.loaded, training, None)
        for _, batch in batches_by_length(model, head, task.kind, features, language, Inference()):
            yield batch


def _examples(found: Finalist, target: str) -> Iterator[tuple[str, Sequence[Example]]]:
    """A few dev examples in the first and the last language that has some."""
    task, data = found.study.suite.target(target), found.workshop.data
    languages = available_languages(task, "dev", data)
    for language in dict.fromkeys([languages[0], languages[-1]]):
        yield language, read(task, "dev", language, data).examples[:_ASKED]


@contextmanager
def _new_folder(folder: Path) -> Iterator[Path]:
    """A private folder that becomes `folder` if all goes well, and goes away if not.

    Raises:
        CairnError: the folder is in use, or the disk is full or may not be written.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise CairnError(f"{folder} is not empty; delete it or name another folder with --to")
    temporary: Path | None = None
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
        yield temporary
        if folder.exists():
            folder.rmdir()
        _readable(temporary)
        temporary.rename(folder)
    except Exception as error:
        if isinstance(error, OSError) or "No space left on device" in str(error):
            raise CairnError(
                f"{folder} cannot be written ({error}); make room, or name another folder with --to"
            ) from error
        raise
    finally:
        if temporary is not None:
            shutil.rmtree(temporary, ignore_errors=True)


def _readable(folder: Path) -> None:
    """Rights as the user's files have them; temporary folders and the library's weights are for their owner only."""
    mask = os.umask(0)
    os.umask(mask)
    for path in (folder, *folder.rglob("*")):
        path.chmod((0o777 if path.is_dir() else 0o666) & ~mask)
