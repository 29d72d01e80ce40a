"""Whether other city packs are there than those that run, and in order."""

import asyncio
import logging

from deploy.installation import Installation
from schemas.errors import Misconfigured

log = logging.getLogger(__name__)


class PackWatch:
    """Looks at the packs of an installation; wrong ones are told once and not taken over.

    Args:
        installation: whose packs.
        running: the fingerprint of those that run.
    """

    def __init__(self, installation: Installation, running: str) -> None:
        self._installation = installation
        self._running = self._seen = running
        self._refused = ""

    def is_changed(self) -> bool:
        """Tell whether those seen last are others than those that run, right or wrong."""
        return self._seen != self._running

    async def can_take_over(self) -> bool:
        """Tell whether packs that are in order are there to be taken over."""
        packs = self._seen = self._installation.fingerprint()
        if packs in (self._running, self._refused):
            return False
        try:
            await asyncio.to_thread(self._installation.registry)
        except Misconfigured as wrong:
            self._refused = packs
            log.error(  # noqa: TRY400 - the sentence says all that the operator needs
                "changed city packs are not taken over, and those of before go on: %s", wrong
            )
            return False
        return True
