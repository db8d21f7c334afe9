import click

from app.cli_base import Console, handed
from app.kit.paging import Cut
from app.partners import actions, key_actions, key_queries, queries
from app.partners.rules import (
    KEY_DAYS,
    MOST_A_DAY,
    MOST_A_MINUTE,
    MOST_KEY_DAYS,
    PER_DAY,
    PER_MINUTE,
    PartnerKind,
    Scope,
)


@click.group()
def partner() -> None:
    """Keep shops and platforms, and their keys."""


@partner.command("add")
@click.argument("name")
@click.option("--kind", type=click.Choice([str(one) for one in PartnerKind]), default="shop")
@click.option("--host", "hosts", multiple=True, required=True, help="Where its pages stand.")
@click.option("--contact", default="")
@handed
def partner_add(
    console: Console, name: str, kind: str, hosts: tuple[str, ...], contact: str
) -> None:
    """Add a shop whose offers may stand on its hosts and beneath them."""
    facts = {"name": name, "kind": kind, "hosts": list(hosts), "contact": contact}
    with console.begin() as db:
        added = actions.add_partner(db, actor=console.actor, now=console.now, **facts)
    console.say(f"{added.name} is shop {added.id}.", id=added.id)


@partner.command("list")
@handed
def partner_list(console: Console) -> None:
    """List the shops that are not retired."""
    with console.begin() as db:
        page = queries.list_partners(
            db, actor=console.actor, now=console.now, cut=Cut(limit=10_000), state="open"
        )
        keys = key_queries.keys_of(db, [one.id for one in page.items])
        rows = [
            {
                "id": one.id,
                "name": one.name,
                "hosts": ",".join(one.hosts),
                "keys": sum(key.revoked_at is None for key in keys[one.id]),
            }
            for one in page.items
        ]
    console.show(list(rows))


@partner.command("key")
@click.argument("partner_id", type=int)
@click.argument("label")
@click.option("--scope", "scopes", multiple=True, type=click.Choice([str(one) for one in Scope]))
@click.option("--per-minute", type=click.IntRange(1, MOST_A_MINUTE), default=PER_MINUTE)
@click.option("--per-day", type=click.IntRange(1, MOST_A_DAY), default=PER_DAY)
@click.option("--days", type=click.IntRange(1, MOST_KEY_DAYS), default=KEY_DAYS)
@handed
def partner_key(
    console: Console,
    partner_id: int,
    label: str,
    scopes: tuple[str, ...],
    per_minute: int,
    per_day: int,
    days: int,
) -> None:
    """Make a key and print it: it is shown this once. Without --scope it verifies only."""
    with console.begin() as db:
        made, token = key_actions.issue_key(
            db,
            actor=console.actor,
            now=console.now,
            partner_id=partner_id,
            label=label,
            scopes=[Scope(one) for one in scopes] or [Scope.VERIFY],
            per_minute=per_minute,
            per_day=per_day,
            days=days,
        )
    console.say(token, id=made.id, token=token)


@partner.command("revoke")
@click.argument("partner_id", type=int)
@click.argument("key_id", type=int)
@handed
def partner_revoke(console: Console, partner_id: int, key_id: int) -> None:
    """End a key at once."""
    with console.begin() as db:
        key_actions.revoke_key(
            db, actor=console.actor, now=console.now, partner_id=partner_id, key_id=key_id
        )
    console.say("The key is revoked.", id=key_id)


GROUPS = (partner,)
