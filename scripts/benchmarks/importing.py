"""Import a workbook of 20,000 rows, 500 of them faulty: its time beside openpyxl reading alone.

The whole is reading, dry run, report, and the import of the rows that are fine, committed.
"""

import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
from sqlalchemy import insert

from app.entities.models import Entity
from app.kit.db import Database
from app.kit.errors import Words
from app.kit.sheets import write_xlsx
from app.office.import_actions import add_import, ask_import
from app.office.import_kinds import ImportKind
from app.office.import_models import ImportJob
from app.office.import_reading import read_file
from app.office.import_work_actions import Hands, work_on_import
from app.wiring import words
from scripts.benchmarks import world
from tests import make

ROWS, FAULTS, ROUNDS = 20_000, 500, 3
REACH = 0.3
LANGUAGES: list[Words] = list(words().values())
Cells = list[Any]

ENTITY_HEADS = (
    "Tên chủ thể", "Loại hình chủ thể", "Mã số thuế", "Số đăng ký kinh doanh", "Xã, phường",
    "Địa chỉ", "Địa chỉ trước sáp nhập", "Người đại diện", "Số điện thoại", "Email", "Trang web",
    "Ngày giải thể",
)  # fmt: skip
PRODUCT_HEADS = (
    "Mã số thuế của chủ thể", "Tên sản phẩm", "GTIN", "Thương hiệu", "Nhóm OCOP",
    "Khối lượng, thể tích", "Lượng tịnh của một đơn vị dán tem", "Đơn vị của lượng tịnh",
    "Thành phần", "Thời hạn sử dụng", "Số sao OCOP", "Số quyết định OCOP", "Nơi công nhận OCOP",
    "OCOP có giá trị từ ngày",
)  # fmt: skip


def entity(place: int) -> Cells:
    return [
        f"Hợp tác xã Nông nghiệp và Dịch vụ số {place}", "Hợp tác xã", tax_no(place),
        f"59{place:06d}", "xã Đất Mũi", f"Số {place}, ấp Mũi", "xã Viên An, huyện Ngọc Hiển",
        "Nguyễn Thị Ngọc Ánh", f"0912{place:06d}", "htx@example.vn", "https://example.vn", None,
    ]  # fmt: skip


def product(place: int) -> Cells:
    return [
        tax_no(place), f"Tôm khô loại {place}", gtin(place), "Đất Mũi", "Thực phẩm", "Hộp 500 g",
        "0,5", "kg", "Tôm đất, muối", "6 tháng", 4, "12/QĐ-UBND", "UBND tỉnh Cà Mau", "01/06/2025",
    ]  # fmt: skip


def tax_no(place: int) -> str:
    return f"2{place:09d}"


def gtin(place: int) -> str:
    body = f"952{place:09d}"
    weighed = sum(int(digit) * (3 if at % 2 else 1) for at, digit in enumerate(body))
    return f"{body}{-weighed % 10}"


# What is put into a cell of a faulty row, by its column.
ENTITY_FAULTS: Sequence[tuple[int, Any]] = (
    (0, None), (0, "x" * 201), (0, "ẩn\u200b"), (1, "tập đoàn"), (1, None), (2, "12345"),
    (2, 123456789), (2, "=A1"), (2, tax_no(1)), (4, "Đất Muỗi"), (4, "Zzz"), (4, "Ninh Kiều"),
    (4, None), (9, "không có"), (10, "http://x.vn"), (11, "31/02/2024"), (11, 45_000),
)  # fmt: skip
PRODUCT_FAULTS: Sequence[tuple[int, Any]] = (
    (0, "2999999999"), (1, None), (2, "9520000000009"), (2, gtin(1)), (4, "khác"), (6, "nặng"),
    (6, -1), (7, "bể"), (10, 6), (10, None), (12, None), (13, "mai"),
)  # fmt: skip


def rows(make_row: Callable[[int], Cells], faults: Sequence[tuple[int, Any]]) -> Iterator[Cells]:
    """Yield the rows; the first two hold what others repeat, and every 40th has a fault."""
    shuffled = random.Random(3)  # noqa: S311 - the same workbook every time
    for place in range(ROWS):
        row = make_row(place)
        if place and place % (ROWS // FAULTS) == 0:
            column, value = shuffled.choice(faults)
            row[column] = value
        yield row


def main() -> None:
    print(
        f"\nimport of {ROWS:,} rows, {FAULTS} of them faulty: medians of {ROUNDS} rounds, seconds"
    )
    print(f"{'':24}{'openpyxl':>10}{'whole':>8}{'ratio':>8}{'again':>8}   fates")
    for dialect in ("sqlite", "postgresql"):
        for kind in (ImportKind.ENTITIES, ImportKind.PRODUCTS):
            measure(dialect, kind)


def measure(dialect: str, kind: ImportKind) -> None:
    content = workbook(kind)
    alone, whole, again = [], [], []
    fates: dict[str, list[int]] = {}
    for _ in range(ROUNDS):
        alone.append(timed(lambda: read_alone(content)))
        with tempfile.TemporaryDirectory() as folder:
            settings = world.new_settings(dialect, Path(folder) / "world")
            database = Database(settings.database_url)
            if kind is ImportKind.PRODUCTS:
                fill(database)
            hands = Hands(database, lambda: world.NOW, "96")
            whole.append(timed(lambda: fates.update(first=run(hands, kind, content))))  # noqa: B023 - run at once
            again.append(timed(lambda: fates.update(second=run(hands, kind, content))))  # noqa: B023 - as above
            database.close()
    medians = [statistics.median(times) for times in (alone, whole, again)]
    ratio = medians[0] / medians[1]
    told = " then ".join(str(fates[turn]) for turn in ("first", "second"))
    print(
        f"{dialect:12}{kind.value:12}{medians[0]:10.1f}{medians[1]:8.1f}{ratio:8.2f}"
        f"{medians[2]:8.1f}   {told}{'' if ratio >= REACH else '  BELOW ' + str(REACH)}"
    )


def workbook(kind: ImportKind) -> bytes:
    out = BytesIO()
    entities = kind is ImportKind.ENTITIES
    heads = ENTITY_HEADS if entities else PRODUCT_HEADS
    made = rows(entity, ENTITY_FAULTS) if entities else rows(product, PRODUCT_FAULTS)
    write_xlsx(out, title="Danh sách", header=heads, rows=made)
    return out.getvalue()


def read_alone(content: bytes) -> int:
    book = openpyxl.load_workbook(BytesIO(content), read_only=True, data_only=True)
    return sum(len(row) for row in book.worksheets[0].iter_rows(values_only=True))


def fill(database: Database) -> None:
    """Add the entities the products belong to."""
    facts = {"kind": "cooperative", "created_at": world.NOW, "updated_at": world.NOW}
    with database.begin() as db:
        made = [
            facts | {"name": f"HTX {place}", "folded": f"htx {place}", "tax_no": tax_no(place)}
            for place in range(ROWS)
        ]
        db.execute(insert(Entity), made)


def run(hands: Hands, kind: ImportKind, content: bytes) -> list[int]:
    """Do the whole of an import and return how many rows are new, changed, same, refused."""
    sent = read_file(content, name="a.xlsx", kind=kind, languages=LANGUAGES)
    with hands.database.begin() as db:
        job_id = add_import(db, actor=make.SYSTEM, now=world.NOW, sent=sent).id
    work_on_import(hands, job_id)
    with hands.database.begin() as db:
        counts = db.get_one(ImportJob, job_id).counts
        if counts["new"]:
            ask_import(db, actor=make.SYSTEM, now=world.NOW, job_id=job_id, seen={}, partial=True)
    work_on_import(hands, job_id)
    with hands.database.begin(write=False) as db:
        job = db.get_one(ImportJob, job_id)
        if job.state == "failed" or job.stale:
            raise RuntimeError(job.problem)
    return [counts[fate] for fate in ("new", "changed", "same", "refused")]


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
