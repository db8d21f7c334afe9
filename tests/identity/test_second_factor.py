import re
from base64 import b32decode
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select

from app.audit.models import AuditEvent
from app.config import Settings
from app.identity.actions import hash_password
from app.identity.factor_models import RecoveryCode, SecondFactor
from app.identity.factor_queries import has_factor
from app.identity.models import AccountRole, SessionToken
from app.identity.queries import find_actor_by_session, get_account
from app.identity.rules import Role, hashed
from app.identity.second_factor import code_at, matching_step
from app.identity.session_actions import open_session
from app.kit.db import Database
from app.wiring import create_app
from tests import make
from tests.client import Client, client_for
from tests.conftest import Clock, Visit

PASSWORD = "rừng đước bên sông"
MINUTE = timedelta(minutes=1)


@dataclass
class Phone:
    """A person's phone with an authenticator app, and the browser they sign in with."""

    client: Client
    person: make.Person
    clock: Clock
    secret: bytes = b""

    def password(self) -> httpx.Response:
        form = {"phone": self.person.phone, "password": PASSWORD, "after": "/office/lots"}
        return self.client.post("/sign-in", data=form)

    def scan(self, path: str = "/sign-in/second-factor") -> None:
        """Take the key the page shows for typing."""
        page = self.client.get(path)
        typed = re.search(r"<code>([A-Z2-7 ]+)</code>", page.text)
        assert typed, page.text
        self.secret = b32decode(typed[1].replace(" ", ""))

    def code(self) -> str:
        return code_at(self.secret, now=self.clock.now)

    def step(self, code: str) -> httpx.Response:
        return self.client.post("/sign-in/code", data={"code": code, "after": "/office/lots"})

    def enrol(self) -> list[str]:
        """Sign in for the first time; return the recovery codes."""
        self.password()
        self.scan()
        sheet = self.client.post("/sign-in/second-factor", data={"code": self.code()})
        assert sheet.status_code == 200, sheet.text
        self.clock.now += MINUTE
        return re.findall(r"<code>([A-Z0-9-]{14})</code>", sheet.text)


@pytest.fixture
def officer(database: Database) -> make.Person:
    with database.begin() as db:
        made = make.person(db, "Cán bộ Lan", Role.OFFICER)
        get_account(db, made.account_id).password_hash = hash_password(PASSWORD)
    return made


@pytest.fixture
def phone(app: FastAPI, officer: make.Person, clock: Clock) -> Iterator[Phone]:
    with client_for(app) as client:
        yield Phone(client, officer, clock)


def test_who_has_a_role_sets_the_app_up_before_anything_opens(
    phone: Phone, database: Database
) -> None:
    led = phone.password()
    assert led.headers["location"] == "/sign-in/second-factor?after=/office/lots"
    half = {"/office", "/account", "/app/today", "/account/second-factor", "/office/accounts"}
    for path in half:
        assert phone.client.get(path).headers["location"].startswith("/sign-in?after="), path
    assert phone.client.get("/api/v1/entities").status_code == 401
    assert phone.client.post("/account/keys", data={"label": "x", "days": "30"}).status_code == 303
    assert phone.client.get("/sign-in").headers["location"] == "/sign-in/second-factor"
    phone.scan()
    page = phone.client.get("/sign-in/second-factor").text
    assert 'src="data:image/svg+xml;base64,' in page
    wrong = phone.client.post("/sign-in/second-factor", data={"code": "12345"})
    assert (wrong.status_code, 'id="code-wrong"' in wrong.text) == (422, True)
    token = phone.client.http.cookies["__Host-ocop"]
    sheet = phone.client.post(
        "/sign-in/second-factor", data={"code": phone.code(), "after": "/app/today"}
    )
    assert len(re.findall(r"<code>[A-Z0-9-]{14}</code>", sheet.text)) == 10
    assert 'href="/app/today"' in sheet.text
    # The token that was there before is nobody's now.
    assert phone.client.http.cookies["__Host-ocop"] != token
    assert phone.client.get("/office").status_code == 200
    with database.begin(write=False) as db:
        stored = db.get_one(SecondFactor, phone.person.account_id).secret
        assert phone.secret not in stored
        sheet_codes = re.findall(r"<code>([A-Z0-9-]{14})</code>", sheet.text)
        kept = " ".join(db.scalars(select(RecoveryCode.hash)))
        assert not any(code.replace("-", "") in kept for code in sheet_codes)


def test_the_code_follows_the_password_and_works_once(phone: Phone, visit: Visit) -> None:
    phone.enrol()
    led = phone.password()
    assert led.headers["location"] == "/sign-in/code?after=/office/lots"
    assert phone.client.get("/office").status_code == 303
    assert phone.client.get("/sign-in/second-factor").headers["location"] == "/sign-in"
    wrong = phone.step("000000" if phone.code() != "000000" else "111111")
    assert (wrong.status_code, "set-cookie" in wrong.headers) == (422, False)
    code = phone.code()
    assert phone.step(f"{code[:3]} {code[3:]}").headers["location"] == "/office/lots"
    # The same code at another device, in the same half minute.
    other = Phone(visit(), phone.person, phone.clock, phone.secret)
    other.password()
    replayed = other.step(code)
    assert replayed.status_code == 422
    assert "dùng rồi" in replayed.text
    phone.clock.now += MINUTE
    assert other.step(other.code()).status_code == 303


def test_a_clock_half_a_minute_off_is_borne_and_no_more() -> None:
    secret, now = b"s" * 20, make.NOW
    here = int(now.timestamp()) // 30
    for steps, found in ((-2, None), (-1, here - 1), (0, here), (1, here + 1), (2, None)):
        code = code_at(secret, now=now + timedelta(seconds=30 * steps))
        assert matching_step(secret, code, now=now) == found
    for typed in ("", "12345", "1234567", "abcdef", "\N{ARABIC-INDIC DIGIT ONE}" * 6, "-12345"):
        assert matching_step(secret, typed, now=now) is None
    # RFC 6238, appendix B, by its last six digits.
    vector = make.NOW.fromtimestamp(59, tz=make.NOW.tzinfo)
    assert code_at(b"12345678901234567890", now=vector) == "287082"


def test_an_earlier_code_is_not_taken_after_a_later_one(phone: Phone, visit: Visit) -> None:
    phone.enrol()
    ahead = code_at(phone.secret, now=phone.clock.now + timedelta(seconds=30))
    phone.password()
    assert phone.step(ahead).status_code == 303
    other = Phone(visit(), phone.person, phone.clock, phone.secret)
    other.password()
    assert other.step(other.code()).status_code == 422


def test_wrong_codes_delay_the_next_and_are_counted_although_refused(phone: Phone) -> None:
    phone.enrol()
    phone.password()
    for _ in range(5):
        assert phone.step("1").status_code == 422
    stopped = phone.step(phone.code())
    assert (stopped.status_code, stopped.headers["retry-after"]) == (429, "5")
    phone.clock.now += timedelta(seconds=5)
    assert phone.step(phone.code()).status_code == 303


def test_the_second_step_must_follow_soon(phone: Phone) -> None:
    phone.enrol()
    phone.password()
    phone.clock.now += 16 * MINUTE
    assert phone.step(phone.code()).headers["location"] == "/sign-in"
    assert phone.client.get("/sign-in").status_code == 200


def test_a_recovery_code_stands_in_for_a_lost_phone_once(phone: Phone, visit: Visit) -> None:
    codes = phone.enrol()
    assert len(set(codes)) == 10
    phone.password()
    wrong = phone.client.post("/sign-in/code", data={"recovery": "AAAA-BBBB-CCCC"})
    assert (wrong.status_code, 'id="recovery-wrong"' in wrong.text) == (422, True)
    used = {"recovery": codes[0].lower().replace("-", " ")}
    led = phone.client.post("/sign-in/code", data=used)
    assert led.headers["location"].startswith("/account/second-factor?said=")
    assert "<dd>9</dd>" in phone.client.get(led.headers["location"]).text
    other = Phone(visit(), phone.person, phone.clock)
    other.password()
    assert other.client.post("/sign-in/code", data=used).status_code == 422
    # Another phone: a recovery code proves it, the old app's codes end.
    began = phone.client.post("/account/second-factor", data={"recovery": codes[1]})
    assert began.headers["location"] == "/account/second-factor/new"
    lost = phone.secret
    phone.scan("/account/second-factor/new")
    sent = {"code": phone.code()}
    assert phone.client.post("/account/second-factor/new", data=sent).status_code == 200
    phone.clock.now += MINUTE
    other.password()
    assert other.step(code_at(lost, now=phone.clock.now)).status_code == 422
    assert other.client.post("/sign-in/code", data={"recovery": codes[2]}).status_code == 422
    assert other.step(phone.code()).status_code == 303


def test_nothing_about_the_factor_changes_without_a_code(phone: Phone, database: Database) -> None:
    phone.enrol()
    here = "/account/second-factor"
    for path in (here, f"{here}/codes", f"{here}/end"):
        assert phone.client.post(path, data={"code": "12"}).status_code == 422
    assert phone.client.get(f"{here}/new").headers["location"] == here
    assert phone.client.post(f"{here}/new", data={"code": phone.code()}).status_code == 303
    renewed = phone.client.post(f"{here}/codes", data={"code": phone.code()})
    assert len(re.findall(r"<code>[A-Z0-9-]{14}</code>", renewed.text)) == 10
    phone.clock.now += MINUTE
    # A role needs it: it can be moved, not turned off.
    assert "/end" not in phone.client.get(here).text
    assert phone.client.post(f"{here}/end", data={"code": phone.code()}).status_code == 422
    with database.begin(write=False) as db:
        assert has_factor(db, account_id=phone.person.account_id)


def test_setting_it_up_signs_other_devices_out_and_a_second_device_comes_too_late(
    phone: Phone, visit: Visit
) -> None:
    other = Phone(visit(), phone.person, phone.clock)
    other.password()
    other.scan()
    assert visit(page=phone.person).get("/office").status_code == 200
    phone.enrol()
    assert visit(page=phone.person).get("/office").status_code == 303
    late = other.client.post("/sign-in/second-factor", data={"code": other.code()})
    assert late.headers["location"] == "/sign-in"
    assert other.secret != phone.secret


def test_another_administrator_resets_it_and_the_person_is_told(
    phone: Phone, visit: Visit, database: Database
) -> None:
    phone.enrol()
    with database.begin() as db:
        head, other = (make.person(db, name, Role.ADMINISTRATOR) for name in ("Chị Hạnh", "Anh Ba"))
        colleague = make.person(db, "Cán bộ Tư", Role.OFFICER)
    reset = f"/office/accounts/{phone.person.account_id}/second-factor/reset"
    assert visit(page=colleague).post(reset).status_code == 403
    assert visit(page=phone.person).post(reset).status_code == 303
    own = f"/office/accounts/{head.account_id}/second-factor/reset"
    assert visit(page=head).post(own).status_code == 409
    assert visit(page=other).post(own).status_code == 409
    assert visit(page=head).post(reset).status_code == 303
    assert phone.client.get("/office").status_code == 303
    assert phone.password().headers["location"].startswith("/sign-in/second-factor")
    assert "Chị Hạnh" in phone.client.get("/sign-in/second-factor").text
    with database.begin(write=False) as db:
        query = select(AuditEvent.action).where(AuditEvent.action.endswith("_factor"))
        actions = db.scalars(query.order_by(AuditEvent.seq)).all()
    assert actions == ["account.enrol_factor", "account.reset_factor"]


def test_a_session_without_the_factor_is_nobodys(database: Database, clock: Clock) -> None:
    with database.begin() as db:
        account_id = make.person(db, "Người mới", entity=make.entity(db)).account_id
        token = open_session(db, now=clock.now, account_id=account_id, device="x")
        assert find_actor_by_session(db, token=token, now=clock.now) is not None
        db.add(AccountRole(account_id=account_id, role=Role.OFFICER))
        db.flush()
        assert find_actor_by_session(db, token=token, now=clock.now) is None
        found = find_actor_by_session(db, token=token, now=clock.now, required=False)
        assert found is not None
        db.add(SecondFactor(account_id=account_id, secret=b"", confirmed_at=clock.now, last_step=0))
        db.flush()
        assert find_actor_by_session(db, token=token, now=clock.now, required=False) is None
        db.get_one(SessionToken, hashed(token)).factor_at = clock.now
        db.flush()
        assert find_actor_by_session(db, token=token, now=clock.now) is not None


def test_where_it_is_optional_only_who_has_set_it_up_is_asked(
    settings: Settings, database: Database, officer: make.Person, clock: Clock
) -> None:
    eased = replace(settings, second_factor_required=False)
    with client_for(create_app(eased, clock=clock, database=database)) as client:
        phone = Phone(client, officer, clock)
        assert phone.password().headers["location"] == "/office/lots"
        client.post("/account/second-factor")
        phone.scan("/account/second-factor/new")
        client.post("/account/second-factor/new", data={"code": phone.code()})
        clock.now += MINUTE
        assert phone.password().headers["location"].startswith("/sign-in/code")
        phone.step(phone.code())
        clock.now += MINUTE
        ended = client.post("/account/second-factor/end", data={"code": phone.code()})
        assert ended.status_code == 303
        assert phone.password().headers["location"] == "/office/lots"
