"""Reports and findings, straight in the database by the real actions."""

from itertools import count
from typing import Any

from sqlalchemy.orm import Session

from app.oversight.finding_actions import Seen, record_finding
from app.oversight.models import Finding, Report
from app.oversight.report_actions import Told, send_report
from app.oversight.rules import About, FindingOutcome, Subject, Traced, Trouble, sent_hash
from app.products.pictures import check_photo
from tests import make

TEXT = "Tem có vẻ bị chép lại, sạp bán không cho xem hộp"
_serial = count(1)


def report(db: Session, *, traced: Traced | None = None, photo: str = "", **facts: Any) -> Report:  # noqa: ANN401 - fields of what is told
    """A report about a stamp; `photo` is of a file the test stores itself."""
    known = traced or Traced("KHONGCO")
    given: dict[str, Any] = {
        "about": About.STAMP,
        "trouble": Trouble.COPIED,
        "text": TEXT,
        "code": known.code,
        "place": "Chợ Năm Căn",
    } | facts
    number = next(_serial)
    return send_report(
        db,
        told=Told(**given).checked(),
        traced=known,
        photo=photo,
        language="vi",
        sent_hash=sent_hash((number,)),
        random=number.to_bytes(16),
        now=make.NOW,
    )


def finding(db: Session, *, traced: Traced, photo: bytes = b"", **facts: Any) -> Finding:  # noqa: ANN401 - fields of what was seen
    given: dict[str, Any] = {"outcome": FindingOutcome.DOUBT, "text": TEXT} | facts
    return record_finding(
        db,
        actor=make.SYSTEM,
        now=make.NOW,
        subject=Subject.STAMP,
        belongs=traced,
        seen=Seen(**given),
        verdict="Stamp activated",
        sent_hash=sent_hash((next(_serial),)),
        photos=[check_photo(photo)] if photo else [],
    )
