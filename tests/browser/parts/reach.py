"""What was made from a lot whose sale is stopped, and a farm to practise with."""

from typing import Any

from sqlalchemy.orm import Session

from app.diary.models import LotNotice
from app.diary.trace_models import LotInput
from app.stamps.keyring import Keyring
from tests import make
from tests.browser.stop import OFFICE, PUBLIC

PAGES = {
    PUBLIC: {"lookup/lot_page.html": ["/l/{fed_lot}"]},
    OFFICE: {
        "stamps/recall.html": ["/office/lots/{salt}/recall", "/office/lots/{fed_lot}/recall"],
        "stamps/recall_notice.html": ["/office/recalls/lots/{salted}"],
        "entities/one.html": ["/office/entities/{practice}"],
        "entities/list.html": ["/office/entities?status=practice"],
    },
}


def facts(db: Session, _keyring: Keyring) -> dict[str, Any]:
    salter, maker = make.entity(db, name="Diêm dân Đông Hải"), make.entity(db)
    salt = make.lot(
        db, of=make.product(db, of=salter, name="Muối thô", picture=False), number="M-7"
    )
    fed = make.lot(
        db, of=make.product(db, of=maker, name="Tôm khô muối", picture=False), number="T-1"
    )
    db.add(LotInput(lot_id=fed.id, source_lot_id=salt.id, added_at=make.NOW, added_by="test"))
    said = {"reason": "Muối nhiễm kim loại nặng", "set_at": make.NOW, "set_by": "Cán bộ"}
    notice = LotNotice(lot_id=salt.id, kind="recall", advice="Trả lại nơi mua", **said)
    db.add_all([notice, LotNotice(lot_id=fed.id, kind="hold", lifted_at=make.NOW, **said)])
    practice = make.entity(db, name="Trại học (tập dượt)", practice=True)
    db.flush()
    return {"salt": salt.id, "fed_lot": fed.id, "salted": notice.id, "practice": practice.id}
