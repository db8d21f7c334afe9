"""The columns of a spreadsheet of products."""

from typing import Final

from app.entities.import_columns import ENTITY_TAX_NO
from app.kit import columns as c
from app.kit.columns import Choice, Column
from app.kit.i18n import N_
from app.kit.units import read_unit
from app.products.forms import ProductForm
from app.products.rules import OcopGroup, normalise_gtin

_PASSAGE: Final = 2000
_WORDS: Final = {
    OcopGroup.FOOD: ("thực phẩm", "nhóm thực phẩm", "1"),
    OcopGroup.BEVERAGES: ("đồ uống", "nhóm đồ uống", "2"),
    OcopGroup.HERBS: ("dược liệu", "thảo dược", "dược liệu và sản phẩm từ dược liệu", "3"),
    OcopGroup.HANDICRAFTS: ("thủ công mỹ nghệ", "hàng thủ công mỹ nghệ", "4"),
    OcopGroup.ORNAMENTALS: ("sinh vật cảnh", "hoa cây cảnh", "5"),
    OcopGroup.TOURISM: ("du lịch", "dịch vụ du lịch", "du lịch cộng đồng", "6"),
}
_FORM_WORDS: Final = {
    ProductForm.RAW: ("tươi", "thô", "nguyên liệu"),
    ProductForm.PROCESSED: ("chế biến", "đã chế biến"),
    ProductForm.LIVE: ("sống", "tươi sống"),
}
FORMS: Final = tuple(Choice(one.value, one.label, _FORM_WORDS[one]) for one in ProductForm)


def _unit(text: str) -> str:
    return read_unit(text).code


# What an OCOP certificate is made of; the rest of the columns are the product's own.
CERTIFICATE: Final = (
    Column(
        name="stars",
        label=N_("OCOP stars"),
        aliases=("hạng sao", "số sao", "sao", "phân hạng", "kết quả phân hạng"),
        kind=c.Kind.WHOLE,
        least=3,
        most=5,
        hint=N_("3, 4 or 5. With the decision, issuer and first day it adds a certificate."),
    ),
    Column(
        name="score",
        label=N_("OCOP score"),
        aliases=("điểm", "số điểm", "điểm đánh giá"),
        kind=c.Kind.DECIMAL,
        least=0,
        most=100,
    ),
    Column(
        name="decision_no",
        label=N_("OCOP decision number"),
        aliases=("số quyết định", "quyết định", "quyết định công nhận"),
        limit=60,
    ),
    Column(
        name="issuer",
        label=N_("OCOP issuer"),
        aliases=("cơ quan cấp", "cơ quan công nhận", "nơi cấp"),
    ),
    Column(
        name="valid_from",
        label=N_("OCOP valid from"),
        aliases=("ngày quyết định", "ngày công nhận", "ngày cấp", "có giá trị từ"),
        kind=c.Kind.DAY,
    ),
    Column(
        name="valid_to",
        label=N_("OCOP valid to"),
        aliases=("ngày hết hạn", "có giá trị đến", "hết hạn"),
        kind=c.Kind.DAY,
        hint=N_("Without it: 36 months."),
    ),
    Column(
        name="certificate_no",
        label=N_("OCOP certificate number"),
        aliases=("số giấy chứng nhận", "số GCN", "giấy chứng nhận OCOP"),
        kind=c.Kind.CODE,
        limit=60,
    ),
)

# By which files of other records name a product, beside its name.
PRODUCT_CODES: Final = (
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
)

COLUMNS: Final = (
    Column(
        name="entity_id",
        label=N_("Entity"),
        aliases=("tên chủ thể", "chủ thể OCOP", "cơ sở", "đơn vị", "tên cơ sở"),
        required=True,
        hint=N_("The name as recorded, or give the tax number."),
    ),
    ENTITY_TAX_NO,
    Column(
        name="name",
        label=N_("Name of the product"),
        aliases=("sản phẩm", "tên sản phẩm OCOP", "product"),
        required=True,
    ),
    Column(
        name="gtin",
        label=N_("GTIN"),
        aliases=("mã vạch", "mã số mã vạch", "barcode", "EAN", "mã GTIN"),
        kind=c.Kind.CODE,
        digits=8,
        limit=40,
        check=normalise_gtin,
        hint=N_("8, 12, 13 or 14 digits, the last of which checks the others."),
    ),
    Column(
        name="own_code",
        label=N_("Own code"),
        aliases=("mã sản phẩm", "mã nội bộ", "mã hàng"),
        kind=c.Kind.CODE,
        limit=40,
    ),
    Column(name="brand", label=N_("Brand"), aliases=("thương hiệu", "nhãn hiệu"), limit=120),
    Column(name="model", label=N_("Model"), aliases=("kiểu", "mẫu mã", "model"), limit=120),
    Column(
        name="ocop_group",
        label=N_("OCOP group"),
        aliases=("nhóm", "nhóm sản phẩm", "ngành hàng"),
        kind=c.Kind.CHOICE,
        choices=tuple(Choice(one.value, one.label, _WORDS[one]) for one in OcopGroup),
    ),
    Column(
        name="net_content",
        label=N_("Net content"),
        aliases=("quy cách", "quy cách đóng gói", "khối lượng", "khối lượng tịnh"),
        limit=60,
    ),
    Column(
        name="form",
        label=N_("Form of the product"),
        aliases=("dạng", "dạng sản phẩm"),
        kind=c.Kind.CHOICE,
        choices=FORMS,
    ),
    Column(
        name="net_quantity",
        label=N_("Net quantity of one stamped piece"),
        aliases=("lượng tịnh", "khối lượng một đơn vị"),
        kind=c.Kind.DECIMAL,
        least=0.001,
        most=99_999_999,
    ),
    Column(
        name="net_unit",
        label=N_("Unit of the net quantity"),
        aliases=("đơn vị tính", "ĐVT"),
        limit=30,
        check=_unit,
    ),
    Column(
        name="ingredients",
        label=N_("Ingredients"),
        aliases=("nguyên liệu",),
        kind=c.Kind.NOTE,
        limit=_PASSAGE,
    ),
    Column(
        name="usage",
        label=N_("How to use"),
        aliases=("cách dùng", "hdsd", "hướng dẫn sử dụng"),
        kind=c.Kind.NOTE,
        limit=_PASSAGE,
    ),
    Column(
        name="storage",
        label=N_("How to keep"),
        aliases=("bảo quản", "hướng dẫn bảo quản"),
        kind=c.Kind.NOTE,
        limit=_PASSAGE,
    ),
    Column(
        name="warnings",
        label=N_("Warnings"),
        aliases=("cảnh báo", "khuyến cáo", "thông tin cảnh báo"),
        kind=c.Kind.NOTE,
        limit=_PASSAGE,
    ),
    Column(name="shelf_life", label=N_("Shelf life"), aliases=("hạn sử dụng", "HSD"), limit=120),
    Column(
        name="shelf_life_days",
        label=N_("Shelf life in days"),
        aliases=("hạn sử dụng (ngày)", "số ngày sử dụng"),
        kind=c.Kind.WHOLE,
        least=1,
        most=36_500,
    ),
    Column(name="origin", label=N_("Origin"), aliases=("xuất xứ", "nơi sản xuất"), limit=300),
    Column(
        name="story",
        label=N_("Story"),
        aliases=("câu chuyện", "giới thiệu"),
        kind=c.Kind.NOTE,
        limit=_PASSAGE,
    ),
    Column(
        name="self_declaration_no",
        label=N_("Self-declaration number"),
        aliases=("số tự công bố", "bản tự công bố", "số bản tự công bố"),
        limit=60,
    ),
    Column(
        name="self_declared_on",
        label=N_("Self-declared on"),
        aliases=("ngày tự công bố",),
        kind=c.Kind.DAY,
    ),
    *CERTIFICATE,
)
