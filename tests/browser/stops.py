"""Every page there is: the template that draws it, who opens it, and what they do there."""

from collections.abc import Iterator

from tests.browser.stop import OFFICE, OWNER, PUBLIC, SEND, STRANGER, Stop
from tests.parts import parts_of

STAMPS = (("#first_code", "{received}"), ("#last_code", "{received}"))
CODES = "#codes button >> nth=-1"

PAGES = {
    PUBLIC: {
        "lookup/home.html": ["/", "/?code=XYZ", "/?code={typo}"],
        "lookup/stamp.html": ["/t/{active}", "/t/{not_activated}", "/t/{void}"],
        "identity/sign_in.html": ["/sign-in"],
        "identity/code.html": ["/enrol"],
        "identity/enrol.html": ["/enrol/{link}"],
        "kit/problem.html": ["/enrol/SPENT"],
    },
    OFFICE: {
        "office/home.html": ["/office"],
        "office/accounts.html": ["/office/accounts"],
        "office/account.html": ["/office/accounts/{account}"],
        "office/account_new.html": ["/office/accounts/new"],
        "stamps/list.html": ["/office/batches", "/office/batches?state=refused&product=1"],
        "stamps/new.html": ["/office/batches/new"],
        "stamps/one.html": ["/office/batches/{requested}", "/office/batches/{issued}"],
        "stamps/exports.html": ["/office/batches/1/exports"],
        "stamps/change.html": ["/office/batches/1/void", "/office/batches/1/reissue"],
        "stamps/find.html": ["/office/stamps"],
        "stamps/stamp.html": ["/office/stamps/{active}"],
        "entities/list.html": ["/office/entities", "/office/entities?q=zzz"],
        "entities/one.html": ["/office/entities/{long_entity}"],
        "entities/edit.html": ["/office/entities/1/edit"],
        "products/list.html": ["/office/products", "/office/products?q=zzz"],
        "products/one.html": ["/office/products/1", "/office/products/{long_product}"],
        "products/edit.html": ["/office/products/1/edit"],
        "products/certificate.html": ["/office/products/1/certificates/new"],
        "products/revoke.html": ["/office/products/1/certificates/1/revoke"],
        "products/standard.html": ["/office/products/1/standards/new"],
        "rights/list.html": ["/office/rights"],
        "rights/one.html": ["/office/rights/1"],
        "rights/edit.html": ["/office/rights/new"],
        "rights/use_list.html": ["/office/use-rights"],
        "rights/use_one.html": ["/office/use-rights/1"],
        "rights/use_edit.html": ["/office/use-rights/new"],
        "diary/office_lots.html": ["/office/lots", "/office/lots?q=zzz"],
        "diary/office_lot.html": ["/office/lots/1", "/office/lots/2"],
        "diary/stranger_office.html": ["/app/today"],
        "kit/problem.html": ["/office/batches/999999"],
    },
    OWNER: {
        "diary/today.html": ["/app/today"],
        "diary/lots.html": ["/app/lots"],
        "diary/lot_form.html": ["/app/lots/new", "/app/lots/new?product=1"],
        "diary/lot.html": ["/app/lots/1", "/app/lots/{open_lot}"],
        "diary/kinds.html": ["/app/lots/{open_lot}/entries/new"],
        "diary/entry.html": ["/app/lots/{open_lot}/entries/new?stage=feeding"],
        "stamps/own.html": ["/app/stamps"],
        "stamps/own_new.html": ["/app/stamps/new"],
        "stamps/activate.html": ["/app/activate", "/app/activate?lot={open_lot}"],
        "identity/account.html": ["/account"],
        "kit/problem.html": ["/app/lots/999999"],
    },
    STRANGER: {"diary/stranger.html": ["/app/today"]},
}

# What only a sent form shows: forms that are wrong, and what is confirmed before it is done.
ACTS = (
    Stop("identity/sign_in.html", PUBLIC, "/sign-in", (("#phone", "12"),), SEND),
    Stop(
        "entities/edit.html",
        OFFICE,
        "/office/entities/new",
        (("#website", "x"),),
        "main .acts button",
    ),
    Stop("products/edit.html", OFFICE, "/office/products/new", (("#gtin", "1"),), SEND),
    Stop("stamps/one.html", OFFICE, "/office/batches/{requested}", (), "[action$=approve] button"),
    Stop("stamps/exports.html", OFFICE, "/office/batches/1/exports", (), SEND),
    Stop(
        "stamps/change_preview.html",
        OFFICE,
        "/office/batches/{issued}/void",
        (("#first", "1"), ("#last", "2"), ("#reason", "In hỏng")),
        SEND,
    ),
    Stop(
        "office/account_link.html",
        OFFICE,
        "/office/accounts/{account}",
        (),
        "[action$=link] button",
    ),
    Stop("diary/lot_form.html", OWNER, "/app/lots/new?product=1", (("#number", "Lô 1"),), SEND),
    Stop(
        "diary/entry.html",
        OWNER,
        "/app/lots/{open_lot}/entries/new?stage=feeding",
        (("#performed_at", "2099-01-01T10:00"),),
        SEND,
    ),
    Stop("diary/entry.html", OWNER, "/app/lots/1", (), "a.change >> nth=0"),
    Stop("stamps/activate.html", OWNER, "/app/activate?lot=1", (("#first_code", "A"),), CODES),
    Stop("stamps/activate_preview.html", OWNER, "/app/activate?lot=1", STAMPS, CODES),
    Stop("stamps/activated.html", OWNER, "/app/activate/done?batch={told}&first=1&last=10"),
)

# The description of the API is drawn by somebody else's program.
NOT_OURS = frozenset({"kit/docs.html"})

# Drawn only between a password and the second factor: a test of their own looks at them.
BETWEEN = frozenset(
    {"identity/factor_code.html", "identity/factor_codes.html", "identity/factor_step.html"}
)


PARTS = parts_of("browser")


def stops() -> Iterator[Stop]:
    tables = [PAGES, *(part.PAGES for part in PARTS)]
    acts = [*ACTS, *(act for part in PARTS for act in getattr(part, "ACTS", ()))]
    for who in PAGES:
        for pages in (table.get(who, {}) for table in tables):
            for template, paths in pages.items():
                yield from (Stop(template, who, path) for path in paths)
        yield from (act for act in acts if act.who == who)
