"""Process templates: what a body may say, versions that never change, and what lots are kept by."""

import json
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.diary.actions import open_lot
from app.diary.process_actions import approve_process, propose_process
from app.diary.rules import EntryKind
from app.diary.template import PLAIN, FieldKind, Template
from app.diary.template_actions import READY, install_ready, publish_version, retire_template
from app.diary.template_body import clean_body
from app.diary.template_changes import changes
from app.diary.template_faults import TemplateWrong
from app.diary.template_models import ProcessTemplate, ProcessTemplateVersion
from app.diary.template_queries import find_by_code, latest_versions, template_of
from app.kit.db import Database
from app.kit.i18n import Translator
from tests import make
from tests.conftest import Cast, Visit

BODY: dict[str, Any] = {
    "stages": [
        {
            "name": "Cho ăn",
            "name_en": "Feeding",
            "kind": "feeding",
            "required": True,
            "fields": [
                {"label": "Thức ăn", "kind": "text", "required": True},
                {"name": "quantity", "label": "Lượng", "kind": "number", "unit": "kg"},
                {"label": "Loại", "kind": "choice", "choices": [{"label": "Đực"}]},
            ],
        }
    ]
}


def changed(path: str, value: object) -> dict[str, Any]:
    """Return the body with one thing changed, by the path an error names."""
    body: Any = json.loads(json.dumps(BODY))
    *steps, last = path.split(".")
    part = body
    for step in steps:
        part = part[int(step)] if isinstance(part, list) else part[step]
    part[last] = value
    result: dict[str, Any] = body
    return result


def test_a_body_is_read_with_defaults_and_said_again_the_same() -> None:
    template = Template.read(BODY)
    stage = template.stages[0]
    assert (stage.code, stage.kind, stage.photos) == ("cho-an", EntryKind.FEEDING, 0)
    assert [field.name for field in stage.fields] == ["thuc_an", "quantity", "loai"]
    assert stage.fields[1].unit == "KGM"
    assert (template.late_after_hours, template.approval_after_days) == (48, 7)
    assert (stage.name_in("en"), stage.fields[0].name_in("en")) == ("Feeding", "Thức ăn")
    assert Template.read(template.body()) == template


FIELD = "stages.0.fields.1"
WRONG = {
    "stages": ([], "diary.template_count"),
    "format": (2, "diary.template_shape"),
    "late_after_hours": (200, "diary.template_limits"),
    "approval_after_days": ("7", "diary.template_number"),
    "stages.0.name": ("", "diary.template_text"),
    "stages.0.name_en": ("a\u202eb", "diary.template_text"),
    "stages.0.code": ("Cho Ăn", "diary.template_code"),
    "stages.0.kind": ("eating", "diary.template_choice"),
    "stages.0.photos": (99, "diary.template_number"),
    "stages.0.withdrawal_days": (7, "diary.template_kind"),
    "stages.0.test": (True, "diary.template_kind"),
    "stages.0.required": ("no", "diary.template_shape"),
    "stages.0.colour": ("red", "diary.template_shape"),
    f"{FIELD}.name": ("unit", "diary.template_meaning"),
    f"{FIELD}.kind": ("text", "diary.template_meaning"),
    f"{FIELD}.unit": ("kilomet", "diary.template_choice"),
    f"{FIELD}.least": (float("nan"), "diary.template_number"),
    f"{FIELD}.label": ("x" * 61, "diary.template_text"),
    "stages.0.fields.0.tally": (True, "diary.template_kind"),
    "stages.0.fields.2.name": ("quantity", "diary.template_twice"),
    "stages.0.fields.2.choices": ([], "diary.template_no_choices"),
    "stages.0.fields": ({"label": "x"}, "diary.template_shape"),
}


@pytest.mark.parametrize("path", WRONG)
def test_each_thing_that_is_wrong_is_named_by_its_place(path: str) -> None:
    value, code = WRONG[path]
    faults = clean_body(changed(path, value))[1]
    found = {fault.field: fault for fault in faults if fault.code == code}
    assert path in found or f"{FIELD}.name" in found, faults
    with pytest.raises(TemplateWrong):
        Template.read(changed(path, value))


def test_three_required_fields_are_too_many_and_stage_and_field_are_told() -> None:
    fields = [{"label": f"Ô {n}", "kind": "text", "required": True} for n in "abc"]
    with pytest.raises(TemplateWrong) as caught:
        Template.read(changed("stages.0.fields", [*fields, {"label": "D", "kind": "?"}]))
    told = caught.value.explain(Translator("en"))
    assert "Stage “Cho ăn”: 3 fields are required" in told
    assert "Stage “Cho ăn”, field “D”: “?” is none of" in told
    refused: list[Any] = [None, 7, [], "x", {"stages": [None]}, {"stages": "abc"}]
    for hostile in refused:
        with pytest.raises(TemplateWrong):
            Template.read(hostile)


def test_the_plain_template_has_a_stage_for_each_kind_of_work() -> None:
    assert [stage.code for stage in PLAIN.stages] == list(EntryKind)


def test_ready_templates_are_whole_and_ask_little() -> None:
    paths = sorted(READY.glob("*.json"))
    assert len(paths) == 6
    treated = set()
    for path in paths:
        ready = json.loads(path.read_text(encoding="utf-8"))
        template = Template.read(ready["body"])
        assert ready["name_en"]
        assert any(stage.required for stage in template.stages)
        for stage in template.stages:
            assert stage.name_en
            assert all(field.label_en for field in stage.fields), stage.code
            assert all(one.label_en for field in stage.fields for one in field.choices)
            assert stage.fields, stage.code
            if stage.kind is EntryKind.TREATMENT:
                treated.add(path.stem)
                names = {field.name: field for field in stage.fields}
                asked = {"agent", "dose", "target", "registration_no", "applicator"}
                assert asked <= names.keys()
                assert names["withdrawal_days"].kind is FieldKind.NUMBER
    assert treated == {"lua-gao", "mat-ong", "rau-qua", "tom-cua"}


def test_what_differs_between_versions_is_told_by_stage_and_field() -> None:
    old = Template.read(BODY)
    feed, amount, kind = old.stages[0].fields
    stage = replace(old.stages[0], photos=1, fields=(amount, replace(feed, required=False)))
    new = replace(old, stages=(replace(stage, code="moi", name="Mới"), stage), late_after_hours=24)
    found = [(one.stage, one.field, one.what, one.before, one.after) for one in changes(old, new)]
    assert ("", "", "Late after so many hours", 48, 24) in found
    assert ("Mới", "", "added", None, None) in found
    assert ("Cho ăn", "", "Photos needed", 0, 1) in found
    assert ("Cho ăn", kind.label, "taken out", None, None) in found
    assert ("Cho ăn", feed.label, "Must be filled in", True, False) in found
    assert ("Cho ăn", "", "Order", "Thức ăn, Lượng, Loại", "Lượng, Thức ăn") in found
    assert len(found) == 6
    assert changes(old, old) == []


@pytest.fixture
def shrimp(db: Session) -> ProcessTemplate:
    install_ready(db, actor=make.SYSTEM, now=make.NOW)
    found = find_by_code(db, "tom-cua")
    assert found is not None
    return found


def test_a_lot_keeps_the_version_it_was_opened_under(db: Session, shrimp: ProcessTemplate) -> None:
    who: dict[str, Any] = {"actor": make.SYSTEM, "now": make.NOW}
    assert install_ready(db, **who) == []
    entity = make.entity(db)
    product = make.product(db, of=entity)
    owner = make.person(db, "Chủ", entity=entity).actor
    opening: dict[str, Any] = {"actor": owner, "now": make.NOW, "product_id": product.id}
    plain = open_lot(db, **opening, number="A")
    first = latest_versions(db, [shrimp.id])[shrimp.id]
    proposed = propose_process(
        db, actor=owner, now=make.NOW, product_id=product.id, template_version_id=first.id
    )
    assert proposed.stages[:2] == ["Chuẩn bị ao", "Thả giống"]
    unapproved = open_lot(db, **opening, number="B")
    approve_process(db, **who, product_id=product.id, process_id=proposed.id)
    kept = open_lot(db, **opening, number="C")
    body = first.body | {"late_after_hours": 24}
    second = publish_version(db, **who, template_id=shrimp.id, body=body)
    retire_template(db, **who, template_id=shrimp.id)
    later = open_lot(db, **opening, number="D")
    assert (plain.template_version_id, unapproved.template_version_id) == (None, None)
    assert kept.template_version_id == later.template_version_id == first.id
    assert template_of(db, plain) is PLAIN
    assert template_of(db, kept).late_after_hours == 48
    assert (second.version, second.body["late_after_hours"]) == (2, 24)


@pytest.mark.parametrize("statement", ["UPDATE {} SET version = 9", "DELETE FROM {}"])
def test_the_database_refuses_to_change_a_version(
    db: Session, shrimp: ProcessTemplate, statement: str
) -> None:
    assert shrimp.id
    with pytest.raises(DBAPIError), db.begin_nested():
        db.execute(text(statement.format(ProcessTemplateVersion.__tablename__)))


def test_officers_publish_by_the_api_and_everybody_signed_in_reads(
    database: Database, visit: Visit, cast: Cast
) -> None:
    officer, owner = visit(api=cast.officer), visit(api=cast.owner)
    path = "/api/v1/templates"
    given = {"name": "Ba khía muối", "body": BODY}
    assert owner.post(path, json=given).status_code == 403
    wrong = officer.post(path, json=given | {"body": changed("stages.0.kind", "x")})
    assert wrong.status_code == 422
    assert "Công đoạn “Cho ăn”" in wrong.json()["detail"]
    assert wrong.json()["errors"][0]["field"] == "stages.0.kind"
    made = officer.post(path, json=given)
    assert made.status_code == 201, made.text
    one = f"{path}/{made.json()['id']}"
    assert (made.json()["code"], made.json()["version"]) == ("ba-khia-muoi", 1)
    assert officer.post(path, json=given).status_code == 409
    same = officer.post(f"{one}/versions", json={"body": BODY})
    assert (same.status_code, same.json()["code"]) == (409, "diary.template_same")
    next_ = officer.post(f"{one}/versions", json={"body": changed("stages.0.name", "Cho cua ăn")})
    assert next_.json()["version"] == 2, next_.text
    assert owner.post(f"{one}/versions", json={"body": BODY}).status_code == 403
    read = owner.get(f"{one}/versions/1").json()
    assert read["body"]["stages"][0]["name"] == "Cho ăn"
    assert [line["version"] for line in owner.get(one).json()["versions"]] == [2, 1]
    assert owner.get(path).json()["items"][0]["version"] == 2
    assert owner.get(f"{one}/versions/3").status_code == 404
    product = f"/api/v1/products/{_product(database, cast)}/processes"
    version_id = owner.get(one).json()["versions"][0]["id"]
    taken = owner.post(product, json={"template_version_id": version_id})
    assert (taken.status_code, taken.json()["stages"]) == (201, ["Cho cua ăn"])
    both = owner.post(product, json={"template_version_id": version_id, "stages": ["Rửa"]})
    assert both.json()["code"] == "diary.stages_and_template"
    assert officer.post(f"{one}/retire").json()["retired_at"]
    gone = owner.post(product, json={"template_version_id": version_id})
    assert (gone.status_code, gone.json()["code"]) == (422, "diary.template_not_offered")
    with database.begin() as db:
        assert db.scalar(select(ProcessTemplate.retired_at)) is not None


def _product(database: Database, cast: Cast) -> int:
    with database.begin() as db:
        return make.product(db, of=cast.entity).id
