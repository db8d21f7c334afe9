"""The page of a stamp: of a genuine one rendered once for all that are alike, kept on the shelf."""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import ClassVar, Final
from urllib.parse import quote

from fastapi import Request
from markupsafe import Markup

from app.kit.asgi import HEADERS
from app.kit.i18n import Language
from app.kit.pages import Pages
from app.kit.web import translator
from app.lookup.linkset import LINKED
from app.lookup.parts_access import parts_of
from app.lookup.public_access import PublicView, around, dress, render
from app.lookup.ready import COUNT, Gapped, ReadyPage, gap, raw
from app.lookup.sheet import Answer, Sheet, StampPart
from app.lookup.shelf import Kept, Rendered
from app.lookup.verdict import Judgement
from app.stamps.codes import grouped, parse

NOTHING: Final = Markup()
TYPED_CHARS: Final = 120


@dataclass(frozen=True, kw_only=True)
class StampView(PublicView):
    """The page of one code, its verdict first; what differs from stamp to stamp is a gap."""

    judgement: Judgement
    grouped: str
    sheet: Sheet | None = None
    activated: bool = False
    about: Markup = NOTHING
    record: Markup = NOTHING
    count: ClassVar[Markup] = COUNT
    code: ClassVar[Markup] = gap("code")
    activated_on: ClassVar[Markup] = gap("activated_on")
    number: ClassVar[Markup] = gap("number")
    batch: ClassVar[Markup] = gap("batch")
    lot: ClassVar[Markup] = gap("lot")
    diary: ClassVar[Markup] = gap("diary")


def bare_page(request: Request, answer: Answer) -> str:
    """Return the page of a code of which nothing is known, or can be said now."""
    parsed = parse(answer.code)
    shown = grouped(parsed.code) if parsed else answer.code[:TYPED_CHARS]
    view = StampView(**vars(around(request)), judgement=answer.judgement, grouped=shown)
    path = f"/t/{quote(answer.code[:TYPED_CHARS], safe='')}"
    return render(request, "lookup/stamp.html", view, path=path)


def page_key(pages: Pages, language: Language, keep: str, answer: Answer) -> Hashable:
    """Return what the pages of a lot differ by, beside what is filled in last."""
    activated = answer.stamp is not None and answer.stamp.activated_at is not None
    return "page", pages.sample, language, keep, answer.judgement, activated


def ready_page(request: Request, answer: Answer, stamp: StampPart, kept: Kept) -> ReadyPage:
    """Return the page of the stamps of a lot that have one verdict."""
    words, surroundings = translator(request), around(request)

    def make() -> ReadyPage:
        parts = parts_of(request, kept)
        return ReadyPage(
            _gapped(request, answer, stamp, kept, parts),
            parts.lot,
            parts.diary,
            raw(HEADERS | dress(words.language) | LINKED),
        )

    pages: Pages = request.app.state.pages
    return kept.part(page_key(pages, words.language, surroundings.keep, answer), make)


def _gapped(
    request: Request, answer: Answer, stamp: StampPart, kept: Kept, parts: Rendered
) -> Gapped:
    """Return what the page has in common with those of other lots of the product."""
    sheet, judgement, surroundings = kept.sheet, answer.judgement, around(request)
    activated = stamp.activated_at is not None

    def make() -> Gapped:
        view = StampView(
            **vars(surroundings),
            judgement=judgement,
            grouped=gap("grouped"),
            sheet=sheet,
            activated=activated,
            about=parts.about,
            record=parts.record,
        )
        return Gapped(render(request, "lookup/stamp.html", view, path="/t/" + gap("code")))

    sample, language = request.app.state.pages.sample, translator(request).language
    about = (sheet.stars, sheet.rights, sheet.papers)
    alike = (language, surroundings, sample, about, judgement, activated)
    return kept.subject.part(alike, make)
