"""What our processes tell of themselves: counts, and what they wait for."""

import asyncio
import re
import urllib.error
from collections.abc import Mapping
from typing import NamedTuple

from prometheus_client.parser import text_string_to_metric_families

from deploy.part import Part
from deploy.readiness import ask
from schemas import telemetry
from tests.faults.pipeline import Pipeline

_PATIENCE_SECONDS = 120.0
_PAUSE_SECONDS = 0.2


async def counted(made: Pipeline, metric: telemetry.Metric) -> int:
    """Return what the gateway counts of a metric, over all its labels."""
    text = (await ask(made.part("ingest").listener, "/metrics")).decode()
    families = text_string_to_metric_families(text)
    return int(sum(s.value for one in families if one.name == metric.name for s in one.samples))


class Words(NamedTuple):
    """By what one knows that a process waits: words of its `/ready`, a pattern of its log."""

    ready: str
    log: str


class Listener:
    """Hears from now on what processes say.

    Args:
        parts: by name.
    """

    def __init__(self, parts: Mapping[str, Part]) -> None:
        self._parts = dict(parts)
        self._log_ends = {name: one.log.stat().st_size for name, one in parts.items()}
        self._pids = {name: one.pid for name, one in parts.items()}

    @property
    def still_run(self) -> bool:
        """Whether the processes of the beginning run, and no others in their place."""
        return self._pids == {name: one.pid for name, one in self._parts.items() if one.running}

    async def waits(self, wanted: Mapping[str, Words]) -> None:
        """Return when each of some processes says in both places what it waits for.

        Raises:
            TimeoutError: one does not.
        """
        async with asyncio.timeout(_PATIENCE_SECONDS):
            for name, words in wanted.items():
                while not await self._says(name, words):  # noqa: ASYNC110 - a process's words
                    await asyncio.sleep(_PAUSE_SECONDS)

    async def _says(self, name: str, words: Words) -> bool:
        part = self._parts[name]
        with part.log.open("rb") as file:
            file.seek(self._log_ends[name])
            logged = file.read().decode(errors="replace")
        return bool(re.search(words.log, logged)) and words.ready in await _late(part)


async def _late(part: Part) -> str:
    """Return what a process that is not ready answers, nothing while it is ready."""
    try:
        await ask(part.listener)
    except urllib.error.HTTPError as late:
        return late.read().decode()
    except OSError:
        pass  # busy
    return ""
