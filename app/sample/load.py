"""Writes the sample data through the actions of the slices, dated back from today."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import font_roboto
from sqlalchemy.orm import Session

from app.entities.actions import add_entity
from app.entities.facility_actions import add_facility
from app.entities.models import Entity
from app.identity.rules import Actor, Belonging
from app.kit.clock import day_of
from app.kit.files import Files
from app.kit.text import fold
from app.products.actions import add_product, add_standard
from app.products.certificate_actions import add_certificate
from app.products.certificate_end_actions import revoke_certificate
from app.products.models import Product
from app.products.picture_actions import add_picture
from app.products.pictures import check_and_resize
from app.sample import (
    allotting,
    keeping,
    onboarding,
    outside,
    oversight_now,
    people,
    production,
    rights,
    year2024,
)
from app.sample.journal import PRACTICE_LOT
from app.sample.people import DEPARTMENT
from app.sample.pictures import draw
from app.sample.records import ENTITIES, PRACTICE, SampleEntity, SampleProduct
from app.stamps.codes import BatchKeys, unline
from app.stamps.keyring import Keyring
from app.stamps.models import Batch
from app.stamps.suspicion_actions import suspect_stamp
from app.wiring import words

CERTIFIED_DAYS_AGO = 500


@dataclass(frozen=True)
class Made:
    """A sample product as it stands in the database."""

    entity: Entity
    product: Product
    sample: SampleProduct
    owner: Actor


def load(
    db: Session, *, files: Files, keyring: Keyring, base_url: str, now: datetime
) -> dict[str, Any]:
    """Write all sample data and return what demo.json holds."""
    made = [one for sample in ENTITIES for one in _entity(db, sample, files=files, now=now)]
    _certify(db, made, now)
    granted = rights.grant(
        db, {one.product.name: one.product for one in made}, actor=DEPARTMENT, now=now
    )
    [practice] = _entity(db, PRACTICE, files=files, now=now)
    enrolled = [made[0].entity, made[2].entity, practice.entity]
    ways_in = people.enrol(db, enrolled, actor=DEPARTMENT, now=now)
    products = [one.product for one in made]
    acting = ways_in.pop("acting")
    planner, approver = acting["officer"], acting["approver"]
    batches = allotting.allot(
        db, products, planner=planner, approver=approver, keyring=keyring, now=now
    )
    allotting.confirm(db, {one.entity.id: one.owner for one in made}, now=now)
    onboarding.train(db, list(dict.fromkeys(one.entity for one in made)), actor=planner, now=now)
    onboarding.approve_processes(db, products, actor=planner, now=now)
    onboarding.take_templates(db, [*products[:-3], practice.product], actor=planner, now=now)
    kept = keeping.keep_lots(db, made, batches, files=files, keyring=keyring, now=now)
    keeping.Keeping(db, [practice], files, now, {}).keep(PRACTICE_LOT)
    production.spoil(db, batches[0], owner=made[0].owner, keyring=keyring, now=now)
    lots = [*kept.values()]
    lots += production.produce(db, made, batches, keyring=keyring, now=now)
    allotting.draft_next(db, planner=planner, now=now)
    then = year2024.record(db, products, actor=DEPARTMENT, now=now, words=words()["vi"])
    department = oversight_now.People(
        planner=planner, inspector=acting["inspector"], manager=acting["manager"]
    )
    this_year = oversight_now.record(
        db,
        products,
        kept,
        rights=granted,
        people=department,
        files=files,
        now=now,
        words=words()["vi"],
    )
    url = _Addresses(base_url, keyring)
    told = _stamps(url, batches)
    suspect_stamp(
        db,
        actor=DEPARTMENT,
        now=now - timedelta(days=1),
        keyring=keyring,
        text=told["suspicious"]["code"],
        reason="Cùng một mã thấy trên nhiều gói ở ba nơi (mẫu)",
    )
    copied = url.stamp(batches[4], 20)
    outside.copy(db, copied["code"], keyring=keyring, now=now)
    return {
        "base_url": base_url,
        **ways_in,
        "stamps": told,
        "copied": copied,
        "report": outside.tell(db, told["active"]["code"], keyring=keyring, now=now),
        "shop_key": outside.sell(db, products[0], owner=made[0].owner, now=now),
        "products": [
            {
                "id": one.product.id,
                "name": one.product.name,
                "gtin": one.product.gtin,
                "url": f"{base_url}/p/{one.product.id}",
            }
            for one in made
        ],
        "batches": [
            {"id": batch.id, "product_id": batch.product_id, "quantity": batch.granted}
            for batch in batches
        ],
        "year2024": then,
        "oversight": this_year,
        "diary": {"raw": kept["crab"].id, "packed": kept["packed"].id, "late": kept["pond"].id},
        "lots": [
            {"id": lot.id, "product_id": lot.product_id, "number": lot.number} for lot in lots
        ],
    }


def _stamps(url: "_Addresses", batches: Sequence[Batch]) -> dict[str, dict[str, str]]:
    """Return a stamp of each kind, by what befell the first batches."""
    return {
        "active": url.stamp(batches[0], 5),
        "not_activated": url.stamp(batches[0], 2000),
        "void": url.stamp(batches[0], 2905),
        "lost": url.stamp(batches[0], 2925),
        "recalled": url.stamp(batches[1], 10),
        "past_date": url.stamp(batches[2], 10),
        "on_hold": url.stamp(batches[3], 10),
        "suspicious": url.stamp(batches[4], 10),
    }


@dataclass(frozen=True)
class _Addresses:
    base_url: str
    keyring: Keyring

    def stamp(self, batch: Batch, number: int) -> dict[str, str]:
        assert batch.first is not None and batch.secret is not None  # noqa: PT018, S101 - it was issued
        epoch, first = unline(batch.first)
        keys = BatchKeys.of(self.keyring.root(epoch), batch.secret)
        code = keys.encode(first + number - 1)
        return {"code": code, "url": f"{self.base_url}/t/{code}"}


def _entity(db: Session, sample: SampleEntity, *, files: Files, now: datetime) -> Sequence[Made]:
    entity = add_entity(
        db,
        actor=DEPARTMENT,
        now=now,
        name=sample.name,
        kind=sample.kind,
        commune_code=sample.commune,
        address=sample.address,
        representative="Người đại diện (mẫu)",
        phone="0290 0000 000",
        registration_no="" if sample.practice else "MAU-0001",
        practice=sample.practice,
    )
    add_facility(
        db,
        actor=DEPARTMENT,
        now=now,
        entity_id=entity.id,
        name="Nơi sản xuất (mẫu)",
        location_code=f"MAU-DD-{entity.id:02d}",
        commune_code=sample.commune,
        address=sample.address,
    )
    owner = Actor(
        account_id=None, label=f"Chủ {sample.name}", memberships={entity.id: Belonging.OWNER}
    )
    return [
        Made(entity, _product(db, entity, one, files=files, now=now), one, owner)
        for one in sample.products
    ]


def _product(
    db: Session, entity: Entity, sample: SampleProduct, *, files: Files, now: datetime
) -> Product:
    product = add_product(
        db,
        actor=DEPARTMENT,
        now=now,
        entity_id=entity.id,
        name=sample.name,
        gtin=sample.gtin,
        own_code="" if sample.gtin else f"MAU-SP-{fold(sample.name)[:30]}".replace(" ", "-"),
        brand="Thương hiệu mẫu",
        ocop_group=sample.group,
        net_content=sample.content,
        net_quantity=sample.net[0],
        net_unit=sample.net[1],
        ingredients=sample.ingredients,
        shelf_life=f"{sample.shelf_days} ngày" if sample.shelf_days else "",
        shelf_life_days=sample.shelf_days or None,
        storage="Nơi khô ráo, thoáng mát",
        origin="Tỉnh Cà Mau",
        story="Sản phẩm mẫu để giới thiệu hệ thống, không có thật.",
    )
    kind, _, number = sample.standard.partition(" ")
    add_standard(
        db,
        actor=DEPARTMENT,
        now=now,
        product_id=product.id,
        kind=kind.lower(),
        number=number,
        title="Tiêu chuẩn cơ sở mẫu",
    )
    picture = check_and_resize(draw(sample.name, sample.colour, font=Path(font_roboto.Roboto)))
    add_picture(db, actor=DEPARTMENT, now=now, product_id=product.id, picture=picture, files=files)
    return product


def _certify(db: Session, made: Sequence[Made], now: datetime) -> None:
    """Certify every product; the fourth's certificate ran out, the sixth's was revoked."""
    today = day_of(now)
    for place, one in enumerate(made):
        since = today - timedelta(days=1200 if place == 3 else CERTIFIED_DAYS_AGO)  # noqa: PLR2004 - the fourth
        certificate = add_certificate(
            db,
            actor=DEPARTMENT,
            now=now - timedelta(days=CERTIFIED_DAYS_AGO),
            product_id=one.product.id,
            stars=one.sample.stars,
            decision_no=f"{100 + place}/QĐ-UBND (mẫu)",
            issuer="UBND tỉnh Cà Mau",
            valid_from=since,
            certificate_no=f"OCOP-{place + 1:03d} (mẫu)",
        )
        if place == 5:  # noqa: PLR2004 - the sixth
            revoke_certificate(
                db,
                actor=DEPARTMENT,
                now=now - timedelta(days=60),
                product_id=one.product.id,
                certificate_id=certificate.id,
                decision_no="201/QĐ-UBND (mẫu)",
                reason="Cơ sở ngừng sản xuất dòng sản phẩm này (mẫu)",
            )
