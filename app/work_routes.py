"""The routes of lots, diaries and stamps: tried after all others, in their order."""

import app.diary.api
import app.diary.decision_api
import app.diary.decision_pages
import app.diary.entry_api
import app.diary.entry_pages
import app.diary.goods_pages
import app.diary.input_api
import app.diary.lot_act_pages
import app.diary.lot_pages
import app.diary.office_pages
import app.diary.pages
import app.diary.parting_api
import app.diary.photo_pages
import app.diary.practice_pages
import app.diary.process_api
import app.diary.process_pages
import app.diary.said_pages
import app.diary.shell_pages
import app.diary.sync_api
import app.diary.sync_state_api
import app.diary.template_api
import app.diary.template_draft_pages
import app.diary.template_file_pages
import app.diary.template_pages
import app.diary.template_stage_pages
import app.diary.trace_api
import app.diary.trace_pages
import app.diary.upload_api
import app.scans.phone_pages
import app.stamps.activation_pages
import app.stamps.allotment_api
import app.stamps.allotment_decision_pages
import app.stamps.allotment_draft_pages
import app.stamps.allotment_handover_pages
import app.stamps.allotment_pages
import app.stamps.allotment_row_pages
import app.stamps.api
import app.stamps.batch_list_pages
import app.stamps.bundle_api
import app.stamps.bundle_pages
import app.stamps.change_pages
import app.stamps.display_pages
import app.stamps.export_api
import app.stamps.export_pages
import app.stamps.handover_api
import app.stamps.handover_pages
import app.stamps.holder_api
import app.stamps.holder_pages
import app.stamps.next_pages
import app.stamps.order_pages
import app.stamps.pages
import app.stamps.phone_batch_pages
import app.stamps.phone_change_pages
import app.stamps.phone_notice_pages
import app.stamps.phone_pages
import app.stamps.policy_api
import app.stamps.policy_pages
import app.stamps.preset_api
import app.stamps.preset_pages
import app.stamps.quota_api
import app.stamps.quota_pages
import app.stamps.recall_api
import app.stamps.recall_list_pages
import app.stamps.recall_order_pages
import app.stamps.recall_pages
import app.stamps.recall_phone_pages
import app.stamps.recall_reach_pages
import app.stamps.reconciliation_api
import app.stamps.reconciliation_pages
import app.stamps.refusal_api
import app.stamps.refusal_pages
import app.stamps.span_api
import app.stamps.stamp_api
import app.stamps.stamp_pages

WORK = (
    app.diary.api.router,
    app.diary.entry_api.router,
    app.diary.decision_api.router,
    app.diary.decision_pages.router,
    app.diary.decision_pages.office_router,
    app.diary.entry_pages.router,
    app.diary.input_api.router,
    app.diary.parting_api.router,
    app.diary.trace_api.router,
    app.diary.office_pages.router,
    app.diary.lot_act_pages.router,
    app.diary.lot_pages.router,
    app.diary.goods_pages.router,
    app.diary.said_pages.router,
    app.diary.trace_pages.router,
    app.diary.pages.router,
    app.diary.photo_pages.router,
    app.diary.practice_pages.router,
    app.diary.process_api.router,
    app.diary.process_pages.router,
    app.diary.template_api.router,
    app.diary.template_file_pages.router,
    app.diary.template_pages.router,
    app.diary.template_stage_pages.router,
    app.diary.template_draft_pages.router,
    app.diary.shell_pages.router,
    app.diary.sync_api.router,
    app.diary.sync_state_api.router,
    app.diary.upload_api.router,
    app.scans.phone_pages.router,
    app.stamps.api.router,
    app.stamps.span_api.router,
    app.stamps.refusal_pages.router,
    app.stamps.refusal_api.router,
    app.stamps.recall_api.router,
    app.stamps.recall_order_pages.router,
    app.stamps.recall_list_pages.router,
    app.stamps.recall_pages.router,
    app.stamps.recall_phone_pages.router,
    app.stamps.recall_reach_pages.router,
    app.stamps.reconciliation_pages.router,
    app.stamps.reconciliation_api.router,
    app.stamps.quota_pages.router,
    app.stamps.quota_api.router,
    app.stamps.policy_pages.router,
    app.stamps.policy_api.router,
    app.stamps.order_pages.router,
    app.stamps.handover_pages.router,
    app.stamps.handover_api.router,
    app.stamps.batch_list_pages.router,
    app.stamps.bundle_api.router,
    app.stamps.bundle_pages.router,
    app.stamps.change_pages.router,
    app.stamps.export_api.router,
    app.stamps.activation_pages.router,
    app.stamps.allotment_api.router,
    app.stamps.allotment_decision_pages.router,
    app.stamps.allotment_draft_pages.router,
    app.stamps.allotment_handover_pages.router,
    app.stamps.allotment_row_pages.router,
    app.stamps.allotment_pages.router,
    app.stamps.export_pages.router,
    app.stamps.holder_api.router,
    app.stamps.holder_pages.router,
    app.stamps.pages.router,
    app.stamps.phone_pages.router,
    app.stamps.next_pages.router,
    app.stamps.display_pages.router,
    app.stamps.phone_batch_pages.router,
    app.stamps.phone_change_pages.router,
    app.stamps.phone_notice_pages.router,
    app.stamps.preset_api.router,
    app.stamps.preset_pages.router,
    app.stamps.stamp_api.router,
    app.stamps.stamp_pages.router,
)
