"""The words of a use right's history: its acts, its fields, their values."""

from typing import Final

from app.audit.history import Terms
from app.kit.i18n import N_
from app.products.forms import ProductForm
from app.rights.deciding import DecisionKind
from app.rights.objection_words import OUTCOMES

USE_RIGHT_TERMS: Final = Terms(
    acts={
        "use_right.add": N_("Use right added"),
        "use_right.change": N_("Use right changed"),
        "use_right.decide": N_("Decision on a use right"),
        "use_right.annul": N_("Decision on a use right annulled"),
        "use_right.object": N_("Objection to a use right"),
        "use_right.answer": N_("Objection answered"),
        "use_right.close_objection": N_("Objection closed"),
        "use_right.expiring": N_("Notice that it ends soon"),
        "right.appoint": N_("Mark manager appointed"),
        "right.dismiss": N_("Mark manager dismissed"),
        "right.observe": N_("Use of a right seen"),
    },
    fields={
        "form": N_("Form of the product"),
        "certificate_no": N_("Certificate number"),
        "decision_no": N_("Decision number"),
        "issuer": N_("Issuer"),
        "source_area": N_("Source area"),
        "listed": N_("On the public list"),
        "valid_from": N_("Valid from"),
        "valid_to": N_("Valid to"),
        "suspended_on": N_("Suspended on"),
        "resumed_on": N_("Resumed on"),
        "pauses": N_("Earlier suspensions"),
        "ended_on": N_("Ended on"),
        "revoked": N_("Use right revoked"),
        "status_reason": N_("Reason"),
        "decision": N_("Decision"),
        "kind": N_("Kind"),
        "document": N_("Decision number"),
        "decided_on": N_("Decision date"),
        "effective_on": N_("Holds from"),
        "until": N_("Until"),
        "reason": N_("Reason"),
        "objection": N_("Objection"),
        "answer": N_("Answer"),
        "outcome": N_("Outcome"),
        "conclusion": N_("Conclusion"),
        "seen_on": N_("Seen on"),
        "in_use": N_("Found in use"),
        "note": N_("Note"),
        "account_id": N_("Account no."),
    },
    values={
        "form": {one.value: one.label for one in ProductForm},
        "kind": {one.value: one.label for one in DecisionKind},
        "outcome": OUTCOMES,
    },
)
