"""Papers that are public as long as what they belong to is."""

from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy.orm import Session

from app.kit.db import Database
from app.rights.models import IpRight
from tests import make, make_certificates, make_documents
from tests.conftest import Cast, Visit


@pytest.fixture
def right(database: Database, app: FastAPI) -> IpRight:
    make_documents.keep(app.state.files)
    with database.begin() as db:
        return make.right(db, rules_of_use="Giữ đúng quy trình.\nGhi nhãn đúng mẫu.")


def paper(db: Session, record: str, record_id: int, **more: Any) -> int:  # noqa: ANN401 - the columns of a document
    of = {"subject_kind": record, "subject_id": record_id, "public": True}
    return make_documents.document(db, **of | more).id


def test_a_rights_papers_are_public_while_it_is_checked_and_named_on_its_page(
    right: IpRight, database: Database, visit: Visit, cast: Cast
) -> None:
    with database.begin() as db:
        deed = paper(db, "right", right.id, title="Văn bằng")
        rules = paper(db, "right", right.id, title="Quy chế", kind="rules")
        kept = paper(db, "right", right.id, title="Riêng", public=False)
        gone = {"withdrawn_at": make.NOW, "withdraw_reason": "Nhầm", "withdrawn_by": "Lan"}
        withdrawn = paper(db, "right", right.id, title="Nhầm", **gone)
        unknown = paper(db, "use_right", right.id)
    reader, office = visit(), visit(api=cast.officer)
    page = reader.get(f"/r/{right.id}").text
    assert "<p>Giữ đúng quy trình.</p><p>Ghi nhãn đúng mẫu.</p>" in page
    assert page.index(f"/documents/{rules}") < page.index(f"/documents/{deed}")
    assert ("Riêng" in page, "Nhầm" in page) == (False, False)
    found = reader.get(f"/documents/{deed}")
    assert (found.status_code, found.headers["cache-control"]) == (200, "no-cache")
    assert {reader.get(f"/documents/{one}").status_code for one in (kept, withdrawn, unknown)} == {
        404
    }
    undo = office.post(f"/api/v1/rights/{right.id}/uncheck", json={"reason": "Xem lại"})
    assert undo.status_code == 200
    producer = visit(page=cast.owner)
    for path in (f"/documents/{deed}", f"/documents/{rules}", f"/office/documents/{deed}/file"):
        assert {reader.get(path).status_code, producer.get(path).status_code} <= {404, 303}, path
    assert visit(page=cast.officer).get(f"/office/documents/{deed}/file").status_code == 200
    office.post(f"/api/v1/rights/{right.id}/check", json={"against": "GCN"})
    assert reader.get(f"/documents/{deed}").status_code == 200


def test_a_certificates_papers_go_with_it(
    right: IpRight, database: Database, visit: Visit, cast: Cast
) -> None:
    del right
    with database.begin() as db:
        product = make.product(db, of=cast.entity)
        shown, kept = (
            make_certificates.certificate(db, of=cast.entity, number=f"GCN {number}", public=public)
            for number, public in enumerate((True, False))
        )
        stars = make_certificates.ocop(db, of=product)
        papers = [paper(db, "certificate", one.id) for one in (shown, kept)]
        papers.append(paper(db, "ocop_certificate", stars.id))
    reader, office = visit(), visit(page=cast.officer)

    def told() -> list[int]:
        return [reader.get(f"/documents/{one}").status_code for one in papers]

    assert told() == [200, 404, 200]
    for path in (f"certificates/{shown.id}", f"ocop-certificates/{stars.id}"):
        struck = office.post(f"/office/{path}/strike", data={"reason": "Nhập nhầm"})
        assert struck.status_code == 303, struck.text
    assert told() == [404, 404, 404]
