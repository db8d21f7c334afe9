import click

from app.cli_base import Console, handed
from app.identity import actions, queries
from app.identity.factor_actions import reset_factor
from app.identity.rules import Belonging, Role, normalised_phone
from app.keyfile import BadKeys, add_root, load_keyring, make_keys
from app.office.account_actions import enrol_account
from app.stamps.epoch_actions import rotate_epoch


@click.group()
def keys() -> None:
    """Make and rotate the secret roots of stamp codes."""


@keys.command("new")
@handed
def keys_new(console: Console) -> None:
    """Make a key file only its owner can read."""
    try:
        make_keys(console.settings.keys_file)
    except BadKeys as error:
        console.stop(str(error))
    text = f"Keys made at {console.settings.keys_file}. Back them up, apart from the data."
    console.say(text, path=console.settings.keys_file)


@keys.command("rotate")
@handed
def keys_rotate(console: Console) -> None:
    """Add a root and issue from its epoch; codes of older epochs go on verifying.

    Restart the servers afterwards, so that they read the new root.
    """
    try:
        epoch = add_root(console.settings.keys_file)
        keyring = load_keyring(console.settings)
    except BadKeys as error:
        console.stop(str(error))
    with console.begin() as db:
        rotate_epoch(db, keyring=keyring, actor=console.actor, now=console.now)
    console.say(f"Epoch {epoch} is open.", epoch=epoch)


@click.group()
def user() -> None:
    """Add people and make their sign-in links."""


@user.command("add")
@click.argument("phone")
@click.argument("name")
@click.option("--role", "roles", multiple=True, type=click.Choice([str(role) for role in Role]))
@click.option("--owner-of", type=int, help="Id of the entity the person owns.")
@click.option("--worker-of", type=int, help="Id of the entity the person works for.")
@handed
def user_add(
    console: Console,
    phone: str,
    name: str,
    roles: tuple[str, ...],
    owner_of: int | None,
    worker_of: int | None,
) -> None:
    """Add an account and print the one-time link that sets its password."""
    if owner_of is not None and worker_of is not None:
        message = "give --owner-of or --worker-of, not both"
        raise click.UsageError(message)
    with console.begin() as db:
        account, token = enrol_account(
            db,
            actor=console.actor,
            now=console.now,
            phone=phone,
            name=name,
            roles=[Role(role) for role in roles],
            entity_id=worker_of if owner_of is None else owner_of,
            belonging=Belonging.WORKER if owner_of is None else Belonging.OWNER,
        )
    link = f"{console.settings.base_url}/enrol/{token}"
    console.say(f"{account.name}: {link} (7 days)", id=account.id, link=link)


@user.command("link")
@click.argument("phone")
@handed
def user_link(console: Console, phone: str) -> None:
    """Print a new one-time link for an account, for a lost password."""
    with console.begin() as db:
        account = queries.find_account(db, phone=normalised_phone(phone))
        if account is None:
            raise queries.NoSuchAccount
        token = actions.make_link(db, actor=console.actor, now=console.now, account_id=account.id)
    link = f"{console.settings.base_url}/enrol/{token}"
    console.say(f"{account.name}: {link} (7 days)", id=account.id, link=link)


@user.command("list")
@handed
def user_list(console: Console) -> None:
    """List the accounts."""
    with console.begin() as db:
        rows = [
            {
                "id": account.id,
                "phone": account.phone,
                "name": account.name,
                "roles": ",".join(queries.list_roles(db, account_id=account.id)),
                "active": account.active,
            }
            for account in queries.list_accounts(db)
        ]
    console.show(list(rows))


@click.group()
def accounts() -> None:
    """Help people back in."""


@accounts.command("reset-second-factor")
@click.argument("phone")
@handed
def accounts_reset_second_factor(console: Console, phone: str) -> None:
    """Take the second factor from an account, for when no administrator can.

    At the next sign-in the person sets up another one.
    """
    with console.begin() as db:
        account = queries.find_account(db, phone=normalised_phone(phone))
        if account is None:
            raise queries.NoSuchAccount
        reset_factor(db, actor=console.actor, now=console.now, account_id=account.id)
    console.say(f"{account.name}: the second factor is reset.", id=account.id)


@click.group()
def key() -> None:
    """Make API keys."""


@key.command("new")
@click.argument("phone")
@click.argument("label")
@handed
def key_new(console: Console, phone: str, label: str) -> None:
    """Make an API key that acts for an account, and print it this once."""
    with console.begin() as db:
        account = queries.find_account(db, phone=normalised_phone(phone))
        if account is None:
            raise queries.NoSuchAccount
        made = actions.make_api_key(
            db, actor=console.actor, now=console.now, account_id=account.id, label=label
        )
    console.say(made, key=made, account=account.id)


GROUPS = (keys, user, accounts, key)
