"""Webhooks after Standard Webhooks 1.0: signatures, when to try again, when to give up."""

import base64
import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from app.kit.i18n import N_

SECRET_BYTES: Final = 32
_MARK: Final = "whsec_"
# For so long both secrets sign, after the secret was changed.
OVERLAP: Final = timedelta(hours=24)
# An endpoint that took nothing for so long is disabled.
PATIENCE: Final = timedelta(days=5)
KEPT: Final = timedelta(days=30)
# For so long a delivery is one process's: longer than a request may take.
LEASE: Final = timedelta(seconds=60)
MOST_ENDPOINTS: Final = 10

_MINUTE: Final = 60
_HOUR: Final = 60 * _MINUTE
# Seconds from one try of an event to the next: fifteen tries, over a good three days.
_DELAYS: Final = (
    *(5, 30, 2 * _MINUTE, 10 * _MINUTE, 30 * _MINUTE),
    *(1 * _HOUR, 2 * _HOUR, 4 * _HOUR, 6 * _HOUR),
    *([12 * _HOUR] * 5),
)
_LONGEST_REST: Final = 5 * _MINUTE
_ACCEPTED: Final = range(200, 300)
_MOVED: Final = range(300, 400)
_GONE: Final = 410


class EndpointState(StrEnum):
    ACTIVE = "active"
    PAUSED = "paused"
    DISABLED = "disabled"
    RETIRED = "retired"

    @property
    def label(self) -> str:
        return _STATE_LABELS[self]


class DeliveryState(StrEnum):
    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"

    @property
    def label(self) -> str:
        return _DELIVERY_LABELS[self]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one try ended: the status of the answer, or the code of what kept it from one."""

    status: int | None
    error: str = ""
    milliseconds: int = 0

    @property
    def accepted(self) -> bool:
        return self.status in _ACCEPTED and not self.error

    @property
    def gone(self) -> bool:
        return self.status == _GONE

    @property
    def code(self) -> str:
        """Return what went wrong, in one word; empty where nothing did."""
        if self.error or self.accepted:
            return self.error
        return "redirect" if self.status in _MOVED else "refused"


def sign(secrets: Iterable[bytes], *, name: str, at: datetime, body: bytes) -> dict[str, str]:
    """Return the headers that prove who sent a body and when, by each secret in force."""
    stamp = str(int(at.timestamp()))
    told = f"{name}.{stamp}.".encode() + body
    signed = (hmac.digest(secret, told, hashlib.sha256) for secret in secrets)
    return {
        "webhook-id": name,
        "webhook-timestamp": stamp,
        "webhook-signature": " ".join(f"v1,{base64.b64encode(one).decode()}" for one in signed),
    }


def written(secret: bytes) -> str:
    """Return a secret as receivers are given it."""
    return _MARK + base64.b64encode(secret).decode()


def next_try(attempts: int, *, now: datetime, chance: float) -> datetime | None:
    """Return when an event that failed so many times is tried again; None where it is not.

    `chance` between 0 and 1 spreads the tries, so that not all come at once.
    """
    if attempts > len(_DELAYS):
        return None
    return now + timedelta(seconds=_DELAYS[attempts - 1] * (0.8 + 0.4 * chance))


def rest(failures: int, *, now: datetime) -> datetime:
    """Return until when an endpoint that failed so many times in a row is left alone."""
    return now + timedelta(seconds=min(2 ** min(failures, 20), _LONGEST_REST))


_STATE_LABELS: Final = {
    EndpointState.ACTIVE: N_("Running"),
    EndpointState.PAUSED: N_("Paused"),
    EndpointState.DISABLED: N_("Disabled"),
    EndpointState.RETIRED: N_("Removed"),
}
_DELIVERY_LABELS: Final = {
    DeliveryState.WAITING: N_("Waiting"),
    DeliveryState.DONE: N_("Delivered"),
    DeliveryState.FAILED: N_("Given up"),
}
# Why an endpoint was disabled.
REASONS: Final = {
    "gone": N_("Its server answered 410 Gone: it wants no more."),
    "failing": N_("It accepted nothing for five days."),
}
# What went wrong with a delivery, beside the titles of the errors of `kit.destinations`.
TROUBLES: Final = {
    "redirect": N_("It sent us elsewhere; redirects are not followed"),
    "refused": N_("Its server refused it"),
    "identity.seal_broken": N_("Its secret can't be opened: make a new one"),
}
