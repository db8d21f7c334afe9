"""A workbook is sent to the office, and what its report says."""

import re
from collections.abc import Sequence
from typing import Any

import httpx
from sqlalchemy import select

from app.kit.db import Database
from tests.client import Client
from tests.workbooks import workbook

Rows = Sequence[Sequence[Any]]
PATH = "/office/imports"
HEADS = ["Tên chủ thể", "Loại hình", "Mã số thuế", "Xã, phường", "Điện thoại", "Ngày giải thể"]
NEW = ["HTX Tôm khô Rạch Gốc A", "HTX", "2000111222", "xã Đất Mũi", "0912 345 678", None]

HEADS = ["Tên chủ thể", "Loại hình", "Mã số thuế", "Xã, phường", "Điện thoại", "Ngày giải thể"]
NEW = ["HTX Tôm khô Rạch Gốc A", "HTX", "2000111222", "xã Đất Mũi", "0912 345 678", None]


def send(
    client: Client, rows: Rows, kind: str = "entities", name: str = "ds.xlsx"
) -> httpx.Response:
    return client.post(
        PATH, data={"kind": kind}, files={"file": (name, workbook(rows), "application/x")}
    )


def sent(client: Client, rows: Rows, kind: str = "entities") -> tuple[str, str]:
    """Send a workbook that is accepted; return the path of its report, and the page."""
    answer = send(client, rows, kind)
    assert answer.status_code == 303, answer.text
    path = answer.headers["location"]
    return path, client.get(f"{path}?lang=en").text


def imported(client: Client, path: str, page: str) -> str:
    """Press the button that imports; return the page that follows."""
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="(\w+)"', page))
    answer = client.post(f"{path}/import", data=fields)
    assert answer.status_code == 303, answer.text
    return client.get(f"{path}?lang=en").text


def fates(page: str) -> list[int]:
    """Return how many rows are new, changed, as they were, and refused."""
    return [
        int(found[1])
        for fate in ("New", "Changed", "As it was", "Refused")
        if (found := re.search(rf"</span> {fate}: (\d+)</a>", page))
    ]


def all_of(database: Database, model: Any) -> list[Any]:  # noqa: ANN401 - any mapped class
    with database.begin(write=False) as db:
        return list(db.scalars(select(model).order_by(model.id)))
