"""What the sample data says. Names are made up and marked as samples; places are real."""

from dataclasses import dataclass, field
from typing import Final

from app.kit.units import find_unit

MARK: Final = "(mẫu)"


@dataclass(frozen=True)
class SampleProduct:
    """A made-up product: `gtin` lies in GS1's example range 952."""

    name: str
    group: str
    content: str
    shelf_days: int
    stars: int
    standard: str
    ingredients: str
    colour: str
    gtin: str = ""
    story: str = ""

    @property
    def net(self) -> tuple[float, str]:
        """Return what one piece holds, as a figure and a code of its unit."""
        figure, _, word = self.content.partition(" ")
        unit = find_unit(word)
        return float(figure), unit.code if unit else ""


@dataclass(frozen=True)
class SampleEntity:
    """A made-up entity with its products."""

    name: str
    kind: str
    commune: str
    address: str
    products: tuple[SampleProduct, ...] = field(default=())
    practice: bool = False


def _food(
    name: str, content: str, days: int, stars: int, ingredients: str, colour: str, gtin: str = ""
) -> SampleProduct:
    return SampleProduct(
        name=f"{name} {MARK}",
        group="food",
        content=content,
        shelf_days=days,
        stars=stars,
        standard="TCCS 01:2024/MAU",
        ingredients=ingredients,
        colour=colour,
        gtin=gtin,
    )


ENTITIES: Final[tuple[SampleEntity, ...]] = (
    SampleEntity(
        f"Hợp tác xã Cua biển Đất Mũi {MARK}",
        "cooperative", "32248", "Ấp Mũi",
        (
            _food("Cua Cà Mau sống loại Y", "1 kg", 0, 4, "Cua biển", "#8a3d1f",
                  "09520123456788"),
            _food("Thịt cua hấp cấp đông", "500 g", 540, 4, "Thịt cua biển", "#b5532a"),
        ),
    ),
    SampleEntity(
        f"Hợp tác xã Tôm khô Rạch Gốc {MARK}",
        "cooperative", "32244", "Khóm 1 Rạch Gốc",
        (
            _food("Tôm khô đất loại 1", "500 g", 365, 4, "Tôm đất, muối", "#c25b3a",
                  "09520123456795"),
            _food("Bánh phồng tôm", "300 g", 120, 3, "Tôm, tinh bột, gia vị", "#d98a4a"),
        ),
    ),
    SampleEntity(
        f"Hợp tác xã Mật ong U Minh Hạ {MARK}",
        "cooperative", "32047", "Ấp 14",
        (
            _food("Mật ong rừng tràm", "500 ml", 730, 4, "Mật ong", "#b8860b", "09520123456801"),
            _food("Phấn hoa rừng tràm", "200 g", 365, 3, "Phấn hoa", "#c9a227"),
        ),
    ),
    SampleEntity(
        f"Hộ kinh doanh Mắm cá Sông Đốc {MARK}", "household", "32098", "Khóm 7",
        (_food("Mắm cá lóc", "400 g", 180, 3, "Cá lóc, muối, thính", "#7d4b2a"),),
    ),
    SampleEntity(
        f"Công ty TNHH Thủy sản Năm Căn {MARK}", "company", "32191", "Khu vực 2",
        (_food("Chả tôm Năm Căn", "500 g", 365, 4, "Tôm sú, cá thát lát", "#cc6b4d",
               "09520123456818"),),
    ),
    SampleEntity(
        f"Hợp tác xã Lúa tôm Trí Lực {MARK}", "cooperative", "32071", "Ấp 3",
        (_food("Gạo lúa - tôm", "5 kg", 300, 4, "Gạo ST25", "#6f7d3a", "09520123456825"),),
    ),
    SampleEntity(
        f"Tổ hợp tác Khô cá bổi U Minh {MARK}", "cooperative_group", "32044", "Ấp 7",
        (_food("Khô cá bổi", "500 g", 180, 3, "Cá sặc bổi, muối", "#8c6239"),),
    ),
    SampleEntity(
        f"Hợp tác xã Ba khía Tam Giang {MARK}", "cooperative", "32206", "Ấp Kinh Ba",
        (_food("Ba khía muối", "400 g", 150, 3, "Ba khía, muối, tỏi, ớt", "#5c3a4d"),),
    ),
    SampleEntity(
        f"Hộ kinh doanh Chuối sấy Trần Hợi {MARK}", "household", "32104", "Ấp 10",
        (_food("Chuối xiêm sấy dẻo", "250 g", 180, 3, "Chuối xiêm", "#c79a2b"),),
    ),
    SampleEntity(
        f"Hợp tác xã Dưa bồn bồn Cái Nước {MARK}", "cooperative", "32128", "Ấp Cái Rắn",
        (_food("Dưa bồn bồn", "1 kg", 45, 3, "Bồn bồn, muối", "#8aa05a"),),
    ),
    SampleEntity(
        f"Hợp tác xã Tôm sinh thái Tân Ân {MARK}", "cooperative", "32236", "Ấp Dinh Hạn",
        (_food("Tôm sú sinh thái cấp đông", "1 kg", 540, 4, "Tôm sú", "#35606b",
               "09520123456832"),),
    ),
    SampleEntity(
        f"Hợp tác xã Sò huyết Đầm Dơi {MARK}", "cooperative", "32152", "Ấp Tân Điền",
        (_food("Sò huyết tách vỏ", "500 g", 270, 3, "Sò huyết", "#8b2e2e"),),
    ),
    SampleEntity(
        f"Hộ kinh doanh Mắm ruốc Cái Đôi Vàm {MARK}", "household", "32212", "Khóm 3",
        (_food("Mắm ruốc chà", "300 g", 240, 3, "Ruốc, muối", "#7a3f5d"),),
    ),
    SampleEntity(
        f"Hợp tác xã Cá khô Phú Tân {MARK}", "cooperative", "32218", "Ấp Cái Đôi",
        (_food("Khô cá đù một nắng", "500 g", 120, 3, "Cá đù, muối", "#4d6a7d"),),
    ),
    SampleEntity(
        f"Công ty TNHH Nước mắm Hòn Khoai {MARK}", "company", "32227", "Ấp Rạch Tàu",
        (_food("Nước mắm cá cơm 40 độ đạm", "500 ml", 720, 4, "Cá cơm, muối", "#6b3a1e",
               "09520123456849"),),
    ),
    SampleEntity(
        f"Hợp tác xã Đan lát Tân Thành {MARK}", "cooperative", "32025", "Khóm 5",
        (
            SampleProduct(
                name=f"Giỏ đan cọng dừa nước {MARK}", group="handicrafts", content="1 chiếc",
                shelf_days=0, stars=3, standard="TCCS 02:2024/MAU",
                ingredients="Cọng dừa nước", colour="#6a8a4f",
            ),
        ),
    ),
    SampleEntity(
        f"Tổ hợp tác Trà mãng cầu Khánh An {MARK}", "cooperative_group", "32059", "Ấp 6",
        (
            SampleProduct(
                name=f"Trà mãng cầu xiêm {MARK}", group="beverages", content="200 g",
                shelf_days=365, stars=3, standard="TCCS 03:2024/MAU",
                ingredients="Mãng cầu xiêm", colour="#4f7a5a",
            ),
        ),
    ),
)  # fmt: skip

# Where trainees try the diary; its name gets its mark when it is added.
PRACTICE: Final = SampleEntity(
    f"Trại nuôi tôm của lớp tập huấn {MARK}", "cooperative", "32248", "Ấp Mũi",
    (_food("Tôm sú nuôi thử", "1 kg", 3, 3, "Tôm sú", "#35606b"),), practice=True,
)  # fmt: skip


@dataclass(frozen=True)
class SampleRight:
    """A right as the press reported it: real names, unverified, for the demo only."""

    key: str
    type: str
    sign: str
    goods: str
    registration_no: str = ""
    decision_no: str = ""
    decision_date: str = ""
    managing_body: str = ""
    area: str = ""


RIGHTS: Final[tuple[SampleRight, ...]] = (
    SampleRight(
        "crab", "gi", "Cà Mau", "cua", "00116", "2576/QĐ-SHTT", "2022-07",
        "Sở Khoa học và Công nghệ tỉnh Cà Mau",
        "Ngọc Hiển, Năm Căn, Đầm Dơi, Phú Tân (theo báo chí)",
    ),
    SampleRight(
        "shrimp", "gi", "Cà Mau", "tôm sú", "", "", "2021-09-30",
        "Sở Khoa học và Công nghệ tỉnh Cà Mau",
    ),
    SampleRight(
        "onion", "gi", "Vĩnh Châu", "hành tím", "00075", "2665/QĐ-SHTT", "2019",
        "Thị xã Vĩnh Châu",
        "Phường 1, Phường 2, phường Vĩnh Phước, xã Lai Hòa, xã Lạc Hòa, xã Vĩnh Tân, xã Vĩnh Hải",
    ),
    SampleRight(
        "artemia", "gi", "Vĩnh Châu", "Artemia (trứng bào xác và sinh khối)", "00095",
        "4655/QĐ-SHTT", "2020", "Thị xã Vĩnh Châu", "Vĩnh Tân, Lai Hòa, Vĩnh Phước",
    ),
    SampleRight("honey-mint", "gi", "Mèo Vạc", "mật ong bạc hà", "00035"),
    SampleRight("van-thuy", "gi", "Vân Thủy", "", "00129", "647/QĐ-SHTT", "2023-04-17"),
    SampleRight("pepper", "gi", "Bà Rịa - Vũng Tàu", "hồ tiêu", "00064", "462/QĐ-SHTT"),
    SampleRight(
        "honey", "collective_mark", "Mật ong U Minh Hạ", "mật ong", "", "", "2011",
        "Hội Nông dân huyện U Minh",
    ),
    SampleRight("crab-mark", "collective_mark", "Cua Năm Căn Cà Mau", "cua"),
    SampleRight(
        "fish-sauce", "certification_mark", "Nước mắm Cát Hải", "nước mắm", "165802", "", "",
        "Chi cục Tiêu chuẩn Đo lường Chất lượng Hải Phòng",
    ),
)  # fmt: skip

STORIES: Final[dict[str, tuple[tuple[int, str, str, str, dict[str, str | float]], ...]]] = {
    # days before production, kind, stage, note, values
    "food": (
        (2, "receiving", "Nhận nguyên liệu", "Nguyên liệu tươi, nhận trong ngày.",
         {"Khối lượng (kg)": 320, "Nhà cung cấp": "Hộ nuôi trong tổ (mẫu)"}),
        (1, "processing", "Sơ chế", "Rửa ba nước, để ráo.", {"Nhiệt độ (°C)": 4}),
        (0, "processing", "Chế biến", "Theo quy trình đã duyệt.", {"Thời gian (giờ)": 6}),
        (0, "packing", "Đóng gói", "Hút chân không, dán tem từng gói.", {"Số gói": 600}),
    ),
    "other": (
        (5, "receiving", "Nhận nguyên liệu", "Chọn nguyên liệu đều cỡ.", {"Số lượng": 200}),
        (1, "processing", "Gia công", "Làm thủ công.", {"Số người làm": 6}),
        (0, "packing", "Đóng gói", "Kiểm tra từng sản phẩm.", {"Số sản phẩm": 200}),
    ),
}  # fmt: skip
