"""What of the audit trail the world is told, and under which names: the names never change."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from app.kit.i18n import N_


class EventType(StrEnum):
    """What happened, by a name that programs rely on."""

    RECALL_MADE = "recall.made"
    RECALL_LIFTED = "recall.lifted"
    HOLD_SET = "hold.set"
    HOLD_LIFTED = "hold.lifted"
    CERTIFICATE_GRANTED = "certificate.granted"
    CERTIFICATE_RENEWED = "certificate.renewed"
    CERTIFICATE_ENDED = "certificate.ended"
    CERTIFICATE_REVOKED = "certificate.revoked"
    CERTIFICATE_EXPIRING = "certificate.expiring"
    RIGHT_GRANTED = "right.granted"
    RIGHT_RENEWED = "right.renewed"
    RIGHT_CHANGED = "right.changed"
    RIGHT_SUSPENDED = "right.suspended"
    RIGHT_RESUMED = "right.resumed"
    RIGHT_ENDED = "right.ended"
    RIGHT_EXPIRING = "right.expiring"
    PRODUCT_ADDED = "product.added"
    PRODUCT_CHANGED = "product.changed"
    PRODUCT_RETIRED = "product.retired"
    PRODUCER_DISSOLVED = "producer.dissolved"
    PRODUCER_RESTORED = "producer.restored"
    STAMPS_VOIDED = "stamps.voided"
    STAMPS_LOST = "stamps.lost"

    @property
    def label(self) -> str:
        return _LABELS[self]


# Sent at a partner's wish alone, to try a webhook out.
TEST: Final = "test"


@dataclass(frozen=True, slots=True)
class Happening:
    """An event of the audit trail. `seq` numbers them in the order they took effect."""

    seq: int
    at: datetime
    action: str
    subject_id: str
    entity_id: int | None
    before: Mapping[str, Any]
    after: Mapping[str, Any]

    @property
    def changed(self) -> frozenset[str]:
        """Return the fields whose value is another one now."""
        names = self.before.keys() | self.after.keys()
        return frozenset(one for one in names if self.before.get(one) != self.after.get(one))


# The fields of a product that everybody may read.
PRODUCT_FIELDS: Final = frozenset(
    {
        *("name", "gtin", "own_code", "brand", "model", "ocop_group", "net_content", "form"),
        *("net_quantity", "net_unit", "ingredients", "usage", "storage", "warnings"),
        *("shelf_life", "shelf_life_days", "origin", "story", "self_declaration_no"),
        *("self_declared_on", "status"),
    }
)
_RIGHT_FIELDS: Final = frozenset(
    {
        *("type", "sign", "goods", "classes", "quality"),
        *("registration_no", "registration_date", "certificate_no"),
        *("form", "issuer", "owner", "valid_from", "valid_to", "expires_on"),
        *("suspended_on", "resumed_on", "ended_on"),
        # Without a check nothing is shown as fact, whatever took it away.
        "checked_on",
    }
)


def _of_product(happening: Happening) -> EventType | None:
    if not happening.changed & PRODUCT_FIELDS:
        return None
    retired = "status" in happening.changed and happening.after.get("status") == "retired"
    return EventType.PRODUCT_RETIRED if retired else EventType.PRODUCT_CHANGED


def _of_producer(happening: Happening) -> EventType | None:
    if "dissolved_on" not in happening.changed:
        return None
    gone = happening.after.get("dissolved_on")
    return EventType.PRODUCER_DISSOLVED if gone else EventType.PRODUCER_RESTORED


def _of_certificate(happening: Happening) -> EventType | None:
    """Name what becomes of a certificate other than OCOP's for who reads only public ones."""
    before, after = happening.before, happening.after
    if "public" in happening.changed:
        if not after.get("public"):
            return EventType.CERTIFICATE_ENDED if before.get("public") else None
        follows = after.get("follows_id")
        return EventType.CERTIFICATE_RENEWED if follows else EventType.CERTIFICATE_GRANTED
    prolonged = "valid_to" in happening.changed and _prolonged(happening, "valid_to")
    return EventType.CERTIFICATE_RENEWED if prolonged else None


def _of_right(happening: Happening) -> EventType | None:
    """Name a change of a right or a use right by the gravest thing it does."""
    after, changed = happening.after, happening.changed
    if "ended_on" in changed:
        return EventType.RIGHT_ENDED if after.get("ended_on") else EventType.RIGHT_RESUMED
    if "suspended_on" in changed:
        return EventType.RIGHT_SUSPENDED if after.get("suspended_on") else EventType.RIGHT_RESUMED
    if after.get("resumed_on") and "resumed_on" in changed:
        return EventType.RIGHT_RESUMED
    if any(_prolonged(happening, name) for name in changed & {"valid_to", "expires_on"}):
        return EventType.RIGHT_RENEWED
    return EventType.RIGHT_CHANGED if changed & _RIGHT_FIELDS else None


def _prolonged(happening: Happening, name: str) -> bool:
    old, new = happening.before.get(name), happening.after.get(name)
    return bool(old) and (not new or str(new) > str(old))


_ALWAYS: Final[Mapping[str, EventType]] = {
    "lot.recall": EventType.RECALL_MADE,
    "lot.lift_recall": EventType.RECALL_LIFTED,
    "lot.hold": EventType.HOLD_SET,
    "lot.lift_hold": EventType.HOLD_LIFTED,
    "product.recall": EventType.RECALL_MADE,
    "product.lift_recall": EventType.RECALL_LIFTED,
    "product.hold": EventType.HOLD_SET,
    "product.lift_hold": EventType.HOLD_LIFTED,
    "product.certificate.revoke": EventType.CERTIFICATE_REVOKED,
    "product.certificate.end": EventType.CERTIFICATE_ENDED,
    "product.certificate.expiring": EventType.CERTIFICATE_EXPIRING,
    "certificate.revoke": EventType.CERTIFICATE_REVOKED,
    "certificate.end": EventType.CERTIFICATE_ENDED,
    "certificate.expiring": EventType.CERTIFICATE_EXPIRING,
    "right.expiring": EventType.RIGHT_EXPIRING,
    "use_right.expiring": EventType.RIGHT_EXPIRING,
    "product.certificate.strike": EventType.CERTIFICATE_ENDED,
    "right.end": EventType.RIGHT_ENDED,
    "right.uncheck": EventType.RIGHT_CHANGED,
    "right.link": EventType.RIGHT_GRANTED,
    "right.unlink": EventType.RIGHT_ENDED,
    "use_right.end": EventType.RIGHT_ENDED,
    "product.add": EventType.PRODUCT_ADDED,
    "product.pack.add": EventType.PRODUCT_CHANGED,
    "product.pack.change": EventType.PRODUCT_CHANGED,
    "product.pack.retire": EventType.PRODUCT_CHANGED,
    "product.pack.restore": EventType.PRODUCT_CHANGED,
    "product.picture.add": EventType.PRODUCT_CHANGED,
    "product.picture.remove": EventType.PRODUCT_CHANGED,
    "product.standard.add": EventType.PRODUCT_CHANGED,
    "product.standard.retire": EventType.PRODUCT_CHANGED,
    "span.void": EventType.STAMPS_VOIDED,
    "span.spoil": EventType.STAMPS_VOIDED,
    "span.lose": EventType.STAMPS_LOST,
}
# The first of its kind, and one that follows an earlier one.
_FIRST_OR_NOT: Final[Mapping[str, tuple[EventType, EventType]]] = {
    "product.certificate.add": (EventType.CERTIFICATE_GRANTED, EventType.CERTIFICATE_RENEWED),
    "use_right.add": (EventType.RIGHT_GRANTED, EventType.RIGHT_RENEWED),
    "right.check": (EventType.RIGHT_GRANTED, EventType.RIGHT_CHANGED),
}
_BY_CHANGE: Final[Mapping[str, Callable[[Happening], EventType | None]]] = {
    "product.change": _of_product,
    "entity.change": _of_producer,
    "certificate.add": _of_certificate,
    "certificate.change": _of_certificate,
    "certificate.strike": _of_certificate,
    "right.change": _of_right,
    "right.picture": _of_right,
    "right.decide": _of_right,
    "right.annul": _of_right,
    "right.holder": _of_right,
    "right.end_holder": _of_right,
    "right.strike_holder": _of_right,
    "use_right.change": _of_right,
    "use_right.decide": _of_right,
    "use_right.annul": _of_right,
}
# All other acts are nobody's business outside.
PUBLIC_ACTIONS: Final = frozenset(_ALWAYS) | frozenset(_FIRST_OR_NOT) | frozenset(_BY_CHANGE)


def type_of(happening: Happening, *, follows: bool = False) -> EventType | None:
    """Return what the world is told of an act, None where that is nothing.

    `follows` says that an earlier grant of the same kind is recorded.
    """
    action = happening.action
    if action in _FIRST_OR_NOT:
        return _FIRST_OR_NOT[action][follows]
    if action in _BY_CHANGE:
        return _BY_CHANGE[action](happening)
    return _ALWAYS.get(action)


def message_id(seq: int) -> str:
    """Return the name of an event, the same at each delivery and by polling."""
    return f"evt_{seq}"


def envelope(name: str, kind: str, at: datetime, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return an event as it is sent: its name, type, time and facts; `at` must be in UTC."""
    told = at.isoformat(timespec="seconds").replace("+00:00", "Z")
    return {"id": name, "type": str(kind), "timestamp": told, "data": dict(facts)}


_LABELS: Final = {
    EventType.RECALL_MADE: N_("Recall made"),
    EventType.RECALL_LIFTED: N_("Recall lifted"),
    EventType.HOLD_SET: N_("Sale stopped while it is checked"),
    EventType.HOLD_LIFTED: N_("Sale allowed again"),
    EventType.CERTIFICATE_GRANTED: N_("Certificate granted"),
    EventType.CERTIFICATE_RENEWED: N_("Certificate renewed"),
    EventType.CERTIFICATE_ENDED: N_("Certificate ended"),
    EventType.CERTIFICATE_REVOKED: N_("Certificate revoked"),
    EventType.CERTIFICATE_EXPIRING: N_("Certificate ends soon"),
    EventType.RIGHT_GRANTED: N_("IP right granted"),
    EventType.RIGHT_RENEWED: N_("IP right renewed"),
    EventType.RIGHT_CHANGED: N_("IP right changed"),
    EventType.RIGHT_SUSPENDED: N_("IP right suspended"),
    EventType.RIGHT_RESUMED: N_("IP right in force again"),
    EventType.RIGHT_ENDED: N_("IP right ended"),
    EventType.RIGHT_EXPIRING: N_("IP right ends soon"),
    EventType.PRODUCT_ADDED: N_("Product added"),
    EventType.PRODUCT_CHANGED: N_("Product changed"),
    EventType.PRODUCT_RETIRED: N_("Product no longer made"),
    EventType.PRODUCER_DISSOLVED: N_("Producer dissolved"),
    EventType.PRODUCER_RESTORED: N_("Producer in operation again"),
    EventType.STAMPS_VOIDED: N_("Stamps voided"),
    EventType.STAMPS_LOST: N_("Stamps recorded as lost"),
}
