from datetime import date, datetime, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from pydantic import Field

from app.identity.access import ApiRoute, CurrentActor
from app.kit.clock import day_of
from app.kit.forms import In, Line, Out
from app.kit.hosts import HOST_CHARS
from app.kit.paging import Listed, Sorting, listed
from app.kit.web import Db, Id, Now
from app.partners import actions, key_actions, key_queries, queries
from app.partners.key_access import PartnerRoute
from app.partners.models import PartnerKey
from app.partners.rules import (
    KEY_DAYS,
    MOST_A_DAY,
    MOST_A_MINUTE,
    MOST_HOSTS,
    MOST_KEY_DAYS,
    OVERLAP_DAYS,
    PER_DAY,
    PER_MINUTE,
    PartnerKind,
    Scope,
)

router = APIRouter(prefix="/api/v1/partners", tags=["partners"], route_class=ApiRoute)
# The answers hold a token, which is kept nowhere: not for the repeat of a request either.
key_router = APIRouter(prefix="/api/v1/partners", tags=["partners"], route_class=PartnerRoute)

MOST_DAYS = 366

Website = Annotated[Line, Field(max_length=200, pattern="^(https://.*)?$")]


class PartnerIn(In):
    """A shop or platform. Its listings may stand on its hosts and beneath them."""

    name: Annotated[Line, Field(min_length=1, max_length=200)]
    kind: PartnerKind
    website: Website = ""
    contact: Annotated[Line, Field(max_length=200)] = ""
    hosts: Annotated[
        list[Annotated[str, Field(max_length=HOST_CHARS)]],
        Field(min_length=1, max_length=MOST_HOSTS),
    ]


class PartnerPatch(In):
    """The fields of a partner to change; what is not named stays."""

    name: Annotated[Line, Field(min_length=1, max_length=200)] = ""
    kind: PartnerKind = PartnerKind.SHOP
    website: Website = ""
    contact: Annotated[Line, Field(max_length=200)] = ""
    hosts: Annotated[
        list[Annotated[str, Field(max_length=HOST_CHARS)]],
        Field(min_length=1, max_length=MOST_HOSTS),
    ] = Field(default_factory=list)
    seen: datetime | None = None


class PartnerOut(Out):
    """A partner, as the Department keeps it."""

    id: int
    name: str
    kind: str
    website: str
    contact: str
    hosts: list[str]
    retired_at: datetime | None
    updated_at: datetime


class KeyIn(In):
    """What a new key may be used for, how often, and for how many days it is valid."""

    label: Annotated[Line, Field(min_length=1, max_length=80)]
    scopes: Annotated[list[Scope], Field(min_length=1, max_length=len(Scope))]
    per_minute: Annotated[int, Field(ge=1, le=MOST_A_MINUTE)] = PER_MINUTE
    per_day: Annotated[int, Field(ge=1, le=MOST_A_DAY)] = PER_DAY
    days: Annotated[int, Field(ge=1, le=MOST_KEY_DAYS)] = KEY_DAYS


class OverlapIn(In):
    """How many days the replaced key goes on."""

    overlap_days: Annotated[int, Field(ge=0, le=90)] = OVERLAP_DAYS


class KeyOut(Out):
    """A key without its token, of which the last characters are told."""

    id: int
    label: str
    ending: str
    scopes: list[str]
    per_minute: int
    per_day: int
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    last_used: date | None = None


class TokenOut(KeyOut):
    """A new key with its token, which is shown this once."""

    token: str


class UseOut(Out):
    """How often a key was used on a day, and how often refused for its quota."""

    day: date
    key_id: int
    label: str
    requests: int
    refused: int


@router.get("")
def list_partners(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    cut: Sorting,
    q: str = "",
    kind: PartnerKind | None = None,
    state: Literal["open", "retired", "expiring"] | None = None,
) -> Listed[PartnerOut]:
    """Return partners; `expiring` are those a key of which ends within 30 days."""
    page = queries.list_partners(
        db, actor=actor, cut=cut, now=now, text=q, kind=kind or "", state=state or ""
    )
    return listed(request, page, PartnerOut.model_validate)


@router.post("", status_code=201)
def add_partner(given: PartnerIn, db: Db, actor: CurrentActor, now: Now) -> PartnerOut:
    added = actions.add_partner(db, actor=actor, now=now, **given.model_dump())
    return PartnerOut.model_validate(added)


@router.get("/{partner_id}")
def get_partner(partner_id: Id, db: Db, actor: CurrentActor) -> PartnerOut:
    return PartnerOut.model_validate(queries.get_partner(db, partner_id, actor=actor))


@router.patch("/{partner_id}")
def change_partner(
    partner_id: Id, given: PartnerPatch, db: Db, actor: CurrentActor, now: Now
) -> PartnerOut:
    """Change a partner. With `seen`, a change by somebody else since then is a conflict."""
    facts = given.model_dump(exclude_unset=True)
    return PartnerOut.model_validate(
        actions.change_partner(db, actor=actor, now=now, partner_id=partner_id, **facts)
    )


@router.post("/{partner_id}/retire")
def retire_partner(partner_id: Id, db: Db, actor: CurrentActor, now: Now) -> PartnerOut:
    """End the work with a partner: its keys stop at once."""
    return PartnerOut.model_validate(
        actions.retire_partner(db, actor=actor, now=now, partner_id=partner_id)
    )


@router.post("/{partner_id}/restore")
def restore_partner(partner_id: Id, db: Db, actor: CurrentActor, now: Now) -> PartnerOut:
    return PartnerOut.model_validate(
        actions.restore_partner(db, actor=actor, now=now, partner_id=partner_id)
    )


@router.get("/{partner_id}/keys")
def list_keys(partner_id: Id, db: Db, actor: CurrentActor) -> list[KeyOut]:
    queries.get_partner(db, partner_id, actor=actor)
    keys = key_queries.keys_of(db, [partner_id])[partner_id]
    used = key_queries.last_used(db, [key.id for key in keys])
    return [_out(key).model_copy(update={"last_used": used.get(key.id)}) for key in keys]


@key_router.post("/{partner_id}/keys", status_code=201)
def issue_key(partner_id: Id, given: KeyIn, db: Db, actor: CurrentActor, now: Now) -> TokenOut:
    """Return a new key with its token. A repeat of the request makes another key."""
    facts = given.model_dump()
    key, token = key_actions.issue_key(db, actor=actor, now=now, partner_id=partner_id, **facts)
    return TokenOut(**_out(key).model_dump(), token=token)


@key_router.post("/{partner_id}/keys/{shop_key_id}/rotate", status_code=201)
def rotate_key(
    partner_id: Id, shop_key_id: Id, given: OverlapIn, db: Db, actor: CurrentActor, now: Now
) -> TokenOut:
    """Return a key like another one, which goes on for the days of the overlap."""
    key, token = key_actions.rotate_key(
        db,
        actor=actor,
        now=now,
        partner_id=partner_id,
        key_id=shop_key_id,
        overlap_days=given.overlap_days,
    )
    return TokenOut(**_out(key).model_dump(), token=token)


@router.post("/{partner_id}/keys/{shop_key_id}/revoke")
def revoke_key(partner_id: Id, shop_key_id: Id, db: Db, actor: CurrentActor, now: Now) -> KeyOut:
    return _out(
        key_actions.revoke_key(db, actor=actor, now=now, partner_id=partner_id, key_id=shop_key_id)
    )


@router.get("/{partner_id}/uses")
def list_uses(
    partner_id: Id,
    db: Db,
    actor: CurrentActor,
    now: Now,
    days: Annotated[int, Query(ge=1, le=MOST_DAYS)] = 30,
) -> list[UseOut]:
    """Return how often each key was used on each of the last days."""
    queries.get_partner(db, partner_id, actor=actor)
    since = day_of(now) - timedelta(days=days - 1)
    return [
        UseOut(
            day=use.day, key_id=use.key_id, label=label, requests=use.requests, refused=use.refused
        )
        for use, label in key_queries.list_uses(db, partner_id=partner_id, since=since)
    ]


def _out(key: PartnerKey) -> KeyOut:
    return KeyOut.model_validate(key)
