"""The public form: no account, no cookie, one report a form, and a reference to follow it."""

import re
from datetime import timedelta
from io import BytesIO

import pytest
from fastapi import FastAPI
from PIL import Image
from sqlalchemy import select

from app.kit.db import Database
from app.oversight.models import Report
from tests import make
from tests.client import Client
from tests.conftest import Cast, Clock, Visit

TEXT = "Tem bị photo lại, dán trên gói tôm không nhãn"
FORM = {"about": "other", "trouble": "other", "text": TEXT, "token": "t-1"}


def reports(database: Database) -> list[Report]:
    with database.begin(write=False) as db:
        return list(db.scalars(select(Report).order_by(Report.id)))


def test_a_report_about_a_stamp_is_linked_and_followed_by_its_reference(
    app: FastAPI, database: Database, visit: Visit, cast: Cast
) -> None:
    with database.begin() as db:
        product = make.product(db, of=cast.entity)
        batch = make.issued_batch(db, of=product, keyring=app.state.keyring)
        code = make.code(batch, 1, keyring=app.state.keyring)
    public = visit()
    shown = public.get(f"/report?about=stamp&code={code}")
    assert shown.status_code == 200
    assert "set-cookie" not in shown.headers
    assert "geolocation=(self)" in shown.headers["permissions-policy"]
    assert code in shown.text
    sent = public.post(
        "/report", data={**FORM, "about": "stamp", "code": f"https://x/t/{code.lower()}"}
    )
    assert sent.status_code == 303, sent.text
    [report] = reports(database)
    assert (report.subject, report.batch_id, report.product_id) == (code, batch.id, product.id)
    assert (report.entity_id, report.text, report.language) == (cast.entity.id, TEXT, "vi")
    followed = public.get(sent.headers["location"])
    assert followed.status_code == 200
    assert "geolocation=()" in followed.headers["permissions-policy"]
    assert re.search(r"[0-9A-Z]{5}-[0-9A-Z]{5}", followed.text)
    assert TEXT not in followed.text
