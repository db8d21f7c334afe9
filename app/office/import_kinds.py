"""What can be imported: the columns of each kind of spreadsheet, and where its records are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from app.certificates.import_columns import CERTIFICATES
from app.entities.import_columns import COLUMNS as ENTITIES
from app.kit.columns import Column, plain
from app.kit.i18n import N_
from app.oversight.quality_import_columns import TESTS
from app.places.import_columns import COLUMNS as FORMER_PLACES
from app.products.import_columns import COLUMNS as PRODUCTS
from app.rights.import_columns import RIGHTS, USE_RIGHTS


class ImportKind(StrEnum):
    ENTITIES = "entities"
    PRODUCTS = "products"
    RIGHTS = "rights"
    USE_RIGHTS = "use_rights"
    CERTIFICATES = "certificates"
    TESTS = "tests"
    FORMER_PLACES = "former_places"


@dataclass(frozen=True)
class Subject:
    """A kind of import. `more` are labels of facts that are no column of their own."""

    label: str
    columns: Sequence[Column]
    # The page of a record, before its id; none where it has no page.
    path: str = ""
    more: Mapping[str, str] = field(default_factory=dict)

    def label_of(self, name: str) -> str:
        """Return the msgid a fact is called by."""
        named = {column.name: column.label for column in self.columns}
        return named.get(name) or self.more.get(name, name)

    def column(self, name: str) -> Column | None:
        return next((column for column in self.columns if column.name == name), None)

    def required(self) -> list[Column]:
        return [column for column in self.columns if column.required]


SUBJECTS: Final[Mapping[ImportKind, Subject]] = {
    ImportKind.ENTITIES: Subject(N_("Entities"), ENTITIES, "/office/entities"),
    ImportKind.PRODUCTS: Subject(
        N_("Products"), PRODUCTS, "/office/products", {"certificate": N_("OCOP certificate")}
    ),
    ImportKind.RIGHTS: Subject(
        N_("Rights"),
        RIGHTS,
        "/office/rights",
        {"registration_no_as_written": N_("Registration number as written")},
    ),
    ImportKind.USE_RIGHTS: Subject(N_("Use rights"), USE_RIGHTS, "/office/use-rights"),
    ImportKind.CERTIFICATES: Subject(N_("Certificates"), CERTIFICATES, "/office/certificates"),
    ImportKind.TESTS: Subject(N_("Quality tests"), TESTS, "/office/tests"),
    ImportKind.FORMER_PLACES: Subject(N_("Former names of communes"), FORMER_PLACES),
}


def find_kind(written: str) -> ImportKind | None:
    """Return the kind of a name as the command takes it: use-rights is use_rights."""
    wanted = plain(written)
    return next((kind for kind in ImportKind if plain(kind) == wanted), None)
