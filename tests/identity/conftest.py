import pytest

from app.config import Settings
from tests.conftest import migrated_settings


@pytest.fixture(scope="module")
def apart(dialect: str, tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Settings:
    """Settings of a database of this module's own, for what must really be committed."""
    folder = tmp_path_factory.mktemp(f"apart-{dialect}")
    return migrated_settings(dialect, folder, f"ocop_identity_{worker_id}")
