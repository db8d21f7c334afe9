from datetime import date

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.places.actions import load_places
from app.places.models import Level, Place
from app.places.queries import (
    UnknownCommune,
    get_commune,
    list_communes,
    list_provinces,
    place_text,
)
from tests import make
from tests.conftest import Visit


def test_the_table_holds_the_units_in_force_since_july_2025(db: Session) -> None:
    assert len(list_provinces(db)) == 34
    communes = select(func.count()).select_from(Place).where(Place.level == Level.COMMUNE)
    assert db.scalar(communes) == 3321
    assert "Cà Mau" in {place.name for place in list_provinces(db)}


def test_loading_again_changes_nothing_and_renames_what_was_renamed(db: Session) -> None:
    place = db.get_one(Place, make.DAT_MUI)
    name, place.name = place.name, "Tên cũ"
    db.flush()
    load_places(db)
    db.flush()
    assert place.name == name
    assert db.scalar(select(func.count()).select_from(Place)) == 3355


def test_a_commune_is_one_in_force_on_the_day(db: Session) -> None:
    assert get_commune(db, make.DAT_MUI, on=date(2025, 7, 1)).name == "Đất Mũi"
    db.get_one(Place, make.DAT_MUI).valid_to = date(2027, 12, 31)
    get_commune(db, make.DAT_MUI, on=date(2027, 12, 31))
    for day in (date(2025, 6, 30), date(2028, 1, 1)):
        with pytest.raises(UnknownCommune):
            get_commune(db, make.DAT_MUI, on=day)
    for code in ("96", "00000", "", "3224", "x" * 500):
        with pytest.raises(UnknownCommune):
            get_commune(db, code, on=date(2026, 1, 1))


def test_a_place_is_named_from_the_small_to_the_large(db: Session) -> None:
    assert place_text(db, make.DAT_MUI) == "xã Đất Mũi, tỉnh Cà Mau"
    assert place_text(db, None) == place_text(db, "nowhere") == ""


@pytest.mark.parametrize("text", ["dat mui", "ĐẤT MŨI", "Đất Mũi", "t mu"])
def test_communes_are_found_without_diacritics(db: Session, text: str) -> None:
    assert make.DAT_MUI in {place.code for place in list_communes(db, text=text)}


@pytest.mark.parametrize("text", ["%", "_", "\\", "dat%mui", "dat_mui", "' OR 1=1 --"])
def test_signs_of_the_query_language_are_only_signs(db: Session, text: str) -> None:
    assert list_communes(db, text=text) == []


def test_the_public_may_ask_for_communes(visit: Visit) -> None:
    province = visit().get("/api/v1/communes", params={"q": "dat mui"}).json()[0]["parent_code"]
    found = visit().get("/api/v1/communes", params={"province": province}).json()
    assert {place["parent_code"] for place in found} == {province}
    assert 60 < len(found) <= 200
