"""What the commands share: settings, a transaction, the actor, output, exit codes."""

import getpass
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, NoReturn, TypeVar

import click
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.config import BadSettings, Settings
from app.identity.rules import Actor, Role
from app.keyfile import BadKeys, load_keyring
from app.kit.db import Database
from app.kit.errors import DomainError
from app.kit.i18n import Translator, choose_language
from app.stamps.keyring import Keyring
from app.wiring import words

REFUSED, UNAVAILABLE = 1, 3
F = TypeVar("F", bound=Callable[..., Any])


@dataclass
class Console:
    """One run of the command: made once, handed to each subcommand."""

    as_json: bool

    @cached_property
    def settings(self) -> Settings:
        try:
            return Settings.from_env()
        except BadSettings as error:
            self.stop(str(error))

    @cached_property
    def database(self) -> Database:
        return Database(self.settings.database_url)

    def close(self) -> None:
        if "database" in vars(self):
            self.database.close()

    @cached_property
    def keyring(self) -> Keyring:
        try:
            return load_keyring(self.settings)
        except BadKeys as error:
            self.stop(str(error))

    @cached_property
    def words(self) -> Translator:
        language = "en" if os.environ.get("LANG", "").startswith("en") else "vi"
        return words()[choose_language(os.environ.get("OCOP_LANG") or language, None)]

    @property
    def actor(self) -> Actor:
        """Return who acts: the operator of this machine, named on the audit trail."""
        label = f"ocop ({getpass.getuser()})"
        return Actor(account_id=None, label=label, roles=frozenset({Role.ADMINISTRATOR}))

    @property
    def now(self) -> datetime:
        return datetime.now(UTC)

    @contextmanager
    def begin(self) -> Iterator[Session]:
        """Run a transaction; a refusal is told and ends with 1, a database gone with 3."""
        with self.telling(), self.database.begin() as db:
            yield db

    @contextmanager
    def telling(self) -> Iterator[None]:
        try:
            yield
        except DomainError as error:
            text = f"{error.title(self.words)}: {error.explain(self.words)}"
            self.stop(text, code=error.code)
        except DBAPIError as error:
            text = f"the database can't be used: {error.orig}"
            self.stop(text, code="unavailable", status=UNAVAILABLE)

    def say(self, text: str, **facts: object) -> None:
        """Print one result: the text, or its facts as JSON."""
        click.echo(json.dumps(facts, default=str, ensure_ascii=False) if self.as_json else text)

    def show(self, rows: list[Mapping[str, object]]) -> None:
        if self.as_json:
            click.echo(json.dumps(rows, default=str, ensure_ascii=False))
            return
        for row in rows:
            click.echo("  ".join(f"{name}={value}" for name, value in row.items()))

    def stop(self, text: str, *, code: str = "refused", status: int = REFUSED) -> NoReturn:
        if self.as_json:
            click.echo(json.dumps({"error": code, "detail": text}, ensure_ascii=False), err=True)
        else:
            click.echo(f"ocop: {text}", err=True)
        sys.exit(status)


handed = click.make_pass_decorator(Console)
