from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kit.networks import network_of
from app.scans.rules import (
    DeviceClass,
    device_class,
    is_preview_or_bot,
    minute_of,
    visitor,
)

KEY = bytes(range(32))
WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
ANDROID = (
    f"Mozilla/5.0 (Linux; Android 12; SM-A525F) {WEBKIT} Chrome/120.0.0.0 Mobile Safari/537.36"
)
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_3 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/17.3 Mobile/15E148 Safari/604.1"
)
DESKTOP = f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/120.0.0.0 Safari/537.36"


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.9", "203.0.113.9"),
        (" 203.0.113.9 ", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:DB8:1:2::", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("unix:", "unix:"),
        ("", ""),
    ],
)
def test_an_address_counts_by_its_network(address: str, network: str) -> None:
    assert network_of(address) == network


def test_a_visitor_is_one_within_a_network_and_a_browser() -> None:
    one = visitor(KEY, "2001:db8:1:2::5", ANDROID)
    assert len(one) == 16
    assert visitor(KEY, "2001:db8:1:2:ffff::9", ANDROID) == one
    assert visitor(KEY, "2001:db8:1:3::5", ANDROID) != one
    assert visitor(KEY, "2001:db8:1:2::5", IPHONE) != one
    assert visitor(bytes(32), "2001:db8:1:2::5", ANDROID) != one


def test_address_and_agent_do_not_run_into_each_other() -> None:
    assert visitor(KEY, "10.0.0.1", "1x") != visitor(KEY, "10.0.0.11", "x")


@given(st.text(), st.text())
def test_any_headers_make_sixteen_bytes(address: str, agent: str) -> None:
    assert len(visitor(KEY, address, agent)) == 16
    assert isinstance(is_preview_or_bot(agent), bool)
    assert device_class(agent) in DeviceClass


@pytest.mark.parametrize(
    "agent",
    [
        "",
        "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
        "Mozilla/5.0 (compatible; meta-externalagent/1.1)",
        "Zalo/1.0 (link preview)",
        "Mozilla/5.0 (compatible; ZaloBot/1.0)",
        "WhatsApp/2.23.20.0 A",
        "TelegramBot (like TwitterBot)",
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        f"{ANDROID} (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        f"Mozilla/5.0 {WEBKIT} (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
        "Mozilla/5.0 (compatible; coccocbot-web/1.0; +http://help.coccoc.com/searchengine)",
        "Mozilla/5.0 (Linux; Android 5.0) AppleWebKit/537.36 (compatible; Bytespider)",
        "Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5",
        f"Mozilla/5.0 (X11; Linux x86_64) {WEBKIT} HeadlessChrome/120.0.0.0 Safari/537.36",
        "Mozilla/5.0+(compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)",
        "curl/8.5.0",
        "python-requests/2.31",
        "Go-http-client/2.0",
        "okhttp/4.12.0",
    ],
)
def test_previews_and_robots_are_not_counted(agent: str) -> None:
    assert is_preview_or_bot(agent)


@pytest.mark.parametrize(
    "agent",
    [
        ANDROID,
        IPHONE,
        DESKTOP,
        f"{ANDROID} Zalo android/12100625 ZaloTheme/light ZaloLanguage/vi",
        f"{IPHONE} Zalo iOS/470 ZaloTheme/light ZaloLanguage/vn",
        f"{ANDROID} Telegram-Android/11.3.3 (Samsung SM-A525F; Android 12; SDK 31; AVERAGE)",
        f"{ANDROID} QRScanner/3.1",
        f"{ANDROID} [FB_IAB/FB4A;FBAV/420.0.0.32.72;]",
        f"Mozilla/5.0 (Linux; Android 11; CUBOT X30) {WEBKIT} Chrome/99.0 Mobile Safari/537.36",
        f"Mozilla/5.0 (Linux; Android 11; CUBOT_X18 Build/O) {WEBKIT} Chrome/99.0 Mobile",
        "Opera/9.80 (Android; Opera Mini/8.0/191.300; U; vi) Presto/2.12.423 Version/12.16",
    ],
)
def test_people_are_counted_in_apps_and_on_old_phones_too(agent: str) -> None:
    assert not is_preview_or_bot(agent)
    assert device_class(agent) is (DeviceClass.DESKTOP if agent == DESKTOP else DeviceClass.PHONE)


@pytest.mark.parametrize(
    ("agent", "device"),
    [
        ("Mozilla/5.0 (iPad; CPU OS 16_6 like Mac OS X) Mobile/15E148", DeviceClass.TABLET),
        (f"Mozilla/5.0 (Linux; Android 13; SM-X200) {WEBKIT} Safari/537.36", DeviceClass.TABLET),
        ("Mozilla/5.0 (Windows Phone 10.0; Android 6.0.1)", DeviceClass.PHONE),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)", DeviceClass.DESKTOP),
        ("Mozilla/5.0 (X11; CrOS x86_64 14541.0.0)", DeviceClass.DESKTOP),
        ("Mozilla/5.0 (SMART-TV; Tizen 6.0)", DeviceClass.OTHER),
        ("", DeviceClass.OTHER),
    ],
)
def test_a_device_is_known_by_its_class_only(agent: str, device: DeviceClass) -> None:
    assert device_class(agent) is device


def test_a_time_is_kept_to_the_minute() -> None:
    hanoi = datetime.fromisoformat("2026-06-15T07:30:59.999999+07:00")
    assert minute_of(hanoi) == datetime(2026, 6, 15, 0, 30, tzinfo=UTC)
    assert minute_of(hanoi).tzinfo is UTC
