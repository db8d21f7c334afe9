"""Who looks a stamp up, and that it was looked up: the same for every way of answering."""

from datetime import datetime
from typing import NamedTuple

from app.lookup.sheet import Answer
from app.scans.actions import Lookup, Visit
from app.scans.counter_actions import Counter
from app.scans.networks import Networks
from app.scans.rules import device_class, minute_of
from app.stamps.queries import Stamp


class Looker(NamedTuple):
    """Where a request comes from, as far as it is looked at; no address is kept."""

    address: str
    agent: str


def counted(
    answer: Answer,
    stamp: Stamp,
    *,
    looker: Looker,
    who: bytes,
    now: datetime,
    counter: Counter,
    networks: Networks,
) -> Answer:
    """Note the look-up and return the answer with it, unless it repeats one of this minute."""
    active = stamp.state == "active"
    visit = Visit(stamp.line, who, minute_of(now))
    device, province = device_class(looker.agent), networks.province_of(looker.address)
    new = counter.note(Lookup(visit, device, active, stamp.product_id, province))
    if not (new and active):
        return answer
    return answer._replace(lookups=answer.lookups + 1, first_at=answer.first_at or now)
