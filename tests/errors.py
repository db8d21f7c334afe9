"""Every domain error of the application, for the contract tests."""

from collections.abc import Iterator
from importlib import import_module
from pkgutil import walk_packages

import app
from app.kit.errors import DomainError


def every_error() -> list[type[DomainError]]:
    """Return every domain error of every module, base classes too, by name."""
    for module in walk_packages(app.__path__, "app."):
        # Importing main makes an application out of the environment.
        if module.name != "app.main":
            import_module(module.name)
    return sorted(_below(DomainError), key=lambda kind: (kind.__module__, kind.__name__))


def _below(kind: type[DomainError]) -> Iterator[type[DomainError]]:
    yield kind
    for lower in kind.__subclasses__():
        yield from _below(lower)
