"""The words of a certificate's history: its acts, its fields, their values."""

from typing import Final

from app.audit.history import Terms
from app.certificates.kinds import Kind
from app.documents.rules import DocumentKind
from app.kit.i18n import N_

CERTIFICATE_TERMS: Final = Terms(
    acts={
        "certificate.add": N_("Certificate recorded"),
        "certificate.change": N_("Certificate changed"),
        "certificate.revoke": N_("Certificate revoked"),
        "certificate.strike": N_("Certificate struck out"),
        "certificate.end": N_("Certificate ended"),
        "certificate.expiring": N_("Notice that it ends soon"),
        "document.attach": N_("Document attached"),
        "document.withdraw": N_("Document withdrawn"),
    },
    fields={
        "kind": N_("Kind"),
        "number": N_("Number"),
        "title": N_("Title"),
        "issuer": N_("Issuer"),
        "scope": N_("What it covers"),
        "issued_on": N_("Issued on"),
        "valid_from": N_("Valid from"),
        "valid_to": N_("Valid to"),
        "public": N_("Shown to the public"),
        "revoked_on": N_("Revoked on"),
        "revocation_decision": N_("Decision number"),
        "revocation_reason": N_("Reason"),
        "struck_reason": N_("Reason"),
        "reason": N_("Reason"),
    },
    values={
        "kind": {one.value: one.label for one in (*Kind, *DocumentKind)},
    },
)
