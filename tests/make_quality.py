"""Quality tests, straight in the database by the real actions."""

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from app.diary.models import Lot
from app.oversight.quality_actions import record_sample
from app.oversight.quality_models import QualityTest
from app.oversight.sampling import Sample
from app.oversight.testing import LimitKind, Written
from app.products.models import Product
from tests import make

CHLORAMPHENICOL = Written(
    name="Chloramphenicol", method="LC-MS/MS", limit_kind=LimitKind.ABSENT, unit="µg/kg"
)
HISTAMINE = Written(
    name="Histamin", limit_kind=LimitKind.MAX, limit_high=Decimal(100), unit="mg/kg"
)


def written(one: Written, result: str) -> Written:
    return Written(**{name: getattr(one, name) for name in one.__slots__} | {"result": result})


def sample(
    db: Session,
    *,
    of: Product | Lot,
    antibiotic: str = "KPH",
    histamine: str = "12,5",
    **facts: Any,  # noqa: ANN401 - what is said of the sample
) -> QualityTest:
    """A test of a product or a lot: passed unless a result says otherwise."""
    given: dict[str, Any] = {
        "lot_id" if isinstance(of, Lot) else "product_id": of.id,
        "sampled_on": date(2026, 3, 1),
        "sampled_by": "Nguyễn Văn Mẫu",
        "laboratory": "Trung tâm Kiểm nghiệm mẫu",
        "report_no": "KN-01",
        "public": True,
    } | facts
    return record_sample(
        db,
        actor=make.SYSTEM,
        now=make.NOW,
        sample=Sample(**given),
        criteria=[written(CHLORAMPHENICOL, antibiotic), written(HISTAMINE, histamine)],
    )
