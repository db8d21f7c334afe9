from dataclasses import replace

import pytest

from app.config import BadSettings, Settings
from app.scans.networks import BadNetworks, Networks, read_networks
from app.wiring import create_app

TABLE = """\ufeffnetwork,province
# a comment, and an empty line

203.0.113.0/25,96
198.51.100.0/24,01
 192.0.2.7 , 79
2001:db8:96::/48,92
2001:db8:1:2::/64,48
"""


@pytest.mark.parametrize(
    ("address", "province"),
    [
        ("203.0.113.0", "96"),
        ("203.0.113.127", "96"),
        ("203.0.113.128", None),
        ("203.0.112.255", None),
        ("198.51.100.9", "01"),
        ("192.0.2.7", "79"),
        ("0.0.0.1", None),
        ("255.255.255.255", None),
        ("::ffff:203.0.113.5", "96"),
        ("2001:db8:96:ffff::1", "92"),
        ("2001:db8:97::1", None),
        ("2001:db8:1:2:9:9:9:9", "48"),
        ("fe80::1%eth0", None),
        ("", None),
        ("unix:", None),
    ],
)
def test_an_address_is_in_the_province_of_its_network(address: str, province: str | None) -> None:
    assert read_networks(TABLE.splitlines()).province_of(address) == province


def test_without_a_table_no_look_up_is_placed() -> None:
    assert Networks().province_of("203.0.113.5") is None
    assert len(read_networks(TABLE.splitlines())) == 5


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("203.0.113.0/24", "2 columns"),
        ("203.0.113.0/24,96,Cà Mau", "2 columns"),
        ("203.0.113.0/24,Cà Mau", "2-digit"),
        ("203.0.113.1/24,96", "host bits"),
        ("somewhere,96", "somewhere"),
        ("2001:db8::/65,96", "narrower"),
        ("10.0.0.0/9,96", "overlaps the network of line 1"),
        ("10.0.0.1,96", "overlaps the network of line 1"),
    ],
)
def test_a_broken_table_is_refused_with_its_line(line: str, reason: str) -> None:
    with pytest.raises(BadNetworks, match=f"line 3 .*{reason}"):
        read_networks(["10.0.0.0/8,01", "", line])


def test_a_server_does_not_start_with_a_broken_table(
    settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> None:
    broken = tmp_path_factory.mktemp("networks") / "networks.csv"
    for content, told in ((b"10.0.0.0/8,1\n", "line 1"), (b"\xff\xfe", "utf-8"), (None, "No such")):
        broken.unlink(missing_ok=True)
        if content is not None:
            broken.write_bytes(content)
        with pytest.raises(BadSettings, match=f"OCOP_NETWORKS_FILE.*{told}"):
            create_app(replace(settings, networks_file=str(broken)))
