"""Phones and a desk that write on one inspection at the same moment, on the database itself."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from app.audit.models import AuditEvent
from app.kit.db import Database
from app.kit.errors import DomainError
from app.oversight.checklist_queries import questions_of
from app.oversight.inspection_actions import rearrange, write_inspection
from app.oversight.inspection_models import Inspection, InspectionPhoto, Measure
from app.oversight.inspection_photo_actions import add_photo
from app.oversight.inspection_refusals import InspectionSigned, OtherVersion
from app.oversight.inspection_sign_actions import sign_inspection
from app.oversight.inspection_sync_actions import Draft, Kept, Sender, take_inspections
from app.oversight.inspections import Content, FindingSaid
from app.oversight.models import Finding
from app.oversight.rules import FindingOutcome, Traced
from app.products.pictures import CheckedPicture
from app.wiring import words
from tests import make, make_inspections

Work = Callable[[], Kept | DomainError]
WORDS = words()["vi"]
HANDS = 4


def at_once(works: Sequence[Work]) -> list[Kept | DomainError]:
    start = Barrier(len(works))

    def one(work: Work) -> Kept | DomainError:
        start.wait()
        return work()

    with ThreadPoolExecutor(len(works)) as phones:
        return list(phones.map(one, works))


def no_stamp(*_: object) -> Traced:
    raise AssertionError


def phone(database: Database, draft: Draft, device: str) -> Work:
    def work() -> Kept | DomainError:
        sender = Sender(make.SYSTEM, make.NOW, device, WORDS, no_stamp)
        with database.begin() as db:
            return take_inspections(db, sender=sender, drafts=[draft])[0]

    return work


def desk(database: Database, found: Inspection, content: Content) -> Work:
    """Return the office's page: it writes upon the version it read, and signs."""

    def work() -> Kept | DomainError:
        who = {"actor": make.SYSTEM, "now": make.NOW, "inspection_id": found.id}
        try:
            with database.begin() as db:
                write_inspection(db, **who, content=content, base_version=1)  # type: ignore[arg-type]
                done = sign_inspection(db, **who, words=WORDS)  # type: ignore[arg-type]
                return Kept(done, "accepted")
        except DomainError as error:
            return error

    return work


def test_of_phones_and_a_desk_at_once_one_signs_and_the_others_are_told(
    racing_database: Database,
) -> None:
    with racing_database.begin() as db:
        version = make_inspections.annual(db)
        found = make_inspections.inspection(db, record_id=make.entity(db).id)
        answers = make_inspections.answers(questions_of(version), nhat_ky={"value": "no"})
    said = FindingSaid(
        uid=uuid4(),
        outcome=FindingOutcome.DOUBT,
        text="Thiếu sổ ghi nhập vật tư",
        measure="Lập sổ ghi nhập vật tư",
        deadline=make.TODAY,
    )
    whole = Content(
        held_on=make_inspections.HELD,
        answers=answers,
        findings=[said],
        outcome=FindingOutcome.DOUBT,
        summary="Máy một",
    )
    first = Draft(
        uid=found.uid,
        id=found.id,
        base_version=1,
        subject=None,
        checklist_version_id=version.id,
        content=whole,
        finished=True,
    )
    second = replace(first, content=replace(whole, summary="Máy hai"))
    one, two = (phone(racing_database, draft, str(uuid4())) for draft in (first, second))
    done = at_once([one, one, two, two, desk(racing_database, found, whole)])
    kept = [each.result for each in done if isinstance(each, Kept)]
    assert kept.count("accepted") == 1
    # What the winner sent twice is the same; who came later hears that it is signed.
    others = [each for each in done if not isinstance(each, Kept)]
    assert {type(each) for each in others} == {InspectionSigned}
    with racing_database.begin(write=False) as db:
        assert db.scalar(select(func.count()).where(Measure.inspection_id == found.id)) == 1
        findings = select(func.count()).where(Finding.inspection_id == found.id)
        assert db.scalar(findings) == 2
        acts = select(func.count()).where(
            AuditEvent.action == "inspection.sign", AuditEvent.subject_id == str(found.id)
        )
        assert db.scalar(acts) == 1


def test_one_begun_on_the_spot_by_many_sendings_is_one(racing_database: Database) -> None:
    with racing_database.begin() as db:
        version = make_inspections.annual(db)
        entity = make.entity(db)
    draft = Draft(
        uid=uuid4(),
        id=None,
        base_version=0,
        subject=("entity", str(entity.id)),
        checklist_version_id=version.id,
        content=Content(held_on=make_inspections.HELD, summary="Tại chỗ"),
        finished=False,
    )
    done = at_once([phone(racing_database, draft, "máy")] * HANDS)
    assert sorted(one.result for one in done if isinstance(one, Kept)) == [
        "accepted",
        *["duplicate"] * (HANDS - 1),
    ]
    with racing_database.begin(write=False) as db:
        assert db.scalar(select(func.count()).where(Inspection.uid == draft.uid)) == 1


@pytest.mark.on("sqlite")
def test_what_the_desk_added_meanwhile_is_never_overwritten_by_a_phone(
    racing_database: Database,
) -> None:
    with racing_database.begin() as db:
        version = make_inspections.annual(db)
        found = make_inspections.inspection(db, record_id=make.entity(db).id)
        item = next(questions_of(version).items()).code
    content = Content(
        held_on=make_inspections.HELD,
        answers={item: {"value": None, "note": "Đã xem", "photos": []}},
    )
    draft = Draft(
        uid=found.uid,
        id=found.id,
        base_version=1,
        subject=None,
        checklist_version_id=version.id,
        content=content,
        finished=False,
    )
    assert isinstance(phone(racing_database, draft, "máy")(), Kept)
    who = {"actor": make.SYSTEM, "now": make.NOW, "inspection_id": found.id}
    picture = CheckedPicture(sha256="b" * 64, width=4, height=3, renditions=())
    with racing_database.begin() as db:
        add_photo(db, **who, item=item, photo=picture, size=5)  # type: ignore[arg-type]
    # The phone never heard the answer: it sends the same again, and more upon what it knew.
    for sent in (draft, replace(draft, content=replace(content, summary="Thêm"))):
        assert isinstance(phone(racing_database, sent, "máy")(), OtherVersion)
    again = replace(draft, base_version=3, content=replace(content, summary="Sau khi so"))
    with_photo = {item: {**content.answers[item], "photos": [{"sha256": "b" * 64, "size": 5}]}}
    again = replace(again, content=replace(again.content, answers=with_photo))
    assert isinstance(phone(racing_database, again, "máy")(), Kept)
    with racing_database.begin() as db:
        of_it = select(InspectionPhoto).where(InspectionPhoto.inspection_id == found.id)
        [photo] = db.scalars(of_it)
        assert (photo.item, photo.sha256) == (item, "b" * 64)
        rearrange(db, **who, planned_on=make.TODAY, team=["Đội mới"])  # type: ignore[arg-type]
    late = replace(again, content=replace(again.content, team=["Đội cũ"]))
    assert isinstance(phone(racing_database, late, "máy")(), OtherVersion)
