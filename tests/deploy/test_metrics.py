"""The closed list of metrics: each is told by some process, and nothing else is."""

import re
from pathlib import Path

from schemas import telemetry
from schemas.telemetry import Metric

ROOT = Path(__file__).parent.parent.parent
PACKAGES = ("ingest", "stream_processors", "api")


def test_every_metric_of_the_list_is_told_by_a_process() -> None:
    sources = "".join(
        file.read_text(encoding="utf-8")
        for package in PACKAGES
        for file in (ROOT / package).rglob("*.py")
    )
    told = {*re.findall(r"\b(?:telemetry|names)\.([A-Z_]+)\b", sources)}

    assert {name for name, one in vars(telemetry).items() if isinstance(one, Metric)} == told


def test_names_are_their_own_and_say_their_unit() -> None:
    names = [one.name for one in telemetry.ALL]

    assert len({*names}) == len(names)
    assert all(name.startswith("stadspuls_") for name in names)
    assert all(one.name.endswith("_seconds") for one in telemetry.ALL if one.kind == "histogram")
