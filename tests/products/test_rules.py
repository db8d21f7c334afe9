from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.products.rules import (
    BadGtin,
    BadScore,
    CertificateFacts,
    CertificateStatus,
    InStoreNumber,
    OcopGroup,
    ProductStatus,
    certificate_line,
    certificate_status,
    current_certificate,
    last_valid_day,
    normalise_gtin,
    stars_of,
)

CERTIFICATE = CertificateFacts(
    id=1,
    stars=4,
    decision_no="12/QĐ-UBND",
    valid_from=date(2023, 3, 10),
    valid_to=date(2026, 3, 10),
)
ON = CertificateStatus


@pytest.mark.parametrize(
    ("written", "gtin"),
    [
        ("96385074", "00000096385074"),
        ("036000291452", "00036000291452"),
        ("9520123456788", "09520123456788"),
        (" 952-0123 456788", "09520123456788"),
        ("19520123456785", "19520123456785"),
    ],
)
def test_a_gtin_of_any_length_becomes_fourteen_digits(written: str, gtin: str) -> None:
    assert normalise_gtin(written) == gtin
    assert normalise_gtin(gtin) == gtin


@pytest.mark.parametrize(
    "written",
    [
        "",
        "9520123456789",
        "952012345678",
        "1234567",
        "95201234567881234",
        "952012345678X",
        "٩٥٢٠١٢٣٤٥٦٧٨٨",
        "0" * 100_000,
    ],
)
def test_what_is_no_gtin_is_refused(written: str) -> None:
    with pytest.raises(BadGtin) as refused:
        normalise_gtin(written, field="gtin")
    assert refused.value.field == "gtin"


@pytest.mark.parametrize("written", ["2012345678903", "0000000000000", "00000000"])
def test_a_number_for_one_shop_is_no_gtin(written: str) -> None:
    with pytest.raises(InStoreNumber):
        normalise_gtin(written)


@given(st.integers(0, 10**9), st.integers(0, 12), st.integers(1, 9))
def test_one_wrong_digit_is_always_noticed(item: int, place: int, change: int) -> None:
    payload = f"952{item % 10**9:09d}"
    weighted = sum(int(digit) * (3, 1)[at % 2] for at, digit in enumerate(reversed(payload)))
    right = payload + str(-weighted % 10)
    assert normalise_gtin(right) == "0" + right
    wrong = right[:place] + str((int(right[place]) + change) % 10) + right[place + 1 :]
    with pytest.raises((BadGtin, InStoreNumber)):
        normalise_gtin(wrong)


@pytest.mark.parametrize(
    ("score", "stars"),
    [
        ("0", None),
        ("49.99", None),
        ("50", 3),
        ("69.9", 3),
        ("70", 4),
        ("89.99", 4),
        ("90", 5),
        ("100", 5),
    ],
)
def test_stars_follow_the_score(score: str, stars: int | None) -> None:
    assert stars_of(Decimal(score)) == stars


@pytest.mark.parametrize("score", ["-0.1", "100.01", "Infinity", "NaN"])
def test_a_score_outside_its_range_is_refused(score: str) -> None:
    with pytest.raises(BadScore):
        stars_of(Decimal(score))


@pytest.mark.parametrize(
    ("valid_from", "months", "last"),
    [
        (date(2023, 3, 10), 36, date(2026, 3, 10)),
        (date(2024, 2, 29), 36, date(2027, 2, 28)),
        (date(2024, 8, 31), 6, date(2025, 2, 28)),
        (date(2024, 12, 1), 1, date(2025, 1, 1)),
        (date(2024, 12, 1), 0, date(2024, 12, 1)),
    ],
)
def test_a_term_in_months_ends_with_the_same_day_or_the_month(
    valid_from: date, months: int, last: date
) -> None:
    assert last_valid_day(valid_from, months) == last


@pytest.mark.parametrize(
    ("day", "revoked_on", "status"),
    [
        (date(2023, 3, 9), None, ON.NOT_YET),
        (date(2023, 3, 10), None, ON.VALID),
        (date(2026, 3, 10), None, ON.VALID),
        (date(2026, 3, 11), None, ON.EXPIRED),
        (date(2025, 1, 1), date(2025, 1, 2), ON.VALID),
        (date(2025, 1, 2), date(2025, 1, 2), ON.REVOKED),
        (date(2027, 1, 1), date(2025, 1, 2), ON.REVOKED),
        (date(2027, 1, 1), date(2026, 6, 1), ON.EXPIRED),
        (date(2023, 3, 9), date(2023, 3, 1), ON.REVOKED),
    ],
)
def test_a_certificate_stops_on_its_day(
    day: date, revoked_on: date | None, status: CertificateStatus
) -> None:
    certificate = replace(CERTIFICATE, revoked_on=revoked_on)
    assert certificate_status(certificate, day) is status
    shown = current_certificate([certificate], day)
    assert (shown is not None) == (status is ON.VALID)


def test_the_latest_valid_certificate_gives_the_stars() -> None:
    newer = replace(CERTIFICATE, id=2, stars=5, valid_from=date(2025, 1, 1))
    assert current_certificate([newer, CERTIFICATE], date(2024, 12, 31)) == CERTIFICATE
    assert current_certificate([newer, CERTIFICATE], date(2025, 1, 1)) == newer
    revoked = replace(newer, revoked_on=date(2025, 2, 1))
    assert current_certificate([revoked, CERTIFICATE], date(2025, 2, 1)) == CERTIFICATE


@pytest.mark.parametrize(
    ("day", "status", "since", "stars"),
    [
        (date(2026, 3, 10), ON.VALID, date(2023, 3, 10), 4),
        (date(2026, 3, 11), ON.EXPIRED, date(2026, 3, 10), None),
    ],
)
def test_a_line_keeps_saying_what_happened_to_the_stars(
    day: date, status: CertificateStatus, since: date, stars: int | None
) -> None:
    line = certificate_line([CERTIFICATE], day, made_on=date(2023, 3, 10))
    assert line is not None
    assert (line.status, line.since, line.stars) == (status, since, stars)
    assert line.valid_when_made is True


def test_a_line_tells_a_lot_made_without_stars_and_one_of_unknown_day() -> None:
    revoked = replace(CERTIFICATE, revoked_on=date(2024, 1, 1))
    after = certificate_line([revoked], date(2025, 1, 1), made_on=date(2024, 1, 1))
    unknown = certificate_line([revoked], date(2025, 1, 1))
    assert after is not None
    assert unknown is not None
    assert (after.since, after.valid_when_made) == (date(2024, 1, 1), False)
    assert unknown.valid_when_made is None


def test_nothing_is_said_without_a_certificate_that_has_begun() -> None:
    assert certificate_line([], date(2025, 1, 1)) is None
    assert certificate_line([CERTIFICATE], CERTIFICATE.valid_from - timedelta(days=1)) is None


def test_every_choice_has_its_label() -> None:
    assert len(OcopGroup) == 6
    for choice in (*OcopGroup, *ProductStatus, *CertificateStatus):
        assert choice.label
