"""Types of devices are data: what stands in a template, and what becomes of it."""

import json
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from schemas.errors import Misconfigured
from simulators.device_type import DeviceType, load_device_types
from simulators.expression import Reference
from simulators.message_template import document_template, frame_template, text_template
from simulators.part import read_part
from simulators.sample import Sample

SECONDS = 1_781_086_230.0  # 2026-06-10, 10:10:30 UTC


def _sample(*, missing: str = "") -> Sample:
    def measure(quantity: str, seconds: float) -> float | None:
        if quantity == missing:
            return None
        return {"level": -1.26, "is_on": 1.0, "total": 70_000 + (seconds - SECONDS) / 10}[quantity]

    return Sample(
        seconds=SECONDS,
        previous=SECONDS - 300,
        clock_seconds=SECONDS + 60,
        zone=ZoneInfo("Europe/Brussels"),
        words={"name": "sluis", "title": "De Sluis", "serial": "17"},
        measure=measure,
    )


@pytest.mark.parametrize(
    ("expression", "worth"),
    [
        ("level", -1),
        ("level:1", -1.3),
        ("level*100", -126),
        ("level*-2+4:2", 6.52),
        ("total", 70_000),
        ("since total", 30),
        ("period", 300),
        ("is_on:ON|OFF", "ON"),
        ("is_on:bool", True),
        ("name", "sluis"),
        ("serial", "17"),
        ("unix", 1_781_086_290),
        ("begin_unix", 1_781_085_990),
        ("iso", "2026-06-10T12:11:30+02:00"),
        ("utc:%H:%M", "10:11"),
        ("begin_local:%H:%M", "12:06"),
    ],
)
def test_an_expression_has_its_worth(expression: str, worth: Any) -> None:
    assert Reference(expression).worth(_sample()) == worth


@pytest.mark.parametrize("expression", ["", "Level", "level*", "level+level", "since "])
def test_what_is_no_expression_is_refused(expression: str) -> None:
    with pytest.raises(ValueError, match="is no expression"):
        Reference(expression)


def test_a_document_leaves_out_what_is_missing() -> None:
    template = document_template(
        {
            "level": "=level:2",
            "text": "{level:2} m",
            "none": None,
            "list": [{"k": "level", "v": "=level"}, {"k": "on", "v": "=is_on:bool"}],
        }
    )

    whole, partly = (json.loads(template(_sample(missing=what))) for what in ("", "level"))
    assert whole["level"] == -1.26
    assert whole["text"] == "-1.26 m"
    assert len(whole["list"]) == 2
    assert partly == {"none": None, "list": [{"k": "on", "v": True}]}


def test_a_text_is_filled_in() -> None:
    template = text_template("{name};{since total};{level:1}")

    assert template(_sample()) == b"sluis;30;-1.3"
    assert template(_sample(missing="level")) == b""


def test_a_frame_is_written_in_its_byte_order_and_leaves_records_out() -> None:
    frame: list[str | list[str]] = [["0175", "u8 is_on"], ["0367", "i16 level*100"], "ff"]

    assert frame_template(frame, byte_order="little")(_sample()).hex() == "017501036782ffff"
    assert frame_template(frame, byte_order="big")(_sample()).hex() == "0175010367ff82ff"
    assert frame_template(frame, byte_order="big")(_sample(missing="level")).hex() == "017501ff"


def test_numbers_in_frames_stay_full_or_begin_anew() -> None:
    template = frame_template(["u8 level", "u16 total", "w16 total"], byte_order="big")

    assert template(_sample()).hex() == "00" + "ffff" + f"{70_000 - 65_536:04x}"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{profile: a/b, seconds: 1}", "give one of document, text, frame and dialect"),
        ("{profile: a/b, seconds: 1, frame: ['01']}", "a frame goes over lorawan"),
        ("{profile: a/b, seconds: 1, document: {a: '=Level'}}", "`Level` is no expression"),
        ("{profile: a/b, seconds: 0, text: x}", "seconds: Input should be greater than 0"),
    ],
)
def test_a_wrong_type_of_device_names_its_file(tmp_path: Path, content: str, words: str) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(content)

    with pytest.raises(Misconfigured, match=words) as wrong:
        read_part(DeviceType, file)

    assert str(file) in str(wrong.value)


def test_every_type_of_device_says_what_it_is() -> None:
    for name, of_type in load_device_types().items():
        assert of_type.dialect or of_type.quantities, name
