from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Sought:
    """Which events are looked for. What is None or empty is not asked for.

    `until` is the first moment no longer wanted. An empty collection of ids finds nothing.
    """

    subject_kind: str = ""
    subject_id: str = ""
    entity_ids: Collection[int] | None = None
    actor_ids: Collection[int] | None = None
    action: str = ""
    since: datetime | None = None
    until: datetime | None = None
    text: str = ""
