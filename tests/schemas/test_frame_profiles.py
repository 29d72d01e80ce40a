"""Hostile frames: whatever bytes come, on whatever port, are read or rejected with their place."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas import errors
from schemas.errors import ReadingRejected
from schemas.interpreter.compiled_profile import CompiledProfile
from schemas.interpreter.envelopes import open_payload
from schemas.interpreter.observe import observe
from schemas.language.frame_fields import FrameField, FrameGroup, FramePart, FrameRecord
from schemas.language.frame_profile import ChosenLayout, Frame, FrameSeries
from schemas.language.sensor_profile import Envelope
from schemas.library import Library
from schemas.self_check import check, example_payload
from schemas.vocabulary import Vocabulary

LIBRARY = Library.load(vocabulary=Vocabulary.load())
FRAMES = [profile for profile in LIBRARY if profile.decode_frame is not None]
PAGE = Path(errors.__file__).parent / "profiles" / "README.md"
NOW = datetime(2026, 3, 1, tzinfo=UTC)
BRUSSELS = ZoneInfo("Europe/Brussels")


def ports_of(profile: CompiledProfile) -> list[int]:
    """Return the ports that a profile knows, or one that it does not ask for."""
    frame = profile.definition.frame
    assert frame is not None
    return [port for layout in frame.layouts for port in layout.ports] or [85]


def frames_of(profile: CompiledProfile) -> Iterator[tuple[bytes, int]]:
    """Yield the frames of a profile's examples that are read, with their ports."""
    for example in profile.definition.examples:
        if example.rejections:
            continue
        if isinstance(example.payload, dict):
            document = example.payload
            message = document.get("uplink_message", document)
            encoded = message.get("frm_payload") or message["data"]
            yield msgspec.json.decode(f'"{encoded}"', type=bytes), message.get("f_port", 1)
        else:
            port = ports_of(profile)[0] if example.port is None else example.port
            yield example_payload(example), port


def read(profile: CompiledProfile, frame: bytes, port: int) -> ReadingRejected | None:
    """Read a frame in an envelope; return why it was rejected, `None` when it was not."""
    uplink = {"f_port": port, "frm_payload": frame, "received_at": "2026-03-01T00:00:00Z"}
    document = {"end_device_ids": {"device_id": "x"}, "uplink_message": uplink}
    payload = msgspec.json.encode(document)
    try:
        open_payload(profile, payload)
        observe(profile, payload, thing=None, received_time=NOW, zone=BRUSSELS)
    except ReadingRejected as rejected:
        return rejected
    return None


@pytest.mark.parametrize("profile", FRAMES, ids=lambda profile: profile.id)
@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_any_frame_is_read_or_rejected(profile: CompiledProfile, data: st.DataObject) -> None:
    port = data.draw(st.sampled_from([*ports_of(profile), 0, 255]))
    frame = data.draw(st.binary(max_size=80))

    read(profile, frame, port)


@pytest.mark.parametrize("profile", FRAMES, ids=lambda profile: profile.id)
@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_frame_with_a_byte_exchanged_is_read_or_rejected(
    profile: CompiledProfile, data: st.DataObject
) -> None:
    frame, port = data.draw(st.sampled_from(list(frames_of(profile))))
    place = data.draw(st.integers(0, len(frame) - 1))
    byte = data.draw(st.binary(min_size=1, max_size=1))

    read(profile, frame[:place] + byte + frame[place + 1 :], port)


@pytest.mark.parametrize("profile", FRAMES, ids=lambda profile: profile.id)
def test_frame_that_is_cut_off_is_rejected_with_its_place_or_ends_between_records(
    profile: CompiledProfile,
) -> None:
    rejections = [
        rejected
        for frame, port in frames_of(profile)
        for end in range(1, len(frame))
        if (rejected := read(profile, frame[:end], port)) is not None
    ]

    assert rejections
    for rejected in rejections:
        assert rejected.reason == "payload.malformed"
        assert rejected.where.startswith("byte ")


@pytest.mark.parametrize("profile", FRAMES, ids=lambda profile: profile.id)
def test_frame_with_a_tail_of_another_model_is_rejected(profile: CompiledProfile) -> None:
    for frame, port in frames_of(profile):
        rejected = read(profile, frame + bytes.fromhex("99abcdef0123"), port)
        if rejected is None:
            assert may_go_on(profile, frame, port)
        else:
            assert rejected.where.startswith("byte ")


def may_go_on(profile: CompiledProfile, frame: bytes, port: int) -> bool:
    """Return whether a frame may go on with what is not read."""
    table = profile.definition.frame
    assert table is not None
    return any(
        field.type == "rest"
        for layout in table.layouts
        if not layout.ports or port in layout.ports
        if not layout.starts or any(re.match(one, frame.hex()) for one in layout.starts)
        for field in layout.header
    )


def test_parking_sensor_that_shakes_is_rejected_on_a_port_of_nobody() -> None:
    rejected = read(LIBRARY.profile("bosch/tpl110"), b"\x01", 77)

    assert rejected is not None
    assert rejected.reason == "payload.unexpected"
    assert "port 77 is not known" in rejected.detail


def test_worked_example_of_the_documentation_is_in_order(tmp_path: Path) -> None:
    section = PAGE.read_text(encoding="utf-8").partition("## Binary frames")[2]
    example = re.findall(r"```yaml\n(.*?)```", section, re.DOTALL)[0]
    file = tmp_path / "beekman" / "r1.yaml"
    file.parent.mkdir()
    file.write_text(example, encoding="utf-8")

    library = Library.load(vocabulary=Vocabulary.load(), extra_directories=[tmp_path])

    assert check(library.profile("beekman/r1")) == []


def test_every_construct_is_in_the_documentation() -> None:
    section = PAGE.read_text(encoding="utf-8").partition("## Binary frames")[2]
    models = (Frame, FrameField, FramePart, FrameGroup, FrameRecord)
    others = (FrameSeries, ChosenLayout, Envelope)

    names = {name for model in (*models, *others) for name in model.model_fields} - {
        "document",
        "name",
    }

    assert {name for name in names if name not in section} == set()
