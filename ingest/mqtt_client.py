"""paho's client for a gateway: many messages a read, their acknowledgements in one write.

It reaches into paho (`_sock_recv`, `_packet_handle`, `_packet_queue`, `_loop_rc_handle`,
`_in_packet`, `_last_bytes_received`, `_ssl`), which is why pyproject.toml holds paho-mqtt to one
minor version. `batched_read=False` reads as paho does; README has the figures of both.
"""

import ssl
import struct
import time
from collections.abc import Callable, Sequence
from typing import Final

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion

from ingest.message import Message
from ingest.mqtt_packets import MalformedPacket, missing_bytes, take_packet, take_publishes

Messages = Callable[[Sequence[Message]], None]

_READ_BYTES: Final = 128 * 1024
_PUBACK: Final = 0x40
_PUBACK_HEADER: Final = 0x4002
_DISCONNECT: Final = b"\xe0\x00"


class GatewayClient(Client):
    """A client that hands over messages in lists, and acknowledges none of them by itself.

    Args:
        client_id: under which the broker keeps the session.
        version_5: MQTT 5 instead of 3.1.1.
        batched_read: read in large pieces instead of packet by packet.
        on_messages: takes what was read; must not block or raise.
    """

    def __init__(
        self, client_id: str, *, version_5: bool, batched_read: bool, on_messages: Messages
    ) -> None:
        super().__init__(
            CallbackAPIVersion.VERSION2,
            client_id=client_id,
            clean_session=None if version_5 else False,
            protocol=MQTTProtocolVersion.MQTTv5 if version_5 else MQTTProtocolVersion.MQTTv311,
            manual_ack=True,
            reconnect_on_failure=False,
        )
        self._version_5 = version_5
        self._batched_read = batched_read
        self._on_messages = on_messages
        self._chunks: list[bytes] = []
        self._lacking = 0
        self.on_message = self._one_message

    def reconnect(self) -> MQTTErrorCode:
        """Connect (blocking), with nothing left of an earlier connection."""
        self._chunks, self._lacking = [], 0
        return super().reconnect()

    def loop_read(self, max_packets: int = 1) -> MQTTErrorCode:
        """Read what is there and hand it over."""
        if not self._batched_read:
            return super().loop_read(max_packets)
        if self._sock is None:
            return MQTTErrorCode.MQTT_ERR_NO_CONN
        try:
            code = self._read_pieces()
        except BlockingIOError:
            return MQTTErrorCode.MQTT_ERR_SUCCESS
        except MalformedPacket:
            code = MQTTErrorCode.MQTT_ERR_PROTOCOL
        except OSError:
            code = MQTTErrorCode.MQTT_ERR_CONN_LOST
        return self._loop_rc_handle(code) if code else code

    def acknowledge(self, packets: Sequence[int]) -> None:
        """Write the PUBACKs of QoS 1 messages, in this order, as one piece."""
        words = [word for packet in packets for word in (_PUBACK_HEADER, packet)]
        self._packet_queue(_PUBACK, struct.pack(f"!{len(words)}H", *words), 0, 1)

    def ping(self) -> None:
        """Tell the broker that we live, without looking for its answer."""
        self._send_pingreq()

    def leave(self) -> None:
        """Write DISCONNECT behind everything else, and go on reading until the broker closes.

        `disconnect` closes at once, unread or not: paho must not know this packet for what it is.
        """
        self._packet_queue(_PUBACK, _DISCONNECT, 0, 1)

    def abandon(self) -> None:
        """Close the connection, whatever is not yet written or read."""
        self._loop_rc_handle(MQTTErrorCode.MQTT_ERR_CONN_LOST)

    def _read_pieces(self) -> MQTTErrorCode:
        while True:
            piece = self._sock_recv(_READ_BYTES)
            if not piece:
                return MQTTErrorCode.MQTT_ERR_CONN_LOST
            self._last_bytes_received = time.monotonic()
            code = self._take(piece)
            # What TLS has already decrypted does not make the socket readable again.
            if code or not isinstance(self._sock, ssl.SSLSocket) or not self._sock.pending():
                return code

    def _take(self, piece: bytes) -> MQTTErrorCode:
        self._chunks.append(piece)
        self._lacking -= len(piece)
        if self._lacking > 0:
            return MQTTErrorCode.MQTT_ERR_SUCCESS
        buffer = piece if len(self._chunks) == 1 else b"".join(self._chunks)
        code, position = self._take_packets(buffer)
        rest = buffer[position:]
        self._chunks = [rest] if rest else []
        self._lacking = missing_bytes(rest, 0)
        return code

    def _take_packets(self, buffer: bytes) -> tuple[MQTTErrorCode, int]:
        position = 0
        while True:
            messages, position = take_publishes(buffer, position, version_5=self._version_5)
            if messages:
                self._on_messages(messages)
            packet = take_packet(buffer, position)
            if packet is None:
                return MQTTErrorCode.MQTT_ERR_SUCCESS, position
            first, body, position = packet
            code = self._handle_other(first, body)
            if code or self._sock is None:
                return code, position

    def _handle_other(self, first: int, body: bytes) -> MQTTErrorCode:
        self._in_packet = {
            "command": first,
            "have_remaining": 1,
            "remaining_count": [],
            "remaining_mult": 1,
            "remaining_length": len(body),
            "packet": bytearray(body),
            "to_process": 0,
            "pos": 0,
        }
        return self._packet_handle()

    def _one_message(self, _client: Client, _userdata: object, read: MQTTMessage) -> None:
        message = Message(
            read._topic,  # noqa: SLF001 - `topic` raises where the bytes are not UTF-8
            bytes(read.payload),
            read.qos,
            read.dup,
            read.retain,
            read.mid,
        )
        self._on_messages((message,))
