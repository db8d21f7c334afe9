import pytest

from app.identity.sealing import SealBroken, Sealer


def test_a_sealed_secret_is_its_accounts_alone_and_outlives_a_rotation() -> None:
    old, secret = Sealer({0: b"a" * 32}), b"s" * 20
    sealed = old.seal(secret, nonce=b"n" * 12, account_id=7)
    both = Sealer({0: b"a" * 32, 1: b"b" * 32})
    assert both.unseal(sealed, account_id=7) == secret
    assert both.seal(secret, nonce=b"n" * 12, account_id=7)[0] == 1
    assert both.marks("x")[1] == old.marks("x")[0] != both.marks("x")[0]
    for sealer, account_id in ((old, 8), (Sealer({1: b"b" * 32}), 7), (Sealer({0: b"c" * 32}), 7)):
        with pytest.raises(SealBroken):
            sealer.unseal(sealed, account_id=account_id)
