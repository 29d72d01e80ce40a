"""Every example of the pages works when it is pasted."""

import contextlib
import json
import queue
import re
import subprocess
import sys
from collections.abc import Sequence

import httpx
import pytest

from deploy.stack.ports import free_port
from tests.browser.conftest import CITY, PATIENCE, Visitor, send_air
from tests.journey.running import Up
from tests.pasted import examples_on, running, the_one_with

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), pytest.mark.timeout(600)]


def waits(language: str, code: str) -> bool:
    """Tell whether an example waits for something, so that a test of its own runs it."""
    return language == "javascript" or "/live/ws" in code or "webhook" in code


def what_it_says(site: Up, code: str, **variables: str) -> str:
    """Run an example that waits for values until it tells of one, and return that line."""
    with running([sys.executable, "-u", "-c", code], **variables) as said:
        for number in range(PATIENCE // 1000):
            send_air(site, 400 + number)
            with contextlib.suppress(queue.Empty):
                return said.get(timeout=1)
    raise AssertionError(f"nothing was heard by {code}")


def run(program: Sequence[str], site: Up) -> str:
    """Run an example; what goes on for ever is ended when it has said something."""
    process = subprocess.Popen(program, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        return process.stdout.readline()
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


@pytest.mark.parametrize("path", ["/developers", f"/cities/{CITY}/air-quality", "/datastreams/1"])
def test_an_example_works_when_it_is_pasted(site: Up, path: str) -> None:
    examples = [one for one in examples_on(site, path) if not waits(*one)]

    assert len(examples) >= 4
    for language, code in examples:
        shell = ["bash", "-c", code.replace("curl ", "curl --silent --show-error --fail ")]
        said = run([sys.executable, "-c", code] if language == "python" else shell, site)

        assert said.strip(), code


def test_the_example_for_browsers_hears_what_is_published(site: Up, visitor: Visitor) -> None:
    (code,) = [
        code for language, code in examples_on(site, "/developers") if language == "javascript"
    ]
    page = visitor.page("/accessibility")
    said: list[str] = []
    page.on("console", lambda one: said.append(one.text))
    page.evaluate(f"{code}\nnew Promise((opened) => {{ live.onopen = opened; }})")
    send_air(site, 321)

    end = 900
    while not any("321" in one for one in said) and end:
        page.wait_for_timeout(100)
        end -= 1
    assert any("pm10 321" in one for one in said)


def test_the_example_over_websocket_hears_what_is_published(site: Up) -> None:
    said = what_it_says(site, the_one_with(site, "/live/ws"))

    assert re.match(r"(pm10|pm25|air-temperature) [\d.]+ \S+", said)


def test_the_examples_of_webhooks_send_and_receive(site: Up) -> None:
    port = free_port()
    key = site.installation.http_key(CITY)
    receiver = the_one_with(site, "webhook-signature").replace("8000", str(port))
    asking = the_one_with(site, "/live/webhooks").replace(
        "https://uw-toepassing.example/", f"http://127.0.0.1:{port}/"
    )
    asking = asking.replace("curl ", "curl --silent --show-error --fail ")
    with running(["bash", "-c", asking], KEY=key) as answer:
        made = json.loads(answer.get(timeout=PATIENCE / 1000))
    try:
        said = what_it_says(site, receiver, SECRET=made["secret"])
    finally:
        mine = {"Authorization": f"Bearer {key}"}
        gone = httpx.delete(f"{site.facts['api']}/live/webhooks/{made['id']}", headers=mine)

    assert re.match(r"\S+ [\d.]+", said)
    assert gone.status_code == 204
