"""City packs, and the sentences for what is wrong with them."""

from pathlib import Path

import pytest

from schemas.city_pack import load_city_pack
from schemas.errors import Misconfigured

CITY = """
slug: veldegem
name: {nl: Veldegem}
publisher: Stad Veldegem
contact: {name: Data, email: data@veldegem.example}
datasets:
  - theme: traffic
    title: {nl: Verkeer}
    description: {nl: Tellingen}
    licence: mgh-1.0
    access: open
"""


def test_smallest_pack_is_read(tmp_path: Path) -> None:
    (tmp_path / "city.yaml").write_text(CITY)

    pack = load_city_pack(tmp_path)

    assert pack.slug == "veldegem"
    assert pack.zone.key == "Europe/Brussels"
    dataset = pack.dataset("traffic")
    assert dataset is not None
    assert dataset.access == "open"
    assert pack.dataset("noise") is None


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("slug: veldegem", "slug: Veldegem", "slug"),
        ("slug: veldegem", "slug: veldegem\ntimeZone: Mars/Phobos", "timeZone"),
        ("slug: veldegem", "slug: veldegem\ncolour: red", "colour"),
        ("access: open", "access: restricted", "comply or explain"),
        ("publisher: Stad Veldegem", "", "publisher"),
        ("email: data@veldegem.example", "email: nobody", "contact.email"),
        ("datasets:", "datasets: [", "is not YAML"),
        ("slug: veldegem", "slug: veldegem\ntopics: [{filter: '#', profile: a/b}]", "'#'"),
    ],
)
def test_wrong_field_is_named(tmp_path: Path, old: str, new: str, sentence: str) -> None:
    (tmp_path / "city.yaml").write_text(CITY.replace(old, new))

    with pytest.raises(Misconfigured) as wrong:
        load_city_pack(tmp_path)

    assert sentence in str(wrong.value)


@pytest.mark.parametrize(
    ("thing", "sentence"),
    [
        ("{profile: a/b, name: x, location: [0, 0]}", "lies in the sea"),
        ("{profile: a/b, name: x, location: [51.0, 184.0]}", "longitude, latitude"),
        ("{profile: a/b, name: x, personal: 'no'}", "needs a reason"),
        ("{profile: a, name: x}", "profile"),
    ],
)
def test_wrong_thing_is_named(tmp_path: Path, thing: str, sentence: str) -> None:
    (tmp_path / "city.yaml").write_text(CITY)
    (tmp_path / "things.yaml").write_text(f"things: [{thing}]")

    with pytest.raises(Misconfigured) as wrong:
        load_city_pack(tmp_path)

    assert "things.yaml" in str(wrong.value)
    assert sentence in str(wrong.value)


def test_missing_pack_is_named(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match=r"city\.yaml is missing"):
        load_city_pack(tmp_path)
