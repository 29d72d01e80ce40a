"""The structure, as rules that can fail."""

import importlib.util
import json
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
PACKAGES = ("ingest", "stream_processors", "api", "schemas", "deploy", "simulators")


@pytest.mark.parametrize("package", PACKAGES)
def test_package_is_ours(package: str) -> None:
    """A dependency that ships a package of this name would be found in its place."""
    spec = importlib.util.find_spec(package)

    assert spec is not None
    assert spec.origin is not None
    assert Path(spec.origin).is_relative_to(ROOT)


def tracked() -> list[Path]:
    """Return the files under version control that are text."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True
    ).stdout.decode()
    files = [ROOT / name for name in listed.split("\0") if name]
    return [file for file in files if file.is_file() and b"\0" not in file.read_bytes()]


def test_lock_files_name_no_host() -> None:
    for file in (ROOT / "requirements").glob("*.txt"):
        text = file.read_text(encoding="utf-8")

        assert not re.search(r"https?://|--(extra-)?index-url|--find-links", text), file
        assert "--hash=sha256:" in text, file


def test_lock_of_npm_names_no_host() -> None:
    for file in ROOT.glob("*/**/package-lock.json"):
        if ROOT / ".venv" not in file.parents:
            lock = json.loads(file.read_text(encoding="utf-8"))
            packages = [one for name, one in lock["packages"].items() if name]

            assert not [one for one in packages if "resolved" in one], file
            assert all(one["integrity"].startswith("sha512-") for one in packages), file


def test_modules_are_short() -> None:
    long = {
        str(file.relative_to(ROOT)): lines
        for file in tracked()
        if file.suffix == ".py"
        and file.relative_to(ROOT).parts[0] in PACKAGES
        and (lines := len(file.read_text().splitlines())) > 300
    }

    assert long == {}


def test_no_module_has_a_name_without_meaning() -> None:
    vague = re.compile(r"^(utils?|common|helpers?|managers?|misc)$")

    assert [file for file in tracked() if vague.match(file.stem)] == []


def test_sql_lies_in_sql_files() -> None:
    """Statements of more than a line are files beside their caller."""
    statement = re.compile(
        r'"""\s*(select\s.*\sfrom|insert\s+into|update\s.*\sset|delete\s+from)\s', re.IGNORECASE
    )
    offenders = [
        str(file.relative_to(ROOT))
        for file in tracked()
        if file.suffix == ".py"
        and file.relative_to(ROOT).parts[0] in PACKAGES
        and statement.search(file.read_text(encoding="utf-8"))
    ]

    assert offenders == []
