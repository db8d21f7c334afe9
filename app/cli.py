"""The `ocop` command. Thin: each subcommand calls the action the web calls."""

import os
import signal
import sys
from pathlib import Path

import click
import uvicorn

from app import cli_accounts, cli_imports, cli_links, cli_partners, cli_stamps
from app.cli_base import UNAVAILABLE, Console, handed
from app.doctor import examine
from app.keyfile import BadKeys, load_keyring
from app.migrate import migrate as run_migrations
from app.wiring import create_app, log_as_json, make_runner


@click.group()
@click.option("--json", "as_json", is_flag=True, help="Print results as JSON.")
@click.pass_context
def main(context: click.Context, *, as_json: bool) -> None:
    """Run OCOP traceability: stamps, diaries, look-up.

    Exit codes: 0 done, 1 refused, 2 wrong usage, 3 the database can't be used.
    """
    # The database and the files hold secrets of stamps: they are their owner's only.
    os.umask(0o077)
    console = context.obj = Console(as_json)
    context.call_on_close(console.close)


@main.command()
@handed
def migrate(console: Console) -> None:
    """Bring the database to the newest revision, with its guards and the table of places."""
    with console.telling():
        run_migrations(console.settings)
    console.say("The database is up to date.", migrated=True)


@main.command()
@click.option("--host", default=lambda: os.environ.get("HOST", "127.0.0.1"))
@click.option("--port", type=int, default=lambda: os.environ.get("PORT", "8000"))
@click.option("--workers", type=int, default=1, help="Processes; more than one on PostgreSQL only.")
@handed
def serve(console: Console, host: str, port: int, workers: int) -> None:
    """Serve the pages and the API."""
    settings = console.settings
    if workers > 1 and settings.database_url.startswith("sqlite"):
        console.stop("SQLite is served by one process; use PostgreSQL for more")
    try:
        load_keyring(settings)
    except BadKeys as error:
        console.stop(str(error))
    uvicorn.run(
        "app.main:app",
        host=host,
        port=port,
        workers=workers,
        log_level="warning",
        proxy_headers=bool(settings.trusted_proxy),
        forwarded_allow_ips=settings.trusted_proxy or None,
        server_header=False,
    )


@main.command()
@handed
def work(console: Console) -> None:
    """Do the background work: one leader, however many of these run."""
    log_as_json()
    try:
        runner = make_runner(create_app(console.settings))
    except BadKeys as error:
        console.stop(str(error))
    # `docker stop` and systemd send SIGTERM, and to the first process of a container it does
    # nothing by itself. The task in hand is finished.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: runner.ask_to_stop())
    runner.run()


@main.command()
@handed
def doctor(console: Console) -> None:
    """Look for what is wrong: keys, database, guards, stamps; exit 1 if anything is."""
    findings = examine(console.settings)
    console.show([{"check": f.check, "ok": f.ok, "detail": f.detail} for f in findings])
    if any(not finding.ok for finding in findings):
        sys.exit(UNAVAILABLE if not findings[0].ok else 1)


@main.command()
@click.option("--no-serve", is_flag=True, help="Only prepare the data.")
@click.pass_context
def demo(context: click.Context, *, no_serve: bool) -> None:
    """Load the sample data under var/, print the ways in, and serve it."""
    from app.sample.demo import prepare  # noqa: PLC0415 - the sample data is needed here only

    host = os.environ.get("HOST", "127.0.0.1")
    port = click.IntRange(1, 65_535)(os.environ.get("PORT", "8000"), None, context)
    environment = prepare(Path("var"), host=host, port=port, say=click.echo)
    if not no_serve:
        os.environ.update(environment)
        context.invoke(serve, host=host, port=port, workers=1)


for group in (
    *cli_accounts.GROUPS,
    *cli_imports.GROUPS,
    *cli_links.GROUPS,
    *cli_partners.GROUPS,
    *cli_stamps.GROUPS,
):
    main.add_command(group)
