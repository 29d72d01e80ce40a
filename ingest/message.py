"""What arrives: one MQTT publish, or one payload of an HTTP request."""

import msgspec


class Message(msgspec.Struct, frozen=True, gc=False):
    """A payload with what came along, before it is a reading.

    Attributes:
        topic: the topic's bytes as received; for HTTP the topic of the same meaning.
        payload: the payload's bytes as received.
        qos: MQTT quality of service, 1 for HTTP.
        dup: the broker said that it may have delivered this before.
        retained: the broker kept this from an earlier time.
        packet: MQTT packet id, under which it is acknowledged; 0 where nothing is.
    """

    topic: bytes
    payload: bytes
    qos: int = 1
    dup: bool = False
    retained: bool = False
    packet: int = 0
