"""The office's pages of a shop's webhooks: the list, a new one, one with what was sent to it."""

from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from app.identity.access import CurrentActor
from app.kit.destinations import OutboundRefused
from app.kit.exports import AsFile, every
from app.kit.forms import Filled, Form, In
from app.kit.i18n import N_
from app.kit.pages import go, sayable, show
from app.kit.paging import Cut, NewestFirst, Page, next_path, previous_path
from app.kit.saving import submit
from app.kit.web import Db, Edge, Id, Now, Words
from app.partners import queries, webhook_actions, webhook_queries
from app.partners.events import EventType
from app.partners.models import Partner
from app.partners.webhook_access import Description, Url, outbound_of
from app.partners.webhook_log_pages import DeliveryRow, delivery_row, log_file
from app.partners.webhook_models import WebhookEndpoint
from app.partners.webhooks import REASONS, DeliveryState, EndpointState

router = APIRouter(
    prefix="/office/partners/{partner_id}/webhooks", route_class=Edge, include_in_schema=False
)

PAUSED = sayable(N_("The webhook is paused. What happens meanwhile is kept for it."))
RESUMED = sayable(N_("The webhook goes on where it stopped."))
REMOVED = sayable(N_("The webhook is removed."))
TESTED = sayable(N_("A test is on its way. Reload the page in a moment."))
SENT_AGAIN = sayable(N_("It is being sent again. Reload the page in a moment."))
_MARKS: Final = {"active": "●", "paused": "‖", "disabled": "▲", "retired": "–"}  # noqa: RUF001 - signs beside words


@dataclass(frozen=True)
class WebhookRow:
    """A webhook in the list; `label`, `reason` and `events` are msgids."""

    endpoint: WebhookEndpoint
    mark: str
    label: str
    reason: str
    events: list[str]
    waiting: int = 0


@dataclass(frozen=True)
class WebhooksView:
    """The webhooks of a shop."""

    partner: Partner
    rows: list[WebhookRow]


@dataclass(frozen=True)
class NewWebhookView:
    """The form of a new webhook."""

    partner: Partner
    form: Filled
    events: list[tuple[str, str]]


@dataclass(frozen=True)
class WebhookView:
    """One webhook and its log."""

    partner: Partner
    row: WebhookRow
    page: Page[DeliveryRow]
    next: str | None
    previous: str | None
    states: list[tuple[str, str]]
    state: str


@dataclass(frozen=True)
class WebhookSecretView:
    """A webhook's new secret, shown this once."""

    partner: Partner
    endpoint: WebhookEndpoint
    secret: str


class WebhookForm(In):
    """A webhook as the form asks for it; the ticks of its events are read apart."""

    url: Url
    description: Description = ""


def _trouble_with(request: Request, actor: CurrentActor, sent: Form) -> OutboundRefused | None:
    """Return what is wrong with the address: found out before the transaction begins."""
    actor.require_officer()
    try:
        outbound_of(request).check(sent.text("url"))
    except OutboundRefused as error:
        return error
    return None


Trouble = Annotated[OutboundRefused | None, Depends(_trouble_with)]


@router.get("")
def webhooks(request: Request, db: Db, actor: CurrentActor, partner_id: Id) -> Response:
    partner = queries.get_partner(db, partner_id, actor=actor)
    waiting = webhook_queries.count_waiting(db, partner_id=partner_id)
    found = webhook_queries.list_endpoints(db, partner_id=partner_id)
    rows = [_row(one, waiting.get(one.id, 0)) for one in found]
    return show(request, "partners/webhooks.html", WebhooksView(partner, rows))


@router.get("/new")
def new_webhook(request: Request, db: Db, actor: CurrentActor, partner_id: Id) -> Response:
    return _form(request, queries.get_open_partner(db, partner_id, actor=actor), Filled())


@router.post("/new")
def add_webhook(
    request: Request,
    trouble: Trouble,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    sent: Form,
    partner_id: Id,
) -> Response:
    partner = queries.get_open_partner(db, partner_id, actor=actor)
    ticked = [one for one in EventType if sent.text(_field(one))]
    plain = {name: value for name, value in sent.fields.items() if name in WebhookForm.model_fields}
    made: list[tuple[WebhookEndpoint, str]] = []

    def save(given: WebhookForm) -> None:
        if trouble is not None:
            raise trouble
        facts: dict[str, Any] = {"by": actor, "now": now, "events": ticked, **given.model_dump()}
        sealer = request.app.state.sealer
        made.append(webhook_actions.add_endpoint(db, sealer=sealer, partner_id=partner_id, **facts))

    wrong = submit(db, WebhookForm, type(sent)(plain, {}), words, save)
    if wrong is not None:
        return _form(request, partner, Filled(sent.fields, wrong.errors, wrong.problem))
    return show(request, "partners/webhook_secret.html", WebhookSecretView(partner, *made[0]))


@router.get("/{webhook_id}")
def webhook(
    request: Request,
    db: Db,
    actor: CurrentActor,
    words: Words,
    cut: NewestFirst,
    partner_id: Id,
    webhook_id: Id,
    state: str = "",
    file: AsFile = None,
) -> Response:
    partner = queries.get_partner(db, partner_id, actor=actor)
    found = webhook_queries.get_endpoint(db, webhook_id, partner_id=partner_id)
    known = state if state in set(DeliveryState) else ""

    def read(part: Cut) -> Page[DeliveryRow]:
        page = webhook_queries.list_deliveries(db, endpoint_id=found.id, cut=part, state=known)
        return page.map(delivery_row)

    if file is not None:
        return log_file(file, every(read, cut), words)
    page = read(cut)
    view = WebhookView(
        partner=partner,
        row=_row(found),
        page=page,
        next=next_path(request, page),
        previous=previous_path(request, page),
        states=[(one.value, one.label) for one in DeliveryState],
        state=known,
    )
    return show(request, "partners/webhook.html", view)


@router.post("/{webhook_id}/pause")
def pause(db: Db, actor: CurrentActor, now: Now, partner_id: Id, webhook_id: Id) -> Response:
    ids = _theirs(db, actor, partner_id, webhook_id)
    webhook_actions.pause_endpoint(db, by=actor, now=now, **ids)
    return _back(ids, PAUSED)


@router.post("/{webhook_id}/resume")
def resume(db: Db, actor: CurrentActor, now: Now, partner_id: Id, webhook_id: Id) -> Response:
    ids = _theirs(db, actor, partner_id, webhook_id)
    webhook_actions.resume_endpoint(db, by=actor, now=now, **ids)
    return _back(ids, RESUMED)


@router.post("/{webhook_id}/rotate")
def rotate(
    request: Request, db: Db, actor: CurrentActor, now: Now, partner_id: Id, webhook_id: Id
) -> Response:
    partner = queries.get_partner(db, partner_id, actor=actor)
    ids = _theirs(db, actor, partner_id, webhook_id)
    sealer = request.app.state.sealer
    made = webhook_actions.rotate_secret(db, by=actor, now=now, sealer=sealer, **ids)
    return show(request, "partners/webhook_secret.html", WebhookSecretView(partner, *made))


@router.post("/{webhook_id}/test")
def send_test(db: Db, actor: CurrentActor, now: Now, partner_id: Id, webhook_id: Id) -> Response:
    ids = _theirs(db, actor, partner_id, webhook_id)
    webhook_actions.send_test(db, by=actor, now=now, **ids)
    return _back(ids, TESTED)


@router.post("/{webhook_id}/remove")
def remove(db: Db, actor: CurrentActor, now: Now, partner_id: Id, webhook_id: Id) -> Response:
    ids = _theirs(db, actor, partner_id, webhook_id)
    webhook_actions.retire_endpoint(db, by=actor, now=now, **ids)
    return go(f"/office/partners/{partner_id}/webhooks", say=REMOVED)


@router.post("/{webhook_id}/deliveries/{delivery_id}/resend")
def resend(
    db: Db, actor: CurrentActor, now: Now, partner_id: Id, webhook_id: Id, delivery_id: Id
) -> Response:
    ids = _theirs(db, actor, partner_id, webhook_id)
    webhook_actions.send_again(db, by=actor, now=now, delivery_id=delivery_id, **ids)
    return _back(ids, SENT_AGAIN)


def _theirs(db: Db, actor: CurrentActor, partner_id: int, webhook_id: int) -> dict[str, int]:
    """Return whose webhook it is, to an officer."""
    queries.get_partner(db, partner_id, actor=actor)
    return {"partner_id": partner_id, "endpoint_id": webhook_id}


def _back(ids: dict[str, int], say: str) -> Response:
    return go("/office/partners/{partner_id}/webhooks/{endpoint_id}".format(**ids), say=say)


def _form(request: Request, partner: Partner, form: Filled) -> Response:
    events = [(_field(one), one.label) for one in EventType]
    view = NewWebhookView(partner, form, events)
    return show(request, "partners/webhook_new.html", view, status=422 if form.wrong else 200)


def _field(kind: EventType) -> str:
    return kind.replace(".", "_")


def _row(endpoint: WebhookEndpoint, waiting: int = 0) -> WebhookRow:
    return WebhookRow(
        endpoint=endpoint,
        mark=_MARKS[endpoint.state],
        label=EndpointState(endpoint.state).label,
        reason=REASONS.get(endpoint.reason, ""),
        events=[EventType(one).label for one in endpoint.events],
        waiting=waiting,
    )
