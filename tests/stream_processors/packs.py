"""A city pack with two profiles of its own, and readings of them."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from schemas.cities.registry import Registry, load_registry
from schemas.wire import Reading

RECEIVED = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)

_CITY: dict[str, Any] = {
    "slug": "stad-a",
    "name": {"nl": "Stad A"},
    "publisher": "Stad A",
    "contact": {"name": "Dataloket", "email": "data@stad-a.example"},
    "datasets": [
        {
            "theme": "traffic",
            "title": {"nl": "Verkeer"},
            "description": {"nl": "Tellingen"},
            "licence": "creative-commons-zero",
            "access": "open",
        }
    ],
}


def _profile(name: str, **more: Any) -> dict[str, Any]:
    return {
        "id": f"proef/{name}",
        "title": f"Proef {name}",
        "version": 1,
        "source": "made for tests",
        "personal": "no",
        "decode": "json",
        "datastreams": {
            "car": {"observed_property": "car-count", "path": "car", "unit": "{car}"},
        },
        "examples": [
            {
                "description": "a count",
                "topic": f"city/stad-a/proef/{name}/brug",
                "received_time": "2026-06-01T12:00:00Z",
                "payload": {"car": 1, "time": "2026-06-01T12:00:00Z"},
                "observations": [{"datastream": "car", "result": 1}],
            }
        ],
        **more,
    }


def write_pack(
    directory: Path,
    *,
    things: list[dict[str, Any]] | None = None,
    mend: dict[str, Any] | None = None,
    announce: str = "no",
    **city: Any,
) -> Path:
    """Write the pack; `mend` changes the teller's datastream, `city` parts of city.yaml."""
    pack = directory / "stad-a"
    profiles = pack / "profiles" / "proef"
    profiles.mkdir(parents=True, exist_ok=True)
    (pack / "city.yaml").write_text(yaml.safe_dump({**_CITY, **city}))
    (pack / "things.yaml").write_text(
        yaml.safe_dump({"announce": announce, "things": things or []})
    )
    timed = _profile("teller", phenomenon_time={"path": "time"})
    if mend:
        timed["datastreams"]["car"] |= mend
        timed["version"] = 2
    (profiles / "teller.yaml").write_text(yaml.safe_dump(timed))
    timeless = _profile("meter", phenomenon_time="received")
    (profiles / "meter.yaml").write_text(yaml.safe_dump(timeless))
    return pack


def registry_of(directory: Path, **city: Any) -> Registry:
    """Return the registry of the pack alone."""
    return load_registry([write_pack(directory, **city)])


def reading(
    number: int = 0,
    *,
    model: str = "teller",
    thing: str = "brug",
    payload: bytes | None = None,
    source: str = "",
    seconds: float | None = None,
    **fields: Any,
) -> Reading:
    """Return the reading of minute `number`; its value is the number."""
    time = RECEIVED + timedelta(minutes=number)
    document = {"car": number} | ({"time": time.isoformat()} if model == "teller" else {})
    later = number * 60 if seconds is None else seconds
    return Reading(
        city="stad-a",
        source=source or f"city/stad-a/proef/{model}/{thing}",
        received_time=RECEIVED + timedelta(seconds=later),
        payload=json.dumps(document).encode() if payload is None else payload,
        **fields,
    )
