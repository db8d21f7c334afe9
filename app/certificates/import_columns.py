"""The columns of spreadsheets of certificates other than OCOP's."""

from typing import Final

from app.certificates.kinds import RECORDED, Kind
from app.entities.rules import normalised_tax_no
from app.kit import columns as c
from app.kit.columns import Choice, Column
from app.kit.i18n import N_
from app.products.rules import normalise_gtin

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
    Column(
        name="entity_tax_no",
        label=N_("Tax number of the entity"),
        aliases=("mã số thuế", "MST"),
        kind=c.Kind.CODE,
        digits=10,
        limit=20,
        check=normalised_tax_no,
    ),
    Column(
        name="product_id",
        label=N_("Product"),
        aliases=("tên sản phẩm",),
        hint=N_("Left empty: it is for all that the entity makes."),
    ),
    Column(
        name="product_gtin",
        label=N_("GTIN"),
        aliases=("mã vạch", "mã số mã vạch", "barcode"),
        kind=c.Kind.CODE,
        digits=8,
        limit=40,
        check=normalise_gtin,
    ),
    Column(
        name="product_own_code",
        label=N_("Own code"),
        aliases=("mã sản phẩm", "mã nội bộ"),
        kind=c.Kind.CODE,
        limit=40,
    ),
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
