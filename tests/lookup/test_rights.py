"""The public register of rights: what is found, who is shown as a user, and what is nobody's."""

import json
import re
from collections.abc import Callable
from datetime import date, timedelta
from html import unescape
from itertools import product as every
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kit.db import Database
from app.kit.paging import Cut
from app.lookup.right_search_queries import may_use
from app.lookup.right_user_queries import list_former_users, list_users
from app.places.models import FormerPlace
from app.rights.models import IpRight, RightProduct, UseRight
from app.rights.queries import right_facts, use_right_standing
from app.rights.right_models import RightArea, RightHolder
from app.rights.standing import Standing
from tests import make
from tests.conftest import Clock, Visit
from tests.lookup.conftest import Scene

TODAY = make.TODAY
YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)
SONG_DOC = "31756"
ALWAYS: dict[str, Any] = {"recorded_at": make.NOW, "recorded_by": "Cán bộ"}
Ask = Callable[[str], list[str]]


def names(page: str) -> list[str]:
    """Return the names of the listed rows, in their order."""
    return [unescape(one) for one in re.findall(r'<li class="item"><a href="[^"]+">([^<]+)<', page)]


@pytest.fixture
def ask(visit: Visit) -> Ask:
    def asked(path: str) -> list[str]:
        answer = visit().get(path)
        assert answer.status_code == 200, path
        assert "set-cookie" not in answer.headers
        return names(answer.text)

    return asked


@pytest.fixture
def register(scene: Scene, database: Database) -> Scene:
    """Rights of every kind: with users, suspended, of a person, from the press, applied for."""
    with database.begin() as db:
        honey = make.product(db, of=scene.cast.other, name="Mật ong U Minh", picture=False)
        crab = make.right(
            db,
            sign="Năm Căn",
            goods="cua biển",
            registration_no="00999",
            registration_no_as_written="GI 00999",
            owner="UBND tỉnh Cà Mau",
            area_as_written="huyện Năm Căn",
        )
        make.use_right(db, of=crab, product=scene.product)
        area = {"as_written": "thị trấn Năm Căn", "place_code": make.DAT_MUI}
        db.add(RightArea(right_id=crab.id, **area, **ALWAYS))
        db.add(RightHolder(right_id=crab.id, role="manager", name="Chi cục Phát triển", **ALWAYS))
        own = make.right(
            db,
            type="trademark",
            sign="Út Hoà",
            registration_no="4-0165802-000",
            registration_no_as_written="165802",
            owner="Nguyễn Văn Kín",
            owner_entity_id=scene.cast.other.id,
            expires_on=date(2035, 1, 1),
        )
        db.add(RightProduct(right_id=own.id, product_id=honey.id))
        stopped = {"sign": "Rươi Duyên Hải", "suspended_on": YESTERDAY}
        make.right(db, type="collective_mark", expires_on=date(2035, 1, 1), **stopped)
        make.right(db, type="certification_mark", sign="Cũ", ended_on=YESTERDAY)
        person = {"owner": "Trần Thị Kín", "managing_body": "Lê Văn Kín"}
        alone = make.right(db, type="trademark", sign="Cá nhân", expires_on=TOMORROW, **person)
        for role, name in (("owner", "Trần Thị Kín"), ("manager", "Lê Văn Kín")):
            db.add(RightHolder(right_id=alone.id, role=role, name=name, **ALWAYS))
        make.right(db, sign="Báo chí", checked_on=None, checked_by="")
        make.right(db, sign="Mới nộp", registration_no=None, application_no="6-2024-00012")
        former = {"name": "Viên An", "folded": "vien an", "district_folded": "ngoc hien"}
        db.add(FormerPlace(commune_code=make.DAT_MUI, district="Ngọc Hiển", **former))
    return scene


ALL = ["Cà Mau", "Cá nhân", "Cũ", "Năm Căn", "Rươi Duyên Hải", "Út Hoà"]


def test_rights_are_found_by_what_is_told_of_them_and_by_their_users(
    register: Scene, ask: Ask
) -> None:
    assert ask("/rights") == ALL
    of_user = ["Cà Mau", "Năm Căn"]
    found = {
        "q=nam can": ["Năm Căn"],
        "q=CUA BIEN": ["Năm Căn"],
        "q=999": ["Năm Căn"],
        "q=gi 00999": ["Năm Căn"],
        "q=4-0165802-000": ["Út Hoà"],
        "q=165802": ["Út Hoà"],
        "q=ubnd tinh": ["Năm Căn"],
        "q=chi cuc": ["Năm Căn"],
        "q=rach goc": of_user,
        "q=tom kho": of_user,
        "q=mat ong": ["Út Hoà"],
        "q=mam ut": ["Út Hoà"],
        "q=xã Đất Mũi": ["Cà Mau", "Năm Căn", "Út Hoà"],
        "q=xã Viên An": ["Cà Mau", "Năm Căn", "Út Hoà"],
        "q=huyện Ngọc Hiển": ["Cà Mau", "Năm Căn", "Út Hoà"],
        "q=nguyen van kin": [],
        "q=tran thi kin": [],
        "q=bao chi": [],
        "q=6-2024-00012": [],
        "q=%00%FF%25_": [],
        "q=...": [],
        f"commune={make.DAT_MUI}": ["Cà Mau", "Năm Căn", "Út Hoà"],
        f"commune={SONG_DOC}": [],
        "type=trademark": ["Cá nhân", "Út Hoà"],
        "standing=in_force": ["Cà Mau", "Cá nhân", "Năm Căn", "Út Hoà"],
        "standing=suspended": ["Rươi Duyên Hải"],
        "standing=over": ["Cũ"],
        "standing=over&q=nam can": [],
        "sort=newest&type=gi": ["Năm Căn", "Cà Mau"],
    }
    asked = {query: ask("/rights?" + quote(query, safe="=&%")) for query in found}
    assert asked == found
    # A commune's name before the merger leads to what is there now, in each list.
    assert ask("/products?q=vien+an") == ["Mật ong U Minh", register.product.name]
    assert ask("/entities?q=huyen+ngoc+hien") == [
        register.cast.other.name,
        register.cast.entity.name,
    ]


@pytest.mark.usefixtures("register")
def test_what_is_asked_for_wrongly_or_is_not_checked_is_told_so(
    visit: Visit, database: Database
) -> None:
    for query in ("type=x", "standing=x", "sort=price", "commune=abc", "q=" + "x" * 121):
        assert visit().get(f"/rights?{query}").status_code == 422, query
    with database.begin() as db:
        hidden = [one.id for one in rights(db).values() if one.sign in {"Báo chí", "Mới nộp"}]
    for path in (*(f"/r/{one}" for one in hidden), "/r/0", "/r/x", "/r/99999999999999999999"):
        assert visit().get(path).status_code == 404, path
    assert visit().get("/rights?q=zzz").headers["x-robots-tag"] == "noindex"
    assert "x-robots-tag" not in visit().get("/rights").headers


def rights(db: Session) -> dict[str, IpRight]:
    return {one.sign: one for one in db.query(IpRight)}


def test_a_rights_page_tells_what_was_checked_and_nothing_personal(
    register: Scene, visit: Visit, database: Database
) -> None:
    with database.begin() as db:
        known = rights(db)
    page = visit().get(f"/r/{known['Năm Căn'].id}")
    told = ("GI 00999", "UBND tỉnh Cà Mau", "Chi cục Phát triển", "thị trấn Năm Căn", "10/03/2026")
    assert [one for one in told if one not in page.text] == []
    users = page.text.partition('<section id="users">')[2]
    assert names(users) == [register.cast.entity.name]
    assert f'href="/p/{register.product.id}"' in users
    assert "Cán bộ" not in page.text
    described = re.search(r'<script type="application/ld\+json">(.*?)</script>', page.text)
    assert described
    facts = json.loads(described[1])
    assert facts["@id"] == f"https://ocop.test/r/{known['Năm Căn'].id}"
    assert facts["certificationStatus"] == "https://schema.org/CertificationActive"
    assert 'property="og:title"' in page.text
    own = visit().get(f"/r/{known['Út Hoà'].id}").text
    assert "Mật ong U Minh" in own
    assert register.cast.other.name in own
    for sign in ("Út Hoà", "Cá nhân"):
        assert "Kín" not in visit().get(f"/r/{known[sign].id}").text
    for path in ("/open-data/rights.csv", "/open-data/rights.json", "/rights?file=json"):
        assert "Kín" not in visit().get(path).text
    for words in ("Trần Thị Kín", "Lê Văn Kín"):
        assert names(visit().get("/rights", params={"q": words}).text) == []
    stopped = visit().get(f"/r/{known['Rươi Duyên Hải'].id}").text
    assert "không có hiệu lực" in stopped
    english = visit().get(f"/r/{known['Năm Căn'].id}?lang=en").text
    assert "Who may use it today" in english
    for path in (f"/p/{register.product.id}", f"/e/{register.cast.entity.id}"):
        assert f'href="/r/{known["Năm Căn"].id}"' in visit().get(path).text
    sitemap = visit().get("/sitemap/r-1.xml").text
    assert f"/r/{known['Năm Căn'].id}<" in sitemap
    assert f"/r/{known['Báo chí'].id}<" not in sitemap
    assert "/sitemap/r-1.xml" in visit().get("/sitemap.xml").text


DAYS = (None, YESTERDAY, TODAY, TOMORROW)


def test_a_search_knows_what_was_told_of_a_right_a_moment_ago(
    register: Scene, visit: Visit, ask: Ask, database: Database
) -> None:
    with database.begin() as db:
        path = f"/api/v1/rights/{rights(db)['Năm Căn'].id}"
    office = visit(api=register.cast.officer)

    def told(method: str, part: str, **facts: Any) -> Any:  # noqa: ANN401 - what is answered
        answer = office.request(method, path + part, json=facts)
        assert answer.status_code < 300, answer.text
        office.request("POST", f"{path}/check", json={"against": "GCN 00999"})
        return answer.json()

    assert ask("/rights?q=rung+tram") == []
    areas = told("POST", "/areas", as_written="Rừng Tràm")["areas"]
    assert ask("/rights?q=rung+tram") == ["Năm Căn"]
    (tram,) = [one["id"] for one in areas if one["as_written"] == "Rừng Tràm"]
    told("POST", f"/areas/{tram}/strike", reason="Ghi nhầm")
    assert ask("/rights?q=rung+tram") == []
    told("PATCH", "", sign="Ngọc Hiển", goods="tôm")
    assert ask("/rights?q=nam+can+tom") == ask("/rights?q=ngoc+hien+tom") == ["Ngọc Hiển"]
    office.request("POST", f"{path}/uncheck", json={"reason": "Xem lại"})
    assert ask("/rights?q=ngoc+hien+tom") == []


def test_the_users_of_today_are_those_whose_right_the_rules_call_in_force(
    register: Scene, database: Database
) -> None:
    """Every order of the days around today, beside the rule for a single use right."""
    with database.begin() as db:
        right = make.right(db, sign="Bảng")
        for start, end, ended, stop, again in every(DAYS[1:], DAYS, DAYS, DAYS, DAYS):
            if (end and end < start) or (again and (stop is None or again < stop)):
                continue
            days = {"valid_from": start, "valid_to": end, "ended_on": ended}
            paused = {"suspended_on": stop, "resumed_on": again}
            make.use_right(db, of=right, product=register.product, **days, **paused)
        pause = {"pauses": [("2026-03-01", "2026-03-20")]}
        make.use_right(db, of=right, product=register.product, **pause)
        gone: dict[int, date] = {}
        for day in (YESTERDAY, TODAY, TOMORROW):
            one = make.entity(db, name=f"Thôi {day}", status="dissolved", dissolved_on=day)
            gone[one.id] = day
            of = make.product(db, of=one)
            for end, ended in every((None, TODAY), DAYS):
                make.use_right(db, of=right, product=of, valid_to=end, ended_on=ended)
        rows = db.query(UseRight).filter_by(right_id=right.id).all()
        states = {one.id: use_right_standing(one, TODAY, gone.get(one.entity_id)) for one in rows}
        facts, cut = right_facts(right), Cut(limit=1000)
        now = {one.id for one in list_users(db, facts, day=TODAY, cut=cut).items}
        then = {one.id for one in list_former_users(db, facts, day=TODAY, cut=cut).items}
        told = select(UseRight.id).where(UseRight.right_id == right.id, *may_use(TODAY))
        unpaused = {one.id for one in rows if not one.pauses}
        assert set(db.scalars(told)) & unpaused == now
    assert now == {one for one, state in states.items() if state is Standing.IN_FORCE}
    assert then == set(states) - now - {
        one for one, state in states.items() if state is Standing.NOT_YET
    }
    assert len(now) > 5 < len(then)


def test_who_is_not_listed_and_who_only_practises_is_no_user_anywhere(
    register: Scene, visit: Visit, database: Database
) -> None:
    with database.begin() as db:
        right = rights(db)["Năm Căn"]
        farm = make.entity(db, name="Trại tập", practice=True)
        make.use_right(db, of=right, product=make.product(db, of=farm, name="Cua tập"))
        quiet = make.entity(db, name="Không công bố")
        hushed = make.product(db, of=quiet, name="Cua kín")
        make.use_right(db, of=right, product=hushed, listed=False)
        make.use_right(db, of=right, product=hushed, listed=False, ended_on=YESTERDAY)
    for path in (f"/r/{right.id}", "/open-data/use-rights.csv", "/open-data/use-rights.json"):
        text = visit().get(path).text
        assert register.cast.entity.name in text
        assert [one for one in ("Trại tập", "Không công bố", "Cua kín") if one in text] == []
    assert names(visit().get("/rights?q=khong+cong+bo").text) == []


def test_users_are_searched_and_walked_through(
    register: Scene, visit: Visit, database: Database, ask: Ask
) -> None:
    with database.begin() as db:
        right = rights(db)["Năm Căn"]
        for number in range(5):
            entity = make.entity(db, name=f"Tổ nuôi {number}")
            product = make.product(db, of=entity, name=f"Cua {number}", picture=False)
            make.use_right(db, of=right, product=product, certificate_no=f"CC-{number}")
    here = f"/r/{right.id}"
    assert ask(f"{here}?q=to+nuoi+3") == ["Tổ nuôi 3"]
    assert ask(f"{here}?q=cc-4") == ["Tổ nuôi 4"]
    assert ask(f"{here}?q=zzz") == []
    first = visit().get(f"{here}?limit=4")
    assert names(first.text) == [register.cast.entity.name, "Tổ nuôi 0", "Tổ nuôi 1", "Tổ nuôi 2"]
    link = re.search(r'href="([^"]+)">Trang sau<', first.text)
    assert link
    assert ask(unescape(link[1])) == ["Tổ nuôi 3", "Tổ nuôi 4"]
    assert len(visit().get(f"{here}?file=json&q=to+nuoi").json()) == 5


def test_a_file_turns_with_the_day_and_is_told_of_in_its_headers(
    register: Scene, visit: Visit, database: Database, clock: Clock
) -> None:
    with database.begin() as db:
        right = rights(db)["Năm Căn"]
        make.use_right(db, of=right, product=register.product, valid_to=TODAY)
    path, reader = "/open-data/use-rights.csv", visit()
    today = reader.get(path)
    assert len(today.text.splitlines()) == 4
    clock.now += timedelta(days=1)
    later = reader.get(path)
    assert len(later.text.splitlines()) == 3
    assert later.headers["etag"] != today.headers["etag"]
    assert later.headers["last-modified"].startswith("Tue, 10 Mar 2026 17:00:00")
    assert later.headers["access-control-allow-origin"] == "*"
    assert later.headers["cache-control"] == "public, no-cache"
    assert "set-cookie" not in later.headers
    head = reader.head(path)
    assert (head.status_code, head.headers["content-length"]) == (200, str(len(later.content)))
    for name in ("x.csv", "rights.xml", "rights", "../rights.csv", "x.schema.json"):
        assert reader.get(f"/open-data/{name}").status_code == 404, name
    page = reader.get("/open-data")
    assert later.headers["etag"].strip('"') in page.text
    assert '"@type":"DataCatalog"' in page.text
