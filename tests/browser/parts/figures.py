"""The figures of a year, and the rows of one."""

from tests.browser.stop import OFFICE

PAGES = {
    OFFICE: {
        "office/figures.html": ["/office/figures", "/office/figures?year=2024"],
        "office/figure.html": [
            "/office/figures/stamps_granted",
            "/office/figures/products_in_shops?year=2001",
        ],
    }
}
