"""Folders in memory are given back."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import stack_folder as folders
from tests.stack_folder import stack_folder


def test_folder_of_a_run_that_was_killed_is_removed_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    monkeypatch.setattr(folders, "MEMORY", tmp_path)
    monkeypatch.setattr(folders, "NEEDED_BYTES", 0)
    left, living = (tmp_path / f"stadspuls-tests-{pid}-x" for pid in (ended.pid, os.getpid()))
    left.mkdir()
    living.mkdir()

    with stack_folder(tmp_path / "elsewhere") as folder:
        assert folder.parent == tmp_path
        assert not left.exists()
        assert living.exists()
    assert not folder.exists()


def test_without_room_in_memory_it_is_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folders, "NEEDED_BYTES", 1 << 62)

    with stack_folder(tmp_path) as folder:
        assert folder == tmp_path
