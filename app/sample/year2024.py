"""What the province did in 2024, as its report counts it: marks inspected, products tested.

19 marks (7 certification, 12 collective), 78 organisations registered to use them, 43 found using;
7 products tested at 9 establishments. The numbers are real, every name is made up.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.entities.actions import add_entity
from app.entities.facility_actions import add_facility
from app.entities.part_models import Facility
from app.identity.rules import Actor
from app.kit.i18n import Translator
from app.oversight.checklist_actions import install_ready, publish_checklist
from app.oversight.checklist_queries import questions_of
from app.oversight.checklists import AnswerKind, Item
from app.oversight.inspection_actions import Arranged, open_inspection, write_inspection
from app.oversight.inspection_models import ChecklistVersion
from app.oversight.inspection_queries import Target
from app.oversight.inspection_sign_actions import sign_inspection
from app.oversight.inspections import Content, Observed
from app.oversight.quality_actions import record_sample
from app.oversight.rules import FindingOutcome, Subject
from app.oversight.sampling import Sample
from app.oversight.testing import LimitKind, Written
from app.products.actions import add_product
from app.products.models import Product
from app.rights.actions import add_right
from app.rights.kinds import RightType
from app.rights.use_right_actions import add_use_right
from app.sample.records import MARK

YEAR: Final = 2024
REGISTERED: Final = 78
USING: Final = 43
_COLLECTIVE: Final = (
    *("Tôm khô", "Khô cá sặc", "Mắm lóc", "Ba khía", "Cua biển", "Sò huyết"),
    *("Chuối xiêm", "Bồn bồn", "Mật ong tràm", "Gạo hữu cơ", "Cá chình", "Vọp rừng"),
)
_CERTIFICATION: Final = (
    *("Cá đồng", "Tôm sinh thái", "Rau an toàn", "Dừa nước", "Lúa sạch", "Muối biển"),
    "Cá bống tượng",
)
# Of the seven products two are made, and were sampled, at two places: of makers without lots, as
# the diaries of the others name no place where there is only one.
_TESTED: Final = 7
_TWO_PLACES: Final = (3, 6)
_COMMUNES: Final = ("32248", "32244", "32047", "32098", "32191", "32071", "32044")

_ASKED: Final = {
    "format": 1,
    "sections": [
        {
            "code": "su-dung-dau-hieu",
            "name": "Sử dụng nhãn hiệu",
            "name_en": "Use of the mark",
            "items": [
                {"code": "dung-mau", "text": "Gắn đúng mẫu nhãn hiệu", "kind": "yes_no",
                 "text_en": "The mark is put on as registered", "bad": ["no"]},
                {"code": "dung-san-pham", "text": "Gắn đúng sản phẩm đã đăng ký", "kind": "yes_no",
                 "text_en": "It is put on the registered product", "bad": ["no"]},
            ],
        }
    ],
}  # fmt: skip


@dataclass(frozen=True)
class User:
    """An organisation that was registered to use a mark, and its product."""

    entity_id: int
    product: Product


def record(
    db: Session, products: Sequence[Product], *, actor: Actor, now: datetime, words: Translator
) -> Mapping[str, int]:
    """Record the year through the actions of the slices; return how many of each."""
    install_ready(db, actor=actor, now=now)
    asked = publish_checklist(
        db,
        actor=actor,
        now=now,
        code="nhan-hieu-mau",
        name=f"Kiểm tra nhãn hiệu {MARK}",
        body=_ASKED,
    )
    signs = [(RightType.COLLECTIVE_MARK, one) for one in _COLLECTIVE]
    signs += [(RightType.CERTIFICATION_MARK, one) for one in _CERTIFICATION]
    marks = [_mark(db, kind, sign, actor, now) for kind, sign in signs]
    users = _users(db, products, actor, now)
    registered: dict[int, list[User]] = {mark: [] for mark in marks}
    for place, user in enumerate(users):
        mark = marks[place % len(marks)]
        _register(db, mark, user, actor, now, place)
        registered[mark].append(user)
    using = {user.entity_id for user in users[:USING]}
    for place, (mark, held) in enumerate(registered.items()):
        day = date(YEAR, 4, 8) + timedelta(days=7 * place)
        seen = [(one.entity_id, one.entity_id in using) for one in held]
        _inspect(db, mark, seen, asked, actor, now, day, words)
    _test(db, [user.product for user in users[:_TESTED]], actor, now)
    return {"marks": len(marks), "registered": len(users), "using": len(using)}


def _mark(db: Session, kind: RightType, sign: str, actor: Actor, now: datetime) -> int:
    right = add_right(
        db,
        actor=actor,
        now=now,
        type=kind,
        sign=f"{sign} {MARK}",
        goods=sign.lower(),
        managing_body=f"Hội nghề {sign.lower()} {MARK}",
        source="Dữ liệu mẫu, không có thật",
    )
    return right.id


def _users(db: Session, products: Sequence[Product], actor: Actor, now: datetime) -> list[User]:
    """Return 78 organisations: those of the sample that have stamps, and others that have none."""
    firsts = {product.entity_id: product for product in reversed(products)}
    users = [User(entity_id, product) for entity_id, product in sorted(firsts.items())]
    for number in range(len(users), REGISTERED):
        sign = (*_COLLECTIVE, *_CERTIFICATION)[number % (len(_COLLECTIVE) + len(_CERTIFICATION))]
        entity = add_entity(
            db,
            actor=actor,
            now=now,
            name=f"Cơ sở {sign} số {number + 1} {MARK}",
            kind="household",
            commune_code=_COMMUNES[number % len(_COMMUNES)],
            address=f"Ấp {number % 9 + 1}",
            registration_no=f"MAU-{number + 1:04d}",
        )
        product = add_product(
            db,
            actor=actor,
            now=now,
            entity_id=entity.id,
            name=f"{sign} số {number + 1} {MARK}",
            own_code=f"MAU-NH-{number + 1:03d}",
            ocop_group="food",
        )
        users.append(User(entity.id, product))
    return users


def _register(db: Session, mark: int, user: User, actor: Actor, now: datetime, place: int) -> None:
    add_use_right(
        db,
        actor=actor,
        now=now,
        right_id=mark,
        product_id=user.product.id,
        certificate_no=f"{place + 1:03d}/2023 {MARK}",
        decision_no=f"12/QĐ-HN {MARK}",
        issuer=f"Hội nghề {MARK}",
        valid_from=date(2023, 1, 1),
        valid_to=date(2027, 12, 31),
    )


def _inspect(
    db: Session,
    mark: int,
    seen: Sequence[tuple[int, bool]],
    asked: ChecklistVersion,
    actor: Actor,
    now: datetime,
    day: date,
    words: Translator,
) -> None:
    team = [f"Thanh tra Hải {MARK}"]
    opened = open_inspection(
        db,
        actor=actor,
        now=now,
        uid=uuid.uuid5(uuid.NAMESPACE_URL, f"mau:{YEAR}:{mark}"),
        target=Target(subject=Subject.RIGHT, right_id=mark),
        arranged=Arranged(planned_on=day, team=team, checklist_id=asked.checklist_id),
    )
    content = Content(
        held_on=day,
        place="các cơ sở sử dụng nhãn hiệu",
        team=team,
        present=f"Đại diện hội nghề {MARK}",
        answers={item.code: good_answer(item) for item in questions_of(asked).items()},
        observed=[Observed(entity_id=entity_id, in_use=used) for entity_id, used in seen],
        in_use=any(used for _, used in seen),
        summary=f"{sum(used for _, used in seen)} trên {len(seen)} cơ sở đang sử dụng {MARK}.",
        outcome=FindingOutcome.IN_ORDER,
    )
    write_inspection(db, actor=actor, now=now, inspection_id=opened.id, content=content)
    sign_inspection(db, actor=actor, now=now, inspection_id=opened.id, words=words)


def good_answer(item: Item) -> dict[str, Any]:
    """Return an answer to an item that makes no finding."""
    value: str | float = "Đạt"
    if item.kind is AnswerKind.NUMBER:
        value = 1
    elif item.options():
        value = next(one for one in item.options() if not item.is_bad(one))
    return {"value": value, "note": "", "photos": []}


def _test(db: Session, products: Sequence[Product], actor: Actor, now: datetime) -> None:
    """Have seven products sampled where they are made; two of them at a second place too."""
    for number, product in enumerate(products):
        places = list(
            db.scalars(select(Facility.id).where(Facility.entity_id == product.entity_id).limit(1))
        )
        day = date(YEAR, 9, 2) + timedelta(days=3 * number)
        if number in _TWO_PLACES:
            places.append(_second_place(db, product.entity_id, actor, now))
        for place in places:
            _sample(db, product, place, actor, now, day, number)


def _second_place(db: Session, entity_id: int, actor: Actor, now: datetime) -> int:
    made = add_facility(
        db,
        actor=actor,
        now=now,
        entity_id=entity_id,
        name=f"Xưởng thứ hai {MARK}",
        location_code=f"MAU-DD2-{entity_id:02d}",
    )
    return made.id


def _sample(
    db: Session, product: Product, place: int, actor: Actor, now: datetime, day: date, number: int
) -> None:
    result = Written(
        name="Salmonella",
        method="TCVN 10780-1:2017",
        limit_kind=LimitKind.ABSENT,
        unit="/25 g",
        result="Không phát hiện",
    )
    record_sample(
        db,
        actor=actor,
        now=now,
        sample=Sample(
            product_id=product.id,
            facility_id=place,
            sample_no=f"M{number + 1:02d}-{place} {MARK}",
            sampled_on=day,
            sampled_by=f"Thanh tra Hải {MARK}",
            laboratory=f"Phòng thử nghiệm {MARK}",
            report_no=f"{700 + number}-{place}/2024 {MARK}",
            reported_on=day + timedelta(days=9),
        ),
        criteria=[result],
    )
