"""Judge a run: the publisher's ledger against what is in the database, read only.

Nothing that we counted ourselves on the way enters: `lost` is found by looking for each
acknowledged message's observations or dead letter. Messages of the same topic and bytes cannot be
told apart, so one of them is enough; for all others each must be there. A message that gives
nothing to observe leaves no row: for those only the account can speak, so that `lost` is at least
the number of acknowledged messages that the account does not know.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

import asyncpg

from deploy.expectation import Expectation, Series, expectations
from deploy.findings import Findings, Lost
from deploy.sql import query
from schemas import wire
from schemas.cities.registry import Registry
from simulators.ledger import Entry

_SHOWN: Final = 10
_PREFETCH: Final = 5000
_SKEW: Final = timedelta(seconds=1)


class Account(NamedTuple):
    """What became of readings: how many of each outcome."""

    normalised: int = 0
    empty: int = 0
    rejected: int = 0
    duplicates: int = 0

    @property
    def readings(self) -> int:
        """All of them."""
        return self.normalised + self.empty + self.rejected

    def since(self, before: "Account") -> "Account":
        """Return what was added."""
        return Account(*(now - then for now, then in zip(self, before, strict=True)))


@dataclass(frozen=True, kw_only=True)
class Baseline:
    """What there was before a run.

    Attributes:
        sequence: last one published.
        dead_letter: last one kept.
        account: of all readings.
        readings_end: end of `city.readings` by partition.
    """

    sequence: int
    dead_letter: int
    account: Account
    readings_end: Mapping[int, int]


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What a run was worth; the words are those of the README.

    A message that the gateway refused (too large) left a dead letter and is no reading.

    Attributes:
        readings_received: by the offsets in Kafka, as far as the store has seen them.
        readings_normalised: by the account in the database; so are empty, rejected, duplicate.
        observations_stored: rows that this run brought, counted; without what was made of them
            (differences of registers).
        lost: acknowledged messages whose observations or dead letter are not in the database.
        surplus: observations of payloads without a time that are there more often than sent.
        lag_p50_ms: milliseconds from just before the publish (the ledger's clock) to
            `published_at` (the database's), over the observations that this run stored and the
            ledger explains; both clocks are this computer's.
        lost_messages: the first few.
    """

    messages_published: int
    messages_acknowledged: int
    readings_received: int
    readings_normalised: int
    readings_empty: int
    readings_rejected: int
    observations_stored: int
    observations_duplicate: int
    lost: int
    lag_p50_ms: float | None
    lag_p99_ms: float | None
    surplus: int = 0
    lost_messages: tuple[Lost, ...] = ()

    def summary(self) -> dict[str, int | float | None]:
        """Return the fields of `stadspuls demo --json`."""
        return {
            name: getattr(self, name)
            for name in type(self).__dataclass_fields__
            if name not in ("surplus", "lost_messages")
        }


async def take_baseline(
    connection: asyncpg.Connection, readings_end: Mapping[int, int]
) -> Baseline:
    """Return what there is before a run.

    Args:
        connection: to the database.
        readings_end: end offset of each partition of `city.readings`, from Kafka.
    """
    (row,) = await connection.fetch(query("run_baseline"))
    return Baseline(
        sequence=row["sequence"],
        dead_letter=row["dead_letter"],
        account=await read_account(connection),
        readings_end=dict(readings_end),
    )


async def read_account(connection: asyncpg.Connection) -> Account:
    """Return what became of all readings so far."""
    (row,) = await connection.fetch(query("run_account"))
    return Account(*row)


async def unaccounted(
    connection: asyncpg.Connection, baseline: Baseline, *, acknowledged: int
) -> int:
    """Return how many acknowledged messages the account does not know yet."""
    account = (await read_account(connection)).since(baseline.account)
    letters = await connection.fetch(query("run_dead_letters"), baseline.dead_letter)
    at_gateway = sum(int(row["letters"]) for row in letters if row["station"] == "ingest")
    return max(0, acknowledged - account.readings - at_gateway)


async def judge(
    connection: asyncpg.Connection,
    entries: Sequence[Entry],
    registry: Registry,
    baseline: Baseline,
    *,
    skew: timedelta = _SKEW,
) -> Verdict:
    """Compare a ledger with the database.

    Args:
        connection: to the database.
        entries: of the run's ledgers.
        registry: the cities as the platform knows them.
        baseline: what there was before the run.
        skew: between the clocks of publishers and gateways, at most.
    """
    wanted = list(expectations(entries, registry))
    account = (await read_account(connection)).since(baseline.account)
    found = await _look(connection, wanted, baseline, skew)
    lost = [*found.lost_values(), *await _lost_letters(connection, wanted, baseline)]
    missing = await unaccounted(connection, baseline, acknowledged=len(wanted))
    lags = sorted(found.lags)
    return Verdict(
        messages_published=len(entries),
        messages_acknowledged=len(wanted),
        readings_received=await _received(connection, baseline),
        readings_normalised=account.normalised,
        readings_empty=account.empty,
        readings_rejected=account.rejected,
        observations_stored=await connection.fetchval(query("run_stored"), baseline.sequence),
        observations_duplicate=account.duplicates,
        lost=max(len({one[:2] for one in lost}), missing),
        lag_p50_ms=_percentile(lags, 0.50),
        lag_p99_ms=_percentile(lags, 0.99),
        surplus=found.surplus,
        lost_messages=tuple(lost[:_SHOWN]),
    )


async def _look(
    connection: asyncpg.Connection,
    wanted: Sequence[Expectation],
    baseline: Baseline,
    skew: timedelta,
) -> Findings:
    findings = Findings(wanted, baseline.sequence)
    cities = {one.entry.published.city for one in wanted}
    rows = await connection.fetch(query("run_datastreams"), list(cities))
    series = {row["datastream_id"]: Series(*list(row)[1:]) for row in rows}
    relevant = {value.series for one in wanted for value in one.values}
    chosen = [number for number, one in series.items() if one in relevant]
    async with connection.transaction(readonly=True):
        cursor = connection.cursor(
            query("run_observations"), chosen, *_period(wanted, skew), prefetch=_PREFETCH
        )
        async for row in cursor:
            findings.take(row, series[row["datastream_id"]])
    findings.match_timeless()
    return findings


def _period(wanted: Sequence[Expectation], skew: timedelta) -> tuple[datetime, datetime]:
    """Return the first and last time that an observation may bear."""
    now = datetime.now(UTC)
    own = [value.start for one in wanted for value in one.values if value.start is not None]
    sent = [datetime.fromtimestamp(one.entry.published.published_time, UTC) for one in wanted]
    return min([*own, *sent], default=now) - skew, max([*own, now]) + skew


async def _lost_letters(
    connection: asyncpg.Connection, wanted: Iterable[Expectation], baseline: Baseline
) -> list[Lost]:
    rows = await connection.fetch(query("run_dead_letters"), baseline.dead_letter)
    letters: Counter[tuple[str, str]] = Counter()
    for row in rows:
        letters[row["source"], row["payload_sha256"]] += row["letters"]
    lost = []
    for one in {one.identity: one for one in wanted if one.rejected}.values():
        topic, sha256 = one.identity
        known = next(
            (key for key in ((topic, one.kept_sha256), (topic, sha256)) if letters[key]), None
        )
        if known:
            letters[known] -= 1
        else:
            lost.append(Lost(one.entry.published.number, topic, "its dead letter"))
    return lost


async def _received(connection: asyncpg.Connection, baseline: Baseline) -> int:
    """Return how many readings of this run are accounted for, by the offsets in Kafka."""
    rows = await connection.fetch(query("run_high_water"), wire.READINGS)
    return sum(
        max(0, row["next_offset"] - baseline.readings_end.get(row["partition"], 0)) for row in rows
    )


def _percentile(ordered: Sequence[float], share: float) -> float | None:
    if not ordered:
        return None
    return round(ordered[max(0, math.ceil(share * len(ordered)) - 1)], 1)
