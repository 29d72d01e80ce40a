"""Mosquitto's password file: what `mosquitto_passwd` writes, without running it."""

import base64
import hashlib
import os
from collections.abc import Mapping

_SALT_BYTES = 12
# mosquitto_passwd's own number. The passwords are random and long, so that more would guard
# nothing, and each connection costs the broker's one thread this work.
_ITERATIONS = 101


def password_file(users: Mapping[str, str]) -> str:
    """Return the file's text: a line for each user, with a salted PBKDF2-SHA512 hash."""
    return "".join(f"{name}:{_hash(password)}\n" for name, password in sorted(users.items()))


def _hash(password: str) -> str:
    salt = os.urandom(_SALT_BYTES)
    digest = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, _ITERATIONS)
    return f"$7${_ITERATIONS}${_base64(salt)}${_base64(digest)}"


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()
