"""The words of a right's history: its acts, its fields, their values."""

from typing import Final

from app.audit.history import Terms
from app.documents.rules import DocumentKind
from app.kit.i18n import N_
from app.rights.deciding import DecisionKind
from app.rights.holding import HolderRole
from app.rights.kinds import RightType
from app.rights.use_terms import USE_RIGHT_TERMS

RIGHT_TERMS: Final = Terms(
    acts={
        "right.add": N_("Right added"),
        "right.change": N_("Right changed"),
        "right.check": N_("Right checked against its certificate"),
        "right.uncheck": N_("Check of a right taken back"),
        "right.link": N_("Product linked to a right"),
        "right.unlink": N_("Product unlinked from a right"),
        "right.end": N_("IP right ended"),
        "right.expiring": N_("Notice that it ends soon"),
        "right.decide": N_("Decision on a right recorded"),
        "right.annul": N_("Decision on a right annulled"),
        "right.holder": N_("Owner or managing body recorded"),
        "right.end_holder": N_("Last day of an owner or managing body recorded"),
        "right.strike_holder": N_("Owner or managing body struck"),
        "right.area": N_("Place of a right's area recorded"),
        "right.end_area": N_("Last day of a place in a right's area recorded"),
        "right.strike_area": N_("Place of a right's area struck"),
        "right.picture": N_("Picture of the sign changed"),
        **USE_RIGHT_TERMS.acts,
        "document.attach": N_("Document attached"),
        "document.withdraw": N_("Document withdrawn"),
    },
    fields={
        "kind": N_("Kind"),
        "document": N_("Document"),
        "title": N_("Name"),
        "decided_on": N_("Decided on"),
        "effective_on": N_("In effect from"),
        "reason": N_("Reason"),
        "holder": N_("Name"),
        "place": N_("Place"),
        "from_day": N_("From"),
        "to_day": N_("Until"),
        "type": N_("Type"),
        "sign": N_("Sign"),
        "goods": N_("Goods"),
        "classes": N_("Nice classes"),
        "quality": N_("Quality and what it owes to the place"),
        "rules_of_use": N_("Rules of use"),
        "application_no": N_("Application number"),
        "application_date": N_("Application date"),
        "registration_no": N_("Registration number"),
        "registration_date": N_("Registration date"),
        "decision_no": N_("Decision number"),
        "decision_date": N_("Decision date"),
        "expires_on": N_("Last day"),
        "owner": N_("Owner of the right"),
        "managing_body": N_("Managing body"),
        "area_as_written": N_("Area as written in the document"),
        "suspended_on": N_("Suspended on"),
        "resumed_on": N_("Resumed on"),
        "ended_on": N_("Ended on"),
        "checked_on": N_("Checked on"),
        "checked_by": N_("Checked by"),
        "checked_against": N_("Checked against"),
        "source": N_("Source"),
    },
    values={
        "type": {one.value: one.label for one in RightType},
        "kind": {one.value: one.label for one in (*DocumentKind, *DecisionKind, *HolderRole)},
    },
)
