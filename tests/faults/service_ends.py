"""Services that end by themselves, as they do when a disk fails them, and run again."""

import asyncio
from contextlib import suppress

import pytest

from deploy.stack import ServiceFailed
from deploy.stack.service import Service

_PATIENCE_SECONDS = 120.0


async def ended(service: Service) -> None:
    """Return when a service has ended by itself."""
    with pytest.raises(ServiceFailed, match="ended by itself"):
        await asyncio.wait_for(service.died(), _PATIENCE_SECONDS)


async def run_again(service: Service) -> None:
    """Have a service running that may be coming back by itself, or have ended."""
    with suppress(ServiceFailed):
        await service.wait_ready()
    await service.start()
