"""Which certificates products must have before stamps are activated for them, and what lacks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from app.certificates.kinds import Kind
from app.certificates.rules import CertificateFacts, Status, over_from, status


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyFacts:
    """What products of a group need from a day on; an empty group is all without one of their own.

    All of `all_of`, and one of `any_of` where that names any.
    """

    id: int
    group: str
    all_of: frozenset[Kind]
    any_of: frozenset[Kind]
    in_force_from: date

    @property
    def empty(self) -> bool:
        return not (self.all_of or self.any_of)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lack:
    """A need that nothing meets: one of `kinds` would do. `ended` is the last that met it."""

    kinds: tuple[Kind, ...]
    ended: CertificateFacts | None = None


def policy_on(policies: Iterable[PolicyFacts], group: str, day: date) -> PolicyFacts | None:
    """Return what counts for products of a group on a day: its own row, else that of all."""
    known = [one for one in policies if one.in_force_from <= day]
    for wanted in dict.fromkeys((group, "")):
        own = [one for one in known if one.group == wanted]
        if own:
            return max(own, key=lambda one: (one.in_force_from, one.id))
    return None


def lacking(
    policy: PolicyFacts | None, found: Sequence[CertificateFacts], day: date
) -> tuple[Lack, ...]:
    """Return which of a policy's needs no certificate meets on a day."""
    if policy is None:
        return ()
    needs: list[tuple[Kind, ...]] = [(kind,) for kind in Kind if kind in policy.all_of]
    if policy.any_of:
        needs.append(tuple(kind for kind in Kind if kind in policy.any_of))
    return tuple(
        Lack(kinds=kinds, ended=_ended(kinds, found, day))
        for kinds in needs
        if not any(one.kind in kinds and status(one, day) is Status.IN_FORCE for one in found)
    )


def _ended(
    kinds: tuple[Kind, ...], found: Sequence[CertificateFacts], day: date
) -> CertificateFacts | None:
    over = [
        one
        for one in found
        if one.kind in kinds and status(one, day) in {Status.EXPIRED, Status.REVOKED}
    ]
    return max(over, key=over_from, default=None)
