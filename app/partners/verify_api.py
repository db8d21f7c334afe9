"""Is this stamp ours, and what is to be said of it: one code, or up to a hundred."""

import asyncio
from collections.abc import AsyncIterator, Collection, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Annotated, Any, Final

from fastapi import APIRouter, Request
from pydantic import BeforeValidator, Field
from starlette.responses import JSONResponse, Response

from app.kit.forms import In, Out
from app.kit.problems import DOCUMENTED
from app.kit.web import site, translator
from app.lookup.access import desk_of
from app.lookup.desk_access import OUTAGES
from app.lookup.guess_access import Asking, asking
from app.lookup.public_access import has_tag
from app.lookup.queries import Ask
from app.lookup.ready import tag_of
from app.lookup.sheet import Answer
from app.lookup.verdict import RETRY_AFTER_SECONDS, Facts, Verdict, judge
from app.partners.key_access import Caller, Guest, PartnerRoute
from app.partners.sandbox import sandbox_answer
from app.partners.verified import VerifiedOut, VerifyOut, verified

router = APIRouter(prefix="/api/v1/verify", tags=["verify"], route_class=PartnerRoute)

MOST_CODES: Final = 100
# A recall reaches everybody within five minutes, answers that were kept included: 60 s as they are,
# and 240 s more while they are asked for anew.
FRESH: Final = "public, max-age=60, stale-while-revalidate=240"


def _readable(code: object) -> object:
    """Return half a character as a question mark: no code has it, and no answer can hold it."""
    return code.encode("utf-8", "replace").decode() if isinstance(code, str) else code


class CodesIn(In):
    """Codes as they stand on stamps, or as people typed them; the same one may come twice."""

    codes: Annotated[
        list[Annotated[str, BeforeValidator(_readable)]],
        Field(min_length=1, max_length=MOST_CODES),
    ]


def _told(model: type[Out], words: str, status: int) -> dict[str, Any]:
    """Describe a refusal in the shape of the answer, beside the shape of every error."""
    return {"model": model, "description": words, "content": DOCUMENTED[status]["content"]}


@router.post(
    "",
    response_model=VerifiedOut,
    responses={503: _told(VerifiedOut, "No code could be checked", 503)},
)
async def verify_many(request: Request, given: CodesIn, guest: Guest) -> Response:
    """Return what is known of up to 100 codes. A bad one is told as unknown, in its place.

    It needs no key and is never counted as a look-up.
    """
    async with _asking(request, guest, given.codes) as asked:
        answers = await asyncio.gather(
            *(_answer(request, code, asked.worth) for code in given.codes)
        )
        asked.wrong = _wrong(answers)
    out = VerifiedOut(results=tuple(_said(request, one) for one in answers))
    headers = {"Cache-Control": "no-store", **_of_language(request)}
    status = 200
    if all(one.verdict is Verdict.UNAVAILABLE and not one.sandbox for one in out.results):
        status = 503
        headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return Response(out.model_dump_json(), status, headers, JSONResponse.media_type)


@router.get(
    "/{code:anything}",
    response_model=VerifyOut,
    responses={
        404: {"model": VerifyOut, "description": "The code is not known here"},
        503: _told(VerifyOut, "The code could not be checked", 503),
    },
)
async def verify(request: Request, code: str, guest: Guest) -> Response:
    """Return what is known of a code. It needs no key and is never counted as a look-up."""
    text = str(_readable(code))
    async with _asking(request, guest, (text,)) as asked:
        answer = await _answer(request, text, asked.worth)
        asked.wrong = _wrong((answer,))
    body, status = _said(request, answer).model_dump_json(), answer.judgement.status
    headers = {"Cache-Control": FRESH, **_of_language(request)}
    if answer.judgement.verdict is Verdict.UNAVAILABLE:
        headers |= {"Retry-After": str(RETRY_AFTER_SECONDS), "Cache-Control": "no-store"}
    else:
        headers["ETag"] = tag_of(body)
        if answer.stamp is not None and has_tag(request, headers["ETag"]):
            return Response(status_code=304, headers=headers)
    return Response(body, status, headers, JSONResponse.media_type)


@asynccontextmanager
async def _asking(
    request: Request, guest: Caller | None, codes: Sequence[str]
) -> AsyncIterator[Asking]:
    """Give the codes to look up, and refuse who only guesses.

    A shop with a key is known, and a sandbox code is no guess; but it opens no way to others.
    """
    real = [code for code in codes if sandbox_answer(code) is None]
    if guest is not None:
        yield Asking(real)
        return
    async with asking(request, real) as asked:
        yield asked


def _wrong(answers: Iterable[Answer]) -> int:
    unknown = (one for one in answers if one.judgement.verdict is Verdict.UNKNOWN)
    return sum(sandbox_answer(one.code) is None for one in unknown)


async def _answer(request: Request, code: str, worth: Collection[str]) -> Answer:
    """Return what is known; without database or key, that it could not be checked.

    What is not `worth` a look is known by the keys to be nobody's.
    """
    tried = sandbox_answer(code)
    if tried is not None:
        return tried
    if code not in worth:
        return Answer(code=code, judgement=judge(Facts(), site(request).clock()))
    try:
        answer, _, _ = await desk_of(request).ask(Ask(code, site(request).clock(), None))
    except OUTAGES:
        unavailable = judge(Facts(available=False), site(request).clock())
        return Answer(code=code, judgement=unavailable)
    return answer


def _of_language(request: Request) -> dict[str, str]:
    return {"Content-Language": translator(request).language, "Vary": "Accept-Language"}


def _said(request: Request, answer: Answer) -> VerifyOut:
    return verified(answer, translator(request), site(request).base_url)
