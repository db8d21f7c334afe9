from pathlib import Path

import click

from app.cli_base import Console, handed
from app.kit.errors import Words
from app.kit.imports import Fate
from app.office.import_actions import RowsRefused, add_import, ask_import, drop_import
from app.office.import_kinds import SUBJECTS, ImportKind, find_kind
from app.office.import_lines import reasons
from app.office.import_queries import get_import, list_refused
from app.office.import_reading import read_file
from app.office.import_templates import make_template
from app.office.import_work_actions import Hands, work_on_import
from app.wiring import words

_KIND = click.Choice([kind.value.replace("_", "-") for kind in ImportKind])


def _kind(written: str) -> ImportKind:
    kind = find_kind(written)
    assert kind is not None  # noqa: S101 - click has checked it
    return kind


@click.command("import")
@click.argument("kind", type=_KIND)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only say what would become of each row.")
@click.option("--partial", is_flag=True, help="Import the rows that are fine, leave the others.")
@handed
def import_file(console: Console, kind: str, file: Path, *, dry_run: bool, partial: bool) -> None:
    """Import a spreadsheet (.xlsx or .csv), all of it or, with --partial, what is fine."""
    hands = Hands(console.database, lambda: console.now, console.settings.province)
    languages: list[Words] = [console.words, *words().values()]
    with console.telling():
        sent = read_file(file.read_bytes(), name=file.name, kind=_kind(kind), languages=languages)
        with console.database.begin() as db:
            job_id = add_import(db, actor=console.actor, now=console.now, sent=sent).id
        work_on_import(hands, job_id)
        counts = _told(console, job_id)
        if dry_run:
            with console.database.begin() as db:
                drop_import(db, actor=console.actor, now=console.now, job_id=job_id)
        elif counts[Fate.REFUSED] and not partial:
            raise RowsRefused(refused=counts[Fate.REFUSED])
        elif counts[Fate.NEW] or counts[Fate.CHANGED]:
            with console.database.begin() as db:
                ask_import(
                    db,
                    actor=console.actor,
                    now=console.now,
                    job_id=job_id,
                    seen={},
                    partial=partial,
                )
            work_on_import(hands, job_id)
    _finish(console, job_id)


def _told(console: Console, job_id: int) -> dict[str, int]:
    """Print the refused rows with their reasons, and return the counts."""
    with console.database.begin(write=False) as db:
        job = get_import(db, job_id, actor=console.actor)
        if job.state == "failed":
            console.stop(console.words.gettext(job.problem))
        subject = SUBJECTS[ImportKind(job.kind)]
        for row in list_refused(db, job_id=job_id):
            why = reasons(subject, console.words, row.faults)
            click.echo(f"{row.number}: {row.label}: {why}", err=True)
        return {fate.value: int(job.counts[fate.value]) for fate in Fate}


def _finish(console: Console, job_id: int) -> None:
    with console.database.begin(write=False) as db:
        job = get_import(db, job_id, actor=console.actor)
    if job.state == "failed" or job.stale:
        console.stop(console.words.gettext(job.problem) or "the records changed; run it again")
    facts = {"import": job.id, "state": job.state, "rows": job.total}
    facts |= {fate.value: job.counts[fate.value] for fate in Fate}
    text = "  ".join(f"{name}={value}" for name, value in facts.items())
    console.say(text, **facts)


@click.command("template")
@click.argument("kind", type=_KIND)
@click.argument("out", type=click.Path(dir_okay=False, writable=True, path_type=Path))
@click.option("--full", is_flag=True, help="Every column, not the mandatory ones alone.")
@handed
def template(console: Console, kind: str, out: Path, *, full: bool) -> None:
    """Write a workbook to fill in."""
    out.write_bytes(make_template(SUBJECTS[_kind(kind)], full=full, words=console.words))
    console.say(str(out), path=out)


GROUPS = (import_file, template)
