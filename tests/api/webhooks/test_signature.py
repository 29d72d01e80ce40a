"""Signatures as Standard Webhooks define them."""

import base64
from datetime import UTC, datetime

from api.webhooks.signature import new_secret, signed

NOW = datetime.fromtimestamp(1614265330, UTC)


def test_signature_is_that_of_the_example_of_the_specification() -> None:
    headers = signed(
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        b'{"test": 2432232314}',
        keys=["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
        now=NOW,
    )

    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_secrets_are_long_and_all_keys_sign() -> None:
    keys = [new_secret(), new_secret()]

    signatures = signed("msg_1", b"{}", keys=keys, now=NOW)["webhook-signature"].split()

    assert all(key.startswith("whsec_") for key in keys)
    assert all(24 <= len(base64.b64decode(key[6:])) <= 64 for key in keys)
    alone = [signed("msg_1", b"{}", keys=[key], now=NOW)["webhook-signature"] for key in keys]
    assert signatures == alone
