import re
from datetime import timedelta
from io import BytesIO
from typing import Any

import pypdfium2  # type: ignore[import-untyped]
import pytest
from PIL import Image
from sqlalchemy import select

from app.diary.models import Lot
from app.kit.db import Database
from app.products.models import Product
from app.scans.actions import Lookup, Visit
from app.scans.count_actions import count_lookups
from app.scans.rules import minute_of
from app.stamps.actions import hand_over, refuse_batch
from app.stamps.batch_queries import list_runs
from app.stamps.keyring import Keyring
from app.stamps.ledger_models import Handover
from app.stamps.models import Batch, Movement
from app.stamps.print_actions import Press, make_waiting_exports
from app.stamps.reading import NothingRead, read_photo
from app.stamps.typed import typed_ends
from tests import make
from tests.client import Client
from tests.conftest import Cast, Clock
from tests.conftest import Visit as Open
from tests.stamps.conftest import Made, asked, found


def runs_of(database: Database, batch: Batch) -> list[tuple[int, int, str]]:
    with database.begin(write=False) as db:
        told = [run.numbered(batch.first or 0) for run in list_runs(db, batch_id=batch.id)]
    return [(run.first, run.last, run.state.value) for run in told]


def follow(client: Client, path: str, **form: object) -> str:
    sent = client.post(path, data={name: str(value) for name, value in form.items()})
    assert sent.status_code == 303, sent.text
    return client.get(sent.headers["location"]).text


def test_a_request_is_followed_and_taken_back_while_it_waits(
    visit: Open, cast: Cast, product: Product, database: Database
) -> None:
    owner, form = visit(page=cast.owner), {"product_id": product.id, "quantity": 500}
    follow(owner, "/app/stamps/new", **form)
    follow(owner, "/app/stamps/new", **form)
    first, second = sorted(
        {int(one) for one in re.findall(r"/app/stamps/(\d+)", owner.get("/app/stamps").text)}
    )
    assert visit(page=cast.colleague).post(f"/app/stamps/{first}/withdraw").status_code == 403
    assert visit(page=cast.outsider).post(f"/app/stamps/{first}/withdraw").status_code == 404
    assert "Đã rút yêu cầu" in follow(owner, f"/app/stamps/{first}/withdraw")
    assert owner.post(f"/app/stamps/{first}/withdraw").status_code == 409
    for page in ("/office/batches", f"/office/batches/{first}"):
        assert "Đã rút yêu cầu" in visit(page=cast.officer).get(page).text
    with database.begin() as db:
        who: dict[str, Any] = {"actor": make.SYSTEM, "now": make.NOW}
        refuse_batch(db, batch_id=second, reason="Chưa có nhãn", **who)
    page = owner.get(f"/app/stamps/{second}").text
    assert ("Chưa có nhãn" in page, "Đã rút yêu cầu" in page) == (True, False)


def test_the_receiver_confirms_the_whole_or_another_quantity_with_a_word(
    visit: Open, cast: Cast, issued: Made, database: Database
) -> None:
    batch, worker = issued(), visit(page=cast.colleague)
    with database.begin() as db:
        who: dict[str, Any] = {"actor": make.SYSTEM, "now": make.NOW}
        hand_over(db, batch_id=batch.id, receiver="Anh Thợ", quantity=40, **who)
        one, two = db.scalars(select(Handover.id).order_by(Handover.id))
    assert "60 tem" in worker.get("/app/stamps").text
    path = f"/app/stamps/{batch.id}/handovers"
    assert "Đã xác nhận 60 tem" in follow(worker, f"{path}/{one}", quantity=60)
    short = worker.post(f"{path}/{two}", data={"quantity": "38"})
    assert (short.status_code, f'id="note-wrong-{two}"' in short.text) == (422, True)
    assert "Thiếu 2 tem" in follow(worker, f"{path}/{two}", quantity=38, note="Thiếu 2 tem")
    again = worker.post(f"{path}/{two}", data={"quantity": "40"})
    assert again.status_code == 422
    assert (
        visit(page=cast.outsider).post(f"{path}/{one}", data={"quantity": "1"}).status_code == 404
    )
    assert visit(page=cast.officer).post(f"{path}/{one}", data={"quantity": "1"}).status_code == 403


def test_the_next_stamps_of_a_roll_are_named_activated_and_freed_again(
    visit: Open, cast: Cast, issued: Made, lot: Lot, database: Database, clock: Clock
) -> None:
    batch, worker = issued(), visit(page=cast.colleague)
    form = {"lot_id": lot.id, "batch_id": batch.id, "quantity": 25}
    preview = worker.post("/app/activate/next", data={k: str(v) for k, v in form.items()})
    assert f"Tem số 1-25: 25 tem, lô {lot.number}" in preview.text
    assert runs_of(database, batch)[0] == (1, 60, "received")
    done = follow(worker, "/app/activate/next/confirm", **form, first=1)
    assert "25 tem đã kích hoạt" in done
    assert f'action="/app/stamps/{batch.id}/undo"' in done
    stale = worker.post(
        "/app/activate/next/confirm", data={**{k: str(v) for k, v in form.items()}, "first": "1"}
    )
    assert stale.status_code == 409
    much = worker.post(
        "/app/activate/next", data={k: str(v) for k, v in (form | {"quantity": 36}).items()}
    )
    assert f'id="quantity-wrong-{batch.id}"' in much.text
    assert "Hoàn tác kích hoạt này" in worker.get(f"/app/stamps/{batch.id}").text
    page = follow(worker, f"/app/stamps/{batch.id}/undo", first=1, last=25)
    assert "Đã hoàn tác kích hoạt" in page
    assert "Hoàn tác kích hoạt này" not in page
    assert runs_of(database, batch)[0] == (1, 25, "received")
    follow(worker, "/app/activate/next/confirm", **form)
    seen = Lookup(Visit((batch.first or 0) + 4, b"a" * 16, minute_of(make.NOW)), "phone", True, 1)
    with database.begin() as db:
        count_lookups(db, [seen])
    refused = worker.post(f"/app/stamps/{batch.id}/undo", data={"first": "1", "last": "25"})
    assert (refused.status_code, "tem số 5" in refused.text) == (422, True)
    clock.now += timedelta(days=11)
    assert "tem số 5" not in worker.get(f"/app/stamps/{batch.id}").text


def page_of_sheet(press: Press, cast: Cast, batch: Batch) -> Image.Image:
    """Return the first page of the batch's sheets as a photo straight from above."""
    export_id = asked(press, cast, batch.id, format="pdf")
    make_waiting_exports(press)
    export = found(press.database, export_id)
    pdf = pypdfium2.PdfDocument(press.files.find(f"{export.sha256}.pdf"))
    drawn: Image.Image = pdf[0].render(scale=200 / 72).to_pil()
    return drawn


def as_file(picture: Image.Image, form: str = "JPEG") -> dict[str, tuple[str, bytes, str]]:
    out = BytesIO()
    picture.convert("RGB").save(out, form, quality=80)
    return {"photo": ("a.jpg", out.getvalue(), "image/jpeg")}


def test_a_photo_of_a_sheet_fills_the_form_in(
    visit: Open, cast: Cast, issued: Made, lot: Lot, press: Press
) -> None:
    batch, worker = issued(), visit(page=cast.colleague)
    sheet = page_of_sheet(press, cast, batch)
    texts = read_photo(as_file(sheet.rotate(3, expand=True, fillcolor="white"))["photo"][1])
    ends = next(found for text in texts if (found := typed_ends(text)))
    assert len(texts) > 20
    form = {"lot_id": str(lot.id), "first_code": "", "last_code": ""}
    whole = worker.post("/app/activate/photo", data=form, files=as_file(sheet))
    assert whole.status_code == 200
    assert all(f'value="{code}" selected' in whole.text for code in ends)
    assert "camera=(self)" in whole.headers["permissions-policy"]
    assert "camera=()" in worker.get("/app/stamps").headers["permissions-policy"]
    # The upper left corner holds one stamp or a few, and no label.
    single = as_file(sheet.crop((0, 0, sheet.width // 3, sheet.height // 6)))
    some = worker.post("/app/activate/photo", data=form, files=single).text
    assert "Đã đọc" in some
    stranger = visit(page=cast.outsider).post("/app/spoiled/photo", data=form, files=single)
    assert "Không mã nào là tem của bạn" in stranger.text
    with pytest.raises(NothingRead):
        read_photo(as_file(Image.new("RGB", (400, 300), "teal"))["photo"][1])
    for wrong in ({"photo": ("a.jpg", b"no picture", "image/jpeg")}, {"photo": ("", b"", "")}):
        answer = worker.post("/app/activate/photo", data=form, files=wrong)
        assert (answer.status_code, 'id="photo-wrong"' in answer.text) == (422, True)
    assert visit(page=cast.officer).post("/app/activate/photo", files=single).status_code == 403


def test_spoiled_and_lost_stamps_are_told_by_the_owner_after_a_look(
    visit: Open, cast: Cast, issued: Made, keyring: Keyring, database: Database
) -> None:
    batch, owner = issued(), visit(page=cast.owner)
    codes = [make.code(batch, number, keyring=keyring) for number in (3, 7, 50)]
    label = f"https://ocop.test/app/activate?first={codes[0]}&last={codes[1]}"
    form = {"kind": "void", "first_code": label, "reason": "Tem rách"}
    assert "Tem số 3-7" in owner.post("/app/spoiled", data=form).text
    follow(owner, "/app/spoiled/confirm", **form)
    lost = {"kind": "lose", "first_code": codes[2], "reason": "Rơi mất"}
    assert "Báo thất lạc 1 tem" in owner.post("/app/spoiled", data=lost).text
    history = follow(owner, "/app/spoiled/confirm", **lost)
    assert all(words in history for words in ("Tem rách", "Rơi mất", "số 3-7", "số 50"))
    states = {(first, last): state for first, last, state in runs_of(database, batch)}
    assert (states[3, 7], states[50, 50]) == ("void", "lost")
    silent = owner.post("/app/spoiled", data=lost | {"reason": "", "kind": "void"})
    assert 'id="reason-wrong"' in silent.text
    assert owner.post("/app/spoiled", data=form | {"kind": "burn"}).status_code == 422
    foreign = visit(page=cast.outsider).post("/app/spoiled", data=lost)
    assert foreign.status_code == 422
    for route in ("/app/spoiled", "/app/spoiled/confirm"):
        assert visit(page=cast.colleague).post(route, data=form).status_code == 403
    with database.begin(write=False) as db:
        kinds = list(db.scalars(select(Movement.kind).order_by(Movement.id.desc()).limit(2)))
    assert kinds == ["lose", "void"]


def test_every_member_reads_the_history_and_nobody_else(
    visit: Open, cast: Cast, issued: Made
) -> None:
    batch = issued()
    path = f"/app/stamps/{batch.id}"
    for person in (cast.owner, cast.colleague):
        assert "Bàn giao tem" in visit(page=person).get(path).text
    assert visit(page=cast.outsider).get(path).status_code == 404
    assert f"{path}/withdraw" not in visit(page=cast.officer).get(path).text
