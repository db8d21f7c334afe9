"""Addresses of webhooks, checked before a transaction begins: that asks the network."""

from typing import Annotated

from fastapi import Depends, Request
from pydantic import Field

from app.kit.forms import In, Line
from app.kit.outbound import Outbound
from app.partners.events import EventType
from app.partners.key_access import WebhooksPartner

Url = Annotated[Line, Field(min_length=1, max_length=500)]
Description = Annotated[Line, Field(max_length=200)]
Events = Annotated[
    list[EventType],
    Field(max_length=len(EventType), description="The types to be told of; none means all."),
]


class WebhookIn(In):
    """Where to send events, and which."""

    url: Url
    description: Description = ""
    events: Events = Field(default_factory=list)


class WebhookPatch(In):
    """The fields of a webhook to change; what is not named stays."""

    url: Url | None = None
    description: Description | None = None
    events: Events | None = None


def outbound_of(request: Request) -> Outbound:
    held: Outbound = request.app.state.outbound
    return held


def _checked_new(request: Request, _caller: WebhooksPartner, given: WebhookIn) -> WebhookIn:
    outbound_of(request).check(given.url)
    return given


def _checked_patch(request: Request, _caller: WebhooksPartner, given: WebhookPatch) -> WebhookPatch:
    if given.url is not None:
        outbound_of(request).check(given.url)
    return given


# Each stands behind who asks and before `db: Db` among a route's parameters.
CheckedWebhook = Annotated[WebhookIn, Depends(_checked_new)]
CheckedPatch = Annotated[WebhookPatch, Depends(_checked_patch)]
