"""Which things are shown before they have sent anything."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from schemas.announcement import announced_themes
from schemas.cities.pack import KnownThing
from schemas.cities.registry import load_registry

_ALL = ("traffic", "parking", "weather", "air-quality", "energy", "water", "noise",
        "public-services", "visitors")  # fmt: skip
_REASON = "het gebouw is geen woning"


def themes(
    folder: Path,
    thing: dict[str, Any],
    *,
    announce: str = "yes",
    opened: tuple[str, ...] = _ALL,
    closed: tuple[str, ...] = (),
) -> tuple[str, ...] | None:
    """Return the themes under which a pack with one thing announces it."""
    datasets = "".join(
        f"  - {{theme: {one}, title: {{nl: x}}, description: {{nl: x}}, licence: cc-by-4.0, "
        + ("access: open}\n" if one in opened else
           "access: restricted, accessReason: {code: trial, nl: x}}\n")
        for one in (*opened, *closed)
    )  # fmt: skip
    (folder / "city.yaml").write_text(
        "slug: veldegem\nname: {nl: Veldegem}\npublisher: Veldegem\n"
        f"contact: {{name: Data, email: data@veldegem.example}}\ndatasets:\n{datasets}"
    )
    told = ", ".join(f"{name}: {value}" for name, value in thing.items())
    (folder / "things.yaml").write_text(f"announce: {announce}\nthings: [{{{told}}}]\n")
    [context] = load_registry([folder]).cities.values()
    return announced_themes(context, context.pack.things[0])


COUNTER = {"profile": "telraam/v2", "name": "dorpsstraat"}
AIR = {"profile": "sensor-community/airrohr", "name": "school"}
METER = {"profile": "dsmr/p1", "name": "gemeentehuis"}
UPLINK = {"profile": "the-things-stack/v3", "name": "deur"}


def test_a_pack_announces_its_things_under_the_themes_that_are_open(tmp_path: Path) -> None:
    assert themes(tmp_path, COUNTER) == ("traffic",)
    assert themes(tmp_path, AIR) == ("air-quality", "weather")
    assert themes(tmp_path, AIR, opened=("weather",), closed=("air-quality",)) == ("weather",)


def test_a_pack_that_says_nothing_announces_nothing(tmp_path: Path) -> None:
    assert themes(tmp_path, COUNTER, announce="no") is None


def test_a_thing_may_differ_from_its_pack(tmp_path: Path) -> None:
    assert themes(tmp_path, {**COUNTER, "announce": "no"}) is None
    assert themes(tmp_path, {**COUNTER, "announce": "yes"}, announce="no") == ("traffic",)


@pytest.mark.parametrize("own", [{}, {"announce": "yes"}], ids=("pack", "thing"))
def test_what_is_closed_or_about_persons_is_never_announced(
    tmp_path: Path, own: dict[str, str]
) -> None:
    assert themes(tmp_path, COUNTER | own, opened=("noise",), closed=("traffic",)) is None
    assert themes(tmp_path, COUNTER | own, opened=("noise",)) is None
    assert themes(tmp_path, METER | own) is None


def test_a_meter_that_its_city_explains_is_announced(tmp_path: Path) -> None:
    meter = {**METER, "personal": "no", "reason": _REASON}

    assert themes(tmp_path, meter) == ("energy", "water")


def test_what_comes_in_an_envelope_is_announced_by_name_alone_and_without_a_theme(
    tmp_path: Path,
) -> None:
    named = {**UPLINK, "announce": "yes"}

    assert themes(tmp_path, UPLINK) is None
    assert themes(tmp_path, named) == ()
    assert themes(tmp_path, named, opened=("visitors",), closed=("energy",)) == ()
    assert themes(tmp_path, named, opened=(), closed=_ALL) is None


def test_a_thing_about_persons_cannot_be_announced() -> None:
    with pytest.raises(ValidationError, match="leave announce out"):
        KnownThing(profile="telraam/v2", name="huis", personal="yes", announce=True)
