"""A download that is cut in the middle leaves nothing half-done, and goes on where it stopped."""

import hashlib
import socket
import struct
from pathlib import Path

import httpx
import pytest

from app.identity.rules import Role
from app.keyfile import load_keyring
from app.kit.db import Database
from app.stamps.models import Export
from tests import make
from tests.conftest import migrated_settings
from tests.served import Server, free_port
from tests.waiting import until

pytestmark = pytest.mark.slow

STAMPS = 9_000


def cut_after(port: int, path: str, key: str, wanted: int) -> tuple[str, bytes]:
    """Ask for a path, and tear the connection down once so many bytes of the body came."""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as line:
        head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {key}\r\n\r\n"
        line.sendall(head.encode())
        got = b""
        while b"\r\n\r\n" not in got or len(got.partition(b"\r\n\r\n")[2]) < wanted:
            piece = line.recv(4096)
            assert piece, got[:500]
            got += piece
        # A reset, as when the cable is pulled: no polite end.
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    headers, _, body = got.partition(b"\r\n\r\n")
    return headers.decode().lower(), body


def names_under(folder: Path) -> list[str]:
    return [one.name for one in folder.rglob("*") if one.is_file()]


def test_a_cut_download_is_resumed_to_the_very_file(
    dialect: str, tmp_path: Path, worker_id: str
) -> None:
    settings = migrated_settings(dialect, tmp_path, f"ocop_cut_{worker_id}")
    database = Database(settings.database_url)
    with database.begin() as db:
        officer = make.person(db, "Cán bộ", Role.OFFICER)
        product = make.product(db, of=make.entity(db))
        keyring = load_keyring(settings)
        batch_id = make.issued_batch(db, of=product, keyring=keyring, quantity=STAMPS).id
    server = Server(settings, free_port(), tmp_path / "server.log")
    server.start()
    try:
        path = f"/api/v1/batches/{batch_id}/export?format=pdf&preset=84&reason=In"
        headers, body = cut_after(server.port, path, officer.key, 100_000)
        assert "accept-ranges: bytes" in headers
        with database.begin(write=False) as db:
            export = db.get_one(Export, 1)
        assert (export.state, export.done) == ("ready", STAMPS)
        assert len(body) < export.size
        # A file whose maker may have died is made twice, the same: the second one may still run.
        folder, wanted = Path(settings.files) / "exports", [f"{export.sha256}.pdf"]
        assert until(lambda: names_under(folder) == wanted)
        with httpx.Client(base_url=f"http://127.0.0.1:{server.port}", timeout=60) as http:
            http.headers["authorization"] = f"Bearer {officer.key}"
            etag = f'"{export.sha256}"'
            rest = http.get(path, headers={"range": f"bytes={len(body)}-", "if-range": etag})
            assert rest.status_code == 206
            assert hashlib.sha256(body + rest.content).hexdigest() == export.sha256
            # Another version of the file would have come whole.
            stale = {"range": f"bytes={len(body)}-", "if-range": '"other"'}
            whole = http.get(path, headers=stale)
            assert whole.status_code == 200
            assert hashlib.sha256(whole.content).hexdigest() == export.sha256
            page = http.get(f"/api/v1/batches/{batch_id}/exports").json()
            assert len(page) == 1
    finally:
        server.stop()
        database.close()
