"""Keeps the sample lots that lead to one another, through the actions a producer uses."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid5

import font_roboto
from sqlalchemy.orm import Session

from app.diary.actions import close_lot, open_lot, release_lot
from app.diary.distribution_actions import complete_distribution
from app.diary.entry_actions import record_entry
from app.diary.models import Lot
from app.diary.photo_actions import keep_photo, store_photo
from app.diary.trace_actions import add_dispatch
from app.diary.tracing import DispatchGiven, InputGiven
from app.diary.written import Written
from app.kit.clock import day_of
from app.kit.files import Files
from app.sample.journal import LOTS, Goods, SampleLot, Sent, Step
from app.sample.pictures import draw
from app.sample.production import Made, ends, morning
from app.stamps.keyring import Keyring
from app.stamps.models import Batch
from app.stamps.span_actions import activate_span

_NAMES: Final = UUID("6f1c1a52-52a8-4d0c-9f5e-0c0f2a1b7e11")


@dataclass(frozen=True)
class Keeping:
    """What it takes to keep lots, and the lots kept so far by their keys."""

    db: Session
    made: Sequence[Made]
    files: Files
    now: datetime
    lots: dict[str, Lot]

    def keep(self, sample: SampleLot) -> Lot:
        """Open a lot and write its diary."""
        day = day_of(self.now) - timedelta(days=sample.made or sample.opened)
        facts: dict[str, Any] = {"material": sample.material}
        if sample.made is not None:
            facts |= {"production_date": day, "quantity": sample.quantity, "unit": "kg"}
        lot = open_lot(
            self.db,
            **self.by(sample, sample.opened),
            product_id=self.made[sample.place].product.id,
            number=f"L{day:%y%m}-{sample.number}",
            **facts,
        )
        self.lots[sample.key] = lot
        for place, step in enumerate(sample.steps):
            self._write(sample, lot, step, place)
        if sample.closed is not None:
            close_lot(self.db, **self.by(sample, sample.closed), lot_id=lot.id)
        return lot

    def release(self, sample: SampleLot, batch: Batch, keyring: Keyring) -> None:
        """Activate a lot's stamps and release it, if it has come so far."""
        if sample.released is None:
            return
        who = self.by(sample, sample.released) | {"lot_id": self.lots[sample.key].id}
        first, count = sample.stamps
        if count:
            one, other = ends(batch, keyring, first, count)
            activate_span(self.db, **who, keyring=keyring, first_code=one, last_code=other)
        release_lot(self.db, **who)

    def send(self, sample: SampleLot) -> None:
        """Send a lot on, and complete its distribution, as far as it has come."""
        lot = self.lots[sample.key]
        for one in sample.sent:
            who = self.by(sample, one.days_ago)
            add_dispatch(self.db, **who, lot=lot, dispatch=self._sent(one))
        if sample.distributed is not None:
            who = self.by(sample, sample.distributed)
            complete_distribution(self.db, **who, lot_id=lot.id, left=0)

    def by(self, sample: SampleLot, days_ago: int) -> dict[str, Any]:
        """Return who does it and when."""
        return {"actor": self.made[sample.place].owner, "now": morning(self.now, days_ago)}

    def _write(self, sample: SampleLot, lot: Lot, step: Step, place: int) -> None:
        done = morning(self.now, step.days_ago) + timedelta(minutes=15 * place)
        received = done + timedelta(hours=step.hours)
        who: dict[str, Any] = {"actor": self.made[sample.place].owner, "lot_id": lot.id}
        entry: dict[str, Any] = {
            "kind": step.kind,
            "stage": step.stage,
            "performed_at": done,
            "values": step.values,
            "note": step.note,
            "performer": step.performer,
            "photos": [self._photo(step, received, **who)] if step.photo else [],
        }
        written = Written(
            id=uuid5(_NAMES, f"{lot.id}/{place}"),
            inputs=[self._goods(one) for one in step.goods],
            **entry,
        )
        record_entry(self.db, **who, now=received, written=written)
        if not step.mended:
            return
        mended = Written(
            id=uuid5(_NAMES, f"{lot.id}/{place}/mended"),
            **entry | {"values": step.values | step.mended},
            amends=written.id,
            reason=step.reason,
        )
        record_entry(self.db, **who, now=received + timedelta(hours=2), written=mended)

    def _photo(self, step: Step, received: datetime, **who: Any) -> str:  # noqa: ANN401 - as record_entry takes it
        drawn = draw(step.photo, "#35606b", font=Path(font_roboto.Roboto))
        return keep_photo(self.db, **who, now=received, photo=store_photo(self.files, drawn))

    def _goods(self, one: Goods) -> InputGiven:
        return InputGiven(
            source_lot_id=self.lots[one.key].id if one.key else None,
            material=one.material,
            supplier=one.supplier,
            supplier_lot=one.supplier_lot,
            quantity=one.quantity,
            unit=one.unit,
        )

    def _sent(self, one: Sent) -> DispatchGiven:
        return DispatchGiven(
            receiver=one.receiver,
            receiver_kind=one.kind,
            receiver_entity_id=(
                None if one.place is None else self.made[one.place].product.entity_id
            ),
            quantity=one.quantity,
            unit=one.unit,
            sent_on=day_of(morning(self.now, one.days_ago)),
        )


def keep_lots(
    db: Session,
    made: Sequence[Made],
    batches: Sequence[Batch],
    *,
    files: Files,
    keyring: Keyring,
    now: datetime,
) -> dict[str, Lot]:
    """Keep the lots of the journal, activate their stamps and send them on; return them by key."""
    keeping = Keeping(db, made, files, now, {})
    for sample in LOTS:
        keeping.keep(sample)
        keeping.release(sample, batches[sample.place], keyring)
    for sample in LOTS:
        keeping.send(sample)
    return keeping.lots
