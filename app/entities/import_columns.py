"""The columns of a spreadsheet of entities."""

import re
from typing import ClassVar, Final

from app.entities.rules import KIND_LABELS, Kind, checked_gln, normalised_tax_no
from app.kit import columns as c
from app.kit.columns import Choice, Column
from app.kit.errors import Invalid
from app.kit.i18n import N_

_WORDS: Final = {
    Kind.COMPANY: (
        "cty",
        "DN",
        "doanh nghiệp",
        "công ty TNHH",
        "công ty cổ phần",
        "công ty TNHH MTV",
        "DNTN",
        "doanh nghiệp tư nhân",
        "SME",
    ),
    Kind.COOPERATIVE: ("HTX", "hợp tác xã"),
    Kind.COOPERATIVE_UNION: ("LHHTX", "liên hiệp HTX", "liên hiệp hợp tác xã"),
    Kind.COOPERATIVE_GROUP: ("THT", "tổ hợp tác"),
    Kind.HOUSEHOLD: (
        "HKD",
        "hộ",
        "hộ KD",
        "hộ kinh doanh",
        "hộ sản xuất",
        "cơ sở",
        "cơ sở sản xuất",
    ),
    Kind.INDIVIDUAL: ("cá nhân",),
    Kind.ASSOCIATION: ("hội", "hiệp hội"),
}
_EMAIL: Final = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]{2,}")


class NotAnEmail(Invalid):
    """Not an e-mail address"""

    code: ClassVar[str] = "entities.not_an_email"
    detail: ClassVar[str] = N_("Write it as name@example.vn.")


class NotAWebsite(Invalid):
    """Not a safe web address"""

    code: ClassVar[str] = "entities.not_a_website"
    detail: ClassVar[str] = N_("Write it with https:// in front.")


def _email(text: str) -> str:
    if not _EMAIL.fullmatch(text):
        raise NotAnEmail
    return text


def _website(text: str) -> str:
    if text.lower().startswith("www."):
        text = f"https://{text}"
    if not text.startswith("https://"):
        raise NotAWebsite
    return text


# By which files of other records name an entity, beside its name.
ENTITY_TAX_NO: Final = Column(
    name="entity_tax_no",
    label=N_("Tax number of the entity"),
    aliases=("mã số thuế", "MST", "MST chủ thể"),
    kind=c.Kind.CODE,
    digits=10,
    limit=20,
    check=normalised_tax_no,
)

COLUMNS: Final = (
    Column(
        name="name",
        label=N_("Name of the entity"),
        aliases=("tên", "tên cơ sở", "tên đơn vị", "chủ thể", "tên doanh nghiệp", "name", "entity"),
        required=True,
    ),
    Column(
        name="kind",
        label=N_("Kind of entity"),
        aliases=("loại hình", "loại", "loại hình tổ chức", "kind"),
        kind=c.Kind.CHOICE,
        required=True,
        choices=tuple(Choice(kind.value, KIND_LABELS[kind], _WORDS[kind]) for kind in Kind),
    ),
    Column(
        name="tax_no",
        label=N_("Tax number"),
        aliases=("MST", "mã số DN", "mã số doanh nghiệp", "mã số thuế/CCCD", "tax code"),
        kind=c.Kind.CODE,
        digits=10,
        limit=20,
        check=normalised_tax_no,
        hint=N_("10 digits, 10 and 3 with a hyphen, or 12. Finds the record again."),
    ),
    Column(
        name="commune_code",
        label=N_("Commune"),
        aliases=("xã", "phường", "xã/phường", "xã, phường, đặc khu", "địa bàn", "ward"),
        required=True,
        hint=N_("Its name of today, with or without diacritics, or its 5-digit code."),
    ),
    Column(
        name="province",
        label=N_("Province"),
        aliases=("tỉnh", "tỉnh/thành phố", "tỉnh thành"),
        hint=N_("Only where it is another province than this one."),
    ),
    Column(name="address", label=N_("Address"), aliases=("số nhà", "ấp", "thôn"), limit=300),
    Column(
        name="address_legacy",
        label=N_("Address before the merger"),
        aliases=("địa chỉ cũ",),
        limit=300,
    ),
    Column(
        name="address_as_written",
        label=N_("Address as on the documents"),
        aliases=("địa chỉ trên giấy tờ", "địa chỉ trụ sở"),
        limit=300,
    ),
    Column(
        name="registration_no",
        label=N_("Business registration number"),
        aliases=("số ĐKKD", "ĐKKD", "số giấy chứng nhận đăng ký kinh doanh"),
        kind=c.Kind.CODE,
        limit=40,
    ),
    Column(
        name="gln",
        label=N_("GLN"),
        aliases=("mã địa điểm", "mã số toàn cầu phân định địa điểm"),
        kind=c.Kind.CODE,
        digits=13,
        limit=20,
        check=checked_gln,
    ),
    Column(
        name="representative",
        label=N_("Representative"),
        aliases=("chủ cơ sở", "người đại diện theo pháp luật", "đại diện", "giám đốc", "chủ hộ"),
        limit=120,
    ),
    Column(
        name="phone",
        label=N_("Phone number"),
        aliases=("điện thoại", "SĐT", "số ĐT", "điện thoại liên hệ", "tel"),
        kind=c.Kind.CODE,
        digits=10,
        limit=20,
        hint=N_("Private: it is not shown to the public."),
    ),
    Column(name="email", label=N_("E-mail"), aliases=("thư điện tử",), limit=120, check=_email),
    Column(name="website", label=N_("Website"), aliases=("trang web", "web"), check=_website),
    Column(
        name="dissolved_on",
        label=N_("Dissolved on"),
        aliases=("giải thể", "ngày chấm dứt hoạt động"),
        kind=c.Kind.DAY,
    ),
)
