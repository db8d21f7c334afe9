from tests.browser.stop import OFFICE, OWNER

PAGES = {
    OFFICE: {"partners/badge.html": ["/office/products/1/badge"]},
    OWNER: {"partners/own_badge.html": ["/app/products/1/badge"]},
}
ACTS = ()
