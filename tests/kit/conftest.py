import pytest

from app.config import Settings
from app.migrate import migrate
from tests.conftest import new_settings


@pytest.fixture(scope="module")
def apart(dialect: str, tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Settings:
    """Settings of a database of this module's own, for what must really happen to it."""
    folder = tmp_path_factory.mktemp(f"apart-{dialect}")
    made = new_settings(dialect, folder, f"ocop_kit_{worker_id}")
    migrate(made)
    return made
