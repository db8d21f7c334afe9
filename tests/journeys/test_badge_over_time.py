"""What a badge says through the years, at the last and the first instant of each day it turns on.

A day is one in Vietnam: its first instant is 17:00 of the day before by the clock of the world.
Every surface is asked at the same instant and gives the same answer.
"""

import json
import re
from collections.abc import Callable
from datetime import UTC
from io import BytesIO
from typing import Any

import pytest
from fastapi import FastAPI
from PIL import Image, ImageColor

from app.entities.models import Entity
from app.kit.db import Database
from app.partners.badges import COLOURS, Tone
from app.stamps.span_actions import activate_span
from tests import make
from tests.client import Client
from tests.conftest import Cast, Clock, Visit
from tests.journeys.badge_cases import STARS, Case, the_cases

BLOCK = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)
# A point of the badge's picture within its sign, beside the mark on it.
SIGN = (40, 84)


@pytest.fixture
def case(database: Database, cast: Cast, app: FastAPI, visit: Visit) -> Callable[..., Case]:
    office = visit(api=cast.officer)
    count = 0

    def made(
        name: str,
        right: dict[str, Any] | None = None,
        use: dict[str, Any] | None = None,
        of: Entity | None = None,
    ) -> Case:
        nonlocal count
        count += 1
        sign = f"Xứ số {count:02d}"
        with database.begin() as db:
            given = {"sign": sign, "registration_date": "2020-01-01"} | (right or {})
            made = make.product(db, of=of or cast.entity)
            bears = make.right(db, **given)
            granted = None
            if use is not None:
                granted = make.use_right(db, of=bears, product=made, **use)
            lot = make.complete_lot(db, of=made)
            keyring = app.state.keyring
            batch = make.issued_batch(db, of=made, keyring=keyring, quantity=5, handed=5)
            codes = [make.code(batch, number, keyring=keyring) for number in (1, 2)]
            activate_span(
                db,
                actor=(cast.owner if of is None else cast.outsider).actor,
                now=make.NOW,
                keyring=keyring,
                first_code=codes[0],
                last_code=codes[1],
                lot_id=lot.id,
            )
            key = granted.id if granted else 0
            return Case(name, made.id, codes[0], lot.id, bears.id, key, sign, office)

    return made


def told_of_right(case: Case, reader: Client, office: Client) -> dict[str, bool]:
    """Return what each surface says of the right, by the surface's name."""
    found: dict[str, bool] = {}
    for path in (f"/t/{case.stamp}", f"/p/{case.product}", f"/l/{case.lot}"):
        page = reader.get(path).text
        found[path] = f'class="right holds" id="right-{case.right}"' in page
        named = json.loads(BLOCK.findall(page)[0]).get("hasCertification", [])
        found[f"{path} as data"] = any(case.shows in one["name"] for one in named)
    for path in (case.stamp, f"products/{case.product}"):
        told = reader.get(f"/api/v1/verify/{path}").json()
        found[path] = case.shows in [one["sign"] for one in told["badges"]]
    for kind in (".svg", ".json"):
        face = reader.get(f"/badge/{case.product}{kind}").text
        found[f"badge{kind}"] = case.shows in face and "Còn hiệu lực" in face
    found["badge.png"] = is_green(reader, case)
    embed = reader.get(f"/oembed?url=https://ocop.test/p/{case.product}").json()["title"]
    found["oembed"] = case.shows in embed and "Còn hiệu lực" in embed
    for path in (f"/p/{case.product}", f"/t/{case.stamp}"):
        links = reader.get(f"{path}?linkType=linkset").text
        title = re.search(rf'"title": "[^"]*{case.shows}[^"]*"', links)
        found[f"{path} as links"] = title is not None and "còn hiệu lực" in title[0]
    address = f"https://ocop.test/p/{case.product}"
    register = reader.get("/products?file=json").json()
    # Products of a dissolved producer are listed for who asks for them alone.
    rows = [one for one in register if address in one.values()]
    found["register"] = case.shows in json.dumps(rows, ensure_ascii=False)
    if case.use:
        told = office.get(f"/office/use-rights?product={case.product}&file=json").json()
        found["office"] = any(one["badge"] for one in told)
    if case.use and not case.formed:
        listed = reader.get("/open-data/use-rights.json").json()
        found["open data"] = case.product in [one["product_id"] for one in listed]
        users = reader.get(f"/r/{case.right}").text.partition('id="users"')[2]
        found["users"] = f"/p/{case.product}" in users.partition("<details>")[0]
    return found


def is_green(reader: Client, case: Case) -> bool:
    """Tell whether the sign of the badge's picture has the colour of what is in force."""
    with Image.open(BytesIO(reader.get(f"/badge/{case.product}.png").content)) as drawn:
        return drawn.convert("RGB").getpixel(SIGN) == ImageColor.getrgb(COLOURS[Tone.GOOD][0])


def told_of_stars(case: Case, reader: Client, _office: Client) -> dict[str, bool]:
    """Return whether each surface asserts the OCOP stars."""
    found: dict[str, bool] = {}
    for path in (f"/t/{case.stamp}", f"/p/{case.product}", f"/l/{case.lot}"):
        page = reader.get(path).text
        named = json.loads(BLOCK.findall(page)[0]).get("hasCertification", [])
        found[f"{path} as data"] = case.shows in [one["name"] for one in named]
    for path in (case.stamp, f"products/{case.product}"):
        told = reader.get(f"/api/v1/verify/{path}").json()
        stars = (
            told["product"]["stars"] if "product" in told else (told["stars"] or {}).get("stars")
        )
        found[path] = stars == 4
    for kind in (".svg", ".json"):
        face = reader.get(f"/badge/{case.product}{kind}").text
        found[f"badge{kind}"] = case.shows in face
    found["badge.png"] = is_green(reader, case)
    address = f"https://ocop.test/p/{case.product}"
    register = reader.get("/products?file=json").json()
    found["register"] = [one["stars"] for one in register if address in one.values()] == [4]
    return found


@pytest.mark.slow
@pytest.mark.on("postgresql")
def test_every_surface_turns_on_the_same_instant(
    case: Callable[..., Case],
    visit: Visit,
    clock: Clock,
    database: Database,
    cast: Cast,
) -> None:
    cases = the_cases(case, database, cast)
    reader, office = visit(), cases[0].office
    steps = sorted(
        (
            (at, place, one, act, shown)
            for one in cases
            for place, (at, act, shown) in enumerate(one.line)
        ),
        key=lambda step: (step[0], step[1]),
    )
    wrong: list[str] = []
    for at, _, one, act, shown in steps:
        clock.now = at.astimezone(UTC)
        if act is not None:
            act()
        if shown is None:
            continue
        tell = told_of_stars if one.shows == STARS else told_of_right
        told = tell(one, reader, office)
        wrong += [f"{one.name} at {at}: {name}" for name, says in told.items() if says is not shown]
    assert not wrong, "\n".join(wrong)
