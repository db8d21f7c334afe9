from sqlalchemy.orm import Session

from app.stamps.keyring import Keyring
from app.stamps.print_models import PrintPreset
from tests import make
from tests.browser.stop import OFFICE, SEND, Stop

PAGES = {
    OFFICE: {
        "stamps/presets.html": ["/office/presets"],
        "stamps/preset.html": ["/office/presets/new?copy=84", "/office/presets/{own_preset}"],
    }
}
ACTS = (
    Stop(
        "stamps/preset.html",
        OFFICE,
        "/office/presets/new",
        (("#name", "Decal"), ("#columns", "9"), ("#cell_width", "15")),
        "main .acts button >> nth=0",
    ),
    Stop(
        "stamps/exports.html",
        OFFICE,
        "/office/batches/1/exports",
        (("#reason", "In tem"),),
        SEND,
    ),
)


def facts(db: Session, _keyring: Keyring) -> dict[str, object]:
    roll = PrintPreset(
        name="Cuộn nhãn decal ba làn của nhà in Phương Nam, Cà Mau",
        kind="roll",
        page_width=210,
        page_height=297,
        margin_left=2,
        margin_top=0,
        columns=3,
        rows=1,
        cell_width=35,
        cell_height=30,
        gap_x=3,
        gap_y=3,
        symbol=20,
        code_at="below",
        crop_marks=False,
        per_roll=500,
        made_at=make.NOW,
        made_by="Cán bộ Lan",
        changed_at=make.NOW,
        changed_by="Cán bộ Lan",
    )
    db.add(roll)
    db.flush()
    return {"own_preset": roll.id}
