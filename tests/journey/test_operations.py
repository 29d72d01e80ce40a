"""The page for those who look after an installation: its commands, run as they stand there."""

import asyncio
import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest

from deploy.installation import EXAMPLES
from tests.deploy.grafana.fake_grafana import TOKEN, fake_grafana
from tests.journey.running import ROOT, Up, eventually, stadspuls, up

PAGE = (ROOT / "deploy/README.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^### ([^\n]+)\n(.*?)(?=^##)", PAGE, re.DOTALL | re.MULTILINE))
RULES = "    retention: {observations: P900D, aggregates: P5475D}\n"
pytestmark = [pytest.mark.embedded, pytest.mark.xdist_group("operations")]
GOOD = (
    b'{"segment_id": 1, "date": "2026-10-02T08:00:00Z", "interval": "hourly", "uptime": 0.8, '
    b'"car": 120}'
)


def commands(section: str) -> list[str]:
    """Return the command lines of a section."""
    blocks = re.findall(r"```sh\n(.*?)```", SECTIONS[section], re.DOTALL)
    return [line for block in blocks for line in block.strip().splitlines()]


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """A platform that has taken a good reading and one that it rejected."""
    folder = tmp_path_factory.mktemp("operations")
    folder.chmod(0o755)
    pack = folder / "pack"
    shutil.copytree(EXAMPLES / "vlierhove", pack)
    text = (pack / "city.yaml").read_text()
    (pack / "city.yaml").write_text(
        text.replace("  - theme: air-quality", f"{RULES}  - theme: air-quality")
    )
    with up(folder / "data", services="embedded", packs=[pack]) as running:
        for payload in (GOOD, b"{"):
            answer = running.post(
                "/ingest/vlierhove/telraam/v2/dorpsstraat", city="vlierhove", content=payload
            )
            assert answer.status_code == httpx.codes.ACCEPTED
        eventually(running.dead_letters)
        eventually(lambda: running.observations("vlierhove", "dorpsstraat", "car"))
        yield running


def run(platform: Up, line: str) -> str:
    """Run a command of the page on the test's own installation."""
    words = shlex.split(line)
    assert words[0] == "stadspuls"
    return stadspuls(*words[1:], "--data-dir", str(platform.installation.data_dir)).stdout


def test_dead_letters_are_listed_shown_and_would_be_replayed(platform: Up) -> None:
    listed, shown, replayed = (run(platform, line) for line in commands("Dead letters"))

    assert "       1  payload.malformed  (0 replayed)" in listed
    assert "telraam/v2 of vlierhove: 1 of 2 rejected (50.0%) in 24 hours" in listed
    assert "ALARM" in listed
    assert "reason       payload.malformed: The message cannot be decoded" in shown
    assert replayed == "1 dead letters would be given back to the pipeline\n"


def test_rules_of_retention_are_told_with_what_would_go_and_what_went(platform: Up) -> None:
    rules, plan, log = (run(platform, line) for line in commands("How long data is kept"))

    assert (
        "vlierhove/traffic: observations P900D, aggregates P5475D, deadLetters as the rest"
        in rules
    )
    assert "vlierhove/weather: observations for ever" in rules
    assert plan == log == ""


def test_captured_request_that_is_sent_again_has_no_effect(platform: Up) -> None:
    before = of_the_second(platform)
    later = GOOD.replace(b"2026-10-02", b"2026-10-05")
    for payload in (GOOD, GOOD, later):  # one source, so they stay in this order
        path = "/ingest/vlierhove/telraam/v2/dorpsstraat"
        answer = platform.post(path, city="vlierhove", content=payload)
        assert answer.status_code == httpx.codes.ACCEPTED
    eventually(lambda: len(platform.observations("vlierhove", "dorpsstraat", "car")) > 1)

    assert of_the_second(platform) == before
    assert len(platform.observations("vlierhove", "dorpsstraat", "car")) == 2


def of_the_second(platform: Up) -> list[Any]:
    """Return what was counted on 2 October."""
    found = platform.observations("vlierhove", "dorpsstraat", "car")
    return [one for one in found if one["phenomenonTime"].startswith("2026-10-02")]


def test_data_that_must_not_have_been_collected_is_counted_erased_and_leaves_a_trace(
    platform: Up,
) -> None:
    survey, erase, traces = commands("Data that must not have been collected")
    assert "observations 1, versions 0, aggregates 3, lastValues 0, deadLetters 1" in run(
        platform, survey
    )
    assert of_the_second(platform)

    said = run(platform, erase)

    assert "observations 1" in said
    assert "The embedded Kafka has the records in memory until it stops." in said
    assert of_the_second(platform) == []
    assert platform.dead_letters() == []
    assert "counted without a legal ground (finished" in run(platform, traces)


def test_copy_of_the_running_platform_is_restored(platform: Up, tmp_path: Path) -> None:
    backup, restore = commands("A copy, and back")
    copied = run(platform, backup.replace("stadspuls-copy", str(tmp_path / "copy")))
    words = shlex.split(restore.replace("stadspuls-copy", str(tmp_path / "copy")))[1:]

    words[words.index("stadspuls-restored")] = str(tmp_path / "restored")
    stadspuls(*words)

    assert "everything up to sequence" in copied
    assert (tmp_path / "copy").stat().st_mode & 0o077 == 0
    for name in (
        "cities/vlierhove/city.yaml",
        "secrets/key.vlierhove",
        "database/cluster/PG_VERSION",
    ):
        assert (tmp_path / "restored" / name).exists()
    key = platform.installation.http_key("vlierhove")
    assert (tmp_path / "restored/secrets/key.vlierhove").read_text().strip() == key


def test_dashboards_are_brought_to_a_grafana_that_reads_with_a_user_of_its_own(
    platform: Up, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STADSPULS_GRAFANA_TOKEN", TOKEN)
    _, provision = commands("Grafana")
    with fake_grafana() as grafana:
        line = provision.replace("http://127.0.0.1:3000", grafana.address)
        first, second = run(platform, line).splitlines(), run(platform, line).splitlines()
        source = grafana.kept["datasources", "stadspuls"]
        seen = asyncio.run(_cities_seen_by(source))

    assert {one.split()[0] for one in first} == {"made"}
    assert {one.split()[0] for one in second} == {"unchanged"}
    assert len(first) == len(second) == 10
    assert seen == ["vlierhove"]


async def _cities_seen_by(source: dict[str, Any]) -> list[str]:
    """Look into the database as Grafana would."""
    host, port = source["url"].split(":")
    connection = await asyncpg.connect(
        host=host, port=int(port), user=source["user"], database=source["jsonData"]["database"],
        password=source["secureJsonData"]["password"],
    )  # fmt: skip
    try:
        return [row["city"] for row in await connection.fetch("select city from dashboard.city")]
    finally:
        await connection.close()


def test_every_query_of_the_dashboards_answers(platform: Up) -> None:
    check, *_ = commands("Grafana")

    tried = run(platform, check).splitlines()

    assert len(tried) > 30
    assert all(re.search(r"\d+ rows in \d+ ms$", one) for one in tried)


def test_status_tells_what_came_and_that_every_process_works(platform: Up) -> None:
    def working() -> Any:
        status = httpx.get(platform.facts["api"] + "/status", timeout=60).json()
        return status if status["state"] == "working" else None

    status = eventually(working)
    [city] = [one for one in status["cities"] if one["city"] == "vlierhove"]

    assert {one["name"] for one in status["processes"]} == {
        "api", "ingest", "normalise", "store", "aggregate", "ldes", "webhooks",
    }  # fmt: skip
    assert status["lag"]["recordsToStore"] == 0
    assert city["day"]["normalised"] >= 1
    assert city["day"]["rejected"] >= 1


def test_keys_and_passwords_that_leaked_open_nothing_any_more(platform: Up) -> None:
    key = platform.installation.http_key("vlierhove")
    word = platform.installation.mqtt_password("vlierhove", "sensors")
    assert platform.opens("vlierhove", word)
    for line in commands("A key or password that leaked"):
        run(platform, line)

    eventually(lambda: not platform.opens("vlierhove", word))
    eventually(platform.takes_readings)
    assert not platform.opens("vlierhove", word)
    assert platform.opens("vlierhove", platform.installation.mqtt_password("vlierhove", "sensors"))
    shown: dict[str, Any] = {"headers": {"Authorization": f"Bearer {key}"}, "timeout": 60}
    path = "/ingest/vlierhove/telraam/v2/x"
    asked = httpx.get(platform.facts["api"] + "/quality", **shown)
    sent = httpx.post(platform.facts["ingest"] + path, content=GOOD, **shown)
    assert [asked.status_code, sent.status_code] == [httpx.codes.UNAUTHORIZED] * 2
    assert platform.post(path, city="vlierhove", content=GOOD).is_success
    assert platform.get("/quality").is_success
