"""Codes to try a program with: each always gets the same verdict, and none can be on a stamp."""

from datetime import UTC, date, datetime
from typing import Final

from app.lookup.sheet import Answer, EntityPart, LotPart, ProductPart, Sheet, StampPart
from app.lookup.verdict import Judgement, Notice, Verdict

# A real code has twenty characters; these have fewer, whatever is dropped in reading them.
CODES: Final = {f"TEST-{one.replace('_', '-')}".upper(): one for one in Verdict}

_SINCE: Final = datetime(2026, 1, 15, 2, 0, tzinfo=UTC)
_NOTICES: Final = {
    Verdict.RECALLED: Notice(
        reason="Ví dụ: nhãn thiếu thành phần gây dị ứng",
        since=_SINCE,
        advice="Ví dụ: trả lại nơi đã mua",
    ),
    Verdict.ON_HOLD: Notice(reason="Ví dụ: đang kiểm nghiệm", since=_SINCE),
    Verdict.SUSPICIOUS: Notice(reason="", since=_SINCE),
}
_BARE: Final = frozenset({Verdict.UNKNOWN, Verdict.UNAVAILABLE})
_WITHOUT_LOT: Final = frozenset({Verdict.NOT_ACTIVATED, Verdict.LAPSED, Verdict.VOID, Verdict.LOST})
_LOOKUPS: Final = {Verdict.ACTIVE: 3, Verdict.SUSPICIOUS: 412}

_PRODUCT: Final = ProductPart(
    id=0,
    name="Sản phẩm ví dụ (thử nghiệm)",
    gtin="",
    own_code="",
    brand="",
    net_content="500 g",
    ingredients="",
    usage="",
    storage="",
    warnings="",
    shelf_life="",
    origin="",
    retired=False,
    picture=None,
)
_MAKER: Final = EntityPart(
    id=0,
    name="Cơ sở ví dụ (thử nghiệm)",
    kind="cooperative",
    address="",
    places=(),
    representative="",
    phone="",
    email="",
    contacts=(),
    website="",
    dissolved=False,
)
_LOT: Final = LotPart(
    id=0, number="TEST-01", production_date=date(2026, 1, 5), expiry_date=date(2026, 1, 31)
)


def sandbox_answer(text: str) -> Answer | None:
    """Return the answer of a sandbox code, typed in any case; none for any other text."""
    code = text.strip().upper().replace("_", "-")
    verdict = CODES.get(code)
    if verdict is None:
        return None
    judgement = Judgement(verdict, _NOTICES.get(verdict))
    if verdict in _BARE:
        return Answer(code=code, judgement=judgement)
    lookups = _LOOKUPS.get(verdict, 0)
    return Answer(
        code=code,
        judgement=judgement,
        stamp=StampPart(number=0, batch_id=0, state="", lapses_on=None, activated_at=None),
        sheet=Sheet(
            product=_PRODUCT,
            entity=_MAKER,
            lot=None if verdict in _WITHOUT_LOT else _LOT,
            stars=None,
            rights=(),
            standards=(),
        ),
        lookups=lookups,
        first_at=_SINCE if lookups else None,
    )
