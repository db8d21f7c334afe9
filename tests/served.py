import os
import socket
import subprocess
import sys
import time
from pathlib import Path

from app.config import Settings

PATIENCE = 180


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


class Server:
    """The application served by uvicorn in a process of its own, on loopback."""

    def __init__(self, settings: Settings, port: int, log: Path) -> None:
        self.settings, self.port, self.log = settings, port, log
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the process and wait until it takes connections."""
        command = [sys.executable, "-m", "uvicorn", "app.main:app", "--port", str(self.port)]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own command
                command, env=os.environ | self._environment(), stdout=log, stderr=log
            )
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        message = f"the server did not start: {self.log.read_text()[-2000:]}"
        raise RuntimeError(message)

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(PATIENCE)
            self._process = None

    def kill(self) -> None:
        """End the process as a power cut does: it gets no chance to finish anything."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(PATIENCE)
            self._process = None

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
