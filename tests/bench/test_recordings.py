"""Recordings through a whole platform on the real services: the short run of `make recordings`."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import pytest_asyncio

from bench.recordings.entries import DATA, Recording, messages, recordings
from bench.recordings.run import Site, site
from bench.recordings.table import MARKS, markdown
from schemas.library import Library
from tests.schemas.lorawan_models import MODELS
from tests.schemas.recordings import needs_recordings
from tests.schemas.test_lorawan_recordings import (
    expected_of,
    is_history,
    recorded,
    same,
)

MOST = 25
TWICE = (
    "Telraam hours", "Telraam snapshot", "air archive, 12 sensors", "air archive, day files",
    "airRohr push",
    "Ghent bicycle year", "German car parks, a day", "Stuttgart, DATEX II",
    "loop detector, XML", "district heat meter", "P1 telegrams", "HomeWizard P1",
    "laboratory, nodes", "laboratory, plugs",
)  # fmt: skip
_OF_THING = """
select s.name, o.result_number, o.result_json
from observation as o join datastream as s using (datastream_id) join thing as t using (thing_id)
where t.profile = $1 and t.name like $2 and o.phenomenon_start > '1980-01-01'
"""


def named(*names: str) -> list[Recording]:
    return [one for one in recordings() if one.name in names]


def uplinks() -> list[Recording]:
    return [one for one in recordings() if one.apart]


@pytest_asyncio.fixture(loop_scope="module", scope="module", name="here")
async def _here() -> AsyncIterator[Site]:
    async with site([*named(*TWICE), *uplinks()], services="real") as running:
        yield running


@needs_recordings
@pytest.mark.real
@pytest.mark.xdist_group("recordings")
@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("recording", named(*TWICE), ids=lambda one: one.name)
async def test_recording_is_stored_once_however_often_it_comes(
    here: Site, recording: Recording
) -> None:
    result = await here.result(recording, data=DATA, most=MOST, times=2)

    first, again = result.times
    timeless = again.observations_flagged.get("time.received", 0)
    assert (first.lost, again.lost) == (0, 0)
    assert first.readings == again.readings == result.messages > 0
    assert first.readings_rejected == 0
    assert result.verified.different == 0
    # Nobody can tell whether a payload without a time comes again.
    assert (again.observations_stored, again.observations_corrected) == (timeless, 0)
    assert first.observations_stored > 0
    assert recording.name in markdown([result])


@needs_recordings
@pytest.mark.real
@pytest.mark.xdist_group("recordings")
@pytest.mark.asyncio(loop_scope="module")
async def test_uplinks_of_twenty_models_are_stored_as_they_were_decoded(here: Site) -> None:
    compared = 0
    for recording in uplinks():
        await here.result(recording, data=DATA, most=None, times=1)
        for place, path in enumerate(recording.paths(DATA), 1):
            profile, rules = MODELS[path.parent.name]
            parts = recorded(path)[:1] if is_history(path) else recorded(path)
            values = {name: value for part in parts for name, value in part.items()}
            rows = await here.connection.fetch(_OF_THING, profile, f"%-{place}")
            found = {row["name"]: _result(row) for row in rows}
            for name, rule in rules.items():
                wanted = expected_of(rule, values)
                if wanted is not None and (profile, name) != ("nwave/g4-nps", "battery"):
                    assert same(found[name], wanted), (path, name)
                    compared += 1

    assert sum(len(one.paths(DATA)) for one in uplinks()) == 98
    assert compared > 300


def _result(row: Any) -> Any:
    document = row["result_json"]
    return row["result_number"] if document is None else msgspec.json.decode(document)


@needs_recordings
def test_every_recording_has_a_profile_and_messages(library: Library) -> None:
    for one in recordings():
        assert next(messages(one, library, data=DATA)).payload, one.name


@needs_recordings
def test_every_payload_that_was_recorded_is_in_the_list() -> None:
    """What is not: descriptions of places, and observations that somebody else has made RDF of."""
    listed = {path for one in recordings() for path in one.paths(DATA)}
    others = [
        "README.md", "*_result*.json", "telraam/segments_*.csv", "telraam/hourly/devices.json",
        "geomobility/site.json",
        "verkeerscentrum-miv/miv_config_one_point.xml", "*.ttl.txt",
    ]  # fmt: skip
    left = {path for path in DATA.rglob("*") if path.is_file()} - listed

    assert not [path for path in left if not any(path.match(one) for one in others)]


@needs_recordings
def test_uplinks_that_share_device_counter_and_time_are_brought_as_different_things(
    library: Library,
) -> None:
    """A trap of the recordings: 98 uplinks in 23 envelopes."""
    found = [
        (recording.profile, json.loads(message.payload))
        for recording in uplinks()
        for message in messages(recording, library, data=DATA)
    ]
    recorded_ones = [
        json.loads(path.read_bytes()) for one in uplinks() for path in one.paths(DATA)
    ]

    assert len({_envelope(one) for one in recorded_ones}) == 23
    assert len({(profile, _envelope(one)[0]) for profile, one in found}) == 98


def _envelope(uplink: dict[str, Any]) -> tuple[str, int, str]:
    """Return device, frame counter and time, whichever network server wrote them."""
    if "uplink_message" in uplink:
        ids, message = uplink["end_device_ids"], uplink["uplink_message"]
        return ids["device_id"], message.get("f_cnt", 0), uplink.get("received_at", "")
    if "deviceInfo" in uplink:
        return uplink["deviceInfo"]["devEui"], uplink.get("fCnt", 0), uplink.get("time", "")
    time = uplink.get("publishedAt") or uplink["rxInfo"][0].get("time", "")
    return uplink["deviceName"], uplink.get("fCnt", 0), time


def test_uplinks_of_reused_envelopes_become_devices_of_their_own(
    library: Library, tmp_path: Path
) -> None:
    (tmp_path / "a_payload.json").write_text('{"end_device_ids": {"device_id": "x"}}')
    (tmp_path / "b_payload.json").write_text('{"deviceName": "y", "deviceInfo": {}}')
    recording = uplinks()[0].model_copy(update={"files": "*_payload.json"})

    sent = [one.payload for one in messages(recording, library, data=tmp_path)]

    assert sent == [
        b'{"end_device_ids": {"device_id": "x-1"}}',
        b'{"deviceName": "y-2", "deviceInfo": {}}',
    ]


def test_table_goes_between_its_marks() -> None:
    assert MARKS.fill(f"a {MARKS.begin} old {MARKS.end} z", "new") == (
        f"a {MARKS.begin}\nnew\n{MARKS.end} z"
    )
    with pytest.raises(ValueError, match="marks"):
        MARKS.fill("without", "new")
