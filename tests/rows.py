"""Rows of sample values in any table, for tests of what the database itself refuses."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, cast
from uuid import uuid4

from sqlalchemy import Column, CursorResult, String, Table, Uuid, insert
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeDecorator

NUMBER = 4
# Values a CHECK asks for, where no default gives one.
GIVEN: Mapping[str, Mapping[str, Any]] = {
    "allotment": {"year": 2026},
    "certificate_policy": {"all_of": [], "any_of": []},
    "change_proposal": {"subject_kind": "product"},
    "clone_signal": {"state": "open"},
    "finding": {"subject": "lot", "outcome": "doubt"},
    "inspection": {"cause": "ad_hoc", "subject": "lot"},
    "inspection_note": {"kind": "correction"},
    "inspection_plan": {"kind": "annual"},
    "ip_right": {"type": "gi"},
    "ocop_issuer": {"level": "province"},
    "lot_clearance": {"item": "test"},
    "lot_dispatch": {"receiver_kind": "shop"},
    "lot_input": {"material": "x"},
    "lot_notice": {"kind": "hold"},
    "measure_answer": {"text": "x"},
    "membership": {"role": "owner"},
    "partner": {"kind": "shop", "hosts": []},
    "partner_key": {"scopes": []},
    "partner_listing": {"state": "proposed"},
    "place": {"level": "commune"},
    "print_preset": {"kind": "sheet", "code_at": "below", "symbol": 20},
    "product_notice": {"kind": "hold"},
    "queue_assignment": {"subject_kind": "report"},
    "finding_closing": {"outcome": "mended"},
    "recall_order": {"kind": "recall"},
    "report": {"about": "stamp", "trouble": "copied"},
    "right_decision": {"kind": "registered"},
    "right_holder": {"role": "owner"},
    "stamp_batch": {"state": "requested"},
    "stamp_export": {"state": "ready"},
    "stamp_span": {"state": "issued"},
    "test_criterion": {"limit_kind": "text", "verdict": "open"},
    "use_right_decision": {"kind": "granted"},
    "webhook_endpoint": {"events": []},
}


class Rows:
    """Inserts a row of sample values into a table, and one into each it refers to.

    `known` are keys of rows that stand already, by table; what is made is added to them. Another
    number gives other values, so that no key meets another's.
    """

    def __init__(
        self, db: Session, *, number: int = NUMBER, known: dict[str, dict[str, Any]] | None = None
    ) -> None:
        self.known = {} if known is None else known
        self._db = db
        self._number = number

    def make(self, table: Table, **given: object) -> dict[str, Any]:
        """Insert a row and return its key; columns that may be empty are left so."""
        values: dict[str, Any] = {**GIVEN.get(table.name, {}), **given}
        for column in table.columns:
            own_key = column.autoincrement is True or column is table.autoincrement_column
            if column.nullable or column.default or own_key or column.name in values:
                continue
            if column.foreign_keys:
                parent = next(iter(column.foreign_keys)).column
                values[column.name] = self.key_of(parent.table)[parent.name]
            else:
                values[column.name] = self._sample(column)
        made = cast("CursorResult[Any]", self._db.execute(insert(table).values(values)))
        names = [one.name for one in table.primary_key]
        key = dict(zip(names, made.inserted_primary_key or (), strict=True))
        self.known[table.name] = key
        return key

    def key_of(self, table: Table) -> dict[str, Any]:
        return self.known.get(table.name) or self.make(table)

    def _sample(self, column: Column[Any]) -> Any:  # noqa: ANN401 - any column's value
        kind = column.type
        plain = kind.impl_instance if isinstance(kind, TypeDecorator) else kind
        if isinstance(plain, Uuid):
            return uuid4()
        if isinstance(plain, String):
            return f"x{self._number}"[: plain.length]
        samples: dict[type, object] = {
            int: self._number,
            bool: True,
            bytes: bytes([self._number]) * 16,
            date: date(2026, 3, self._number),
            datetime: datetime(2026, 3, self._number, tzinfo=UTC),
            object: {},
            float: 1.0,
        }
        return samples[plain.python_type]
