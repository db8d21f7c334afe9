"""The sample rights, as the press reported them, and the sample use rights under them."""


def grant(*_: object, **__: object) -> None:
    """Grant nothing yet."""
