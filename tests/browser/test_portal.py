"""The pages in a real browser: live, light, with a keyboard alone, on a phone, for everybody."""

import re
import time
from collections import deque
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import AXE, CITY, PATIENCE, SCREENSHOTS, Scheme, Visitor, send_air
from tests.journey.running import Up, eventually

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), pytest.mark.timeout(600)]

KINDS = {
    "/": "/",
    "/map": "/map",
    "/cities": "/cities",
    "city": f"/cities/{CITY}",
    "dataset": f"/cities/{CITY}/air-quality",
    "thing": "/things/{thing}",
    "datastream": "/datastreams/{datastream}",
    "flagged": "/datastreams/{flagged}",
    "announced": "/things/{announced}",
    "/sensor-types": "/sensor-types",
    "sensor type": "/sensor-types/telraam/v2",
    "/developers": "/developers",
    "/status": "/status",
    "/accessibility": "/accessibility",
    "/docs": "/docs",
    "charter": f"/charter/{CITY}",
    "entity": "/id/thing/{thing}",
    "problem": "/cities/nergens",
}
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
PATTERNS = (
    "/", "/map", "/cities", r"/cities/[a-z-]+", r"/cities/[a-z-]+/[a-z-]+", r"/things/\d+",
    r"/datastreams/\d+", "/sensor-types", "/sensor-types/.+/.+", "/developers", "/status",
    "/accessibility", "/docs", "/charter/.+", r"/id/thing/\d+",
)  # fmt: skip


def stream_of(site: Up, thing: str) -> tuple[int, int]:
    """Return the numbers of a thing and of what it says of PM10."""
    found = site.get(
        "/sensorthings/v1.1/Datastreams",
        params={
            "$filter": f"Thing/properties/name eq '{thing}' and properties/name eq 'pm10'",
            "$expand": "Thing",
        },
    ).json()["value"]
    return found[0]["Thing"]["@iot.id"], found[0]["@iot.id"]


def announced_by(site: Up) -> int:
    """Return the number of a car park that the city announces, and that never sent anything."""
    found = site.get(
        "/sensorthings/v1.1/Things", params={"$filter": "properties/name eq 'parking-dorpsplein'"}
    ).json()["value"]
    number: int = found[0]["@iot.id"]
    return number


def address_of(site: Up, kind: str) -> str:
    thing, datastream = stream_of(site, "esp8266-990101")
    _, flagged = stream_of(site, "kapot")
    return KINDS[kind].format(
        thing=thing, datastream=datastream, flagged=flagged, announced=announced_by(site)
    )


def test_a_value_changes_on_page_map_and_chart_when_it_is_published(
    site: Up, visitor: Visitor, capsys: pytest.CaptureFixture[str]
) -> None:
    _, datastream = stream_of(site, "esp8266-990101")
    pages = {
        "first page": (visitor.page("/"), f"[data-stream='{datastream}'] [data-value]"),
        "map": (visitor.page(f"/map?city={CITY}&theme=air-quality"), ".pin b"),
        "datastream": (visitor.page(f"/datastreams/{datastream}"), ".big [data-value]"),
    }
    map_page, pin = pages["map"]
    expect(map_page.locator(pin).first).to_be_visible(timeout=PATIENCE)
    expect(pages["datastream"][0].locator(".uplot canvas")).to_be_visible(timeout=PATIENCE)

    for number, (name, (page, place)) in enumerate(pages.items()):
        page.bring_to_front()
        began = time.monotonic()
        send_air(site, 700 + number)
        expect(page.locator(place).filter(has_text=f"{700 + number}").first).to_be_visible(
            timeout=PATIENCE
        )
        with capsys.disabled():
            print(f"\n{name}: changed {time.monotonic() - began:.2f} s after it was sent")  # noqa: T201


def test_every_page_is_three_clicks_from_the_first(site: Up) -> None:
    base = site.facts["api"]
    clicks = {"/": 0}
    waiting = deque(["/"])
    with httpx.Client(base_url=base, headers={"Accept": "text/html"}, timeout=60) as http:
        while waiting:
            path = waiting.popleft()
            answer = http.get(path)
            if clicks[path] == 3 or "text/html" not in answer.headers["content-type"]:
                continue
            for found in re.findall(r'<a[^>]+href="(/[^"#?]*)', answer.text):
                if found not in clicks and any(re.fullmatch(one, found) for one in PATTERNS):
                    clicks[found] = clicks[path] + 1
                    waiting.append(found)

    far = [one for one in PATTERNS if not any(re.fullmatch(one, path) for path in clicks)]
    assert far == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_is_for_everybody(site: Up, visitor: Visitor, kind: str) -> None:
    """No fault for axe, in two languages, light and dark; nothing beyond the edge of a phone."""
    address = address_of(site, kind)
    faults: list[Any] = []
    looks: tuple[tuple[str, int, Scheme], ...] = (("nl", 375, "light"), ("en", 1280, "dark"))
    for language, width, scheme in looks:
        page = visitor.page(f"{address}?lang={language}", width=width, scheme=scheme)
        settle(page)
        page.screenshot(path=SCREENSHOTS / f"{name_of(kind)}-{width}-{scheme}.png", full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.evaluate(AXE.read_text(encoding="utf-8"))
        for one in SCHEMES:
            page.emulate_media(color_scheme=one)
            faults += axe(page, one)
    if kind == "problem":
        visitor.complaints.clear()  # the browser says that the page is a 404

    assert faults == []


def settle(page: Page) -> None:
    """Wait for map and chart, where the page has one."""
    if page.locator("[data-map]").count():
        page.locator("[data-map]").scroll_into_view_if_needed()
        expect(page.locator(".leaflet-marker-icon").first).to_be_attached(timeout=PATIENCE)
    if page.locator("[data-chart] svg").count():
        expect(page.locator(".uplot canvas")).to_be_visible(timeout=PATIENCE)
    page.evaluate("scrollTo(0, 0)")


def axe(page: Page, scheme: Scheme) -> list[Any]:
    """Return what axe finds wrong by WCAG 2.1 AA and good practice."""
    found = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
    return [
        (
            page.url,
            scheme,
            one["id"],
            [(node["html"], node["failureSummary"]) for node in one["nodes"][:3]],
        )
        for one in found["violations"]
    ]


def name_of(kind: str) -> str:
    return kind.strip("/").replace(" ", "-") or "first"


def test_the_pages_are_light(
    site: Up, visitor: Visitor, capsys: pytest.CaptureFixture[str]
) -> None:
    """Bytes over the network, compressed: the first page, and all that a visit may load."""
    page = visitor.page()
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    sizes: list[int] = []
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    page.goto(visitor.base + "/")
    page.wait_for_selector(".pause")
    first = sum(sizes)
    settle(page)
    page.goto(visitor.base + address_of(site, "datastream"))
    settle(page)
    page.goto(visitor.base + "/map")
    settle(page)

    with capsys.disabled():
        print(f"\nfirst page: {first} bytes; with map and chart: {sum(sizes)}")  # noqa: T201
    assert 10_000 < first <= 150_000
    assert sum(sizes) <= 600_000


def test_a_keyboard_is_enough(site: Up, visitor: Visitor) -> None:
    page = visitor.page("/")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()

    page.goto(f"{visitor.base}/map?city={CITY}&theme=air-quality")
    settle(page)
    tab_to(page, ".leaflet-marker-icon.pin")
    page.keyboard.press("Enter")
    expect(page.locator(".tells h3 a").first).to_be_visible()
    tab_to(page, ".tells h3 a")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/things/\d+"))
    tab_to(page, ".reading")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/datastreams/\d+"))


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until something has the focus."""
    for _ in range(200):
        page.keyboard.press("Tab")
        if page.evaluate("(selector) => document.activeElement?.matches(selector)", selector):
            return
    raise AssertionError(f"{selector} is not reached by Tab")


def test_values_can_be_stopped_and_go_on_where_they_were(site: Up, visitor: Visitor) -> None:
    _, datastream = stream_of(site, "esp8266-990101")
    page = visitor.page(f"/datastreams/{datastream}")
    value = page.locator(".big [data-value]")
    send_air(site, 501)
    expect(value).to_have_text("501", timeout=PATIENCE)

    page.locator(".pause").click()
    send_air(site, 502)
    eventually(lambda: site.observations(CITY, "esp8266-990101", "pm10")[-1]["result"] == 502)
    expect(value).to_have_text("501")
    page.locator(".pause").click()

    expect(value).to_have_text("502", timeout=PATIENCE)


def test_pages_say_all_without_scripts(site: Up, visitor: Visitor) -> None:
    _, flagged = stream_of(site, "kapot")
    page = visitor.page(f"/datastreams/{flagged}", java_script_enabled=False)

    expect(page.locator(".big [data-value]")).to_have_text("99.999")
    expect(page.locator(".now .flag").first).to_have_text("Onwaarschijnlijk hoog")
    page.goto(visitor.base + address_of(site, "datastream"))
    expect(page.locator(".chart svg .line")).to_be_attached()


def test_a_map_shows_a_doubt_beside_the_value(site: Up, visitor: Visitor) -> None:
    thing, _ = stream_of(site, "esp8266-990101")
    page = visitor.page(f"/things/{thing}?lang=en")
    settle(page)
    page.locator(".pin").first.click()

    expect(page.locator(".tells")).to_contain_text("µg/m³")
    expect(page.locator(".tells")).to_contain_text("ago")


def test_a_sensor_that_never_sent_anything_is_on_the_map(site: Up, visitor: Visitor) -> None:
    page = visitor.page(f"/map?city={CITY}&theme=parking")
    pin = page.get_by_label("Parking Dorpsplein: nog niets ontvangen")
    expect(page.locator(".announcements")).to_contain_text("Parking Dorpsplein")
    pin.click()
    expect(page.locator(".tells")).to_contain_text("nog niets ontvangen")
    page.screenshot(path=SCREENSHOTS / "map-announced-1280-light.png", full_page=True)
    page.locator(".tells h3 a").click()
    page.wait_for_url(f"**/things/{announced_by(site)}")

    expect(page.locator("main")).to_contain_text("Beheert u deze sensor?")
