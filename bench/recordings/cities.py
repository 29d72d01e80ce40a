"""The cities that the recordings are brought to: every theme open, every thing let in."""

from collections.abc import Iterable
from pathlib import Path

import yaml

from bench.recordings.entries import Recording
from schemas.vocabulary import Vocabulary


def write_packs(folder: Path, wanted: Iterable[Recording]) -> list[Path]:
    """Write the packs of the recordings' cities."""
    zones = {one.city: one.zone for one in wanted}
    return [_write(folder / city, city, zone) for city, zone in sorted(zones.items())]


def _write(directory: Path, city: str, zone: str) -> Path:
    directory.mkdir(parents=True, exist_ok=True)
    facts = {
        "slug": city,
        "name": {"nl": city},
        "timeZone": zone,
        "publisher": city,
        "contact": {"name": city, "email": f"data@{city}.example"},
        "newThingsPerHour": 100_000,
        "datasets": [
            {
                "theme": theme,
                "title": {"nl": theme},
                "description": {"nl": "Opnames, om na te gaan wat ervan wordt."},
                "licence": "creative-commons-zero",
                "access": "open",
            }
            for theme in Vocabulary.load().themes
        ],
    }
    (directory / "city.yaml").write_text(yaml.safe_dump(facts), encoding="utf-8")
    return directory
