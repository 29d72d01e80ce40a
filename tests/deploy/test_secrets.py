"""Secrets are made once, and only their owner reads them."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from deploy.secrets import secret
from schemas.errors import Misconfigured


def test_a_secret_stays_the_same_and_differs_from_others(tmp_path: Path) -> None:
    first = secret(tmp_path, "database")

    assert secret(tmp_path, "database") == first
    assert secret(tmp_path, "mqtt-gateway") != first
    assert len(first) >= 32


def test_only_the_owner_reads_a_secret(tmp_path: Path) -> None:
    secret(tmp_path, "database")

    assert stat.S_IMODE((tmp_path / "secrets").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "secrets/database").stat().st_mode) == 0o600


def test_those_who_ask_at_once_get_the_same_secret(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        answers = set(threads.map(lambda _: secret(tmp_path, "database"), range(40)))

    assert len(answers) == 1
    assert [file.name for file in (tmp_path / "secrets").iterdir()] == ["database"]


@pytest.mark.parametrize("name", ["", "../passwd", "a/b", ".hidden", "Upper"])
def test_a_name_cannot_leave_the_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(Misconfigured):
        secret(tmp_path, name)


def test_an_emptied_secret_is_refused(tmp_path: Path) -> None:
    secret(tmp_path, "database")
    (tmp_path / "secrets/database").write_text("")

    with pytest.raises(Misconfigured, match="empty"):
        secret(tmp_path, "database")
