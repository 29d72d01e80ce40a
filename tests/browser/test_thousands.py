"""Five thousand sensors: pages stay light, the map can be used, and tells who has gone silent."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest
import pytest_asyncio
from playwright.async_api import Page, async_playwright, expect

from api.settings import ApiSettings, LiveSettings
from schemas.settings import DatabaseConnection
from tests.api.conftest import publish, served
from tests.browser.conftest import AXE, PATIENCE, SCREENSHOTS
from tests.browser.install import chromium

pytestmark = [
    pytest.mark.browser,
    pytest.mark.embedded,
    pytest.mark.xdist_group("browser"),
    pytest.mark.timeout(600),
]

THINGS = 5000
SILENT = 7
"""A thing that has said nothing for two days, as every hundredth after it."""
MOST_MARKERS = 400
FILL = Path(__file__).with_name("thousands.sql").read_text(encoding="utf-8")


@pytest_asyncio.fixture
async def owner(embedded_database: DatabaseConnection) -> AsyncIterator[asyncpg.Connection]:
    """Yield a connection to a database with five thousand things in it."""
    if chromium() is None or not AXE.exists():
        pytest.skip("not installed: Chromium, or what npm brings (make browser portal)")
    connection = await asyncpg.connect(embedded_database.dsn.get_secret_value())
    await connection.execute(FILL)
    yield connection
    await connection.close()


@pytest_asyncio.fixture
async def page(
    embedded_database: DatabaseConnection, owner: asyncpg.Connection
) -> AsyncIterator[Page]:
    """Yield a page of a browser whose relative addresses are those of the portal."""
    assert owner
    settings = ApiSettings(database=embedded_database, live=LiveSettings(poll_seconds=0.5))
    async with served(settings) as base, async_playwright() as playwright:
        program = await playwright.chromium.launch(
            executable_path=chromium(), args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        context = await program.new_context(
            base_url=base, viewport={"width": 1280, "height": 900}, reduced_motion="reduce"
        )
        context.set_default_timeout(PATIENCE)
        expect.set_options(timeout=PATIENCE)
        yield await context.new_page()
        await program.close()


async def settled(page: Page) -> None:
    """Wait until the map has its markers."""
    await page.locator("[data-map]").scroll_into_view_if_needed()
    await expect(page.locator(".leaflet-marker-icon.cluster, .pin").first).to_be_attached()


async def test_pages_of_thousands_are_light_and_their_map_joins_what_is_near(
    page: Page, capsys: pytest.CaptureFixture[str]
) -> None:
    session = await page.context.new_cdp_session(page)
    await session.send("Network.enable")
    sizes: list[int] = []
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    await page.goto("/")
    await page.wait_for_selector(".pause")
    first = sum(sizes)
    assert await page.locator(".reading [data-value]").count() >= 4
    await page.goto("/map")
    await settled(page)
    await page.screenshot(path=SCREENSHOTS / "thousands.png")
    numbers = await page.locator(".cluster").all_inner_texts()
    pins = await page.locator(".pin").count()

    with capsys.disabled():
        print(f"\n{THINGS} things: first page {first} bytes, with the map {sum(sizes)}")  # noqa: T201
    assert 10_000 < first <= 150_000
    assert sum(sizes) <= 600_000
    assert sum(int(one) for one in numbers) + pins == THINGS
    assert len(numbers) + pins <= MOST_MARKERS
    assert await page.locator("tr[data-stream]").count() == 100


async def test_a_value_changes_where_one_looks_among_thousands(
    page: Page, owner: asyncpg.Connection
) -> None:
    await page.goto("/map")
    await settled(page)
    while not await page.locator(".pin:visible").count():
        before = await page.locator(".leaflet-marker-pane").inner_html()
        await page.locator(".cluster").first.press("Enter")
        await page.wait_for_function(
            "(before) => document.querySelector('.leaflet-marker-pane').innerHTML !== before",
            arg=before,
        )
    name = await page.locator(".pin").first.get_attribute("aria-label") or ""
    thing = int(re.match(r"Meetpunt (\d+)", name)[1])  # type: ignore[index]
    pin = page.locator(f".pin[aria-label^='Meetpunt {thing}:'] b")
    await publish(owner, (2 * thing, datetime.now(UTC), 77.25))

    await expect(pin).to_have_text("77,25")
    await page.locator("input[name=title]").fill(f"meetpunt {thing}")
    await page.locator(".choices button").click()
    await page.wait_for_url(re.compile("title=meetpunt"))
    shown = await page.locator("tr[data-stream] th").all_inner_texts()
    assert shown
    assert all(str(thing) in one for one in shown)


async def test_a_silent_sensor_is_shown_as_silent_until_it_speaks(
    page: Page, owner: asyncpg.Connection
) -> None:
    datastream = 2 * SILENT
    await page.goto(f"/things/{SILENT}")
    reading = page.locator(f".reading[data-stream='{datastream}']")
    await expect(reading).to_have_class(re.compile("silent"))
    await expect(reading.locator("[data-state]")).to_have_text("Stil")
    await settled(page)
    await expect(page.locator(".pin .silent")).to_be_attached()
    await page.locator(".pin").click()
    await expect(page.locator(".tells .flag").first).to_have_text("Stil")
    await page.screenshot(path=SCREENSHOTS / "silent.png", full_page=True)
    assert urlsplit(page.url).path == f"/things/{SILENT}"

    await publish(owner, (datastream, datetime.now(UTC), 12.5))

    await expect(reading.locator("[data-value]")).to_have_text("12,5")
    await expect(reading).not_to_have_class(re.compile("silent"))
    await expect(reading.locator("[data-state]")).to_have_count(0)
    await expect(page.locator(".pin .silent")).to_have_count(0)
