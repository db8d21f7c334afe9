from collections.abc import Callable
from pathlib import Path
from typing import Any, TypedDict, TypeVar, Unpack

import click

from app.cli_base import Console, handed
from app.kit.paging import Cut
from app.stamps import actions, batch_queries
from app.stamps.export_actions import Wanted, ask_export, record_fetch
from app.stamps.export_api import press_of
from app.stamps.models import Batch
from app.stamps.print_actions import make_export, stored_name
from app.stamps.queries import get_stamp
from app.stamps.span_actions import void_span
from app.stamps.suspicion_actions import suspect_stamp, trust_stamp
from app.wiring import create_app

F = TypeVar("F", bound=Callable[..., Any])


@click.group()
def batch() -> None:
    """Take batches of stamps from request to hand-over."""


def _told(console: Console, found: Batch) -> None:
    with console.begin() as db:
        counts = batch_queries.counts_of(db, [found.id])[found.id]
    facts = {
        "id": found.id,
        "product_id": found.product_id,
        "entity_id": found.entity_id,
        "state": found.state,
        "requested": found.requested,
        "granted": found.granted,
        "counts": {str(state): number for state, number in counts.items()},
    }
    console.say("  ".join(f"{name}={value}" for name, value in facts.items()), **facts)


@batch.command("list")
@click.option("--state", default="", help="Only batches in this state.")
@handed
def batch_list(console: Console, state: str) -> None:
    """List the newest 200 batches."""
    with console.begin() as db:
        page = batch_queries.list_batches(
            db, actor=console.actor, cut=Cut(limit=200, newest=True), state=state
        )
        rows = [
            {
                "id": one.id,
                "product_id": one.product_id,
                "state": one.state,
                "requested": one.requested,
                "granted": one.granted,
            }
            for one in page.items
        ]
    console.show(list(rows))


@batch.command("show")
@click.argument("batch_id", type=int)
@handed
def batch_show(console: Console, batch_id: int) -> None:
    """Show a batch and where its stamps are."""
    with console.begin() as db:
        found = batch_queries.get_batch(db, batch_id, actor=console.actor)
    _told(console, found)


@batch.command("request")
@click.argument("product_id", type=int)
@click.argument("quantity", type=int)
@click.option("--reason", required=True)
@handed
def batch_request(console: Console, product_id: int, quantity: int, reason: str) -> None:
    """Request stamps for a product."""
    with console.begin() as db:
        found = actions.request_batch(
            db,
            actor=console.actor,
            now=console.now,
            product_id=product_id,
            quantity=quantity,
            reason=reason,
            largest=console.settings.max_batch,
        )
    _told(console, found)


@batch.command("approve")
@click.argument("batch_id", type=int)
@click.argument("quantity", type=int)
@click.option("--decision", required=True, help="Number of the decision.")
@handed
def batch_approve(console: Console, batch_id: int, quantity: int, decision: str) -> None:
    """Approve a batch, with the quantity granted."""
    with console.begin() as db:
        found = actions.approve_batch(
            db,
            actor=console.actor,
            now=console.now,
            batch_id=batch_id,
            quantity=quantity,
            decision_no=decision,
        )
    _told(console, found)


@batch.command("issue")
@click.argument("batch_id", type=int)
@handed
def batch_issue(console: Console, batch_id: int) -> None:
    """Give an approved batch its numbers and its secret."""
    keyring = console.keyring
    with console.begin() as db:
        found = actions.issue_batch(
            db, actor=console.actor, now=console.now, batch_id=batch_id, keyring=keyring
        )
    _told(console, found)


@batch.command("handover")
@click.argument("batch_id", type=int)
@click.argument("quantity", type=int)
@click.option("--receiver", required=True)
@click.option("--document", default="", help="Number of the minutes.")
@handed
def batch_hand_over(
    console: Console, batch_id: int, quantity: int, receiver: str, document: str
) -> None:
    """Hand the next stamps of a batch over to its entity."""
    with console.begin() as db:
        found = actions.hand_over(
            db,
            actor=console.actor,
            now=console.now,
            batch_id=batch_id,
            receiver=receiver,
            quantity=quantity,
            document_no=document,
        )
    _told(console, found)


class PartOf(TypedDict):
    """What is taken out of a batch, and why."""

    reason: str
    form: str
    first: int
    count: int | None


def _part_of(command: F) -> F:
    """Add the options of a part of a batch."""
    for option in (
        click.option("--reason", required=True),
        click.option("--form", default="", help="short or gs1; by default by the GTIN."),
        click.option("--first", type=int, default=1),
        click.option("--count", type=int, default=None),
    ):
        command = option(command)
    return command


@batch.command("print")
@click.argument("batch_id", type=int)
@click.argument("out", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--preset", default="40", help="24, 40 or 84 on A4, or an own one such as own-3.")
@click.option("--format", "kind", type=click.Choice(["pdf", "svg", "png"]), default="pdf")
@_part_of
@handed
def batch_print(
    console: Console, /, batch_id: int, out: Path, preset: str, kind: str, **part: Unpack[PartOf]
) -> None:
    """Make the PDF of a batch or of a part of it, or a ZIP of pictures.

    Many codes need another officer, who confirms the file on the batch's page; then run it again.
    """
    _export(console, Wanted(batch_id=batch_id, format=kind, preset=preset, **part), out)


@batch.command("codes")
@click.argument("batch_id", type=int)
@click.argument("out", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--format", "kind", type=click.Choice(["csv", "xlsx"]), default="csv")
@_part_of
@handed
def batch_codes(
    console: Console, /, batch_id: int, out: Path, kind: str, **part: Unpack[PartOf]
) -> None:
    """Make the list of a batch's codes for a print house."""
    _export(console, Wanted(batch_id=batch_id, format=kind, **part), out)


def _export(console: Console, wanted: Wanted, out: Path) -> None:
    if out.exists():
        console.stop(f"{out} is there already; choose another name")
    press = press_of(create_app(console.settings, database=console.database))
    with console.begin() as db:
        record = ask_export(db, actor=console.actor, now=console.now, press=press, wanted=wanted)
    label = wanted.format.upper()
    with (
        console.telling(),
        click.progressbar(length=record.count, label=label, hidden=console.as_json) as bar,
    ):
        made = make_export(press, record.id, lambda done: bar.update(done - bar.pos))
        bar.update(record.count - bar.pos)
    with console.begin() as db:
        record_fetch(db, actor=console.actor, now=console.now, export=made)
    content = press.files.find(stored_name(made))
    # Codes are for their owner's eyes: the copy is as private as the original.
    out.touch(mode=0o600, exist_ok=False)
    with content.open("rb") as source, out.open("wb") as copy:
        while piece := source.read(1 << 20):
            copy.write(piece)
    console.say(f"{out}: {made.count} stamps, SHA-256 {made.sha256}", path=out, sha256=made.sha256)


@click.group()
def stamp() -> None:
    """Look at one stamp, or void some."""


@stamp.command("show")
@click.argument("code")
@handed
def stamp_show(console: Console, code: str) -> None:
    """Show what is known of a stamp."""
    keyring = console.keyring
    with console.begin() as db:
        found = get_stamp(db, keyring=keyring, text=code)
    facts = {
        "code": found.code,
        "number": found.number,
        "batch_id": found.batch_id,
        "entity_id": found.entity_id,
        "product_id": found.product_id,
        "state": found.state,
        "lot_id": found.lot_id,
        "activated_at": found.activated_at,
    }
    console.say("  ".join(f"{name}={value}" for name, value in facts.items()), **facts)


@stamp.command("void")
@click.argument("first_code")
@click.argument("last_code", required=False)
@click.option("--reason", required=True)
@click.option("--yes", is_flag=True, help="Do not ask.")
@handed
def stamp_void(
    console: Console, first_code: str, last_code: str | None, reason: str, *, yes: bool
) -> None:
    """Void the stamps from the first code to the last, for good."""
    keyring = console.keyring
    if not yes and not console.as_json:
        click.confirm("Voided stamps can't be used again. Void them?", abort=True)
    with console.begin() as db:
        done = void_span(
            db,
            actor=console.actor,
            now=console.now,
            keyring=keyring,
            first_code=first_code,
            last_code=last_code or first_code,
            reason=reason,
        )
    count = done.last - done.first + 1
    console.say(f"{count} stamps of batch {done.batch_id} are void.", count=count)


@stamp.command("suspect")
@click.argument("code")
@click.option("--reason", required=True)
@click.option("--lift", is_flag=True, help="Take the warning back.")
@handed
def stamp_suspect(console: Console, code: str, reason: str, *, lift: bool) -> None:
    """Warn on a stamp's page that its code may have been copied."""
    keyring = console.keyring
    act = trust_stamp if lift else suspect_stamp
    with console.begin() as db:
        found = act(
            db, actor=console.actor, now=console.now, keyring=keyring, text=code, reason=reason
        )
    said = "no longer suspected" if lift else "suspected"
    console.say(f"Stamp {found.number} of batch {found.batch_id} is {said}.", suspicious=not lift)


GROUPS = (batch, stamp)
