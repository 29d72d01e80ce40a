"""A server that may not run as root runs as another user, wherever its folders lie."""

import json
import os
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.stack import confine
from deploy.stack.process import Command, spawn
from deploy.stack.unprivileged import become
from schemas.errors import Misconfigured

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")

NOBODY = ("nobody",)


def _say(tmp_path: Path, script: str, wishes: dict[str, object]) -> str:
    """Run a shell script confined, and return what it printed."""
    with (tmp_path / "log").open("wb") as log:
        command = Command(program=("/bin/sh", "-c", script), confinement=wishes)
        spawn(command, folder=tmp_path, log=log, orphan_signal=signal.SIGKILL).wait()
    return (tmp_path / "log").read_text().strip()


def test_it_owns_its_folder_and_is_not_root(tmp_path: Path) -> None:
    folder = tmp_path / "own"
    folder.mkdir()
    wishes = become(NOBODY, folder=folder, programs=Path("/bin"))

    assert _say(tmp_path, f"touch {folder}/file; stat -c %U {folder}/file; id -un", wishes) == (
        "nobody\nnobody"
    )


def test_it_passes_closed_folders_and_may_do_nothing_else(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    programs, folder = closed / "bin", closed / "own"
    programs.mkdir(parents=True)
    folder.mkdir()
    tool = programs / "tool"
    tool.write_text("#!/bin/sh\necho ran\n")
    tool.chmod(0o755)
    closed.chmod(0o700)
    wishes = become(NOBODY, folder=folder, programs=programs)

    script = f"test -x {tool} && {tool}; grep CapEff /proc/self/status; touch {closed}/x"
    words = _say(tmp_path, script, wishes)

    assert words.startswith("ran\n")
    assert int(words.splitlines()[1].split()[1], 16).bit_count() == 1
    assert "Permission denied" in words


def test_it_keeps_no_right_where_folders_are_open(tmp_path: Path) -> None:
    wishes = {**become(NOBODY, folder=tmp_path, programs=Path("/bin")), "search": False}

    assert int(_say(tmp_path, "grep CapEff /proc/self/status", wishes).split()[1], 16) == 0


def test_a_user_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="no-such-user"):
        become(("no-such-user",), folder=tmp_path, programs=Path("/bin"))


def test_a_server_whose_starter_is_gone_does_not_begin() -> None:
    confine = Path(__file__).parents[2] / "deploy/stack/confine.py"
    wishes = '{"parent": 1, "signal": 9}'
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(confine), wishes, "echo", "began"],
        check=False,
        capture_output=True,
        text=True,
    )

    assert done.returncode == 1
    assert done.stdout == ""


def test_it_may_open_more_files_than_usual_and_no_more_than_the_system_allows() -> None:
    def limit(files: int) -> int:
        wishes = json.dumps({"files": files, "parent": os.getpid(), "signal": 9})
        confined = (sys.executable, "-I", "-S", str(confine.__file__), wishes)
        command = shlex.join((*confined, "/bin/sh", "-c", "ulimit -Sn"))
        usual = f"ulimit -Sn 256; ulimit -Hn 512; exec {command}"
        return int(
            subprocess.run(["/bin/sh", "-c", usual], check=True, capture_output=True).stdout
        )

    assert [limit(100), limit(400), limit(99_999)] == [256, 400, 512]
