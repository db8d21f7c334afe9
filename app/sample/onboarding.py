"""What the sample producers have come to: trained, their processes approved, a change proposed."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

from sqlalchemy.orm import Session

from app.diary.process_actions import approve_process, propose_process
from app.diary.template_actions import install_ready
from app.diary.template_queries import find_by_code, latest_versions
from app.entities.models import Entity
from app.entities.training_actions import record_training
from app.identity.rules import Actor
from app.kit.clock import day_of
from app.products.models import Product

T = TypeVar("T")
_STAGES: Final = ("Nhận nguyên liệu", "Sơ chế", "Chế biến", "Đóng gói", "Bảo quản", "Xuất bán")

# By what the product's name begins with; the others are made of fish and shrimp.
_TEMPLATES: Final = {
    "Cua": "tom-cua",
    "Tôm sú nuôi": "tom-cua",
    "Mật ong": "mat-ong",
    "Phấn hoa": "mat-ong",
    "Gạo": "lua-gao",
    "Chuối": "rau-qua",
    "Dưa": "rau-qua",
    "Giỏ": "thu-cong",
    "Trà": "rau-qua",
}
_OTHERS: Final = "thuy-san-che-bien"
# Lots opened before are kept without one; the crabs have had theirs for a season.
_TAKEN_DAYS_AGO: Final = {"Cua": 150, "Thịt cua": 30}
_LAST: Final = 12


def train(db: Session, entities: Sequence[Entity], *, actor: Actor, now: datetime) -> None:
    """Record two trainings; the last two entities have had none yet."""
    for days_ago, part in ((430, entities[:9]), (425, entities[9:-2])):
        then = now - timedelta(days=days_ago)
        record_training(
            db,
            actor=actor,
            now=then,
            people={entity.id: 1 + entity.id % 3 for entity in part},
            held_on=day_of(then),
            trainer="Kỹ sư Mai (mẫu)",
            topic="Ghi nhật ký điện tử và kích hoạt tem (mẫu)",
        )


def approve_processes(
    db: Session, products: Sequence[Product], *, actor: Actor, now: datetime
) -> None:
    """Approve a process for every product but the last three."""
    then = now - timedelta(days=435)
    for product in products[:-3]:
        made = propose_process(
            db, actor=actor, now=then, product_id=product.id, stages=list(_STAGES)
        )
        approve_process(db, actor=actor, now=then, product_id=product.id, process_id=made.id)


def take_templates(
    db: Session, products: Sequence[Product], *, actor: Actor, now: datetime
) -> None:
    """Have the products take templates, most of them not long ago."""
    install_ready(db, actor=actor, now=now - timedelta(days=max(_TAKEN_DAYS_AGO.values())))
    for product in products:
        template = find_by_code(db, _named(_TEMPLATES, product) or _OTHERS)
        assert template is not None  # noqa: S101 - it was installed above
        version = latest_versions(db, [template.id])[template.id]
        then = now - timedelta(days=_named(_TAKEN_DAYS_AGO, product) or _LAST)
        on: dict[str, Any] = {"actor": actor, "now": then, "product_id": product.id}
        made = propose_process(db, **on, template_version_id=version.id)
        approve_process(db, **on, process_id=made.id)


def _named(by_name: Mapping[str, T], product: Product) -> T | None:
    return next((one for name, one in by_name.items() if product.name.startswith(name)), None)
