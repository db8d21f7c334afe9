from tests.browser.stop import OFFICE

PAGES = {
    OFFICE: {
        "office/board.html": ["/office/board", "/office/board?step=process", "/office/board?q=zzz"],
        "office/board_row.html": ["/office/board/1", "/office/board/{long_entity}"],
        "office/alerts.html": ["/office/alerts"],
    }
}
