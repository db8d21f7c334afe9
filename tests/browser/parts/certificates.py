"""Certificates of all kinds, their forms, and what is asked for before activation."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.certificates.kinds import Kind
from app.certificates.policy_actions import set_certificate_policy
from app.entities.facility_actions import add_code, add_facility
from app.entities.models import Entity
from app.identity.models import Membership
from app.stamps.keyring import Keyring
from tests import make, make_certificates
from tests.browser.stop import OFFICE, OWNER, SEND, Stop

_LIST, _ONE = "/office/certificates", "/office/certificates/{held_paper}"
_OCOP = "/office/ocop-certificates"
_CODE = "/office/entities/{holder}/facilities/{holder_place}/codes/{holder_code}/retire"
_NEW = f"{_LIST}/new?entity={{holder}}"
_POLICY = "/office/certificate-policy"
PAGES = {
    OFFICE: {
        "certificates/list.html": [_LIST, f"{_LIST}?state=struck"],
        "certificates/one.html": [_ONE],
        "certificates/choose.html": [f"{_LIST}/new", f"{_LIST}/new?q=zzz"],
        "certificates/edit.html": [_NEW, f"{_ONE}/renew"],
        "certificates/revoke.html": [f"{_LIST}/revoke?one={{held_paper}}", f"{_LIST}/revoke"],
        "certificates/strike.html": [f"{_ONE}/strike"],
        "certificates/codes.html": ["/office/facility-codes", "/office/facility-codes?q=zzz"],
        "certificates/ocop_list.html": [_OCOP, f"{_OCOP}?q=zzz"],
        "certificates/ocop_one.html": [f"{_OCOP}/{{starred}}"],
        "certificates/ocop_revoke.html": [f"{_OCOP}/revoke?one={{starred}}"],
        "certificates/policy.html": [_POLICY],
        "entities/code_end.html": [_CODE],
        "products/issuers.html": ["/office/issuers"],
    },
    OWNER: {"certificates/own.html": ["/app/certificates"]},
}
ACTS = (
    Stop("certificates/edit.html", OFFICE, _NEW, (("#number", "7/ATTP"),), "main .acts button"),
    Stop("certificates/strike.html", OFFICE, f"{_ONE}/strike", (), SEND),
)


def facts(db: Session, _keyring: Keyring) -> dict[str, Any]:
    who: dict[str, Any] = {"actor": make.SYSTEM, "now": make.NOW}
    holder = make.entity(db, name="Hợp tác xã Nuôi tôm lúa Trí Lực")
    product = make.product(db, of=holder, ocop_group="ornamentals", self_declaration_no="1/TCB")
    soon = make.TODAY + timedelta(days=9)
    old = make_certificates.certificate(db, of=holder, valid_to=soon, title="Đủ điều kiện")
    make_certificates.certificate(
        db, of=holder, product=product, kind="vietgap", revoked_on=make.TODAY, revocation_reason="X"
    )
    on: dict[str, Any] = who | {"entity_id": holder.id}
    place = add_facility(db, **on, name="Vuông số 1")
    code = add_code(
        db,
        **on,
        facility_id=place.id,
        scheme="growing_area",
        code="VN-CMOR-0012",
        market="Trung Quốc",
        area_ha=12.5,
        crop="lúa ST25",
    )
    starred = make_certificates.ocop(
        db, of=product, stars=3, issuer="UBND huyện", issuer_level="district",
        valid_from=date(2025, 8, 1),
    )  # fmt: skip
    set_certificate_policy(
        db,
        **who,
        group="ornamentals",
        all_of=[Kind.ORGANIC],
        any_of=[Kind.HACCP, Kind.ISO22000],
        in_force_from=make.TODAY,
        source="QĐ 5",
    )
    for entity_id in db.scalars(select(Membership.entity_id).distinct()):
        make_certificates.certificate(db, of=db.get_one(Entity, entity_id), valid_to=soon)
    return {
        "holder": holder.id,
        "held_paper": old.id,
        "holder_place": place.id,
        "holder_code": code.id,
        "starred": starred.id,
    }
