"""A server that is there again at once after each death, since its modules are loaded already."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Final

from app.config import Settings
from tests.served import PATIENCE, Server
from tests.waiting import until

# What is forked makes an application of its own; that of the parent only warms what is shared.
_PROGRAM: Final = """
import os, sys
import uvicorn
from app.config import Settings
from app.wiring import create_app
create_app(Settings.from_env())
while True:
    child = os.fork()
    if child == 0:
        uvicorn.run(create_app(Settings.from_env()), port=int(sys.argv[1]))
        os._exit(0)
    print(child, flush=True)
    os.waitpid(child, 0)
"""


class Reborn(Server):
    """uvicorn in a process that may be killed, and a parent that starts it again each time."""

    def __init__(self, settings: Settings, port: int, log: Path) -> None:
        super().__init__(settings, port, log)
        self._child = 0

    def start(self) -> None:
        command = [sys.executable, "-c", _PROGRAM, str(self.port)]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own command
                command,
                env=os.environ | self._environment(),
                stdout=subprocess.PIPE,
                stderr=log,
            )
        self._await_birth()

    def kill(self) -> None:
        """End the serving process as a power cut does, and wait until the next one serves."""
        os.kill(self._child, signal.SIGKILL)
        self._await_birth()

    def stop(self) -> None:
        if self._process is None or self._process.stdout is None:
            return
        # The parent first: it would start another one.
        self._process.kill()
        self._process.wait(PATIENCE)
        self._process.stdout.close()
        os.kill(self._child, signal.SIGTERM)
        until(lambda: not self._serves(), PATIENCE)
        self._process = None

    def _await_birth(self) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        self._child = int(self._process.stdout.readline())
        if not until(self._serves, PATIENCE):
            message = f"the server did not start: {self.log.read_text()[-2000:]}"
            raise RuntimeError(message)

    def _serves(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0
