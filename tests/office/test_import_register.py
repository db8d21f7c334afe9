"""Imports of products, rights and use rights, and what their rows refer to."""

from datetime import date
from typing import Any

from app.entities.models import Entity
from app.kit.db import Database
from app.products.models import OcopCertificate, Product
from app.rights.models import IpRight, UseRight
from tests import make
from tests.conftest import Cast, Visit
from tests.sending import Rows, all_of, fates, imported, sent


def test_products_come_with_their_entity_and_certificate(
    visit: Visit, cast: Cast, database: Database
) -> None:
    officer = visit(page=cast.officer)
    with database.begin() as db:
        db.get_one(Entity, cast.entity.id).tax_no = "2000111222"
        theirs = make.product(db, of=cast.other, name="Mắm", gtin="09520123456788")
    heads = ["Chủ thể", "MST", "Tên sản phẩm", "Mã vạch", "Lượng tịnh", "ĐVT", "Nhóm",
             "Số sao", "Số quyết định", "Cơ quan cấp", "Ngày quyết định", "Điểm"]  # fmt: skip
    star = [4, "12/QĐ-UBND", "UBND tỉnh Cà Mau", date(2025, 6, 1), "85,5"]
    rows: Rows = [
        heads,
        [None, "2000111222", "Tôm khô", 9520123456795, "0,5", "kg", "thực phẩm", *star],
        [cast.other.name, None, "Mắm", None, None, None, None, *star],
        [cast.entity.name, None, "Cua", "9520123456780"],
        [cast.entity.name, None, "Mắm lạ", "9520123456788"],
        ["Không có", None, "Cá"],
        [cast.entity.name, None, "Ghẹ", None, None, None, None, 5, "1/QĐ", "UBND", "1/1/2025", 70],
        [cast.entity.name, None, "Nghêu", None, None, None, None, 3],
        [cast.entity.name, None, "Sò", None, "nặng", "bể"],
    ]
    path, page = sent(officer, rows, "products")
    assert fates(page) == [1, 1, 0, 6]
    for words in ("Not a GTIN", "The product belongs to another entity", "Import the entities",
                  "The score earns other stars", "A value is missing", "Not a number",
                  "The unit is not known"):  # fmt: skip
        assert words in page, words
    assert "4 ★ · 12/QĐ-UBND · 01/06/2025" in page
    imported(officer, path, page)
    product = all_of(database, Product)[-1]
    assert (product.entity_id, product.gtin, product.ocop_group) == (
        cast.entity.id,
        "09520123456795",
        "food",
    )
    assert (product.net_quantity, product.net_unit) == (0.5, "KGM")
    certificates = all_of(database, OcopCertificate)
    assert sorted(one.product_id for one in certificates) == sorted([product.id, theirs.id])
    assert {(one.stars, one.valid_to, one.score) for one in certificates} == {
        (4, date(2028, 6, 1), 85.5)
    }
    assert fates(sent(officer, rows[:3], "products")[1]) == [0, 0, 2, 0]


def test_rights_and_use_rights_find_what_they_are_about(
    visit: Visit, cast: Cast, database: Database
) -> None:
    officer = visit(page=cast.officer)
    with database.begin() as db:
        product = make.product(db, of=cast.entity, name="Cua Cà Mau")
        known = make.right(db, sign="Năm Căn", registration_no="00300")
    heads = ["Loại quyền", "Dấu hiệu", "Sản phẩm", "Số đăng ký", "Ngày cấp", "Hết hạn ngày"]
    rights: Rows = [
        heads,
        ["CDĐL", "Cà Mau", "cua", "116", "7/2022"],
        ["nhãn hiệu chứng nhận", "Tôm U Minh", "tôm", "4-0165802-000", None, "31/12/2030"],
        ["CDĐL", "Năm Căn", None, "00300"],
        ["CDĐL", "Ngọc Hiển", None, None, None, "31/12/2030"],
        ["nhãn hiệu", "X", None, "4-2019-12345"],
        [None, "Y", None, "117"],
    ]
    path, page = sent(officer, rights, "rights")
    assert fates(page) == [2, 0, 1, 3]
    imported(officer, path, page)
    right = next(one for one in all_of(database, IpRight) if one.sign == "Cà Mau")
    assert (right.registration_no, right.registration_no_as_written) == ("00116", "116")
    assert (right.registration_date, right.checked_on) == ("2022-07", None)
    with database.begin() as db:
        facts = {"type": "collective_mark", "registration_no": "4-0300300-000"}
        make.right(db, sign="Tập thể", **facts, expires_on=date(2030, 1, 1))
    ended = ["nhãn hiệu tập thể", "Tập thể", None, "300300", None, "1/3/2026"]
    assert "confirmed on the record" in sent(officer, [heads, ended], "rights")[1]
    uses: list[list[Any]] = [
        [
            "Quyền",
            "Chủ thể",
            "Sản phẩm",
            "Số giấy chứng nhận",
            "Có giá trị từ ngày",
            "Đến hết ngày",
        ],
        ["00116", cast.entity.name, "cua ca mau", "01", "1/1/2025", "31/12/2027"],
        ["Tôm U Minh", None, "Cua Cà Mau", "02", "1/1/2025", "1/1/2031"],
        ["Cà Mau", cast.other.name, "Cua Cà Mau", "03", "1/1/2025", None],
        ["Đâu", None, "Cua Cà Mau", "04", "1/1/2025", None],
        [known.sign, None, "Cua Cà Mau", "05", None, None],
    ]
    path, page = sent(officer, uses, "use_rights")
    assert fates(page) == [1, 0, 0, 4]
    for words in ("The use right would outlast the right", "There is no such product",
                  "There is no such right", "A value is missing"):  # fmt: skip
        assert words in page, words
    imported(officer, path, page)
    use = all_of(database, UseRight)[-1]
    assert (use.right_id, use.product_id, use.entity_id) == (right.id, product.id, cast.entity.id)
    assert use.valid_to == date(2027, 12, 31)
    assert fates(sent(officer, uses[:2], "use_rights")[1]) == [0, 0, 1, 0]
    uses[1][5] = "1/3/2026"
    assert "confirmed on the record" in sent(officer, uses[:2], "use_rights")[1]
    uses[1][5] = "31/12/2028"
    path, page = sent(officer, uses[:2], "use_rights")
    assert "<del>31/12/2027</del> → <ins>31/12/2028</ins>" in page
