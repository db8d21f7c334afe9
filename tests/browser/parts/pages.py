from tests.browser.stop import PUBLIC

PAGES = {
    PUBLIC: {
        "lookup/product.html": ["/p/1", "/p/{long_product}"],
        "lookup/telling.html": ["/p/999999"],
    },
}
