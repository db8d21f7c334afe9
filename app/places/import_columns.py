"""The columns of a spreadsheet of the communes' names before a merger."""

from typing import Final

from app.kit.columns import Column
from app.kit.i18n import N_

COLUMNS: Final = (
    Column(
        name="name",
        label=N_("Former commune"),
        aliases=("xã cũ", "tên xã cũ", "đơn vị hành chính cũ", "xã, phường, thị trấn cũ"),
        required=True,
        limit=80,
    ),
    Column(
        name="district",
        label=N_("Former district"),
        aliases=("huyện cũ", "huyện", "quận/huyện cũ", "huyện, thị xã, thành phố cũ"),
        limit=80,
    ),
    Column(
        name="commune_code",
        label=N_("Commune of today"),
        aliases=("xã mới", "tên xã mới", "đơn vị hành chính mới", "xã, phường mới"),
        required=True,
    ),
    Column(
        name="province",
        label=N_("Province"),
        aliases=("tỉnh", "tỉnh mới", "tỉnh/thành phố"),
    ),
)
