"""Examples of our pages, as a reader pastes them."""

import contextlib
import html
import os
import queue
import re
import subprocess
import threading
from collections.abc import Iterable, Iterator, Sequence

from tests.journey.running import Up


def examples_on(site: Up, path: str) -> list[tuple[str, str]]:
    """Return the language and the code of each example of a page; lines of a shell by default."""
    text = site.get(path, headers={"Accept": "text/html"}).text
    found = re.findall(
        r'(?:data-language="(\w+)"[^§]*?)?<pre[^>]*><code>(.*?)</code>', text, re.DOTALL
    )
    return [(language or "sh", html.unescape(code)) for language, code in found]


def the_one_with(site: Up, words: str) -> str:
    """Return the example of the developers' page that has some words in it."""
    [code] = [code for _, code in examples_on(site, "/developers") if words in code]
    return code


@contextlib.contextmanager
def running(program: Sequence[str], **variables: str) -> Iterator["queue.Queue[str]"]:
    """Run a program, and yield what it says, line by line; then it is ended."""
    said: queue.Queue[str] = queue.Queue()
    process = subprocess.Popen(
        program, stdout=subprocess.PIPE, text=True, env={**os.environ, **variables}
    )
    assert process.stdout is not None
    reader = threading.Thread(target=_read, args=(process.stdout, said))
    reader.start()
    try:
        yield said
    finally:
        process.kill()
        process.wait()
        reader.join()
        process.stdout.close()


def _read(lines: Iterable[str], said: "queue.Queue[str]") -> None:
    for one in lines:
        said.put(one)
