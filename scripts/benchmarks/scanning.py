"""The scan page beside FastAPI returning ready bytes of the same size: one worker each.

1,000,000 stamps in 10,000 lots, every look-up counted and from another visitor. Load comes from
wrk over loopback, in interleaved rounds.
"""

import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

from scripts.benchmarks import world

ROUNDS, SECONDS, CONNECTIONS = 3, 4, 32
STAMPS, LOTS, SAMPLE = 1_000_000, 10_000, 2_000

LUA = """
local paths = {}
for line in io.lines(os.getenv("PATHS")) do paths[#paths + 1] = line end
local turn = 0
request = function()
  turn = turn + 1
  local headers = {["User-Agent"] = "Mozilla/5.0 (Linux; Android 10) Mobile " .. turn}
  return wrk.format("GET", paths[turn % #paths + 1], headers)
end
"""


@dataclass(frozen=True)
class Round:
    """What one round of load gave."""

    per_second: float
    p99_ms: float


def main() -> None:
    if shutil.which("wrk") is None:
        print("scan page: not measured, wrk is not installed (Debian: apt-get install wrk)")
        return
    print(f"scan page, one worker, {STAMPS:,} stamps, {LOTS:,} lots, medians of {ROUNDS} rounds")
    print(f"{'':12}{'page/s':>10}{'ready/s':>10}{'ratio':>8}{'p99 ms':>9}{'p99 ratio':>11}")
    for dialect in ("sqlite", "postgresql"):
        with tempfile.TemporaryDirectory() as folder:
            measure(dialect, Path(folder) / "world")


def measure(dialect: str, folder: Path) -> None:
    settings = world.new_settings(dialect, folder)
    codes = world.fill(settings, stamps=STAMPS, lots=LOTS, sample=SAMPLE)
    paths, ready = folder / "paths", folder / "ready"
    paths.write_text("\n".join(f"/T/{code}" for code in codes))
    ready.write_text("/ready")
    script = folder / "load.lua"
    script.write_text(LUA)
    with serving("app.main:app", world.environment(settings)) as port:
        page = urlopen(f"http://127.0.0.1:{port}/T/{codes[0]}").read()
        with serving("scripts.benchmarks.ready:app", {"SIZE": str(len(page))}) as other:
            rounds = [
                (load(port, script, paths), load(other, script, ready)) for _ in range(ROUNDS)
            ]
    ours, theirs = zip(*rounds, strict=True)
    page_rate, page_p99 = medians(ours)
    ready_rate, ready_p99 = medians(theirs)
    print(
        f"{dialect:12}{page_rate:10.0f}{ready_rate:10.0f}{page_rate / ready_rate:8.2f}"
        f"{page_p99:9.1f}{page_p99 / ready_p99:11.1f}"
    )


def medians(rounds: tuple[Round, ...]) -> tuple[float, float]:
    return (
        statistics.median(one.per_second for one in rounds),
        statistics.median(one.p99_ms for one in rounds),
    )


def load(port: int, script: Path, paths: Path) -> Round:
    command = ["wrk", "-t2", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "--latency", "-s", str(script)]
    said = subprocess.run(  # noqa: S603 - our own command
        [*command, f"http://127.0.0.1:{port}"],
        env=os.environ | {"PATHS": str(paths)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    if wrong := re.search(r"Non-2xx.*", said):
        sys.exit(f"the load was not answered: {wrong[0]}")
    rate = re.search(r"Requests/sec:\s+([\d.]+)", said)
    p99 = re.search(r"99%\s+([\d.]+)(us|ms|s)", said)
    if rate is None or p99 is None:
        sys.exit(f"wrk said nothing that can be read:\n{said}")
    scale = {"us": 0.001, "ms": 1.0, "s": 1000.0}[p99[2]]
    return Round(float(rate[1]), float(p99[1]) * scale)


@contextmanager
def serving(app: str, environment: dict[str, str]) -> Iterator[int]:
    """Serve an application on a free port of loopback, one worker, until the end."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    command = [sys.executable, "-m", "uvicorn", app, "--port", str(port), "--log-level", "error"]
    process = subprocess.Popen(  # noqa: S603 - our own command
        [*command, "--no-access-log"],
        env=os.environ | {"PYTHONPATH": "."} | environment,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait(15)


if __name__ == "__main__":
    main()
