"""Profiles that are proposed from samples hold, and say what is left to do."""

from pathlib import Path

import pytest

from deploy.proposal import propose
from schemas.errors import Misconfigured
from schemas.library import Library
from schemas.self_check import check
from schemas.vocabulary import Vocabulary

VOCABULARY = Vocabulary.load()

SAMPLES = {
    "flat": b'{"deviceId": "A 7", "ts": 1770103790, "temp_c": 4.5, "humidity": 81, "odd": 3}',
    "pairs": b'{"id": 7, "v": [{"n": "temp", "value": "4.5"}, {"n": "press", "value": "101325"}]}',
    "list": b'[{"name": "P1", "free": 4, "at": "2026-02-03T08:00:00"}]',
    "nested list": b'{"owner": "x", "sites": [{"id": 1, "pm10": 4.5, "user": "y"}]}',
    "csv": b"id;time;NO2;O3\n7;2026-02-03T08:00:00Z;21.5;\n",
    "xml": b'<a><site id="7"><temp>4.5</temp></site></a>',
    "text": b"temp=4.5;hum=81;rssi=-70",
}


@pytest.mark.parametrize("name", SAMPLES)
def test_proposal_holds_for_its_sample(name: str, tmp_path: Path) -> None:
    text = propose("acme/probe", SAMPLES[name], vocabulary=VOCABULARY)
    file = tmp_path / "acme" / "probe.yaml"
    file.parent.mkdir()
    file.write_text(text, encoding="utf-8")

    library = Library.load(vocabulary=VOCABULARY, extra_directories=[tmp_path])
    profile = library.profile("acme/probe")

    assert check(profile) == []
    assert profile.datastreams
    assert profile.definition.examples[0].observations


def test_proposal_reads_units_times_things_and_personal_fields() -> None:
    flat = propose("acme/probe", SAMPLES["flat"], vocabulary=VOCABULARY)
    nested = propose("acme/probe", SAMPLES["nested list"], vocabulary=VOCABULARY)

    assert "phenomenon_time: {path: ts, format: unix}" in flat
    assert "thing: {path: deviceId}" in flat
    assert "  # odd = '3': what is it?" in flat
    assert "personal_fields: [owner, 'sites[*].user']" in nested
    assert "zone: city" in propose("acme/probe", SAMPLES["list"], vocabulary=VOCABULARY)
    assert "unit: Pa" in propose("acme/probe", SAMPLES["pairs"], vocabulary=VOCABULARY)


def test_what_is_no_text_is_told_how_to_be_given() -> None:
    with pytest.raises(Misconfigured, match="--hex"):
        propose("acme/probe", b"\x0c\x01\x36\xff\xf6", vocabulary=VOCABULARY)
