"""Whose the rows of each table are, and what the public look-ups read of them.

Every table of the metadata stands here once: a test asks for it.
"""

from collections.abc import Mapping
from typing import Final

from app.kit.fences import REGISTER, STAFF, Fence, Reading, account, own, through
from app.tables import metadata


def _of(table: str, key: str = "") -> Fence:
    """Fence what hangs on a record by that record."""
    return through(table, f"{table}.id = {key or table + '_id'}")


def _member(account_id: str) -> Fence:
    """Fence accounts by the entities they belong to."""
    return through("membership", f"membership.account_id = {account_id}")


def _whole(table: str, *, rows: str = "") -> Reading:
    return Reading(*metadata.tables[table].columns.keys(), rows=rows)


def _managed(table: str) -> Fence:
    """Fence what bears on a right by the accounts that keep its users now."""
    mine = account("right_manager.account_id").rows
    return through(
        "right_manager",
        f"right_manager.right_id = {table}.right_id AND {mine} AND right_manager.ended_at IS NULL",
    )


_ENTITY: Final = own("entity_id")
_BATCH: Final = _of("stamp_batch", "batch_id")
_LOT: Final = _of("lot")
_PRODUCT: Final = _of("product")
_ENTRY: Final = _of("diary_entry", "entry_id")
# The accounts of an entity are those of its people.
_PERSON: Final = account("account_id")
_LINE: Final = through("stamp_batch", "line BETWEEN stamp_batch.first AND stamp_batch.last")

FENCES: Final[Mapping[str, Fence]] = {
    # What the Department keeps for everybody.
    "place": REGISTER,
    "former_place": REGISTER,
    "ocop_subgroup": REGISTER,
    "ocop_issuer": REGISTER,
    "certificate_policy": REGISTER,
    "ip_right": REGISTER,
    "right_product": REGISTER,
    "right_holder": REGISTER,
    "right_area": REGISTER,
    "right_decision": REGISTER,
    "key_epoch": REGISTER,
    "stamp_policy": REGISTER,
    "print_preset": REGISTER,
    "link_host": REGISTER,
    "process_template": REGISTER,
    "process_template_version": REGISTER,
    "checklist": REGISTER,
    "checklist_version": REGISTER,
    # What the Department works with alone.
    "process_template_draft": STAFF,
    "inspection_plan": STAFF,
    "import_job": STAFF,
    "import_row": STAFF,
    "queue_assignment": STAFF,
    "report": STAFF,
    "finding": STAFF,
    "finding_photo": STAFF,
    "finding_closing": STAFF,
    # The laboratory's word is told to whose goods it is of.
    "quality_test": _ENTITY,
    "test_criterion": _of("quality_test", "test_id"),
    "test_lift": _of("quality_test", "test_id"),
    # Records of an entity.
    "entity": own("id"),
    "facility": _ENTITY,
    "facility_code": _of("facility"),
    "contact": _ENTITY,
    "consent": _ENTITY,
    "training": _ENTITY,
    "change_proposal": _ENTITY,
    "product": _ENTITY,
    "product_pack": _PRODUCT,
    "product_link": _PRODUCT,
    "product_standard": _PRODUCT,
    "product_picture": _PRODUCT,
    "ocop_certificate": _PRODUCT,
    "certificate": _ENTITY,
    "use_right": _ENTITY
    | through("ip_right", f"ip_right.id = right_id AND {own('owner_entity_id').rows}")
    | _managed("use_right"),
    "use_right_decision": _of("use_right"),
    "use_objection": _of("use_right"),
    "use_observation": _ENTITY | _managed("use_observation"),
    "right_manager": _PERSON,
    # Papers of a record; those of rights belong to no entity.
    "document": _ENTITY | account("added_by_id"),
    # Who was inspected reads what was signed.
    "inspection": Fence(f"state = 'signed' AND {own('entity_id').rows}"),
    "inspection_photo": _of("inspection"),
    "inspection_note": _of("inspection"),
    "measure": _ENTITY,
    "measure_answer": _of("measure"),
    # Lots and diaries.
    "production_process": _ENTITY,
    "lot": _ENTITY,
    "lot_notice": _LOT,
    "product_notice": _PRODUCT,
    "lot_photo": _LOT,
    "lot_input": _LOT,
    "lot_dispatch": _LOT | own("receiver_entity_id"),
    "diary_entry": _ENTITY,
    "diary_content": _ENTRY,
    "diary_photo": _ENTRY,
    "diary_photo_promise": _ENTRY,
    "entry_decision": _ENTRY,
    "lot_clearance": _LOT,
    # Stamps.
    "stamp_batch": _ENTITY,
    "stamp_span": _BATCH,
    "stamp_movement": _BATCH,
    "stamp_export": _BATCH,
    "stamp_handover": _ENTITY,
    "stamp_reconciliation": _BATCH,
    "stamp_refusal": _BATCH | account("actor_id"),
    "stamp_order": _ENTITY,
    "recall_order": _ENTITY,
    "stamp_quota": _ENTITY,
    "allotment": through("allotment_row", "allotment_row.allotment_id = allotment.id"),
    "allotment_row": _ENTITY,
    # Look-ups: counted by the system, read by who has the stamps.
    "scan": _LINE,
    "scan_total": _LINE,
    "scan_month": _PRODUCT,
    "suspicion": _LINE,
    "clone_signal": STAFF,
    "display_pack": _LINE,
    "visitor_key": STAFF,
    # Shops: kept by the Department, asked of by their own keys beyond the fence.
    "partner": STAFF,
    "partner_key": STAFF,
    "partner_use": STAFF,
    "public_event": STAFF,
    "event_tail": STAFF,
    "webhook_endpoint": STAFF,
    "webhook_delivery": STAFF,
    "partner_listing": _PRODUCT,
    # People. Who comes in by the front door is not known yet: that runs for everything.
    "account": account("id") | _member("account.id"),
    "account_role": _PERSON | _member("account_role.account_id"),
    "membership": _ENTITY | _PERSON,
    "session_token": _PERSON,
    "api_key": _PERSON,
    "one_time_link": _PERSON,
    "second_factor": _PERSON,
    "recovery_code": _PERSON,
    "idempotency": _PERSON,
    # Counted at the front door, of numbers that may be nobody's.
    "sign_in_try": STAFF,
    # What somebody did to an account bears no entity.
    "audit_event": _ENTITY | account("actor_id"),
}

_PUBLISHED: Final = "EXISTS (SELECT 1 FROM consent WHERE consent.contact_id = contact.id)"
_OF_PUBLIC: Final = "EXISTS (SELECT 1 FROM diary_entry WHERE diary_entry.id = entry_id AND public)"

# What a look-up, a product's public page, its pictures and the list of holders need, and no more:
# no account, nobody who wrote a diary, no contact without a consent that stands.
READINGS: Final[Mapping[str, Reading]] = {
    "place": _whole("place"),
    "former_place": _whole("former_place"),
    "entity": Reading(
        *("id", "name", "folded", "kind", "commune_code", "address", "phone", "phone_public"),
        *("email", "representative", "website", "status", "dissolved_on", "gln", "practice"),
    ),
    # Of a place of production neither its address nor its point.
    "facility": Reading(
        *("id", "entity_id", "name", "folded", "location_code", "commune_code", "retired_on"),
        rows="retired_on IS NULL",
    ),
    "facility_code": Reading(
        *("id", "facility_id", "scheme", "code", "issuer", "valid_from", "valid_to"),
        *("market", "area_ha", "crop", "retired_on"),
        rows="retired_on IS NULL",
    ),
    "consent": Reading(
        *("entity_id", "contact_id", "subject", "withdrawn_at"), rows="withdrawn_at IS NULL"
    ),
    "contact": _whole("contact", rows=f"retired_on IS NULL AND {_PUBLISHED}"),
    "product": _whole("product"),
    "product_pack": _whole("product_pack"),
    "product_standard": _whole("product_standard"),
    "product_picture": _whole("product_picture"),
    "product_link": _whole("product_link", rows="retired_on IS NULL"),
    "link_host": Reading("host"),
    "ocop_certificate": _whole("ocop_certificate"),
    "certificate": Reading(
        *("id", "entity_id", "product_id", "facility_id", "kind", "number", "title", "issuer"),
        *("scope", "issued_on", "valid_from", "valid_to", "revoked_on", "public", "struck_at"),
        rows="public AND struck_at IS NULL",
    ),
    "ip_right": _whole("ip_right"),
    "right_product": _whole("right_product"),
    # Of owners, areas and decisions what stands, and not who wrote it down.
    "right_holder": Reading(
        *("id", "right_id", "role", "name", "entity_id", "from_day", "to_day", "document"),
        *("recorded_at", "struck_at"),
        rows="struck_at IS NULL",
    ),
    "right_area": Reading(
        *("id", "right_id", "place_code", "as_written", "from_day", "to_day", "document"),
        *("recorded_at", "struck_at"),
        rows="struck_at IS NULL",
    ),
    "right_decision": Reading(
        *("id", "right_id", "kind", "decision_no", "decided_on", "effective_on", "reason"),
        *("expires_on", "expired_on", "filed_on", "annuls_id", "recorded_at"),
    ),
    "use_right": _whole("use_right"),
    # Of a decision on it neither its reason nor who recorded it.
    "use_right_decision": Reading(
        *("id", "use_right_id", "kind", "decision_no", "decided_on", "effective_on", "until"),
        *("annuls_id", "recorded_at"),
    ),
    "document": Reading(
        *("id", "subject_kind", "subject_id", "kind", "title", "media_type", "sha256", "size"),
        *("pages", "public", "withdrawn_at"),
        rows="public AND withdrawn_at IS NULL",
    ),
    "lot": _whole("lot"),
    "lot_notice": _whole("lot_notice"),
    "product_notice": _whole("product_notice"),
    # What a recall follows and a page tells of: nobody's supplier, no papers and no quantity.
    # One that is withdrawn counts no more, and says since when.
    "lot_input": Reading(
        *("id", "lot_id", "source_lot_id", "material", "entry_id", "added_at", "withdrawn_at"),
    ),
    "diary_entry": Reading(
        *("id", "lot_id", "sequence", "kind", "stage", "performed_at", "received_at", "public"),
        *("amends", "recorded_at", "mark", "location_code"),
    ),
    "entry_decision": Reading("entry_id", "accepted"),
    "process_template_version": Reading("id", "body"),
    "diary_content": Reading("entry_id", "facts", "note", "reason", rows=_OF_PUBLIC),
    "diary_photo": _whole("diary_photo", rows=_OF_PUBLIC),
    "key_epoch": _whole("key_epoch"),
    "stamp_batch": Reading(
        *("id", "entity_id", "product_id", "first", "last", "secret", "lapses_on"),
        # Of the public list of holders.
        *("state", "granted", "handed_over", "budget_year", "decided_at"),
    ),
    "stamp_span": _whole("stamp_span"),
    "scan": _whole("scan"),
    "scan_total": _whole("scan_total"),
    "suspicion": _whole("suspicion"),
    # Of a shop only who it is and where its pages stand, of its listings those that were confirmed.
    "partner": Reading("id", "name", "kind", "hosts", "retired_at"),
    "partner_listing": Reading(
        *("id", "partner_id", "product_id", "url", "title", "state", "decided_at"),
        rows="state = 'confirmed'",
    ),
    # Not who took a sample where, nor what the Department noted of it. Failed tests are read too:
    # an older one that passed says nothing good any more.
    "quality_test": Reading(
        *("id", "entity_id", "product_id", "lot_id", "version", "verdict", "public"),
        *("sampled_on", "laboratory", "report_no", "reported_on", "valid_until", "struck_at"),
        rows="struck_at IS NULL",
    ),
    "test_criterion": Reading(
        *("test_id", "version", "position", "name", "method", "limit_kind", "limit_low"),
        *("limit_high", "limit_text", "unit", "result_text", "verdict"),
    ),
    "test_lift": Reading("test_id", "version"),
    # What is told to have changed since: on what and when, not who did it or how.
    "audit_event": Reading("seq", "at", "entity_id", "subject_kind", "subject_id", "action"),
}
