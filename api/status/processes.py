"""Our other processes, as they tell of themselves: whether each works, and what waits for it."""

import asyncio
import ssl
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Final, Literal, NamedTuple, TypeAlias

import httpx
from prometheus_client.parser import text_string_to_metric_families

from schemas import telemetry
from schemas.settings import HttpListener
from schemas.telemetry import Metric

State: TypeAlias = Literal["working", "waiting", "silent"]

_ASK_SECONDS: Final = 2.0
_WAITING: Final[Mapping[str, Metric]] = {
    "readings_to_normalise": telemetry.NORMALISE_LAG,
    "records_to_store": telemetry.STORE_LAG,
    "quarters_to_sum_up": telemetry.AGGREGATE_BACKLOG,
    "observations_to_page": telemetry.LDES_LAG,
}


class Told(NamedTuple):
    """What a process says.

    Attributes:
        state: it works, it waits for a neighbour, or it does not answer.
        waiting: what waits for it, by the names of `status.Lag`.
        dropped: messages that the broker dropped, where it knows.
    """

    state: State
    waiting: Mapping[str, int]
    dropped: int | None = None


async def ask_all(monitors: Mapping[str, HttpListener]) -> dict[str, Told]:
    """Ask every process at once; one that does not answer within two seconds is silent."""
    answers = await asyncio.gather(*(_ask(one) for one in monitors.values()))
    return dict(zip(monitors, answers, strict=True))


async def _ask(listener: HttpListener) -> Told:
    try:
        async with httpx.AsyncClient(
            base_url=listener.address,
            timeout=_ASK_SECONDS,
            verify=_trust(listener),
            trust_env=False,
        ) as client:
            ready, metrics = await asyncio.gather(client.get("/ready"), client.get("/metrics"))
            state: State = "working" if ready.status_code == HTTPStatus.OK else "waiting"
            return _told(state, metrics.text)
    except (httpx.HTTPError, OSError, ValueError):
        return Told("silent", {})


def _trust(listener: HttpListener) -> ssl.SSLContext | bool:
    if listener.certificate_file is None:
        return False  # no TLS; reading the authorities of the system would cost 20 ms
    return ssl.create_default_context(cafile=listener.certificate_file)


def _told(state: State, text: str) -> Told:
    """Return what is read from metrics, summed over partitions; what they do not tell is not."""
    sums = {
        family.name: int(sum(sample.value for sample in family.samples))
        for family in text_string_to_metric_families(text)
        if family.samples
    }
    waiting = {word: sums[one.name] for word, one in _WAITING.items() if one.name in sums}
    return Told(state, waiting, sums.get(telemetry.BROKER_DROPPED.name))


def dropped(told: Iterable[Told]) -> int | None:
    """Return what the broker dropped; every gateway is told the same number of it."""
    return max((one.dropped for one in told if one.dropped is not None), default=None)


def total(told: Iterable[Told]) -> dict[str, int]:
    """Return what waits for all processes together."""
    found: dict[str, int] = {}
    for one in told:
        for word, count in one.waiting.items():
            found[word] = found.get(word, 0) + count
    return found
