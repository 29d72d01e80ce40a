"""The steps of an erasure, in an order in which each can be done again after a crash."""

from dataclasses import dataclass
from typing import Any

import asyncpg

from api.ldes.page_store import PageStore
from deploy.erasure.kafka import caught_up, erase_records, holding
from deploy.erasure.names import count_names, erase_names, forget_pages
from deploy.erasure.pages import count_pages, erase_pages, erase_sums
from deploy.erasure.rows import count_rows, erase_rows
from deploy.erasure.scrub import scrub
from deploy.erasure.subject import Subject
from deploy.erasure.trace import Trace
from schemas.settings import KafkaConnection


@dataclass(frozen=True, kw_only=True)
class Places:
    """Where data lies.

    Attributes:
        database: a connection of the owner of the tables.
        pages: of the event streams.
        forgets: whether Kafka keeps its records in memory alone: it forgets them when it stops.
    """

    database: asyncpg.Connection
    kafka: KafkaConnection
    pages: PageStore
    forgets: bool


async def survey(places: Places, subject: Subject, *, names: bool = False) -> dict[str, Any]:
    """Return what an erasure would erase, with `names` those too; nothing is changed."""
    held = await holding(places.kafka, subject)
    return {
        **await count_rows(places.database, subject),
        **(await count_names(places.database, subject) if names else {}),
        "pages": await count_pages(places.database, places.pages, subject),
        "kafkaPartitions": [f"{one.topic}/{one.partition}" for one in held],
    }


async def erase(
    places: Places,
    subject: Subject,
    *,
    records: bool = True,
    bytes_too: bool = True,
    names: bool = False,
) -> dict[str, Any]:
    """Erase, and return how much went. What was interrupted goes on when it is called again.

    Args:
        places: where data lies.
        subject: whose data, and of which time.
        records: whether Kafka must not keep the records until their time is over.
        bytes_too: whether the disk of the database must not have the bytes any more.
        names: whether what the thing was called and where it stood before goes too.

    Raises:
        Unavailable: something does not answer, or is in use; again, and it goes on.
    """
    connection = places.database
    trace = await Trace.begin(connection, subject)
    await caught_up(connection, places.kafka)
    held = await holding(places.kafka, subject)
    await erase_pages(connection, places.pages, subject, trace)
    await erase_rows(connection, subject, trace)
    await erase_sums(connection, places.pages, subject, trace)
    if names:
        await erase_names(connection, subject, trace)
        await forget_pages(connection, places.pages, subject)
    if held and records and not places.forgets:
        await erase_records(connection, places.kafka, subject, held, trace)
    if bytes_too:
        await scrub(connection, subject)
    if names:
        await forget_pages(connection, places.pages, subject)
    return await trace.finish()
