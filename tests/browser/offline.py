"""A producer's phone with the app on it, for tests that take its network away."""

import base64
import random
from collections.abc import Iterable
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Final, Self

from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Error, Page
from sqlalchemy import func, select

from app.diary.models import DiaryContent, DiaryEntry, DiaryPhoto
from app.kit.db import Database
from tests.waiting import press, until

APP: Final = "/app/diary"
PASSWORD: Final = "mat-khau-thu-1"
_PARTS: Final = """async (given) => {
  const app = document.querySelector("script[type=module]").src;
  const { store, outbox, sync, photos, backup, ids, turns } = (await import(app)).parts;
  const blob = (text) => {
    const bytes = Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
    return new Blob([bytes], { type: "image/jpeg" });
  };
  %s
}"""
_ADD: Final = """
  const times = [];
  for (const [entry, pictures] of given) {
    const start = performance.now();
    await outbox.add(entry, pictures.map(blob));
    times.push(performance.now() - start);
  }
  return times;
"""


def picture(number: int, *, side: int = 60) -> bytes:
    """Return a JPEG like no other; one with a side of 560 has about 280 KB, more than one piece."""
    noise = random.Random(number).randbytes(side * side * 3)  # noqa: S311 - a picture, no secret
    out = BytesIO()
    Image.frombytes("RGB", (side, side), noise).save(out, "JPEG", quality=90)
    return out.getvalue()


def entry(lot_id: int, number: int, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - an entry's own
    """Return an entry as the screens give it to the outbox."""
    return {
        "lot_id": lot_id,
        "kind": "other",
        "stage": "other",
        "performed_at": f"2026-01-{number % 28 + 1:02}T03:00:00Z",
        "values": {},
        "note": f"Ghi lần {number}",
        "public": True,
        "inputs": [],
        **more,
    }


@dataclass
class Phone:
    """A browser profile with its page; `call` runs a few lines beside the app's own modules."""

    context: BrowserContext
    page: Page

    @classmethod
    def new(cls, chromium: Browser, base_url: str) -> Self:
        context = chromium.new_context(
            base_url=base_url,
            viewport={"width": 360, "height": 640},
            locale="vi-VN",
            timezone_id="Asia/Ho_Chi_Minh",
        )
        context.set_default_timeout(30_000)
        return cls(context, context.new_page())

    def sign_in(self, account: str) -> None:
        self.page.goto(f"/sign-in?after={APP}")
        self.page.fill("#phone", account)
        self.page.fill("#password", PASSWORD)
        press(self.page, "main button")
        known = "return !!(await store.state());"
        assert until(lambda: bool(self.call(known))), self.page.inner_text("body")

    def call(self, code: str, given: object = None) -> Any:  # noqa: ANN401 - whatever it returns
        return self.page.evaluate(_PARTS % code, given)

    def reader(self) -> int | None:
        found: int | None = self.call("const who = await store.account(); return who && who.id;")
        return found

    def version(self) -> str:
        """Return the app's address; nothing while it is just being replaced by a newer one."""
        try:
            found: str = self.call("return app;")
        except Error:
            return ""
        return found

    def kept(self) -> bool:
        """Tell whether the worker is there, with the page in its hands."""
        return bool(self.page.evaluate("!!navigator.serviceWorker.controller"))

    def add(self, entries: Iterable[tuple[dict[str, Any], list[bytes]]]) -> list[float]:
        """Write entries with photos; return the milliseconds until each was on disk."""
        given = [
            [one, [base64.b64encode(photo).decode() for photo in photos]] for one, photos in entries
        ]
        times: list[float] = self.call(_ADD, given)
        return times

    def states(self) -> list[str]:
        found: list[str] = self.call("return (await outbox.list()).map((one) => one.state);")
        return found

    def run(self) -> str:
        """Send what waits, as the app does by itself; return how it ended."""
        state: str = self.call("await sync.run(); return sync.status().state;")
        return state


def written(database: Database, lot_id: int) -> list[str]:
    """Return what the lot's diary says, in the server's order."""
    told = select(DiaryContent.note).join(DiaryEntry, DiaryEntry.id == DiaryContent.entry_id)
    with database.begin(write=False) as db:
        notes = db.scalars(told.where(DiaryEntry.lot_id == lot_id).order_by(DiaryEntry.sequence))
        return list(notes)


def photos(database: Database, lot_id: int) -> int:
    query = select(func.count()).select_from(DiaryPhoto).join(DiaryEntry)
    with database.begin(write=False) as db:
        return db.scalar(query.where(DiaryEntry.lot_id == lot_id)) or 0
