"""The keys of the cities."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from schemas.cities.key_file import KeyFile
from schemas.cities.keys import CityKey, KeyRing, hash_key, shown_key
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


@pytest.mark.parametrize(
    ("headers", "key"),
    [
        ({}, None),
        ({"authorization": "Bearer abc"}, "abc"),
        ({"authorization": "bearer  abc "}, "abc"),
        ({"x-api-key": " abc "}, "abc"),
        ({"authorization": "Basic abc", "x-api-key": "def"}, "def"),
        ({"authorization": "Bearer abc", "x-api-key": "def"}, "abc"),
        ({"authorization": "Bearer ", "x-api-key": "def"}, "def"),
        ({"authorization": "Basic abc"}, None),
    ],
)
def test_key_is_read_from_either_header(headers: dict[str, str], key: str | None) -> None:
    assert shown_key(headers) == key


@pytest.mark.parametrize("headers", [{"authorization": "Bearer "}, {"x-api-key": ""}], ids=str)
def test_empty_key_is_shown_and_opens_nothing(headers: dict[str, str]) -> None:
    key = shown_key(headers)

    assert key == ""
    assert (
        KeyRing((CityKey(city="gent", name="http", sha256=hash_key("a")),)).city_of(key, now=NOW)
        is None
    )


def _written(file: Path, *keys: str) -> None:
    ring = [CityKey(city="gent", name=key, sha256=hash_key(key)) for key in keys]
    file.write_bytes(msgspec.json.encode(ring))


def test_key_that_is_taken_back_opens_nothing_any_more(tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    keys = KeyFile(file)
    assert keys.ring.city_of("first", now=NOW) is None
    _written(file, "first")
    assert keys.ring.city_of("first", now=NOW) == "gent"
    _written(file, "second", "third")

    assert keys.ring.city_of("first", now=NOW) is None
    assert keys.ring.city_of("third", now=NOW) == "gent"


def test_keys_stay_while_their_file_cannot_be_read_and_it_is_told_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "keys.json"
    _written(file, "first")
    keys = KeyFile(file)
    file.write_text("[{")

    assert [keys.ring.city_of("first", now=NOW) for _ in range(3)] == ["gent"] * 3
    assert [one.levelname for one in caplog.records] == ["ERROR"]
    _written(file, "second")
    assert keys.ring.city_of("second", now=NOW) == "gent"


def test_nobody_has_a_key_without_a_file() -> None:
    assert KeyFile(None).ring.keys == ()
