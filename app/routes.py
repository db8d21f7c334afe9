"""Every route that is served, in the order they are tried."""

import app.certificates.api
import app.certificates.code_pages
import app.certificates.end_pages
import app.certificates.form_pages
import app.certificates.ocop_pages
import app.certificates.own_pages
import app.certificates.pages
import app.certificates.policy_api
import app.certificates.policy_pages
import app.documents.pages
import app.entities.api
import app.entities.code_pages
import app.entities.consent_pages
import app.entities.facility_api
import app.entities.one_pages
import app.entities.pages
import app.entities.part_api
import app.entities.part_pages
import app.entities.training_pages
import app.entities.worker_pages
import app.identity.enrol_pages
import app.identity.factor_pages
import app.identity.factor_step_pages
import app.identity.pages
import app.lookup.card_pages
import app.lookup.document_pages
import app.lookup.entity_pages
import app.lookup.lot_pages
import app.lookup.open_data_pages
import app.lookup.pages
import app.lookup.product_pages
import app.lookup.recall_pages
import app.lookup.register_pages
import app.lookup.resolver_pages
import app.lookup.right_list_pages
import app.lookup.right_pages
import app.lookup.serial_pages
import app.lookup.sitemap_pages
import app.office.account_form_pages
import app.office.account_pages
import app.office.alert_pages
import app.office.anomaly_pages
import app.office.audit_pages
import app.office.board_pages
import app.office.diary_decision_pages
import app.office.diary_pages
import app.office.ending_pages
import app.office.expiry_api
import app.office.expiry_pages
import app.office.figure_api
import app.office.figure_pages
import app.office.home_pages
import app.office.import_pages
import app.office.inspect_api
import app.office.inspect_pages
import app.office.membership_pages
import app.office.past_api
import app.office.past_pages
import app.office.person_pages
import app.office.queue_api
import app.office.queue_pages
import app.oversight.api
import app.oversight.checklist_api
import app.oversight.checklist_pages
import app.oversight.field_pages
import app.oversight.finding_pages
import app.oversight.inspection_api
import app.oversight.inspection_one_pages
import app.oversight.inspection_own_pages
import app.oversight.inspection_pages
import app.oversight.inspection_sync_api
import app.oversight.inspection_upload_api
import app.oversight.inspection_write_pages
import app.oversight.measure_api
import app.oversight.measure_pages
import app.oversight.minutes_pages
import app.oversight.pages
import app.oversight.plan_api
import app.oversight.plan_list_pages
import app.oversight.plan_pages
import app.oversight.quality_api
import app.oversight.quality_form_pages
import app.oversight.quality_pages
import app.oversight.quality_phone_pages
import app.oversight.report_pages
import app.partners.api
import app.partners.badge_api
import app.partners.badge_pages
import app.partners.event_api
import app.partners.key_pages
import app.partners.listing_api
import app.partners.listing_pages
import app.partners.own_listing_pages
import app.partners.pages
import app.partners.sent_pages
import app.partners.verify_api
import app.partners.verify_lot_api
import app.partners.verify_product_api
import app.partners.webhook_api
import app.partners.webhook_pages
import app.places.api
import app.products.api
import app.products.issuer_pages
import app.products.link_api
import app.products.link_pages
import app.products.one_pages
import app.products.own_pages
import app.products.pack_api
import app.products.pack_pages
import app.products.pages
import app.products.part_api
import app.products.part_pages
import app.products.proposal_pages
import app.products.wish_pages
import app.rights.api
import app.rights.area_pages
import app.rights.holder_pages
import app.rights.manager_api
import app.rights.manager_pages
import app.rights.pages
import app.rights.right_decision_pages
import app.rights.right_pages
import app.rights.right_part_api
import app.rights.right_picture_pages
import app.rights.use_decision_pages
import app.rights.use_part_api
import app.rights.use_part_pages
import app.rights.use_right_api
import app.rights.use_right_pages
from app.kit import health
from app.work_routes import WORK

# Routes are tried in their order, and the scan page is asked for most.
ROUTERS = (
    app.lookup.serial_pages.router,
    app.lookup.resolver_pages.router,
    app.lookup.pages.router,
    app.lookup.card_pages.router,
    app.lookup.product_pages.router,
    app.lookup.recall_pages.router,
    app.lookup.register_pages.router,
    app.lookup.right_list_pages.router,
    app.lookup.right_pages.router,
    app.lookup.open_data_pages.router,
    app.lookup.entity_pages.router,
    app.lookup.lot_pages.router,
    app.lookup.sitemap_pages.router,
    app.partners.badge_api.router,
    app.partners.badge_pages.router,
    app.partners.verify_lot_api.router,
    app.partners.verify_product_api.router,
    app.partners.verify_api.router,
    health.router,
    app.places.api.router,
    app.oversight.api.public_router,
    app.oversight.api.router,
    app.oversight.pages.router,
    app.oversight.report_pages.router,
    app.oversight.finding_pages.router,
    app.oversight.inspection_sync_api.state_router,
    app.oversight.inspection_sync_api.router,
    app.oversight.inspection_upload_api.router,
    app.oversight.inspection_api.router,
    app.oversight.inspection_pages.router,
    app.oversight.inspection_write_pages.router,
    app.oversight.inspection_one_pages.router,
    app.oversight.minutes_pages.router,
    app.oversight.inspection_own_pages.router,
    app.oversight.plan_api.router,
    app.oversight.measure_api.router,
    app.oversight.checklist_api.router,
    app.oversight.plan_list_pages.router,
    app.oversight.plan_pages.router,
    app.oversight.measure_pages.router,
    app.oversight.checklist_pages.router,
    app.oversight.quality_api.router,
    app.oversight.quality_form_pages.router,
    app.oversight.quality_pages.router,
    app.oversight.quality_phone_pages.router,
    app.oversight.field_pages.router,
    app.identity.pages.router,
    app.identity.enrol_pages.router,
    app.identity.factor_pages.router,
    app.identity.factor_step_pages.router,
    app.entities.api.router,
    app.entities.facility_api.router,
    app.entities.part_api.router,
    app.entities.pages.router,
    app.entities.part_pages.router,
    app.entities.code_pages.router,
    app.entities.consent_pages.router,
    app.entities.training_pages.router,
    app.entities.one_pages.router,
    app.entities.worker_pages.router,
    app.products.api.router,
    app.products.part_api.router,
    app.products.pages.router,
    app.products.one_pages.public_router,
    app.products.link_api.router,
    app.products.link_api.host_router,
    app.products.link_pages.app_router,
    app.products.link_pages.office_router,
    app.products.link_pages.host_router,
    app.products.pack_api.router,
    app.products.pack_api.subgroup_router,
    app.products.pack_pages.router,
    app.products.pack_pages.subgroup_router,
    app.products.one_pages.router,
    app.office.ending_pages.router,
    app.products.part_pages.router,
    app.products.issuer_pages.router,
    app.certificates.api.router,
    app.certificates.end_pages.router,
    app.certificates.form_pages.router,
    app.certificates.pages.router,
    app.certificates.ocop_pages.router,
    app.certificates.code_pages.router,
    app.certificates.policy_api.router,
    app.certificates.policy_pages.router,
    app.certificates.own_pages.router,
    app.products.own_pages.router,
    app.products.own_pages.picture_router,
    app.products.wish_pages.router,
    app.products.proposal_pages.router,
    app.documents.pages.router,
    app.lookup.document_pages.router,
    app.rights.api.router,
    app.rights.right_part_api.router,
    app.rights.use_right_api.router,
    app.rights.pages.router,
    app.rights.right_pages.router,
    app.rights.right_decision_pages.router,
    app.rights.holder_pages.router,
    app.rights.area_pages.router,
    app.rights.right_picture_pages.router,
    app.rights.manager_api.router,
    app.rights.manager_pages.router,
    app.rights.manager_pages.kept_router,
    app.rights.manager_pages.objection_router,
    app.rights.use_part_api.router,
    app.rights.use_part_api.seen_router,
    app.rights.use_right_pages.router,
    app.rights.use_decision_pages.router,
    app.rights.use_part_pages.router,
    app.partners.api.router,
    app.partners.api.key_router,
    app.partners.pages.router,
    app.partners.key_pages.router,
    app.partners.listing_api.router,
    app.partners.listing_api.people_router,
    app.partners.listing_pages.router,
    app.partners.own_listing_pages.router,
    app.partners.sent_pages.router,
    app.partners.event_api.router,
    app.partners.webhook_api.router,
    app.partners.webhook_pages.router,
    app.office.expiry_api.router,
    app.office.expiry_pages.router,
    app.office.home_pages.router,
    app.office.queue_api.router,
    app.office.queue_pages.router,
    app.office.figure_pages.router,
    app.office.figure_api.router,
    app.office.import_pages.router,
    app.office.inspect_pages.router,
    app.office.inspect_api.router,
    app.office.past_pages.router,
    app.office.past_api.router,
    app.office.account_form_pages.router,
    app.office.membership_pages.router,
    app.office.person_pages.router,
    app.office.account_pages.router,
    app.office.audit_pages.router,
    app.office.alert_pages.router,
    app.office.anomaly_pages.router,
    app.office.board_pages.router,
    app.office.diary_decision_pages.router,
    app.office.diary_pages.router,
    *WORK,
)
