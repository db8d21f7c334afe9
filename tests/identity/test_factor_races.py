from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from app.identity.factor_actions import confirm_factor, give_code, give_recovery_code
from app.identity.factor_queries import find_session
from app.identity.rules import Role
from app.identity.sealing import Sealer
from app.identity.second_factor import FactorThere, WrongCode, code_at
from app.identity.session_actions import begin_factor, open_session
from app.kit.db import Database
from tests import make

SEALER = Sealer({0: b"k" * 32})
LATER = make.NOW.replace(minute=5)


def at_once(*acts: Callable[[], object]) -> list[str]:
    """Run the acts at one moment; return what each ended in, sorted."""
    start = Barrier(len(acts))

    def run(act: Callable[[], object]) -> str:
        start.wait(timeout=30)
        try:
            act()
        except (WrongCode, FactorThere) as error:
            return type(error).__name__
        return "done"

    with ThreadPoolExecutor(len(acts)) as threads:
        return sorted(threads.map(run, acts))


def test_of_several_at_one_moment_each_code_lets_one_in(racing_database: Database) -> None:
    with racing_database.begin() as db:
        person = make.person(db, "Cán bộ Đua", Role.OFFICER)
        tokens = [
            open_session(db, now=make.NOW, account_id=person.account_id, device=str(number))
            for number in range(2)
        ]
        for token in tokens:
            begin_factor(db, sealer=SEALER, token=token)
    sheets: list[list[str]] = []
    secrets: dict[str, bytes] = {}

    def enrol(token: str) -> None:
        with racing_database.begin() as db:
            session = find_session(db, token=token, now=make.NOW)
            if session is None:
                # The other device was signed out by the one that came first.
                raise FactorThere
            secret = SEALER.unseal(session.candidate or b"", account_id=person.account_id)
            code = code_at(secret, now=make.NOW)
            codes = confirm_factor(db, sealer=SEALER, now=make.NOW, session=session, code=code)[1]
        sheets.append(codes)
        secrets["won"] = secret

    # Two devices that set up the first factor: one secret is the account's.
    ended = at_once(*(lambda token=token: enrol(token) for token in tokens))
    assert ended == ["FactorThere", "done"]
    code = code_at(secrets["won"], now=LATER)

    def give() -> None:
        with racing_database.begin() as db:
            give_code(db, sealer=SEALER, now=LATER, account_id=person.account_id, code=code)

    def recover() -> None:
        with racing_database.begin() as db:
            give_recovery_code(
                db, sealer=SEALER, now=LATER, account_id=person.account_id, code=sheets[0][0]
            )

    assert at_once(give, give, give) == ["CodeUsed", "CodeUsed", "done"]
    assert at_once(recover, recover) == ["WrongRecoveryCode", "done"]
