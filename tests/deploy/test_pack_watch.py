"""Changed city packs are taken over when they are right, and told when they are not."""

from pathlib import Path

import pytest

from deploy.installation import EXAMPLES, Installation
from deploy.pack_watch import PackWatch


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    found = Installation(tmp_path)
    found.add_city(EXAMPLES / "vlierhove")
    return found


def edit(installation: Installation, old: str, new: str) -> None:
    """Change a pack by hand, past `stadspuls city add`, which would refuse a wrong one."""
    file = installation.cities_dir / "vlierhove/city.yaml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


async def test_wrong_pack_is_told_once_and_not_taken_over(
    installation: Installation, caplog: pytest.LogCaptureFixture
) -> None:
    watch = PackWatch(installation, installation.fingerprint())
    assert not await watch.can_take_over()

    edit(installation, "licence: ", "licentie: ")
    assert [await watch.can_take_over() for _ in range(3)] == [False] * 3
    assert watch.is_changed()
    [told] = caplog.records
    assert told.levelname == "ERROR"
    assert "city.yaml:" in told.message
    assert "licentie" in told.message


async def test_mended_pack_is_taken_over(installation: Installation) -> None:
    watch = PackWatch(installation, installation.fingerprint())
    edit(installation, "licence: ", "licentie: ")
    assert not await watch.can_take_over()

    edit(installation, "licentie: ", "licence: ")
    assert await watch.can_take_over()
