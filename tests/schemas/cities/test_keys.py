"""The keys of the cities."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from schemas.cities.keys import CityKey, KeyRing, hash_key
from schemas.errors import Misconfigured

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_key_opens_its_city() -> None:
    ring = KeyRing((CityKey(city="gent", name="http", sha256=hash_key("open sesame")),))

    assert ring.city_of("open sesame", now=NOW) == "gent"
    assert ring.city_of("open barley", now=NOW) is None
    assert ring.city_of("\ud800", now=NOW) is None


def test_expired_key_opens_nothing() -> None:
    key = CityKey(city="gent", name="old", sha256=hash_key("old"), expires_time=NOW)
    ring = KeyRing((key,))

    assert ring.city_of("old", now=NOW - timedelta(seconds=1)) == "gent"
    assert ring.city_of("old", now=NOW) is None


def test_key_file_is_read(tmp_path: Path) -> None:
    key = CityKey(city="gent", name="http", sha256=hash_key("a"), expires_time=NOW)
    file = tmp_path / "keys.json"
    file.write_bytes(msgspec.json.encode([key]))

    assert KeyRing.load(file).keys == (key,)
    assert KeyRing.load(tmp_path / "missing.json").keys == ()


def test_other_file_is_refused_by_name(tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    file.write_text("{}")

    with pytest.raises(Misconfigured, match=r"keys\.json is not a key file"):
        KeyRing.load(file)
