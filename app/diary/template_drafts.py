"""What an editor does to the body of a template: a stage put, moved or dropped."""

from collections.abc import Mapping
from typing import Any

from app.diary.template_body import Body
from app.kit.errors import NotFound
from app.kit.i18n import N_


class NoSuchStage(NotFound):
    """The draft has no such stage"""

    code = "diary.template_stage_not_found"
    detail = N_("Somebody may have taken it out meanwhile. Load the draft again.")


def stage_at(body: Mapping[str, Any], code: str) -> int:
    """Return the place of a stage by its code, or raise NoSuchStage."""
    codes = [stage["code"] for stage in body["stages"]]
    if code not in codes:
        raise NoSuchStage
    return codes.index(code)


def put_stage(body: Body, code: str, stage: Mapping[str, Any]) -> tuple[Body, int]:
    """Return the body with the stage in place of the one of that code, or at its end; and where."""
    stages = list(body["stages"])
    codes = [one["code"] for one in stages]
    place = codes.index(code) if code in codes else len(stages)
    stages[place : place + 1] = [dict(stage)]
    return {**body, "stages": stages}, place


def move_stage(body: Body, code: str, *, by: int) -> Body:
    """Return the body with a stage moved up or down; at either end it stays."""
    stages = list(body["stages"])
    place = stage_at(body, code)
    stage = stages.pop(place)
    stages.insert(max(0, place + by), stage)
    return {**body, "stages": stages}


def drop_stage(body: Body, code: str) -> Body:
    place = stage_at(body, code)
    return {**body, "stages": [*body["stages"][:place], *body["stages"][place + 1 :]]}
