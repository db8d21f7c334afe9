"""The forms of what hangs on a product: pictures, OCOP certificates, standards."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.identity.access import CurrentActor
from app.identity.once_access import OnceRoute
from app.kit.clock import day_of
from app.kit.errors import Conflict, DomainError, Invalid
from app.kit.files import Store
from app.kit.forms import Filled, Form, read_form, refused
from app.kit.i18n import N_
from app.kit.pages import go, sayable, show
from app.kit.web import Databases, Db, Id, Now, Words
from app.products import (
    actions,
    certificate_actions,
    certificate_end_actions,
    picture_actions,
    queries,
)
from app.products.issuer_queries import issuer_rules
from app.products.issuers import LEVELS, IssuerRule, rule_on
from app.products.models import OcopCertificate, Product
from app.products.one_pages import CertificateRow, certificate_row, show_product
from app.products.part_api import CertificateIn, RevocationIn, StandardIn
from app.products.picture_actions import PictureThere, TooManyPictures
from app.products.pictures import CheckedPicture
from app.products.rules import VALID_MONTHS
from app.products.standards import StandardKind
from app.products.subgroup_queries import offered

router = APIRouter(prefix="/office/products", route_class=OnceRoute, include_in_schema=False)

PICTURE_ADDED = sayable(N_("The picture was added."))
PICTURE_REMOVED = sayable(N_("The picture was removed."))
CERTIFICATE_ADDED = sayable(N_("The OCOP certificate was recorded."))
CERTIFICATE_REVOKED = sayable(N_("The OCOP certificate was revoked."))
STANDARD_ADDED = sayable(N_("The standard was recorded."))
STANDARD_RETIRED = sayable(N_("The standard was taken off."))
KINDS: Final = [(one.value, one.label) for one in StandardKind]
STARS: Final = [("3", "3"), ("4", "4"), ("5", "5")]


@dataclass(frozen=True)
class CertificateFormView:
    """The form that records an OCOP certificate."""

    form: Filled
    product: Product
    stars: list[tuple[str, str]]
    months: int
    subgroups: list[tuple[str, str]]
    levels: list[tuple[str, str]]
    issuers: list[IssuerRule]


@dataclass(frozen=True)
class RevokeView:
    """The form that revokes an OCOP certificate."""

    form: Filled
    product: Product
    row: CertificateRow


@dataclass(frozen=True)
class StandardFormView:
    """The form that records a standard."""

    form: Filled
    product: Product
    kinds: list[tuple[str, str]]


def uploaded(
    actor: CurrentActor, database: Databases, product_id: Id, sent: Form
) -> CheckedPicture | Invalid:
    """Check the picture before a transaction is begun, and keep the refusal for the page."""
    _, raw = sent.files.get("picture", ("", b""))
    try:
        return picture_actions.receive_picture(database, raw, actor=actor, product_id=product_id)
    except Invalid as error:
        return error


Uploaded = Annotated[CheckedPicture | Invalid, Depends(uploaded)]


@router.post("/{product_id}/pictures")
def add_picture(
    request: Request,
    picture: Uploaded,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    sent: Form,
    files: Store,
    product_id: Id,
) -> Response:
    product = queries.get_product(db, product_id, actor=actor)
    wrong: DomainError | None = None
    if isinstance(picture, Invalid):
        wrong = picture
    else:
        try:
            with db.begin_nested():
                picture_actions.add_picture(
                    db, actor=actor, now=now, product_id=product_id, picture=picture, files=files
                )
        except (PictureThere, TooManyPictures) as error:
            wrong = error
    if wrong is not None:
        upload = refused(sent, wrong, words)
        return show_product(request, db, actor, words, day_of(now), product, upload)
    return go(f"/office/products/{product_id}", say=PICTURE_ADDED)


@router.post("/{product_id}/pictures/{picture_id}/remove")
def remove_picture(
    db: Db, actor: CurrentActor, now: Now, product_id: Id, picture_id: Id
) -> Response:
    picture_actions.remove_picture(
        db, actor=actor, now=now, product_id=product_id, picture_id=picture_id
    )
    return go(f"/office/products/{product_id}", say=PICTURE_REMOVED)


@router.get("/{product_id}/certificates/new")
def new_certificate(
    request: Request, db: Db, actor: CurrentActor, now: Now, product_id: Id
) -> Response:
    product = queries.get_product(db, product_id, actor=actor)
    actor.require_officer()
    return _certificate_form(request, db, product, Filled(), day_of(now))


@router.post("/{product_id}/certificates/new")
def add_certificate(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    sent: Form,
    product_id: Id,
) -> Response:
    product = queries.get_product(db, product_id, actor=actor)
    actor.require_officer()
    given = read_form(CertificateIn, sent, words)
    if isinstance(given, Filled):
        return _certificate_form(request, db, product, given, day_of(now))
    try:
        with db.begin_nested():
            certificate_actions.add_certificate(
                db, actor=actor, now=now, product_id=product_id, **given.model_dump()
            )
    except (Conflict, Invalid) as error:
        return _certificate_form(request, db, product, refused(sent, error, words), day_of(now))
    return go(f"/office/products/{product_id}", say=CERTIFICATE_ADDED)


@router.get("/{product_id}/certificates/{certificate_id}/revoke")
def ask_revocation(
    request: Request, db: Db, actor: CurrentActor, now: Now, product_id: Id, certificate_id: Id
) -> Response:
    product = queries.get_product(db, product_id, actor=actor)
    actor.require_officer()
    found = queries.get_part(db, OcopCertificate, certificate_id, product_id=product.id)
    today = Filled({"revoked_on": day_of(now).isoformat()})
    return _revoke_form(request, product, certificate_row(found, day_of(now)), today)


@router.post("/{product_id}/certificates/{certificate_id}/revoke")
def revoke_certificate(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    sent: Form,
    product_id: Id,
    certificate_id: Id,
) -> Response:
    product = queries.get_product(db, product_id, actor=actor)
    found = queries.get_part(db, OcopCertificate, certificate_id, product_id=product.id)
    actor.require_officer()
    row = certificate_row(found, day_of(now))
    given = read_form(RevocationIn, sent, words)
    if isinstance(given, Filled):
        return _revoke_form(request, product, row, given)
    try:
        with db.begin_nested():
            certificate_end_actions.revoke_certificate(
                db,
                actor=actor,
                now=now,
                product_id=product_id,
                certificate_id=certificate_id,
                **given.model_dump(),
            )
    except (Conflict, Invalid) as error:
        return _revoke_form(request, product, row, refused(sent, error, words))
    return go(f"/office/products/{product_id}", say=CERTIFICATE_REVOKED)


@router.get("/{product_id}/standards/new")
def new_standard(request: Request, db: Db, actor: CurrentActor, product_id: Id) -> Response:
    product = queries.get_product(db, product_id, actor=actor)
    actor.require_officer()
    return _standard_form(request, product, Filled())


@router.post("/{product_id}/standards/new")
def add_standard(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    sent: Form,
    product_id: Id,
) -> Response:
    product = queries.get_product(db, product_id, actor=actor)
    actor.require_officer()
    given = read_form(StandardIn, sent, words)
    if isinstance(given, Filled):
        return _standard_form(request, product, given)
    try:
        with db.begin_nested():
            actions.add_standard(
                db, actor=actor, now=now, product_id=product_id, **given.model_dump()
            )
    except (Conflict, Invalid) as error:
        return _standard_form(request, product, refused(sent, error, words))
    return go(f"/office/products/{product_id}", say=STANDARD_ADDED)


@router.post("/{product_id}/standards/{standard_id}/retire")
def retire_standard(
    db: Db, actor: CurrentActor, now: Now, product_id: Id, standard_id: Id
) -> Response:
    actions.retire_standard(
        db, actor=actor, now=now, product_id=product_id, standard_id=standard_id
    )
    return go(f"/office/products/{product_id}", say=STANDARD_RETIRED)


def _certificate_form(
    request: Request, db: Session, product: Product, form: Filled, day: date
) -> Response:
    subgroups = [
        (f"{one.version}/{one.code}", f"{one.code}. {one.name} ({one.version})")
        for one in offered(db, on=day)
        if product.ocop_group in {"", one.ocop_group}
    ]
    rules = [one for stars in (3, 4, 5) if (one := rule_on(issuer_rules(db), stars, day))]
    view = CertificateFormView(form, product, STARS, VALID_MONTHS, subgroups, LEVELS, rules)
    return show(request, "products/certificate.html", view, status=422 if form.wrong else 200)


def _revoke_form(request: Request, product: Product, row: CertificateRow, form: Filled) -> Response:
    view = RevokeView(form, product, row)
    return show(request, "products/revoke.html", view, status=422 if form.wrong else 200)


def _standard_form(request: Request, product: Product, form: Filled) -> Response:
    view = StandardFormView(form, product, KINDS)
    return show(request, "products/standard.html", view, status=422 if form.wrong else 200)
