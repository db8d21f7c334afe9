"""Tables of the tests that span slices, each slice's part in a file of its own."""

from importlib import import_module
from pathlib import Path
from types import ModuleType


def parts_of(folder: str) -> list[ModuleType]:
    """Return the modules of `tests/<folder>/parts`, by name."""
    place = Path(__file__).parent / folder / "parts"
    names = sorted(path.stem for path in place.glob("*.py"))
    return [import_module(f"tests.{folder}.parts.{name}") for name in names]
