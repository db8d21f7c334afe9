import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kit.commit import Json, canonical, commitment

SALT = bytes(range(16))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text('aế"\\\n€😀'),
    lambda inner: st.lists(inner) | st.dictionaries(st.text("abđ"), inner),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("content", "form"),
    [
        ({"b": 1, "a": [True, None, "ế"]}, '{"a":[true,null,"ế"],"b":1}'),
        ({"kg": 20.0, "rate": 1e21}, '{"kg":20,"rate":1e+21}'),
        # Keys are sorted by UTF-16, so an emoji stands before a full-width letter.
        ({"\uff21": 1, "😀": 2}, '{"😀":2,"\uff21":1}'),
    ],
)
def test_content_has_one_canonical_form(content: Json, form: str) -> None:
    assert canonical(content) == form.encode()


def test_the_commitment_is_a_plain_sha256_anyone_can_repeat() -> None:
    expected = hashlib.sha256(SALT + b'{"kg":20}').hexdigest()
    assert commitment(SALT, {"kg": 20}) == expected
    assert commitment(bytes(16), {"kg": 20}) != expected


@given(JSON)
def test_key_order_does_not_change_a_commitment(content: Json) -> None:
    again = json.loads(canonical(content))
    if isinstance(again, dict):
        again = dict(reversed(again.items()))
    assert commitment(SALT, again) == commitment(SALT, content)


@pytest.mark.parametrize("content", [float("nan"), float("inf"), 2**53, "\ud800", {1: "a"}])
def test_what_json_can_not_carry_is_refused(content: Json) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the library words its own reasons
        canonical(content)


def test_a_short_salt_is_refused() -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        commitment(b"short", {})
