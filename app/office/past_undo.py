"""Records as they were known at an instant: today's, with what was recorded since taken back."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any, Final, Protocol
from uuid import UUID

Row = dict[str, Any]
# The columns of tables with the kind of value each holds.
Columns = Mapping[str, Mapping[str, type]]
# Where an event names the record it is about, rather than in a field of its own.
SUBJECT: Final = ""
_LONG_AGO: Final = datetime(2000, 1, 1, tzinfo=UTC)


class Event(Protocol):
    """What is read of an event of the audit trail."""

    @property
    def seq(self) -> int: ...
    @property
    def at(self) -> datetime: ...
    @property
    def actor_label(self) -> str: ...
    @property
    def actor_id(self) -> int | None: ...
    @property
    def action(self) -> str: ...
    @property
    def subject_kind(self) -> str: ...
    @property
    def subject_id(self) -> str: ...
    @property
    def entity_id(self) -> int | None: ...
    @property
    def before(self) -> Mapping[str, Any] | None: ...
    @property
    def after(self) -> Mapping[str, Any] | None: ...


class Act(StrEnum):
    """What an event did to a row."""

    MADE = "made"
    CHANGED = "changed"
    REMOVED = "removed"


@dataclass(frozen=True)
class Rule:
    """How an event is taken back. `keys` say which of its fields name the row, by column.

    `implied` is what the act itself tells of before. `needs` are columns that it changed: an event
    without them does not tell what they were.
    """

    table: str
    act: Act = Act.CHANGED
    keys: Mapping[str, str] = field(default_factory=lambda: {"id": SUBJECT})
    implied: Mapping[str, Any] = field(default_factory=dict)
    needs: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Gap:
    """An event that does not tell what it changed from: it was recorded before that was kept."""

    seq: int
    fields: tuple[str, ...]


def _part(
    table: str, act: Act = Act.CHANGED, *, needs: tuple[str, ...] = (), **implied: object
) -> Rule:
    return Rule(table, act, {"id": "id"}, implied, frozenset(needs))


_LINKED: Final = {"right_id": SUBJECT, "product_id": "product_id"}
_HOST: Final = {"host": SUBJECT}
# What the name of an act does not tell by itself. Rows that bear the time they were recorded need
# no rule for that.
RULES: Final[Mapping[str, Rule]] = {
    "product.standard.add": _part("product_standard", Act.MADE),
    "product.standard.retire": _part("product_standard", retired_on=None),
    "product.picture.remove": _part("product_picture", Act.REMOVED),
    "product.certificate.add": _part("ocop_certificate", Act.MADE),
    "product.certificate.revoke": _part(
        "ocop_certificate", revoked_on=None, revocation_decision="", revocation_reason=""
    ),
    "product.certificate.strike": _part("ocop_certificate", struck_at=None, struck_reason=""),
    "product.certificate.change": _part("ocop_certificate"),
    "product.link.change": _part("product_link", needs=("url", "title")),
    "product.link.retire": _part("product_link", retired_on=None),
    "product.link.check": _part("product_link", needs=("failures",)),
    "link_host.allow": Rule("link_host", Act.MADE, _HOST),
    "link_host.refuse": Rule(
        "link_host", Act.REMOVED, _HOST, {"allowed_at": _LONG_AGO, "allowed_by": ""}
    ),
    "entity.contact.change": _part("contact"),
    "entity.contact.retire": _part("contact", retired_on=None),
    "entity.consent.withdraw": Rule("entity"),
    "right.check": Rule("ip_right", needs=frozenset({"checked_on"})),
    "right.link": Rule("right_product", Act.MADE, _LINKED),
    "right.unlink": Rule("right_product", Act.REMOVED, _LINKED),
    "listing.propose": Rule("partner_listing", Act.MADE),
}
# Whose own columns an event changes by its fields, where no rule above says otherwise. Acts of
# three words are of something that hangs on the record.
TABLES: Final[Mapping[str, str]] = {
    "product": "product",
    "entity": "entity",
    "right": "ip_right",
    "use_right": "use_right",
    "lot": "lot",
    "listing": "partner_listing",
    "partner": "partner",
    "certificate": "certificate",
    "test": "quality_test",
}
_PLAIN_WORDS: Final = 2


@dataclass
class Records:
    """Rows by table, and what kinds of values their columns hold."""

    columns: Columns
    rows: dict[str, list[Row]] = field(default_factory=dict)

    def of(self, table: str) -> list[Row]:
        return self.rows.setdefault(table, [])

    def undo(self, events: Iterable[Event]) -> list[Gap]:
        """Take events back, the latest first; return those that do not tell what was before."""
        gaps = []
        for event in sorted(events, key=lambda one: one.seq, reverse=True):
            rule = rule_of(event)
            missing = self._undo(rule, event) if rule else ()
            if missing:
                gaps.append(Gap(event.seq, tuple(missing)))
        return gaps

    def _undo(self, rule: Rule, event: Event) -> Iterable[str]:
        before, columns = dict(event.before or {}), self.columns[rule.table]
        key = _key(rule, event, columns)
        if key is None:
            return tuple(rule.needs) or tuple(rule.implied) or tuple(rule.keys)
        found = [row for row in self.of(rule.table) if key.items() <= row.items()]
        told = {
            name: _read(value, columns[name]) for name, value in before.items() if name in columns
        }
        if rule.act is Act.MADE and event.before is None:
            self.rows[rule.table] = [row for row in self.of(rule.table) if row not in found]
        elif rule.act is Act.REMOVED:
            whole = {**rule.implied, **told, **key}
            if lacking := columns.keys() - whole.keys():
                return sorted(lacking)
            self.of(rule.table).append(whole)
        else:
            for row in found:
                row |= {**rule.implied, **told}
            return () if not found else _untold(rule, event, columns)
        return ()


def rule_of(event: Event) -> Rule | None:
    """Return how an event is taken back; None where it changed no row of its subject."""
    if event.action in RULES:
        return RULES[event.action]
    words = event.action.split(".")
    table = TABLES.get(words[0])
    return Rule(table) if table and len(words) == _PLAIN_WORDS else None


def _key(rule: Rule, event: Event, columns: Mapping[str, type]) -> Row | None:
    """Return what names the row; None where the event does not."""
    said = {**(event.after or {}), **(event.before or {}), SUBJECT: event.subject_id}
    if any(said.get(name) is None for name in rule.keys.values()):
        return None
    return {column: _read(said[name], columns[column]) for column, name in rule.keys.items()}


def _untold(rule: Rule, event: Event, columns: Mapping[str, type]) -> list[str]:
    """Return which columns an event changed without telling what they were."""
    told = (event.before or {}).keys() | rule.implied.keys()
    if rule.needs:
        return sorted(rule.needs - told)
    if event.before is not None or not event.action.endswith(".change"):
        return []
    return [name for name in event.after or {} if name in columns and name not in told | {"id"}]


def _read(value: object, kind: type) -> Any:  # noqa: ANN401 - whatever the column holds
    """Return a value as the column holds it, from how the trail keeps it."""
    if value is None:
        return None
    if kind is int or kind is float:
        return kind(str(value))
    if issubclass(kind, datetime):
        return datetime.fromisoformat(str(value))
    if issubclass(kind, date):
        return date.fromisoformat(str(value))
    return UUID(str(value)) if kind is UUID else value
