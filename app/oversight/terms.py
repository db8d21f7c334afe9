"""The words of what happened to a report or a finding: acts, fields, values."""

from typing import Final

from app.audit.history import Terms
from app.kit.i18n import N_
from app.oversight.rules import FindingOutcome, ReportOutcome, ReportState, Subject

OVERSIGHT_TERMS: Final = Terms(
    acts={
        "report.take": N_("Report taken up"),
        "report.link": N_("Report linked to a record"),
        "report.close": N_("Report closed"),
        "report.erase": N_("What the reporter wrote was erased, its time being over."),
        "report.reopen": N_("Report opened again"),
        "finding.record": N_("Finding recorded"),
        "finding.close": N_("Finding closed"),
    },
    fields={
        "state": N_("State"),
        "outcome": N_("Outcome"),
        "answer": N_("Answer to the reporter"),
        "reason": N_("Reason"),
        "taken_by": N_("Looked into by"),
        "subject": N_("About"),
        "batch_id": N_("Batch no."),
        "entity_id": N_("Entity no."),
        "product_id": N_("Product no."),
        "lot_id": N_("Lot no."),
        "text": N_("What was seen"),
        "measure": N_("Measure"),
        "verdict": N_("Look-up said"),
        "place": N_("Place"),
        "photos": N_("Photos"),
    },
    values={
        "subject": {one.value: one.label for one in Subject},
        "state": {one.value: one.label for one in ReportState},
        "outcome": {one.value: one.label for one in (*ReportOutcome, *FindingOutcome)},
    },
)
