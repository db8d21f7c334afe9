"""The list of trainings as a file."""

from collections.abc import Iterable
from typing import Final

from starlette.responses import Response

from app.entities.part_models import Training
from app.kit.exports import FileKind, file_of
from app.kit.i18n import N_, Translator

TRAININGS: Final = (
    ("id", N_("No.")),
    ("held_on", N_("Held on")),
    ("entity", N_("Entity")),
    ("topic", N_("Topic")),
    ("trainer", N_("Trainer")),
    ("people", N_("People")),
    ("struck_out", N_("struck out")),
)


def trainings_file(
    kind: FileKind, rows: Iterable[tuple[Training, str]], words: Translator
) -> Response:
    lines = (
        (one.id, one.held_on, entity, one.topic, one.trainer, one.people, one.struck_at is not None)
        for one, entity in rows
    )
    title = N_("Trainings")
    return file_of(kind, name="trainings", title=title, heads=TRAININGS, rows=lines, words=words)
