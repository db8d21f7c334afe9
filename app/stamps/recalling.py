"""Words for recalls: what is meant by a subject, and where it is recalled or held."""

from app.diary.notices import Subject
from app.kit.i18n import N_, Translator


def said_subject(of: Subject, words: Translator) -> str:
    """Return which lots are meant, as a phrase that stands beside the product's name."""
    if of.lot_id is not None:
        return words.gettext(N_("Lot {number}")).format(number=of.lot_number)
    if of.whole:
        return words.gettext(N_("The whole product"))
    first = words.date(of.made_from) if of.made_from else ""
    last = words.date(of.made_to) if of.made_to else ""
    if not last:
        return words.gettext(N_("Lots made from {first} on")).format(first=first)
    if not first:
        return words.gettext(N_("Lots made up to {last}")).format(last=last)
    return words.gettext(N_("Lots made from {first} to {last}")).format(first=first, last=last)


def address_of(of: Subject, *, area: str) -> str:
    """Return the path of the page where it is recalled or held, in the office or on the phone."""
    what = "recall" if area == "office" else "hold"
    if of.lot_id is not None:
        return f"/{area}/lots/{of.lot_id}/{what}"
    days = {"made_from": of.made_from, "made_to": of.made_to}
    query = "&".join(f"{name}={day.isoformat()}" for name, day in days.items() if day)
    return f"/{area}/products/{of.product_id}/{what}" + (f"?{query}" if query else "")
