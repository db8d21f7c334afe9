from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy.orm import Session

from app.audit.actions import record
from app.certificates.kinds import Kind
from app.certificates.models import CertificatePolicy
from app.certificates.policy import policy_on
from app.certificates.queries import list_policies, policy_facts
from app.certificates.refusals import PolicyOfThePast, PolicyThere
from app.identity.rules import Actor, Role
from app.kit.clock import day_of


def set_certificate_policy(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    group: str,
    all_of: Collection[Kind],
    any_of: Collection[Kind],
    in_force_from: date,
    source: str = "",
) -> CertificatePolicy:
    """Say what products of a group need from a day on; nothing at all lifts what was asked.

    Administrators only, and for no past day: what was let pass then stays as it was.
    """
    actor.require_role(Role.ADMINISTRATOR)
    if in_force_from < day_of(now):
        raise PolicyOfThePast
    asked, either = frozenset(all_of), frozenset(any_of)
    known = [policy_facts(one) for one in list_policies(db)]
    stands = policy_on((one for one in known if one.group == group), group, in_force_from)
    if stands is not None and (stands.all_of, stands.any_of) == (asked, either):
        raise PolicyThere
    facts = {
        "ocop_group": group,
        "all_of": [kind.value for kind in Kind if kind in asked],
        "any_of": [kind.value for kind in Kind if kind in either],
        "in_force_from": in_force_from,
        "source": source,
    }
    made = CertificatePolicy(
        **facts, recorded_at=now, recorded_by=actor.label, recorded_by_id=actor.account_id
    )
    db.add(made)
    db.flush()
    record(
        db,
        by=actor,
        now=now,
        action="certificate_policy.set",
        subject_id=made.id,
        before={"all_of": sorted(stands.all_of), "any_of": sorted(stands.any_of)}
        if stands
        else None,
        after=facts,
    )
    return made
