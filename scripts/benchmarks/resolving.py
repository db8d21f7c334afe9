"""The resolver's redirects beside FastAPI returning a ready 307: one worker each.

Stamps among 1,000,000 by their GS1 addresses, the GTIN alone, and the linkset of a stamp beside
FastAPI returning ready bytes of its size. Load comes from wrk over loopback, in interleaved rounds.
"""

import shutil
import tempfile
from pathlib import Path
from urllib.request import urlopen

from app.kit.db import Database
from app.products.models import Product
from scripts.benchmarks import world
from scripts.benchmarks.scanning import LUA, ROUNDS, load, medians, serving

STAMPS, LOTS, SAMPLE = 1_000_000, 10_000, 2_000
GTIN = "09520001000010"
REACH = 0.5


def main() -> None:
    if shutil.which("wrk") is None:
        print("resolver: not measured, wrk is not installed (Debian: apt-get install wrk)")
        return
    print(f"resolver, one worker, {STAMPS:,} stamps, medians of {ROUNDS} rounds")
    print(f"{'':12}{'':18}{'ours/s':>10}{'ready/s':>10}{'ratio':>8}{'p99 ms':>9}{'p99 ratio':>11}")
    for dialect in ("sqlite", "postgresql"):
        with tempfile.TemporaryDirectory() as folder:
            measure(dialect, Path(folder) / "world")


def measure(dialect: str, folder: Path) -> None:
    settings = world.new_settings(dialect, folder)
    codes = world.fill(settings, stamps=STAMPS, lots=LOTS, sample=SAMPLE)
    database = Database(settings.database_url)
    with database.begin() as db:
        db.query(Product).one().gtin = GTIN
    database.close()
    stamps = [f"/01/{GTIN}/21/{code}" for code in codes]
    asked = {
        "stamp": (stamps, "/moved"),
        "GTIN": ([f"/01/{GTIN}"], "/moved"),
        "linkset": ([f"{path}?linkType=all" for path in stamps], "/ready"),
    }
    script = folder / "load.lua"
    script.write_text(LUA)
    with serving("app.main:app", world.environment(settings)) as port:
        size = len(urlopen(f"http://127.0.0.1:{port}{stamps[0]}?linkType=all").read())
        with serving("scripts.benchmarks.ready:app", {"SIZE": str(size)}) as other:
            for name, (paths, ready) in asked.items():
                print(f"{dialect:12}{name:18}{compared(port, other, folder, script, paths, ready)}")


def compared(
    port: int, other: int, folder: Path, script: Path, paths: list[str], ready: str
) -> str:
    """Return a line of figures: ours, theirs, and how much of theirs ours is."""
    of_ours, of_theirs = folder / "ours", folder / "theirs"
    of_ours.write_text("\n".join(paths))
    of_theirs.write_text(ready)
    rounds = [(load(port, script, of_ours), load(other, script, of_theirs)) for _ in range(ROUNDS)]
    ours, theirs = zip(*rounds, strict=True)
    rate, p99 = medians(ours)
    ready_rate, ready_p99 = medians(theirs)
    ratio = rate / ready_rate
    below = "" if ratio >= REACH or ready != "/moved" else f"  BELOW {REACH}"
    return f"{rate:10.0f}{ready_rate:10.0f}{ratio:8.2f}{p99:9.1f}{p99 / ready_p99:11.1f}{below}"


if __name__ == "__main__":
    main()
