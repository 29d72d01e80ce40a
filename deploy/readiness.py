"""Ask a server of ours: whether it can serve, and what else it tells."""

import asyncio
import ssl
import urllib.request
from typing import Final

from schemas.errors import Unavailable
from schemas.settings import HttpListener

_ASK_SECONDS: Final = 2.0
_PAUSE_SECONDS: Final = 0.05


async def ask(listener: HttpListener, path: str = "/ready") -> bytes:
    """Return what a server answers; by default, whether it is ready.

    Raises:
        OSError: it does not answer, or answers with an error.
    """
    return await asyncio.to_thread(_ask, listener, path)


async def until_ready(listener: HttpListener, *, patience_seconds: float) -> None:
    """Wait until a server says that it is ready.

    Raises:
        Unavailable: it did not within the time.
    """
    try:
        async with asyncio.timeout(patience_seconds):
            while not await _is_ready(listener):  # noqa: ASYNC110 - it tells only who asks
                await asyncio.sleep(_PAUSE_SECONDS)
    except TimeoutError:
        raise Unavailable(f"{listener.address}/ready did not say that it is ready") from None


async def _is_ready(listener: HttpListener) -> bool:
    try:
        await ask(listener)
    except OSError:
        return False
    return True


def _ask(listener: HttpListener, path: str) -> bytes:
    trust = None
    if listener.certificate_file:
        trust = ssl.create_default_context(cafile=str(listener.certificate_file))
    address = f"{listener.address}{path}"
    with urllib.request.urlopen(address, timeout=_ASK_SECONDS, context=trust) as answer:  # noqa: S310
        body: bytes = answer.read()
    return body
