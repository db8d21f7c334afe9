"""What each role may do, in a few words: read before one is given."""

from collections.abc import Mapping
from typing import Final

from app.identity.rules import Belonging, Role
from app.kit.i18n import N_

ROLE_DUTIES: Final[Mapping[str, str]] = {
    Role.ADMINISTRATOR: N_(
        "Does all an officer does, gives and takes roles, resets second factors, and sees personal "
        "numbers on the audit trail."
    ),
    Role.OFFICER: N_(
        "Keeps entities, products and rights; issues, prints and hands over stamps; enrols the "
        "people of producers."
    ),
    Role.APPROVER: N_(
        "As an officer, and the second person where two are asked for: approves or refuses what "
        "another has requested."
    ),
    Role.INSPECTOR: N_(
        "Reads the records of every entity and the audit trail; inspects stamps and records "
        "findings, and changes nothing else."
    ),
    Role.MARK_MANAGER: N_(
        "Of the holder of a geographical indication or a mark: keeps the users of its own rights, "
        "sees the register of rights, and no entity's records."
    ),
    Role.READER: N_(
        "Of agriculture, trade, market control or a commune: reads the records of every entity; "
        "changes nothing."
    ),
    Belonging.OWNER: N_(
        "On the phone: lots, diary, requests and activates stamps, proposes changes, adds and "
        "removes workers."
    ),
    Belonging.WORKER: N_("On the phone: lots, diary and activation, in their own name."),
}
