"""A stream that is being written, held against rules: Smart Flanders' and our own checker's."""

import json
import re

import httpx
import pytest

from tests.clients.npm_programs import run
from tests.clients.site import Site
from tests.clients.writing import measuring
from tests.journey.running import eventually, stadspuls

pytestmark = [pytest.mark.clients, pytest.mark.xdist_group("event streams")]

CHECKS = {
    "Accessable", "License", "Cache-Control", "ETag", "Access-Control-Allow-Origin", "Rdf",
    "Fragmented", "Timestamped",
}  # fmt: skip


@pytest.fixture(scope="module")
def written(site: Site) -> Site:
    """Return a stream with at least one closed page."""
    with measuring(site.platform, "plein", observations=1600, per_second=1000):
        pass
    eventually(lambda: site.platform.get(f"{site.path}/page/2").is_success)
    return site


@pytest.mark.parametrize("page", ["root", "historic", "live"])
def test_smart_flanders_validator_is_content(written: Site, page: str) -> None:
    address = written.url if page == "root" else f"{written.url}/page/1"
    if page == "live":
        now = httpx.get(written.url, params={"time": "2999-01-01T00:00:00Z"})
        address = now.headers["location"]
    is_closed = "immutable" in httpx.get(address).headers["cache-control"]
    report = run("sfvalidator", address)

    assert is_closed == (page == "historic")
    assert set(re.findall(r"([A-Za-z-]+) ✓", report)) == CHECKS, report
    assert not re.findall(r"[✗○]", report), report


def test_checker_finds_nothing_while_the_stream_is_written(written: Site) -> None:
    with measuring(written.platform, "dreef", observations=5600, per_second=700):
        checked = stadspuls(
            "ldes", "check", written.url, "--strict", "--json", "--watch", "1", check=False
        )

    facts = json.loads(checked.stdout)
    outcomes = {rule["id"]: rule["outcome"] for rule in facts["rules"]}
    assert [rule for rule in facts["rules"] if rule["outcome"] == "violated"] == []
    assert checked.returncode == 0
    assert facts["cut"] == ""
    for rule in ("tree.contained", "http.formats-agree", "members.shape", "closed.unchanged"):
        assert outcomes[rule] == "passed", rule
