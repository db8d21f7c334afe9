import multiprocessing
import os
import socket
from collections.abc import Mapping
from multiprocessing.process import BaseProcess
from pathlib import Path

import uvicorn

from app.config import Settings
from tests.waiting import until

PATIENCE = 180
# To load the application takes a processor six seconds, to fork what has loaded it next to none.
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["tests.loaded", "tests.served"])


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


class Server:
    """The application served by uvicorn in a process of its own, on loopback."""

    def __init__(self, settings: Settings, port: int, log: Path) -> None:
        self.settings, self.port, self.log = settings, port, log
        self._process: BaseProcess | None = None

    def start(self) -> None:
        """Start the process and wait until it takes connections."""
        self.log.touch()
        environment = os.environ | self._environment()
        self._process = FORKS.Process(
            target=_serve, args=(environment, self.port, self.log), daemon=True
        )
        self._process.start()
        until(lambda: self._serves() or not self._lives(), PATIENCE)
        if not self._serves():
            message = f"the server did not start: {self.log.read_text()[-2000:]}"
            raise RuntimeError(message)

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._end(self._process)

    def kill(self) -> None:
        """End the process as a power cut does: it gets no chance to finish anything."""
        if self._process is not None:
            self._process.kill()
            self._end(self._process)

    def _end(self, process: BaseProcess) -> None:
        process.join(PATIENCE)
        process.close()
        self._process = None

    def _lives(self) -> bool:
        return self._process is not None and self._process.is_alive()

    def _serves(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def _environment(self) -> dict[str, str]:
        return {
            "DATABASE_URL": self.settings.database_url,
            "DATABASE_SCAN_URL": self.settings.scan_url,
            "OCOP_BASE_URL": self.settings.base_url,
            "OCOP_KEYS_FILE": str(self.settings.keys_file),
            "OCOP_FILES": str(self.settings.files),
            "OCOP_WORK_IN_PROCESS": "1",
            "OCOP_SECOND_FACTOR": (
                "required" if self.settings.second_factor_required else "optional"
            ),
        }


def _serve(environment: Mapping[str, str], port: int, log: Path) -> None:
    """Serve, in the forked process, as the command of uvicorn does."""
    with log.open("ab") as told:
        os.dup2(told.fileno(), 1)
        os.dup2(told.fileno(), 2)
    os.environ.clear()
    os.environ.update(environment)
    uvicorn.run("app.main:app", port=port)
