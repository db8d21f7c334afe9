"""Words of the office for how rights and use rights stand."""

from typing import Final

from app.kit.i18n import N_
from app.rights.rules import RightStatus
from app.rights.standing import Standing

RIGHT_LABELS: Final = {
    RightStatus.APPLICATION: N_("Only applied for"),
    RightStatus.NOT_YET: N_("Not yet in force"),
    RightStatus.IN_FORCE: N_("In force"),
    RightStatus.SUSPENDED: N_("Suspended"),
    RightStatus.EXPIRED: N_("Expired"),
    RightStatus.ENDED: N_("Ended"),
    RightStatus.UNCERTAIN: N_("The dates do not tell"),
}
USE_RIGHT_LABELS: Final = {
    Standing.NOT_YET: N_("Not yet in force"),
    Standing.IN_FORCE: N_("In force"),
    Standing.SUSPENDED: N_("Suspended"),
    Standing.EXPIRED: N_("Expired"),
    Standing.ENDED: N_("Ended"),
    Standing.UNCERTAIN: N_("The dates do not tell"),
}
