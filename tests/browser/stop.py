from dataclasses import dataclass

PUBLIC, OFFICE, OWNER, STRANGER = "public", "administrator", "owner", "stranger"
SEND = "main form button >> nth=-1"


@dataclass(frozen=True)
class Stop:
    """A page to look at: `fill` goes into its fields by selector, then `click` is pressed.

    Words in braces in `path` and `fill` are looked up in the facts of the served installation.
    """

    template: str
    who: str
    path: str
    fill: tuple[tuple[str, str], ...] = ()
    click: str = ""
