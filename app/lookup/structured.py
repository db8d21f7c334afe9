"""What the pages say to search engines, in the words of schema.org."""

import json
from collections.abc import Mapping
from typing import Any, Final

from markupsafe import Markup

from app.certificates.rules import CertificateFacts as Paper
from app.kit.i18n import N_, Translator
from app.lookup.open_data import MEDIA, FileFacts, Publisher
from app.lookup.open_data_tables import TABLES
from app.lookup.right_parts import RightRow
from app.lookup.sheet import EntityPart, Picture, Sheet
from app.products.rules import CertificateLine
from app.rights.rules import Badge, RightStatus

_CONTEXT: Final = "https://schema.org"
_ACTIVE: Final = f"{_CONTEXT}/CertificationActive"
_INACTIVE: Final = f"{_CONTEXT}/CertificationInactive"
_MOST_STARS: Final = 5
# Written as JSON's own escapes, no text can end the block, and none looks like a gap of a page.
_ESCAPES: Final = str.maketrans(
    {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
)

Facts = Mapping[str, Any]


def block(facts: Facts) -> Markup:
    """Return the facts as a block of JSON-LD, which no browser runs."""
    text = json.dumps(_filled(facts), ensure_ascii=False, separators=(",", ":"))
    return Markup('<script type="application/ld+json">{}</script>').format(
        Markup(text.translate(_ESCAPES))  # noqa: S704 - nothing in it is read as HTML any more
    )


def picture_address(site: str, picture: Picture) -> str:
    return f"{site}/pictures/{picture.sha256}-640.jpg"


def product(sheet: Sheet, *, site: str, words: Translator) -> Facts:
    """Describe a product, its maker, and what of its certificates and rights is in force."""
    one = sheet.product
    return {
        "@context": _CONTEXT,
        "@type": "Product",
        "@id": f"{site}/p/{one.id}",
        "url": f"{site}/p/{one.id}",
        "name": one.name,
        "image": picture_address(site, one.picture) if one.picture else "",
        "gtin": one.gtin,
        "sku": one.own_code,
        "size": one.net_content,
        "brand": {"@type": "Brand", "name": one.brand} if one.brand else None,
        "manufacturer": _maker(sheet.entity, site=site),
        "hasCertification": [
            *([_stars(sheet.stars, words)] if sheet.stars and sheet.stars.stars else []),
            *(_right(badge, words, site) for badge in sheet.badges),
            *(_paper(one, words) for one in sheet.papers),
        ],
    }


def right(row: RightRow, *, site: str, words: Translator) -> Facts:
    """Describe a right of the register: what an officer held against its certificate."""
    address = f"{site}/r/{row.id}"
    return {
        "@context": _CONTEXT,
        "@type": "Certification",
        "@id": address,
        "url": address,
        "name": f"{words.gettext(row.type.label)}: {row.sign}",
        "description": row.goods,
        "certificationIdentification": row.number,
        "certificationStatus": _ACTIVE if row.status is RightStatus.IN_FORCE else _INACTIVE,
        "about": {"@type": "Brand", "name": row.sign},
        "validFrom": str(row.facts.registered_on or ""),
        "expires": str(row.facts.expires_on or ""),
        "auditDate": str(row.facts.checked_on),
    }


def catalog(
    files: Mapping[str, Mapping[str, FileFacts]], *, by: Publisher, words: Translator
) -> Facts:
    """Describe the open data, so that searches for data find it."""
    here = f"{by.site}/open-data"
    publisher = {"@type": "Organization", "name": by.name, "url": by.site}
    return {
        "@context": _CONTEXT,
        "@type": "DataCatalog",
        "@id": here,
        "name": words.gettext(N_("Open data of the OCOP register")),
        "url": here,
        "publisher": publisher,
        "dataset": [
            {
                "@type": "Dataset",
                "@id": f"{here}#{name}",
                "name": words.gettext(TABLES[name].title),
                "description": words.gettext(TABLES[name].about),
                "creator": publisher,
                "isAccessibleForFree": True,
                "dateModified": forms["csv"].changed_at.isoformat(timespec="seconds"),
                **({"license": by.licence_url} if by.licence_url else {}),
                "distribution": [
                    {
                        "@type": "DataDownload",
                        "contentUrl": f"{here}/{name}.{form}",
                        "encodingFormat": MEDIA[form],
                        # What is still being made has neither yet; what is None is left out.
                        "contentSize": str(one.size) if one.whole else None,
                        "sha256": one.sha256 or None,
                    }
                    for form, one in forms.items()
                ],
            }
            for name, forms in files.items()
        ],
    }


def organization(entity: EntityPart, *, site: str) -> Facts:
    """Describe a producer by what it agreed to publish."""
    return {"@context": _CONTEXT, **_maker(entity, site=site)}


def _maker(entity: EntityPart, *, site: str) -> Facts:
    places = [place.name for place in entity.places]
    return {
        "@type": "Organization",
        "@id": f"{site}/e/{entity.id}",
        "name": entity.name,
        "url": f"{site}/e/{entity.id}",
        "sameAs": entity.website,
        "telephone": entity.phone,
        "email": entity.email,
        "address": {
            "@type": "PostalAddress",
            "streetAddress": entity.address,
            "addressLocality": places[0] if places else "",
            "addressRegion": places[1] if len(places) > 1 else "",
            "addressCountry": "VN",
        },
    }


def _stars(line: CertificateLine, words: Translator) -> Facts:
    held, stars = line.certificate, line.certificate.stars
    name = words.ngettext("OCOP %(num)s star", "OCOP %(num)s stars", stars) % {"num": stars}
    return {
        "@type": "Certification",
        "name": name,
        "certificationIdentification": held.certificate_no or held.decision_no,
        "certificationStatus": _ACTIVE,
        "certificationRating": {
            "@type": "Rating",
            "ratingValue": stars,
            "bestRating": _MOST_STARS,
        },
        "issuedBy": {"@type": "Organization", "name": held.issuer} if held.issuer else None,
        "validFrom": str(held.valid_from),
        "expires": str(held.valid_to),
    }


def _paper(one: Paper, words: Translator) -> Facts:
    return {
        "@type": "Certification",
        "name": one.title or words.gettext(one.kind.label),
        "certificationIdentification": one.number,
        "certificationStatus": _ACTIVE,
        "issuedBy": {"@type": "Organization", "name": one.issuer} if one.issuer else None,
        "validFrom": str(one.valid_from) if one.valid_from else "",
        "expires": str(one.valid_to) if one.valid_to else "",
    }


def _right(badge: Badge, words: Translator, site: str) -> Facts:
    return {
        "@type": "Certification",
        "name": f"{words.gettext(badge.type.label)}: {badge.sign}",
        "url": f"{site}/r/{badge.right_id}",
        "description": words.gettext(N_("Registration {number}")).format(
            number=badge.number_written
        ),
        "certificationIdentification": badge.use_right_number or badge.number_written,
        "certificationStatus": _ACTIVE,
        "validFrom": str(badge.valid_from) if badge.valid_from else "",
        "expires": str(badge.valid_until) if badge.valid_until else "",
    }


def _filled(facts: Facts) -> Facts:
    """Leave out what is not known, in every depth."""
    found = {
        name: _filled(value) if isinstance(value, Mapping) else value
        for name, value in facts.items()
    }
    if isinstance(parts := found.get("hasCertification"), list):
        found["hasCertification"] = [_filled(one) for one in parts]
    return {name: value for name, value in found.items() if value not in (None, "", [], {})}
