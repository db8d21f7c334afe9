"""The items of a lot's completeness, and what is said of each: there, missing, how to mend it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from app.kit.i18n import N_


class Missing(StrEnum):
    """What keeps stamps from being activated onto a lot, in the order it is shown."""

    ENTITY_ACTIVE = "entity_active"
    PRODUCT_ACTIVE = "product_active"
    RECALLED = "recalled"
    ON_HOLD = "on_hold"
    MATERIAL = "material"
    PRODUCT_NAME = "product_name"
    PICTURE = "picture"
    MAKER = "maker"
    COMMUNE = "commune"
    ADDRESS = "address"
    PRODUCT_CODE = "product_code"
    LOCATION = "location"
    PRODUCTION_DATE = "production_date"
    EXPIRY_DATE = "expiry_date"
    STANDARD = "standard"
    CERTIFICATE = "certificate"
    CERTIFICATE_ENDED = "certificate_ended"
    ENTRY = "entry"
    STAGE = "stage"
    TEST = "test"
    FIELD = "field"
    PHOTOS = "photos"
    PHOTOS_DUE = "photos_due"
    APPROVAL = "approval"
    WITHDRAWAL = "withdrawal"
    HARVESTED_EARLY = "harvested_early"
    SOURCE_WITHDRAWAL = "source_withdrawal"
    SOURCE_EARLY = "source_early"
    # Of tests that laboratories made: a higher slice knows of them, and says so with this.
    FAILED_TEST = "failed_test"
    SOURCE_FAILED_TEST = "source_failed_test"


# What an officer may let pass, with a reason.
CLEARABLE: Final = frozenset({Missing.HARVESTED_EARLY, Missing.TEST, Missing.PHOTOS})


class Where(StrEnum):
    """Where a producer mends what is missing; some only the Department can."""

    LOT = "lot"
    DIARY = "diary"
    APPROVALS = "approvals"
    PRODUCT = "product"
    ENTITY = "entity"
    CERTIFICATES = "certificates"
    DEPARTMENT = "department"


@dataclass(frozen=True, slots=True)
class Item:
    """What is said where it is there, where it is missing, and what to do then."""

    has: str
    lacks: str
    mend: str
    where: Where


ITEMS: Final = {
    Missing.ENTITY_ACTIVE: Item(
        N_("The producer is at work"),
        N_("The producer has been dissolved"),
        N_("Ask the Department if that is wrong."),
        Where.DEPARTMENT,
    ),
    Missing.PRODUCT_ACTIVE: Item(
        N_("The product is made"),
        N_("The product is no longer made"),
        N_("Ask the Department if it is made again."),
        Where.DEPARTMENT,
    ),
    Missing.RECALLED: Item(
        N_("The lot is not recalled"),
        N_("The lot has been recalled"),
        N_("Its goods must not be sold. Ask the Department."),
        Where.DEPARTMENT,
    ),
    Missing.ON_HOLD: Item(
        N_("Sale of the lot is not stopped"),
        N_("Sale of the lot is stopped while it is being checked"),
        N_("Wait until the stop is lifted by whoever set it."),
        Where.LOT,
    ),
    Missing.MATERIAL: Item(
        N_("It is a lot of the product itself"),
        N_("It is a lot of material ({material}), not yet of the product"),
        N_("Open a lot of the product, and name this one among what went into it."),
        Where.LOT,
    ),
    Missing.PRODUCT_NAME: Item(
        N_("Name of the product"),
        N_("The product has no name"),
        N_("Propose the name on the product's page."),
        Where.PRODUCT,
    ),
    Missing.PICTURE: Item(
        N_("Picture of the product"),
        N_("The product has no picture"),
        N_("Take a picture of it and propose it on the product's page."),
        Where.PRODUCT,
    ),
    Missing.MAKER: Item(
        N_("Name of the producer"),
        N_("The producer's name is missing"),
        N_("Propose it on the producer's page."),
        Where.ENTITY,
    ),
    Missing.COMMUNE: Item(
        N_("Commune of the producer"),
        N_("The producer's commune is missing"),
        N_("Choose it on the producer's page."),
        Where.ENTITY,
    ),
    Missing.ADDRESS: Item(
        N_("Address of the producer"),
        N_("The producer's address is missing"),
        N_("Write the hamlet or the street on the producer's page."),
        Where.ENTITY,
    ),
    Missing.PRODUCT_CODE: Item(
        N_("Code of the product, for each stage and for tracing"),
        N_("The product has no code: neither a GTIN nor one of your own"),
        N_("Propose a code on the product's page."),
        Where.PRODUCT,
    ),
    Missing.LOCATION: Item(
        N_("Code of the place, for each stage and for tracing"),
        N_("The place where it was made has no code"),
        N_("Choose a place that has a code for the lot; the Department enters places."),
        Where.LOT,
    ),
    Missing.PRODUCTION_DATE: Item(
        N_("Production date"),
        N_("The lot has no production date"),
        N_("Enter it in the lot."),
        Where.LOT,
    ),
    Missing.EXPIRY_DATE: Item(
        N_("Shelf life"),
        N_("The product has a shelf life, but the lot has no expiry date"),
        N_("Enter it in the lot."),
        Where.LOT,
    ),
    Missing.STANDARD: Item(
        N_("Standard the product is made to"),
        N_("No standard the product is made to is entered"),
        N_("Tell the Department the standard: it enters it for the product."),
        Where.DEPARTMENT,
    ),
    Missing.CERTIFICATE: Item(
        N_("Certificates that the Department asks of the product"),
        N_("The product has no certificate in force of this kind: {kinds}"),
        N_("Show the certificate to the Department: it records it."),
        Where.CERTIFICATES,
    ),
    Missing.CERTIFICATE_ENDED: Item(
        N_("Certificates that the Department asks of the product"),
        N_("{kinds}: number {number} is no longer in force since {ended}"),
        N_("Have it renewed, and show the new one to the Department: it records it."),
        Where.CERTIFICATES,
    ),
    Missing.ENTRY: Item(
        N_("Entries in the diary"),
        N_("The lot's diary has no entry"),
        N_("Write down what was done."),
        Where.DIARY,
    ),
    Missing.STAGE: Item(
        N_("Stage “{name}”"),
        N_("The diary has no entry of the stage “{name}”"),
        N_("Write down when and how it was done."),
        Where.DIARY,
    ),
    Missing.TEST: Item(
        N_("Test: “{name}”"),
        N_("The test of the stage “{name}” was not passed, or its result is missing"),
        N_("Enter the result once it is there."),
        Where.DIARY,
    ),
    Missing.FIELD: Item(
        N_("“{label}” of the stage “{name}”"),
        N_("“{label}” of the stage “{name}” was not filled in"),
        N_("Correct that entry and fill it in."),
        Where.DIARY,
    ),
    Missing.PHOTOS: Item(
        N_("Photos of the stage “{name}”"),
        N_("Photos are missing in the stage “{name}” (entries: {count}, each needs {least})"),
        N_("Correct the entry and add the photos."),
        Where.DIARY,
    ),
    Missing.PHOTOS_DUE: Item(
        N_("Photos received"),
        N_("{count} photos are still on the phone that took them"),
        N_(
            "Open the diary on that phone where it has a network, and wait until all is sent. "
            "Where a photo will never come (the phone is lost, the file is damaged), correct the "
            "entry."
        ),
        Where.DIARY,
    ),
    Missing.APPROVAL: Item(
        N_("Late entries approved"),
        N_("{count} entries were recorded too late and wait for approval"),
        N_("The owner or the Department decides on them."),
        Where.APPROVALS,
    ),
    Missing.WITHDRAWAL: Item(
        N_("Withdrawal periods over"),
        N_("The withdrawal period of “{agent}” is not over"),
        N_("Stamps can be activated from {until} on."),
        Where.LOT,
    ),
    Missing.HARVESTED_EARLY: Item(
        N_("Harvested after the withdrawal periods"),
        N_(
            "It was harvested or packed on {taken}, before the withdrawal period of “{agent}” "
            "ended ({until})"
        ),
        N_("Ask the Department to check the lot. If a date was mistyped, correct that entry."),
        Where.DEPARTMENT,
    ),
    Missing.SOURCE_WITHDRAWAL: Item(
        N_("Withdrawal periods of what it is made of are over"),
        N_("It is made of lot {lot}, whose withdrawal period of “{agent}” is not over"),
        N_("Stamps can be activated from {until} on."),
        Where.LOT,
    ),
    Missing.SOURCE_EARLY: Item(
        N_("What it is made of was harvested after the withdrawal periods"),
        N_(
            "It is made of lot {lot}, harvested on {taken} before the withdrawal period of "
            "“{agent}” ended ({until})"
        ),
        N_("Ask the Department to check that lot."),
        Where.DEPARTMENT,
    ),
    Missing.FAILED_TEST: Item(
        N_("No quality test was failed"),
        N_("Quality test no. {test} of {day} was not passed: {criteria}"),
        N_("Do not sell these goods. Have them tested again, or ask the Department."),
        Where.DEPARTMENT,
    ),
    Missing.SOURCE_FAILED_TEST: Item(
        N_("What it is made of failed no quality test"),
        N_("It is made of lot {lot}, whose quality test of {day} was not passed: {criteria}"),
        N_("Ask the Department to check that lot."),
        Where.DEPARTMENT,
    ),
}
