"""What differs between two versions of a template, for those who publish or take one."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from app.diary.rules import EntryKind
from app.diary.template import Choice, Field, FieldKind, Stage, Template
from app.kit.i18n import N_
from app.kit.units import find_unit


class Speaker(Protocol):
    """What it takes to tell a change in the reader's language."""

    def gettext(self, text: str) -> str: ...
    def number(self, value: float) -> str: ...


@dataclass(frozen=True, slots=True)
class Change:
    """One difference; `stage` and `field` are names, `what` is a msgid."""

    stage: str
    field: str
    what: str
    before: object = None
    after: object = None


STAGE_LABELS: Final[Mapping[str, str]] = {
    "name": N_("Name"),
    "name_en": N_("Name in English"),
    "kind": N_("Kind of work"),
    "required": N_("Needed in each lot"),
    "public": N_("Shown to buyers"),
    "photos": N_("Photos needed"),
    "withdrawal_days": N_("Withdrawal days"),
    "test": N_("Test demanded before stamps are activated"),
}
FIELD_LABELS: Final[Mapping[str, str]] = {
    "label": N_("Name"),
    "label_en": N_("Name in English"),
    "kind": N_("Kind of value"),
    "unit": N_("Unit"),
    "choices": N_("Choices"),
    "required": N_("Must be filled in"),
    "public": N_("Shown to buyers"),
    "tally": N_("Buttons + and -"),
    "least": N_("Least"),
    "most": N_("Most"),
}
LIMIT_LABELS: Final[Mapping[str, str]] = {
    "late_after_hours": N_("Late after so many hours"),
    "approval_after_days": N_("Approval needed after so many days"),
}
ADDED: Final = N_("added")
TAKEN_OUT: Final = N_("taken out")
ORDER: Final = N_("Order")


def changes(old: Template, new: Template) -> list[Change]:
    """Return all that differs, in the order of the new one; a code makes a stage the same."""
    found = list(_differing("", "", old, new, LIMIT_LABELS))
    before = {stage.code: stage for stage in old.stages}
    after = {stage.code: stage for stage in new.stages}
    found += [Change(stage.name, "", TAKEN_OUT) for stage in old.stages if stage.code not in after]
    for stage in new.stages:
        known = before.get(stage.code)
        found += _stage(known, stage) if known else [Change(stage.name, "", ADDED)]
    kept = [code for code in before if code in after]
    if kept != [code for code in after if code in before]:
        names = [", ".join(one.name for one in each.stages) for each in (old, new)]
        found.append(Change("", "", ORDER, *names))
    return found


def _stage(old: Stage, new: Stage) -> Iterator[Change]:
    yield from _differing(new.name, "", old, new, STAGE_LABELS)
    before = {field.name: field for field in old.fields}
    after = {field.name: field for field in new.fields}
    for field in old.fields:
        if field.name not in after:
            yield Change(new.name, field.label, TAKEN_OUT)
    for field in new.fields:
        known = before.get(field.name)
        if known is None:
            yield Change(new.name, field.label, ADDED)
        else:
            yield from _differing(new.name, field.label, known, field, FIELD_LABELS)
    kept = [name for name in before if name in after]
    if kept != [name for name in after if name in before]:
        names = [", ".join(one.label for one in each.fields) for each in (old, new)]
        yield Change(new.name, "", ORDER, *names)


def _differing(
    stage: str,
    field: str,
    old: Template | Stage | Field,
    new: Template | Stage | Field,
    labels: Mapping[str, str],
) -> Iterator[Change]:
    for name, label in labels.items():
        before, after = getattr(old, name), getattr(new, name)
        if before != after:
            yield Change(stage, field, label, before, after)


def told(change: Change, speaker: Speaker) -> tuple[str, str]:
    """Return what stood before and what stands now, as people read it."""
    counted = change.what == FIELD_LABELS["unit"]
    return _said(change.before, speaker, counted), _said(change.after, speaker, counted)


def _said(value: object, speaker: Speaker, counted: bool) -> str:  # noqa: FBT001 - within the module
    if isinstance(value, bool):
        return speaker.gettext(N_("yes") if value else N_("no"))
    if isinstance(value, (EntryKind, FieldKind)):
        return speaker.gettext(value.label)
    if isinstance(value, (int, float)):
        return speaker.number(value)
    if isinstance(value, tuple):
        return ", ".join(one.label for one in value if isinstance(one, Choice))
    unit = find_unit(str(value)) if counted and value else None
    return speaker.gettext(unit.label) if unit else str(value or "")
