"""The office's page of what certificates products need before stamps are activated."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from fastapi import APIRouter, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.certificates.kinds import KINDS, Kind
from app.certificates.models import CertificatePolicy
from app.certificates.need_queries import Touched, touched_by
from app.certificates.policy import policy_on
from app.certificates.policy_actions import set_certificate_policy
from app.certificates.policy_api import SHOWN, AskedIn, PolicyIn
from app.certificates.queries import list_policies, policy_facts
from app.identity.access import CurrentActor
from app.identity.once_access import OnceRoute
from app.identity.rules import Actor, Role
from app.kit.clock import day_of
from app.kit.forms import Filled, Form, Sent, read_form
from app.kit.i18n import N_
from app.kit.pages import go, sayable, show
from app.kit.saving import submit
from app.kit.web import Db, Now, Words
from app.products.rules import OcopGroup

router = APIRouter(
    prefix="/office/certificate-policy", route_class=OnceRoute, include_in_schema=False
)

SAVED = sayable(N_("What is asked for was recorded."))
GROUPS: Final = [
    ("", N_("Every product without a rule of its group")),
    *((one.value, one.label) for one in OcopGroup),
]
_LABELS: Final[Mapping[str, str]] = dict(GROUPS)
_KIND_LABELS: Final[Mapping[str, str]] = dict(KINDS)


@dataclass(frozen=True)
class PolicyRow:
    """What was asked for of a group from a day on; `now` where it counts today."""

    policy: CertificatePolicy
    group: str
    all_of: list[str]
    any_of: list[str]
    now: bool


@dataclass(frozen=True)
class Preview:
    """Which products a change would keep from activation on its first day."""

    count: int
    first: list[Touched]
    labels: Mapping[str, str]


@dataclass(frozen=True)
class PolicyView:
    """What is asked for, what was, and the form of who may change it."""

    rows: list[PolicyRow]
    form: Filled
    groups: list[tuple[str, str]]
    kinds: list[tuple[str, str]]
    preview: Preview | None
    may_change: bool


@router.get("")
def certificate_policy(request: Request, db: Db, actor: CurrentActor, now: Now) -> Response:
    actor.require_department()
    today = Filled({"in_force_from": day_of(now).isoformat()})
    return _page(request, db, actor, day_of(now), today)


@router.post("")
def set_policy(
    request: Request, db: Db, actor: CurrentActor, now: Now, words: Words, sent: Form
) -> Response:
    """Show whom it touches where that is asked for; else record it."""
    actor.require_role(Role.ADMINISTRATOR)
    if "preview" in sent.fields:
        given = read_form(PolicyIn, sent, words)
        if isinstance(given, Filled):
            return _page(request, db, actor, day_of(now), given)
        preview = _preview(db, given, sent)
        return _page(request, db, actor, day_of(now), Filled(sent.fields), preview)

    def save(given: PolicyIn) -> None:
        set_certificate_policy(
            db,
            actor=actor,
            now=now,
            group=given.group or "",
            all_of=_ticked(sent, "all_"),
            any_of=_ticked(sent, "any_"),
            in_force_from=given.in_force_from,
            source=given.source,
        )

    wrong = submit(db, PolicyIn, sent, words, save)
    if wrong is not None:
        return _page(request, db, actor, day_of(now), wrong)
    return go("/office/certificate-policy", say=SAVED)


def _ticked(sent: Sent, prefix: str) -> frozenset[Kind]:
    return frozenset(kind for kind in Kind if f"{prefix}{kind}" in sent.fields)


def _preview(db: Session, given: PolicyIn, sent: Sent) -> Preview:
    ticked = {"all_of": _ticked(sent, "all_"), "any_of": _ticked(sent, "any_")}
    asked = AskedIn.model_validate(given.model_dump() | ticked)
    count, first = touched_by(db, asked.facts(), day=given.in_force_from, most=SHOWN)
    return Preview(count, first, _KIND_LABELS)


def _page(
    request: Request,
    db: Session,
    actor: Actor,
    day: date,
    form: Filled,
    preview: Preview | None = None,
) -> Response:
    policies = list_policies(db)
    known = [policy_facts(one) for one in policies]
    counting = {
        found.id
        for group in _LABELS
        if (found := policy_on([one for one in known if one.group == group], group, day))
    }
    view = PolicyView(
        rows=[_row(one, counting) for one in policies],
        form=form,
        groups=GROUPS,
        kinds=KINDS,
        preview=preview,
        may_change=Role.ADMINISTRATOR in actor.roles,
    )
    status = 422 if form.wrong else 200
    return show(request, "certificates/policy.html", view, status=status)


def _row(one: CertificatePolicy, counting: set[int]) -> PolicyRow:
    return PolicyRow(
        policy=one,
        group=_LABELS.get(one.ocop_group, one.ocop_group),
        all_of=[_KIND_LABELS[kind] for kind in one.all_of],
        any_of=[_KIND_LABELS[kind] for kind in one.any_of],
        now=one.id in counting,
    )
