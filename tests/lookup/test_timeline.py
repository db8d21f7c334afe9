"""The diary on the public pages of a stamp and of its lot: what of it is told, and to whom."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy.orm import Session

from app.audit.actions import record
from app.diary.decision_models import EntryDecision
from app.diary.entry_actions import record_entry
from app.diary.erasing_actions import erase_entry_content
from app.diary.models import DiaryPhoto, Lot, LotNotice
from app.diary.rules import EntryKind
from app.diary.template import Template
from app.diary.template_models import ProcessTemplate, ProcessTemplateVersion
from app.diary.trace_models import LotInput
from app.diary.written import Written
from app.lookup.diary_queries import MOST_ENTRIES
from tests import make
from tests.conftest import Cast, Visit
from tests.lookup.conftest import Scene, entry

BODY: dict[str, Any] = {
    "format": 1,
    "stages": [
        {
            "code": "cho-an",
            "name": "Cho tôm ăn",
            "name_en": "Feeding the shrimp",
            "kind": "feeding",
            "fields": [
                {"name": "quantity", "label": "Lượng thức ăn", "label_en": "Feed given",
                 "kind": "number"},
                {"name": "way", "label": "Cách cho ăn", "label_en": "Way", "kind": "choice",
                 "choices": [{"value": "may", "label": "Bằng máy", "label_en": "By machine"}]},
                {"name": "price", "label": "Giá mua", "kind": "number", "public": False},
                {"name": "opened", "label": "Ngày mở bao", "kind": "date"},
            ],
        },
        {"code": "phong-benh", "name": "Phòng bệnh", "kind": "treatment",
         "fields": [{"name": "applicator", "label": "Người làm", "kind": "text"}]},
        {"code": "ghi-rieng", "name": "Ghi riêng", "kind": "other", "public": False,
         "fields": []},
    ],
}  # fmt: skip
DONE = datetime(2026, 3, 9, 8, 0, tzinfo=UTC)


def templated(db: Session, lot: Lot) -> None:
    template = ProcessTemplate(
        code=f"tom-{lot.id}", name="Tôm", folded="tom", created_at=make.NOW, created_by="Lan"
    )
    db.add(template)
    db.flush()
    facts: dict[str, Any] = {"published_at": make.NOW, "published_by": "Lan"}
    body = Template.read(BODY).body()
    version = ProcessTemplateVersion(template_id=template.id, version=1, body=body, **facts)
    db.add(version)
    db.flush()
    db.merge(lot).template_version_id = version.id


@dataclass(frozen=True)
class Diary:
    """The diary of the scene's lot, kept by a template."""

    scene: Scene

    def write(self, stage: str, now: datetime = make.NOW, **facts: Any) -> UUID:  # noqa: ANN401 - what is written
        kind = {"cho-an": EntryKind.FEEDING, "phong-benh": EntryKind.TREATMENT}
        given: dict[str, Any] = {"performed_at": DONE, "values": {}} | facts
        written = Written(id=uuid4(), kind=kind.get(stage, EntryKind.OTHER), stage=stage, **given)
        with self.scene.database.begin() as db:
            owner, lot_id = self.scene.cast.owner.actor, self.scene.lot.id
            record_entry(db, actor=owner, now=now, lot_id=lot_id, written=written)
        return written.id


@pytest.fixture
def diary(scene: Scene) -> Diary:
    scene.change(lambda db: templated(db, scene.lot))
    return Diary(scene)


def told(page: str) -> str:
    """Return the diary's section as text."""
    section = page.partition("<h2>Nhật ký sản xuất</h2>")[2].partition("<h2>")[0]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", section))


def test_public_values_are_told_in_the_readers_language_and_no_others(
    diary: Diary, visit: Visit
) -> None:
    scene = diary.scene
    values = {"quantity": 1250.5, "unit": "KGM", "way": "may", "price": 987654,
              "opened": "2026-03-08"}  # fmt: skip
    diary.write("cho-an", values=values, performer="Anh Bảy Riêng")
    diary.write("phong-benh", values={"applicator": "Chú Tám Riêng"}, note="Rải vôi")
    diary.write("ghi-rieng", note="Chuyện nhà")
    for path in (f"/t/{scene.active}", f"/l/{scene.lot.id}"):
        page = visit().get(path).text
        assert "Cho tôm ăn" in page
        assert "Lượng thức ăn: 1.250,5 kg; Cách cho ăn: Bằng máy" in page
        assert "Ngày mở bao: 08/03/2026" in page
        assert "Rải vôi" in page
        english = visit().get(f"{path}?lang=en").text
        assert "Feeding the shrimp" in english
        assert "Feed given: 1,250.5 kilogram; Way: By machine" in english
        for hidden in ("987654", "987.654", "Riêng", "Ghi riêng", "Chuyện nhà"):
            assert hidden not in page + english, hidden
        # What was written down before there was a template names its stage in its own words.
        assert "Phơi tôm" in page
        assert "Khối lượng (kg)" not in page
    people = [scene.cast.owner.actor.label, "Riêng"]
    data = visit().get(f"/api/v1/verify/lots/{scene.lot.id}")
    assert not [name for name in people if name in data.text]
    feeding = next(one for one in data.json()["entries"] if one["title"] == "Cho tôm ăn")
    assert feeding["facts"][0] == {
        "label": "Lượng thức ăn", "text": "1.250,5 kg", "value": 1250.5, "unit": "KGM"
    }  # fmt: skip


def test_what_was_corrected_is_struck_through_and_stays_readable(
    diary: Diary, visit: Visit
) -> None:
    first = diary.write("cho-an", values={"quantity": 20, "unit": "KGM"}, note="Sáng")
    diary.write("cho-an", values={"quantity": 22, "unit": "KGM"}, amends=first, reason="Cân lại")
    diary.write("cho-an", values={"quantity": 23, "unit": "KGM"}, amends=first, reason="Đổi bao")
    page = visit().get(f"/t/{diary.scene.active}").text
    assert page.count("<b>Cho tôm ăn</b>") == 1
    assert "<p>Lượng thức ăn: 23 kg</p>" in page
    assert "<del>Lượng thức ăn: 22 kg</del>" in page
    assert "<del>Sáng</del>" in page
    text = told(page)
    assert "Đính chính ngày 10/03/2026: Đổi bao. Trước đó đã ghi: 09/03/2026" in text
    assert text.index("23 kg") < text.index("Đổi bao") < text.index("22 kg")
    assert text.index("22 kg") < text.index("Cân lại") < text.index("20 kg")
    entries = visit().get(f"/api/v1/verify/lots/{diary.scene.lot.id}").json()["entries"]
    holding = next(one for one in entries if one["corrected"])
    assert [one["number"] for one in holding["corrected"]] == [7, 6]
    assert (holding["number"], holding["reason"]) == (8, "Đổi bao")


def test_times_are_told_where_they_differ_and_late_is_marked(diary: Diary, visit: Visit) -> None:
    phone: dict[str, Any] = {
        "device_at": DONE + timedelta(days=3),
        "values": {"quantity": 1, "unit": "KGM"},
    }
    owner, lot_id = diary.scene.cast.owner.actor, diary.scene.lot.id
    written = Written(
        id=uuid4(), kind=EntryKind.FEEDING, stage="cho-an", performed_at=DONE, **phone
    )
    with diary.scene.database.begin() as db:
        # The phone was out of reach for a week, and its clock is right.
        now = DONE + timedelta(days=10)
        record_entry(db, actor=owner, now=now, lot_id=lot_id, written=written, skew=timedelta())
    page = told(visit().get(f"/t/{diary.scene.active}").text)
    assert "09/03/2026 · ghi muộn, ngày 12/03/2026 · nhận được ngày 19/03/2026" in page


def test_what_waits_for_approval_or_was_refused_is_not_shown_and_what_was_erased_says_so(
    diary: Diary, visit: Visit
) -> None:
    scene = diary.scene
    long_ago = make.NOW - timedelta(days=20)
    waiting = diary.write("cho-an", performed_at=long_ago, note="Ghi bù tháng trước")
    refused = diary.write("cho-an", performed_at=long_ago, note="Bịa ra")

    def page() -> str:
        return visit().get(f"/t/{scene.active}").text

    def decide(entry_id: UUID, *, accepted: bool) -> Callable[[Session], None]:
        facts = {"decided_at": make.NOW, "decided_by": "Lan"}
        return lambda db: db.add(EntryDecision(entry_id=entry_id, accepted=accepted, **facts))

    scene.change(decide(refused, accepted=False))
    assert "Ghi bù" not in page()
    assert "Bịa ra" not in page()
    scene.change(decide(waiting, accepted=True))
    read_anew(scene)
    assert "Ghi bù tháng trước" in page()
    officer = scene.cast.officer.actor
    with scene.database.begin() as db:
        erase_entry_content(
            db, actor=officer, now=make.NOW, lot_id=scene.lot.id, entry_id=waiting,
            reason="Theo yêu cầu",
        )  # fmt: skip
    text = told(page())
    assert "Ghi bù" not in text
    assert "Nội dung đã được xóa theo quy định của pháp luật." in text


def read_anew(scene: Scene) -> None:
    """Leave an audit event of the producer, as every action does."""
    scene.change(
        lambda db: record(
            db, by=make.SYSTEM, now=make.NOW, action="entry.decide", subject_id=1,
            entity_id=scene.cast.entity.id, after={},
        )
    )  # fmt: skip


def test_photos_are_asked_for_only_when_unfolded(diary: Diary, visit: Visit) -> None:
    entry_id = diary.write("cho-an", note="Có ảnh")

    def add(db: Session) -> None:
        for position in range(1, 3):
            db.add(DiaryPhoto(entry_id=entry_id, sha256=f"{position:064x}", position=position,
                              width=1280, height=960))  # fmt: skip

    diary.scene.change(add)
    page = visit().get(f"/t/{diary.scene.active}").text
    photos = re.findall(r"<img [^>]*/photos/[^>]*>", page)
    assert len(photos) == 2
    for one in photos:
        assert 'loading="lazy"' in one
        assert 'width="320" height="240"' in one
    assert 'alt="Ảnh 1: Cho tôm ăn, 09/03/2026"' in photos[0]
    folded = "".join(re.findall(r"<details>.*?</details>", page, re.DOTALL))
    assert folded.count("/photos/") == page.count("/photos/") == 4


def test_one_step_back_is_told_as_far_as_everybody_may_know(
    scene: Scene, visit: Visit, cast: Cast
) -> None:
    def add(db: Session) -> None:
        theirs = make.product(db, of=db.merge(cast.other), name="Tôm nguyên liệu")
        ours = make.product(db, of=db.merge(cast.entity), name="Muối")
        sold, own = make.lot(db, of=theirs, number="BAN-1"), make.lot(db, of=ours, number="KIN-1")
        recall(db, sold)
        given = {"lot_id": scene.lot.id, "added_at": make.NOW, "added_by": "Chị Chủ"}
        db.add_all([
            LotInput(source_lot_id=sold.id, **given),
            LotInput(source_lot_id=own.id, **given),
            LotInput(material="Ớt khô", supplier="Bà Chín Riêng", **given),
            LotInput(material="Gõ nhầm", withdrawn_at=make.NOW, **given),
        ])  # fmt: skip

    scene.change(add)
    page = visit().get(f"/l/{scene.lot.id}").text
    section = page.partition("<h2>Nguồn nguyên liệu</h2>")[2].partition("</section>")[0]
    assert f"<b>Tôm nguyên liệu</b>, {cast.other.name}" in section
    assert "Lô BAN-1" in section
    assert "<b>Muối</b></p>" in section
    assert "<b>Ớt khô</b></p>" in section
    for hidden in ("KIN-1", "Riêng", "Gõ nhầm"):
        assert hidden not in page
    found = visit().get(f"/api/v1/verify/lots/{scene.lot.id}").json()["made_from"]
    assert [one["material"] for one in found] == ["Tôm nguyên liệu", "Muối", "Ớt khô"]
    assert [bool(one["url"]) for one in found] == [True, False, False]


def recall(db: Session, lot: Lot) -> None:
    db.add(LotNotice(lot_id=lot.id, kind="hold", reason="Kiểm tra", set_at=make.NOW,
                     set_by="Lan"))  # fmt: skip


def test_a_long_diary_is_read_on_to_its_end(scene: Scene, visit: Visit) -> None:
    def add(db: Session) -> None:
        for number in range(6, MOST_ENTRIES + 40):
            entry(db, scene.cast, scene.lot, number % 9 + 1, f"Mẻ số {number}.", serial=number)

    scene.change(add)
    seen: list[str] = []
    path = f"/l/{scene.lot.id}"
    while path:
        page = visit().get(path).text
        seen += re.findall(r"Mẻ số \d+\.", page)
        onward = re.search(r'href="(/l/\d+\?after=\d+)"', page)
        path = onward[1] if onward else ""
    assert len(seen) == len(set(seen)) == MOST_ENTRIES + 34
    numbers: list[int] = []
    path = f"/api/v1/verify/lots/{scene.lot.id}"
    while path:
        body = visit().get(path).json()
        numbers += [one["number"] for one in body["entries"]]
        path = body["next"]
    assert sorted(numbers) == list(range(1, MOST_ENTRIES + 40))
    for odd in ("?after=-1", "?after=x", "?after=9999999999999999999999"):
        assert visit().get(f"/l/{scene.lot.id}{odd}").status_code == 200
    assert visit().get("/api/v1/verify/lots/999999").status_code == 404


def test_data_of_a_stamp_lead_to_its_diary(scene: Scene, visit: Visit) -> None:
    client = visit()
    lot = client.get(f"/api/v1/verify/{scene.active}").json()["lot"]
    assert lot["id"] == scene.lot.id
    path = lot["diary"].removeprefix("https://ocop.test")
    first = client.get(path)
    assert len(first.json()["entries"]) == 5
    tag = {"if-none-match": first.headers["etag"]}
    assert (
        client.get(lot["diary"].removeprefix("https://ocop.test"), headers=tag).status_code == 304
    )
