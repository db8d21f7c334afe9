"""The words of what happened to a quality test: acts, fields, values."""

from typing import Final

from app.audit.history import Terms
from app.kit.i18n import N_
from app.oversight.testing import Verdict

QUALITY_TERMS: Final = Terms(
    acts={
        "test.record": N_("Quality test recorded"),
        "test.change": N_("Quality test changed"),
        "test.lift": N_("Block of a failed test lifted"),
        "test.strike": N_("Quality test struck out"),
        "document.attach": N_("Document attached"),
        "document.withdraw": N_("Document withdrawn"),
    },
    fields={
        "entity_id": N_("Entity no."),
        "product_id": N_("Product no."),
        "lot_id": N_("Lot no."),
        "facility_id": N_("Place of production"),
        "sample_no": N_("Sample no."),
        "sampled_on": N_("Sampled on"),
        "sampled_by": N_("Sampled by"),
        "place": N_("Place"),
        "laboratory": N_("Laboratory"),
        "report_no": N_("Report no."),
        "reported_on": N_("Reported on"),
        "valid_until": N_("Valid until"),
        "public": N_("Shown to the public"),
        "note": N_("Note"),
        "version": N_("Version"),
        "verdict": N_("Verdict"),
        "criteria": N_("Criteria"),
        "lifted": N_("Lifted by an officer"),
        "reason": N_("Reason"),
        "title": N_("Title"),
    },
    # A criterion is told with its result, and its verdict in brackets.
    values={name: {one.value: one.label for one in Verdict} for name in ("verdict", "criteria")},
)
