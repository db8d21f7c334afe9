"""A report, a finding or how one ended, as a form or a program sends it."""

from typing import Annotated

from pydantic import Field

from app.kit.forms import In, Line, Note
from app.oversight.closings import Ending
from app.oversight.rules import CODE_CHARS, MAX_TEXT, URL_CHARS, About, FindingOutcome, Trouble

Latitude = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]
Longitude = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
RecordId = Annotated[int, Field(ge=1, le=2**62)]


class ReportIn(In):
    """A problem with a stamp, a product or an online listing. Nothing says who tells of it.

    `token` is any text of your own: the same report with the same token is kept once.
    """

    about: About
    trouble: Trouble
    text: Annotated[Note, Field(max_length=MAX_TEXT)]
    code: Annotated[Line, Field(max_length=CODE_CHARS)] = ""
    product_id: RecordId | None = None
    url: Annotated[Line, Field(max_length=URL_CHARS)] = ""
    place: Annotated[Line, Field(max_length=200)] = ""
    latitude: Latitude | None = None
    longitude: Longitude | None = None
    token: Annotated[Line, Field(max_length=64)] = ""


class SeenIn(In):
    """What an inspector saw, and what was done about it on the spot."""

    outcome: FindingOutcome
    text: Annotated[Note, Field(max_length=MAX_TEXT)]
    measure: Annotated[Note, Field(max_length=MAX_TEXT)] = ""
    place: Annotated[Line, Field(max_length=200)] = ""
    latitude: Latitude | None = None
    longitude: Longitude | None = None


class ClosingIn(In):
    """How a finding that was not in order ended, and what showed it."""

    outcome: Ending
    reason: Annotated[Note, Field(max_length=MAX_TEXT)]
