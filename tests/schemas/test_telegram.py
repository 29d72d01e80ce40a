"""P1 telegrams."""

import pytest

from schemas.decoders.telegram import Lines, checksum, read_telegram, write_telegram
from schemas.errors import ReadingRejected

LINES = ["/XYZ5 test", "1-3:0.2.8(50)", "1-0:1.8.1(000001.500*kWh)", "0-1:24.1.0(003)"]


def telegram(*more: str, checked: bool = True) -> bytes:
    return write_telegram(Lines([*LINES, *more], checked))


def reason(payload: bytes) -> str:
    with pytest.raises(ReadingRejected) as rejected:
        read_telegram(payload)
    return rejected.value.reason


def test_checksum_is_crc_16_arc() -> None:
    assert checksum(b"123456789") == "BB3D"


def test_objects_have_value_unit_and_time() -> None:
    document = read_telegram(telegram("0-1:24.2.1(260101100000W)(00012.345*m3)"))

    gas = {"time": "260101100000W", "value": "00012.345", "unit": "m3"}
    assert document["1-0:1.8.1"] == {"value": "000001.500", "unit": "kWh"}
    assert document["0-1:24.2.1"] == gas
    assert document["devices"]["3"]["24.2.1"] == gas


def test_meter_on_a_second_channel_fills_what_the_first_lacks() -> None:
    payload = telegram("0-4:24.1.0(003)", "0-4:24.2.1(260101100000W)(7*m3)")

    assert read_telegram(payload)["devices"]["3"]["24.2.1"]["value"] == "7"


def test_value_on_the_next_line_is_read() -> None:
    payload = (
        b"/A\r\n\r\n0-1:24.3.0(260101100000)(00)(60)(1)(0-1:24.2.1)(m3)\r\n(00001.5)\r\n!\r\n"
    )

    found = read_telegram(payload)["0-1:24.3.0"]

    assert found == {"time": "260101100000", "unit": "m3", "value": "00001.5"}


def test_line_of_a_vendor_is_passed_over_when_the_checksum_is_right() -> None:
    assert "1-0:1.8.1" in read_telegram(telegram("hello"))


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        (b"", "payload.empty"),
        (b"no telegram", "payload.malformed"),
        (b"!/", "payload.malformed"),
        (b"x /A\r\n!\r\n", "payload.malformed"),
        (b"/A\r\n\xff\r\n!\r\n", "payload.not-utf8"),
        (b"/A\r\nnonsense\r\n!\r\n", "payload.malformed"),
        (telegram().replace(b"1.500", b"1.501"), "telegram.checksum"),
        (telegram()[:-6] + b"\r\n", "telegram.checksum"),
        (telegram(checked=False), "telegram.checksum"),
        (telegram(LINES[2]), "payload.duplicate-key"),
        (b"/A\r\n" + b"1-0:1.8.1(1)\r\n" * 500 + b"!\r\n", "payload.malformed"),
    ],
)
def test_damaged_telegram_is_rejected(payload: bytes, expected: str) -> None:
    assert reason(payload) == expected
