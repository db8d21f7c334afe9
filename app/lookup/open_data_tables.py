"""The tables of the open data, and what each of their fields means."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from app.kit.i18n import N_


@dataclass(frozen=True, slots=True)
class Field:
    """A column. Of type `month` is a date that documents may give by its year or month alone."""

    name: str
    type: str
    about: str
    required: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the open data: a row for each of what `about` says, told apart by its `key`."""

    name: str
    title: str
    about: str
    key: tuple[str, ...]
    fields: tuple[Field, ...]

    @property
    def names(self) -> list[str]:
        return [one.name for one in self.fields]


_ENTITY: Final = (
    Field("entity_id", "integer", N_("Number of the producer; its page is /e/{number}."), True),
    Field("entity", "string", N_("Name of the producer."), True),
    Field("commune_code", "string", N_("Code of the producer's commune of today.")),
)
_PRODUCT: Final = (
    Field("product_id", "integer", N_("Number of the product; its page is /p/{number}."), True),
    Field("product", "string", N_("Name of the product."), True),
)
_URL: Final = Field("url", "url", N_("Address of its page, which stays the same."), True)
_RIGHT_TYPES: Final = ("gi", "certification_mark", "collective_mark", "trademark")

TABLES: Final[Mapping[str, Table]] = {
    one.name: one
    for one in (
        Table(
            "rights",
            N_("Geographical indications and marks"),
            N_("Each right that an officer has checked against its certificate."),
            ("id",),
            (
                Field("id", "integer", N_("Our own number of the right."), True),
                Field("type", "string", N_("What kind of right it is."), True, _RIGHT_TYPES),
                Field("sign", "string", N_("The name or sign that is protected."), True),
                Field("goods", "string", N_("What it is registered for.")),
                Field("registration_no", "string", N_("Registration number, normalised."), True),
                Field("registration_no_as_written", "string", N_("The number as it is printed.")),
                Field("registration_date", "month", N_("Day, month or year of registration.")),
                Field("decision_no", "string", N_("Number of the decision that registered it.")),
                Field("decision_date", "month", N_("Day, month or year of that decision.")),
                Field("application_no", "string", N_("Number of the application.")),
                Field("expires_on", "date", N_("Last day; none for a geographical indication.")),
                Field("owner", "string", N_("Owner: a body, or a producer of this register.")),
                Field("owner_entity_id", "integer", N_("Number of the owner if it is a producer.")),
                Field("managing_body", "string", N_("Who manages its use.")),
                Field(
                    "status",
                    "string",
                    N_("How it stands on the day the file was made."),
                    True,
                    ("not_yet", "in_force", "suspended", "expired", "ended", "uncertain"),
                ),
                Field("checked_on", "date", N_("When an officer last checked it."), True),
                _URL,
            ),
        ),
        Table(
            "use-rights",
            N_("Users of geographical indications and marks"),
            N_("Each right to use one of them that is in force on the day the file was made."),
            ("id",),
            (
                Field("id", "integer", N_("Our own number of the use right."), True),
                Field("right_id", "integer", N_("Number of the right, as in rights."), True),
                Field("sign", "string", N_("The name or sign that is protected."), True),
                Field("registration_no", "string", N_("Registration number, normalised."), True),
                *_ENTITY,
                *_PRODUCT,
                Field("form", "string", N_("Form of the product: raw, processed, live, or any.")),
                Field("certificate_no", "string", N_("Number of the certificate of use.")),
                Field("decision_no", "string", N_("Number of the decision that granted it.")),
                Field("issuer", "string", N_("Who granted it.")),
                Field("valid_from", "date", N_("First day."), True),
                Field("valid_to", "date", N_("Last day; none where it is open-ended.")),
            ),
        ),
        Table(
            "products",
            N_("OCOP products"),
            N_("Each product on record, those made no longer too."),
            ("id",),
            (
                Field("id", "integer", N_("Our own number of the product."), True),
                Field("name", "string", N_("Name of the product."), True),
                Field("brand", "string", N_("Brand.")),
                *_ENTITY,
                Field("gtin", "string", N_("GTIN of 14 digits.")),
                Field("own_code", "string", N_("The producer's own code.")),
                Field("net_content", "string", N_("What one pack holds.")),
                Field("stars", "integer", N_("OCOP stars in force on the day the file was made.")),
                Field("status", "string", N_("Whether it is made."), True, ("active", "retired")),
                _URL,
            ),
        ),
        Table(
            "entities",
            N_("Producers of OCOP products"),
            N_("Each producer who has a product on record, dissolved ones too."),
            ("id",),
            (
                Field("id", "integer", N_("Our own number of the producer."), True),
                Field("name", "string", N_("Name of the producer."), True),
                Field("kind", "string", N_("Legal form."), True),
                Field("commune_code", "string", N_("Code of the producer's commune of today.")),
                Field("commune", "string", N_("Name of that commune.")),
                Field("province_code", "string", N_("Code of its province.")),
                Field("product_count", "integer", N_("Products it makes now."), True),
                Field(
                    "status",
                    "string",
                    N_("Whether it is in operation."),
                    True,
                    ("active", "dissolved"),
                ),
                _URL,
            ),
        ),
        Table(
            "ocop-certificates",
            N_("OCOP certificates"),
            N_("Each certificate of stars, those expired or revoked too."),
            ("id",),
            (
                Field("id", "integer", N_("Our own number of the certificate."), True),
                *_PRODUCT,
                *_ENTITY,
                Field("stars", "integer", N_("Stars it gives, three to five."), True),
                Field("subgroup", "string", N_("Version and code of the sub-group.")),
                Field("certificate_no", "string", N_("Number of the certificate.")),
                Field("decision_no", "string", N_("Number of the decision.")),
                Field("issuer", "string", N_("Who granted it.")),
                Field("valid_from", "date", N_("First day."), True),
                Field("valid_to", "date", N_("Last day."), True),
                Field("revoked_on", "date", N_("From which day it is revoked.")),
                Field("revocation_decision", "string", N_("Number of that decision.")),
                Field(
                    "status",
                    "string",
                    N_("How it stands on the day the file was made."),
                    True,
                    ("not_yet", "in_force", "expired", "revoked"),
                ),
            ),
        ),
        Table(
            "stamp-holders",
            N_("Holders of stamps"),
            N_("Who was granted stamps for which product, by year. Up to a minute old."),
            ("year", "entity_id", "product_id"),
            (
                Field("year", "integer", N_("Year of the allotment."), True),
                *_ENTITY,
                *_PRODUCT,
                Field("granted", "integer", N_("Stamps granted."), True),
                Field("handed_over", "integer", N_("Stamps handed over."), True),
                Field("active", "integer", N_("Stamps activated."), True),
            ),
        ),
    )
}
