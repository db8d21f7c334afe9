import click

from app.cli_base import Console, handed
from app.kit.outbound import Outbound
from app.products.link_actions import CHECK_EVERY, check_links


@click.group()
def links() -> None:
    """Producers' own links."""


@links.command()
@click.option("--all", "every", is_flag=True, help="Also those checked within the last week.")
@click.option("--limit", default=1000, show_default=True, help="At most so many.")
@handed
def check(console: Console, *, every: bool, limit: int) -> None:
    """Ask each link's server whether the page is still there; ends with 1 if one is not."""
    with console.telling():
        found = check_links(
            console.database,
            Outbound(),
            clock=lambda: console.now,
            every=CHECK_EVERY * 0 if every else CHECK_EVERY,
            limit=limit,
        )
    console.show([{"url": url, "fault": fault} for url, fault in found])
    if found:
        raise SystemExit(1)


GROUPS = (links,)
