"""What officers look at in producers' diaries: the lists, what they decide there, who may."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi import FastAPI
from sqlalchemy.orm import Session

from app.diary.entry_actions import record_entry
from app.diary.models import Lot
from app.diary.rules import EntryKind
from app.diary.upload_models import PhotoPromise
from app.diary.written import Promised, Written
from app.identity.rules import Actor, Belonging
from app.kit.db import Database
from app.products.models import Product
from tests import make
from tests.client import Client
from tests.conftest import Cast, Visit


@dataclass(frozen=True)
class Scene:
    """A product of the cast's entity, and one of a practice farm, which no list tells of."""

    database: Database
    cast: Cast
    product: Product
    practised: Product

    def change(self, work: Callable[[Session], object]) -> None:
        with self.database.begin() as db:
            work(db)

    def lot(self, number: str, *, practice: bool = False, **facts: Any) -> Lot:  # noqa: ANN401 - columns
        with self.database.begin() as db:
            of = self.practised if practice else self.product
            made = make.lot(db, of=db.merge(of), number=number, **facts)
            made.opened_at = facts.get("opened_at", make.NOW - timedelta(days=60))
            return made

    def write(
        self,
        lot: Lot,
        *,
        ago: timedelta,
        late: timedelta = timedelta(),
        **facts: Any,  # noqa: ANN401 - what is written
    ) -> UUID:
        """Add an entry received so long ago, of work done so long before that."""
        now = make.NOW - ago
        given: dict[str, Any] = {"kind": EntryKind.OBSERVATION, "values": {}}
        skew = facts.pop("skew", None)
        written = Written(id=uuid4(), performed_at=now - late, **{**given, **facts})
        with self.database.begin() as db:
            who = self.cast.owner.actor
            if lot.entity_id != self.cast.entity.id:
                who = Actor(None, "Người tập", memberships={lot.entity_id: Belonging.OWNER})
            record_entry(db, actor=who, now=now, lot_id=lot.id, written=written, skew=skew)
        return written.id


@pytest.fixture
def scene(database: Database, cast: Cast) -> Scene:
    with database.begin() as db:
        farm = make.entity(db, name="Cơ sở tập ghi", practice=True)
        return Scene(
            database, cast, make.product(db, of=cast.entity, name="Tôm khô Năm Căn"),
            make.product(db, of=farm, name="Tôm tập"),
        )  # fmt: skip


@pytest.fixture
def officer(visit: Visit, cast: Cast) -> Client:
    return visit(page=cast.officer)


def numbers(client: Client, path: str) -> list[str]:
    """Return the lots of a list in its order, by its file."""
    rows = client.get(path + ("&" if "?" in path else "?") + "file=json").json()
    return [row["lot"] for row in rows]


def test_open_lots_that_fell_silent_stand_first_that_are_silent_longest(
    scene: Scene, officer: Client, visit: Visit
) -> None:
    never, long, short = scene.lot("KHONG"), scene.lot("LAU"), scene.lot("MOI")
    scene.lot("DONG", state="closed", closed_at=make.NOW)
    for lot, days in ((long, 20), (short, 3), (scene.lot("TAP", practice=True), 40)):
        scene.write(lot, ago=timedelta(days=days))
    path = "/office/diaries/silent"
    assert numbers(officer, path) == ["KHONG", "LAU"]
    assert numbers(officer, f"{path}?days=2") == ["KHONG", "LAU", "MOI"]
    assert numbers(officer, f"{path}?q=lau") == ["LAU"]
    assert numbers(officer, f"{path}?q=nam+can&sort=name") == ["KHONG", "LAU"]
    assert numbers(officer, f"{path}?entity={scene.cast.other.id}") == []
    page = officer.get(f"{path}?limit=1")
    assert f"/office/lots/{never.id}" in page.text
    assert "after=1" in page.text
    assert "Mọi lô đang sản xuất" in officer.get(f"{path}?days=100").text
    home = officer.get("/office").text
    assert "2 lô đang sản xuất đã lâu không ghi nhật ký" in home
    notices = visit(page=scene.cast.colleague).get("/app/notices").text
    assert "Nhắc ghi nhật ký: lô LAU chưa có mục mới từ ngày 18/02/2026" in notices
    assert f"/app/lots/{long.id}/entries/new" in notices
    assert "lô MOI" not in notices


def test_who_records_late_stands_by_share(scene: Scene, officer: Client) -> None:
    lot = scene.lot("A")
    for ago, late in ((40, 3), (3, 0), (2, 3), (1, 0)):
        scene.write(lot, ago=timedelta(days=ago), late=timedelta(days=late))
    [row] = officer.get("/office/diaries/late?file=json").json()
    assert (row["entity"], row["count"], row["of"]) == (scene.cast.entity.name, 1, 3)
    [row] = officer.get("/office/diaries/late?days=90&file=json").json()
    assert (row["count"], row["of"]) == (2, 4)
    assert "33 %" in officer.get("/office/diaries/late").text


def test_lots_wait_for_their_release_and_for_where_they_went(scene: Scene, officer: Client) -> None:
    long, short = make.NOW - timedelta(days=20), make.NOW - timedelta(days=2)
    scene.lot("C1", state="closed", closed_at=long)
    scene.lot("C2", state="closed", closed_at=short)
    scene.lot("R1", state="released", closed_at=long, released_at=long + timedelta(days=1))
    assert numbers(officer, "/office/diaries/waiting") == ["C1", "R1"]
    assert numbers(officer, "/office/diaries/waiting?state=released") == ["R1"]
    assert numbers(officer, "/office/diaries/waiting?days=0") == ["C1", "R1", "C2"]


def test_photos_that_never_came_and_clocks_that_are_wrong(scene: Scene, officer: Client) -> None:
    lot = scene.lot("A")
    promised = (Promised("a" * 64, 1000), Promised("b" * 64, 1000))
    entry_id = scene.write(lot, ago=timedelta(days=3), promised=promised)
    scene.write(lot, ago=timedelta(hours=1), promised=promised[:1])
    scene.write(lot, ago=timedelta(days=2), skew=timedelta(days=365))
    scene.write(lot, ago=timedelta(days=2), skew=timedelta(minutes=-5))
    [row] = officer.get("/office/diaries/photos?file=json").json()
    assert (row["lot"], row["count"]) == ("A", 2)
    [row] = officer.get("/office/diaries/clocks?file=json").json()
    assert (row["note"], row["count"]) == (scene.cast.owner.actor.label, 365 * 86400)
    assert "365 ngày" in officer.get("/office/diaries/clocks").text

    def come(db: Session) -> None:
        for sha256 in ("a" * 64, "b" * 64):
            db.get_one(PhotoPromise, (entry_id, sha256)).received_at = make.NOW

    scene.change(come)
    assert numbers(officer, "/office/diaries/photos") == []


def test_late_entries_are_decided_in_place(scene: Scene, officer: Client, visit: Visit) -> None:
    lot = scene.lot("A")
    late: dict[str, Any] = {"ago": timedelta(days=1), "late": timedelta(days=30)}
    first = scene.write(lot, note="Bón phân hữu cơ", **late)
    second = scene.write(lot, note="Chép lại sổ cũ", **late)
    scene.write(scene.lot("TAP", practice=True), **late)
    path = "/office/diaries/approvals"
    page = officer.get(path).text
    assert "Bón phân hữu cơ" in page
    assert "Chép lại sổ cũ" in page
    assert page.count('value="accept"') == 2
    assert "2 mục ghi muộn đang chờ duyệt" in officer.get("/office").text
    reminded = "Mục ghi muộn chờ chủ cơ sở duyệt: 2"
    assert reminded in visit(page=scene.cast.owner).get("/app/notices").text
    assert reminded not in visit(page=scene.cast.colleague).get("/app/notices").text
    wrong = officer.post(f"{path}/{second}", data={"decision": "refuse"})
    assert wrong.status_code == 422
    assert officer.post(f"{path}/{first}", data={"decision": "accept"}).status_code == 303
    said = officer.post(f"{path}/{second}", data={"decision": "refuse", "reason": "Không có cơ sở"})
    assert said.status_code == 303
    assert "Không có mục ghi muộn nào chờ duyệt" in officer.get(path).text
    again = officer.post(f"{path}/{first}", data={"decision": "refuse", "reason": "x"})
    assert again.status_code == 422
    reader = visit(page=scene.cast.inspector)
    scene.write(lot, **late)
    assert 'value="accept"' not in reader.get(path).text
    assert reader.post(f"{path}/{first}", data={"decision": "accept"}).status_code == 403
    assert visit(page=scene.cast.owner).get(path).status_code == 403
    assert len(officer.get(f"{path}?file=json").json()) == 1


def test_lots_whose_stamps_wait_tell_what_they_lack(
    scene: Scene, officer: Client, app: FastAPI
) -> None:
    scene.lot("TRONG", production_date=None)
    with scene.database.begin() as db:
        of = db.merge(scene.product)
        make.complete_lot(db, of=of, number="DU")
    path = "/office/diaries/incomplete"
    assert numbers(officer, path) == []
    with scene.database.begin() as db:
        make.issued_batch(db, of=db.merge(scene.product), keyring=app.state.keyring, handed=60)
    assert numbers(officer, path) == ["TRONG"]
    page = officer.get(path).text
    assert "Lô chưa có ngày sản xuất" in page
    assert numbers(officer, f"{path}?q=khong+co") == []


def test_an_early_harvest_is_let_pass_with_a_reason(scene: Scene, officer: Client) -> None:
    lot = scene.lot("SOM")
    values = {"agent": "Oxytetracycline", "withdrawal_days": 14}
    scene.write(lot, ago=timedelta(days=10), kind=EntryKind.TREATMENT, values=values)
    taken = scene.write(lot, ago=timedelta(days=5), kind=EntryKind.HARVEST)
    path = "/office/diaries/harvests"
    page = officer.get(path).text
    assert "trong thời gian cách ly của Oxytetracycline" in page
    form = {"entry_id": str(taken)}
    assert officer.post(f"{path}/{lot.id}", data=form).status_code == 422
    assert (
        officer.post(f"{path}/{lot.id}", data={**form, "reason": "Đã xét nghiệm"}).status_code
        == 303
    )
    assert numbers(officer, path) == []
    wrong = {"entry_id": str(uuid4()), "reason": "x"}
    assert officer.post(f"{path}/{lot.id}", data=wrong).status_code == 422


def test_the_overview_counts_and_leads_to_every_list(scene: Scene, officer: Client) -> None:
    scene.lot("A")
    page = officer.get("/office/diaries").text
    kinds = ("approvals", "harvests", "incomplete", "silent", "late", "waiting", "photos", "clocks")
    for kind in kinds:
        assert f'href="/office/diaries/{kind}"' in page
        assert officer.get(f"/office/diaries/{kind}").status_code == 200
        assert officer.get(f"/office/diaries/{kind}?days=9999").status_code == 422
    assert officer.get("/office/diaries/nothing").status_code == 404
    assert officer.get("/office/diaries/waiting?state=odd&entity=x&after=99999").status_code == 200
