"""A profile is mended and a unit changes while readings come: nothing mixes, all happens once."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.journey.running import Up, eventually, stadspuls
from tests.journey.test_own_sensor_type import PROFILE, WORDS, write_pack

CITY = "veldegem-bij-zee"
BEGIN = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=10)
FIRST = PROFILE.replace(", missing: [-999]", "")
MENDED = PROFILE.replace("version: 1", "version: 2").replace("unit: cm", "unit: mm").replace(
    "{level, result: 1.23}", "{level, result: 0.123}"
).replace("result: 1.23", "result: 0.123")  # fmt: skip
IN_CENTIMETRES = WORDS.replace("unit: m\n", "unit: cm\n").replace(
    "low: -1, high: 5", "low: -100, high: 500"
)


def take_over(platform: Up, pack: Path, *, profile: str, words: str = WORDS) -> None:
    """Give the platform another profile of the same sensor type."""
    (pack / "profiles/peilwijs/p7.yaml").write_text(profile)
    (pack / "vocabulary/observed-properties.yaml").write_text(words)
    stadspuls("city", "add", str(pack), "--data-dir", str(platform.installation.data_dir))
    eventually(lambda: platform.facts["packs"] == platform.installation.fingerprint())


def send(platform: Up, hours: Sequence[int], depths: Sequence[int]) -> None:
    """Bring readings by HTTP, as soon as the gateway knows the city."""
    lines = [
        {"t": int((BEGIN + timedelta(hours=hour)).timestamp()), "readings": {"depth": depth}}
        for hour, depth in zip(hours, depths, strict=True)
    ]

    def is_taken() -> bool:
        try:
            answer = platform.post(
                f"/ingest/{CITY}/peilwijs/p7/sluis",
                city=CITY,
                content="\n".join(map(json.dumps, lines)),
                headers={"Content-Type": "application/x-ndjson"},
            )
        except httpx.TransportError:
            return False
        return answer.status_code == httpx.codes.MULTI_STATUS

    eventually(is_taken)


def replay(platform: Up, *words: str) -> dict[str, Any]:
    done = stadspuls(
        "readings", "replay", "--city", CITY, "--json", *words,
        "--data-dir", str(platform.installation.data_dir),
    )  # fmt: skip
    facts: dict[str, Any] = json.loads(done.stdout)
    names = ("new", "unchanged", "corrected", "withdrawn")
    return {name: facts[f"observations_{name}"] for name in names}


def levels(platform: Up) -> dict[str, list[float]]:
    """Return the results of each datastream of the gauge, by its unit."""
    found = platform.get(
        "/sensorthings/v1.1/Datastreams",
        params={
            "$filter": f"Thing/properties/city eq '{CITY}' and properties/name eq 'level'",
            "$expand": "Observations($orderby=phenomenonTime asc)",
        },
    ).json()["value"]
    return {
        one["properties"]["unit"]: [round(each["result"], 6) for each in one["Observations"]]
        for one in found
    }


def history(platform: Up, **wishes: str) -> list[float]:
    found = platform.get("/observations.json", params={"city": CITY, **wishes}).json()
    return [round(one["result"], 6) for one in found]


def events(platform: Up, *, behind: int, count: int) -> list[dict[str, Any]]:
    """Return the next events of the live stream behind a sequence."""
    found: list[dict[str, Any]] = []
    with httpx.stream(
        "GET",
        platform.facts["api"] + "/live/observations",
        params={"city": CITY},
        headers={"Last-Event-ID": str(behind)},
        timeout=60,
    ) as stream:
        for line in stream.iter_lines():
            if line.startswith("data:"):
                found.append(json.loads(line.removeprefix("data:")))
            if len(found) == count:
                return found
    raise AssertionError(found)


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    return write_pack(tmp_path / "pack")


def test_mend_and_unit_in_mid_stream(platform: Up, pack: Path) -> None:
    take_over(platform, pack, profile=FIRST)
    send(platform, range(4), [870, 880, -999, 890])
    eventually(lambda: levels(platform).get("m") == [8.7, 8.8, -9.99, 8.9])
    before_mend = datetime.now(UTC)

    take_over(platform, pack, profile=MENDED)
    foreseen = replay(platform, "--dry-run")
    assert levels(platform) == {"m": [8.7, 8.8, -9.99, 8.9]}
    done = replay(platform)
    send(platform, [4], [900])
    eventually(lambda: levels(platform) == {"m": [0.87, 0.88, 0.89, 0.9]})

    assert foreseen == done == {"new": 0, "unchanged": 0, "corrected": 3, "withdrawn": 1}
    assert replay(platform) == {"new": 0, "unchanged": 4, "corrected": 0, "withdrawn": 0}
    assert history(platform) == [0.87, 0.88, 0.89, 0.9]
    assert history(platform, asOf=before_mend.isoformat()) == [8.7, 8.8, -9.99, 8.9]

    before_unit = datetime.now(UTC)
    take_over(
        platform,
        pack,
        profile=MENDED.replace("result: 0.123", "result: 12.3"),
        words=IN_CENTIMETRES,
    )
    send(platform, [5], [910])
    eventually(lambda: levels(platform).get("cm") == [91])
    assert levels(platform)["m"] == [0.87, 0.88, 0.89, 0.9]
    done = replay(platform)

    assert done == {"new": 4, "unchanged": 1, "corrected": 0, "withdrawn": 4}
    assert levels(platform) == {"m": [], "cm": [87, 88, 89, 90, 91]}
    assert history(platform, asOf=before_unit.isoformat()) == [0.87, 0.88, 0.89, 0.9]
    assert history(platform, asOf=before_mend.isoformat()) == [8.7, 8.8, -9.99, 8.9]

    heard = events(platform, behind=0, count=4 + 4 + 1 + 1 + 8)
    assert [one["change"] for one in heard[:10]] == [
        *["new"] * 4,
        *["corrected", "withdrawn", "corrected", "corrected"],
        *["new"] * 2,
    ]
    assert sorted(one["change"] for one in heard[10:]) == ["new"] * 4 + ["withdrawn"] * 4
    sequences = [one["sequence"] for one in heard]
    assert sequences == sorted(set(sequences))
    audited = stadspuls("audit", "--data-dir", str(platform.installation.data_dir), "--json")
    assert json.loads(audited.stdout)["findings"] == []
