"""Puts the remote contexts of a JSON-LD document into it, for a parser that fetches nothing."""

import json
from collections.abc import Awaitable, Callable
from typing import Any, Final
from urllib.parse import urljoin

Fetch = Callable[[str], Awaitable[bytes]]
_DEEPEST: Final = 4


async def with_contexts_inside(body: bytes, base: str, fetch: Fetch) -> tuple[bytes, set[str]]:
    """Return the document with its contexts inside, and the addresses that those had.

    Raises:
        ValueError: it, or one of its contexts, is no JSON.
    """
    found: set[str] = set()
    document = await _inside(json.loads(body), base, fetch, found, 0)
    return (json.dumps(document).encode() if found else body), found


async def _inside(value: Any, base: str, fetch: Fetch, found: set[str], depth: int) -> Any:
    if isinstance(value, list):
        return [await _inside(item, base, fetch, found, depth) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        key: await _context(item, base, fetch, found, depth)
        if key == "@context"
        else await _inside(item, base, fetch, found, depth)
        for key, item in value.items()
    }


async def _context(value: Any, base: str, fetch: Fetch, found: set[str], depth: int) -> Any:
    if isinstance(value, list):
        return [await _context(item, base, fetch, found, depth) for item in value]
    if not isinstance(value, str):
        return await _inside(value, base, fetch, found, depth)
    if depth >= _DEEPEST:
        raise ValueError(f"contexts refer to contexts more than {_DEEPEST} deep")
    address = urljoin(base, value)
    found.add(address)
    remote = json.loads(await fetch(address))
    return await _context(remote.get("@context"), address, fetch, found, depth + 1)
