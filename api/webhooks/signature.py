"""Secrets and signatures, as Standard Webhooks have them (symmetric, `v1`)."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import Final

_PREFIX: Final = "whsec_"
_SECRET_BYTES: Final = 32


def new_secret() -> str:
    """Return a secret that nobody has."""
    return _PREFIX + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def signed(message_id: str, body: bytes, *, keys: Iterable[str], now: datetime) -> dict[str, str]:
    """Return the headers of a message: its id, the time of this attempt, and a signature by each.

    Args:
        message_id: the same for every attempt.
        body: exactly the bytes that are sent.
        keys: secrets, `whsec_…`; while one is exchanged for another, both sign.
        now: what the receiver compares with its clock, against replays by others.
    """
    time = str(int(now.timestamp()))
    content = f"{message_id}.{time}.".encode() + body
    return {
        "webhook-id": message_id,
        "webhook-timestamp": time,
        "webhook-signature": " ".join(_signature(key, content) for key in keys),
    }


def _signature(key: str, content: bytes) -> str:
    secret = base64.b64decode(key.removeprefix(_PREFIX))
    return "v1," + base64.b64encode(hmac.digest(secret, content, hashlib.sha256)).decode()
