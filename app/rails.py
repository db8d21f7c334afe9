"""The navigation of each area: who opens what, and where it stands."""

from app.identity.rules import DEPARTMENT, OFFICERS, Role
from app.kit.i18n import N_
from app.kit.pages import Keeping, Rail

_READERS = OFFICERS | {Role.INSPECTOR}
OFFICE = (
    Rail(
        N_("Home"),
        roles=DEPARTMENT,
        lines=(
            Rail(N_("What waits for you"), "/office"),
            Rail(N_("What is off"), "/office/alerts"),
            Rail(N_("Figures of the year"), "/office/figures"),
        ),
    ),
    Rail(
        N_("Stamps"),
        roles=DEPARTMENT,
        lines=(
            Rail(N_("Stamp allotments"), "/office/allotments"),
            Rail(
                N_("Stamp batches"),
                "/office/batches",
                within=("/office/refusals", "/office/policy", "/office/presets"),
            ),
            Rail(N_("Look up a stamp"), "/office/stamps"),
            Rail(N_("Reconciliation of stamps"), "/office/reconciliation"),
            Rail(N_("Quotas of stamps"), "/office/quotas"),
        ),
    ),
    Rail(
        N_("Entities"),
        roles=DEPARTMENT,
        lines=(
            Rail(N_("List of entities"), "/office/entities"),
            Rail(N_("Onboarding board"), "/office/board"),
            Rail(N_("Trainings"), "/office/trainings"),
            Rail(N_("Proposed changes"), "/office/proposals"),
        ),
    ),
    Rail(
        N_("Products"),
        roles=DEPARTMENT,
        lines=(
            Rail(N_("List of products"), "/office/products", within=("/office/subgroups",)),
            Rail(
                N_("Certificates"),
                "/office/certificates",
                within=(
                    "/office/ocop-certificates",
                    "/office/facility-codes",
                    "/office/certificate-policy",
                    "/office/issuers",
                ),
            ),
            Rail(N_("Producers' links"), "/office/links"),
            Rail(N_("Lots"), "/office/lots"),
            Rail(N_("Diaries"), "/office/diaries"),
            Rail(N_("Process templates"), "/office/templates"),
            Rail(N_("Offers of shops"), "/office/listings"),
        ),
    ),
    Rail(
        N_("Intellectual property"),
        lines=(
            Rail(N_("IP rights"), "/office/rights"),
            Rail(N_("Rights you manage"), "/office/managed", frozenset({Role.MARK_MANAGER})),
            Rail(
                N_("Use rights"),
                "/office/use-rights",
                DEPARTMENT | {Role.MARK_MANAGER},
                within=("/office/objections",),
            ),
            Rail(N_("Expiry calendar"), "/office/expiries", DEPARTMENT | {Role.MARK_MANAGER}),
        ),
    ),
    Rail(
        N_("Oversight"),
        roles=DEPARTMENT,
        lines=(
            Rail(N_("Queue"), "/office/queue"),
            Rail(N_("Reports from the public"), "/office/reports"),
            Rail(N_("Anomalies"), "/office/anomalies"),
            Rail(N_("Recalls of products"), "/office/recalls"),
            Rail(N_("What a page said"), "/office/past", _READERS),
        ),
    ),
    Rail(
        N_("Inspections and tests"),
        roles=DEPARTMENT,
        lines=(
            Rail(N_("Inspect a stamp"), "/inspect"),
            Rail(
                N_("Inspections"),
                "/office/inspections",
                within=("/office/plans", "/office/checklists"),
            ),
            Rail(N_("Measures after inspections"), "/office/measures"),
            Rail(N_("Inspections on the phone"), "/inspections/app"),
            Rail(N_("Findings of inspectors"), "/office/findings"),
            Rail(N_("Quality tests"), "/office/tests"),
        ),
    ),
    Rail(
        N_("Administration"),
        lines=(
            Rail(N_("Import"), "/office/imports", OFFICERS),
            Rail(N_("Accounts"), "/office/accounts", OFFICERS),
            Rail(N_("Shops"), "/office/partners", OFFICERS),
            Rail(N_("Audit trail"), "/office/audit", _READERS),
        ),
    ),
)
PHONE = (
    Rail(N_("Today"), "/app/today", within=("/app",)),
    Rail(N_("Own lots"), "/app/lots"),
    Rail(N_("Stamps"), "/app/stamps"),
    Rail(N_("Diary"), "/app/diary"),
)
# The apps that are asked, before somebody signs out, whether this device holds anything unsent.
FIELD_APP = Keeping("ocop-field", "/inspections/leave.js", "/inspections/app#/outbox")
DIARY_APP = Keeping("ocop-diary", "/app/leave.js", "/app/diary#/outbox")
