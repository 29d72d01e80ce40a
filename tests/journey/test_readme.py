"""Every example of the README is run as it stands there."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.documentation import FILES, written
from tests.journey.running import Up, eventually, up

ROOT = Path(__file__).parent.parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
MAKE, CONNECT, SEND, LETTERS, WORK = EXAMPLES


def shell(script: str, platform: Up) -> str:
    """Run an example, with the test's own data directory and ports in place of the usual ones."""
    script = (
        script.replace("http://127.0.0.1:8080", platform.facts["api"])
        .replace("http://127.0.0.1:8081", platform.facts["ingest"])
        .replace("stadspuls-data", str(platform.installation.data_dir))
        .replace("curl ", "curl --silent --show-error --fail ")
        .replace("stadspuls ", f"{sys.executable} -m deploy.command ")
    )
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        capture_output=True, text=True, check=False, cwd=ROOT, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.embedded
def test_city_of_the_readme_is_connected_and_its_reading_is_open(tmp_path: Path) -> None:
    check, add, start = CONNECT.strip().splitlines()
    assert start == "stadspuls up --data-dir stadspuls-data"
    with up(tmp_path, services="embedded", packs=[ROOT / "deploy/cities/vlierhove"]) as platform:
        assert "vlierhove: in order" in shell(check, platform)
        assert "vlierhove: added" in shell(add, platform)
        send, read = re.split(r"\n(?=curl)", SEND.strip())
        eventually(platform.takes_readings)
        assert '"status":202' in shell(send, platform)

        found = eventually(lambda: json.loads(shell(read, platform))["value"])
        assert found[0]["properties"]["theme"] == "traffic"
        assert shell(LETTERS, platform) == "no dead letters\n"


@pytest.mark.parametrize("line", re.findall(r"^make \w+", MAKE + WORK, re.MULTILINE))
def test_target_of_the_readme_is_in_the_makefile(line: str) -> None:
    target = line.split()[1]

    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.MULTILINE)


def test_tests_that_the_readme_runs_are_there() -> None:
    folders = re.findall(r"^\.venv/bin/pytest .*?(tests/\w+)", WORK, re.MULTILINE)

    assert len(folders) == 2
    assert all((ROOT / one).is_dir() for one in folders)


@pytest.mark.parametrize("file", FILES, ids=str)
def test_made_parts_of_documents_are_current(file: Path) -> None:
    """Run `python -m deploy.documentation` and commit what it writes."""
    text = (ROOT / file).read_text(encoding="utf-8")

    assert text == written(file, text)


@pytest.mark.parametrize("file", [*ROOT.glob("*.md"), *ROOT.glob("[!.]*/README.md")], ids=str)
def test_links_lead_somewhere(file: Path) -> None:
    for target in re.findall(r"\]\((?!https?://|#)([^)#]+)", file.read_text(encoding="utf-8")):
        assert (file.parent / target).exists(), target
