"""The columns of spreadsheets of test results: a row for each criterion of a sample."""

from typing import Final

from app.entities.import_columns import ENTITY_TAX_NO
from app.kit import columns as c
from app.kit.columns import Choice, Column
from app.kit.i18n import N_
from app.oversight.results import read_figure
from app.oversight.testing import LimitKind, Verdict
from app.products.import_columns import PRODUCT_CODES

_LIMITS: Final = {
    LimitKind.MAX: ("tối đa", "không quá", "không lớn hơn", "≤", "<=", "max"),
    LimitKind.MIN: ("tối thiểu", "không dưới", "không nhỏ hơn", "≥", ">=", "min"),
    LimitKind.RANGE: ("khoảng", "trong khoảng", "từ đến"),
    LimitKind.ABSENT: ("không được có", "không phát hiện", "KPH", "âm tính"),
    LimitKind.TEXT: ("cảm quan", "bằng lời", "mô tả"),
}
_VERDICTS: Final = {
    Verdict.PASSED: ("đạt",),
    Verdict.FAILED: ("không đạt",),
    Verdict.OPEN: ("chưa có kết quả",),
}


def _limit(text: str) -> str:
    """Return a limit as it is written, once it can be read."""
    read_figure(text)
    return text


_GOODS: Final = (
    Column(
        name="entity_id",
        label=N_("Entity"),
        aliases=("tên chủ thể", "tổ chức, cá nhân", "cơ sở", "tên cơ sở"),
        required=True,
    ),
    ENTITY_TAX_NO,
    Column(name="product_id", label=N_("Product"), aliases=("tên sản phẩm", "tên mẫu")),
    *PRODUCT_CODES,
    Column(
        name="lot_id",
        label=N_("Lot"),
        aliases=("số lô", "mã lô"),
        kind=c.Kind.CODE,
        limit=20,
        hint=N_("Its number. Left empty: the test is of the product, or of the entity's place."),
    ),
)
HEAD: Final = (
    Column(
        name="sample_no",
        label=N_("Sample no."),
        aliases=("số mẫu", "mã số mẫu", "ký hiệu mẫu"),
        kind=c.Kind.CODE,
        limit=60,
        hint=N_("Rows of the same sample, laboratory, report and day make one test."),
    ),
    Column(
        name="sampled_on",
        label=N_("Sampled on"),
        aliases=("ngày lấy mẫu",),
        kind=c.Kind.DAY,
        required=True,
    ),
    Column(
        name="sampled_by",
        label=N_("Sampled by"),
        aliases=("người lấy mẫu",),
        required=True,
        limit=200,
    ),
    Column(name="place", label=N_("Place"), aliases=("nơi lấy mẫu", "địa điểm lấy mẫu"), limit=200),
    Column(
        name="laboratory",
        label=N_("Laboratory"),
        aliases=("phòng thử nghiệm", "đơn vị thử nghiệm", "nơi thử nghiệm"),
        required=True,
        limit=200,
    ),
    Column(
        name="report_no",
        label=N_("Report no."),
        aliases=("số phiếu kết quả", "số phiếu", "phiếu kết quả số"),
        kind=c.Kind.CODE,
        limit=60,
    ),
    Column(
        name="reported_on",
        label=N_("Reported on"),
        aliases=("ngày trả kết quả", "ngày phiếu"),
        kind=c.Kind.DAY,
    ),
    Column(name="valid_until", label=N_("Valid until"), aliases=("hiệu lực đến",), kind=c.Kind.DAY),
    Column(
        name="public",
        label=N_("Shown to the public"),
        aliases=("công bố", "công khai"),
        kind=c.Kind.YES_NO,
        hint=N_("Left empty: no."),
    ),
)
CRITERION: Final = (
    Column(
        name="name",
        label=N_("Criterion"),
        aliases=("chỉ tiêu", "tên chỉ tiêu", "chỉ tiêu thử nghiệm"),
        required=True,
        limit=120,
    ),
    Column(name="method", label=N_("Method"), aliases=("phương pháp thử",), limit=120),
    Column(
        name="limit_kind",
        label=N_("Kind of limit"),
        aliases=("loại giới hạn", "yêu cầu"),
        kind=c.Kind.CHOICE,
        required=True,
        choices=tuple(Choice(one.value, one.label, _LIMITS[one]) for one in LimitKind),
    ),
    Column(
        name="limit_low",
        label=N_("Lower limit"),
        aliases=("giới hạn dưới", "mức tối thiểu"),
        kind=c.Kind.FIGURE,
        limit=40,
        check=_limit,
    ),
    Column(
        name="limit_high",
        label=N_("Upper limit"),
        aliases=("giới hạn trên", "mức tối đa", "giới hạn"),
        kind=c.Kind.FIGURE,
        limit=40,
        check=_limit,
    ),
    Column(
        name="limit_text", label=N_("Limit in words"), aliases=("giới hạn bằng lời",), limit=200
    ),
    Column(name="unit", label=N_("Unit"), aliases=("đơn vị", "ĐVT", "đơn vị tính"), limit=40),
    Column(
        name="result",
        label=N_("Result"),
        aliases=("kết quả", "kết quả thử nghiệm"),
        kind=c.Kind.FIGURE,
        limit=200,
        hint=N_("As the laboratory wrote it. Left empty while it is awaited."),
    ),
    Column(
        name="said",
        label=N_("Verdict"),
        aliases=("kết luận", "đánh giá"),
        kind=c.Kind.CHOICE,
        choices=tuple(Choice(one.value, one.label, _VERDICTS[one]) for one in Verdict),
        hint=N_("Only where the limit is in words; else it follows."),
    ),
)
TESTS: Final = (*_GOODS, *HEAD, *CRITERION)
