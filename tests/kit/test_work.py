import logging
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from threading import Event
from time import sleep

import pytest

from app.config import Settings
from app.kit.db import Database
from app.kit.work import Runner, Task
from tests.waiting import until

LEADS_UNTIL_KILLED = """
import sys, time
from app.kit.db import Database
from app.kit.work import Runner, Task
leads = Runner(Database(sys.argv[1]), []).run_once()
print("leads" if leads else "waits", flush=True)
time.sleep(60)
"""


def note(said: list[str], text: str) -> Callable[[], None]:
    return lambda: said.append(text)


def test_of_two_runners_one_leads_and_the_other_takes_over(real_database: Database) -> None:
    said: list[str] = []
    one = Runner(real_database, [Task("greet", 1, note(said, "one"))])
    two = Runner(real_database, [Task("greet", 1, note(said, "two"), first=note(said, "led"))])
    assert one.run_once()
    assert not two.run_once()
    assert one.run_once()
    assert said == ["one", "one"]
    one.leadership.drop()
    assert two.run_once()
    assert two.run_once()
    assert not one.run_once()
    assert said == ["one", "one", "led", "two", "two"]
    two.leadership.drop()


def test_the_lead_of_a_killed_process_is_free_again(
    settings: Settings, real_database: Database
) -> None:
    command = [sys.executable, "-c", LEADS_UNTIL_KILLED, settings.database_url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as leader:  # noqa: S603 - our own script
        assert leader.stdout is not None
        assert leader.stdout.readline() == "leads\n"
        heir = Runner(real_database, [])
        assert not heir.run_once()
        os.kill(leader.pid, signal.SIGKILL)
        assert until(heir.run_once)
        heir.leadership.drop()


def test_a_task_that_fails_is_logged_and_the_others_go_on(
    real_database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    said: list[str] = []

    def fail() -> None:
        message = "no paper"
        raise RuntimeError(message)

    runner = Runner(real_database, [Task("print", 1, fail), Task("greet", 1, note(said, "hello"))])
    with caplog.at_level(logging.ERROR):
        assert runner.run_once()
    assert said == ["hello"]
    assert "no paper" in caplog.text
    runner.leadership.drop()


def test_a_thread_works_at_its_pace_and_ends_after_the_task_in_hand(
    real_database: Database,
) -> None:
    often, begun, ended = [], Event(), Event()

    def slow() -> None:
        begun.set()
        sleep(0.2)
        ended.set()

    runner = Runner(
        real_database,
        [Task("often", 0.01, lambda: often.append(1)), Task("slow", 60, slow)],
        patience=0.05,
    )
    runner.start()
    assert begun.wait(60)
    assert until(lambda: len(often) > 5)
    runner.stop()
    assert ended.is_set()
    heir = Runner(real_database, [])
    assert heir.run_once()
    heir.leadership.drop()


def test_a_waiting_thread_takes_over_by_itself(real_database: Database) -> None:
    leader, greeted = Runner(real_database, []), Event()
    assert leader.run_once()
    heir = Runner(real_database, [Task("greet", 60, greeted.set)], patience=0.02)
    heir.start()
    assert not greeted.wait(0.1)
    leader.leadership.drop()
    assert greeted.wait(60)
    heir.stop()


def test_a_leader_whose_connection_was_cut_stops_leading(real_database: Database) -> None:
    if real_database.dialect == "sqlite":
        pytest.skip("its lock is a file")
    cut = Runner(real_database, [])
    assert cut.run_once()
    heir = Runner(real_database, [])
    with real_database.begin() as db:
        db.connection().exec_driver_sql(
            "SELECT pg_terminate_backend(pid) FROM pg_locks "
            "WHERE locktype = 'advisory' AND objid = 7021955 AND database = "
            "(SELECT oid FROM pg_database WHERE datname = current_database())"
        )
    assert until(heir.run_once)
    assert not cut.run_once()
    heir.leadership.drop()
