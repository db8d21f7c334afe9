"""The columns of spreadsheets of rights and of use rights."""

from typing import Final

from app.entities.import_columns import ENTITY_TAX_NO
from app.entities.rules import normalised_tax_no
from app.kit import columns as c
from app.kit.columns import Choice, Column
from app.kit.i18n import N_
from app.products.import_columns import FORMS, PRODUCT_CODES
from app.rights.dates import parse_partial_date
from app.rights.kinds import RightType
from app.rights.nice import nice_classes

_PASSAGE: Final = 2000
_TYPES: Final = {
    RightType.GI: ("CDĐL", "GI", "chỉ dẫn"),
    RightType.CERTIFICATION_MARK: ("NHCN", "nhãn hiệu chứng nhận"),
    RightType.COLLECTIVE_MARK: ("NHTT", "nhãn hiệu tập thể"),
    RightType.TRADEMARK: ("NHTH", "nhãn hiệu", "nhãn hiệu thông thường"),
}

_TYPE: Final = Column(
    name="type",
    label=N_("Type of right"),
    aliases=("loại", "loại hình", "hình thức bảo hộ", "loại quyền"),
    kind=c.Kind.CHOICE,
    required=True,
    choices=tuple(Choice(one.value, one.label, _TYPES[one]) for one in RightType),
)

RIGHTS: Final = (
    _TYPE,
    Column(
        name="sign",
        label=N_("Sign"),
        aliases=("tên", "tên nhãn hiệu", "nhãn hiệu", "tên chỉ dẫn địa lý", "mẫu nhãn hiệu"),
        required=True,
    ),
    Column(name="goods", label=N_("Goods"), aliases=("sản phẩm", "hàng hóa"), limit=300),
    Column(
        name="classes",
        label=N_("Nice classes"),
        aliases=("nhóm", "nhóm hàng hóa", "nhóm sản phẩm/dịch vụ", "phân nhóm"),
        limit=120,
        check=nice_classes,
        hint=N_("Numbers from 1 to 45: 29, 31."),
    ),
    Column(
        name="quality",
        label=N_("Quality and what it owes to the place"),
        aliases=("tính chất đặc thù", "chất lượng đặc thù", "đặc tính"),
        kind=c.Kind.NOTE,
        limit=_PASSAGE,
    ),
    Column(
        name="registration_no",
        label=N_("Registration number"),
        aliases=("số đăng bạ", "số bằng", "số GCN", "số văn bằng", "số giấy chứng nhận"),
        kind=c.Kind.CODE,
        limit=40,
    ),
    Column(
        name="application_no",
        label=N_("Application number"),
        aliases=("số đơn đăng ký",),
        kind=c.Kind.CODE,
        limit=40,
    ),
    Column(
        name="application_date",
        label=N_("Application date"),
        aliases=("ngày nộp đơn",),
        limit=20,
        check=parse_partial_date,
        hint=N_("A day, a month (7/2022) or a year."),
    ),
    Column(
        name="registration_date",
        label=N_("Registration date"),
        aliases=("ngày cấp", "ngày cấp văn bằng"),
        limit=20,
        check=parse_partial_date,
        hint=N_("A day, a month (7/2022) or a year."),
    ),
    Column(
        name="decision_no",
        label=N_("Decision number"),
        aliases=("số QĐ", "quyết định số"),
        limit=60,
    ),
    Column(
        name="decision_date",
        label=N_("Decision date"),
        aliases=("ngày QĐ",),
        limit=20,
        check=parse_partial_date,
        hint=N_("A day, a month (7/2022) or a year."),
    ),
    Column(
        name="expires_on",
        label=N_("Expires on"),
        aliases=("ngày hết hạn", "hiệu lực đến", "có giá trị đến"),
        kind=c.Kind.DAY,
        hint=N_("Empty for a geographical indication."),
    ),
    Column(name="owner", label=N_("Owner of the right"), aliases=("chủ văn bằng", "chủ đơn")),
    Column(
        name="owner_entity_id",
        label=N_("Tax number of the owner"),
        aliases=("mã số thuế", "MST"),
        kind=c.Kind.CODE,
        digits=10,
        limit=20,
        check=normalised_tax_no,
        hint=N_("Only where the owner is an entity recorded here."),
    ),
    Column(
        name="managing_body",
        label=N_("Managing body"),
        aliases=("tổ chức quản lý", "cơ quan quản lý chỉ dẫn địa lý"),
    ),
    Column(
        name="area_as_written",
        label=N_("Area as on the documents"),
        aliases=("khu vực địa lý", "vùng bảo hộ", "địa bàn"),
        kind=c.Kind.NOTE,
        limit=_PASSAGE,
    ),
    Column(
        name="rules_of_use",
        label=N_("Rules of use"),
        aliases=("quy chế sử dụng", "quy chế quản lý và sử dụng"),
        kind=c.Kind.NOTE,
        limit=_PASSAGE,
    ),
    Column(name="source", label=N_("Source"), aliases=("nguồn tin", "căn cứ")),
)

USE_RIGHTS: Final = (
    Column(
        name="right_id",
        label=N_("Right"),
        aliases=(
            "nhãn hiệu",
            "chỉ dẫn địa lý",
            "tên quyền",
            "số đăng ký quyền",
            "quyền sở hữu công nghiệp",
        ),
        required=True,
        hint=N_("Its registration number or its sign."),
    ),
    Column(
        name="right_type",
        label=_TYPE.label,
        aliases=_TYPE.aliases,
        kind=c.Kind.CHOICE,
        choices=_TYPE.choices,
    ),
    Column(
        name="entity_id",
        label=N_("Entity"),
        aliases=("tên chủ thể", "tổ chức, cá nhân", "tổ chức, cá nhân được cấp", "cơ sở"),
    ),
    ENTITY_TAX_NO,
    Column(
        name="product_id",
        label=N_("Product"),
        aliases=("tên sản phẩm",),
        required=True,
        hint=N_("Its name as recorded, or give the GTIN or the own code."),
    ),
    *PRODUCT_CODES,
    Column(
        name="form",
        label=N_("Form of the product"),
        aliases=("dạng", "dạng sản phẩm"),
        kind=c.Kind.CHOICE,
        choices=FORMS,
    ),
    Column(
        name="certificate_no",
        label=N_("Certificate number"),
        aliases=("số giấy chứng nhận", "số GCN", "số chứng nhận quyền sử dụng"),
        kind=c.Kind.CODE,
        limit=60,
    ),
    Column(
        name="decision_no",
        label=N_("Decision number"),
        aliases=("số QĐ", "quyết định số"),
        limit=60,
    ),
    Column(name="issuer", label=N_("Issuer"), aliases=("cơ quan cấp", "nơi cấp")),
    Column(
        name="source_area",
        label=N_("Source area"),
        aliases=("vùng nguyên liệu", "khu vực sản xuất", "vùng sản xuất"),
        limit=300,
    ),
    Column(
        name="listed",
        label=N_("On the public list"),
        aliases=("công bố", "công khai"),
        kind=c.Kind.YES_NO,
        hint=N_("Left empty: yes."),
    ),
    Column(
        name="valid_from",
        label=N_("Valid from"),
        aliases=("ngày cấp", "hiệu lực từ", "từ ngày"),
        kind=c.Kind.DAY,
        required=True,
    ),
    Column(
        name="valid_to",
        label=N_("Valid to"),
        aliases=("hiệu lực đến", "đến ngày", "ngày hết hạn"),
        kind=c.Kind.DAY,
    ),
)
