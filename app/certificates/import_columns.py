"""The columns of spreadsheets of certificates other than OCOP's."""

from typing import Final

from app.certificates.kinds import RECORDED, Kind
from app.entities.import_columns import ENTITY_TAX_NO
from app.kit import columns as c
from app.kit.columns import Choice, Column
from app.kit.i18n import N_
from app.products.import_columns import PRODUCT_CODES

_SPELLINGS: Final = {
    Kind.FOOD_SAFETY: ("ATTP", "VSATTP", "an toàn thực phẩm", "đủ điều kiện ATTP"),
    Kind.VIETGAP: ("VietGAP", "VietGAHP"),
    Kind.GLOBALGAP: ("GlobalGAP",),
    Kind.ORGANIC: ("hữu cơ",),
    Kind.HACCP: ("HACCP",),
    Kind.ISO22000: ("ISO 22000",),
    Kind.HALAL: ("Halal",),
    Kind.TCCS: ("TCCS", "tiêu chuẩn cơ sở"),
    Kind.SELF_DECLARATION: ("tự công bố", "bản tự công bố"),
    Kind.OTHER: ("khác",),
}

CERTIFICATES: Final = (
    Column(
        name="entity_id",
        label=N_("Entity"),
        aliases=("tên chủ thể", "tổ chức, cá nhân", "cơ sở", "tên cơ sở"),
        required=True,
    ),
    ENTITY_TAX_NO,
    Column(
        name="product_id",
        label=N_("Product"),
        aliases=("tên sản phẩm",),
        hint=N_("Left empty: it is for all that the entity makes."),
    ),
    *PRODUCT_CODES,
    Column(
        name="kind",
        label=N_("Kind"),
        aliases=("loại", "loại giấy", "loại giấy chứng nhận"),
        kind=c.Kind.CHOICE,
        required=True,
        choices=tuple(Choice(one.value, one.label, _SPELLINGS[one]) for one in RECORDED),
    ),
    Column(
        name="number",
        label=N_("Number"),
        aliases=("số giấy chứng nhận", "số GCN", "số giấy", "số hiệu"),
        kind=c.Kind.CODE,
        required=True,
        limit=60,
    ),
    Column(name="title", label=N_("Title"), aliases=("tên giấy", "tên giấy chứng nhận")),
    Column(name="issuer", label=N_("Issuer"), aliases=("cơ quan cấp", "nơi cấp", "tổ chức cấp")),
    Column(
        name="scope",
        label=N_("What it covers"),
        aliases=("phạm vi", "phạm vi chứng nhận"),
        kind=c.Kind.NOTE,
        limit=1000,
    ),
    Column(name="issued_on", label=N_("Issued on"), aliases=("ngày cấp",), kind=c.Kind.DAY),
    Column(
        name="valid_from",
        label=N_("Valid from"),
        aliases=("hiệu lực từ", "từ ngày"),
        kind=c.Kind.DAY,
        required=True,
    ),
    Column(
        name="valid_to",
        label=N_("Valid to"),
        aliases=("hiệu lực đến", "đến ngày", "ngày hết hạn"),
        kind=c.Kind.DAY,
        hint=N_("Left empty: it holds until it is revoked."),
    ),
    Column(
        name="public",
        label=N_("Shown to the public"),
        aliases=("công bố", "công khai"),
        kind=c.Kind.YES_NO,
        hint=N_("Left empty: no."),
    ),
)
