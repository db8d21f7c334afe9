"""Process templates: the list, one, a version, the draft and the form of a stage."""

from typing import Any

from sqlalchemy.orm import Session

from app.diary.template_actions import add_template, install_ready, publish_version
from app.diary.template_draft_actions import begin_draft, save_draft
from app.diary.template_queries import find_by_code
from app.stamps.keyring import Keyring
from tests import make
from tests.browser.stop import OFFICE, Stop

_ONE = "/office/templates/{shrimp}"
_DRAFT = f"{_ONE}/draft"

PAGES = {
    OFFICE: {
        "diary/templates.html": ["/office/templates", "/office/templates?q=zzz"],
        "diary/template.html": [_ONE, "/office/templates/{unpublished}"],
        "diary/template_new.html": ["/office/templates/new"],
        "diary/template_version.html": [f"{_ONE}/versions/2"],
        "diary/template_draft.html": [_DRAFT, "/office/templates/{unpublished}/draft"],
        "diary/template_stage.html": [f"{_DRAFT}/stage?code=cho-an", f"{_DRAFT}/stage"],
    },
}
ACTS = (
    Stop("diary/template_new.html", OFFICE, "/office/templates/new", (), "[action$=new] button"),
    Stop(
        "diary/template_stage.html",
        OFFICE,
        f"{_DRAFT}/stage",
        (("#photos", "99"),),
        "#stage .acts button >> nth=0",
    ),
    Stop(
        "diary/template_draft.html",
        OFFICE,
        _DRAFT,
        (("#late_after_hours", "0"),),
        "[action$=limits] button",
    ),
)


def facts(db: Session, _keyring: Keyring) -> dict[str, Any]:
    who: dict[str, Any] = {"actor": make.SYSTEM, "now": make.NOW}
    install_ready(db, **who)
    shrimp = find_by_code(db, "tom-cua")
    assert shrimp is not None
    at = who | {"template_id": shrimp.id}
    long = "Thả giống bổ sung lần hai sau khi đo nước và kiểm tra ao"
    draft = begin_draft(db, **at)
    stages = [*draft.body["stages"], {"name": long, "name_en": long, "kind": "planting"}]
    save_draft(db, **at, seen=1, body=draft.body | {"stages": stages, "late_after_hours": 24})
    publish_version(db, **at, body=draft.body, note=long)
    unpublished = add_template(db, **who, name=f"Mẫu chưa ban hành {long}")
    begin_draft(db, **who, template_id=unpublished.id)
    return {"shrimp": shrimp.id, "unpublished": unpublished.id}
