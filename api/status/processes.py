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
    """

    state: State
    waiting: Mapping[str, int]


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
            return Told(state, _waiting(metrics.text))
    except (httpx.HTTPError, OSError, ValueError):
        return Told("silent", {})


def _trust(listener: HttpListener) -> ssl.SSLContext | bool:
    if listener.certificate_file is None:
        return False  # no TLS; reading the authorities of the system would cost 20 ms
    return ssl.create_default_context(cafile=listener.certificate_file)


def _waiting(text: str) -> dict[str, int]:
    """Return what waits, summed over partitions; what the process does not tell is left out."""
    sums: dict[str, float] = {}
    for family in text_string_to_metric_families(text):
        if family.samples:
            sums[family.name] = sum(sample.value for sample in family.samples)
    return {word: int(sums[one.name]) for word, one in _WAITING.items() if one.name in sums}


def total(told: Iterable[Told]) -> dict[str, int]:
    """Return what waits for all processes together."""
    found: dict[str, int] = {}
    for one in told:
        for word, count in one.waiting.items():
            found[word] = found.get(word, 0) + count
    return found
