"""Every example of the pages works when it is pasted."""

import html
import re
import subprocess
import sys
from collections.abc import Sequence

import pytest

from tests.browser.conftest import CITY, Visitor, send_air
from tests.journey.running import Up

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), pytest.mark.timeout(600)]


def examples_on(site: Up, path: str) -> list[tuple[str, str]]:
    """Return the language and the code of each example of a page; lines of a shell by default."""
    text = site.get(path, headers={"Accept": "text/html"}).text
    found = re.findall(
        r'(?:data-language="(\w+)"[^§]*?)?<pre[^>]*><code>(.*?)</code>', text, re.DOTALL
    )
    return [(language or "sh", html.unescape(code)) for language, code in found]


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
    examples = [one for one in examples_on(site, path) if one[0] != "javascript"]

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
