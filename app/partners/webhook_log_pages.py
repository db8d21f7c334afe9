"""The log of a webhook: its lines, and the same as a file."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from starlette.responses import Response

from app.kit.destinations import OutboundRefused
from app.kit.errors import title_of
from app.kit.exports import FileKind, file_of
from app.kit.i18n import N_, Translator
from app.partners.events import TEST, EventType
from app.partners.webhook_models import WebhookDelivery
from app.partners.webhooks import TROUBLES, DeliveryState

_TEST_LABEL: Final = N_("Test")
_TROUBLES: Final = TROUBLES | {one.code: title_of(one) for one in OutboundRefused.__subclasses__()}
HEADS: Final = (
    ("id", N_("No.")),
    ("message_id", N_("Name of the event")),
    ("type", N_("Type")),
    ("state", N_("State")),
    ("attempts", N_("Tries")),
    ("last_status", N_("Last answer")),
    ("last_error", N_("Trouble")),
    ("created_at", N_("When")),
    ("tried_at", N_("Last try")),
    ("next_at", N_("Next try")),
    ("done_at", N_("Delivered on")),
)


@dataclass(frozen=True)
class DeliveryRow:
    """A line of the log; the labels are msgids."""

    delivery: WebhookDelivery
    type: str
    state: str
    trouble: str
    waits: bool


def delivery_row(one: WebhookDelivery) -> DeliveryRow:
    return DeliveryRow(
        delivery=one,
        type=_TEST_LABEL if one.type == TEST else EventType(one.type).label,
        state=DeliveryState(one.state).label,
        trouble=_TROUBLES.get(one.last_error, one.last_error),
        waits=one.state == DeliveryState.WAITING,
    )


def log_file(kind: FileKind, found: Iterable[DeliveryRow], words: Translator) -> Response:
    rows = (
        [
            one.delivery.id,
            one.delivery.message_id,
            one.delivery.type,
            words.gettext(one.state),
            one.delivery.attempts,
            one.delivery.last_status,
            words.gettext(one.trouble) if one.trouble else "",
            one.delivery.created_at,
            one.delivery.tried_at,
            one.delivery.next_at if one.waits else None,
            one.delivery.done_at,
        ]
        for one in found
    )
    title = N_("Deliveries")
    return file_of(kind, name="deliveries", title=title, heads=HEADS, rows=rows, words=words)
