"""Ask an MQTT broker whether it takes a client with this name and password."""

import asyncio
import secrets

from schemas.settings import MqttConnection

_CONNECT, _CONNACK = 0x10, 0x20
_CLEAN_SESSION, _WITH_PASSWORD, _WITH_USERNAME = 0x02, 0x40, 0x80
_CONNACK_BYTES = 4
_VERSION_3_1_1, _VERSION_5 = 4, 5
_KEEP_ALIVE_SECONDS = 10
_DISCONNECT = b"\xe0\x00"


async def probe_mqtt(connection: MqttConnection, *, version_5: bool = False) -> None:
    """Connect and disconnect.

    Raises:
        OSError: nobody listens, or the broker refuses this client.
    """
    reader, writer = await asyncio.open_connection(connection.host, connection.port)
    try:
        writer.write(_connect_packet(connection, version_5=version_5))
        answer = await reader.read(_CONNACK_BYTES)
        if len(answer) < _CONNACK_BYTES or answer[0] != _CONNACK or answer[3] != 0:
            raise ConnectionRefusedError(f"the MQTT broker answered {answer!r}")
        writer.write(_DISCONNECT)
        await writer.drain()
    finally:
        writer.close()


def _connect_packet(connection: MqttConnection, *, version_5: bool) -> bytes:
    flags, credentials = _CLEAN_SESSION, b""
    if connection.username is not None and connection.password is not None:
        flags |= _WITH_USERNAME | _WITH_PASSWORD
        credentials = _text(connection.username) + _text(connection.password.get_secret_value())
    level = _VERSION_5 if version_5 else _VERSION_3_1_1
    properties = b"\x00" if version_5 else b""
    keep_alive = _KEEP_ALIVE_SECONDS.to_bytes(2)
    header = _text("MQTT") + bytes([level, flags]) + keep_alive + properties
    body = header + _text(f"probe-{secrets.token_hex(6)}") + credentials
    return bytes([_CONNECT]) + _length(len(body)) + body


def _text(words: str) -> bytes:
    return len(words.encode()).to_bytes(2) + words.encode()


def _length(count: int) -> bytes:
    """Return MQTT's variable byte integer."""
    digits = bytearray()
    while True:
        count, digit = divmod(count, 128)
        digits.append(digit | 0x80 if count else digit)
        if not count:
            return bytes(digits)
