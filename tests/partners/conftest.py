from collections.abc import Callable
from typing import Any

import pytest

from app.kit.db import Database
from app.partners.actions import add_partner
from app.partners.key_actions import issue_key
from app.partners.rules import Scope
from tests import make
from tests.client import Client
from tests.conftest import Visit
from tests.lookup.conftest import counter, keyring, scene

__all__ = ["counter", "keyring", "scene", "shop"]

Shop = Callable[..., Client]


@pytest.fixture
def shop(database: Database, visit: Visit) -> Shop:
    """Open a client with the key of a new shop; its hosts are the name and what is given."""

    def open_shop(name: str = "shop.vn", *scopes: Scope, **facts: Any) -> Client:  # noqa: ANN401 - what a key is made with
        who: dict[str, Any] = {"actor": make.SYSTEM, "now": make.NOW}
        with database.begin() as db:
            partner = add_partner(db, **who, name=name, kind="shop", hosts=[name])
            _key, token = issue_key(
                db,
                **who,
                partner_id=partner.id,
                label="máy chủ",
                scopes=scopes or list(Scope),
                **facts,
            )
        return visit().with_key(token)

    return open_shop
