"""Own products, proposed changes and sub-groups as files."""

from collections.abc import Iterable, Mapping
from typing import Final

from starlette.responses import Response

from app.entities.part_models import Proposal
from app.entities.proposal_queries import ACCEPTED, REFUSED, WAITING, WITHDRAWN
from app.kit.exports import FileKind, file_of
from app.kit.i18n import N_, Translator
from app.products.link_queries import LinkRow
from app.products.links import LANGUAGES, RELS
from app.products.models import OcopSubgroup, Product
from app.products.proposing import label_of
from app.products.rules import ProductStatus

STATES: Final = {
    WAITING: N_("Waiting for a decision"),
    ACCEPTED: N_("Accepted"),
    REFUSED: N_("Refused"),
    WITHDRAWN: N_("Taken back"),
}
OWN: Final = (
    ("id", N_("Product no.")),
    ("name", N_("Name")),
    ("status", N_("Status")),
    ("pictured", N_("Picture")),
    ("proposal", N_("Proposed changes")),
)
PROPOSALS: Final = (
    ("id", N_("No.")),
    ("entity", N_("Entity")),
    ("product", N_("Product")),
    ("changes", N_("What changes")),
    ("state", N_("State")),
    ("proposed_at", N_("Sent on")),
    ("decided_at", N_("Decided on")),
)
SUBGROUPS: Final = (
    ("version", N_("Version")),
    ("code", N_("Code")),
    ("name", N_("Name")),
    ("ocop_group", N_("OCOP group")),
    ("source", N_("Source")),
    ("valid_from", N_("Valid from")),
)

LINKS: Final = (
    ("id", N_("No.")),
    ("entity", N_("Entity")),
    ("product", N_("Product")),
    ("url", N_("Address")),
    ("title", N_("Title")),
    ("rel", N_("What the page is about")),
    ("language", N_("Language of the page")),
    ("open", N_("Host on the list")),
    ("checked_at", N_("Checked")),
    ("fault", N_("What was wrong")),
)


def own_products_file(
    kind: FileKind, rows: Iterable[tuple[Product, bool, Proposal | None]], words: Translator
) -> Response:
    """Return own products as a file: each with whether it has a picture, and its proposal."""
    lines = (
        (
            one.id,
            one.name,
            words.gettext(ProductStatus(one.status).label),
            pictured,
            words.gettext(STATES[proposal.state]) if proposal else "",
        )
        for one, pictured, proposal in rows
    )
    title = N_("My products")
    return file_of(kind, name="own-products", title=title, heads=OWN, rows=lines, words=words)


def proposals_file(
    kind: FileKind, rows: Iterable[tuple[Proposal, str, str]], words: Translator
) -> Response:
    """Return proposals as a file, each with its product and its entity.

    What a proposal changes is named without the values: phone numbers and addresses are among them.
    """
    lines = (
        (
            one.id,
            entity,
            product,
            ", ".join(words.gettext(label) for label in changed_labels(one)),
            words.gettext(STATES[one.state]),
            one.proposed_at,
            one.decided_at,
        )
        for one, product, entity in rows
    )
    title = N_("Proposed changes")
    return file_of(kind, name="proposals", title=title, heads=PROPOSALS, rows=lines, words=words)


def changed_labels(proposal: Proposal) -> list[str]:
    """Return the labels (msgids) of what a proposal changes, each once."""
    before = proposal.before
    return list(dict.fromkeys(label_of(key, before.get(key)) for key in proposal.after))


def subgroups_file(
    kind: FileKind, rows: Iterable[OcopSubgroup], groups: Mapping[str, str], words: Translator
) -> Response:
    lines = (
        (
            one.version,
            one.code,
            one.name,
            words.gettext(groups[one.ocop_group]),
            one.source,
            one.valid_from,
        )
        for one in rows
    )
    title = N_("OCOP sub-groups")
    return file_of(kind, name="subgroups", title=title, heads=SUBGROUPS, rows=lines, words=words)


def links_file(kind: FileKind, rows: Iterable[LinkRow], words: Translator) -> Response:
    """Return producers' own links as a file."""
    lines = (
        (
            row.link.id,
            row.entity,
            row.product,
            row.link.url,
            row.link.title,
            words.gettext(RELS[row.link.rel]),
            words.gettext(LANGUAGES[row.link.language]),
            row.open,
            row.link.checked_at,
            words.gettext(row.why) if row.link.fault else "",
        )
        for row in rows
    )
    title = N_("Producers' links")
    return file_of(kind, name="links", title=title, heads=LINKS, rows=lines, words=words)
