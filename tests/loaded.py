"""Loads the application once: what servers are forked from imports this, and nothing else does."""

import gc
from pathlib import Path
from tempfile import TemporaryDirectory

from app.config import Settings
from app.keyfile import make_keys
from app.wiring import create_app

with TemporaryDirectory() as folder:
    keys = Path(folder) / "keys.json"
    make_keys(keys)
    # A server makes an application of its own; this one only fills what they share.
    create_app(Settings(database_url=f"sqlite:///{folder}/none", keys_file=keys))
gc.collect()
gc.freeze()
