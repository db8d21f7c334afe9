import hmac
import re
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Final

from app.kit.clock import day_of
from app.kit.networks import network_of

VISITOR_BYTES: Final = 16
# Single look-ups are kept so long, counts for good.
RAW_DAYS: Final = 90
# Far more than any browser sends; what follows tells no more about the visitor.
_AGENT_CHARS: Final = 512

# Browsers have begun so since the nineties; a link preview, a script or a library often not.
_BROWSER: Final = re.compile(r"(?:Mozilla|Opera)/[0-9]")
_ROBOT: Final = re.compile(
    r"""(?<!cu)bot(?:\b|_) | crawl | spider | slurp | fetcher | preview
      | facebookexternalhit | facebookcatalog | meta-external | vkshare | embedly
      | google-read-aloud | google-inspection | googleother | mediapartners
      | lighthouse | pagespeed | pingdom | uptime | statuscake
      | headless | phantomjs | puppeteer | playwright | selenium
      | \+https?://""",
    re.IGNORECASE | re.VERBOSE,
)
# Each names what every match above holds: nearly all agents hold none, and are told in a twentieth
# of the time that the search takes.
_ROBOT_SIGNS: Final = (
    *("bot", "crawl", "spider", "slurp", "fetcher", "preview", "facebook", "meta-external"),
    *("vkshare", "embedly", "google", "mediapartners", "lighthouse", "pagespeed", "pingdom"),
    *("uptime", "statuscake", "headless", "phantomjs", "puppeteer", "playwright", "selenium"),
    "+http",
)
_TABLET: Final = ("ipad", "tablet", "playbook", "kindle", "silk/")
_PHONE: Final = ("mobile", "iphone", "ipod", "opera mini", "windows phone", "kaios", "blackberry")
_DESKTOP: Final = re.compile(r"windows nt|macintosh|x11|cros |linux (?:x86|i686|aarch64)")


class DeviceClass(StrEnum):
    PHONE = "phone"
    TABLET = "tablet"
    DESKTOP = "desktop"
    OTHER = "other"


def visitor(key: bytes, address: str, agent: str) -> bytes:
    """Return the 16 bytes that stand for one visitor while the day's key lives.

    A phone changes its IPv6 address within its network of 64 bits, which counts as one.
    """
    told = f"{network_of(address)}\0{agent[:_AGENT_CHARS]}".encode("utf-8", "surrogatepass")
    return hmac.digest(key, told, "sha256")[:VISITOR_BYTES]


def is_preview_or_bot(user_agent: str) -> bool:
    """Tell whether a look-up is a link preview's or a robot's, which is not counted.

    A browser inside an app (Zalo, Facebook) is a person's. Who hides as a browser is counted.
    """
    agent = user_agent[:_AGENT_CHARS]
    if not _BROWSER.match(agent):
        return True
    return _names(agent.lower(), _ROBOT_SIGNS) and _ROBOT.search(agent) is not None


def device_class(user_agent: str) -> DeviceClass:
    """Return what kind of device the agent names; a tablet may pass for a desktop."""
    lower = user_agent[:_AGENT_CHARS].lower()
    if _names(lower, _TABLET):
        return DeviceClass.TABLET
    if _names(lower, _PHONE):
        return DeviceClass.PHONE
    if "android" in lower:
        return DeviceClass.TABLET
    return DeviceClass.DESKTOP if _DESKTOP.search(lower) else DeviceClass.OTHER


def _names(agent: str, signs: tuple[str, ...]) -> bool:
    """Tell whether an agent in small letters names one of some signs."""
    # As a loop of its own: any() takes three times as long.
    for sign in signs:  # noqa: SIM110 - see above
        if sign in agent:
            return True
    return False


def month_of(now: datetime) -> date:
    """Return the first day of the month it is in Vietnam at an instant."""
    return day_of(now).replace(day=1)


def last_months(day: date, count: int) -> list[date]:
    """Return the first days of so many months up to a day's own, the earliest first."""
    number = day.year * 12 + day.month - 1
    return [date(one // 12, one % 12 + 1, 1) for one in range(number - count + 1, number + 1)]


def minute_of(now: datetime) -> datetime:
    """Return the minute of an instant, in UTC: the finest time that is kept of a look-up."""
    return now.astimezone(UTC).replace(second=0, microsecond=0)
