from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.entities.models import Entity
from app.entities.part_models import Training
from app.entities.part_queries import get_part
from app.entities.parts import NobodyChosen, NotYet, StruckAlready, TrainingThere
from app.entities.queries import get_entity
from app.entities.trail_actions import note
from app.identity.rules import Actor
from app.kit.clock import day_of


def record_training(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    people: Mapping[int, int],
    held_on: date,
    trainer: str,
    topic: str = "",
    text: str = "",
) -> list[Training]:
    """Record one training, for each entity that took part with how many people it sent.

    All or none: an entity that has the very same training on record already refuses it.
    """
    actor.require_officer()
    if not people:
        raise NobodyChosen
    if held_on > day_of(now):
        raise NotYet(field="held_on")
    entities = [get_entity(db, entity_id, actor=actor) for entity_id in sorted(people)]
    facts = {"held_on": held_on, "topic": topic, "trainer": trainer}
    made = []
    for entity in entities:
        _refuse_second(db, entity, held_on, topic, trainer)
        training = Training(
            entity_id=entity.id,
            people=people[entity.id],
            note=text,
            recorded_at=now,
            recorded_by=actor.label,
            **facts,
        )
        db.add(training)
        db.flush()
        told = facts | {"people": training.people, "note": text}
        note(db, actor, now, "entity.training.record", entity, None, told)
        made.append(training)
    return made


def strike_training(
    db: Session, *, actor: Actor, now: datetime, entity_id: int, training_id: int
) -> Training:
    """Strike out a training entered by mistake; it stays in the history."""
    entity = get_entity(db, entity_id, actor=actor)
    actor.require_officer()
    training = get_part(db, Training, training_id, entity_id=entity.id)
    if training.struck_at is not None:
        raise StruckAlready
    training.struck_at = now
    db.flush()
    facts = {"held_on": training.held_on, "topic": training.topic, "trainer": training.trainer}
    note(db, actor, now, "entity.training.strike", entity, facts, None)
    return training


def _refuse_second(db: Session, entity: Entity, held_on: date, topic: str, trainer: str) -> None:
    same = select(Training.id).where(
        Training.entity_id == entity.id,
        Training.held_on == held_on,
        Training.topic == topic,
        Training.trainer == trainer,
        Training.struck_at.is_(None),
    )
    if db.scalar(same.limit(1)) is not None:
        raise TrainingThere(name=entity.name, held_on=held_on)
