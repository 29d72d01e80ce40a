"""The packets that we write ourselves are MQTT."""

import pytest

from bench.mqtt_packets import connect, packet_number, publish, take_publishes
from ingest.mqtt_packets import take_publishes as taken_by_gateway
from schemas.settings import MqttConnection


@pytest.mark.parametrize("size", [0, 1, 120, 127, 128, 20_000, 2_100_000])
def test_a_publish_is_what_the_gateway_reads(size: int) -> None:
    packet = publish("city/a/b", b"x" * size, 65_535)
    (message,), position = taken_by_gateway(packet, 0, version_5=False)

    assert (message.topic, message.payload) == (b"city/a/b", b"x" * size)
    assert (message.qos, message.packet, position) == (1, 65_535, len(packet))


def test_every_whole_publish_is_acknowledged_in_order() -> None:
    whole = publish("a", b"1", 7) + publish("b", b"2" * 300, 8)
    taken = take_publishes(whole + publish("c", b"3", 9)[:-1])

    assert taken.publishes == 2
    assert taken.acknowledgements == b"\x40\x02\x00\x07\x40\x02\x00\x08"
    assert taken.position == len(whole)


@pytest.mark.parametrize("length", [0, 1, 2])
def test_a_beginning_of_a_packet_is_left_for_later(length: int) -> None:
    assert take_publishes(publish("a", b"x" * 200, 1)[:length]) == (0, b"", 0)


def test_another_packet_is_refused() -> None:
    with pytest.raises(ValueError, match="0xd0"):
        take_publishes(b"\xd0\x00")


def test_packet_numbers_begin_anew_after_the_largest() -> None:
    assert [packet_number(place) for place in (0, 65_534, 65_535)] == [1, 65_535, 1]


def test_connect_names_the_user() -> None:
    broker = MqttConnection.model_validate({"username": "gent.sensors", "password": "word"})
    packet = connect(broker, "bench", clean=True)

    assert packet[:2] == bytes([0x10, len(packet) - 2])
    assert packet[9] == 0xC2
    assert packet.endswith(b"\x00\x05bench\x00\x0cgent.sensors\x00\x04word")
