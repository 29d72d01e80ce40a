"""Installations appear whole or not at all, whoever installs, and however that ends."""

import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from deploy.stack import cache
from deploy.stack.cache import Draft, install_once
from schemas.errors import Misconfigured

SLOW_INSTALLER = """
import os, sys
from pathlib import Path
from deploy.stack import cache
cache.cache_folder = lambda: Path(sys.argv[1])
def fill(draft):
    (draft.folder / "half").touch()
    print("begun", flush=True)
    draft.run("sh", "-c", f"sleep 1; touch {draft.folder}/late")
cache.install_once("thing", fill)
"""


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "cache_folder", lambda: tmp_path)


def _fill(draft: Draft) -> None:
    draft.run("touch", str(draft.folder / "whole"))


def test_of_many_installers_one_installs(tmp_path: Path) -> None:
    calls: list[Path] = []

    def fill(draft: Draft) -> None:
        calls.append(draft.folder)
        _fill(draft)

    with ThreadPoolExecutor(8) as threads:
        places = set(threads.map(lambda _: install_once("thing", fill), range(8)))

    assert places == {tmp_path / "thing"}
    assert len(calls) == 1
    assert (tmp_path / "thing/whole").exists()


def test_an_installation_that_was_killed_is_done_again(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", SLOW_INSTALLER, str(tmp_path)], stdout=subprocess.PIPE
    ) as installer:
        assert installer.stdout is not None
        installer.stdout.readline()
        installer.send_signal(signal.SIGKILL)

    place = install_once("thing", _fill)

    assert [file.name for file in place.iterdir()] == ["whole"]


def test_an_installer_that_fails_leaves_nothing_and_says_why(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="no such luck"):
        install_once("thing", lambda draft: draft.run("sh", "-c", "echo no such luck; exit 1"))

    assert not (tmp_path / "thing").exists()


def test_a_program_that_is_missing_is_named() -> None:
    with pytest.raises(Misconfigured, match="no-such-program is not installed"):
        cache.run("no-such-program")
