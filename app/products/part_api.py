"""What hangs on a product, over the API: pictures, standards, OCOP certificates."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, UploadFile
from pydantic import Field

from app.identity.access import ApiRoute, CurrentActor
from app.kit.files import Store
from app.kit.forms import Flag, In, Line, Note, Out
from app.kit.web import Databases, Db, Id, Now
from app.products import (
    actions,
    certificate_actions,
    certificate_end_actions,
    picture_actions,
)
from app.products.issuers import Level
from app.products.models import ProductPicture
from app.products.pictures import (
    MAX_BYTES,
    CheckedPicture,
    PictureFormat,
    file_name,
    slots,
)
from app.products.standards import StandardKind

router = APIRouter(prefix="/api/v1/products", tags=["products"], route_class=ApiRoute)

# The programme began in 2018; the upper bound only keeps a slip of the pen out.
Day = Annotated[date, Field(ge=date(2018, 1, 1), le=date(2100, 12, 31))]


class StandardIn(In):
    """A standard the product is made to; `issued` is a year, a month or a day."""

    kind: StandardKind
    number: Annotated[Line, Field(min_length=1, max_length=60)]
    title: Annotated[Line, Field(max_length=200)] = ""
    issued: Annotated[Line, Field(max_length=10)] = ""


class CertificateIn(In):
    """An OCOP certificate; without `valid_to` it holds for the usual 36 months.

    Without `issuer` it is who granted such stars on the first day, by the list of issuers; its
    level is taken from its name where it is not given, and never refused.
    `subgroup` is "version/code" of a list of sub-groups.
    """

    stars: Annotated[int, Field(ge=3, le=5)]
    subgroup: Annotated[Line, Field(max_length=31)] = ""
    decision_no: Annotated[Line, Field(min_length=1, max_length=60)]
    issuer: Annotated[Line, Field(max_length=200)] = ""
    issuer_level: Level | None = None
    valid_from: Day
    valid_to: Day | None = None
    certificate_no: Annotated[Line, Field(max_length=60)] = ""
    score: Annotated[float, Field(ge=0, le=100)] | None = None


class RevocationIn(In):
    """The decision that revokes a certificate, from today unless it says another day."""

    decision_no: Annotated[Line, Field(min_length=1, max_length=60)]
    reason: Annotated[Note, Field(min_length=1, max_length=2000)]
    revoked_on: Day | None = None
    # That a day in the past is right, though pages said otherwise since.
    past_is_meant: Flag = False


class PictureOut(Out):
    """A picture: the addresses of its sizes, by the width they are asked for."""

    id: int
    width: int
    height: int
    position: int
    webp: dict[int, str]
    jpeg: dict[int, str]


class StandardOut(Out):
    id: int
    kind: str
    number: str
    title: str
    issued: str


class CertificateOut(Out):
    """An OCOP certificate; stars count from `valid_from` to `valid_to`, or to `revoked_on`."""

    id: int
    stars: int
    subgroup: str
    score: float | None
    certificate_no: str
    decision_no: str
    issuer: str
    issuer_level: str
    valid_from: date
    valid_to: date
    revoked_on: date | None
    revocation_decision: str
    revocation_reason: str


def uploaded(
    actor: CurrentActor, database: Databases, product_id: Id, picture: UploadFile
) -> CheckedPicture:
    """Check the picture before a transaction is begun: it is the slow part."""
    raw = picture.file.read(MAX_BYTES + 1)
    return picture_actions.receive_picture(database, raw, actor=actor, product_id=product_id)


Uploaded = Annotated[CheckedPicture, Depends(uploaded)]


@router.post("/{product_id}/pictures", status_code=201)
def add_picture(
    product_id: Id, picture: Uploaded, db: Db, actor: CurrentActor, now: Now, files: Store
) -> PictureOut:
    """Add a picture, sent as the file `picture` of a form: JPEG, PNG or WebP up to 8 MB."""
    row = picture_actions.add_picture(
        db, actor=actor, now=now, product_id=product_id, picture=picture, files=files
    )
    return picture_out(row)


@router.post("/{product_id}/pictures/{picture_id}/remove", status_code=204)
def remove_picture(product_id: Id, picture_id: Id, db: Db, actor: CurrentActor, now: Now) -> None:
    picture_actions.remove_picture(
        db, actor=actor, now=now, product_id=product_id, picture_id=picture_id
    )


@router.post("/{product_id}/standards", status_code=201)
def add_standard(
    product_id: Id, given: StandardIn, db: Db, actor: CurrentActor, now: Now
) -> StandardOut:
    standard = actions.add_standard(
        db, actor=actor, now=now, product_id=product_id, **given.model_dump()
    )
    return StandardOut.model_validate(standard)


@router.post("/{product_id}/standards/{standard_id}/retire", status_code=204)
def retire_standard(product_id: Id, standard_id: Id, db: Db, actor: CurrentActor, now: Now) -> None:
    actions.retire_standard(
        db, actor=actor, now=now, product_id=product_id, standard_id=standard_id
    )


@router.post("/{product_id}/certificates", status_code=201)
def add_certificate(
    product_id: Id, given: CertificateIn, db: Db, actor: CurrentActor, now: Now
) -> CertificateOut:
    certificate = certificate_actions.add_certificate(
        db, actor=actor, now=now, product_id=product_id, **given.model_dump()
    )
    return CertificateOut.model_validate(certificate)


@router.post("/{product_id}/certificates/{certificate_id}/revoke")
def revoke_certificate(
    product_id: Id,
    certificate_id: Id,
    given: RevocationIn,
    db: Db,
    actor: CurrentActor,
    now: Now,
) -> CertificateOut:
    certificate = certificate_end_actions.revoke_certificate(
        db,
        actor=actor,
        now=now,
        product_id=product_id,
        certificate_id=certificate_id,
        **given.model_dump(),
    )
    return CertificateOut.model_validate(certificate)


def picture_out(picture: ProductPicture) -> PictureOut:
    return PictureOut(
        id=picture.id,
        width=picture.width,
        height=picture.height,
        position=picture.position,
        webp=_addresses(picture, "webp"),
        jpeg=_addresses(picture, "jpeg"),
    )


def _addresses(picture: ProductPicture, form: PictureFormat) -> dict[int, str]:
    return {
        slot: f"/pictures/{file_name(picture.sha256, slot, form)}"
        for slot in slots(form, picture.width)
    }
