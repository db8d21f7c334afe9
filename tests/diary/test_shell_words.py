"""The phone app's words and colours: none missing, none left over, the same as on the pages."""

import re
from pathlib import Path

from app.diary.shell_words import WORDS

APP = Path(__file__).parents[2] / "app"
SHELL = APP / "diary/static/shell"
SCRIPT = "\n".join(path.read_text(encoding="utf-8") for path in sorted(SHELL.glob("*.js")))


def test_every_word_that_is_asked_for_is_there() -> None:
    asked = set(re.findall(r'\bt\("(\w+)"', SCRIPT))
    asked |= {f"trouble_{code}" for code in re.findall(r'new Trouble\("(\w+)"', SCRIPT)} - {
        "trouble_offline",
        "trouble_later",
    }
    assert asked - WORDS.keys() == set()


def test_no_word_is_left_over() -> None:
    families = tuple(re.findall(r"`(\w+_)\$\{", SCRIPT))
    unasked = {key for key in WORDS if f'"{key}"' not in SCRIPT and not key.startswith(families)}
    assert unasked == set()


def colours(path: Path) -> list[str]:
    """Return the declarations of a style's tokens, for light and dark."""
    return re.findall(r"--[\w-]+: [^;]+;", path.read_text(encoding="utf-8"))


def test_the_app_has_the_colours_of_the_site() -> None:
    told = colours(SHELL / "shell.css")
    assert told == colours(APP / "kit/static/site.css")
    assert "--ink: #1d2521;" in told
