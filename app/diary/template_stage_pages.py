"""The form of one stage of a draft, with how its entry looks on a phone."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from app.diary import template_draft_actions as actions
from app.diary.rules import EntryKind
from app.diary.template import Stage, Template, named_in
from app.diary.template_body import MOST_FIELDS, MOST_PHOTOS, FieldKind, clean_body
from app.diary.template_drafts import NoSuchStage, put_stage
from app.diary.template_faults import TemplateFault, TemplateWrong
from app.diary.template_file_pages import HOME, unit_names
from app.diary.template_forms import (
    NEW_STAGE,
    acted,
    form_of,
    sent_fields,
    stage_of,
    with_fields,
)
from app.diary.template_models import ProcessTemplate, ProcessTemplateDraft
from app.diary.template_queries import get_template
from app.identity.access import CurrentActor
from app.kit.forms import Filled, Form, Sent
from app.kit.i18n import N_, Translator
from app.kit.pages import go, sayable, show
from app.kit.saving import SEEN, RecordChanged, beside
from app.kit.units import UNITS
from app.kit.web import Db, Edge, Id, Now, Words

router = APIRouter(
    prefix="/office/templates/{template_id}/draft/stage", route_class=Edge, include_in_schema=False
)

SAVED = sayable(N_("The stage was saved in the draft."))
_UNITS: Final = [(one.code, one.words[0]) for one in UNITS]
_FLAGS: Final = frozenset({"required", "public", "test", "tally"})
_KINDS: Final = {one.value: one.label for one in (*EntryKind, *FieldKind)}


@dataclass(frozen=True)
class StageView:
    """The form of a stage, with how its entry looks on a phone."""

    template: ProcessTemplate
    name: str
    code: str
    form: Filled
    fields: range
    preview: Stage | None
    language: str
    units: Mapping[str, str]
    kinds: list[tuple[str, str]]
    field_kinds: list[tuple[str, str]]
    choosable: list[tuple[str, str]]
    most_fields: int
    most_photos: int
    unsaved: bool


@dataclass(frozen=True)
class _Asked:
    """Whose form it is, and of which stage of which draft; no code is a new stage."""

    request: Request
    db: Db
    actor: CurrentActor
    words: Words
    template_id: Id
    code: str = ""


Asked = Annotated[_Asked, Depends()]


@router.get("")
def stage(asked: Asked) -> Response:
    found, kept = _found(asked)
    form = _form(kept, asked.code)
    if form is None:
        raise NoSuchStage
    return _show(asked, found, form)


@router.post("")
def save_stage(asked: Asked, now: Now, sent: Form) -> Response:
    """Save a stage; its other buttons show the form again with a field more, less or moved."""
    found, kept = _found(asked)
    act = sent.text("act")
    if act:
        return _show(asked, found, Filled(acted(sent.fields, act)), unsaved=True)
    body, place = put_stage(kept.body, asked.code, stage_of(sent.fields))
    who: dict[str, Any] = {"actor": asked.actor, "now": now, "template_id": asked.template_id}
    try:
        with asked.db.begin_nested():
            actions.save_draft(asked.db, **who, seen=_seen(sent), body=body)
    except RecordChanged:
        return _show(asked, found, _beside(sent, kept, asked.code, asked.words))
    except TemplateWrong as error:
        errors = _by_field(error.faults, place, asked.words)
        return _show(asked, found, Filled(sent.fields, errors))
    return go(f"{HOME}/{asked.template_id}/draft", say=SAVED)


def _found(asked: _Asked) -> tuple[ProcessTemplate, ProcessTemplateDraft]:
    asked.actor.require_officer()
    found = get_template(asked.db, asked.template_id, actor=asked.actor)
    return found, actions.get_draft(asked.db, asked.template_id)


def _form(kept: ProcessTemplateDraft, code: str) -> Filled | None:
    """Return the form of a stage as the draft has it, or of a new one; none where it is gone."""
    seen = {SEEN: str(kept.saved)}
    if not code:
        return Filled({**NEW_STAGE, **seen})
    found = [one for one in kept.body["stages"] if one["code"] == code]
    return Filled(form_of(found[0]) | seen) if found else None


def _beside(sent: Sent, kept: ProcessTemplateDraft, code: str, words: Translator) -> Filled:
    """Return what was sent with what the draft says now; fields others added come last."""
    current = _form(kept, code)
    if current is None or not code:
        # The stage is new, or was taken out meanwhile: saved once more it is added at the end.
        return beside(sent, Filled({SEEN: str(kept.saved)}), words, _sayer(words))
    own = sent_fields(sent.fields)
    theirs = {one["name"]: one for one in sent_fields(current.values)}
    known = {one.get("name", "") for one in own}
    own += [one for name, one in theirs.items() if name not in known]
    standing = with_fields(current.values, [theirs.get(one.get("name", ""), one) for one in own])
    wanted = Sent(with_fields(sent.fields, own), {})
    return beside(wanted, Filled(standing), words, _sayer(words))


def _sayer(words: Translator) -> Callable[[str, str], str]:
    def say(name: str, value: str) -> str:
        last = name.rpartition(".")[2]
        if last in _FLAGS:
            return words.gettext(N_("yes") if value else N_("no"))
        return words.gettext(_KINDS[value]) if last == "kind" else value

    return say


def _seen(sent: Sent) -> int:
    written = sent.text(SEEN)
    return int(written) if written.isascii() and written.isdecimal() and len(written) < 10 else 0  # noqa: PLR2004 - nobody saves more often


def _by_field(faults: Sequence[TemplateFault], place: int, words: Translator) -> dict[str, str]:
    """Return what is wrong by the form's own names."""
    start = f"stages.{place}."
    return {
        (fault.field or "").removeprefix(start): f"{fault.title(words)}. {fault.told(words)}"
        for fault in reversed(faults)
    }


def _show(
    asked: _Asked, found: ProcessTemplate, form: Filled, *, unsaved: bool = False
) -> Response:
    words = asked.words
    cleaned, _ = clean_body({"stages": [stage_of(form.values)]})
    whole = all(part["kind"] for part in (*cleaned["stages"], *cleaned["stages"][0]["fields"]))
    view = StageView(
        template=found,
        name=named_in(words.language, found.name, found.name_en),
        code=asked.code,
        form=form,
        fields=range(len(sent_fields(form.values))),
        preview=Template.of(cleaned).stages[0] if whole else None,
        language=words.language,
        units=unit_names(words),
        kinds=[(one.value, words.gettext(one.label)) for one in EntryKind],
        field_kinds=[(one.value, words.gettext(one.label)) for one in FieldKind],
        choosable=_UNITS,
        most_fields=MOST_FIELDS,
        most_photos=MOST_PHOTOS,
        unsaved=unsaved or form.wrong,
    )
    return show(asked.request, "diary/template_stage.html", view, status=422 if form.wrong else 200)
