import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rights.kinds import RightType
from app.rights.numbers import (
    ApplicationNumberGiven,
    BadRightNumber,
    application_number,
    registration_number,
)

GI, MARK = RightType.GI, RightType.CERTIFICATION_MARK


@pytest.mark.parametrize(
    ("right_type", "written", "normal"),
    [
        (GI, "00116", "00116"),
        (GI, "116", "00116"),
        (GI, "Số 00116", "00116"),
        (GI, "GI-00116", "00116"),
        (MARK, "165802", "4-0165802-000"),
        (MARK, "0165802", "4-0165802-000"),
        (MARK, "4-0165802-000", "4-0165802-000"),
        (MARK, " 4 - 0165802 - 000", "4-0165802-000"),
        (MARK, "4–0165802–001", "4-0165802-001"),  # noqa: RUF001 - dashes as Word makes them
        (MARK, "số VN 4-0165802", "4-0165802-000"),
        (RightType.TRADEMARK, "65802", "4-0065802-000"),
    ],
)
def test_a_registration_number_is_normalised_and_kept_as_written(
    right_type: RightType, written: str, normal: str
) -> None:
    number = registration_number(right_type, written)
    assert number.normal == normal
    assert number.written == written.strip()


@pytest.mark.parametrize(
    ("right_type", "written"),
    [
        (GI, ""),
        (GI, "00000"),
        (GI, "123456"),
        (GI, "4-0165802-000"),
        (GI, "2576/QĐ-SHTT"),
        (MARK, "1234567"),
        (MARK, "4-1165802-000"),
        (MARK, "5-0165802-000"),
        (MARK, "4-0165802-00"),
        (MARK, "000000"),
        (MARK, "١٦٥٨٠٢"),
        (MARK, "9" * 5000),
    ],
)
def test_what_is_no_registration_number_is_refused(right_type: RightType, written: str) -> None:
    with pytest.raises(BadRightNumber):
        registration_number(right_type, written, field="number")


@pytest.mark.parametrize("written", ["4-2019-12345", "VN-4-2019-12345", "4201912345"])
def test_an_application_number_is_never_taken_for_a_registration(written: str) -> None:
    with pytest.raises(ApplicationNumberGiven):
        registration_number(RightType.TRADEMARK, written)
    assert application_number(RightType.TRADEMARK, written).normal == "4-2019-12345"


@pytest.mark.parametrize(
    ("right_type", "written"),
    [(MARK, "6-2019-00012"), (GI, "4-2019-12345"), (MARK, "4-2019-1234"), (MARK, "4-1719-12345")],
)
def test_an_application_number_of_another_series_is_refused(
    right_type: RightType, written: str
) -> None:
    with pytest.raises(BadRightNumber):
        application_number(right_type, written)


@given(st.sampled_from(RightType), st.integers(1, 99_999))
def test_a_normal_number_reads_as_itself(right_type: RightType, figure: int) -> None:
    normal = registration_number(right_type, str(figure)).normal
    assert registration_number(right_type, normal).normal == normal
