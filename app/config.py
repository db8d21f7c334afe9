import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit


class BadSettings(Exception):
    """The environment does not make a usable configuration."""


@dataclass(frozen=True)
class Settings:
    """Everything the process takes from its environment; README lists the variables."""

    database_url: str = "sqlite:///var/ocop.sqlite"
    owner_url: str = "sqlite:///var/ocop.sqlite"
    # Look-ups read by it; empty where they read by the application's own.
    scan_url: str = ""
    base_url: str = "http://127.0.0.1:8000"
    keys_file: Path = Path("var/keys.json")
    keys_text: str = field(default="", repr=False)
    files: Path = Path("var/files")
    max_batch: int = 1_000_000
    sample: bool = False
    trusted_proxy: str = ""
    work_in_process: bool = True
    elsewhere_url: str = ""
    # Whom the resolver's description names for questions.
    contact_name: str = "OCOP"
    contact_phone: str = ""
    # Under which terms open data may be used: the Department's to decide.
    data_licence: str = ""
    data_licence_url: str = ""
    province: str = "96"
    # A CSV file of networks and their provinces; empty where look-ups are not placed.
    networks_file: str = ""
    # Webhooks may go to this machine itself, by http and on any port: for sandboxes alone.
    outbound_loopback: bool = False
    # After so many days without an entry the keeper of an open lot is reminded.
    diary_silent_days: int = 14
    # So many days after a report is closed, what its reporter wrote is erased.
    report_days: int = 730
    # Whether who has a role must give a second factor; else only who has set one up.
    second_factor_required: bool = True

    @classmethod
    def from_env(cls, env: Mapping[str, str] = os.environ) -> "Settings":
        """Read the settings.

        Raises BadSettings naming the variable that is wrong.
        """
        url = _dialect(env.get("DATABASE_URL") or cls.database_url)
        base_url = (env.get("OCOP_BASE_URL") or cls.base_url).rstrip("/")
        parts = urlsplit(base_url)
        if parts.scheme not in {"http", "https"} or not parts.netloc or parts.path:
            message = f"OCOP_BASE_URL must be a scheme and a host, not {base_url!r}"
            raise BadSettings(message)
        sample = _switch(env, "OCOP_SAMPLE", default=False)
        return cls(
            database_url=url,
            owner_url=_dialect(env.get("DATABASE_OWNER_URL") or url),
            scan_url=_dialect(env.get("DATABASE_SCAN_URL", "")),
            base_url=base_url,
            keys_file=Path(env.get("OCOP_KEYS_FILE") or cls.keys_file),
            keys_text=env.get("OCOP_KEYS", ""),
            files=Path(env.get("OCOP_FILES") or cls.files),
            max_batch=_number(env, "OCOP_MAX_BATCH", cls.max_batch),
            sample=sample,
            trusted_proxy=env.get("OCOP_TRUSTED_PROXY", ""),
            work_in_process=_switch(env, "OCOP_WORK_IN_PROCESS", default=url.startswith("sqlite")),
            elsewhere_url=env.get("OCOP_ELSEWHERE_URL", ""),
            contact_name=env.get("OCOP_CONTACT_NAME") or cls.contact_name,
            contact_phone=env.get("OCOP_CONTACT_PHONE", ""),
            data_licence=env.get("OCOP_DATA_LICENCE", ""),
            data_licence_url=_address(env, "OCOP_DATA_LICENCE_URL"),
            province=env.get("OCOP_PROVINCE") or cls.province,
            networks_file=env.get("OCOP_NETWORKS_FILE", ""),
            outbound_loopback=_switch(env, "OCOP_OUTBOUND_LOOPBACK", default=False),
            diary_silent_days=_number(env, "OCOP_DIARY_SILENT_DAYS", cls.diary_silent_days),
            report_days=_number(env, "OCOP_REPORT_DAYS", cls.report_days),
            second_factor_required=_required(env, "OCOP_SECOND_FACTOR", default=not sample),
        )


def _dialect(url: str) -> str:
    """Return the URL with the driver this project ships: psycopg 3."""
    for plain in ("postgres://", "postgresql://"):
        if url.startswith(plain):
            return "postgresql+psycopg://" + url.removeprefix(plain)
    return url


def _number(env: Mapping[str, str], name: str, default: int) -> int:
    text = env.get(name, "")
    if not text:
        return default
    if not text.isdecimal() or int(text) < 1:
        message = f"{name} must be a whole number above 0, not {text!r}"
        raise BadSettings(message)
    return int(text)


def _address(env: Mapping[str, str], name: str) -> str:
    text = env.get(name, "")
    if text and (urlsplit(text).scheme != "https" or not urlsplit(text).netloc):
        message = f"{name} must be an address that begins with https://, not {text!r}"
        raise BadSettings(message)
    return text


def _switch(env: Mapping[str, str], name: str, *, default: bool) -> bool:
    text = env.get(name, "").lower()
    if text not in {"", "0", "1", "true", "false"}:
        message = f"{name} must be 0 or 1, not {text!r}"
        raise BadSettings(message)
    return text in {"1", "true"} if text else default


def _required(env: Mapping[str, str], name: str, *, default: bool) -> bool:
    text = env.get(name, "").lower()
    if text not in {"", "required", "optional"}:
        message = f"{name} must be required or optional, not {text!r}"
        raise BadSettings(message)
    return text == "required" if text else default
