"""Imports of certificates and of test results."""

from datetime import date

from sqlalchemy import select

from app.certificates.models import Certificate
from app.entities.models import Entity
from app.kit.db import Database
from app.oversight.quality_models import Criterion, QualityTest
from tests import make, make_certificates
from tests.conftest import Cast, Visit
from tests.sending import Rows, all_of, fates, imported, sent


def test_certificates_are_imported_once_and_refused_as_a_form_would(
    visit: Visit, cast: Cast, database: Database
) -> None:
    officer = visit(page=cast.officer)
    with database.begin() as db:
        db.get_one(Entity, cast.entity.id).tax_no = "2000111222"
        product = make.product(db, of=cast.entity, name="Tôm khô")
        make.product(db, of=cast.other, name="Mắm")
        known = make_certificates.certificate(
            db, of=cast.entity, kind="haccp", number="H-01", valid_from=date(2026, 1, 1)
        )
        gone = make.entity(db, name="Cơ sở Cũ")
        gone.dissolved_on, gone.status = date(2026, 1, 1), "dissolved"
    heads = ["Cơ sở", "MST", "Sản phẩm", "Loại giấy", "Số GCN", "Nơi cấp", "Ngày cấp",
             "Hiệu lực từ", "Hiệu lực đến", "Công khai"]  # fmt: skip
    own = cast.entity.name
    rows: Rows = [
        heads,
        [own, None, None, "ATTP", "12/2026/ATTP", "Chi cục", None, "1/1/2026", "31/12/2028", "x"],
        [None, "2000111222", "Tôm khô", "TCCS", "TCCS 01:2026", None, None, date(2026, 2, 1)],
        [own, None, None, "HACCP", "H-01", "Quacert", None, "1/1/2026", "31/12/2027"],
        [own, None, None, "TCCS", "TCCS 02", None, None, "1/1/2026"],
        [own, None, "Mắm", "VietGAP", "V-1", None, None, "1/1/2026"],
        [own, None, None, "VietGAP", "V-2", None, None, "1/1/2026", "31/12/2025"],
        [own, None, None, "VietGAP", "V-3", None, "1/1/2030", "1/1/2026", "31/12/2027"],
        [own, None, None, "ATTP", "12-2026-attp", None, None, "1/6/2026"],
        [own, None, None, "mã số vùng trồng", "VN-1", None, None, "1/1/2026"],
        ["Cơ sở Cũ", None, None, "Halal", "HL-1", None, None, "1/1/2026"],
        [own, None, None, "Halal", "--", None, None, "1/1/2026"],
        [None, None, None, "Halal", "HL-2", None, None, "1/1/2026"],
    ]
    path, page = sent(officer, rows, "certificates")
    assert fates(page) == [2, 1, 0, 9]
    for words in ("Such a certificate is given for one product", "There is no such product",
                  "The last day lies before the first", "It was issued after its last day",
                  "Another row of the file has the same", "Not one of the values allowed",
                  "The entity was dissolved", "neither a letter nor a digit",
                  "A value is missing"):  # fmt: skip
        assert words in page, words
    imported(officer, path, page)
    made = {one.number: one for one in all_of(database, Certificate)}
    assert set(made) == {"H-01", "12/2026/ATTP", "TCCS 01:2026"}
    assert (made["12/2026/ATTP"].kind, made["12/2026/ATTP"].public) == ("food_safety", True)
    assert (made["TCCS 01:2026"].product_id, made["TCCS 01:2026"].valid_to) == (product.id, None)
    assert (made["H-01"].id, made["H-01"].issuer, made["H-01"].valid_to) == (
        known.id,
        "Quacert",
        date(2027, 12, 31),
    )
    assert fates(sent(officer, rows[:4], "certificates")[1]) == [0, 0, 3, 0]


def criteria(database: Database) -> list[Criterion]:
    with database.begin(write=False) as db:
        return list(db.scalars(select(Criterion).order_by(Criterion.version, Criterion.position)))


def test_rows_of_one_sample_are_one_test_whole_or_not_at_all(
    visit: Visit, cast: Cast, database: Database
) -> None:
    officer = visit(page=cast.officer)
    with database.begin() as db:
        product = make.product(db, of=cast.entity, name="Nước mắm")
        lot = make.complete_lot(db, of=product, number="L-07")
    heads = ["Chủ thể", "Sản phẩm", "Số lô", "Số mẫu", "Ngày lấy mẫu", "Người lấy mẫu",
             "Phòng thử nghiệm", "Số phiếu", "Chỉ tiêu", "Yêu cầu", "Giới hạn trên", "Đơn vị",
             "Kết quả", "Kết luận"]  # fmt: skip
    own = cast.entity.name
    first = [own, "Nước mắm", "L-07", "M1", "2/3/2026", "Cán bộ", "Trung tâm", "P1"]
    other = [own, "Nước mắm", None, "M2", "2/3/2026", "Cán bộ", "Trung tâm", "P2"]
    rows: Rows = [
        heads,
        [*first, "Histamin", "tối đa", 200, "mg/kg", 87.125],
        [*first[:5], None, *first[6:], "Chì", "tối đa", "0,5", "mg/kg", "<0,05"],
        [*first, "Salmonella", "KPH", None, None, "KPH"],
        [*other, "Asen", "tối đa", "1", "mg/kg", "1.234"],
        [*other, "Chì", "tối đa", "1", "mg/kg", "0,1"],
        [own, "Nước mắm", "L-99", "M3", "2/3/2026", "A", "B", "P3", "Chì", "tối đa", 1],
        [*other[:3], "M4", "2/3/2027", *other[5:], "Chì", "tối đa", 1],
        [*other[:3], "M5", *other[4:], "Chì", "tối đa", None],
        [*other[:3], "M6", *other[4:], "Chì", "tối đa", 1, "mg/kg", "0,1", "không đạt"],
        [*other[:3], "M7", *other[4:], "Chì", "tối đa", 1],
        [*other[:3], "M7", "2/3/2026", "Khác", *other[6:], "CHÌ", "tối đa", 1],
    ]
    path, page = sent(officer, rows, "tests")
    assert fates(page) == [3, 0, 0, 8]
    for words in ("The figure can be read in two ways", "Another row of the same sample is refused",
                  "There is no such lot", "The day has not come yet", "The limit lacks its figure",
                  "The verdict follows from limit and result", "Two criteria have the same name",
                  "Another row says something else of the same sample"):  # fmt: skip
        assert words in page, words
    imported(officer, path, page)
    (test,) = all_of(database, QualityTest)
    assert (test.lot_id, test.product_id, test.verdict, test.report_no) == (
        lot.id,
        product.id,
        "passed",
        "P1",
    )
    kept = [(one.name, one.result_text, one.verdict) for one in criteria(database)]
    assert kept == [
        ("Histamin", "87,125", "passed"),
        ("Chì", "<0,05", "passed"),
        ("Salmonella", "KPH", "passed"),
    ]
    assert fates(sent(officer, rows[:4], "tests")[1]) == [0, 0, 3, 0]
    # A result that arrives later is another version; what no row names stays as it was.
    later: Rows = [heads, [*first, "Histamin", "tối đa", 200, "mg/kg", 310], rows[2]]
    path, page = sent(officer, later, "tests")
    assert fates(page) == [0, 1, 1, 0]
    imported(officer, path, page)
    (test,) = all_of(database, QualityTest)
    assert (test.version, test.verdict) == (2, "failed")
    assert len(criteria(database)) == 6
