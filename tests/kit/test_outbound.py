"""Requests to addresses of others, against real servers on this machine."""

import socket
import ssl
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from app.kit.destinations import (
    HostUnknown,
    NotHttps,
    NotReached,
    OutboundRefused,
    PortRefused,
    PrivateAddress,
    TooSlow,
    is_public,
)
from app.kit.outbound import Caps, Outbound

HOST = "shop.example"
CAPS = Caps(connect=2, total=1, answer=1000)
Talk = Callable[[ssl.SSLSocket], object]


@pytest.fixture(scope="module")
def trust(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Return what a server of shop.example proves itself by, and what trusts it."""
    folder: Path = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .sign(key, SHA256())
    )
    pem = folder / "shop.pem"
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    pem.write_bytes(secret + made.public_bytes(Encoding.PEM))
    serves = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serves.load_cert_chain(pem)
    trusts = ssl.create_default_context(cadata=made.public_bytes(Encoding.PEM).decode())
    return serves, trusts


@contextmanager
def serving(context: ssl.SSLContext, talk: Talk) -> Iterator[int]:
    """Serve one connection on loopback; `talk` has it once the handshake is done."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            try:
                raw, _ = listening.accept()
                with context.wrap_socket(raw, server_side=True) as line:
                    talk(line)
            except OSError:
                return

        thread = Thread(target=serve, daemon=True)
        thread.start()
        yield listening.getsockname()[1]
    thread.join(60)
    assert not thread.is_alive()


def client(context: ssl.SSLContext, asked: list[str] | None = None) -> Outbound:
    """Return a client for whom every host is this machine, which the setting allows."""

    def resolver(host: str, _port: int) -> Sequence[str]:
        if asked is not None:
            asked.append(host)
        return ["127.0.0.1"]

    return Outbound(loopback=True, resolver=resolver, caps=CAPS, context=context)


def says(answer: bytes, heard: list[bytes] | None = None) -> Talk:
    def talk(line: ssl.SSLSocket) -> None:
        said = line.recv(65536)
        while b"\r\n\r\n" not in said or (b"POST" in said and b"whole" not in said):
            said += line.recv(65536)
        if heard is not None:
            heard.append(said + (line.version() or "").encode())
        line.sendall(answer)

    return talk


def test_a_post_goes_to_the_address_that_was_checked_under_the_name_that_was_asked_for(
    trust: tuple[ssl.SSLContext, ssl.SSLContext], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    names: list[str | None] = []
    trust[0].sni_callback = lambda _line, name, _context: names.append(name)
    heard: list[bytes] = []
    asked: list[str] = []
    with serving(trust[0], says(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", heard)) as port:
        url = f"https://{HOST}:{port}/hook?a=%2F"
        answer = client(trust[1], asked).post(url, content=b"whole", headers={"X-One": "1"})
    assert (answer.status, answer.body, answer.cut) == (200, b"ok", False)
    assert asked == [HOST], "a name asked for twice may have moved inside meanwhile"
    assert names == [HOST]
    told = heard[0].decode().lower()
    assert told.startswith("post /hook?a=%2f http/1.1\r\n")
    assert f"host: {HOST}:{port}\r\n" in told
    assert "x-one: 1\r\n" in told


def test_a_redirect_is_an_answer_and_is_not_followed(
    trust: tuple[ssl.SSLContext, ssl.SSLContext],
) -> None:
    moved = b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n"
    with serving(trust[0], says(moved)) as port:
        answer = client(trust[1]).get(f"https://{HOST}:{port}/")
    assert answer.status == 302
    assert answer.headers["location"] == "http://169.254.169.254/"


def _silence(line: ssl.SSLSocket) -> None:
    while line.recv(1000):
        pass


def _drip(line: ssl.SSLSocket) -> None:
    line.sendall(b"HTTP/1.1 200 OK\r\n")
    while True:
        line.sendall(b"X-Slow: 1\r\n")
        time.sleep(0.1)


@pytest.mark.parametrize("talk", [_silence, _drip])
def test_a_server_that_keeps_one_waiting_is_left_after_the_time_that_was_allowed(
    talk: Talk, trust: tuple[ssl.SSLContext, ssl.SSLContext]
) -> None:
    before = time.monotonic()
    with serving(trust[0], talk) as port, pytest.raises(TooSlow):
        client(trust[1]).get(f"https://{HOST}:{port}/")
    assert 0.9 < time.monotonic() - before < 30


def test_a_server_that_never_shakes_hands_and_a_resolver_that_never_answers_are_left_too() -> None:
    ended = Event()

    def sleeps(_host: str, _port: int) -> Sequence[str]:
        ended.wait(60)
        return ()

    before = time.monotonic()
    with pytest.raises(TooSlow):
        Outbound(resolver=sleeps, caps=CAPS).get("https://shop.example/")
    ended.set()
    here = Outbound(loopback=True, caps=CAPS)
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(TooSlow):
        here.get(f"https://127.0.0.1:{silent.getsockname()[1]}/")
    assert time.monotonic() - before < 30


def test_of_a_long_answer_only_the_beginning_is_read(
    trust: tuple[ssl.SSLContext, ssl.SSLContext],
) -> None:
    def endless(line: ssl.SSLSocket) -> None:
        line.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            line.sendall(b"x" * 65536)

    with serving(trust[0], endless) as port:
        answer = client(trust[1]).get(f"https://{HOST}:{port}/")
    assert (len(answer.body), answer.cut) == (CAPS.answer, True)


def test_a_certificate_nobody_trusts_and_what_is_no_http_are_not_reached(
    trust: tuple[ssl.SSLContext, ssl.SSLContext],
) -> None:
    with serving(trust[0], says(b"")) as port, pytest.raises(NotReached):
        client(ssl.create_default_context()).get(f"https://{HOST}:{port}/")
    with serving(trust[0], says(b"")) as port, pytest.raises(NotReached):
        client(trust[1]).get(f"https://other.example:{port}/")
    with serving(trust[0], says(b"SSH-2.0-x\r\n\r\n")) as port, pytest.raises(NotReached):
        client(trust[1]).get(f"https://{HOST}:{port}/")


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0"),  # noqa: S104 - refused
        *("100.64.0.1", "100.100.100.200", "192.0.0.192", "192.0.2.1", "198.18.0.1", "224.0.0.1"),
        *("240.0.0.1", "255.255.255.255", "::1", "::", "::ffff:10.0.0.1", "::ffff:8.8.8.8"),
        *("fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1"),
        *("64:ff9b::a00:1", "64:ff9b:1::1", "2002:a00:1::", "2001:0:a00:1::", "2001:db8::1"),
        *("::127.0.0.1", "4000::1", "shop.example", ""),
    ],
)
def test_no_address_inside_is_public_however_it_is_written(address: str) -> None:
    assert not is_public(address)
    for found in ([address], ["93.184.216.34", address], [address, "2606:4700::1111"]):
        # One address inside among others is enough to refuse all.
        inside = Outbound(loopback=address != "127.0.0.1", resolver=lambda *_, it=found: it)
        if address != "::1" or len(found) > 1:
            with pytest.raises(PrivateAddress):
                inside.send("GET", "https://shop.example/")


def test_public_addresses_are_public() -> None:
    assert is_public("93.184.216.34")
    assert is_public("2606:4700::1111")
    found = Outbound(resolver=lambda *_: ["93.184.216.34"]).check("https://Shop.Example/a?b=c")
    assert (found.host, found.port, found.addresses) == ("shop.example", 443, ("93.184.216.34",))


@pytest.mark.parametrize(
    ("url", "error"),
    [
        ("http://93.184.216.34/", NotHttps),
        ("ftp://93.184.216.34/", NotHttps),
        ("//93.184.216.34/", NotHttps),
        ("https:///", NotHttps),
        ("https://user:word@93.184.216.34/", NotHttps),
        ("https://93.184.216.34/#part", NotHttps),
        ("https://93.184.216.34\\@10.0.0.1/", NotHttps),
        ("https://93.184.216.34/\r\nHost: x", NotHttps),
        ("https://xn--/", NotHttps),
        ("https://93.184.216.34/" + "a" * 500, NotHttps),
        ("https://93.184.216.34:22/", PortRefused),
        ("https://93.184.216.34:8443/", PortRefused),
        ("https://nobody.invalid/", HostUnknown),
        ("https://localhost/", PrivateAddress),
        ("https://127.1/", PrivateAddress),
        ("https://0x7f000001/", PrivateAddress),
        ("https://2130706433/", PrivateAddress),
        ("https://[::ffff:127.0.0.1]/", PrivateAddress),
    ],
)
def test_an_address_that_is_not_plain_public_https_is_refused(
    url: str, error: type[OutboundRefused]
) -> None:
    with pytest.raises(error):
        Outbound().check(url)
