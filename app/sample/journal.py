"""What the sample lots' diaries say, kept by templates: from a pond to the shop."""

from dataclasses import dataclass, field
from typing import Final

from app.diary.rules import EntryKind
from app.diary.tracing import ReceiverKind
from app.sample.records import MARK

Values = dict[str, str | float]


@dataclass(frozen=True, kw_only=True)
class Goods:
    """What went into a lot: another sample lot by its key, or what was bought."""

    quantity: float
    unit: str = "kg"
    key: str = ""
    material: str = ""
    supplier: str = ""
    supplier_lot: str = ""


@dataclass(frozen=True, kw_only=True)
class Step:
    """An entry: done so many days ago, written down so many hours later.

    `mended` are the values a correction puts in their place two hours later.
    """

    days_ago: int
    kind: EntryKind
    stage: str = ""
    values: Values = field(default_factory=dict)
    note: str = ""
    goods: tuple[Goods, ...] = ()
    hours: int = 1
    photo: str = ""
    performer: str = ""
    mended: Values = field(default_factory=dict)
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Sent:
    """What was sent to whom; `place` is that of a sample product's producer."""

    days_ago: int
    receiver: str
    kind: ReceiverKind
    quantity: float
    place: int | None = None
    unit: str = "kg"


@dataclass(frozen=True, kw_only=True)
class SampleLot:
    """A sample lot of the product at `place`; what has no day has not happened yet."""

    key: str
    place: int
    opened: int
    number: str
    made: int | None = None
    quantity: float | None = None
    material: str = ""
    steps: tuple[Step, ...] = ()
    closed: int | None = None
    # The first of its product's stamps, and how many: activated as it is released.
    stamps: tuple[int, int] = (0, 0)
    released: int | None = None
    sent: tuple[Sent, ...] = ()
    distributed: int | None = None


K = EntryKind
_CHECKED: Final[Values] = {"finding": "dat", "checker": f"Chị Hoa {MARK}"}
_COLD: Final[Values] = {"place": "Kho lạnh của hợp tác xã", "temperature": -20}
_FISH: Final[Values] = {"feed": "Cá tạp tươi", "quantity": 45}

_CRAB: Final = SampleLot(
    key="crab", place=0, opened=131, number="01", made=20, quantity=1440,
    steps=(
        Step(days_ago=130, kind=K.OTHER, stage="chuan-bi-ao",
             values={"work": "diet-tap", "material": "Bột bã trà", "dose": "15 kg/1.000 m³"}),
        Step(days_ago=126, kind=K.PLANTING, stage="tha-giong",
             values={"species": "cua-bien", "quantity": 12000, "size": "1,5 cm",
                     "quarantine": f"KD-0126 {MARK}"},
             goods=(Goods(material="Cua giống", supplier=f"Trại giống Năm Căn {MARK}",
                          supplier_lot="CG-0126", quantity=12000, unit="con"),)),
        Step(days_ago=110, kind=K.FEEDING, stage="cho-an", values=_FISH),
        Step(days_ago=88, kind=K.FEEDING, stage="cho-an", values=_FISH | {"quantity": 60}),
        Step(days_ago=80, kind=K.TREATMENT, stage="dung-thuoc",
             values={"agent": "Men vi sinh xử lý đáy ao", "dose": "200 g/1.000 m³",
                     "withdrawal_days": 3, "applicator": f"Anh Tư {MARK}"}),
        Step(days_ago=62, kind=K.OBSERVATION, stage="do-nuoc",
             values={"ph": 7.9, "salinity": 18, "temperature": 28.5, "oxygen": 5.2}),
        Step(days_ago=46, kind=K.OBSERVATION, stage="suc-khoe", hours=74,
             values={"finding": "Không có, cua lột đều", "dead": 6},
             note="Mất sóng ba ngày, ghi lại khi vào xã."),
        Step(days_ago=30, kind=K.FEEDING, stage="cho-an", values=_FISH | {"quantity": 80},
             performer=f"Ông Sáu, hộ nuôi trong tổ {MARK}"),
        Step(days_ago=20, kind=K.HARVEST, stage="thu-hoach", photo="Thu hoạch cua",
             values={"quantity": 1404, "sex": "y", "size": 3, "tags": 1200},
             mended={"quantity": 1440}, reason="Ghi nhầm số cân của mẻ cuối"),
    ),
    closed=19, stamps=(1, 1200), released=18,
    sent=(
        Sent(days_ago=17, receiver=f"Vựa cua Năm Căn {MARK}", kind=ReceiverKind.TRADER,
             quantity=800),
        Sent(days_ago=16, receiver=f"Sạp cua chợ Bình Điền {MARK}", kind=ReceiverKind.SHOP,
             quantity=400),
    ),
    distributed=12,
)  # fmt: skip

_MEAT: Final = SampleLot(
    key="meat", place=1, opened=19, number="02", made=19, quantity=60,
    material="Thịt cua hấp, chưa đóng gói",
    steps=(
        Step(days_ago=19, kind=K.RECEIVING, stage="nhap-nguyen-lieu",
             values={"check": "dat", "temperature": 24}, goods=(Goods(key="crab", quantity=240),)),
        Step(days_ago=19, kind=K.PROCESSING, stage="rua", values={"quantity": 240, "rinses": 3}),
        Step(days_ago=19, kind=K.PROCESSING, photo="Hấp và gỡ thịt cua",
             note="Hấp 25 phút, để nguội, gỡ được 60 kg thịt."),
        Step(days_ago=19, kind=K.SAMPLING, stage="lay-mau",
             values={"test": "vi-sinh", "result": "dat", "laboratory": f"Phòng thử nghiệm {MARK}",
                     "report_no": f"KQ-0019 {MARK}"}),
    ),
    closed=18,
)  # fmt: skip


def _packed(
    key: str, number: str, packs: int, first: int, sent: tuple[Sent, ...], distributed: int | None
) -> SampleLot:
    weight = packs / 2
    steps = (
        Step(days_ago=18, kind=K.RECEIVING, stage="nhap-nguyen-lieu",
             values={"check": "dat", "temperature": -18},
             goods=(Goods(key="meat", quantity=weight),)),
        Step(days_ago=18, kind=K.PACKING, stage="dong-goi", photo="Đóng túi 500 g",
             values={"pack": "Túi 500 g, hút chân không", "quantity": packs}),
        Step(days_ago=18, kind=K.STORAGE, stage="bao-quan", values=_COLD),
        Step(days_ago=17, kind=K.OBSERVATION, stage="kiem-tra-xuat-xuong", values=_CHECKED),
    )  # fmt: skip
    return SampleLot(
        key=key, place=1, opened=18, number=number, made=18, quantity=weight, steps=steps,
        closed=17, stamps=(first, packs), released=16, sent=sent, distributed=distributed,
    )  # fmt: skip


_SHRIMP: Final = SampleLot(
    key="shrimp", place=13, opened=11, number="01", made=11, quantity=480,
    steps=(
        Step(days_ago=11, kind=K.RECEIVING, stage="nhap-nguyen-lieu",
             values={"check": "dat", "temperature": 3},
             goods=(Goods(material="Tôm sú sinh thái", quantity=520,
                          supplier=f"14 hộ nuôi tôm - rừng {MARK}"),)),
        Step(days_ago=11, kind=K.PROCESSING, stage="rua", values={"quantity": 520, "rinses": 3}),
        Step(days_ago=11, kind=K.PACKING, stage="dong-goi",
             values={"pack": "Khay 1 kg", "quantity": 480}),
        Step(days_ago=11, kind=K.STORAGE, stage="bao-quan", values=_COLD),
        Step(days_ago=10, kind=K.OBSERVATION, stage="kiem-tra-xuat-xuong",
             values={"finding": "dat"}),
    ),
    closed=10, released=10,
    sent=(
        Sent(days_ago=9, receiver="", kind=ReceiverKind.PRODUCER, place=7, quantity=120),
        Sent(days_ago=8, receiver=f"Nhà phân phối Tây Đô {MARK}", kind=ReceiverKind.TRADER,
             quantity=200),
    ),
)  # fmt: skip

_CAKE: Final = SampleLot(
    key="cake", place=7, opened=8, number="02", made=8, quantity=172,
    steps=(
        Step(days_ago=8, kind=K.RECEIVING, stage="nhap-nguyen-lieu",
             values={"check": "dat", "temperature": -18},
             goods=(Goods(key="shrimp", quantity=120),
                    Goods(material="Cá thát lát nạo", quantity=50,
                          supplier=f"Cơ sở cá thát lát Cái Nước {MARK}"))),
        Step(days_ago=8, kind=K.PROCESSING, stage="phoi-tron",
             values={"additive": "Muối, tiêu, tỏi", "quantity": 6}),
    ),
)  # fmt: skip

# Still in the water; what was measured 12 days ago was written down yesterday, and waits.
_POND: Final = SampleLot(
    key="pond", place=0, opened=40, number="02",
    steps=(
        Step(days_ago=38, kind=K.PLANTING, stage="tha-giong",
             values={"species": "cua-bien", "quantity": 9000},
             goods=(Goods(material="Cua giống", supplier=f"Trại giống Năm Căn {MARK}",
                          supplier_lot="CG-0038", quantity=9000, unit="con"),)),
        Step(days_ago=24, kind=K.FEEDING, stage="cho-an", values=_FISH | {"quantity": 30}),
        Step(days_ago=6, kind=K.FEEDING, stage="cho-an", values=_FISH | {"quantity": 38}),
        Step(days_ago=12, kind=K.OBSERVATION, stage="do-nuoc", hours=11 * 24,
             values={"ph": 7.6, "salinity": 16, "temperature": 29}),
        Step(days_ago=1, kind=K.FEEDING, stage="cho-an", values=_FISH, hours=2),
    ),
)  # fmt: skip

_HONEY: Final = SampleLot(
    key="honey", place=4, opened=8, number="02",
    steps=(
        Step(days_ago=7, kind=K.PLANTING, stage="dat-dan",
             values={"site": f"Rừng tràm U Minh Hạ {MARK}", "colonies": 40, "nectar": "tram"}),
        Step(days_ago=5, kind=K.OBSERVATION, stage="theo-doi",
             values={"finding": "Đàn khỏe, ong đi làm đều", "colonies": 40}),
        Step(days_ago=1, kind=K.HARVEST, stage="quay-mat",
             values={"quantity": 180, "unit": "LTR", "water": 21.5, "colonies": 38}),
    ),
)  # fmt: skip

# Nobody has written anything down for a month.
_SILENT: Final = SampleLot(
    key="silent", place=16, opened=33, number="02",
    steps=(
        Step(days_ago=32, kind=K.RECEIVING, stage="Nhận nguyên liệu",
             values={"material": f"Cá đù tươi, ghe Phú Tân {MARK}", "quantity": 260}),
        Step(days_ago=31, kind=K.PROCESSING, stage="Phơi", values={"step": "Phơi một nắng"}),
    ),
)  # fmt: skip

LOTS: Final = (
    _CRAB,
    _MEAT,
    _packed(
        "packed", "03", 70, 601,
        (
            Sent(days_ago=14, receiver=f"Cửa hàng đặc sản Đất Mũi {MARK}", kind=ReceiverKind.SHOP,
                 quantity=20),
            Sent(days_ago=13, receiver=f"Siêu thị Tây Đô {MARK}", kind=ReceiverKind.SHOP,
                 quantity=15),
        ),
        5,
    ),
    _packed(
        "waiting", "04", 49, 671,
        (Sent(days_ago=13, receiver=f"Siêu thị Tây Đô {MARK}", kind=ReceiverKind.SHOP,
              quantity=10),),
        None,
    ),
    _SHRIMP,
    _CAKE,
    _POND,
    _HONEY,
    _SILENT,
)  # fmt: skip

# What a trainee has tried on the practice farm.
PRACTICE_LOT: Final = SampleLot(
    key="practice", place=0, opened=3, number="01",
    steps=(
        Step(days_ago=3, kind=K.PLANTING, stage="tha-giong",
             values={"species": "tom-su", "quantity": 5000}),
        Step(days_ago=2, kind=K.FEEDING, stage="cho-an",
             values={"feed": "Thức ăn viên", "quantity": 4}),
    ),
)  # fmt: skip
