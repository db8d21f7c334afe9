"""Row level security on PostgreSQL: whose rows a transaction sees and writes.

Every transaction says for whom it runs; one that says nothing sees no row of a fenced table.
SQLite has nothing of the kind: there the queries' own scoping is the only defence.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Scope:
    """Whose rows a transaction may touch: those of some tenants and of one account.

    `tenants` of None are all of them, and then every account too.
    """

    tenants: frozenset[int] | None = frozenset()
    account_id: int | None = None

    def statement(self) -> str:
        """Return the SQL that has the transaction run for this scope, to its end."""
        tenants = "all"
        if self.tenants is not None:
            # Numbers alone: nothing of a request's text can get in here.
            tenants = "{" + ",".join(str(int(one)) for one in sorted(self.tenants)) + "}"
        account = "" if self.account_id is None else str(int(self.account_id))
        return f"SET LOCAL fence.tenants = '{tenants}'; SET LOCAL fence.account = '{account}'"


NOTHING: Final = Scope()
EVERYTHING: Final = Scope(tenants=None)
