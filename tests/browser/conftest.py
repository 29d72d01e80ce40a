"""One platform and one Chromium for all tests of the pages."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, sync_playwright

from tests.browser.install import chromium
from tests.journey.running import Up, eventually, up
from tests.journey.test_journey import telraam

CITY = "vlierhove"
SCREENSHOTS = Path(sys.prefix) / "screenshots"
AXE = Path(sys.prefix) / "portal" / "node_modules" / "axe-core" / "axe.min.js"
PATIENCE = 90_000
HOURS = f"/observations.json?city={CITY}&theme=air-quality&aggregate=hour"
Scheme = Literal["light", "dark"]


def send_air(platform: Up, pm10: float, *, thing: str = "esp8266-990101") -> None:
    """Let an air sensor say something, at this moment."""
    values = {"SDS_P1": pm10, "SDS_P2": pm10 / 2, "BME280_temperature": 4.5}
    payload = {
        "esp8266id": 990101,
        "sensordatavalues": [{"value_type": k, "value": f"{v:.2f}"} for k, v in values.items()],
    }
    path = f"/ingest/{CITY}/sensor-community/airrohr/{thing}"
    platform.post(path, city=CITY, json=payload).raise_for_status()


@pytest.fixture(scope="package")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """A platform with counters, an air sensor, one that says what cannot be, and a dead letter."""
    if chromium() is None or not AXE.exists():
        pytest.skip("not installed: Chromium, or what npm brings (make browser portal)")
    data_dir = tmp_path_factory.mktemp("browser")
    data_dir.chmod(0o755)
    with up(
        data_dir,
        services="embedded",
        STADSPULS_WEBHOOK_HTTP="true",
        STADSPULS_WEBHOOK_NETWORKS='["127.0.0.0/8"]',
    ) as running:
        for city, thing in ((CITY, "dorpsstraat"), (CITY, "holleweg"), ("leiedonk", "ringlaan")):
            path = f"/ingest/{city}/telraam/v2/{thing}"
            running.post(path, city=city, json=telraam()).raise_for_status()
        running.post(f"/ingest/{CITY}/telraam/v2/kapot", city=CITY, content="{").raise_for_status()
        send_air(running, 99_999, thing="kapot")
        eventually(lambda: running.observations(CITY, "kapot", "pm10"))
        for number in range(12):  # heard last, so the first page shows this one
            send_air(running, 10 + number)
        eventually(lambda: len(running.observations(CITY, "esp8266-990101", "pm10")) == 12)
        eventually(lambda: running.observations("leiedonk", "ringlaan", "car"))
        eventually(running.dead_letters)
        # Both kinds of dust, each twelve times: the other sensor is there first, and counts none.
        eventually(lambda: sum(hour["count"] for hour in running.get(HOURS).json()) == 24)
        yield running


@pytest.fixture(scope="module")
def browser(site: Up) -> Iterator[Browser]:
    """Chromium, as Debian has it.

    For a module, and no longer: Playwright's loop runs as long, and no other can in its thread.
    """
    with sync_playwright() as playwright:
        program = playwright.chromium.launch(
            executable_path=chromium(), args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        yield program
        program.close()


@dataclass
class Visitor:
    """Somebody who looks at the pages, and all that went over the network for it.

    Attributes:
        complaints: what the browser found wrong: errors of scripts, what a policy forbade.
    """

    base: str
    browser: Browser
    requests: list[Request] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    contexts: list[BrowserContext] = field(default_factory=list)

    def page(
        self, path: str = "", *, width: int = 1280, scheme: Scheme = "light", **more: Any
    ) -> Page:
        """Open a page in a window of its own."""
        viewport = {"width": width, "height": 800 if width < 600 else 900}
        context = self.browser.new_context(
            viewport=viewport,  # type: ignore[arg-type]
            color_scheme=scheme,
            reduced_motion="reduce",
            **more,
        )
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        page.on("request", lambda one: self.requests.append(one))  # noqa: PLW0108, no builtin
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda said: self._hear(said.type, said.text))
        self.contexts.append(context)
        if path:
            page.goto(self.base + path)
        return page

    def foreign(self) -> set[str]:
        """Return the hosts of others that anything was asked of."""
        hosts = {urlsplit(one.url).netloc for one in self.requests if one.url.startswith("http")}
        return hosts - {urlsplit(self.base).netloc}

    def _hear(self, kind: str, text: str) -> None:
        if kind == "error":
            self.complaints.append(text)


@pytest.fixture
def visitor(site: Up, browser: Browser) -> Iterator[Visitor]:
    """A visitor whose pages asked nobody else for anything, and had no error in them."""
    one = Visitor(site.facts["api"], browser)
    yield one
    for context in one.contexts:
        context.close()
    assert one.foreign() == set()
    assert one.complaints == []
