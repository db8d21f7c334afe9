"""The words of a product's history: its acts, its fields, their values."""

from typing import Final

from app.audit.history import Terms
from app.kit.i18n import N_
from app.kit.units import UNITS
from app.products.forms import ProductForm
from app.products.issuers import Level
from app.products.rules import OcopGroup, ProductStatus
from app.products.standards import StandardKind

PRODUCT_TERMS: Final = Terms(
    acts={
        "product.add": N_("Product added"),
        "product.change": N_("Product changed"),
        "product.pack.add": N_("Pack added"),
        "product.pack.change": N_("Pack changed"),
        "product.pack.retire": N_("Pack retired"),
        "product.pack.restore": N_("Pack brought back"),
        "product.standard.add": N_("Standard recorded"),
        "product.standard.retire": N_("Standard taken off"),
        "product.certificate.add": N_("OCOP certificate recorded"),
        "product.certificate.revoke": N_("OCOP certificate revoked"),
        "product.certificate.strike": N_("OCOP certificate struck out"),
        "product.picture.add": N_("Picture added"),
        "product.picture.remove": N_("Picture removed"),
        "product.recall": N_("Product recalled"),
        "product.lift_recall": N_("Recall of a product lifted"),
        "product.hold": N_("Sale of a product stopped"),
        "product.lift_hold": N_("Sale of a product allowed again"),
        "product.process.propose": N_("Process proposed"),
        "product.process.approve": N_("Process approved"),
    },
    fields={
        "name": N_("Name"),
        "gtin": "GTIN",
        "own_code": N_("Own code"),
        "brand": N_("Brand"),
        "model": N_("Model"),
        "ocop_group": N_("OCOP group"),
        "net_content": N_("Net content"),
        "form": N_("Form of the product"),
        "net_quantity": N_("Net quantity"),
        "net_unit": N_("Unit"),
        "ingredients": N_("Ingredients"),
        "usage": N_("How to use it"),
        "storage": N_("How to keep it"),
        "warnings": N_("Warnings"),
        "shelf_life": N_("Shelf life, in words"),
        "shelf_life_days": N_("Shelf life in days"),
        "origin": N_("Origin"),
        "story": N_("Story"),
        "self_declaration_no": N_("Self-declaration number"),
        "self_declared_on": N_("Self-declared on"),
        "status": N_("Status"),
        "kind": N_("Kind"),
        "number": N_("Number"),
        "title": N_("Title"),
        "issued": N_("Date of issue"),
        "stars": N_("Stars"),
        "score": N_("Score"),
        "subgroup": N_("Sub-group"),
        "certificate_no": N_("Certificate number"),
        "decision_no": N_("Decision number"),
        "issuer": N_("Issuer"),
        "issuer_level": N_("Level of the issuer"),
        "valid_from": N_("Valid from"),
        "valid_to": N_("Valid to"),
        "revoked_on": N_("Revoked on"),
        "reason": N_("Reason"),
        "advice": N_("Advice to buyers"),
        "made_from": N_("Made from"),
        "made_to": N_("Made up to"),
        "asked_by": N_("Asked by"),
        "version": N_("Version"),
        "stages": N_("Stages"),
        "note": N_("Note"),
    },
    values={
        "ocop_group": {one.value: one.label for one in OcopGroup},
        "status": {one.value: one.label for one in ProductStatus},
        "issuer_level": {one.value: one.label for one in Level},
        "kind": {one.value: one.label for one in StandardKind},
        "form": {one.value: one.label for one in ProductForm},
        "net_unit": {one.code: one.label for one in UNITS},
    },
    same=frozenset({"pack"}),
)
