"""The scan page beside FastAPI returning ready bytes of the same size: one worker each.

1,000,000 stamps in 10,000 lots, every look-up counted and from another visitor. Load comes from
wrk over loopback, in interleaved rounds; the first, while lots are read for the first time, stands
apart as "cold", and the rounds begin when each lot was read. `--minutes N` loads each database's
pages N minutes more, at half of what was measured, and tells of errors and of memory.
"""

import argparse
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
STAMPS, LOTS, SAMPLE = 1_000_000, 10_000, 10_000
WARMING = 10

LUA = """
local paths = {}
for line in io.lines(os.getenv("PATHS")) do paths[#paths + 1] = line end
local turn = 0
request = function()
  turn = turn + 1
  local headers = {["User-Agent"] = "Mozilla/5.0 (Linux; Android 10) Mobile " .. turn}
  return wrk.format("GET", paths[turn % #paths + 1], headers)
end
local pause = tonumber(os.getenv("PAUSE") or "0")
if pause > 0 then delay = function() return pause end end
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
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--minutes", type=float, default=0.0)
    asked.add_argument("--databases", default="sqlite,postgresql")
    chosen = asked.parse_args()
    print(f"scan page, one worker, {STAMPS:,} stamps, {LOTS:,} lots, medians of {ROUNDS} rounds")
    print(
        f"{'':12}{'cold/s':>10}{'page/s':>10}{'ready/s':>10}{'ratio':>8}{'p99 ms':>9}"
        f"{'p99 ratio':>11}{'CPU us':>8}{'ready':>7}"
    )
    for dialect in chosen.databases.split(","):
        with tempfile.TemporaryDirectory() as folder:
            measure(dialect, Path(folder) / "world", minutes=chosen.minutes)


def measure(dialect: str, folder: Path, *, minutes: float) -> None:
    settings = world.new_settings(dialect, folder)
    codes = world.fill(settings, stamps=STAMPS, lots=LOTS, sample=SAMPLE)
    paths, ready = folder / "paths", folder / "ready"
    paths.write_text("\n".join(f"/T/{code}" for code in codes))
    ready.write_text("/ready")
    script = folder / "load.lua"
    script.write_text(LUA)
    with started("app.main:app", world.environment(settings)) as (port, ours):
        page = urlopen(f"http://127.0.0.1:{port}/T/{codes[0]}").read()
        size = {"SIZE": str(len(page))}
        with started("scripts.benchmarks.ready:app", size) as (other, theirs):
            cold = load(port, script, paths)
            warm(port, script, paths, len(codes))
            begun = cpu_seconds(ours.pid), cpu_seconds(theirs.pid)
            rounds = [
                (load(port, script, paths), load(other, script, ready)) for _ in range(ROUNDS)
            ]
            spent = cpu_seconds(ours.pid) - begun[0], cpu_seconds(theirs.pid) - begun[1]
        told(dialect, cold, rounds, spent)
        if minutes:
            half = medians(tuple(page for page, _ in rounds))[0] / 2
            soak(port, ours.pid, script, paths, rate=half, minutes=minutes)


def warm(port: int, script: Path, paths: Path, pages: int) -> None:
    """Load until each page was asked for: a lot that is read anew takes as long as ten others."""
    seconds = WARMING
    # Each load begins with the first page again.
    while load(port, script, paths, seconds=seconds).per_second * seconds < pages:
        seconds *= 2


def told(
    dialect: str, cold: Round, rounds: list[tuple[Round, Round]], spent: tuple[float, float]
) -> None:
    """Print a line of figures; the seconds of CPU tell more than rates on a busy machine."""
    ours, theirs = zip(*rounds, strict=True)
    page_rate, page_p99 = medians(ours)
    ready_rate, ready_p99 = medians(theirs)
    each = [
        1e6 * seconds / sum(one.per_second * SECONDS for one in side)
        for seconds, side in zip(spent, (ours, theirs), strict=True)
    ]
    print(
        f"{dialect:12}{cold.per_second:10.0f}{page_rate:10.0f}{ready_rate:10.0f}"
        f"{page_rate / ready_rate:8.2f}{page_p99:9.1f}{page_p99 / ready_p99:11.1f}"
        f"{each[0]:8.0f}{each[1]:7.0f}"
    )


def soak(port: int, pid: int, script: Path, paths: Path, *, rate: float, minutes: float) -> None:
    """Load the pages for minutes at about a rate, and print errors and memory."""
    pause = str(1000 * CONNECTIONS / rate)
    before = memory_mb(pid)
    peaks, done = [], 0.0
    for _ in range(max(1, round(minutes * 2))):
        done += load(port, script, paths, seconds=30, pause=pause).per_second * 30
        peaks.append(memory_mb(pid))
    print(
        f"  {minutes:g} min at {done / (30 * len(peaks)):.0f}/s: {done:.0f} pages, no error; "
        f"memory before {before:.0f} MB, then {', '.join(f'{one:.0f}' for one in peaks)} MB"
    )


def memory_mb(pid: int) -> float:
    kilobytes = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    return int(kilobytes[1]) / 1024 if kilobytes else 0.0


def cpu_seconds(pid: int) -> float:
    """Return the processor time a process has used so far."""
    figures = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(figures[11]) + int(figures[12])) / os.sysconf("SC_CLK_TCK")


def medians(rounds: tuple[Round, ...]) -> tuple[float, float]:
    return (
        statistics.median(one.per_second for one in rounds),
        statistics.median(one.p99_ms for one in rounds),
    )


def load(port: int, script: Path, paths: Path, *, seconds: int = 0, pause: str = "0") -> Round:
    lasting = f"-d{seconds or SECONDS}s"
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", lasting, "--latency", "-s", str(script)]
    said = subprocess.run(  # noqa: S603 - our own command
        [*command, f"http://127.0.0.1:{port}"],
        env=os.environ | {"PATHS": str(paths), "PAUSE": pause},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    if wrong := re.search(r"Non-2xx.*|Socket errors.*", said):
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
    with started(app, environment) as (port, _):
        yield port


@contextmanager
def started(app: str, environment: dict[str, str]) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """Serve an application as `serving` does, and tell its process as well."""
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
        for _ in range(600):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield port, process
    finally:
        process.terminate()
        process.wait(15)


if __name__ == "__main__":
    main()
